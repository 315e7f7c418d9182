"""Priors made from peers: a published case, guards for few or equal units, and no number lost."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.posteriors import LARGE, count_draws, level_draws, mean_draws, share_draws
from qs.stats.shrinkage import (
    JEFFREYS,
    MIN_PEERS,
    BetaPrior,
    beta_prior,
    dersimonian_laird,
    james_stein,
    normal_posterior,
    paule_mandel,
    share_posterior,
    shrunken,
    steadied_variances,
)

GOLDEN = Path(__file__).parents[1] / "golden"


def test_batting_averages_drawn_together_come_nearer_to_the_truth():
    """Efron & Morris (1977): a third of the squared error of the raw averages against the rest of the season."""
    case = json.loads((GOLDEN / "rank_02_james_stein_baseball.json").read_text(encoding="utf-8"))
    hits, n = np.array(case["input"]["success"]), np.array(case["input"]["trials"])
    season = np.array(case["expected"]["season_average"])
    prior = beta_prior(hits, n)
    drawn = (hits + prior.successes) / (n + prior.successes + prior.failures)
    assert prior.successes / (prior.successes + prior.failures) == pytest.approx(0.265, abs=0.005)
    raw_error = ((hits / n - season) ** 2).sum()
    assert ((drawn - season) ** 2).sum() < 0.45 * raw_error  # the prior counts for no more than a unit's own cases


def test_few_units_are_left_alone():
    assert beta_prior([1] * (MIN_PEERS - 1), [2] * (MIN_PEERS - 1)) == JEFFREYS
    few = normal_posterior([1.0, 9.0], [1.0, 1.0])
    assert few.mean.tolist() == [1.0, 9.0]


def test_units_that_really_differ_are_hardly_drawn_and_equal_ones_by_half():
    apart = normal_posterior(np.arange(12.0) * 10, np.ones(12))
    assert np.abs(apart.mean - np.arange(12.0) * 10).max() < 0.2
    alike = normal_posterior(np.tile([4.9, 5.1], 6), np.ones(12))
    assert alike.mean[:2] == pytest.approx([4.95, 5.05])


def test_one_value_is_not_taken_for_exact():
    steadied = steadied_variances([1, 5, 5], [np.nan, 4.0, 4.0])
    assert steadied == pytest.approx([4.0, 4.0, 4.0])
    assert np.isnan(steadied_variances([1, 1], [np.nan, np.nan])).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=0, max_size=30))
def test_a_prior_is_always_a_distribution(units):
    hits = [min(pair) for pair in units]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prior = beta_prior(hits, [max(pair) for pair in units])
    assert prior.successes > 0
    assert prior.failures > 0
    assert np.isfinite(prior.successes + prior.failures)


@pytest.mark.parametrize("size", [0.3, LARGE - 1, LARGE + 1])
def test_draws_have_the_mean_and_spread_of_their_distribution_on_both_sides_of_the_edge(size):
    rng = np.random.default_rng(5)
    shares = share_draws(rng, size, 2 * size, count=40_000)
    assert shares.mean() == pytest.approx(1 / 3, abs=0.01)
    assert shares.std() == pytest.approx(np.sqrt(2 / 9 / (3 * size + 1)), rel=0.03)
    counts = count_draws(rng, size, count=40_000)
    assert counts.mean() == pytest.approx(size + 0.5, rel=0.02)
    assert counts.std() == pytest.approx(np.sqrt(size + 0.5), rel=0.03)


def test_levels_and_means_are_drawn_around_theirs():
    rng = np.random.default_rng(6)
    assert level_draws(rng, 0.9, 1000, count=20_000).mean() == pytest.approx(0.9, abs=0.001)
    assert mean_draws(rng, 5.0, 0.0, count=3).tolist() == [5.0] * 3


def test_james_and_stein_draw_batting_averages_as_published():
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    raw = hits / 45
    found = james_stein(raw, raw.mean() * (1 - raw.mean()) / 45)
    assert found.centre == pytest.approx(0.265, abs=0.0006)
    assert found.factor[0] == pytest.approx(0.212, abs=0.0006)
    assert found.mean.mean() == pytest.approx(raw.mean())


def test_james_and_stein_leave_three_units_alone_and_draw_equal_ones_together():
    assert james_stein([1.0, 2.0, 6.0], 4.0).mean.tolist() == [1, 2, 6]
    assert james_stein([1.0, 1.1, 0.9, 1.0], 4.0).mean == pytest.approx([1.0] * 4)
    assert james_stein([2.0] * 5, 1.0).mean.tolist() == [2.0] * 5
    assert james_stein([1.0, 2.0, 3.0, 9.0], 0.0).factor.tolist() == [1.0] * 4
    assert james_stein([], 1.0).mean.shape == (0,)


def test_with_equal_errors_both_variances_are_what_exceeds_them():
    """Sample variance 10, sampling variance 1: nine remain, by either way."""
    seen, errors = [0.0, 2.0, 4.0, 6.0, 8.0], np.ones(5)
    assert dersimonian_laird(seen, errors) == pytest.approx(9.0)
    assert paule_mandel(seen, errors) == pytest.approx(9.0)


def test_units_no_more_apart_than_chance_have_nothing_between_them():
    assert dersimonian_laird([1.0, 1.1, 0.9], [1.0, 1.0, 1.0]) == 0
    assert paule_mandel([1.0, 1.1, 0.9], [1.0, 2.0, 3.0]) == 0
    assert paule_mandel([5.0], [1.0]) == paule_mandel([], []) == dersimonian_laird([5.0], [1.0]) == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 20)), min_size=2, max_size=15), st.floats(0.01, 100))
def test_the_variance_between_units_makes_the_spread_the_expected_one(units, factor):
    seen, errors = np.array(units, dtype=float).T
    between = paule_mandel(seen, errors)
    weight = 1 / (errors**2 + between)
    spread = (weight * (seen - (weight * seen).sum() / weight.sum()) ** 2).sum()
    assert spread == pytest.approx(len(seen) - 1) if between > 0 else spread <= len(seen) - 1 + 1e-9
    assert paule_mandel(factor * seen + 3, factor * errors) == pytest.approx(factor**2 * between, rel=1e-6, abs=1e-6)


def test_shrunken_means_lie_between_unit_and_centre_the_less_sure_the_nearer_to_it():
    found = shrunken([0.0, 10.0, 20.0, 20.0], [1.0, 1.0, 1.0, 5.0])
    assert found.mean[0] > 0
    assert found.centre < found.mean[3] < found.mean[2] < 20
    assert (found.standard_error < [1.0, 1.0, 1.0, 5.0]).all()
    assert found.factor == pytest.approx(found.between / (found.between + np.array([1, 1, 1, 25])))
    assert shrunken([3.0, 3.2], [1.0, 1.0], between=0.0).mean == pytest.approx([3.1, 3.1])
    assert shrunken([], []).mean.shape == (0,)


def test_cases_are_added_to_what_was_believed():
    found = share_posterior([0, 9], [0, 10], BetaPrior(2.0, 2.0))
    assert found.mean == pytest.approx([0.5, 11 / 14])
    assert found.standard_error[0] == pytest.approx(np.sqrt(1 / 20))
    with pytest.raises(ValueError, match="successes lie between 0 and n"):
        share_posterior([2], [1], JEFFREYS)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: paule_mandel([1.0, 2.0], [1.0, 0.0]),
        lambda: dersimonian_laird([1.0, np.nan], [1.0, 1.0]),
        lambda: shrunken([1.0], [1.0, 2.0]),
        lambda: shrunken([1.0], [1.0], between=-1.0),
        lambda: james_stein([1.0, 2.0], -1.0),
    ],
)
def test_estimates_without_a_usable_error_are_refused(wrong):
    with pytest.raises(ValueError, match=r"estimate|variance"):
        wrong()
