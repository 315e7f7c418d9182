"""Points against a target and weighted means: hand-reckoned cases, and what units cannot change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.composites import composite, points_band, points_down, points_up

positive = st.floats(0.01, 1000)


def test_points_of_what_should_be_high():
    assert points_up([0.0, 0.45, 0.9, 1.0, 2.0], 0.9) == pytest.approx([0, 40, 80, 88.8889, 100], abs=1e-3)


def test_points_of_what_should_be_low_and_nothing_is_best_not_worst():
    assert points_down([0.0, 16.0, 20.0, 40.0], 20) == pytest.approx([100, 100, 80, 40])


def test_points_of_a_band_fall_in_a_straight_line_outside():
    assert points_band([18, 24, 21, 15, 27, 40, 12], 18, 24) == pytest.approx([100, 100, 100, 50, 50, 0, 0])
    assert points_band([5.0, 5.05, 9.0], 5, 5) == pytest.approx([100, 0, 0], abs=1e-9)
    assert points_band([0.0, 0.5], 0, 0) == pytest.approx([100, 50])


def test_a_target_of_zero_is_met_or_missed():
    assert points_down([0.0, 0.1], 0).tolist() == [100, 0]
    assert points_up([-1.0, 0.0], 0).tolist() == [0, 100]


@pytest.mark.parametrize("points", [points_up, points_down])
def test_missing_stays_missing(points):
    assert np.isnan(points([np.nan], 0.9)[0])
    assert np.isnan(points([np.nan], 0.0)[0])


@settings(deadline=None)
@given(positive, positive, st.floats(0.01, 100))
def test_the_unit_of_a_figure_changes_no_points(value, target, factor):
    for points in (points_up, points_down):
        assert points(value * factor, target * factor) == pytest.approx(points(value, target), abs=1e-6)


@settings(deadline=None)
@given(positive, positive, positive)
def test_better_figures_never_earn_fewer_points(one, other, target):
    low, high = sorted((one, other))
    assert points_up(low, target) <= points_up(high, target)
    assert points_down(low, target) >= points_down(high, target)


def test_the_weight_of_a_missing_part_goes_to_the_others():
    found = composite([90.0, 60.0, np.nan], [0.6, 0.2, 0.2], missing_limit=0.2)
    assert float(found.score) == pytest.approx(82.5)
    assert found.weights == pytest.approx([0.75, 0.25, 0])
    assert found.missing_weight == pytest.approx(0.2)


def test_above_the_limit_there_is_no_score():
    found = composite([90.0, np.nan], [0.79, 0.21], missing_limit=0.2)
    assert found.is_blocked
    assert np.isnan(found.score)
    assert composite([np.nan], [1.0], missing_limit=1.0).is_blocked


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -0.1], [1.0]])
def test_impossible_weights_are_refused(weights):
    with pytest.raises(ValueError, match="each part needs a weight"):
        composite([1.0, 2.0], weights, missing_limit=0.2)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 10)), min_size=1, max_size=8), st.floats(0.1, 9))
def test_a_composite_lies_among_its_parts_and_only_proportions_of_weights_count(parts, factor):
    figures, weights = [part for part, _ in parts], np.array([weight for _, weight in parts])
    found = composite(figures, weights, missing_limit=0.2)
    assert min(figures) - 1e-9 <= float(found.score) <= max(figures) + 1e-9
    assert float(composite(figures, weights * factor, missing_limit=0.2).score) == pytest.approx(float(found.score))
