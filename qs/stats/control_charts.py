"""Control charts: which changes of an indicator are signals, and which are the noise it always has."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qs.stats.signals import SHIFT_POINTS, BoolArray, CodeArray, FloatArray, Gap, IntArray, Limits, Rule, signals

__all__ = [
    "MIN_CHART_POINTS",
    "MIN_FIRM_POINTS",
    "Assurance",
    "Direction",
    "Gap",
    "PointType",
    "Rule",
    "Variation",
    "XmrChart",
    "XmrCharts",
    "xmr",
]

# Three sigmas in mean moving ranges: 3 / d2, where d2 = 1.128 for pairs (NIST/SEMATECH e-Handbook 6.3.2.2), rounded as
# Wheeler, Understanding Variation, and NHS England, Making Data Count, print it.
LIMIT_MEAN_RANGES = 2.66
NEAR_LIMIT_MEAN_RANGES = LIMIT_MEAN_RANGES * 2 / 3  # two sigmas
SCREEN_MEAN_RANGES = 3.267  # upper limit of the ranges, D4 for pairs: Provost & Murray, The Health Care Data Guide
MIN_CHART_POINTS = 7  # with fewer a segment gets no limits and a series no icon; also the shortest trend
MIN_FIRM_POINTS = 12  # limits made from fewer are trial limits: Making Data Count
NO_DIFFERENCE_SHARE = 1e-12  # of a series' largest absolute value; smaller differences are rounding


class Direction(StrEnum):
    """The way an indicator goes when the service gets better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


class PointType(IntEnum):
    """What a point means; unknown when it is missing or its segment is too short for limits."""

    UNKNOWN = 0
    COMMON_CAUSE = 1
    IMPROVEMENT = 2
    CONCERN = 3
    NEUTRAL = 4


