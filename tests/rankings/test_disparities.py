"""Asking for disparities: what is compared, frozen before running figures, only in scope, in a handful of queries."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.errors import NotAllowed
from qs.observations.monthly import BUCKET_COLUMNS, SUM_COLUMNS, monthly_buckets, monthly_sums
from qs.rankings import actions
from qs.rankings.disparities import PAIR_COLUMNS, Wanted, comparable, disparities
from qs.rankings.rules import PeriodUnknown
from qs.rankings.terms import Apart, Unit
from tests.rankings.city import IN_QUARTER, QUARTER, SUPERVISOR, add_events, event, full_quarter
from tests.world import add_feed, build_world

MOST_QUERIES = 10
AREAS = Wanted(QUARTER, "on-time", Unit.AREA)


@pytest.fixture
def world(store):
    return full_quarter(store)


@pytest.fixture
def shown(store, now):
    def showing(wanted, actor=SUPERVISOR):
        with store.reading() as session:
            pairs = comparable(session, wanted.name, actor=actor, now=now)
            return disparities(session, pairs, wanted, actor=actor, now=now)

    return showing


@contextmanager
def counted_queries(store):
    found = []

    def count(*arguments):
        found.append(arguments[2])

    sa.event.listen(store.engine, "before_cursor_execute", count)
    yield found
    sa.event.remove(store.engine, "before_cursor_execute", count)


def of(frame, unit):
    return frame.set_index("unit").loc[unit]


def test_areas_are_compared_by_all_cases_of_their_services(shown, world):
    found = shown(AREAS)
    north, south = (of(found.of_quarter(QUARTER), area) for area in ("north", "south"))
    assert (north["numerator"], north["cases"], north["service_count"]) == (383.0, 403.0, 2)
    assert south["value"] == pytest.approx(652 / 800)
    assert found.verdict.centre == pytest.approx(1035 / 1203)
    assert (north["side"], south["side"]) == (1, -1)
    assert (found.service_count, found.sector_count, found.is_over, found.is_frozen) == (4, 2, True, False)


def test_providers_and_departments_hold_their_own_services(shown, world):
    providers = shown(Wanted(QUARTER, "on-time", Unit.PROVIDER))
    assert of(providers.of_quarter(QUARTER), "P1")["numerator"] == 680.0
    assert of(providers.of_quarter(QUARTER), "P2")["apart"] is Apart.TOO_FEW
    departments = shown(Wanted(QUARTER, "on-time", Unit.DEPARTMENT))
    assert list(departments.units["unit"]) == ["D1", "D2"]
    assert of(departments.of_quarter(QUARTER), "D1")["cases"] == 803.0


def test_a_sector_leaves_the_others_out(shown, world):
    found = shown(Wanted(QUARTER, "on-time", Unit.AREA, "health"))
    assert found.service_count == 3
    assert of(found.of_quarter(QUARTER), "south")["cases"] == 400.0
    assert shown(Wanted(QUARTER, "waiting", Unit.AREA, "health")) is None


def test_a_frozen_quarter_shows_what_was_frozen_and_not_what_came_later(store, shown, world, now):
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    feed_id = add_feed(store, code="late")
    add_events(store, feed_id, event(world.emergency, world, world.on_time, "late", top=0.0, bottom=400.0), now=now)
    assert of(shown(AREAS).of_quarter(QUARTER), "south")["cases"] == 800.0
    assert shown(AREAS).is_frozen
    with store.writing() as session:
        actions.revise_period(session, QUARTER, reason="更正数据", actor=SUPERVISOR, now=now + timedelta(hours=1))
    assert of(shown(AREAS).of_quarter(QUARTER), "south")["cases"] == 1200.0


def test_quarters_before_stand_beside_it_and_a_silent_one_is_missing(store, shown, world, now):
    feed_id = add_feed(store, code="history")
    early = datetime(2026, 1, 3, tzinfo=UTC)
    rows = [
        event(world.surgery, world, world.on_time, f"early-{month}", at=early + timedelta(days=30 * month), bottom=50.0)
        for month in range(3)
    ]
    add_events(store, feed_id, *rows, now=IN_QUARTER)
    found = shown(AREAS)
    assert found.quarters == ("2026Q1", "2026Q2", "2026Q3")
    assert of(found.of_quarter("2026Q1"), "north")["cases"] == 150.0
    assert set(found.of_quarter("2026Q2")["apart"]) == {Apart.MISSING}
    assert set(found.of_quarter("2025Q4")["value"].isna()) == {True}
    assert found.months[0] == date(2026, 1, 1)


def test_the_running_quarter_shows_what_is_there_and_judges_complete_months_only(store, shown, world, now):
    feed_id = add_feed(store, code="running")
    rows = [
        event(service, world, world.on_time, f"now-{service}", at=now - timedelta(days=2), top=40.0, bottom=50.0)
        for service in (world.surgery, world.permits)
    ]
    add_events(store, feed_id, *rows, now=now)
    found = shown(Wanted("2026Q4", "on-time", Unit.AREA))
    assert not found.is_over
    assert of(found.of_quarter("2026Q4"), "north")["cases"] == 50.0
    assert found.months[-1] == date(2026, 8, 1)  # November is not over, September and October are silent


def test_percentiles_come_from_histograms(store, shown, world, now):
    feed_id = add_feed(store, code="minutes")
    rows = [
        event(
            service,
            world,
            world.longest_waiting,
            f"wait-{service}-{n}",
            at=IN_QUARTER + timedelta(hours=n),
            top=minutes,
        )
        for service, minutes in ((world.surgery, 10.0), (world.emergency, 30.0))
        for n in range(40)
    ]
    add_events(store, feed_id, *rows, now=IN_QUARTER)
    found = shown(Wanted(QUARTER, "waiting-p90", Unit.AREA))
    assert of(found.of_quarter(QUARTER), "north")["value"] == pytest.approx(10.0, rel=0.03)
    assert of(found.of_quarter(QUARTER), "south")["cases"] == 40.0


def test_a_leader_compares_the_own_services_only(shown, world):
    own = Actor(None, "leader", "leader", (Grant(Role.SERVICE_LEADER, scope(world.permits)),))
    found = shown(AREAS, own)
    assert list(found.units["unit"]) == ["south"]
    assert of(found.of_quarter(QUARTER), "south")["cases"] == 400.0


def test_frozen_figures_stay_in_the_scope_too(store, shown, world, now):
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    head = Actor(None, "head", "head", (Grant(Role.DEPARTMENT_HEAD, department(world.health_department)),))
    found = shown(Wanted(QUARTER, "on-time", Unit.PROVIDER), head)
    assert list(found.units["unit"]) == ["P1", "P2"]
    assert found.figures["cases"].sum() == 803.0


def scope(*services):
    return Scope(ScopeKind.SERVICES, frozenset(services))


def department(department_id):
    return Scope(ScopeKind.DEPARTMENT, frozenset({department_id}))


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.HOTLINE_OPERATOR, Role.THIRD_PARTY])
def test_who_may_not_read_rankings_is_told_nothing(store, world, now, role):
    stranger = Actor(None, "stranger", "stranger", (Grant(role),))
    with store.reading() as session:
        pairs = comparable(session, QUARTER, actor=SYSTEM, now=now)
        with pytest.raises(NotAllowed):
            comparable(session, QUARTER, actor=stranger, now=now)
        with pytest.raises(NotAllowed):
            disparities(session, pairs, AREAS, actor=stranger, now=now)
        for ask in (monthly_sums, monthly_buckets):
            with pytest.raises(NotAllowed):
                ask(session, world.on_time, since=IN_QUARTER, until=now, actor=stranger)


def test_everything_is_read_in_a_handful_of_queries(store, shown, world, now):
    with store.writing() as session:
        actions.freeze_period(session, QUARTER, actor=SUPERVISOR, now=now)
    with counted_queries(store) as asked:
        shown(Wanted(QUARTER, "waiting-p90", Unit.AREA))
        shown(AREAS)
    assert len([text for text in asked if text.lstrip().startswith(("SELECT", "WITH"))]) <= 2 * MOST_QUERIES


def test_an_empty_office_has_nothing_to_compare_and_the_same_columns(store, shown, now):
    world = build_world(store)
    with store.reading() as session:
        pairs = comparable(session, QUARTER, actor=SUPERVISOR, now=now)
        assert list(pairs.columns) == list(PAIR_COLUMNS)
        assert pairs.empty
        asked = {"since": IN_QUARTER, "until": now, "actor": SYSTEM}
        assert list(monthly_sums(session, world.on_time, **asked).columns) == list(SUM_COLUMNS)
        assert list(monthly_buckets(session, world.on_time, **asked).columns) == list(BUCKET_COLUMNS)
    assert shown(AREAS) is None


def test_what_is_no_quarter_is_refused_in_words(store, now):
    with store.reading() as session, pytest.raises(PeriodUnknown):
        comparable(session, "2026", actor=SUPERVISOR, now=now)


def test_the_same_quarter_gives_the_same_figures_twice(shown, world):
    first, second = shown(AREAS), shown(AREAS)
    assert first.inequality.equals(second.inequality)
    assert first.figures.equals(second.figures)
