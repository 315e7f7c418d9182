"""Charts of shares, rates and counts: limits that know their cases, exact tails for few, Laney for very many."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from qs.stats.control_charts import Assurance, Direction, Rule, Variation, c_chart, laney_p, laney_u, p_chart, u_chart
from qs.stats.control_charts.attributes import LIMIT_TAIL

NAN = float("nan")
STEADY = [20.0, 22, 18, 20, 21, 19, 20, 22, 18, 20, 21, 19]  # of 100: mean 0.2, sigma 0.04


def shares(*events: float, cases: float = 100, **options):
    return p_chart([events], [[cases] * len(events)], **options)


def test_limits_of_a_share_lie_three_binomial_sigmas_from_the_mean():
    found = shares(*STEADY)
    assert found.mean[0, 0] == pytest.approx(0.2)
    assert (found.lower[0, 0], found.upper[0, 0]) == pytest.approx((0.08, 0.32))
    assert (found.near_lower[0, 0], found.near_upper[0, 0]) == pytest.approx((0.12, 0.28))
    assert not found.exact.any()


def test_more_cases_make_narrower_limits():
    found = p_chart([[20.0, 80] * 6], [[100.0, 400] * 6])
    assert found.upper[0, :2] == pytest.approx([0.32, 0.26])


def test_limits_of_a_rate_lie_three_poisson_sigmas_from_the_mean():
    found = u_chart([[36.0] * 12], [[4.0] * 12])
    assert (found.mean[0, 0], found.lower[0, 0], found.upper[0, 0]) == pytest.approx((9, 4.5, 13.5))


def test_limits_of_a_count_are_those_of_a_rate_over_one():
    found = c_chart([[25.0] * 12])
    assert (found.lower[0, 0], found.upper[0, 0]) == pytest.approx((10, 40))


def test_limits_stay_within_what_is_possible():
    found = p_chart([[9.0, 1] * 6], [[10.0] * 12])
    assert found.lower.min() >= 0
    assert found.upper.max() <= 1


def test_a_share_beyond_its_limits_is_a_signal_towards_the_worse():
    found = shares(*STEADY, 34, baseline_periods=12, direction=Direction.DOWN, target=0.4)
    assert found.rule[0].tolist() == [Rule.NONE] * 12 + [Rule.OUTSIDE_LIMITS]
    assert found.variation[0] is Variation.CONCERN_HIGH
    assert found.assurance[0] is Assurance.PASSES


def test_excluded_points_make_no_limits_but_are_judged():
    excluded = np.arange(13)[None, :] == 12
    found = shares(*STEADY, 60, exclude=excluded)
    assert found.mean[0, 0] == pytest.approx(0.2)
    assert found.rule[0, 12] == Rule.OUTSIDE_LIMITS


def test_every_segment_has_a_mean_of_its_own():
    found = shares(*STEADY, *[40] * 12, segment_starts=np.arange(24)[None, :] == 12)
    assert found.mean[0, [0, 23]] == pytest.approx([0.2, 0.4])


def test_few_expected_cases_are_judged_by_exact_tails():
    found = c_chart([[0.0, 1] * 10])  # mean 0.5: three sigmas would stand at 2.62
    assert found.exact.all()
    assert found.upper[0, 0] == poisson.isf(LIMIT_TAIL, 0.5) == 4
    three = c_chart([[*[0.0, 1] * 10, 3]], baseline_periods=20)
    five = c_chart([[*[0.0, 1] * 10, 5]], baseline_periods=20)
    assert (three.rule[0, -1], five.rule[0, -1]) == (Rule.NONE, Rule.OUTSIDE_LIMITS)


def test_rare_failures_are_judged_exactly_as_well_as_rare_successes():
    rare = p_chart([[1.0, 2] * 8], [[50.0] * 16])
    common = p_chart([[49.0, 48] * 8], [[50.0] * 16])
    assert rare.exact.all()
    assert common.exact.all()
    assert common.lower == pytest.approx(1 - rare.upper)
    assert rare.upper[0, 0] == pytest.approx(binom.isf(LIMIT_TAIL, 50, 0.03) / 50)


def test_a_run_of_zeros_is_no_shift_where_most_months_are_zero():
    found = c_chart([[1.0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]])
    assert not found.rule.any()


def test_laney_widens_limits_by_the_spread_beyond_chance():
    events = np.array([[21000.0, 19000] * 6])
    plain, wide = p_chart(events, np.full((1, 12), 1e5)), laney_p(events, np.full((1, 12), 1e5))
    sigma = np.sqrt(0.2 * 0.8 / 1e5)
    expected = 0.02 / sigma / 1.128
    assert wide.dispersion[0, 0] == pytest.approx(expected)
    assert wide.upper[0, 0] == pytest.approx(0.2 + 3 * sigma * expected)
    assert plain.laney_advised.tolist() == [True]
    assert (plain.rule != Rule.NONE).any()
    assert not wide.rule.any()


def test_laney_never_narrows_limits_unless_asked():
    steady = [[20.0] * 12]
    assert laney_p(steady, [[100.0] * 12]).upper[0, 0] == pytest.approx(0.32)
    assert laney_p(steady, [[100.0] * 12], shrink=True).upper[0, 0] == pytest.approx(0.2)


def test_laney_is_used_where_it_is_advised_and_nowhere_else():
    events = np.array([[21000.0, 19000] * 6, [20.0, 21] * 6])
    found = p_chart(events, [[1e5] * 12, [100.0] * 12], choose_laney=True)
    assert found.is_laney.tolist() == [True, False]


def test_laney_for_rates_agrees_with_laney_for_rare_shares():
    events, cases = np.array([[60.0, 20, 50, 30, 45, 25, 60, 20]]), np.full((1, 8), 1e6)
    assert laney_u(events, cases).upper == pytest.approx(laney_p(events, cases).upper, rel=1e-3)


def test_periods_without_cases_are_missing_and_nothing_else():
    found = p_chart([[*STEADY, 0, NAN]], [[*[100.0] * 12, 0, 100]])
    assert np.isnan(found.value[0, 12:]).all()
    assert np.isnan(found.upper[0, 12:]).all()
    assert found.variation[0] is Variation.COMMON_CAUSE


@pytest.mark.parametrize("events", [0.0, 100.0])
def test_nothing_or_everything_every_month_is_no_signal(events):
    found = shares(*[events] * 12)
    assert not found.rule.any()
    assert found.upper[0, 0] == found.lower[0, 0] == events / 100


def test_a_short_or_empty_series_has_no_limits_and_harms_no_other():
    found = p_chart([[1.0] * 6 + [NAN] * 6, STEADY, [NAN] * 12], [[9.0] * 12, [100.0] * 12, [0.0] * 12])
    assert found.variation.tolist() == [Variation.UNKNOWN, Variation.COMMON_CAUSE, Variation.UNKNOWN]
    assert np.isnan(found.upper[[0, 2]]).all()


@pytest.mark.parametrize(
    ("events", "cases", "options", "word"),
    [
        ([[5.0]], [[4.0]], {}, "numerator"),
        ([[-1.0]], [[4.0]], {}, "numerator"),
        ([[1.0]], [[4.0, 4]], {}, "denominator"),
        ([[1.0]], [[-4.0]], {}, "denominator"),
        ([[1.0]], [[4.0]], {"exclude": np.array([True])}, "exclude"),
        ([[1.0]], [[4.0]], {"baseline_periods": 3}, "baseline_periods"),
        ([[1.0]], [[4.0]], {"ties": "half"}, "ties"),
    ],
)
def test_a_mistake_in_the_arguments_is_refused_by_name(events, cases, options, word):
    with pytest.raises(ValueError, match=word):
        p_chart(events, cases, **options)


# The second point expects 12 * 75 / 180 cases: five, where exact tails and sigmas meet.
FIVE_EXPECTED = [(0, 0), (0, 11), (0, 23), (0, 30), (0, 0), (0, 17), (15, 30), (30, 30), (30, 30)]
counts = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=7, max_size=30)


@given(pairs=counts)
@settings(deadline=None)
def test_successes_and_failures_tell_the_same_story(pairs):
    hits = np.array([[hit for hit, _ in pairs]], dtype=float)
    cases = hits + np.array([[miss for _, miss in pairs]], dtype=float)
    good, bad = p_chart(hits, cases), p_chart(cases - hits, cases)
    assert good.upper == pytest.approx(1 - bad.lower, nan_ok=True, abs=1e-9)
    assert good.exact.tolist() == bad.exact.tolist()
    assert (good.rule == Rule.OUTSIDE_LIMITS).tolist() == (bad.rule == Rule.OUTSIDE_LIMITS).tolist()


@given(pairs=counts, factor=st.floats(0.01, 100))
@example(pairs=FIVE_EXPECTED, factor=9.840987010328647)
@settings(deadline=None)
def test_another_unit_of_exposure_changes_no_signal(pairs, factor):
    events = np.array([[hit for hit, _ in pairs]], dtype=float)
    size = 1.0 + np.array([[miss for _, miss in pairs]], dtype=float)
    before, after = u_chart(events, size), u_chart(events, size * factor)
    assert after.upper * factor == pytest.approx(before.upper, nan_ok=True)
    assert after.rule.tolist() == before.rule.tolist()


def test_stable_counts_are_rarely_outside_their_limits():
    rng = np.random.default_rng(8)
    found = c_chart(rng.poisson(0.4, size=(4000, 48)))
    assert np.mean(found.rule[:, -1] != Rule.NONE) < 0.005
