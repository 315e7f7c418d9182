"""Funnels: limits that say what the tails say, zeros, rare events, and how many innocent units they flag."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qs.stats.exact_tails import binomial_limits, binomial_tails, poisson_limits, poisson_tails
from qs.stats.funnels import Method, count_ratio_funnel, proportion_funnel, rate_funnel, ratio_funnel

cases = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12).map(np.array)


def judgements(funnel):
    return funnel.chance, funnel.usual


def outside(funnel, judgement, level):
    """-1, 0, 1: where the estimates lie against the limits drawn; equal within rounding counts as inside."""
    low = funnel.estimates < judgement.lower[level] - 1e-12
    return (funnel.estimates > judgement.upper[level] + 1e-12).astype(int) - low


def test_exact_tails_are_those_of_the_distributions():
    x = np.arange(31)
    ours, theirs = binomial_tails(x, 30, 0.3), stats.binom(30, 0.3)
    assert ours.at_most == pytest.approx(theirs.cdf(x))
    assert ours.at_least == pytest.approx(theirs.sf(x - 1))
    assert np.exp(ours.log_middle) == pytest.approx(theirs.pmf(x))
    ours, theirs = poisson_tails(x, 7.5), stats.poisson(7.5)
    assert ours.at_most == pytest.approx(theirs.cdf(x))
    assert ours.at_least == pytest.approx(theirs.sf(x - 1))


def test_a_tail_too_small_for_a_number_still_has_its_distance():
    """None of 10,000 at one half has the probability 0.5 ** 10000, and a normal deviate of -117.69 leaves that much."""
    found = binomial_tails(0, 10_000, 0.5)
    assert found.log_at_most == pytest.approx(10_000 * np.log(0.5))
    assert found.z() == pytest.approx(-117.69, abs=0.01)
    assert poisson_tails(0, 3000).log_at_most == pytest.approx(-3000)


def test_the_limits_of_a_hundred_at_one_half_are_even_and_lie_where_the_tails_pass_one_fortieth():
    """P(X <= 39) = 0.0176 and P(X <= 40) = 0.0284; interpolated by tail, 0.025 lies at 40 - (0.0284 - 0.025)/0.0108."""
    found = binomial_limits(100, 0.5, np.log(0.025))
    assert found.lower == pytest.approx(40 - (0.028444 - 0.025) / 0.010844, abs=1e-3)
    assert found.upper == pytest.approx(100 - found.lower)


def test_the_limits_of_fifteen_expected_are_where_a_count_lies_not_an_interval_round_it():
    """Poisson(15): P(X <= 7) = 0.0180, P(X >= 24) = 0.0195; the interval round 15 would be 8.4 to 24.7."""
    found = poisson_limits(15.0, np.log(0.025))
    assert 7 < found.lower < 8
    assert 23 < found.upper < 24


@settings(deadline=None, max_examples=60)
@given(cases, st.sampled_from([0.0, 0.01, 0.3, 0.85, 1.0, None]))
def test_a_share_is_flagged_exactly_when_it_lies_outside_the_limits_drawn(counts, target):
    low, high = counts.min(axis=1), counts.max(axis=1)
    for method in Method:
        funnel = proportion_funnel(low, high, target=None if not high.any() else target, method=method)
        for one in judgements(funnel):
            for level in (0, 1):
                flagged = np.where(np.abs(one.flags) > level, np.sign(one.flags), 0)
                assert flagged.tolist() == outside(funnel, one, level).tolist()


@settings(deadline=None, max_examples=60)
@given(cases)
def test_rates_and_ratios_of_counts_are_flagged_exactly_when_outside_too(counts):
    funnels = [rate_funnel(counts[:, 0], counts[:, 1])]
    if counts[:, 0].any() and counts[:, 1].any():
        funnels.append(count_ratio_funnel(counts[:, 0], counts[:, 1]))
    for funnel in funnels:
        for one in judgements(funnel):
            assert np.sign(one.flags).tolist() == outside(funnel, one, 0).tolist()


@settings(deadline=None, max_examples=40)
@given(cases)
def test_failures_are_the_mirror_image_of_successes(counts):
    low, high = counts.min(axis=1), counts.max(axis=1)
    ours, theirs = proportion_funnel(low, high, target=0.3), proportion_funnel(high - low, high, target=0.7)
    assert ours.chance.lower == pytest.approx(1 - theirs.chance.upper, abs=1e-9, nan_ok=True)
    assert ours.chance.flags.tolist() == (-theirs.chance.flags).tolist()
    assert ours.phi == pytest.approx(theirs.phi, nan_ok=True)


@settings(deadline=None, max_examples=40)
@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(counts, order):
    places = list(range(len(counts)))
    order.shuffle(places)
    ours = rate_funnel(counts[:, 0], counts[:, 1])
    theirs = rate_funnel(counts[places, 0], counts[places, 1])
    assert ours.usual.p[places] == pytest.approx(theirs.usual.p, nan_ok=True)
    assert ours.tau2 == pytest.approx(theirs.tau2)


@settings(deadline=None, max_examples=40)
@given(cases)
def test_every_unit_with_a_denominator_gets_numbers(counts):
    low, high = counts.min(axis=1), counts.max(axis=1)
    funnels = [proportion_funnel(low, high), rate_funnel(low, high), ratio_funnel(low, high)]
    for funnel in funnels:
        for one in judgements(funnel):
            for figure in (one.z, one.p, *one.lower, *one.upper):
                assert np.isfinite(figure[high > 0]).all()
                assert np.isnan(figure[high == 0]).all()
            assert not one.flags[high == 0].any()


def test_what_units_of_the_kind_usually_do_is_never_stricter_than_chance():
    rng = np.random.default_rng(3)
    n = rng.integers(20, 2000, 100)
    funnel = proportion_funnel(rng.binomial(n, rng.beta(60, 10, 100)), n)
    assert funnel.tau2 > 0
    assert (funnel.usual.p >= funnel.chance.p).all()
    assert (np.abs(funnel.usual.flags) <= np.abs(funnel.chance.flags)).all()
    assert (np.abs(funnel.usual.flags) > 0).mean() < 0.12 < (np.abs(funnel.chance.flags) > 0).mean()


def test_a_missing_unit_changes_nothing_for_the_others():
    whole = proportion_funnel([10, 20, 90], [50, 60, 100])
    holed = proportion_funnel([10, np.nan, 20, 90, 3], [50, 40, 60, 100, np.nan])
    assert holed.usual.p[[0, 2, 3]].tolist() == whole.usual.p.tolist()
    assert holed.target == whole.target
    assert np.isnan(holed.estimates[[1, 4]]).all()


def test_many_units_without_a_case_leave_the_spread_finite():
    """A fifth of the units had none of what was expected: their logarithm would have no end."""
    observed, expected = [0, 0, 3, 5, 4, 6, 2, 7, 3, 5], [4.0] * 10
    funnel = ratio_funnel(observed, expected)
    assert np.isfinite([funnel.phi, funnel.tau2]).all()
    assert np.isfinite(funnel.usual.z).all()


def test_nothing_counted_anywhere_is_no_reason_for_a_flag():
    for funnel in (rate_funnel([0, 0], [10, 20]), proportion_funnel([0, 0], [10, 20])):
        assert funnel.target == 0
        assert funnel.usual.p.tolist() == [1.0, 1.0]
        assert not funnel.chance.flags.any()


def test_no_units_are_no_failure():
    assert len(proportion_funnel([], []).usual.p) == 0
    assert np.isnan(rate_funnel([0], [0]).estimates[0])
    assert np.isnan(count_ratio_funnel([0], [0]).usual.p[0])


def test_the_impossible_is_beyond_every_limit():
    """A target of 0 leaves no chance for even one."""
    for method in Method:
        assert proportion_funnel([0, 1], [10, 10], target=0.0, method=method).chance.flags.tolist() == [0, 2]


def test_a_count_of_none_makes_no_ratio_infinite():
    funnel = count_ratio_funnel([5, 0, 30], [0, 8, 30])
    assert np.isfinite(funnel.estimates).all()
    assert np.isfinite(funnel.chance.upper).all()
    assert funnel.chance.p[0] == pytest.approx(2 * (35 / 73) ** 5)


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="between 0 and n"):
        proportion_funnel([3], [2])
    with pytest.raises(ValueError, match="not negative"):
        rate_funnel([-1], [2])
    with pytest.raises(ValueError, match="target lies between"):
        proportion_funnel([1], [2], target=1.5)
    with pytest.raises(ValueError, match="target is not negative"):
        rate_funnel([1], [2], target=-1.0)
    with pytest.raises(ValueError, match="target is above zero"):
        count_ratio_funnel([3, 4], [0, 0])
    with pytest.raises(ValueError, match="levels lie between 0 and 1 and rise"):
        proportion_funnel([1], [2], levels=(0.99, 0.9))


@pytest.mark.parametrize(
    "funnel",
    [
        pytest.param(lambda rng: proportion_funnel(rng.binomial(30, 0.01, 4000), np.full(4000, 30)), id="1 % of 30"),
        pytest.param(lambda rng: proportion_funnel(rng.binomial(30, 0.05, 4000), np.full(4000, 30)), id="5 % of 30"),
        pytest.param(lambda rng: ratio_funnel(rng.poisson(5, 4000), np.full(4000, 5.0)), id="5 expected"),
        pytest.param(lambda rng: ratio_funnel(rng.poisson(15, 4000), np.full(4000, 15.0)), id="15 expected"),
        pytest.param(lambda rng: count_ratio_funnel(rng.poisson(20, 4000), rng.poisson(40, 4000)), id="20 to 40"),
    ],
)
def test_of_equal_units_no_more_are_flagged_than_was_said(funnel):
    """At most 2.5 % on either side; peers flag up to 74 % of rare shares and half of the ratios of counts."""
    found = funnel(np.random.default_rng(11))
    for one in judgements(found):
        assert (one.flags < 0).mean() < 0.03
        assert (one.flags > 0).mean() < 0.03
        assert (np.abs(one.flags) == 2).mean() < 0.004
    assert found.phi < 1.1