class Variation(StrEnum):
    """The variation icon of Making Data Count: the type and side of the latest point."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"
    UNKNOWN = "unknown"


class Assurance(StrEnum):
    """The assurance icon of Making Data Count: what the latest limits promise about the target."""

    PASSES = "passes"
    FAILS = "fails"
    INCONSISTENT = "inconsistent"
    NONE = "none"


# Row: point type. Column: side plus one, so low, no side, high.
_VARIATIONS = np.array(
    [
        [Variation.UNKNOWN, Variation.UNKNOWN, Variation.UNKNOWN],
        [Variation.COMMON_CAUSE, Variation.COMMON_CAUSE, Variation.COMMON_CAUSE],
        [Variation.IMPROVEMENT_LOW, Variation.UNKNOWN, Variation.IMPROVEMENT_HIGH],
        [Variation.CONCERN_LOW, Variation.UNKNOWN, Variation.CONCERN_HIGH],
        [Variation.NEUTRAL_LOW, Variation.UNKNOWN, Variation.NEUTRAL_HIGH],
    ],
    dtype=object,
)
_ASSURANCES = np.array([Assurance.FAILS, Assurance.INCONSISTENT, Assurance.PASSES, Assurance.NONE], dtype=object)


@dataclass(frozen=True, eq=False)
class XmrChart:
    """One series: arrays of shape (periods,), as described in `XmrCharts`."""

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
    rule: CodeArray
    side: CodeArray
    point_type: CodeArray
    variation: Variation
    assurance: Assurance
    trial_limits: bool


@dataclass(frozen=True, eq=False)
class XmrCharts:
    """Many series at once, one row each: arrays of shape (series, periods) unless said otherwise.

    The five limits are in the unit of the values, and NaN in a segment that has too few points for them.
    `lower` is not clipped: whoever draws a count or a rate does so.
    """

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
    rule: CodeArray  # values of Rule
    side: CodeArray  # of the signal: +1 high or rising, -1 low or falling, 0 no signal
    point_type: CodeArray  # values of PointType
    variation: NDArray[np.object_]  # (series,) of Variation
    assurance: NDArray[np.object_]  # (series,) of Assurance
    trial_limits: BoolArray  # (series,), fewer than MIN_FIRM_POINTS make the latest limits

    def chart(self, index: int) -> XmrChart:
        """The chart of the series in row `index`."""
        return XmrChart(
            mean=self.mean[index],
            lower=self.lower[index],
            upper=self.upper[index],
            near_lower=self.near_lower[index],
            near_upper=self.near_upper[index],
            rule=self.rule[index],
            side=self.side[index],
            point_type=self.point_type[index],
            variation=self.variation[index],
            assurance=self.assurance[index],
            trial_limits=bool(self.trial_limits[index]),
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
) -> XmrCharts:
    """Individuals (XmR) charts of many series, with the rules and icons of Making Data Count.

    `values`: (series, periods), any unit, oldest first, NaN where missing. `direction`, `target`: one for all, or one
    per series (NaN: no target). `baseline_periods`: only the first so many present points of each segment make its
    limits. `segment_starts`: (series, periods), True where limits are made anew; no rule looks across such a start.
    `screen`: drop moving ranges too wide to be noise, once, before averaging them. `gap`: whether a run goes on
    after a missing point or breaks there; a moving range never bridges one.

    A segment under MIN_CHART_POINTS present points, or without two in neighbouring periods, has NaN limits and no
    signals; it does not raise, because the other series of the batch are sound. A series whose latest present point
    lies in such a segment has unknown variation and no assurance. Raises ValueError for arguments of the wrong shape.
    Source: NIST/SEMATECH e-Handbook 6.3.2.2; NHS England, Making Data Count.
    """
    observed = _checked_values(values)
    _check_options(baseline_periods, gap, shift_length)
    signs = _direction_signs(direction, len(observed))
    targets = _per_series(np.nan if target is None else target, len(observed), "target")
    segments = _segments(observed.shape, segment_starts)
    tolerance = NO_DIFFERENCE_SHARE * np.fmax.reduce(np.abs(observed), axis=1, initial=0.0, keepdims=True)
    base = _base(~np.isnan(observed), segments, baseline_periods)
    limits = _limits(observed, base, segments, screen=screen)
    charted = np.where(np.isnan(limits.mean), np.nan, observed)
    found = signals(charted, limits, segments.number, tolerance=tolerance, gap=gap, shift_length=shift_length)
    point_type = _point_types(charted, found.side, signs)
    latest = np.arange(len(observed)), _last_present(observed)
    return XmrCharts(
        mean=limits.mean,
        lower=limits.lower,
        upper=limits.upper,
        near_lower=limits.near_lower,
        near_upper=limits.near_upper,
        rule=found.rule,
        side=found.side,
        point_type=point_type,
        variation=_VARIATIONS[point_type[latest], found.side[latest] + 1],
        assurance=_assurances(limits.lower[latest], limits.upper[latest], targets, signs, tolerance[:, 0]),
        trial_limits=segments.spread(segments.total(base))[latest] < MIN_FIRM_POINTS,
    )


def _checked_values(values: ArrayLike) -> FloatArray:
    observed = np.asarray(values, dtype=np.float64)
    if observed.ndim != 2 or observed.shape[1] == 0:
        raise ValueError(f"values must be (series, periods) with at least one period, not {observed.shape}")
    if np.isinf(observed).any():
        raise ValueError("values must be finite, or NaN where missing")
    return observed


def _check_options(baseline_periods: int | None, gap: Gap, shift_length: int) -> None:
    if baseline_periods is not None and baseline_periods < MIN_CHART_POINTS:
        raise ValueError(f"baseline_periods must be at least {MIN_CHART_POINTS}, not {baseline_periods}")
    if gap not in get_args(Gap):
        raise ValueError(f"gap must be one of {get_args(Gap)}, not {gap!r}")
    if shift_length < 2:
        raise ValueError(f"shift_length must be at least 2 points, not {shift_length}")


def _per_series(given: ArrayLike, series: int, name: str) -> FloatArray:
    numbers = np.asarray(given, dtype=np.float64)
    if numbers.shape not in ((), (series,)):
        raise ValueError(f"{name} must be one for all or one for each of {series} series, not {numbers.shape}")
    return np.broadcast_to(numbers, (series,))


def _direction_signs(direction: Direction | Sequence[Direction], series: int) -> FloatArray:
    """Per series: +1 where up is better, -1 where down is, 0 where neither."""
    names = np.asarray(direction, dtype=np.str_)
    if not np.isin(names, list(Direction)).all():
        raise ValueError(f"direction must be made of {list(Direction)}")
    signs = (names == Direction.UP).astype(np.float64) - (names == Direction.DOWN)
    return _per_series(signs, series, "direction")


@dataclass(frozen=True)
class _Segments:
    """The stretches of each series that have limits of their own."""

    number: IntArray  # (series, periods), 0 for the first segment of a series
    bins: IntArray  # (series, periods), a number of its own for every segment of every series
    most: int  # in one series

    def total(self, amounts: FloatArray | BoolArray) -> FloatArray:
        """Sums of (series, periods) by segment: (series, most)."""
        series = len(self.number)
        sums = np.bincount(self.bins.ravel(), weights=amounts.ravel(), minlength=series * self.most)
        return sums.astype(np.float64, copy=False).reshape(series, self.most)

    def average(self, amounts: FloatArray, counted: BoolArray) -> FloatArray:
        """Means of the counted amounts by segment: (series, most), NaN where nothing is counted."""
        counts = self.total(counted)
        sums = self.total(np.where(counted, amounts, 0.0))
        return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)

    def spread(self, per_segment: FloatArray) -> FloatArray:
        """Give each period the number of its segment: (series, most) to (series, periods)."""
        return per_segment.ravel()[self.bins]


def _segments(shape: tuple[int, ...], segment_starts: BoolArray | None) -> _Segments:
    number = np.zeros(shape, dtype=np.int64)
    if segment_starts is not None:
        starts = np.asarray(segment_starts)
        if starts.shape != shape or starts.dtype != np.bool_:
            raise ValueError(f"segment_starts must be booleans of shape {shape}, not {starts.dtype} of {starts.shape}")
        np.cumsum(starts[:, 1:], axis=1, out=number[:, 1:])
    most = int(number.max(initial=0)) + 1
    return _Segments(number=number, bins=number + most * np.arange(shape[0])[:, None], most=most)


def _base(present: BoolArray, segments: _Segments, baseline_periods: int | None) -> BoolArray:
    """The points that make the limits: all present ones, or the first so many of each segment."""
    if baseline_periods is None:
        return present
    counts = segments.total(present)
    before_segment = np.cumsum(counts, axis=1) - counts
    rank = np.cumsum(present, axis=1) - segments.spread(before_segment)
    return present & (rank <= baseline_periods)


def _limits(values: FloatArray, base: BoolArray, segments: _Segments, *, screen: bool) -> Limits:
    """Mean -/+ 2.66 mean moving ranges of each segment's base; equal to the mean where the base never moves.

    Source: NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler, Understanding Variation.
    """
    mean_range = _mean_moving_range(_moving_ranges(values, base, segments), segments, screen=screen)
    enough = (segments.total(base) >= MIN_CHART_POINTS) & ~np.isnan(mean_range)
    centre = segments.spread(np.where(enough, segments.average(values, base), np.nan))
    reach = segments.spread(LIMIT_MEAN_RANGES * mean_range)
    near_reach = segments.spread(NEAR_LIMIT_MEAN_RANGES * mean_range)
    return Limits(centre, centre - reach, centre + reach, centre - near_reach, centre + near_reach)


def _moving_ranges(values: FloatArray, base: BoolArray, segments: _Segments) -> FloatArray:
    """Distance of each point from the period before, (series, periods); NaN unless both are base of one segment."""
    ranges = np.full(values.shape, np.nan)
    step = np.abs(np.diff(values, axis=1))
    neighbours = base[:, 1:] & base[:, :-1] & (segments.number[:, 1:] == segments.number[:, :-1])
    ranges[:, 1:] = np.where(neighbours, step, np.nan)
    return ranges


def _mean_moving_range(ranges: FloatArray, segments: _Segments, *, screen: bool) -> FloatArray:
    """By segment, (series, most), NaN without a range; screened once at the upper limit of the ranges themselves.

    Source: Provost & Murray, The Health Care Data Guide (2011).
    """
    usable = ~np.isnan(ranges)
    mean_range = segments.average(ranges, usable)
    if not screen:
        return mean_range
    kept = usable & (ranges < segments.spread(SCREEN_MEAN_RANGES * mean_range))
    screened = segments.average(ranges, kept)
    # A series that never moves, or hardly ever, would lose every range that is not zero: then nothing is screened.
    return np.where(screened > 0, screened, mean_range)


def _point_types(charted: FloatArray, side: CodeArray, signs: FloatArray) -> CodeArray:
    """A signal towards the good side is an improvement, away from it a concern, without one neutral."""
    better = side * signs[:, None].astype(np.int8)
    types = np.full(side.shape, PointType.NEUTRAL, dtype=np.int8)
    types[better > 0] = PointType.IMPROVEMENT
    types[better < 0] = PointType.CONCERN
    types[side == 0] = PointType.COMMON_CAUSE
    types[np.isnan(charted)] = PointType.UNKNOWN
    return types


def _last_present(values: FloatArray) -> IntArray:
    """Column of the latest present point of each series; the last column where there is none."""
    latest: IntArray = values.shape[1] - 1 - np.argmax(~np.isnan(values[:, ::-1]), axis=1)
    return latest


def _assurances(
    lower: FloatArray, upper: FloatArray, target: FloatArray, signs: FloatArray, tolerance: FloatArray
) -> NDArray[np.object_]:
    """Passes or fails where the target lies strictly beyond the limits; all arguments and the result (series,)."""
    beyond = (target < lower - tolerance).astype(np.int8) - (target > upper + tolerance)
    outcome = beyond * signs.astype(np.int8) + 1
    promised = (signs != 0) & ~np.isnan(target) & ~np.isnan(lower)
    return _ASSURANCES[np.where(promised, outcome, len(_ASSURANCES) - 1)]
