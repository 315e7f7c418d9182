"""Priors made from peers: a published case, guards for few or equal units, and no number lost."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.posteriors import LARGE, count_draws, level_draws, mean_draws, share_draws
from qs.stats.shrinkage import JEFFREYS, MIN_PEERS, beta_prior, normal_posterior, steadied_variances

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
