"""XmR charts: individual values against limits made of their moving ranges, many series at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.arguments import (
    check_options,
    check_word,
    direction_signs,
    per_series,
    series_values,
)
from qs.stats.control_charts.guards import autocorrelation
from qs.stats.control_charts.icons import icons, last_present
from qs.stats.control_charts.runs import SHIFT_POINTS, Broken, rules_broken
from qs.stats.control_charts.segments import Segments, base_points, mean_moving_range, moving_ranges, segmented
from qs.stats.control_charts.terms import (
    MIN_CHART_POINTS,
    MIN_FIRM_POINTS,
    NO_DIFFERENCE_SHARE,
    SCREEN_MEAN_RANGES,
    Assurance,
    BoolArray,
    CodeArray,
    Direction,
    FloatArray,
    Gap,
    IconArray,
    IntArray,
    Limits,
    Ranges,
    Rule,
    Ties,
    Variation,
)

# Three sigmas in moving ranges, as Wheeler, Understanding Variation, and NHS England, Making Data Count, print them.
LIMIT_RANGES: dict[Ranges, float] = {"mean": 2.66, "median": 3.145}
# The same unrounded: NIST/SEMATECH e-Handbook 6.3.2.2; the median range of pairs is 0.954 sigmas (Wheeler).
EXACT_LIMIT_RANGES: dict[Ranges, float] = {"mean": 3 / 1.128, "median": 3 / 0.954}
UPPER_RANGES: dict[Ranges, float] = {"mean": SCREEN_MEAN_RANGES, "median": 3.865}  # limit of the ranges: Wheeler
NEAR_SHARE = 2 / 3  # of the way to the limits: two sigmas


@dataclass(frozen=True, eq=False)
class XmrChart:
    """One series: arrays of shape (periods,), as described in `XmrCharts`."""

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
    range_limit: FloatArray
    rule: CodeArray
    side: CodeArray
    weak: BoolArray
    point_type: CodeArray
    variation: Variation
    assurance: Assurance
    trial_limits: bool
    correlation: float


@dataclass(frozen=True, eq=False)
class XmrCharts:
    """Many series at once, one row each: arrays of shape (series, periods) unless said otherwise.

    The limits are in the unit of the values, and NaN in a segment that has too few points for them.
    `lower` is not clipped: whoever draws a count or a rate does so.
    """

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
    range_limit: FloatArray  # upper limit of the moving ranges
    rule: CodeArray  # values of Rule
    side: CodeArray  # of the signal: +1 high or rising, -1 low or falling, 0 no signal
    weak: BoolArray  # a rule is broken, but by points that follow each other anyway: no signal; only with the guard
    point_type: CodeArray  # values of PointType; a weak point is common cause
    variation: IconArray  # (series,) of Variation
    assurance: IconArray  # (series,) of Assurance
    trial_limits: BoolArray  # (series,), fewer than MIN_FIRM_POINTS make the latest limits
    correlation: FloatArray  # (series,), of neighbouring points of the latest segment; NaN where not looked at

    def chart(self, index: int) -> XmrChart:
        """The chart of the series in row `index`."""
        return XmrChart(
            mean=self.mean[index],
            lower=self.lower[index],
            upper=self.upper[index],
            near_lower=self.near_lower[index],
            near_upper=self.near_upper[index],
            range_limit=self.range_limit[index],
            rule=self.rule[index],
            side=self.side[index],
            weak=self.weak[index],
            point_type=self.point_type[index],
            variation=self.variation[index],
            assurance=self.assurance[index],
            trial_limits=bool(self.trial_limits[index]),
            correlation=float(self.correlation[index]),
        )


def xmr(
    values: ArrayLike,
    *,
    direction: Direction | Sequence[Direction],
    target: ArrayLike | None = None,
    baseline_periods: int | None = None,
    segment_starts: BoolArray | None = None,
    screen: bool = True,
    gap: Gap = "skip",
    shift_length: int = SHIFT_POINTS,
    ranges: Ranges = "mean",
    exact: bool = False,
    ties: Ties = "strict",
    guard: bool = False,
) -> XmrCharts:
    """Individuals (XmR) charts of many series, with the rules and icons of Making Data Count.

    `values`: (series, periods), any unit, oldest first, NaN where missing. `direction`, `target`: one for all, or one
    per series (NaN: no target). `baseline_periods`: only the first so many present points of each segment make its
    limits. `segment_starts`: (series, periods), True where limits are made anew; no rule looks across such a start.
    `screen`: drop moving ranges too wide to be noise, once, before averaging them. `gap`: whether a run goes on
    after a missing point or breaks there; a moving range never bridges one. `ranges`: make limits of the mean moving
    range or of the median one, which needs no screening. `exact`: 3 / d2 instead of the rounded 2.66. `ties`: whether
    a target on a limit is inconsistent or always met or missed. `guard`: where points follow each other more than a
    single step explains, widen the limits and call rules 2 to 4 weak, unless that step is proven all the same.

    A segment under MIN_CHART_POINTS present points, or without two in neighbouring periods, has NaN limits and no
    signals; it does not raise, because the other series of the batch are sound. A series whose latest present point
    lies in such a segment has unknown variation and no assurance. Raises ValueError for arguments of the wrong shape.
    Source: NIST/SEMATECH e-Handbook 6.3.2.2; NHS England, Making Data Count.
    """
    observed = series_values(values)
    check_options(baseline_periods, gap, shift_length)
    check_word(ranges, get_args(Ranges), "ranges")
    check_word(ties, get_args(Ties), "ties")
    signs = direction_signs(direction, len(observed))
    targets = per_series(np.nan if target is None else target, len(observed), "target")
    segments = segmented(observed.shape, segment_starts)
    tolerance = NO_DIFFERENCE_SHARE * np.fmax.reduce(np.abs(observed), axis=1, initial=0.0, keepdims=True)
    present = ~np.isnan(observed)
    latest = last_present(present)
    base = base_points(present, segments, baseline_periods)
    typical = _typical_range(observed, base, segments, ranges=ranges, screen=screen)
    centre = segments.spread(_centres(observed, base, segments, typical))
    spread_range = segments.spread(typical)
    reach = (EXACT_LIMIT_RANGES if exact else LIMIT_RANGES)[ranges] * spread_range
    guarded = _guarded(observed, segments, latest) if guard else None
    limits = _limits(centre, reach if guarded is None else reach * guarded.widening)
    charted = np.where(np.isnan(limits.mean), np.nan, observed)
    found = rules_broken(charted, limits, segments.number, tolerance=tolerance, gap=gap, shift_length=shift_length)
    weak = np.zeros_like(present) if guarded is None else guarded.weak(found)
    strong = np.where(weak, np.int8(0), found.side)
    meaning = icons(charted, strong, limits, latest=latest, signs=signs, target=targets, tolerance=tolerance, ties=ties)
    return XmrCharts(
        **vars(limits),
        **vars(found),
        **vars(meaning),
        range_limit=np.where(np.isnan(limits.mean), np.nan, UPPER_RANGES[ranges] * spread_range),
        weak=weak,
        trial_limits=segments.spread(segments.total(base))[latest] < MIN_FIRM_POINTS,
        correlation=np.full(len(observed), np.nan) if guarded is None else guarded.correlation,
    )


def _typical_range(
    values: FloatArray, base: BoolArray, segments: Segments, *, ranges: Ranges, screen: bool
) -> FloatArray:
    """The mean or median moving range of each segment's base: (series, most), NaN without a range."""
    moves = moving_ranges(values, base, segments)
    if ranges == "mean":
        return mean_moving_range(moves, segments, screen=screen)
    median = segments.median(moves)
    # Of a series that rarely moves the median is zero, and every move would be a signal: then the mean is used.
    mean = mean_moving_range(moves, segments, screen=screen)
    in_means = LIMIT_RANGES["mean"] / LIMIT_RANGES["median"]
    return np.where(median > 0, median, mean * in_means)


