"""Freezing a quarter: once, when it is over, for good; and what can be asked of it afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.audit.models import AuditEntry
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.rankings import actions, queries
from qs.rankings.freezing import PeriodFrozenAlready
from qs.rankings.models import FROZEN_TABLES, FrozenMeasure, FrozenPeriod, FrozenScore
from qs.rankings.terms import DEFAULT_SCHEME, Level, WhyNot
from qs.rankings.waiting import waiting
from tests.rankings.city import QUARTER, READER, SUPERVISOR, full_quarter
from tests.world import in_department, in_services, person


@pytest.fixture
def world(store):
    return full_quarter(store)


@pytest.fixture
def frozen(store, world, now):
    with store.writing() as session:
        return actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)


def scores_of(store, level=Level.SERVICE, actor=SUPERVISOR):
    with store.reading() as session:
        return queries.frozen_scores(session, QUARTER, level=level, actor=actor).set_index("subject_id")


def counts(store):
    with store.reading() as session:
        models = (FrozenPeriod, FrozenMeasure, FrozenScore, AuditEntry)
        return [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in models]


def test_a_frozen_quarter_keeps_counts_values_scores_and_ranks(store, world, frozen):
    assert (frozen.revision, frozen.ranked_count, frozen.unranked_count) == (1, 3, 1)
    found = scores_of(store)
    assert found.loc[[world.surgery, world.emergency], "rank"].tolist() == [1, 3]
    assert found.loc[world.vaccination, "why_not"] is WhyNot.TOO_FEW
    with store.reading() as session:
        measures = queries.frozen_measures(session, QUARTER, actor=SUPERVISOR).set_index(["service_id", "measure"])
    row = measures.loc[(world.surgery, "on-time")]
    assert (row["numerator"], row["denominator"], row["n"], row["value"]) == (380, 400, 400, 0.95)
    assert row["lower"] < 0.95 < row["upper"]
    assert row["edition_id"] > 0


def test_departments_and_areas_are_frozen_too(store, world, frozen):
    assert set(scores_of(store, Level.DEPARTMENT).index) == {world.health_department, world.government_department}
    assert set(scores_of(store, "area").index) == {world.north, world.south}


def test_freezing_is_told_in_the_trail_with_its_fingerprint(store, frozen):
    with store.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "rankings.froze_period")).one()
        period = session.scalars(sa.select(FrozenPeriod)).one()
    assert entry.facts["sha256"] == period.sha256 == frozen.sha256
    assert len(frozen.sha256) == 64


def test_a_quarter_is_frozen_once_and_again_only_with_a_reason(store, frozen, now):
    before = counts(store)
    with pytest.raises(PeriodFrozenAlready), store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    with pytest.raises(InvalidInput), store.writing() as session:
        actions.revise_period(session, QUARTER, reason="  ", actor=SUPERVISOR, now=now)
    assert counts(store) == before
    with store.writing() as session:
        again = actions.revise_period(session, QUARTER, reason="医院补报了七月数据", actor=SUPERVISOR, now=now)
    assert again.revision == 2
    with store.reading() as session:
        assert queries.revisions(session, QUARTER, actor=SUPERVISOR)["revision"].tolist() == [2, 1]
        assert queries.frozen_periods(session, actor=SUPERVISOR)["revision"].tolist() == [2]


def test_a_quarter_that_was_never_frozen_cannot_be_revised(store, world, now):
    with pytest.raises(NotFound), store.writing() as session:
        actions.revise_period(session, QUARTER, reason="更正", actor=SUPERVISOR, now=now)


def test_a_running_quarter_cannot_be_frozen_until_its_last_moment_is_over(store, world, now):
    with pytest.raises(actions.PeriodNotOver), store.writing() as session:
        actions.freeze_period(session, "2026Q4", actor=SUPERVISOR, now=now)
    end = queries.rules.quarter_bounds(QUARTER, queries.settings().zone)[1]
    with pytest.raises(actions.PeriodNotOver), store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=end - timedelta(microseconds=1))
    with store.writing() as session:
        assert actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=end).revision == 1


def test_a_quarter_before_any_service_holds_nothing_to_freeze(store, world, now):
    with pytest.raises(Conflict) as refused, store.writing() as session:
        actions.freeze_period(session, "2024Q1", actor=SUPERVISOR, now=now)
    assert refused.value.reason == "scheme_missing"


@pytest.mark.parametrize("actor", [person(Role.AUDITOR), person(Role.SERVICE_LEADER), in_services(Role.SUPERVISOR, 1)])
def test_nobody_but_a_supervisor_of_everything_freezes(store, world, now, actor):
    with pytest.raises(NotAllowed), store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=actor, now=now)
    assert counts(store)[0] == 0


@pytest.mark.parametrize("table", FROZEN_TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_store_itself_refuses_to_change_what_is_frozen(store, frozen, table, verb):
    column = {"frozen_period": "sha256", "frozen_measure": "numerator", "frozen_score": "n"}[table]
    with pytest.raises(sa.exc.DBAPIError, match="is frozen"), store.writing() as session:
        session.connection().exec_driver_sql(verb.format(table, column, column))
    assert counts(store)[0] == 1


def test_the_official_ranking_is_open_and_the_counts_stay_within_the_scope(store, world, frozen):
    leader = in_services(Role.SERVICE_LEADER, world.permits)
    assert len(scores_of(store, actor=leader)) == 4
    with store.reading() as session:
        measures = queries.frozen_measures(session, QUARTER, actor=leader)
        named = queries.named(session, queries.frozen_scores(session, QUARTER, actor=leader), actor=leader)
        with pytest.raises(queries.ServiceUnknown):
            queries.components(session, measures, world.surgery, period=QUARTER, actor=leader)
        parts = queries.components(session, measures, world.permits, period=QUARTER, actor=leader)
    assert set(measures["service_id"]) == {world.permits}
    assert named[named["is_own"]]["subject_id"].tolist() == [world.permits]
    assert set(named["name_en"]) == {"Surgery", "Emergency", "Vaccination", "Permits"}
    assert parts["measure"].tolist() == ["on-time", "waiting"]
    assert parts["contribution"].sum() == pytest.approx(scores_of(store).loc[world.permits, "score"])


def test_somebody_without_the_right_reads_no_ranking(store, frozen):
    with store.reading() as session, pytest.raises(NotAllowed):
        queries.frozen_scores(session, QUARTER, actor=person(Role.HOTLINE_OPERATOR))


def test_a_quarter_that_is_not_frozen_has_no_official_figures(store, world):
    with store.reading() as session, pytest.raises(NotFound):
        queries.frozen_scores(session, QUARTER, actor=READER)


def test_the_working_figures_are_those_that_freezing_would_keep(store, world, frozen):
    head = in_department(Role.DEPARTMENT_HEAD, world.government_department)
    with store.reading() as session:
        whole = queries.working_figures(session, QUARTER, actor=SUPERVISOR)
        part = queries.working_figures(session, QUARTER, actor=head)
    official = scores_of(store)
    working = whole.scores[Level.SERVICE].set_index("subject_id")
    assert working["score"].loc[official.index].tolist() == pytest.approx(official["score"].tolist(), nan_ok=True)
    assert part.scores[Level.SERVICE]["subject_id"].tolist() == [world.permits]
    assert part.scores[Level.SERVICE]["rank"].tolist() == [official.loc[world.permits, "rank"]]
    assert part.scores[Level.AREA].empty
    assert set(part.measures["service_id"]) == {world.permits}


def test_the_past_of_a_service_is_read_from_frozen_quarters(store, world, frozen):
    with store.reading() as session:
        past = queries.history(session, world.surgery, actor=READER)
        nobody = queries.history(session, 999, actor=READER)
    assert past["name"].tolist() == [QUARTER]
    assert nobody.empty
    assert list(nobody.columns) == list(past.columns)


def test_a_complete_quarter_waits_for_supervisors_until_it_is_frozen(store, world, now):
    with store.writing() as session:
        lines = waiting(session, actor=SUPERVISOR, now=now)
        assert [line.facts["name"] for line in lines] == [QUARTER]
        assert waiting(session, actor=person(Role.AUDITOR), now=now) == []
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
        assert waiting(session, actor=SUPERVISOR, now=now) == []


def test_a_service_that_began_inside_the_quarter_counts_from_its_first_day(store, world, now):
    """Trap 2: the case of July lies before the first day and does not count."""
    with store.writing() as session:
        session.execute(
            sa.text("UPDATE service SET starts_on = :day WHERE id = :id"), {"day": "2026-08-01", "id": world.surgery}
        )
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
        measures = queries.frozen_measures(session, QUARTER, actor=SUPERVISOR).set_index(["service_id", "measure"])
    assert measures.loc[(world.surgery, "on-time"), "denominator"] == 200


def test_a_new_scheme_begins_on_a_day_to_come_and_says_something_new(store, world, now):
    stricter = replace(DEFAULT_SCHEME, n_min=50)
    tomorrow = date(2026, 11, 24)
    with store.writing() as session:
        with pytest.raises(Conflict, match="scheme_in_the_past"):
            actions.add_scheme(session, stricter, effective_on=date(2026, 11, 23), actor=SUPERVISOR, now=now)
        with pytest.raises(Conflict, match="scheme_too_early"):
            actions.add_scheme(session, stricter, effective_on=date(2025, 1, 1), actor=SUPERVISOR, now=now)
        with pytest.raises(Conflict, match="scheme_unchanged"):
            actions.add_scheme(session, DEFAULT_SCHEME, effective_on=tomorrow, actor=SUPERVISOR, now=now)
        with pytest.raises(InvalidInput):
            actions.add_scheme(
                session, replace(stricter, ratings=0.5), effective_on=tomorrow, actor=SUPERVISOR, now=now
            )
        actions.add_scheme(session, stricter, effective_on=tomorrow, actor=SUPERVISOR, now=now)
        known = queries.schemes(session, actor=READER)
    assert [one.content.n_min for one in known] == [50, 30]
