"""Spread beyond chance: trimming by hand, scales that bear zeros, and the size of a spread that was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.funnels import proportion_funnel
from qs.stats.overdispersion import (
    Scale,
    Trim,
    count_ratio_scaled,
    judged,
    kept_variance,
    overdispersion,
    ratio_scaled,
    share_scaled,
)


def test_eleven_units_are_winsorised_at_the_second_smallest_and_the_second_largest():
    """Type 7: the 10 % quantile of 11 values is the second; z = -5..5 so becomes -4, -4, -3 ... 3, 4, 4."""
    found = overdispersion(np.arange(-5.0, 6.0), np.ones(11))
    assert found.kept.tolist() == [-4, -4, -3, -2, -1, 0, 1, 2, 3, 4, 4]
    assert found.phi == pytest.approx(92 / 11)
    assert found.tau2 == pytest.approx((92 - 10) / (11 - 1))


def test_twenty_units_are_truncated_by_their_tenth_of_the_ranks():
    """Rank * 10 / 21 rounded down is 0 for the first two and 9 for the last two."""
    found = overdispersion(np.arange(20.0), np.ones(20), how=Trim.TRUNCATED)
    assert np.isnan(found.kept).nonzero()[0].tolist() == [0, 1, 18, 19]
    assert found.units == 16


def test_units_that_differ_by_less_than_chance_have_no_spread_of_their_own():
    assert overdispersion([-0.5, 0.1, 0.4], [1.0, 2.0, 3.0]).tau2 == 0


@pytest.mark.parametrize("z", [[], [np.nan, np.nan]])
def test_without_units_there_is_no_phi_and_no_spread(z):
    found = overdispersion(z, np.ones(len(z)))
    assert np.isnan(found.phi)
    assert (found.tau2, found.units) == (0.0, 0)


@pytest.mark.parametrize("how", Trim)
def test_one_unit_says_nothing_about_spread(how):
    assert overdispersion([8.0], [0.1], how=how).tau2 == 0


def test_a_trim_of_half_is_refused():
    with pytest.raises(ValueError, match="trimmed"):
        overdispersion([1.0], [1.0], trimmed=0.5)


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=15), st.sampled_from([Scale.ROOT, Scale.LOG]))
def test_no_count_makes_a_scale_infinite(counts, scale):
    for scaled in (
        ratio_scaled(counts, np.full(len(counts), 4.0), scale=scale),
        share_scaled(counts, np.full(len(counts), 20), target=0.1),
        count_ratio_scaled(counts, np.full(len(counts), 7), target=0.5),
    ):
        found = overdispersion(scaled.z, scaled.standard_errors)
        ours = judged(scaled, tau2=found.tau2)
        assert np.isfinite([found.phi, found.tau2]).all()
        assert np.isfinite(ours.lower).all()
        assert np.isfinite(ours.upper).all()


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=15), st.floats(0, 0.5), st.sampled_from([Scale.ROOT, Scale.LOG])
)
def test_who_is_flagged_lies_outside_the_limits_drawn(counts, tau2, scale):
    expected = np.full(len(counts), 60.0)
    ours = judged(ratio_scaled(counts, expected, scale=scale), tau2=tau2)
    ratio = np.where(np.array(counts) > 0, counts, 0.5 if scale is Scale.LOG else 0.0) / expected
    beyond = (ratio > ours.upper[0] + 1e-12).astype(int) - (ratio < ours.lower[0] - 1e-12)
    assert np.sign(ours.flags).tolist() == beyond.tolist()


def test_nothing_expected_is_nothing_to_go_by():
    ours = judged(ratio_scaled([3, 4], [0, 5]))
    assert np.isnan(ours.z[0])
    assert ours.flags.tolist() == [0, 0]
    assert np.isnan(count_ratio_scaled([0], [0], target=1.0).z[0])


def test_a_ratio_has_a_root_or_a_log_scale_only():
    with pytest.raises(ValueError, match="scale of a ratio"):
        ratio_scaled([1], [1], scale=Scale.ARCSINE)


def test_rare_shares_of_small_units_are_not_taken_for_low():
    """None of 30 where 1 % is usual happens in three of four: on the plain arcsine scale that would be z = -2.2."""
    scaled = share_scaled([0, 1], [30, 30], target=0.01)
    assert -0.5 < scaled.z[0] < 0.5
    assert scaled.z[1] < 1.96


def test_limits_of_shares_come_back_as_shares():
    """At 1,000 cases they are those of the normal curve: 0.5 -/+ 1.96 sqrt(0.25/1000), to a thousandth."""
    ours = judged(share_scaled([500], [1000], target=0.5))
    assert ours.lower[0, 0] == pytest.approx(0.469, abs=0.001)
    assert ours.upper[0, 0] == pytest.approx(0.531, abs=0.001)


def test_a_planted_spread_is_found_in_its_size():
    """True shares with a standard deviation of 0.05 round 0.8: 0.05 / (2 sqrt(0.16)) = 0.0625 on the arcsine scale."""
    rng = np.random.default_rng(5)
    n = rng.integers(300, 2000, 400)
    funnel = proportion_funnel(rng.binomial(n, np.clip(rng.normal(0.8, 0.05, 400), 0, 1)), n)
    assert 0.053 < np.sqrt(funnel.tau2) < 0.0625


@pytest.mark.parametrize("how", Trim)
def test_corrected_phi_is_1_when_all_is_chance(how):
    z = np.random.default_rng(2).standard_normal(20_000)
    assert overdispersion(z, np.ones(20_000), how=how, corrected=True).phi == pytest.approx(1, abs=0.03)
    assert overdispersion(z, np.ones(20_000), how=how).phi < 0.75
    assert kept_variance(0.0, how) == 1
