"""Inequality: figures by hand, parts that add up, what may not matter, and noise that is not taken for a gap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.inequality import (
    atkinson,
    bootstrap,
    coefficient_of_variation,
    gini,
    noisy_draws,
    sampling_variation,
    theil,
    theil_parts,
    without_noise,
)

MEASURES = {
    "cv": coefficient_of_variation,
    "gini": gini,
    "theil": theil,
    "atkinson 0.5": atkinson,
    "atkinson 1": lambda values, weights=None: atkinson(values, weights, aversion=1.0),
    "atkinson 2": lambda values, weights=None: atkinson(values, weights, aversion=2.0),
}
amounts = st.lists(st.integers(0, 1000), min_size=1, max_size=20).map(lambda found: np.array(found, dtype=float))
every_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)


def test_one_to_five_by_hand():
    """Mean 3, variance 2; Gini (2i - 6) y / (5 x 15) = 20/75; Theil the mean of y/3 ln(y/3)."""
    y = [1, 2, 3, 4, 5]
    assert coefficient_of_variation(y) == pytest.approx(np.sqrt(2) / 3)
    assert gini(y) == pytest.approx(20 / 75)
    assert theil(y) == pytest.approx(np.mean([one / 3 * np.log(one / 3) for one in y]))
    assert atkinson(y, aversion=2.0) == pytest.approx(1 - 5 / sum(1 / one for one in y) / 3)


def test_when_one_has_all_the_measures_are_at_their_end():
    """Gini 1 - 1/n, Theil ln n, CV root of n - 1; Atkinson 1 from aversion 1 on."""
    y = [0, 0, 0, 8]
    assert gini(y) == pytest.approx(0.75)
    assert theil(y) == pytest.approx(np.log(4))
    assert coefficient_of_variation(y) == pytest.approx(np.sqrt(3))
    assert (atkinson(y, aversion=1.0), atkinson(y, aversion=3.0)) == (1.0, 1.0)


def test_not_minding_inequality_finds_none():
    assert atkinson([1, 100], aversion=0.0) == 0


@every_measure
@pytest.mark.parametrize("y", [[7], [3, 3, 3], [0, 0], [0]])
def test_equal_values_are_equal(measure, y):
    assert measure(y) == pytest.approx(0.0, abs=1e-12)


@every_measure
@pytest.mark.parametrize("y", [[], [np.nan], [np.nan, np.nan]])
def test_no_values_have_no_inequality(measure, y):
    assert np.isnan(measure(y))


@every_measure
def test_missing_units_and_units_without_weight_do_not_count(measure):
    whole = measure([1, 2, 6], [3, 1, 1])
    assert measure([1, np.nan, 2, 9, 6], [3, 5, 1, 0, 1]) == pytest.approx(whole)
    assert measure([1, 2, 9, 6], [3, 1, np.nan, 1]) == pytest.approx(whole)


@every_measure
def test_a_weight_of_three_is_three_units(measure):
    assert measure([1, 2, 6], [3, 1, 2]) == pytest.approx(measure([1, 1, 1, 2, 6, 6]))


@every_measure
def test_periods_are_reckoned_at_once(measure):
    y = np.array([[1.0, 2, 6], [4, 4, np.nan]])
    assert measure(y) == pytest.approx([float(measure(one)) for one in y])


@settings(deadline=None)
@given(amounts, st.floats(0.001, 1000), st.randoms(use_true_random=False))
def test_neither_order_nor_unit_of_measurement_matter(y, factor, order):
    places = list(range(len(y)))
    order.shuffle(places)
    for measure in MEASURES.values():
        assert measure(y[places] * factor) == pytest.approx(float(measure(y)), abs=1e-9)


@settings(deadline=None)
@given(amounts)
def test_giving_everybody_the_same_on_top_makes_things_more_equal(y):
    for measure in MEASURES.values():
        assert 0 <= measure(y + 10) <= measure(y) + 1e-12 or y.sum() == 0


@settings(deadline=None)
@given(amounts, st.data())
def test_between_and_within_add_up_to_the_total_whatever_the_groups_are_called(y, data):
    weights = data.draw(st.lists(st.integers(0, 9), min_size=len(y), max_size=len(y)))
    groups = np.array(data.draw(st.lists(st.sampled_from("abc"), min_size=len(y), max_size=len(y))))
    parts = theil_parts(y, groups, weights)
    if not np.sum(weights):
        assert np.isnan(parts.total)
        return
    assert float(parts.between + parts.within) == pytest.approx(float(parts.total), abs=1e-12)
    assert float(parts.total) == pytest.approx(float(theil(y, weights)), abs=1e-12)
    renamed = theil_parts(y, np.char.add("z", groups), weights)
    assert float(renamed.between) == pytest.approx(float(parts.between), abs=1e-12)
    assert parts.between >= -1e-12
    assert parts.within >= -1e-12


def test_groups_that_are_equal_inside_differ_only_between():
    parts = theil_parts([2, 2, 6, 6], ["a", "a", "b", "b"])
    assert float(parts.within) == pytest.approx(0.0, abs=1e-15)
    assert float(parts.between) == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert parts.groups.tolist() == ["a", "b"]
    assert parts.shares == pytest.approx([0.25, 0.75])


def test_one_group_differs_only_within_and_periods_go_in_front():
    parts = theil_parts([[1, 2, 6], [2, 2, 2]], ["a", "a", "a"])
    assert parts.between == pytest.approx([0, 0], abs=1e-15)
    assert parts.within_group.shape == (2, 1)
    assert parts.total == pytest.approx(parts.within)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="values are not negative"):
        gini([-1, 2])
    with pytest.raises(ValueError, match="weights are not negative"):
        gini([1, 2], [-1, 1])
    with pytest.raises(ValueError, match="one entry per unit"):
        theil_parts([1, 2], ["a"])
    with pytest.raises(ValueError, match="aversion"):
        atkinson([1, 2], aversion=-1.0)
    with pytest.raises(ValueError, match="one axis"):
        bootstrap(gini, [[1, 2]], rng=np.random.default_rng(1))


def test_a_bootstrap_interval_holds_the_figure_and_narrows_with_the_units():
    rng = np.random.default_rng(4)
    few, many = rng.gamma(2, 10, 15), rng.gamma(2, 10, 1500)
    wide, narrow = (bootstrap(gini, y, rng=rng, resamples=400) for y in (few, many))
    assert wide.lower < gini(few) < wide.upper
    assert narrow.upper - narrow.lower < 0.3 * (wide.upper - wide.lower)
    assert np.isnan(bootstrap(gini, [np.nan], rng=rng).lower)


def test_districts_that_are_truly_equal_are_shown_as_equal():
    """Fifty districts with 100 complaints expected each: chance alone makes a CV of a tenth and a Theil of 0.005."""
    rng = np.random.default_rng(8)
    counts = rng.poisson(100, (40, 50)).astype(float)
    errors = np.sqrt(counts)
    squared = coefficient_of_variation(counts) ** 2
    assert squared.mean() == pytest.approx(0.0098, abs=0.001)
    assert (squared - sampling_variation(counts, errors)).mean() == pytest.approx(0.0, abs=0.001)
    found = without_noise(theil, counts, noisy_draws(counts, errors, rng=rng, count=300))
    assert found.seen.mean() == pytest.approx(0.0049, abs=0.0005)
    assert found.unbounded.mean() == pytest.approx(0.0, abs=0.0005)
    assert (found.cleaned >= 0).all()
    assert (found.around.lower < 0.0005).mean() > 0.9


def test_a_true_gap_is_left_in_its_size():
    """Half the districts have 80 for every 120 of the others: Theil of the true means 0.0201."""
    rng = np.random.default_rng(9)
    truth = np.tile([80.0, 120.0], 25)
    counts = rng.poisson(truth, (40, 50)).astype(float)
    found = without_noise(theil, counts, noisy_draws(counts, np.sqrt(counts), rng=rng, count=300))
    assert found.seen.mean() > 1.15 * theil(truth)
    assert found.unbounded.mean() == pytest.approx(float(theil(truth)), abs=0.0008)
    held = (found.around.lower < theil(truth)) & (theil(truth) < found.around.upper)
    assert held.mean() > 0.85


def test_half_the_sampling_variation_is_what_theil_gains():
    counts = np.full(50, 100.0)
    draws = noisy_draws(counts, np.sqrt(counts), rng=np.random.default_rng(1), count=4000)
    noise = without_noise(theil, counts, draws).noise
    assert float(noise) == pytest.approx(float(sampling_variation(counts, np.sqrt(counts))) / 2, rel=0.05)


def test_draws_keep_what_is_exact_and_what_is_nothing():
    draws = noisy_draws([5.0, 0.0, 9.0], [0.0, 1.0, 0.3], rng=np.random.default_rng(1), count=50)
    assert draws.shape == (50, 3)
    assert (draws[:, 0] == 5).all()
    assert (draws[:, 1] == 0).all()
    assert draws[:, 2].std() == pytest.approx(0.3, rel=0.3)
    with pytest.raises(ValueError, match="values are not negative"):
        noisy_draws([-1.0], [1.0], rng=np.random.default_rng(1))
