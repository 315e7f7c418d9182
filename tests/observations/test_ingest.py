"""Events come in exactly once, and everything kept of them adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qs.actor import SYSTEM, Actor, Permission, Role, Scope, ScopeKind
from qs.audit.models import AuditEntry
from qs.errors import InvalidInput, NotAllowed
from qs.observations.figures import SERVICES, Window, percentiles
from qs.observations.ingest import ingest
from qs.observations.models import Event, Rollup, Stream
from qs.observations.rollups import bucket_of, value_within
from qs.observations.verify import verify_rollups
from qs.periods import Grain
from qs.settings import settings as office
from tests import world

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)  # Monday 12:00 in Shanghai


@pytest.fixture
def city(store):
    return world.build_world(store)


@pytest.fixture
def feed(store, city):
    return world.add_feed(store)


def event(city, number=1, **changes):
    usual = {
        "event_id": f"e{number}",
        "happened_at": NOON,
        "service_id": city.surgery,
        "indicator_id": city.on_time,
        "numerator": 8.0,
        "denominator": 10.0,
        "area_id": city.north,
    }
    return usual | changes


def send(store, feed, *events, actor=SYSTEM, now=NOON):
    with store.writing() as session:
        return ingest(session, world.batch_of(*events), feed_id=feed, actor=actor, now=now)


def day_cell(store, city, starts_at=datetime(2026, 11, 1, 16, 0, tzinfo=UTC), indicator_id=None):
    with store.reading() as session:
        return session.execute(
            sa.select(Rollup).where(
                Rollup.grain == "day",
                Rollup.starts_at == starts_at,
                Rollup.indicator_id == (indicator_id or city.on_time),
                Rollup.service_id == city.surgery,
            )
        ).scalar_one_or_none()


def differences(store):
    with store.reading() as session:
        return verify_rollups(session, actor=SYSTEM, zone=office().zone).differences


def test_a_new_event_moves_its_day(store, city, feed):
    receipt = send(store, feed, event(city))
    cell = day_cell(store, city)
    assert (receipt.new_count, receipt.duplicate_count) == (1, 0)
    assert (cell.n, cell.numerator, cell.denominator, cell.lowest, cell.highest) == (1, 8.0, 10.0, 8.0, 8.0)


def test_two_events_of_a_day_are_added_up(store, city, feed):
    send(store, feed, event(city, 1), event(city, 2, numerator=2.0))
    cell = day_cell(store, city)
    assert (cell.n, cell.numerator, cell.denominator, cell.square) == (2, 10.0, 20.0, 68.0)
    assert (cell.lowest, cell.highest) == (2.0, 8.0)


def test_the_same_batch_sent_twice_changes_nothing(store, city, feed):
    batch = [event(city, 1), event(city, 2)]
    send(store, feed, *batch)
    receipt = send(store, feed, *batch)
    assert (receipt.new_count, receipt.duplicate_count, receipt.differing_ids) == (0, 2, ())
    assert day_cell(store, city).n == 2


def test_of_a_batch_half_known_only_the_new_half_counts(store, city, feed):
    send(store, feed, event(city, 1))
    receipt = send(store, feed, event(city, 1), event(city, 2))
    assert (receipt.new_count, receipt.duplicate_count) == (1, 1)
    assert day_cell(store, city).n == 2


def test_an_id_repeated_within_a_batch_counts_once(store, city, feed):
    receipt = send(store, feed, event(city, 1), event(city, 1))
    assert (receipt.new_count, receipt.duplicate_count) == (1, 1)
    assert day_cell(store, city).n == 1


def test_a_known_id_with_other_values_is_reported_and_not_changed(store, city, feed):
    send(store, feed, event(city, 1))
    receipt = send(store, feed, event(city, 1, numerator=9.0))
    assert receipt.differing_ids == ("e1",)
    assert day_cell(store, city).numerator == 8.0


def test_the_day_of_an_event_is_the_office_day(store, city, feed):
    send(store, feed, event(city, happened_at=datetime(2026, 11, 1, 16, 0, tzinfo=UTC)))
    send(store, feed, event(city, 2, happened_at=datetime(2026, 11, 1, 15, 59, tzinfo=UTC)))
    assert day_cell(store, city).n == 1


def test_a_correction_replaces_the_event_and_its_extremes(store, city, feed):
    send(store, feed, event(city, 1, numerator=10.0), event(city, 2, numerator=2.0))
    send(store, feed, event(city, 3, numerator=5.0, corrects="e1"))
    cell = day_cell(store, city)
    assert (cell.n, cell.numerator, cell.highest) == (2, 7.0, 5.0)
    assert differences(store) == ()


def test_a_correction_can_itself_be_corrected(store, city, feed):
    send(store, feed, event(city, 1))
    send(store, feed, event(city, 2, numerator=5.0, corrects="e1"))
    send(store, feed, event(city, 3, numerator=6.0, corrects="e2"))
    assert day_cell(store, city).numerator == 6.0
    assert differences(store) == ()


def test_a_correction_to_another_area_moves_both_areas(store, city, feed):
    send(store, feed, event(city, 1))
    send(store, feed, event(city, 2, area_id=city.south, corrects="e1"))
    assert differences(store) == ()


def test_a_correction_of_nothing_is_refused_whole(store, city, feed):
    with pytest.raises(InvalidInput) as refused:
        send(store, feed, event(city, 1), event(city, 2, corrects="e9"))
    assert refused.value.problems[0].row == 1
    assert day_cell(store, city) is None


def test_a_stream_knows_its_first_and_last_event(store, city, feed):
    later = NOON + timedelta(hours=3)
    send(store, feed, event(city, 1), event(city, 2, happened_at=later), now=later)
    with store.reading() as session:
        stream = session.scalars(sa.select(Stream)).one()
    assert (stream.first_happened_at, stream.last_happened_at, stream.event_count) == (NOON, later, 2)
    assert stream.last_received_at == later


def test_a_percentile_is_right_to_two_percent(store, city, feed):
    values = np.random.default_rng(1).lognormal(3, 0.6, 500)
    rows = [
        event(city, number, indicator_id=city.longest_waiting, numerator=float(value), denominator=1.0)
        for number, value in enumerate(values)
    ]
    send(store, feed, *rows)
    window = Window(Grain.DAY, NOON - timedelta(days=1), NOON + timedelta(days=1), (city.longest_waiting,))
    with store.reading() as session:
        frame = percentiles(session, [window], percentile=0.9, subjects=SERVICES, actor=SYSTEM)
    assert frame["value"].item() == pytest.approx(np.quantile(values, 0.9, method="inverted_cdf"), rel=0.02)


@given(st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1))
def test_every_value_lies_within_two_percent_of_both_ends_of_its_bucket(values):
    stored = np.array(values)
    for share in (0.0, 1.0):
        read = value_within(bucket_of(stored), np.full(stored.shape, share))
        assert np.all(np.abs(read - stored) <= 0.0201 * stored)


def test_somebody_without_the_right_adds_nothing(store, city, feed):
    with pytest.raises(NotAllowed):
        send(store, feed, event(city), actor=world.AUDITOR)
    assert day_cell(store, city) is None


def test_events_for_services_outside_the_scope_are_refused(store, city, feed):
    narrow = world.person(Role.SUPERVISOR, Scope(ScopeKind.SERVICES, frozenset({city.permits})))
    with pytest.raises(NotAllowed):
        send(store, feed, event(city), actor=narrow)
    assert send(store, feed, event(city, service_id=city.permits, area_id=city.south), actor=narrow).new_count == 1


def test_a_key_of_one_feed_adds_to_no_other(store, city, feed):
    key = Actor(None, "key:1", "key", extra=frozenset({Permission.EVENTS_ADD}), feed_id=feed + 1)
    with pytest.raises(NotAllowed):
        send(store, feed, event(city), actor=key)


def test_every_batch_leaves_one_trace_with_its_counts(store, city, feed):
    send(store, feed, event(city, 1), event(city, 2))
    with store.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "events.added")).one()
    assert entry.facts == {"events": 2, "new": 2, "differing": 0}
    assert entry.object == f"feed:{feed}"


def test_a_changed_cell_is_found_by_the_verification(store, city, feed):
    send(store, feed, event(city))
    with store.writing() as session:
        session.execute(sa.update(Rollup).where(Rollup.grain == "month").values(numerator=9.0))
    found = differences(store)
    assert [difference.table for difference in found] == ["rollup"]
    assert found[0].stored[1] == 9.0
    assert found[0].counted[1] == 8.0


def test_a_missing_cell_and_a_cell_without_events_are_found(store, city, feed):
    send(store, feed, event(city))
    with store.writing() as session:
        session.execute(sa.update(Rollup).where(Rollup.grain == "week").values(starts_at=NOON + timedelta(days=700)))
    found = differences(store)
    assert {(difference.stored is None, difference.counted is None) for difference in found} == {
        (True, False),
        (False, True),
    }


def test_an_event_removed_behind_the_back_is_found(store, city, feed):
    send(store, feed, event(city, 1), event(city, 2))
    with store.writing() as session:
        session.execute(sa.delete(Event).where(Event.event_id == "e2"))
    assert len(differences(store)) > 0


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example writes to one growing store, which is the point
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 24 * 80), st.floats(0, 1000), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_is_sent_in_whatever_order_the_rollups_match_the_events(store, city, feed, sent):
    rows = [
        event(
            city,
            number,
            happened_at=NOON + timedelta(hours=number % 7 * hours),
            indicator_id=city.waiting if measured else city.on_time,
            numerator=value,
            denominator=1.0 if measured else 1000.0,
        )
        for number, hours, value, measured in sent
    ]
    send(store, feed, *rows)
    assert differences(store) == ()


def test_a_file_loaded_by_hand_does_not_take_a_stream_from_its_live_feed(store, city, feed):
    by_hand = world.add_feed(store, "by-hand", silent_after_hours=None)
    send(store, feed, event(city, 1))
    send(store, by_hand, event(city, 2))
    with store.reading() as session:
        assert session.scalars(sa.select(Stream)).one().feed_id == feed


def test_a_stream_follows_from_one_live_feed_to_the_next(store, city, feed):
    successor = world.add_feed(store, "successor")
    send(store, feed, event(city, 1))
    send(store, successor, event(city, 2))
    with store.reading() as session:
        assert session.scalars(sa.select(Stream)).one().feed_id == successor
