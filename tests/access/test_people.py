"""People and their rights: who may change them, what is refused, and the trace that stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qs.access import actions, queries
from qs.access.actions import LastAdministrator, UsernameTaken
from qs.access.models import RoleGrant
from qs.access.rules import NameRefused, UsernameRefused
from qs.actor import EVERYWHERE, SYSTEM, Grant, Role, Scope, ScopeKind
from qs.audit.models import AuditEntry
from qs.errors import NotAllowed, NotFound
from tests.world import STRANGER, SUPERVISOR, enroll, person

ADMINISTRATOR = person(Role.ADMINISTRATOR, username="admin")
AUDITOR = person(Role.AUDITOR)


def last_entry(store):
    with store.reading() as session:
        return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()


def test_an_added_person_holds_the_given_roles(store, now):
    scope = Scope(ScopeKind.SERVICES, frozenset({3, 7}))
    ann = enroll(store, "Ann", Grant(Role.SERVICE_LEADER, scope), Role.INSPECTOR)
    with store.reading() as session:
        detail = queries.person_detail(session, ann, actor=ADMINISTRATOR)
    assert detail.username == "ann"
    assert detail.grants == (Grant(Role.SERVICE_LEADER, scope), Grant(Role.INSPECTOR, EVERYWHERE))
    assert last_entry(store).action == "access.person_added"


@pytest.mark.parametrize(
    ("username", "name", "refusal"),
    [("ann", "Ann", UsernameTaken), ("a n", "Ann", UsernameRefused), ("bo", "", NameRefused)],
)
def test_a_refused_person_leaves_nothing_behind(store, now, username, name, refusal):
    enroll(store, "ann")
    before = last_entry(store).seq
    with pytest.raises(refusal), store.writing() as session:
        actions.add_person(session, username, name=name, password_hash="x", actor=ADMINISTRATOR, now=now)
    assert last_entry(store).seq == before


@pytest.mark.parametrize("actor", [STRANGER, SUPERVISOR, AUDITOR])
def test_only_administrators_change_people(store, now, actor):
    ann = enroll(store, "ann", Role.ADMINISTRATOR)
    attempts = [
        lambda s: actions.add_person(s, "bo", name="Bo", password_hash="x", actor=actor, now=now),
        lambda s: actions.change_person(s, ann, name="A", name_en=None, email=None, actor=actor, now=now),
        lambda s: actions.set_grants(s, ann, [], actor=actor, now=now),
        lambda s: actions.deactivate_person(s, ann, actor=actor, now=now),
        lambda s: actions.reactivate_person(s, ann, actor=actor, now=now),
        lambda s: actions.reset_password(s, ann, "x", actor=actor, now=now),
        lambda s: actions.end_sessions(s, ann, actor=actor, now=now),
        lambda s: actions.issue_api_key(s, "key", actor=actor, now=now),
        lambda s: actions.revoke_api_key(s, 1, actor=actor, now=now),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed), store.writing() as session:
            attempt(session)
    assert last_entry(store).action == "access.person_added"


def test_new_roles_replace_the_old_ones_and_both_are_traced(store, now):
    ann = enroll(store, "ann", Role.SUPERVISOR)
    with store.writing() as session:
        actions.set_grants(session, ann, [Grant(Role.AUDITOR)], actor=ADMINISTRATOR, now=now)
    with store.reading() as session:
        assert queries.person_detail(session, ann, actor=ADMINISTRATOR).grants == (Grant(Role.AUDITOR),)
    assert last_entry(store).facts == {"before": ["supervisor/all/0"], "after": ["auditor/all/0"]}


def test_the_last_administrator_stays(store, now):
    ann = enroll(store, "ann", Role.ADMINISTRATOR)
    with pytest.raises(LastAdministrator), store.writing() as session:
        actions.deactivate_person(session, ann, actor=ADMINISTRATOR, now=now)
    with pytest.raises(LastAdministrator), store.writing() as session:
        actions.set_grants(session, ann, [Grant(Role.AUDITOR)], actor=ADMINISTRATOR, now=now)
    enroll(store, "bo", Role.ADMINISTRATOR)
    with store.writing() as session:
        actions.deactivate_person(session, ann, actor=ADMINISTRATOR, now=now)
    with store.reading() as session:
        assert queries.active_administrator_count(session) == 1


def test_a_scope_must_name_an_object(store, now):
    ann = enroll(store, "ann")
    with pytest.raises(sa.exc.IntegrityError), store.writing() as session:
        session.add(RoleGrant(person_id=ann, role=Role.AUDITOR, scope_kind=ScopeKind.PROVIDER, scope_id=0))


def test_somebody_who_is_not_there_cannot_be_changed(store, now):
    with pytest.raises(NotFound), store.writing() as session:
        actions.deactivate_person(session, 99, actor=ADMINISTRATOR, now=now)
    with pytest.raises(NotFound), store.reading() as session:
        queries.person_detail(session, 99, actor=ADMINISTRATOR)


def test_only_changed_fields_are_traced_and_never_their_values(store, now):
    ann = enroll(store, "ann")
    with store.writing() as session:
        who = {"name": "张ann", "name_en": "Ann", "email": "ann@example.org"}
        actions.change_person(session, ann, **who, actor=ADMINISTRATOR, now=now)
    assert last_entry(store).facts == {"fields": ["email"]}


def test_the_list_shows_everybody_to_those_who_may_look(store, now):
    enroll(store, "bo", Role.AUDITOR)
    enroll(store, "ann", Role.SUPERVISOR, Role.INSPECTOR)
    with store.reading() as session:
        people = queries.people(session, actor=AUDITOR)
        assert list(people["username"]) == ["ann", "bo"]
        assert people["roles"][0] == (Role.SUPERVISOR, Role.INSPECTOR)
        with pytest.raises(NotAllowed):
            queries.people(session, actor=SUPERVISOR)


def test_lists_have_the_same_columns_when_empty(store, now):
    with store.reading() as session:
        assert list(queries.people(session, actor=ADMINISTRATOR)) == queries.PEOPLE_COLUMNS
        assert list(queries.api_keys(session, actor=ADMINISTRATOR)) == queries.KEY_COLUMNS
        assert list(queries.open_sessions(session, actor=SUPERVISOR, now=now)) == queries.SESSION_COLUMNS
        assert list(queries.invented_people(session)) == queries.DEMO_COLUMNS


def test_the_demo_lists_only_invented_people(store, now):
    enroll(store, "real", Role.AUDITOR)
    with store.writing() as session:
        grants = [Grant(Role.SUPERVISOR)]
        actions.add_person(
            session, "chen", name="陈静", password_hash="x", grants=grants, is_invented=True, actor=SYSTEM, now=now
        )
    with store.reading() as session:
        people = queries.invented_people(session)
    assert [(row.username, row.role) for row in people.itertuples()] == [("chen", Role.SUPERVISOR)]
