"""How sure a score is: under other weights, and with the sampling error of its figures."""

import numpy as np
import pytest

from qs.stats.composites import Group, Part, carried, figure_draws, min_max, nested, weight_sensitivity
from qs.stats.ranks import rank_draws

NAN = float("nan")
TWO = Group("score", (Part("a"), Part("b")))


def rng(seed=1):
    return np.random.default_rng(seed)


def test_who_is_better_on_everything_is_first_under_all_weights():
    figures = {"a": [90.0, 50.0, 10.0], "b": [80.0, 60.0, 20.0]}
    found = weight_sensitivity(TWO, figures, rng=rng(), missing_limit=0, count=500, k=1)
    assert found.score == pytest.approx([85, 55, 15])
    assert found.rank.tolist() == found.lower.tolist() == found.median.tolist() == found.upper.tolist() == [1, 2, 3]
    assert found.p_top.tolist() == [1, 0, 0]
    assert found.p_bottom.tolist() == [0, 0, 1]


def test_who_is_ahead_by_weights_alone_may_not_stay_so():
    """Equal scores with equal weights: half of the draws favour the first."""
    figures = {"a": [100.0, 0.0, 50.0], "b": [0.0, 100.0, 50.0]}
    found = weight_sensitivity(TWO, figures, rng=rng(), missing_limit=0, k=1)
    assert found.p_top == pytest.approx([0.5, 0.5, 0], abs=0.02)
    assert found.lower.tolist() == [1, 1, 2]
    assert found.upper.tolist() == [3, 3, 2]
    assert found.rank.tolist() == [1, 1, 1]


def test_without_spread_all_draws_are_the_score():
    figures = {"a": rng(4).uniform(0, 100, 30), "b": rng(5).uniform(0, 100, 30)}
    found = weight_sensitivity(TWO, figures, rng=rng(), missing_limit=0, count=20, spread=0.0)
    assert found.mean.tolist() == found.rank.tolist()


def test_units_without_a_score_are_not_ranked():
    figures = {"a": [90.0, NAN, 10.0, NAN], "b": [80.0, 60.0, 20.0, NAN]}
    found = weight_sensitivity(TWO, figures, rng=rng(), missing_limit=0.4, count=50, k=1)
    assert found.rank == pytest.approx([1, NAN, 2, NAN], nan_ok=True)
    assert found.upper == pytest.approx([1, NAN, 2, NAN], nan_ok=True)
    nobody = weight_sensitivity(TWO, {"a": [NAN], "b": [NAN]}, rng=rng(), missing_limit=1, count=5)
    assert np.isnan(nobody.rank).all()


def test_drawn_in_blocks_the_weights_of_all_levels_change():
    tree = Group("score", (Group("one", (Part("a"), Part("b"))), Group("two", (Part("c"), Part("d")))))
    figures = {name: rng(seed).uniform(0, 100, 60) for seed, name in enumerate("abcd")}
    found = weight_sensitivity(tree, figures, rng=rng(), missing_limit=0, count=4000)
    assert found.score == pytest.approx(nested(tree, figures, missing_limit=0).scores["score"])
    assert found.mean.sum() == pytest.approx(60 * 61 / 2)
    assert ((found.lower <= found.median) & (found.median <= found.upper)).all()
    assert (found.lower < found.upper).sum() > 30


def test_the_order_of_units_does_not_matter_to_sensitivity():
    figures = {"a": [90.0, 50.0, 10.0, 30.0], "b": [10.0, 45.0, 80.0, 31.0]}
    turned = {name: values[::-1] for name, values in figures.items()}
    direct, other = (weight_sensitivity(TWO, one, rng=rng(), missing_limit=0, count=300) for one in (figures, turned))
    assert direct.mean.tolist() == other.mean[::-1].tolist()


def test_figures_are_drawn_around_their_estimates():
    drawn = figure_draws(rng(), [5.0, 7.0, NAN], [2.0, 0.0, NAN], count=10_000)
    assert drawn[0].mean() == pytest.approx(5, abs=0.1)
    assert drawn[0].std() == pytest.approx(2, abs=0.05)
    assert (drawn[1] == 7).all()
    assert np.isnan(drawn[2]).all()


@pytest.mark.parametrize("errors", [[-1.0, 1.0], [NAN, 1.0]])
def test_estimates_without_errors_are_refused(errors):
    with pytest.raises(ValueError, match="a standard error not below zero"):
        figure_draws(rng(), [1.0, 2.0], errors, count=2)


def test_the_error_of_a_mean_of_two_is_carried_into_the_score():
    """Errors of 3 and 4 on two parts of equal weight: 2.5 on the score."""
    draws = {
        "a": figure_draws(rng(1), [60.0], [3.0], count=40_000),
        "b": figure_draws(rng(2), [40.0], [4.0], count=40_000),
    }
    found = carried(TWO, draws, missing_limit=0)
    assert found.mean[0] == pytest.approx(50, abs=0.1)
    assert found.upper[0] - found.lower[0] == pytest.approx(2 * 1.96 * 2.5, rel=0.03)


def test_uncertain_weights_widen_the_interval():
    draws = {"a": figure_draws(rng(1), [90.0], [1.0], count=4000), "b": [10.0]}
    sure = carried(TWO, draws, missing_limit=0)
    unsure = carried(TWO, draws, missing_limit=0, rng=rng(3), weight_spread=0.25)
    assert unsure.upper[0] - unsure.lower[0] > 5 * (sure.upper[0] - sure.lower[0])
    with pytest.raises(ValueError, match="without a random generator"):
        carried(TWO, draws, missing_limit=0, weight_spread=0.25)


def test_scores_are_measured_by_the_estimates_and_ranked_by_the_draws():
    estimates, errors = np.array([50.0, 52.0, 90.0, NAN]), np.array([2.0, 2.0, 2.0, NAN])
    drawn = figure_draws(rng(), estimates, errors, count=2000)
    found = carried(Group("score", (Part("a"),)), {"a": min_max(drawn, reference=estimates).values}, missing_limit=0)
    assert found.is_scored.tolist() == [True, True, True, False]
    assert found.mean == pytest.approx([0, 5, 100, NAN], abs=0.5, nan_ok=True)
    ranks = rank_draws(found.draws[found.is_scored])
    assert ranks.lower.tolist() == [2, 2, 1]
    assert ranks.upper.tolist() == [3, 3, 1]


def test_draws_must_be_of_one_number():
    with pytest.raises(ValueError, match="the same number of each"):
        carried(TWO, {"a": np.ones((1, 3)), "b": np.ones((1, 4))}, missing_limit=0)
    with pytest.raises(ValueError, match="draws of at least one figure"):
        carried(TWO, {"a": [1.0], "b": [2.0]}, missing_limit=0)
