"""The evidence keeps calm where nothing happens and is sure where something does, whatever the unit."""

from __future__ import annotations

import numpy as np
import pytest

from qs.monitoring.evidence import evidence, without_latest
from qs.stats.control_charts import Direction
from qs.stats.multiplicity import benjamini_hochberg

SERIES, PERIODS = 1000, 40


def judged(values, *, direction=Direction.UP, target=None):
    targets = np.full(len(values), np.nan if target is None else target)
    return evidence(values, direction=[direction] * len(values), target=targets, segment_starts=None)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def autocorrelated(rng, correlation):
    noise = rng.normal(size=(SERIES, PERIODS + 50))
    values = noise.copy()
    for period in range(1, values.shape[1]):
        values[:, period] = correlation * values[:, period - 1] + noise[:, period]
    return values[:, 50:]


@pytest.mark.parametrize(("correlation", "allowed"), [(0.0, 1), (0.3, 3), (0.6, 30)])
def test_of_a_thousand_stable_series_hardly_one_becomes_a_signal(rng, correlation, allowed):
    found = judged(autocorrelated(rng, correlation))
    stands = benjamini_hochberg(found.p_change).stands
    assert (stands & (found.side != 0)).sum() <= allowed


def test_a_step_of_three_sigmas_is_found_and_dated(rng):
    values = rng.normal(size=(SERIES, PERIODS))
    values[:20, -8:] += 3
    found = judged(values)
    stands = benjamini_hochberg(found.p_change).stands & (found.side > 0)
    assert stands[:20].mean() >= 0.8
    assert np.median(np.abs(found.onset[:20] - (PERIODS - 8))) <= 1
    assert not found.is_gradual[:20][stands[:20]].mean() > 0.3


def test_a_slow_slide_is_gradual(rng):
    values = rng.normal(size=(50, PERIODS))
    values -= np.maximum(np.arange(PERIODS) - 20, 0) * 0.3
    found = judged(values)
    assert (found.side < 0).mean() >= 0.95
    assert found.is_gradual.mean() >= 0.8


@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1000.0), (50.0, 0.01), (-3.0, 1.0)])
def test_another_unit_tells_the_same(rng, shift, scale):
    values = rng.normal(size=(30, PERIODS))
    values[:, -6:] += 2
    one, other = judged(values), judged(values * scale + shift)
    assert other.side.tolist() == one.side.tolist()
    assert other.p_change == pytest.approx(one.p_change, rel=1e-6)
    assert other.onset.tolist() == one.onset.tolist()


def test_constant_and_short_series_are_not_judged():
    values = np.vstack([np.full(PERIODS, 0.9), np.where(np.arange(PERIODS) > 30, 0.5, np.nan)])
    found = judged(values)
    assert not found.is_judged.any()
    assert np.isnan(found.p_change).all()
    assert (found.side == 0).all()


def test_missing_periods_neither_hide_nor_make_a_change(rng):
    values = rng.normal(size=(40, PERIODS))
    values[:, -10:] += 3
    values[:, [5, 20, -3]] = np.nan
    found = judged(values)
    assert (found.side > 0).mean() >= 0.95
    assert not np.isnan(found.p_change).any()


def test_one_wild_point_is_no_drift_for_months(rng):
    values = rng.normal(size=(1, PERIODS))
    values[0, -3] = 40
    assert judged(values).side[0] == 0


def test_a_period_ago_is_the_series_without_its_latest_value():
    values = np.array([[1.0, 2.0, np.nan], [1.0, np.nan, 3.0]])
    earlier = without_latest(values)
    assert np.isnan(earlier[0, 1])
    assert earlier[0, 0] == 1.0
    assert np.isnan(earlier[1, 2])


def test_a_target_within_reach_is_not_missed(rng):
    values = rng.normal(size=(1, PERIODS))
    assert not judged(values, target=1.0).misses[0]
    assert judged(values, target=6.0).misses[0]
    assert not judged(values, target=6.0, direction=Direction.DOWN).misses[0]
