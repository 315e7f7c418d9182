"""Charts of shares, rates and counts (p, u, c) and Laney's p' and u', whose limits know how many cases stand behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, Unpack, get_args

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.arguments import check_options, check_word, counts, direction_signs, marks, per_series
from qs.stats.control_charts.icons import icons, last_present
from qs.stats.control_charts.runs import SHIFT_POINTS, rules_broken
from qs.stats.control_charts.segments import Segments, base_points, mean_moving_range, moving_ranges, segmented
from qs.stats.control_charts.terms import (
    D2_FOR_PAIRS,
    MIN_CHART_POINTS,
    MIN_FIRM_POINTS,
    NO_DIFFERENCE_SHARE,
    ROUNDING,
    BoolArray,
    CodeArray,
    Direction,
    FloatArray,
    Gap,
    IconArray,
    Limits,
    Ties,
)

LIMIT_SIGMAS = 3.0
NEAR_SIGMAS = 2.0
LIMIT_TAIL = 0.00135  # of a normal distribution beyond three sigmas on one side
NEAR_TAIL = 0.02275  # beyond two
SMALL_COUNT = 5.0  # under so many expected cases (of either kind) sigmas mislead and exact tails are used
LANEY_DISPERSION = 1.2  # from this dispersion on, limits of the plain chart are too narrow
LANEY_CASES = 5000.0  # from this many cases a period on, even invisible mixing of cases outweighs chance
_LEVELS = (LIMIT_TAIL, NEAR_TAIL, 0.5, 1 - NEAR_TAIL, 1 - LIMIT_TAIL)
_MOST_COUNTS = 40  # far beyond the last level of anything with SMALL_COUNT expected
_Kind = Literal["share", "rate"]
_Laney = Literal["never", "where advised", "always"]


class AttributeOptions(TypedDict, total=False):
    """The circumstances of a chart of counts; (series, periods) as the counts themselves where not said otherwise."""

    direction: Direction | Sequence[Direction]  # one for all or one per series; without it neutral
    target: ArrayLike | None  # in the unit of the values, one for all or one per series, NaN: none
    baseline_periods: int | None  # only the first so many present points of each segment make its limits
    exclude: BoolArray | None  # points that do not make limits, but are judged by them
    segment_starts: BoolArray | None  # True where limits are made anew
    screen: bool  # Laney: leave out jumps too wide to be noise, once; on if not said
    shrink: bool  # Laney: limits may also become narrower than the plain ones; off if not said
    gap: Gap
    shift_length: int
    ties: Ties


@dataclass(frozen=True, eq=False)
class AttributeCharts:
    """Many series at once, one row each: arrays of shape (series, periods) unless said otherwise.

    `value` is a share, a rate per unit of exposure, or a count, and the limits are in its unit, within what is
    possible. Limits are NaN where the value is missing and in a segment of too few points.
    """

    value: FloatArray
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
    exact: BoolArray  # limits from exact tails, because few cases are expected
    rule: CodeArray  # values of Rule
    side: CodeArray  # of the signal: +1 high or rising, -1 low or falling, 0 no signal
    point_type: CodeArray  # values of PointType
    variation: IconArray  # (series,) of Variation
    assurance: IconArray  # (series,) of Assurance
    trial_limits: BoolArray  # (series,), fewer than MIN_FIRM_POINTS make the latest limits
    dispersion: FloatArray  # Laney's sigma z: spread of the points in sigmas of chance; 1 is chance alone
    laney_advised: BoolArray  # (series,), by the latest segment
    is_laney: BoolArray  # (series,), these limits are Laney's


def p_chart(
    numerator: ArrayLike, denominator: ArrayLike, *, choose_laney: bool = False, **options: Unpack[AttributeOptions]
) -> AttributeCharts:
    """Shares of cases; each point has limits of its own.

    `numerator`, `denominator`: (series, periods), cases of the kind and all cases, oldest first, NaN or a denominator
    of zero where missing. `choose_laney`: use Laney's limits for the series where they are advised. Raises ValueError
    for arguments of the wrong shape, counts below zero, and numerators above the denominator. Source: Montgomery,
    Introduction to Statistical Quality Control, 7.2; NIST/SEMATECH e-Handbook 6.3.3.2.
    """
    laney: _Laney = "where advised" if choose_laney else "never"
    return _charts(*_shares(numerator, denominator), kind="share", laney=laney, options=options)


def laney_p(numerator: ArrayLike, denominator: ArrayLike, **options: Unpack[AttributeOptions]) -> AttributeCharts:
    """Shares of so many cases that services differ by more than chance: p chart limits times their dispersion.

    Arguments and errors as for `p_chart`. Source: Laney (2002), Quality Engineering 14:531-537.
    """
    return _charts(*_shares(numerator, denominator), kind="share", laney="always", options=options)


def u_chart(
    numerator: ArrayLike, exposure: ArrayLike, *, choose_laney: bool = False, **options: Unpack[AttributeOptions]
) -> AttributeCharts:
    """Rates of events per unit of exposure; each point has limits of its own.

    `numerator`, `exposure`: (series, periods), events and what they are counted over, NaN or an exposure of zero where
    missing. Otherwise as `p_chart`. Source: Montgomery 7.3; NIST/SEMATECH e-Handbook 6.3.3.1.
    """
    laney: _Laney = "where advised" if choose_laney else "never"
    return _charts(*_rates(numerator, exposure), kind="rate", laney=laney, options=options)


def laney_u(numerator: ArrayLike, exposure: ArrayLike, **options: Unpack[AttributeOptions]) -> AttributeCharts:
    """Rates that vary by more than chance: u chart limits times their dispersion.

    Arguments and errors as for `u_chart`. Source: Laney (2002), Quality Engineering 14:531-537.
    """
    return _charts(*_rates(numerator, exposure), kind="rate", laney="always", options=options)


def c_chart(values: ArrayLike, **options: Unpack[AttributeOptions]) -> AttributeCharts:
    """Counts of events in periods of equal exposure: (series, periods), NaN where missing.

    Raises ValueError for values of the wrong shape or below zero. Source: Montgomery 7.3.1.
    """
    events = counts(values, "values")
    return _charts(events, np.ones(events.shape), kind="rate", laney="never", options=options)


def _shares(numerator: ArrayLike, denominator: ArrayLike) -> tuple[FloatArray, FloatArray]:
    events, cases = _rates(numerator, denominator, "denominator")
    if (events > cases).any():
        raise ValueError("numerator must not be above denominator")
    return events, cases


def _rates(numerator: ArrayLike, exposure: ArrayLike, name: str = "exposure") -> tuple[FloatArray, FloatArray]:
    events, cases = counts(numerator, "numerator"), counts(exposure, name)
    if events.shape != cases.shape:
        raise ValueError(f"{name} must have the shape of numerator, {events.shape}, not {cases.shape}")
    return events, cases


def _charts(
    events: FloatArray, cases: FloatArray, *, kind: _Kind, laney: _Laney, options: AttributeOptions
) -> AttributeCharts:
    gap, shift_length = options.get("gap", "skip"), options.get("shift_length", SHIFT_POINTS)
    ties, baseline_periods = options.get("ties", "strict"), options.get("baseline_periods")
    check_options(baseline_periods, gap, shift_length)
    check_word(ties, get_args(Ties), "ties")
    series = len(events)
    signs = direction_signs(options.get("direction", Direction.NEUTRAL), series)
    target = options.get("target")
    targets = per_series(np.nan if target is None else target, series, "target")
    segments = segmented(events.shape, options.get("segment_starts"))
    present = ~np.isnan(events) & (cases > 0)
    base = base_points(present, segments, baseline_periods) & ~marks(options.get("exclude"), events.shape, "exclude")
    latest = last_present(present)
    events, cases = np.where(present, events, 0.0), np.where(present, cases, 0.0)
    value = np.where(present, events / np.where(present, cases, 1.0), np.nan)
    centre = np.where(present, segments.spread(_centres(events, cases, base, segments)), np.nan)
    sigma = _sigma(centre, cases, kind)
    dispersion = _dispersion(value, centre, sigma, base, segments, screen=options.get("screen", True))
    size = (cases if kind == "share" else events).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    advised = (np.nan_to_num(dispersion[latest]) > LANEY_DISPERSION) | (size > LANEY_CASES)
    is_laney = np.full(series, laney == "always") | (advised & (laney == "where advised"))
    least = 0.0 if options.get("shrink", False) else 1.0
    factor = np.where(is_laney[:, None], np.fmax(dispersion, least), 1.0)
    drawn, judged, exact = _limits(centre, sigma * factor, cases, kind, widened=factor > 1)
    tolerance = NO_DIFFERENCE_SHARE * np.fmax.reduce(np.abs(value), axis=1, initial=0.0, keepdims=True)
    charted = np.where(np.isnan(centre), np.nan, value)
    found = rules_broken(charted, judged, segments.number, tolerance=tolerance, gap=gap, shift_length=shift_length)
    meaning = icons(
        charted, found.side, drawn, latest=latest, signs=signs, target=targets, tolerance=tolerance, ties=ties
    )
    return AttributeCharts(
        value=value,
        mean=drawn.mean,
        lower=drawn.lower,
        upper=drawn.upper,
        near_lower=drawn.near_lower,
        near_upper=drawn.near_upper,
        exact=exact,
        rule=found.rule,
        side=found.side,
        point_type=meaning.point_type,
        variation=meaning.variation,
        assurance=meaning.assurance,
        trial_limits=segments.spread(segments.total(base))[latest] < MIN_FIRM_POINTS,
        dispersion=dispersion,
        laney_advised=advised,
        is_laney=is_laney,
    )


def _centres(events: FloatArray, cases: FloatArray, base: BoolArray, segments: Segments) -> FloatArray:
    """All events over all cases of each segment's base: (series, most), NaN with too few points or no cases."""
    sums, sizes = segments.total(np.where(base, events, 0.0)), segments.total(np.where(base, cases, 0.0))
    enough = (segments.total(base) >= MIN_CHART_POINTS) & (sizes > 0)
    return np.divide(sums, sizes, out=np.full_like(sums, np.nan), where=enough)


