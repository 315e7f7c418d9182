"""The map of blind spots: silence by a service's own rhythm, the fixed gaps where there is none, and the export."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qs.actor import SYSTEM, Role
from qs.coverage import (
    CELL_COLUMNS,
    EXPECTED_DAYS,
    EXPORT_COLUMNS,
    cell,
    coverage,
    exported,
    sight,
    sight_of_silence,
    silent_between,
)
from qs.errors import NotAllowed
from qs.monitoring.terms import Instrument, Sight
from qs.observations.ingest import ingest
from qs.observations.rhythms import rhythms
from qs.office import prepare_office
from qs.stats.silences import rhythm
from tests.world import MADE_AT, STRANGER, SUPERVISOR, add_feed, batch_of, build_world, in_services

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world(store):
    world = build_world(store)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    return world


def bring(store, service_id, indicator_id, area_id, days_ago, *, per_day=1, limit=None):
    feed_id = add_feed(store, silent_after_hours=limit, code=f"feed-{service_id}")
    events = [
        {
            "happened_at": NOW - days * DAY - timedelta(minutes=number),
            "event_id": f"{service_id}-{days}-{number}",
            "service_id": service_id,
            "indicator_id": indicator_id,
            "area_id": area_id,
            "numerator": 1.0,
        }
        for days in days_ago
        for number in range(per_day)
    ]
    with store.writing() as session:
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=NOW)


def seen(store, actor=SUPERVISOR):
    with store.reading() as session:
        return coverage(session, actor=actor, now=NOW)


def events_cell(found, service_id):
    cells = found.cells
    return next(cells[(cells["service_id"] == service_id) & (cells["instrument"] == Instrument.EVENTS)].itertuples())


def test_without_a_rhythm_the_fixed_gap_decides():
    assert sight(None, 30) is Sight.NEVER
    assert sight(timedelta(days=24), 30) is Sight.FRESH
    assert sight(timedelta(days=25), 30) is Sight.DUE
    assert sight(timedelta(days=30, seconds=1), 30) is Sight.OVERDUE


def test_with_a_rhythm_chance_decides_and_a_year_without_anything_is_blind_whatever_was_usual():
    assert sight_of_silence(0.01, 3) is Sight.DUE  # strictly less than one in a hundred is silent
    assert sight_of_silence(0.0099, 3) is Sight.OVERDUE
    assert sight_of_silence(0.05, 3) is Sight.FRESH
    assert sight_of_silence(0.5, 365) is Sight.FRESH
    assert sight_of_silence(0.5, 366) is Sight.OVERDUE


def test_today_is_not_over_and_does_not_count_as_silent():
    assert silent_between(NOW, NOW) == 0
    assert silent_between(NOW - DAY, NOW) == 0
    assert silent_between(NOW - 2 * DAY, NOW) == 1


def test_a_service_with_few_users_is_not_silent_after_three_weeks_and_a_busy_one_is(store, world):
    bring(store, world.surgery, world.on_time, world.north, range(22, 400, 30))
    bring(store, world.permits, world.on_time, world.south, range(22, 400), per_day=2)
    found = seen(store)
    rare, busy = (events_cell(found, one) for one in (world.surgery, world.permits))
    assert (rare.sight, busy.sight) == (Sight.FRESH, Sight.OVERDUE)
    assert rare.expected_count == pytest.approx(21 / 30)
    assert busy.expected_count == pytest.approx(42.0)
    assert busy.silent_days == 21


def test_the_silence_itself_is_no_part_of_what_was_usual(store, world):
    bring(store, world.permits, world.on_time, world.south, range(150, 400))
    cell_now = events_cell(seen(store), world.permits)
    assert cell_now.expected_count == pytest.approx(149.0)
    assert cell_now.sight is Sight.OVERDUE


def test_only_the_year_before_the_last_event_is_learned_from(store, world):
    bring(store, world.permits, world.on_time, world.south, [*range(0, 370, 10), *range(370, 700)])
    with store.reading() as session:
        found = rhythms(session, {"all": [world.on_time]}, actor=SUPERVISOR, now=NOW)
    learned = found[world.permits, "all"]
    assert (learned.gap_days.tolist(), learned.gap_counts.tolist()) == ([10], [37])


def test_what_was_never_seen_is_never_and_blind_spots_come_first(store, world):
    bring(store, world.permits, world.on_time, world.south, range(400))
    found = seen(store)
    assert events_cell(found, world.surgery).sight is Sight.NEVER
    assert found.services["service_id"].iloc[-1] == world.permits
    assert found.judged_count == 1
    assert found.false_count == pytest.approx(0.01)


def test_a_feed_past_its_own_limit_makes_fresh_data_due(store, world):
    bring(store, world.permits, world.on_time, world.south, range(1, 400), limit=12.0)
    found = events_cell(seen(store), world.permits)
    assert (found.sight, found.quiet_feeds) == (Sight.DUE, 1)


def test_only_services_in_scope_are_shown_and_strangers_see_nothing(store, world):
    bring(store, world.permits, world.on_time, world.south, range(400))
    inspector = in_services(Role.INSPECTOR, world.surgery)
    assert seen(store, inspector).services["service_id"].tolist() == [world.surgery]
    with store.reading() as session, pytest.raises(NotAllowed):
        coverage(session, actor=STRANGER, now=NOW)


def test_the_export_names_services_and_keeps_the_order(store, world):
    bring(store, world.permits, world.on_time, world.south, range(5, 400))
    found = seen(store)
    table = exported(found)
    assert list(table.columns) == list(EXPORT_COLUMNS)
    assert len(table) == 4 * len(Instrument)
    assert table["service_code"].iloc[-1] == "S4"
    assert table[table["last_on"] != ""]["last_on"].tolist() == ["2026-11-18"]
    assert list(found.cells.columns) == list(CELL_COLUMNS)


@given(some.integers(0, 800), some.sampled_from(list(Instrument)), some.integers(1, 30))
def test_a_longer_silence_never_looks_fresher(days, instrument, gap):
    usual = rhythm([gap], [400 // gap], 400 // gap)
    order = [Sight.FRESH, Sight.DUE, Sight.OVERDUE]
    states = [cell(NOW - (days + more) * DAY, usual, instrument, NOW)[2] for more in range(3)]
    assert [order.index(state) for state in states] == sorted(order.index(state) for state in states)
    bare = cell(NOW - days * DAY, None, instrument, NOW)
    assert bare[2] is sight(days * DAY, EXPECTED_DAYS[instrument])
    assert bare[3:] == (None, None, None)