def _centres(values: FloatArray, base: BoolArray, segments: Segments, typical: FloatArray) -> FloatArray:
    """The mean of each segment's base: (series, most), NaN where it has too few points for limits."""
    enough = (segments.total(base) >= MIN_CHART_POINTS) & ~np.isnan(typical)
    return np.where(enough, segments.average(values, base), np.nan)


def _limits(centre: FloatArray, reach: FloatArray) -> Limits:
    """Mean -/+ three sigmas; equal to the mean where the base never moves.

    Source: NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler, Understanding Variation.
    """
    near_reach = NEAR_SHARE * reach
    return Limits(centre, centre - reach, centre + reach, centre - near_reach, centre + near_reach)


@dataclass(frozen=True, eq=False)
class _Guarded:
    """What the guard against points that follow each other says of every segment: (series, periods) unless said."""

    widening: FloatArray
    is_correlated: BoolArray
    proven_side: CodeArray  # where a proven step puts the points: +1 high, -1 low, 0 no such step
    correlation: FloatArray  # (series,), of the latest segment

    def weak(self, found: Broken) -> BoolArray:
        """Rules broken by correlated points: all but a point beyond the widened limits or on its side of a step."""
        by_run = (found.rule != Rule.NONE) & (found.rule != Rule.OUTSIDE_LIMITS)
        weak: BoolArray = by_run & self.is_correlated & (found.side != self.proven_side)
        return weak


def _guarded(values: FloatArray, segments: Segments, latest: tuple[IntArray, IntArray]) -> _Guarded:
    widening, is_correlated = np.ones(values.shape), np.zeros(values.shape, dtype=np.bool_)
    proven_side = np.zeros(values.shape, dtype=np.int8)
    correlation = np.full(len(values), np.nan)
    columns = np.arange(values.shape[1])
    for segment in range(segments.most):
        inside = segments.number == segment
        known = autocorrelation(np.where(inside, values, np.nan))
        side = np.where(columns >= known.step_at[:, None], known.step_side[:, None], -known.step_side[:, None])
        np.copyto(widening, known.widening[:, None], where=inside)
        np.copyto(is_correlated, known.is_correlated[:, None], where=inside)
        np.copyto(proven_side, side, where=inside)
        np.copyto(correlation, known.correlation, where=segments.number[latest] == segment)
    return _Guarded(widening, is_correlated, proven_side, correlation)