def _sigma(centre: FloatArray, cases: FloatArray, kind: _Kind) -> FloatArray:
    """Spread of each point by chance alone: binomial of shares, Poisson of rates."""
    variance = centre * (1 - centre) if kind == "share" else centre
    sigma: FloatArray = np.sqrt(np.maximum(variance, 0.0) / np.where(cases > 0, cases, 1.0))
    return sigma


def _dispersion(
    value: FloatArray, centre: FloatArray, sigma: FloatArray, base: BoolArray, segments: Segments, *, screen: bool
) -> FloatArray:
    """Laney's sigma z of each segment, (series, periods): mean jump of the points in sigmas over what chance makes."""
    z = np.divide(value - centre, sigma, out=np.zeros_like(sigma), where=sigma > 0)
    return segments.spread(mean_moving_range(moving_ranges(z, base, segments), segments, screen=screen)) / D2_FOR_PAIRS


def _limits(
    centre: FloatArray, sigma: FloatArray, cases: FloatArray, kind: _Kind, *, widened: BoolArray
) -> tuple[Limits, Limits, BoolArray]:
    """The limits as drawn, the limits as judged, and where they come from exact tails.

    Of few cases the middle of the distribution is its median: a run on one side of the mean would be no surprise.
    """
    expected = centre * cases
    rarer = np.fmin(expected, cases - expected) if kind == "share" else expected
    exact = rarer < SMALL_COUNT * (1 - ROUNDING)
    low, near_low, median, near_high, high = _quantiles(expected, cases, exact, kind)
    ceiling = 1.0 if kind == "share" else np.inf
    bounds = []
    for sigmas, tail in (
        (-LIMIT_SIGMAS, low),
        (-NEAR_SIGMAS, near_low),
        (NEAR_SIGMAS, near_high),
        (LIMIT_SIGMAS, high),
    ):
        line = np.clip(centre + sigmas * sigma, 0.0, ceiling)
        outer = np.fmin(line, tail) if sigmas < 0 else np.fmax(line, tail)
        bounds.append(np.where(exact, np.where(widened, outer, tail), line))
    lower, near_lower, near_upper, upper = bounds
    drawn = Limits(centre, lower, upper, near_lower, near_upper)
    return drawn, replace(drawn, mean=np.where(exact, median, centre)), exact


