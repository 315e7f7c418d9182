"""The arithmetic behind every cell: grouping, days into weeks, histograms into percentiles; rows by the many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.observations.figures import COUNT_ROOM, values_at
from qs.observations.ingest import ingest
from qs.observations.inserting import ROWS_AT_ONCE
from qs.observations.models import Event
from qs.observations.rollups import SPECS, Facts, buckets_of, cells_of, grouped, joined, rollup_cells
from qs.observations.verify import verify_rollups
from qs.periods import Grain, period_starts, to_microseconds
from qs.settings import settings as office
from tests import world

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)  # Monday 12:00 in Shanghai


def some_facts(count=500):
    """Measured events of three services over five weeks, in no order."""
    chance = np.random.default_rng(7)
    return Facts(
        happened_at=to_microseconds(NOON) + chance.integers(0, 35 * 86_400, count) * 1_000_000,
        service_id=chance.integers(1, 4, count),
        indicator_id=chance.integers(1, 3, count),
        area_id=chance.integers(1, 3, count),
        sector_id=chance.integers(1, 3, count),
        numerator=chance.integers(0, 90, count).astype(np.float64),
        denominator=np.ones(count),
        is_measured=np.ones(count, dtype=bool),
    )


def groups(keys):
    order, firsts = grouped(keys)
    return [tuple(int(key[place]) for key in keys) for place in order[firsts]]


def test_rows_are_grouped_and_sorted_by_key():
    keys = (np.array([2, 1, 2, 1]), np.array([10, 30, 10, 20]))
    assert groups(keys) == [(1, 20), (1, 30), (2, 10)]


def test_keys_too_far_apart_for_one_number_are_grouped_all_the_same():
    far = np.array([0, 2**61 + 1, 1, 0])
    keys = (far, np.array([5, 5, 2**40, 5]))
    assert joined(keys) is None
    assert groups(keys) == [(0, 5), (1, 2**40), (2**61 + 1, 5)]


def test_nothing_makes_no_groups():
    empty = np.zeros(0, dtype=np.int64)
    assert groups((empty, empty)) == []


@pytest.mark.parametrize("made_of", [cells_of, buckets_of])
def test_weeks_and_months_made_of_days_are_those_made_of_the_events(made_of):
    facts = some_facts()
    made = {(table.name, grain): cells for table, grain, cells in rollup_cells(facts, SHANGHAI)}
    for spec in SPECS:
        table = spec.table if made_of is cells_of else spec.buckets
        if table is not None:
            direct = made_of(facts, spec, period_starts(facts.happened_at, spec.grain, SHANGHAI))
            for ours, theirs in zip(made[table.name, spec.grain].columns, direct.columns, strict=True):
                np.testing.assert_allclose(ours, theirs)


def test_counts_alone_make_cells_without_histograms():
    facts = replace(some_facts(), is_measured=np.zeros(500, dtype=bool))
    sizes = {table.name: len(cells) for table, grain, cells in rollup_cells(facts, SHANGHAI) if grain is Grain.WEEK}
    assert sizes["rollup"] > 0
    assert sizes["rollup_bucket"] == sizes["area_rollup_bucket"] == 0


def histogram(*buckets):
    return ",".join(str(bucket * COUNT_ROOM + count) for bucket, count in buckets)


def test_a_percentile_lies_in_the_bucket_that_reaches_it():
    texts = [histogram((0, 9), (100, 1)), histogram((100, 5), (-40, 5))]
    assert values_at(0.5, texts) == pytest.approx([1.02 ** (-1 + 5 / 9), 1.02**-40])
    assert values_at(0.95, texts) == pytest.approx([1.02**99.5, 1.02**99.9])


def test_no_histogram_has_no_percentile():
    assert values_at(0.9, []).size == 0


@pytest.mark.parametrize("count", [1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 3])
def test_any_number_of_events_is_written_as_it_was_sent(store, count):
    city, feed = world.build_world(store), world.add_feed(store)
    names = [f"事件\t{number}\\n" for number in range(count)]
    rows = [
        {
            "event_id": name,
            "happened_at": NOON + timedelta(microseconds=number),
            "service_id": city.surgery,
            "indicator_id": city.waiting,
            "numerator": number + 0.1,
            "area_id": city.north,
            "channel": "online",
        }
        for number, name in enumerate(names)
    ]
    rows.append(rows[0] | {"event_id": "mended", "corrects": names[0], "numerator": 7.0})
    with store.writing() as session:
        ingest(session, world.batch_of(*rows), feed_id=feed, actor=SYSTEM, now=NOON)
    with store.reading() as session:
        stored = session.execute(
            sa.select(Event.event_id, Event.happened_at, Event.numerator, Event.corrects).order_by(Event.event_id)
        ).all()
        verdict = verify_rollups(session, actor=SYSTEM, zone=office().zone)
    sent = [(row["event_id"], row["happened_at"], row["numerator"], row.get("corrects")) for row in rows]
    assert sorted(map(tuple, stored)) == sorted(sent)
    assert verdict.difference_count == 0
