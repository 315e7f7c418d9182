"""What the benchmarks are made of: the same made-up events every time, and ratios that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import control_charts, raw
from benchmarks.__main__ import main
from benchmarks.measuring import percentile_95, ratios, rounds, spread
from benchmarks.traffic import SERVICES, YEAR_SECONDS, add_office, events
from benchmarks.visitors import Visitor
from qs.actor import SYSTEM
from qs.db import is_postgresql
from qs.observations.verify import verify_rollups
from qs.settings import settings
from qs.stats.control_charts import Direction, xmr


def test_a_ratio_is_told_by_its_middle_repetition():
    found = ratios([2.0, 9.0, 4.0], [1.0, 3.0, 1.0])
    assert (found.least, found.middle, found.greatest) == (2.0, 3.0, 4.0)
    assert found.told(" times") == "3.00 times (least 2.00, greatest 4.00)"


def test_of_twenty_waits_the_95th_percentile_is_the_longest():
    assert percentile_95([float(wait) for wait in range(20, 0, -1)]) == 20.0


def test_ways_take_turns_and_the_first_round_does_not_count():
    said: list[str] = []
    taken = rounds({"a": lambda: said.append("a"), "b": lambda: said.append("b")}, count=2, runs=2)
    assert "".join(said) == "aabb" * 3
    assert {name: len(values) for name, values in taken.items()} == {"a": 2, "b": 2}
    assert spread(taken["a"]).least >= 0


def test_made_up_events_are_the_same_every_time_and_follow_each_other():
    first, again, second = (events(number, count=1000, per_year=1e7) for number in (0, 0, 1))
    assert first.event_id.tolist() == again.event_id.tolist()
    assert first.numerator.tolist() == again.numerator.tolist()
    assert first.happened_at.max() < second.happened_at.min()
    assert np.all(np.diff(first.happened_at) >= 0)
    length_seconds = (second.happened_at.max() - first.happened_at.min()) / 1e6
    assert length_seconds == pytest.approx(YEAR_SECONDS * 2000 / 1e7, rel=0.01)
    assert 1 <= first.service_id.min() <= first.service_id.max() <= SERVICES


def test_what_is_written_by_hand_is_what_was_made_up(store):
    batch = events(0, count=200, per_year=1e7)
    with store.writing() as session:
        add_office(session)
    if is_postgresql(store.engine.dialect):
        raw.write_postgres(store, raw.copy_bytes(batch))
    else:
        raw.write_sqlite(store, raw.rows(batch))
    with store.reading() as session:
        verdict = verify_rollups(session, actor=SYSTEM, zone=settings().zone)
    assert verdict.event_count == 200
    assert verdict.difference_count > 0  # by hand, nothing reaches the rollups


def test_an_unknown_benchmark_is_named(capsys):
    assert main(["ingest", "nonsense"]) == 2
    assert "There is no benchmark called nonsense." in capsys.readouterr().out


def test_a_visitor_has_nothing_to_refresh_before_the_page_says_so():
    assert Visitor(None, "live").due == {}  # type: ignore[arg-type]  # no socket needed


def test_charts_drawn_group_by_group_are_the_ones_drawn_at_once():
    values = control_charts.made_up_series()[:60]
    ours = xmr(values, direction=Direction.UP)
    assert control_charts.by_groups(values).tolist() == [icon.value for icon in ours.variation]
    assert len(set(ours.variation)) > 1
