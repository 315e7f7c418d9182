"""Ranks reckoned from normal errors: by hand where that is possible, and against draws where it is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from qs.stats.exact_ranks import MOST_UNITS, SLACK, exact_ranks, expected_ranks, rank_probabilities
from qs.stats.ranks import rank_draws

units = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 5)), min_size=1, max_size=7)


def test_of_two_units_the_chances_are_those_of_their_difference():
    chance = norm.cdf(1 / np.hypot(0.6, 0.8))
    found = rank_probabilities([3.0, 2.0], [0.6, 0.8])
    assert found == pytest.approx(np.array([[chance, 1 - chance], [1 - chance, chance]]), abs=1e-9)
    assert expected_ranks([3.0, 2.0], [0.6, 0.8]) == pytest.approx([2 - chance, 1 + chance])


def test_equal_units_have_every_rank_with_the_same_chance():
    assert rank_probabilities(np.zeros(4), np.ones(4)) == pytest.approx(np.full((4, 4), 0.25), abs=1e-9)


def test_certain_units_have_certain_ranks_and_equals_share_theirs():
    certain = rank_probabilities([1.0, 3.0, 2.0], np.zeros(3))
    assert certain == pytest.approx(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]))
    assert expected_ranks([1.0, 3.0, 1.0], np.zeros(3)).tolist() == [2.5, 1, 2.5]
    assert rank_probabilities([1.0, 3.0, 1.0], np.zeros(3)) == pytest.approx(
        np.array([[0, 0.5, 0.5], [1, 0, 0], [0, 0.5, 0.5]]), abs=1e-9
    )
    found = exact_ranks([1.0, 3.0, 2.0], np.zeros(3), k=1)
    assert found.lower.tolist() == found.upper.tolist() == [3, 1, 2]
    assert found.p_top == pytest.approx([0, 1, 0])
    assert found.p_bottom == pytest.approx([1, 0, 0])


def test_a_unit_without_error_among_uncertain_ones_is_reckoned_too():
    found = rank_probabilities([0.0, 0.0, 0.0], [0.0, 1.0, 1.0])
    assert found[0] == pytest.approx([0.25, 0.5, 0.25], abs=1e-9)
    assert found[1] == pytest.approx([0.375, 0.25, 0.375], abs=0.005)


def test_draws_agree_with_the_exact_ranks():
    rng = np.random.default_rng(3)
    means, errors = rng.normal(size=25), rng.uniform(0.02, 0.6, 25)
    exact = exact_ranks(means, errors)
    drawn = rank_draws(means[:, None] + errors[:, None] * rng.standard_normal((25, 40_000)))
    assert drawn.mean == pytest.approx(exact.mean, abs=0.1)
    assert drawn.p_top == pytest.approx(exact.p_top, abs=0.01)
    assert drawn.p_bottom == pytest.approx(exact.p_bottom, abs=0.01)
    assert np.abs(drawn.lower - exact.lower).max() <= 1
    assert np.abs(drawn.upper - exact.upper).max() <= 1


@settings(deadline=None)
@given(units, st.randoms(use_true_random=False))
def test_chances_add_up_and_do_not_depend_on_order_or_unit(given_units, shuffler):
    means, errors = np.array(given_units, dtype=float).T
    found = rank_probabilities(means, errors)
    assert found.sum(axis=0) == pytest.approx(np.ones(len(means)), abs=0.03)  # the smallest errors are rounded up
    assert found.sum(axis=1) == pytest.approx(np.ones(len(means)))
    assert found.min() >= -1e-12
    order = list(range(len(means)))
    shuffler.shuffle(order)
    assert rank_probabilities(means[order], errors[order]) == pytest.approx(found[order], abs=SLACK)
    assert rank_probabilities(4 * means + 8, 4 * errors) == pytest.approx(found, abs=SLACK)
    assert expected_ranks(means, errors).sum() == pytest.approx(len(means) * (len(means) + 1) / 2)


def test_nobody_has_no_ranks_and_one_alone_is_first():
    assert exact_ranks([], []).mean.shape == (0,)
    assert exact_ranks([4.0], [2.0]).upper.tolist() == [1]


@pytest.mark.parametrize(
    ("means", "errors", "reason"),
    [
        ([1.0, 2.0], [1.0], "one estimate and one standard error"),
        ([1.0, np.nan], [1.0, 1.0], "finite"),
        ([1.0, 2.0], [1.0, -1.0], "not negative"),
        (np.zeros(MOST_UNITS + 1), np.ones(MOST_UNITS + 1), f"at most {MOST_UNITS} units"),
    ],
)
def test_what_cannot_be_ranked_is_refused(means, errors, reason):
    with pytest.raises(ValueError, match=reason):
        rank_probabilities(means, errors)
