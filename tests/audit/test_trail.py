"""Writing to the trail and asking it: who did what, when, to what, and in which words."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.audit import queries
from qs.audit.actions import record, record_export, record_verification
from qs.audit.models import AuditEntry
from qs.audit.terms import Fault, FaultKind, Verdict, Wanted
from qs.errors import NotAllowed

AUDITOR = Actor(7, "an.audit", "安审", (Grant(Role.AUDITOR),))
LEADER = Actor(8, "li.na", "李娜", (Grant(Role.SERVICE_LEADER),))


@pytest.fixture
def trail(store, now):
    """Six entries, a day apart: five by people, one by the system."""
    told = [
        (LEADER, "service.changed", "service:1", {"name_from": "窗口", "name_to": "办事窗口"}),
        (LEADER, "service.changed", "service:11", {"reason": "100% of the staff_moved"}),
        (AUDITOR, "audit.exported", "audit:trail", {"count": 12}),
        (SYSTEM, "events.added", "feed:1", {"new": 40}),
        (LEADER, "service.ended", "service:1", {"reason": "Merged with the hall"}),
        (AUDITOR, "audit.exported", "audit:trail", {"count": 13}),
    ]
    for days, (actor, action, subject, facts) in enumerate(told):
        with store.writing() as session:
            record(session, action, subject, actor=actor, now=now + timedelta(days=days), **facts)
    return store


def found(store, actor=AUDITOR, **search):
    with store.reading() as session:
        frame = queries.entries(session, Wanted(**search), actor=actor)
        assert queries.entry_count(session, Wanted(**search), actor=actor) == len(frame)
        return frame["seq"].tolist()


def test_the_latest_entry_comes_first(trail):
    assert found(trail) == [6, 5, 4, 3, 2, 1]


def test_a_page_of_the_trail_is_a_part_of_it(trail):
    with trail.reading() as session:
        frame = queries.entries(session, Wanted(), actor=AUDITOR, limit=2, offset=2)
    assert frame["seq"].tolist() == [4, 3]


def test_a_period_ends_before_its_last_moment(trail, now):
    assert found(trail, since=now + timedelta(days=1), until=now + timedelta(days=3)) == [3, 2]


def test_entries_are_found_by_who_did_what(trail):
    assert found(trail, username="li.na", action="service.changed") == [2, 1]


def test_an_object_is_found_by_itself_and_by_its_kind(trail):
    assert found(trail, object="service:1") == [5, 1]
    assert found(trail, object="service") == [5, 2, 1]


@pytest.mark.parametrize(
    ("text", "seqs"),
    [("办事", [1]), ("MERGED", [5]), ("100%", [2]), ("staff_moved", [2]), ("staffXmoved", []), ("name_to", [1])],
)
def test_words_are_found_anywhere_in_the_facts(trail, text, seqs):
    assert found(trail, text=text) == seqs


def test_an_entry_tells_who_when_and_in_which_roles(trail, now):
    with trail.reading() as session:
        entry = queries.entries(session, Wanted(object="service:11"), actor=AUDITOR).iloc[0]
    assert (entry["username"], entry["roles"], entry["person_id"]) == ("li.na", "service_leader", 8)
    assert entry["at"] == now + timedelta(days=1)
    assert entry["facts"] == {"reason": "100% of the staff_moved"}


def test_an_empty_trail_has_the_same_columns(store):
    with store.reading() as session:
        frame = queries.entries(session, Wanted(), actor=AUDITOR)
    assert tuple(frame.columns) == queries.COLUMNS
    assert frame.empty


def test_the_search_offers_who_and_what_occurs(trail):
    with trail.reading() as session:
        assert queries.usernames(session, actor=AUDITOR) == ["an.audit", "li.na", "system"]
        assert queries.actions_taken(session, actor=AUDITOR) == [
            "audit.exported",
            "events.added",
            "service.changed",
            "service.ended",
        ]


PART_AUDITOR = Actor(9, "part", "部", (Grant(Role.AUDITOR, Scope(ScopeKind.DEPARTMENT, frozenset({1}))),))


@pytest.mark.parametrize("actor", [LEADER, PART_AUDITOR], ids=["no auditor", "auditor of one department"])
def test_only_an_auditor_of_the_whole_organisation_reads_the_trail(trail, actor):
    with trail.reading() as session:
        for ask in (queries.usernames, queries.actions_taken):
            with pytest.raises(NotAllowed):
                ask(session, actor=actor)
        with pytest.raises(NotAllowed):
            queries.entries(session, Wanted(), actor=actor)
        with pytest.raises(NotAllowed):
            queries.entry_count(session, Wanted(), actor=actor)


def test_handing_out_entries_leaves_an_entry_with_the_search(trail, now):
    with trail.writing() as session:
        record_export(session, Wanted(since=now, username="li.na"), count=3, actor=AUDITOR, now=now)
    with trail.reading() as session:
        last = queries.entries(session, Wanted(), actor=AUDITOR, limit=1).iloc[0]
    assert last["action"] == "audit.exported"
    assert last["facts"] == {"count": 3, "wanted_since": now.isoformat(), "wanted_username": "li.na"}


def test_a_verification_leaves_an_entry_with_what_it_found(store, now):
    verdict = Verdict(9, 2, (Fault(4, FaultKind.ALTERED),))
    with store.writing() as session:
        record_verification(session, verdict, actor=AUDITOR, now=now)
    with store.reading() as session:
        facts = session.scalars(sa.select(AuditEntry)).one().facts
    assert facts == {"entries": 9, "checkpoints": 2, "faults": 1, "found": ["altered:4"]}


def test_who_may_not_read_the_trail_may_not_hand_it_out(store, now):
    with pytest.raises(NotAllowed), store.writing() as session:
        record_export(session, Wanted(), count=0, actor=LEADER, now=now)
    with pytest.raises(NotAllowed), store.writing() as session:
        record_verification(session, Verdict(0, 0, ()), actor=LEADER, now=now)
