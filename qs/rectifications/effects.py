"""What figures before an order and after it may say: the difference, how sure it is, and whether it lasted; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from qs.observations.spans import Span
from qs.rectifications.terms import Effect, Lasting
from qs.standards.terms import Aggregation, Direction

BEFORE_DAYS = 28  # how long before the order the figures are taken from: four whole weeks
AFTER_DAYS = 28  # how long after closing the figures are looked at again (local rule)
LATEST_DAYS = 182  # how long after closing a look is still made where cases are few (local rule)
LEAST_CASES = 30  # on either side before a difference is spoken of (local rule)
LEAST_DAYS = 7  # on either side, where days are compared and not cases (local rule)
LEAST_SPREAD_DAYS = 5  # degrees of freedom from which on days tell how much they scatter
CONFIDENCE = 0.95
POOLED = (Aggregation.SHARE, Aggregation.MEAN, Aggregation.RATE)


@dataclass(frozen=True)
class Contrast:
    """After less before, in the unit of the indicator, with 95 % intervals; None where nothing may be said.

    `dispersion`: how much more the days scatter than the cases alone would let them; 1 where they do not. `p`: the
    chance of a difference so large if nothing had changed.
    """

    effect: Effect
    dispersion: float = 1.0
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    before_lower: float | None = None
    before_upper: float | None = None
    after_lower: float | None = None
    after_upper: float | None = None


@dataclass(frozen=True)
class Estimate:
    """A figure as it is shown, and the estimate on which its interval is built, with the variance of that."""

    value: float
    centre: float
    variance: float


def contrast(
    before: Span,
    after: Span,
    days: Sequence[Span],
    aggregation: Aggregation,
    direction: Direction,
    *,
    per: float = 1.0,
) -> Contrast:
    """What before and after say: better or worse only when the 95 % interval of the difference leaves out zero.

    `days`: the figures of single days, those of both spans among them. Shares: difference of two proportions with one
    success and one failure added on each side (Agresti and Caffo, The American Statistician 54, 2000). Means: Welch's
    standard error. Rates: events as Poisson counts. Where days scatter more than the cases let expect, variances grow
    by that factor and Student's distribution takes the normal's place (quasi-likelihood: McCullagh and Nelder,
    Generalized Linear Models, 1989, 4.5). Percentiles: Welch's test on the values of the days. Counts are not compared,
    nor are bands, where neither way is better by itself.
    """
    first, second = ([day for day in days if is_within(day, side)] for side in (before, after))
    if aggregation is Aggregation.PERCENTILE and direction is not Direction.BAND:
        return contrast_of_days(first, second, direction)
    if min(cases(before, aggregation), cases(after, aggregation)) < LEAST_CASES:
        return Contrast(Effect.TOO_FEW)
    if direction is Direction.BAND or aggregation not in POOLED:
        return Contrast(Effect.NOT_COMPARED)
    scatter = [spread(side, days, aggregation) for side, days in ((before, first), (after, second))]
    dispersion, freedom = pooled_dispersion(scatter)
    one, other = (estimate(side, aggregation, per) for side in (before, after))
    return told(one, other, direction, dispersion, freedom, is_share=aggregation is Aggregation.SHARE)


def is_within(day: Span, side: Span) -> bool:
    return side.since <= day.since < side.until


def contrast_of_days(first: Sequence[Span], second: Sequence[Span], direction: Direction) -> Contrast:
    """Welch's test on the values of the days (Welch, Biometrika 34, 1947)."""
    sides = [np.array([day.value for day in side if day.value is not None]) for side in (first, second)]
    if min(len(side) for side in sides) < LEAST_DAYS:
        return Contrast(Effect.TOO_FEW)
    parts = [float(side.var(ddof=1)) / len(side) for side in sides]
    freedom = None
    if sum(parts) > 0:
        freedom = sum(parts) ** 2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, sides, strict=True))
    one, other = (
        Estimate(float(side.mean()), float(side.mean()), part) for side, part in zip(sides, parts, strict=True)
    )
    return told(one, other, direction, 1.0, freedom, is_share=False)


