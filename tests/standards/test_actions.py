"""Indicators and clauses begin and are followed by new editions; what was in force stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.audit.models import AuditEntry
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.standards import actions, queries
from qs.standards.models import Clause, Indicator, IndicatorEdition
from qs.standards.terms import Aggregation, Counting
from qs.versions import data_versions
from tests.world import (
    BEGINNING,
    CLERK,
    STRANGER,
    SUPERVISOR,
    build_world,
    edition,
    in_department,
    on_time_edition,
    wording,
)

LATER = date(2026, 7, 1)
TIGHTER = replace(on_time_edition(), target=0.95)


@pytest.fixture
def world(store):
    return build_world(store)


def last_entry(store):
    with store.reading() as session:
        return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()


def count(store, model):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def new_indicator(**others):
    values = {"code": "new", "sector_id": None, "counting": Counting(Aggregation.SHARE), "effective_on": BEGINNING}
    return values | {"content": on_time_edition()} | others


def test_an_indicator_begins_with_its_first_edition(store, world, now):
    with store.writing() as session:
        indicator = actions.add_indicator(session, **new_indicator(sector_id=world.health), actor=SUPERVISOR, now=now)
        detail = queries.indicator_detail(session, indicator.id, actor=SUPERVISOR)
    assert (detail.code, detail.sector_en, detail.counting) == ("new", "Health care", Counting(Aggregation.SHARE))
    assert [found.content for found in detail.editions] == [on_time_edition()]
    entry = last_entry(store)
    assert (entry.action, entry.facts) == (
        "standards.added_indicator",
        {"code": "new", "effective_on": "2025-01-01"},
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"code": "on-time"}, "standard_code_taken"),
        ({"code": "= 1"}, "invalid_input"),
        ({"sector_id": 999}, "standard_sector_unknown"),
        ({"counting": Counting(Aggregation.PERCENTILE)}, "invalid_input"),
        ({"content": replace(on_time_edition(), clause="nowhere")}, "clause_unknown"),
        ({"content": replace(on_time_edition(), weight=2.0)}, "invalid_input"),
        ({"effective_on": date(1066, 10, 14)}, "invalid_input"),
    ],
)
def test_an_indicator_with_something_wrong_leaves_nothing_behind(store, world, now, wrong, reason):
    before = count(store, AuditEntry)
    with pytest.raises((Conflict, InvalidInput, NotFound)) as refusal, store.writing() as session:
        actions.add_indicator(session, **new_indicator(**wrong), actor=SUPERVISOR, now=now)
    assert refusal.value.reason == reason
    assert count(store, Indicator) == 5
    assert count(store, AuditEntry) == before


def test_standards_are_edited_by_those_who_may_edit_all_of_them(store, world, now):
    for actor in (STRANGER, CLERK, in_department(Role.SUPERVISOR, world.health_department)):
        with pytest.raises(NotAllowed), store.writing() as session:
            actions.add_indicator(session, **new_indicator(), actor=actor, now=now)
        with pytest.raises(NotAllowed), store.writing() as session:
            actions.add_indicator_edition(
                session, world.on_time, effective_on=LATER, content=TIGHTER, actor=actor, now=now
            )
        with pytest.raises(NotAllowed), store.writing() as session:
            actions.add_clause(
                session, code="c", sector_id=None, effective_on=LATER, content=wording(), actor=actor, now=now
            )


def test_a_new_edition_takes_over_on_its_day_and_not_before(store, world, now):
    with store.writing() as session:
        actions.add_indicator_edition(
            session, world.on_time, effective_on=LATER, content=TIGHTER, actor=SUPERVISOR, now=now
        )
    targets = {}
    with store.reading() as session:
        for day in (LATER - timedelta(days=1), LATER, LATER + timedelta(days=1)):
            frame = queries.editions_on(session, day, actor=SUPERVISOR).set_index("indicator_id")
            targets[day] = frame.loc[world.on_time, "target"]
    assert list(targets.values()) == [0.9, 0.95, 0.95]


def test_a_new_edition_says_what_changed(store, world, now):
    with store.writing() as session:
        before = data_versions(session)
        actions.add_indicator_edition(
            session, world.on_time, effective_on=LATER, content=TIGHTER, actor=SUPERVISOR, now=now
        )
        assert data_versions(session) != before
    assert last_entry(store).facts == {
        "code": "on-time",
        "effective_on": "2026-07-01",
        "target_from": 0.9,
        "target_to": 0.95,
    }


@pytest.mark.parametrize("effective_on", [BEGINNING, BEGINNING - timedelta(days=1)])
def test_an_edition_never_begins_before_the_newest_one(store, world, now, effective_on):
    with pytest.raises(Conflict) as refusal, store.writing() as session:
        actions.add_indicator_edition(
            session, world.on_time, effective_on=effective_on, content=TIGHTER, actor=SUPERVISOR, now=now
        )
    assert refusal.value.reason == "edition_too_early"
    assert count(store, IndicatorEdition) == 5


def test_an_edition_must_say_something_new(store, world, now):
    with pytest.raises(Conflict) as refusal, store.writing() as session:
        actions.add_indicator_edition(
            session, world.on_time, effective_on=LATER, content=on_time_edition(), actor=SUPERVISOR, now=now
        )
    assert refusal.value.reason == "edition_without_change"


def test_an_edition_keeps_to_the_indicators_way_of_counting(store, world, now):
    with pytest.raises(InvalidInput) as refusal, store.writing() as session:
        content = replace(on_time_edition(), target=95.0)
        actions.add_indicator_edition(
            session, world.on_time, effective_on=LATER, content=content, actor=SUPERVISOR, now=now
        )
    assert [problem.code for problem in refusal.value.problems] == ["share_target_out_of_range"]


def test_an_unknown_indicator_or_clause_has_no_editions(store, world, now):
    with pytest.raises(NotFound), store.writing() as session:
        actions.add_indicator_edition(session, 999, effective_on=LATER, content=TIGHTER, actor=SUPERVISOR, now=now)
    with pytest.raises(NotFound), store.writing() as session:
        actions.add_clause_edition(session, 999, effective_on=LATER, content=wording(), actor=SUPERVISOR, now=now)
    with store.reading() as session, pytest.raises(NotFound):
        queries.indicator_detail(session, 999, actor=SUPERVISOR)


def test_a_clause_is_reworded_by_a_new_edition(store, world, now):
    with store.writing() as session:
        clause = actions.add_clause(
            session, code="c-2", sector_id=None, effective_on=BEGINNING, content=wording(), actor=SUPERVISOR, now=now
        )
        new = wording(text="必须按时办理。")
        actions.add_clause_edition(session, clause.id, effective_on=LATER, content=new, actor=SUPERVISOR, now=now)
        detail = queries.clause_detail(session, clause.id, actor=SUPERVISOR)
        texts = [
            queries.clauses_on(session, day, actor=SUPERVISOR).set_index("code").loc["c-2", "text"]
            for day in (BEGINNING, LATER)
        ]
    assert texts == ["应按时办理。", "必须按时办理。"]
    assert [found.effective_on for found in detail.editions] == [LATER, BEGINNING]
    assert last_entry(store).facts["changed"] == ["text"]


@pytest.mark.parametrize(
    ("code", "effective_on", "content", "reason"),
    [
        ("clause-1", BEGINNING, wording(), "standard_code_taken"),
        ("c-2", BEGINNING, wording(title=""), "invalid_input"),
        ("c-2", date(1066, 10, 14), wording(), "invalid_input"),
    ],
)
def test_a_clause_with_something_wrong_leaves_nothing_behind(store, world, now, code, effective_on, content, reason):
    with pytest.raises((Conflict, InvalidInput)) as refusal, store.writing() as session:
        actions.add_clause(
            session, code=code, sector_id=None, effective_on=effective_on, content=content, actor=SUPERVISOR, now=now
        )
    assert refusal.value.reason == reason
    assert count(store, Clause) == 1


def test_a_rewording_that_says_nothing_new_or_begins_too_early_is_refused(store, world, now):
    with store.reading() as session:
        clause_id = queries.clause_ids_by_code(session)["clause-1"]
    for effective_on, content, reason in [
        (LATER, wording(), "edition_without_change"),
        (BEGINNING, wording(text="新"), "edition_too_early"),
    ]:
        with pytest.raises(Conflict) as refusal, store.writing() as session:
            actions.add_clause_edition(
                session, clause_id, effective_on=effective_on, content=content, actor=SUPERVISOR, now=now
            )
        assert refusal.value.reason == reason


def test_before_the_first_edition_nothing_is_in_force(store, world):
    with store.reading() as session:
        before = queries.editions_on(session, BEGINNING - timedelta(days=1), actor=SUPERVISOR)
        on_the_day = queries.editions_on(session, BEGINNING, actor=SUPERVISOR)
        coming = queries.coming_editions(session, BEGINNING - timedelta(days=1), actor=SUPERVISOR)
    assert before.empty
    assert len(on_the_day) == len(coming) == 5
    assert list(before.columns) == list(on_the_day.columns)


def test_the_editions_in_force_carry_their_clause_and_way_of_counting(store, world):
    with store.reading() as session:
        frame = queries.editions_on(session, BEGINNING, actor=SUPERVISOR).set_index("indicator_id")
    row = frame.loc[world.on_time]
    assert (row["clause_code"], row["clause_title_en"], row["aggregation"]) == (
        "clause-1",
        "On time",
        Aggregation.SHARE,
    )
    assert isinstance(row["aggregation"], Aggregation)
    assert frame.loc[world.longest_waiting, "percentile"] == 0.9
    assert frame.loc[world.complaints_per_1000, "per"] == 1000.0
    assert frame.loc[world.waiting, "clause_title"] == ""


def test_standards_are_read_by_those_who_may(store, world):
    with store.reading() as session:
        for asked in (queries.editions_on, queries.coming_editions, queries.clauses_on):
            with pytest.raises(NotAllowed):
                asked(session, BEGINNING, actor=STRANGER)
        for asked in (queries.indicator_detail, queries.clause_detail):
            with pytest.raises(NotAllowed):
                asked(session, 1, actor=STRANGER)


def test_importers_learn_how_each_indicator_counts(store, world):
    with store.reading() as session:
        known = queries.indicators_by_code(session)
    assert known["waiting-p90"].indicator_id == world.longest_waiting
    assert known["waiting-p90"].counting == Counting(Aggregation.PERCENTILE, percentile=0.9)


def test_an_edition_to_come_is_listed_until_it_begins(store, world, now):
    content = edition("新", "New", unit="件")
    with store.writing() as session:
        actions.add_indicator_edition(
            session, world.waiting, effective_on=LATER, content=content, actor=SUPERVISOR, now=now
        )
        coming = queries.coming_editions(session, LATER - timedelta(days=1), actor=SUPERVISOR)
        begun = queries.coming_editions(session, LATER, actor=SUPERVISOR)
    assert list(coming["code"]) == ["waiting"]
    assert begun.empty
