"""What no series may do to a control chart, tried on series that nobody would think of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.control_charts import Direction, PointType, Rule, Variation, XmrCharts, xmr

LIMITS = ("mean", "lower", "upper", "near_lower", "near_upper")
OPPOSITE = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP, Direction.NEUTRAL: Direction.NEUTRAL}
MIRRORED = {"high": "low", "low": "high"}

# Whole numbers, few of them, so that ties, runs and points on the mean are common.
points = st.one_of(st.integers(-10, 10), st.integers(-1, 1), st.just(float("nan")))


@dataclass(frozen=True)
class Batch:
    values: np.ndarray
    options: dict[str, Any]  # Any: the options of xmr

    def charts(self, change=lambda values: values, **changed: Any) -> XmrCharts:  # Any: the options of xmr
        return xmr(change(self.values), **{**self.options, **changed})


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    periods = draw(st.integers(1, 30))
    rows = draw(st.lists(st.lists(points, min_size=periods, max_size=periods), min_size=1, max_size=3))
    rebased = draw(st.one_of(st.none(), st.integers(0, periods - 1)))
    options = {
        "direction": draw(st.sampled_from(Direction)),
        "baseline_periods": draw(st.one_of(st.none(), st.integers(7, 15))),
        "segment_starts": np.tile(np.arange(periods) == rebased, (len(rows), 1)),
        "screen": draw(st.booleans()),
        "gap": draw(st.sampled_from(["skip", "break"])),
        "target": draw(st.integers(-10, 10)),
        "ranges": draw(st.sampled_from(["mean", "median"])),
        "ties": draw(st.sampled_from(["strict", "inclusive"])),
    }
    return Batch(np.array(rows, dtype=float), options)


def assert_limits(found: XmrCharts, expected: dict[str, np.ndarray]) -> None:
    for name, lines in expected.items():
        assert getattr(found, name) == pytest.approx(lines, rel=1e-9, abs=1e-9, nan_ok=True)


@given(batch=batches(), shift=st.integers(-1000, 1000))
@settings(deadline=None)
def test_adding_a_constant_moves_the_limits_and_changes_no_signal(batch, shift):
    before, after = batch.charts(), batch.charts(lambda values: values + shift)
    assert_limits(after, {name: getattr(before, name) + shift for name in LIMITS})
    assert after.rule.tolist() == before.rule.tolist()
    assert after.side.tolist() == before.side.tolist()


@given(batch=batches(), factor=st.floats(1e-6, 1e6))
@settings(deadline=None)
def test_another_unit_scales_the_limits_and_changes_no_signal(batch, factor):
    before, after = batch.charts(), batch.charts(lambda values: values * factor)
    for name in LIMITS:
        assert getattr(after, name) / factor == pytest.approx(getattr(before, name), rel=1e-9, abs=1e-9, nan_ok=True)
    assert after.rule.tolist() == before.rule.tolist()
    assert after.side.tolist() == before.side.tolist()


@given(batch=batches())
@settings(deadline=None)
def test_turned_upside_down_high_becomes_low_and_good_stays_good(batch):
    before = batch.charts()
    after = batch.charts(np.negative, direction=OPPOSITE[batch.options["direction"]], target=-batch.options["target"])
    assert_limits(after, {"mean": -before.mean, "upper": -before.lower, "near_lower": -before.near_upper})
    assert after.rule.tolist() == before.rule.tolist()
    assert after.side.tolist() == (-before.side).tolist()
    assert after.point_type.tolist() == before.point_type.tolist()
    assert after.assurance.tolist() == before.assurance.tolist()
    assert after.variation.tolist() == [mirrored(icon) for icon in before.variation]


def mirrored(icon: Variation) -> Variation:
    kind, _, side = icon.rpartition("_")
    return Variation(f"{kind}_{MIRRORED[side]}") if side in MIRRORED else icon


@given(batch=batches())
@settings(deadline=None)
def test_a_missing_point_is_never_a_signal(batch):
    found, missing = batch.charts(), np.isnan(batch.values)
    assert (found.rule[missing] == Rule.NONE).all()
    assert (found.point_type[missing] == PointType.UNKNOWN).all()


@given(batch=batches())
@settings(deadline=None)
def test_rule_side_and_type_tell_of_a_signal_together(batch):
    found = batch.charts()
    signal = found.rule != Rule.NONE
    assert (signal == (found.side != 0)).all()
    assert (signal == (found.point_type > PointType.COMMON_CAUSE)).all()


@given(level=st.floats(-1e9, 1e9), periods=st.integers(7, 60), holes=st.sets(st.integers(0, 59)))
@settings(deadline=None)
def test_a_series_that_never_moves_is_never_a_signal(level, periods, holes):
    values = np.full((1, periods), level)
    values[0, [hole for hole in holes if hole < periods]] = np.nan
    found = xmr(values, direction=Direction.UP, screen=False)
    assert not found.rule.any()
    assert found.variation[0] in {Variation.COMMON_CAUSE, Variation.UNKNOWN}


@given(batch=batches())
@settings(deadline=None)
def test_a_series_is_read_the_same_alone_as_among_others(batch):
    together = batch.charts()
    for row, values in enumerate(batch.values):
        starts = batch.options["segment_starts"][row : row + 1]
        alone, among = xmr(values[None, :], **{**batch.options, "segment_starts": starts}).chart(0), together.chart(row)
        for name, value in vars(alone).items():
            np.testing.assert_array_equal(getattr(among, name), value)
