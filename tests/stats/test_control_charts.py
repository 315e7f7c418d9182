"""Control charts: limits, rules, gaps, rebasing and icons, with numbers that can be checked by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from qs.stats.control_charts import Assurance, Direction, PointType, Rule, Variation, XmrChart, xmr

NAN = float("nan")
# Mean 0 and every moving range 20: limits at -/+53.2, near limits at -/+35.47.
STEADY = [10.0, -10.0] * 6
MIXED = [1.0, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def chart(values: Sequence[float], **options: Any) -> XmrChart:  # Any: passes the options of xmr on
    return xmr([values], **{"direction": Direction.UP, **options}).chart(0)


def after_steady(*values: float, **options: Any) -> XmrChart:  # Any: passes the options of xmr on
    """The chart of values read against the limits of STEADY; the gap keeps its last point out of their runs."""
    whole = xmr(
        [[*STEADY, NAN, *values]], **{"direction": Direction.UP, "gap": "break", **options}, baseline_periods=12
    )
    assert whole.upper[0, -1] == pytest.approx(53.2)
    return chart_tail(whole.chart(0), len(values))


def chart_tail(whole: XmrChart, points: int) -> XmrChart:
    arrays = {name: value[-points:] for name, value in vars(whole).items() if isinstance(value, np.ndarray)}
    return XmrChart(**{**vars(whole), **arrays})


def rebased_at(position: int, periods: int) -> np.ndarray:
    return np.arange(periods)[None, :] == position


# Limits


def test_limits_lie_2_66_mean_moving_ranges_from_the_mean():
    found = chart([1, 2] * 4)
    assert found.mean == pytest.approx([1.5] * 8)
    assert found.upper == pytest.approx([4.16] * 8)
    assert found.lower == pytest.approx([-1.16] * 8)


def test_near_limits_lie_two_thirds_of_the_way_to_the_limits():
    found = chart([1, 2] * 4)
    assert found.near_upper[0] == pytest.approx(1.5 + 2.66 * 2 / 3)
    assert found.near_lower[0] == pytest.approx(1.5 - 2.66 * 2 / 3)


def test_one_wild_point_widens_unscreened_limits_only():
    screened, unscreened = chart(MIXED), chart(MIXED, screen=False)
    assert (screened.lower[0], screened.upper[0]) == pytest.approx((-0.71556, 4.60444), abs=1e-5)
    assert (unscreened.lower[0], unscreened.upper[0]) == pytest.approx((-3.06261, 6.95150), abs=1e-5)


def test_screening_leaves_the_wild_point_in_the_mean():
    assert chart(MIXED).mean[0] == pytest.approx(35 / 18)


def test_ranges_are_screened_only_once():
    steps = [1, -1] * 5 + [5, -40]  # 40 goes at once; 5 would go in a second round
    found = chart(np.cumsum([0, *steps]))
    assert found.upper[0] - found.mean[0] == pytest.approx(2.66 * 15 / 11)


def test_a_moving_range_never_bridges_a_missing_point():
    found = chart([0, 1, 0, 1, NAN, 5, 6, 5, 6])
    assert found.upper[0] - found.mean[0] == pytest.approx(2.66)


def test_a_fixed_baseline_is_made_of_the_first_present_points():
    found = chart([1, 2, NAN, 1, 2, 1, 2, 1, 2, 50, 90], baseline_periods=8)
    assert found.mean == pytest.approx([1.5] * 11)
    assert found.upper == pytest.approx([4.16] * 11)


def test_every_segment_has_limits_and_a_baseline_of_its_own():
    found = chart([1, 2] * 4 + [11, 12] * 4 + [90], segment_starts=rebased_at(8, 17), baseline_periods=8)
    assert found.mean == pytest.approx([1.5] * 8 + [11.5] * 9)
    assert found.upper == pytest.approx([4.16] * 8 + [14.16] * 9)
    assert found.rule.tolist() == [Rule.NONE] * 16 + [Rule.OUTSIDE_LIMITS]


def test_a_start_on_the_first_period_changes_nothing():
    assert chart(MIXED, segment_starts=rebased_at(0, 18)).upper.tolist() == chart(MIXED).upper.tolist()


def test_exact_limits_use_the_unrounded_factor():
    assert chart([1, 2] * 4, exact=True).upper[0] == pytest.approx(1.5 + 3 / 1.128)


def test_median_ranges_are_not_moved_by_one_wild_point():
    found = chart(MIXED, ranges="median")
    assert found.upper[0] - found.mean[0] == pytest.approx(3.145)
    assert found.range_limit[0] == pytest.approx(3.865)
    assert chart(MIXED, ranges="median", exact=True).upper[0] - found.mean[0] == pytest.approx(3 / 0.954)


def test_where_the_median_range_is_zero_the_mean_range_takes_its_place():
    rare = [0.0] * 10 + [1.0] * 10
    assert chart(rare, ranges="median").upper[0] == pytest.approx(chart(rare).upper[0])


def test_every_segment_has_a_median_range_of_its_own():
    found = chart([1, 2] * 4 + [10, 20] * 4, segment_starts=rebased_at(8, 16), ranges="median")
    assert found.upper[[0, 15]] - found.mean[[0, 15]] == pytest.approx([3.145, 31.45])


def test_the_limit_of_the_ranges_is_that_of_the_screening():
    assert chart([1, 2] * 4).range_limit == pytest.approx([3.267] * 8)


# Rules


def test_a_point_on_the_limit_is_not_outside():
    assert after_steady(53.2, -53.2).rule.tolist() == [Rule.NONE, Rule.NONE]


def test_a_point_beyond_a_limit_is_outside_on_its_side():
    found = after_steady(53.3, -53.3)
    assert found.rule.tolist() == [Rule.OUTSIDE_LIMITS] * 2
    assert found.side.tolist() == [1, -1]


def test_six_rising_steps_make_a_trend_of_seven_points():
    found = after_steady(5, -4, -3, -2, -1, 0, 1, 2, -5)
    assert found.rule.tolist() == [Rule.NONE] + [Rule.TREND] * 7 + [Rule.NONE]
    assert found.side.tolist() == [0] + [1] * 7 + [0]


def test_falling_points_are_low_even_above_the_mean():
    assert after_steady(7, 6, 5, 4, 3, 2, 1).side.tolist() == [-1] * 7


def test_five_rising_steps_are_no_trend():
    assert not after_steady(-3, -2, -1, 0, 1, 2).rule.any()


def test_two_equal_points_break_a_trend():
    assert not after_steady(-4, -3, -2, -1, -1, 0, 1, 2, 3).rule.any()


@pytest.mark.parametrize("turn", [1, -1])
def test_a_turning_point_belongs_to_the_run_after_it(turn):
    found = after_steady(*(turn * np.array([-3, -2, -1, 0, 1, 2, 3, 2, 1, 0, -1, -2, -3])))
    assert found.rule.tolist() == [Rule.TREND] * 13
    assert found.side.tolist() == [turn] * 6 + [-turn] * 7


def test_two_of_three_near_a_limit_mark_only_the_near_points():
    found = after_steady(40, 1, 40)
    assert found.rule.tolist() == [Rule.TWO_OF_THREE, Rule.NONE, Rule.TWO_OF_THREE]


def test_two_of_three_need_all_three_on_one_side():
    assert not after_steady(40, -1, 40).rule.any()


def test_two_near_points_alone_are_not_yet_two_of_three():
    assert not after_steady(-40, -40).rule.any()


def test_a_point_outside_is_not_one_of_the_near_points():
    assert after_steady(60, 1, 40).rule.tolist() == [Rule.OUTSIDE_LIMITS, Rule.NONE, Rule.NONE]


def test_seven_points_on_one_side_are_a_shift():
    found = after_steady(5, -1, -2, -1, -2, -1, -2, -1, 5)
    assert found.rule.tolist() == [Rule.NONE] + [Rule.SHIFT] * 7 + [Rule.NONE]
    assert found.side.tolist() == [0] + [-1] * 7 + [0]


def test_a_point_on_the_mean_breaks_a_shift():
    assert not after_steady(1, 2, 1, 2, 0, 1, 2, 1, 2).rule.any()


def test_a_shift_can_be_asked_to_take_eight_points():
    seven = [1, 2, 1, 2, 1, 2, 1]
    assert not after_steady(*seven, shift_length=8).rule.any()
    assert after_steady(*seven, 2, shift_length=8).rule.tolist() == [Rule.SHIFT] * 8


def test_the_stronger_rule_is_kept():
    found = after_steady(60, 1, 40, 1, 40, 1, 2, 3, 4, 5, 6, 7)
    assert found.rule[:5].tolist() == [
        Rule.OUTSIDE_LIMITS,
        Rule.SHIFT,
        Rule.TWO_OF_THREE,
        Rule.SHIFT,
        Rule.TWO_OF_THREE,
    ]
    assert found.rule[5:].tolist() == [Rule.TREND] * 7


def test_a_trend_outranks_two_of_three():
    assert after_steady(1, 2, 3, 4, 5, 40, 41).rule.tolist() == [Rule.TREND] * 7


def test_no_rule_looks_across_a_new_segment():
    values = [10, -10] * 6 + [1, 2, 1, 2] + [3, 4, 3, 4] + [-10, 10] * 6
    assert chart(values, screen=False).rule[12:20].tolist() == [Rule.SHIFT] * 8
    assert not chart(values, screen=False, segment_starts=rebased_at(16, 32)).rule.any()


# Missing points


def test_a_missing_month_does_not_erase_a_shift():
    found = after_steady(-5, 1, 2, 1, 2, NAN, 1, 2, 1, gap="skip")
    assert found.rule.tolist() == [0, *[Rule.SHIFT] * 4, Rule.NONE, *[Rule.SHIFT] * 3]
    assert found.point_type[5] == PointType.UNKNOWN


def test_a_missing_month_breaks_a_shift_on_request():
    assert not after_steady(-5, 1, 2, 1, 2, NAN, 1, 2, 1, gap="break").rule.any()


def test_a_trend_and_two_of_three_also_skip_missing_points():
    assert after_steady(-9, -3, -2, NAN, -1, NAN, 0, 1, 2, -9, gap="skip").rule.tolist()[1:3] == [Rule.TREND] * 2
    assert after_steady(-5, 40, NAN, 1, 40, gap="skip").rule.tolist() == [0, Rule.TWO_OF_THREE, 0, 0, Rule.TWO_OF_THREE]


def test_gaps_at_both_ends_leave_signals_in_their_place():
    found = chart([NAN, *MIXED, NAN])
    assert np.flatnonzero(found.rule).tolist() == [5]


# Icons


@pytest.mark.parametrize(
    ("direction", "high", "low"),
    [
        (Direction.UP, Variation.IMPROVEMENT_HIGH, Variation.CONCERN_LOW),
        (Direction.DOWN, Variation.CONCERN_HIGH, Variation.IMPROVEMENT_LOW),
        (Direction.NEUTRAL, Variation.NEUTRAL_HIGH, Variation.NEUTRAL_LOW),
    ],
)
def test_the_icon_joins_the_side_of_a_signal_with_the_good_direction(direction, high, low):
    assert after_steady(60, direction=direction).variation is high
    assert after_steady(-60, direction=direction).variation is low


def test_a_steady_last_point_is_common_cause():
    found = after_steady(60, 1)
    assert found.point_type.tolist() == [PointType.IMPROVEMENT, PointType.COMMON_CAUSE]
    assert found.variation is Variation.COMMON_CAUSE


def test_the_icon_is_that_of_the_last_present_point():
    assert after_steady(60, NAN, NAN).variation is Variation.IMPROVEMENT_HIGH


def test_each_series_has_a_direction_of_its_own():
    found = xmr([[*STEADY, 99]] * 2, direction=[Direction.UP, Direction.DOWN])
    assert found.variation.tolist() == [Variation.IMPROVEMENT_HIGH, Variation.CONCERN_HIGH]


def test_six_points_make_no_chart_and_seven_do():
    six, seven = chart([1, 2, 1, NAN, 2, 1, 2], target=9), chart([1, 2, 1, 2, 1, 2, 1], target=9)
    assert (six.variation, six.assurance) == (Variation.UNKNOWN, Assurance.NONE)
    assert np.isnan([six.mean, six.lower, six.upper, six.near_lower, six.near_upper]).all()
    assert not six.point_type.any()
    assert (seven.variation, seven.assurance) == (Variation.COMMON_CAUSE, Assurance.FAILS)


def test_after_a_rebase_the_icon_waits_for_seven_points():
    found = chart([*STEADY, 99, 98, 99], segment_starts=rebased_at(12, 15), target=0)
    assert found.variation is Variation.UNKNOWN
    assert found.assurance is Assurance.NONE
    assert found.trial_limits


def test_limits_of_fewer_than_twelve_points_are_trial_limits():
    assert chart(STEADY[:11]).trial_limits
    assert not chart(STEADY).trial_limits
    assert chart(STEADY, baseline_periods=11).trial_limits


def test_a_series_without_two_neighbouring_points_has_no_limits():
    found = chart([1, NAN] * 8)
    assert np.isnan(found.upper).all()
    assert found.variation is Variation.UNKNOWN


def test_an_empty_series_among_others_is_unknown():
    found = xmr([[NAN] * 12, STEADY], direction=Direction.UP, target=0)
    assert found.variation.tolist() == [Variation.UNKNOWN, Variation.COMMON_CAUSE]
    assert found.assurance.tolist() == [Assurance.NONE, Assurance.INCONSISTENT]
    assert found.trial_limits.tolist() == [True, False]


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [
        (53.3, Assurance.FAILS, Assurance.PASSES),
        (53.2, Assurance.INCONSISTENT, Assurance.INCONSISTENT),
        (-53.2, Assurance.INCONSISTENT, Assurance.INCONSISTENT),
        (-53.3, Assurance.PASSES, Assurance.FAILS),
        (NAN, Assurance.NONE, Assurance.NONE),
    ],
)
def test_a_target_beyond_the_limits_is_always_met_or_never(target, up, down):
    assert chart(STEADY, target=target).assurance is up
    assert chart(STEADY, target=target, direction=Direction.DOWN).assurance is down


@pytest.mark.parametrize(
    ("target", "up"), [(4.16, Assurance.FAILS), (-1.16, Assurance.PASSES), (4.15, Assurance.INCONSISTENT)]
)
def test_a_target_on_a_limit_can_be_asked_to_decide(target, up):
    assert chart([1, 2] * 4, target=target, ties="inclusive").assurance is up


@pytest.mark.parametrize("direction", [Direction.UP, Direction.DOWN])
def test_a_value_that_never_leaves_its_target_meets_it(direction):
    assert chart([5.0] * 12, target=5, ties="inclusive", direction=direction).assurance is Assurance.PASSES
    assert chart([0.0] * 12, target=0, ties="inclusive", direction=direction).assurance is Assurance.PASSES


def test_without_a_good_direction_or_a_target_nothing_is_assured():
    assert chart(STEADY, target=99, direction=Direction.NEUTRAL).assurance is Assurance.NONE
    assert chart(STEADY).assurance is Assurance.NONE


def test_each_series_has_a_target_of_its_own():
    found = xmr([STEADY] * 3, direction=Direction.UP, target=[99, -99, NAN])
    assert found.assurance.tolist() == [Assurance.FAILS, Assurance.PASSES, Assurance.NONE]


def test_assurance_comes_from_the_latest_segment():
    found = chart([1, 2] * 4 + [11, 12] * 4, target=7, segment_starts=rebased_at(8, 16))
    assert found.assurance is Assurance.PASSES


# Series that never move


def test_a_constant_series_has_narrow_limits_and_no_signal():
    found = chart([0.1] * 30, target=0.1)
    assert found.upper == pytest.approx([0.1] * 30)
    assert found.lower == pytest.approx([0.1] * 30)
    assert not found.rule.any()
    assert (found.variation, found.assurance) == (Variation.COMMON_CAUSE, Assurance.INCONSISTENT)


def test_rounding_is_not_movement():
    assert not chart([0.3, 0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2] * 5).rule.any()
    assert not chart([0.3 + i * 1e-16 for i in range(10)]).rule.any()


def test_a_point_off_a_constant_baseline_is_outside():
    found = chart([5] * 8 + [5.01], baseline_periods=8)
    assert found.rule.tolist() == [Rule.NONE] * 8 + [Rule.OUTSIDE_LIMITS]


# Refusals


@pytest.mark.parametrize(
    ("values", "options", "word"),
    [
        (STEADY, {}, "values"),
        ([[]], {}, "values"),
        ([[1, float("inf")]], {}, "finite"),
        ([STEADY], {"target": [1, 2]}, "target"),
        ([STEADY], {"direction": [Direction.UP, Direction.DOWN]}, "direction"),
        ([STEADY], {"direction": "sideways"}, "direction"),
        ([STEADY], {"segment_starts": np.zeros((1, 5), dtype=bool)}, "segment_starts"),
        ([STEADY], {"segment_starts": np.zeros((1, 12))}, "segment_starts"),
        ([STEADY], {"baseline_periods": 6}, "baseline_periods"),
        ([STEADY], {"gap": "fill"}, "gap"),
        ([STEADY], {"shift_length": 1}, "shift_length"),
        ([STEADY], {"ranges": "mode"}, "ranges"),
        ([STEADY], {"ties": "half"}, "ties"),
    ],
)
def test_a_mistake_in_the_arguments_is_refused_by_name(values, options, word):
    with pytest.raises(ValueError, match=word):
        xmr(values, **{"direction": Direction.UP, **options})


def test_no_series_make_no_charts():
    assert xmr(np.empty((0, 12)), direction=Direction.UP).variation.shape == (0,)
