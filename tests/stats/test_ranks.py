"""Ranks with their uncertainty: against a published case, and what no order of units may change."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from qs.stats.ranks import joint_rank_region, joint_reach, rank_draws, rank_region, tiers

GOLDEN = Path(__file__).parents[1] / "golden"
scores = st.lists(st.integers(0, 100), min_size=1, max_size=12)


def test_the_joint_region_is_that_of_the_published_travel_times():
    """Klein, Wright & Wieczorek (2020): rank 1 is the shortest time there, so the times are turned round."""
    case = json.loads((GOLDEN / "rank_01_traveltime_joint_region.json").read_text(encoding="utf-8"))["cases"]
    given_, expected = case["two_decimal_strict"]["input"], case["two_decimal_strict"]["expected"]
    found = joint_rank_region(-np.array(given_["estimate"]), given_["se"], confidence=1 - given_["alpha"])
    assert found.lower.tolist() == expected["rank_lo"]
    assert found.upper.tolist() == expected["rank_hi"]


def test_certain_scores_have_certain_ranks():
    found = rank_draws(np.tile([[70.0], [90.0], [80.0]], 50))
    assert found.mean.tolist() == [3, 1, 2]
    assert found.lower.tolist() == found.upper.tolist() == [3, 1, 2]
    assert found.p_top.tolist() == [0, 1, 0]
    assert found.p_bottom.tolist() == [1, 0, 0]


def test_equals_share_the_middle_of_their_ranks():
    found = rank_draws(np.full((4, 20), 80.0))
    assert found.mean.tolist() == [2.5] * 4
    assert found.lower.tolist() == [2] * 4
    assert found.upper.tolist() == [3] * 4


def test_nobody_has_no_ranks_and_one_alone_is_first():
    assert len(rank_draws(np.zeros((0, 10))).mean) == 0
    assert rank_draws(np.ones((1, 10))).upper.tolist() == [1]


def test_expected_ranks_agree_with_the_exact_ones_of_normal_scores():
    """1 + sum of the probabilities that another one is better (Goldstein & Spiegelhalter 1996)."""
    centre, error = np.array([80.0, 82.0, 85.0, 85.5]), np.array([2.0, 1.0, 2.0, 0.5])
    draws = centre[:, None] + error[:, None] * np.random.default_rng(1).standard_normal((4, 40_000))
    better = norm.cdf((centre[None, :] - centre[:, None]) / np.hypot(error[None, :], error[:, None]))
    np.fill_diagonal(better, 0)
    assert rank_draws(draws).mean == pytest.approx(1 + better.sum(axis=1), abs=0.02)


@settings(deadline=None)
@given(scores, st.randoms(use_true_random=False))
def test_the_order_in_which_units_are_named_changes_nothing(values, shuffler):
    rng = np.random.default_rng(len(values))
    draws = np.array(values, dtype=float)[:, None] + rng.standard_normal((len(values), 200)).round(1)
    order = list(range(len(values)))
    shuffler.shuffle(order)
    direct, shuffled = rank_draws(draws), rank_draws(draws[order])
    for name in ("mean", "lower", "upper", "p_top", "p_bottom"):
        assert getattr(direct, name)[order].tolist() == getattr(shuffled, name).tolist()


@settings(deadline=None)
@given(scores)
def test_ranks_do_not_depend_on_the_unit_of_the_scores_and_add_up(values):
    draws = np.array(values, dtype=float)[:, None] + np.random.default_rng(2).standard_normal((len(values), 100))
    direct, scaled = rank_draws(draws), rank_draws(3 * draws + 7)
    assert direct.mean.tolist() == scaled.mean.tolist()
    assert direct.mean.sum() == pytest.approx(len(values) * (len(values) + 1) / 2)
    assert (direct.lower <= direct.upper).all()
    assert direct.lower.min() >= 1
    assert direct.upper.max() <= len(values)


def test_who_reaches_the_head_of_a_tier_shares_it():
    """90 (88-92) heads; 87 (85-88) touches it; 86 (84-87) does not and heads the next; 85 (80-89) reaches 86 only."""
    found = tiers([86, 90, 85, 87], [84, 88, 80, 85], [87, 92, 89, 88])
    assert found.tolist() == [2, 1, 2, 1]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=15))
def test_tiers_follow_the_scores(units):
    centre = np.array([score for score, _ in units], dtype=float)
    reach = np.array([width for _, width in units], dtype=float)
    found = tiers(centre, centre - reach, centre + reach)
    in_order = found[np.argsort(-centre, kind="stable")]
    assert in_order[0] == 1
    assert set(np.diff(in_order)) <= {0, 1}


def ranked_in_full(draws):
    """What `rank_draws` tells, by ranking each draw: slow and plain."""
    ranks = rankdata(-draws, axis=0)
    tail = (1 - 0.95) / 2
    lower, upper = np.quantile(ranks, (tail, 1 - tail), axis=1, method="inverted_cdf")
    extreme = int(np.ceil(0.1 * len(draws)))
    p_top, p_bottom = (ranks <= extreme).mean(axis=1), (ranks > len(draws) - extreme).mean(axis=1)
    return ranks.mean(axis=1), np.floor(lower), np.ceil(upper), p_top, p_bottom


@pytest.mark.parametrize(
    ("units", "draws", "decimals"), [(1, 7, 3), (2, 10, 0), (40, 400, 1), (40, 2999, 12), (300, 500, 12), (9, 9000, 0)]
)
def test_counted_ranks_are_those_of_ranking_every_draw(units, draws, decimals):
    rng = np.random.default_rng(units)
    scores = (rng.standard_normal((units, draws)) + rng.standard_normal((units, 1))).round(decimals)
    found = rank_draws(scores)
    for ours, plain in zip(
        (found.mean, found.lower, found.upper, found.p_top, found.p_bottom), ranked_in_full(scores), strict=True
    ):
        assert ours == pytest.approx(plain, abs=1e-12)


def test_scores_that_differ_in_the_last_digit_only_are_in_the_right_order():
    tiny = np.array([[1.0], [np.nextafter(1.0, 2.0)], [np.nextafter(1.0, 0.0)], [-1.0], [np.nextafter(-1.0, 0.0)]])
    assert rank_draws(tiny).mean.tolist() == [2, 1, 3, 5, 4]


def test_minus_nothing_is_nothing_and_infinity_is_first():
    assert rank_draws([[0.0], [-0.0], [np.inf], [-np.inf]]).mean.tolist() == [2.5, 2.5, 1, 4]


def test_the_best_and_worst_may_be_counted_instead_of_shared():
    draws = np.tile(np.arange(5.0)[:, None], 3)
    assert rank_draws(draws, k=2).p_top.tolist() == [0, 0, 0, 1, 1]
    assert rank_draws(draws, k=2).p_bottom.tolist() == [1, 1, 0, 0, 0]
    assert rank_draws(draws, k=5).p_bottom.tolist() == [1] * 5


@pytest.mark.parametrize("k", [0, 6])
def test_more_best_than_units_are_refused(k):
    with pytest.raises(ValueError, match="k must lie between 1 and the number of units, 5"):
        rank_draws(np.ones((5, 2)), k=k)


@pytest.mark.parametrize(
    ("draws", "reason"),
    [([[1.0, np.nan]], "missing"), ([1.0, 2.0], "the shape"), (np.ones((2, 0)), "at least one draw")],
)
def test_draws_that_are_none_are_refused(draws, reason):
    with pytest.raises(ValueError, match=reason):
        rank_draws(draws)


def test_units_known_for_certain_to_be_equal_may_have_each_others_ranks():
    assert rank_region([5.0, 5.0, 1.0], [5.0, 5.0, 2.0]).lower.tolist() == [1, 1, 3]
    assert rank_region([5.0, 5.0, 1.0], [5.0, 5.0, 2.0]).upper.tolist() == [2, 2, 3]


def test_intervals_for_many_units_reach_further():
    assert joint_reach(1) == pytest.approx(1.959964)
    assert joint_reach(51, confidence=0.9) == pytest.approx(3.080900, abs=1e-6)
