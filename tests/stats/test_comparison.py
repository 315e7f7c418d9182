"""Intervals of single figures: published values, the edges, and what no figure may do to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.comparison import Interval, difference, mean, poisson, quantile_levels, wilson

counts = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"), [(1, 1, 0.207, 1.0), (9, 10, 0.596, 0.982), (480, 500, 0.939, 0.974)]
)
def test_wilson_gives_the_intervals_of_the_domain_reference(successes, n, lower, upper):
    found = wilson(successes, n)
    assert (round(float(found.lower), 3), round(float(found.upper), 3)) == (lower, upper)


def test_nothing_counted_has_no_interval():
    found = wilson([0, 0], [0, 5])
    assert np.isnan(found.lower[0])
    assert np.isnan(found.upper[0])
    assert found.lower[1] == 0


def test_more_successes_than_cases_are_refused():
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(3, 2)


@settings(deadline=None)
@given(counts, counts)
def test_wilson_holds_the_share_and_stays_within_0_and_1(a, b):
    hits, n = min(a, b), max(a, b, 1)
    found = wilson(hits, n)
    assert 0 <= found.lower <= hits / n <= found.upper <= 1


@settings(deadline=None)
@given(counts, counts)
def test_wilson_of_failures_is_the_mirror_image(a, b):
    hits, n = min(a, b), max(a, b, 1)
    direct, mirrored = wilson(hits, n), wilson(n - hits, n)
    assert direct.lower == pytest.approx(1 - mirrored.upper, abs=1e-9)


def test_poisson_gives_garwoods_exact_interval():
    """Tables of exact Poisson limits: 5 counted lie between 1.62 and 11.67, none between 0 and 3.69."""
    found = poisson([0, 5])
    assert found.lower == pytest.approx([0.0, 1.6235], abs=1e-4)
    assert found.upper == pytest.approx([3.6889, 11.6683], abs=1e-4)
    with pytest.raises(ValueError, match="not negative"):
        poisson(-1)


def test_a_mean_of_one_value_has_no_interval_and_of_ten_has_students():
    found = mean([1, 10], [5.0, 5.0], [np.nan, 4.0])
    assert np.isnan(found.lower[0])
    assert found.upper[1] == pytest.approx(5 + 2.2622 * 2 / np.sqrt(10), abs=1e-3)


def test_the_level_of_a_median_is_sure_of_less_the_fewer_values_there_are():
    few, many = quantile_levels(0.5, 9), quantile_levels(0.5, 900)
    assert few.lower < many.lower < 0.5 < many.upper < few.upper
    assert float(many.lower) == pytest.approx(0.5 - 1.96 * np.sqrt(0.25 / 900), abs=0.001)


def test_a_difference_recovers_the_variances_of_both_ends():
    """With even intervals it is the usual root of summed squares: 3 and 4 give 5."""
    found = difference(
        90.0, Interval(np.float64(87.0), np.float64(93.0)), 80.0, Interval(np.float64(76.0), np.float64(84.0))
    )
    assert (float(found.lower), float(found.upper)) == (5.0, 15.0)