def told(
    one: Estimate,
    other: Estimate,
    direction: Direction,
    dispersion: float,
    freedom: float | None,
    *,
    is_share: bool,
) -> Contrast:
    """The verdict of two estimates. `freedom`: of Student's distribution, None for the normal one."""
    law = stats.norm if freedom is None else stats.t(freedom)
    quantile = float(law.ppf((1 + CONFIDENCE) / 2))
    error = sqrt(dispersion * (one.variance + other.variance))
    centre, reach = other.centre - one.centre, quantile * error
    most = 1.0 if is_share else np.inf
    gain = centre * (1 if direction is Direction.UP else -1)
    effect = Effect.NO_DIFFERENCE
    if abs(centre) > reach:
        effect = Effect.BETTER if gain > 0 else Effect.WORSE
    ends = [
        end
        for side in (one, other)
        for end in (
            max(side.centre - quantile * sqrt(dispersion * side.variance), 0.0 if is_share else -np.inf),
            min(side.centre + quantile * sqrt(dispersion * side.variance), most),
        )
    ]
    return Contrast(
        effect,
        dispersion,
        other.value - one.value,
        max(centre - reach, -most),
        min(centre + reach, most),
        float(2 * law.sf(abs(centre) / error)) if error > 0 else (1.0 if centre == 0 else 0.0),
        *ends,
    )


def cases(span: Span, aggregation: Aggregation) -> float:
    """How many cases stand behind a figure: the denominator of a share, else the number of events."""
    if aggregation is Aggregation.MEAN:
        return min(span.denominator, span.n)
    return span.denominator if aggregation is Aggregation.SHARE else span.n


def estimate(span: Span, aggregation: Aggregation, per: float) -> Estimate:
    """The figure with the variance of its estimate, in the unit of the indicator."""
    value = span.numerator / span.denominator
    if aggregation is Aggregation.SHARE:
        n = span.denominator + 2
        share = (span.numerator + 1) / n
        return Estimate(value, share, share * (1 - share) / n)
    if aggregation is Aggregation.RATE:
        return Estimate(value * per, value * per, span.numerator / span.denominator**2 * per**2)
    return Estimate(value, value, variance_between(span) / span.denominator)


def variance_between(span: Span) -> float:
    """The variance between single values, from their sum of squares."""
    mean = span.numerator / span.denominator
    return max(span.square / span.denominator - mean**2, 0.0) * span.denominator / (span.denominator - 1)


def spread(side: Span, days: Sequence[Span], aggregation: Aggregation) -> tuple[float, int]:
    """How far the days of one side lie from its figure: Pearson's chi-square, and its degrees of freedom."""
    known = [day for day in days if day.denominator > 0]
    if len(known) < 2:
        return 0.0, 0
    figure = side.numerator / side.denominator
    unit = {
        Aggregation.SHARE: figure * (1 - figure),
        Aggregation.RATE: figure,
        Aggregation.MEAN: variance_between(side),
    }[aggregation]
    if unit <= 0:
        return 0.0, len(known) - 1
    away = sum((day.numerator - figure * day.denominator) ** 2 / (day.denominator * unit) for day in known)
    return away, len(known) - 1


def pooled_dispersion(scatter: Sequence[tuple[float, int]]) -> tuple[float, float | None]:
    """The factor of both sides together, never below 1, and the degrees of freedom it was estimated with.

    None where it is 1: then the cases alone explain how the days scatter.
    """
    freedom = sum(part for _, part in scatter)
    if freedom < LEAST_SPREAD_DAYS:
        return 1.0, None
    factor = sum(away for away, _ in scatter) / freedom
    return (factor, float(freedom)) if factor > 1 else (1.0, None)


def lasting(
    since_order: Contrast,
    since_proof: Contrast,
    kept: Effect | None,
    *,
    target: float | None,
    direction: Direction,
) -> Lasting | None:
    """Whether what was put right stayed so, from the figures since closing; None while they say nothing yet.

    `since_order`: they against those before the order; `since_proof`: against those at the verification, whose effect
    was `kept`. That chance explains a difference proves nothing, so an order is opened again only when the figures are
    worse than before it, when a proven gain is lost again, or when they are no better beyond chance and even the most
    favourable end of their interval misses the target.
    """
    if since_order.effect in (Effect.TOO_FEW, Effect.NOT_COMPARED):
        return None
    if since_order.effect is Effect.BETTER:
        return Lasting.HELD
    if since_order.effect is Effect.WORSE:
        return Lasting.WORSE
    if kept is Effect.BETTER and since_proof.effect is Effect.WORSE:
        return Lasting.LOST
    is_up = direction is Direction.UP
    best = since_order.after_upper if is_up else since_order.after_lower
    if target is not None and best is not None and (best < target if is_up else best > target):
        return Lasting.NO_BETTER
    return Lasting.UNCLEAR