def _quantiles(expected: FloatArray, cases: FloatArray, exact: BoolArray, kind: _Kind) -> list[FloatArray]:
    """Where exactly the tails of three and two sigmas begin, and the median, as values: NaN where not `exact`.

    A count beyond the outer ones has a tail under LIMIT_TAIL; one on them has not.
    """
    size, mean = cases[exact], expected[exact]
    if kind == "share":
        mirrored = mean > size / 2  # the rarer kind is counted and taken from all cases
        rare = np.maximum(np.where(mirrored, size - mean, mean), 0.0)
        found = _tail_counts(rare, size)
        ordered = [np.where(mirrored, size - other, one) for one, other in zip(found, found[::-1], strict=True)]
    else:
        ordered = _tail_counts(mean, None)
    lines = []
    for count in ordered:
        line = np.full(expected.shape, np.nan)
        line[exact] = np.maximum(count, 0.0) / size
        lines.append(line)
    return lines


def _tail_counts(mean: FloatArray, size: FloatArray | None) -> list[FloatArray]:
    """The least counts whose cumulative chance reaches each level of _LEVELS: Poisson, or binomial of so many cases.

    `mean` is small (SMALL_COUNT), so adding up from zero is both quick and exact.
    """
    share = None if size is None else mean / size
    chance = np.exp(-mean) if size is None or share is None else np.exp(size * np.log1p(-np.minimum(share, 0.5)))
    odds = mean if share is None else share / (1 - share)
    reached = chance.copy()
    found = np.zeros((len(_LEVELS), len(mean)))
    for count in range(_MOST_COUNTS):
        short = [reached < level for level in _LEVELS]
        if not short[-1].any():
            break
        for line, is_short in zip(found, short, strict=True):
            line += is_short
        left = 1.0 if size is None else np.maximum(size - count, 0.0)
        chance = chance * odds * left / (count + 1)
        reached += chance
    return list(found)
