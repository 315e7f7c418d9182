"""Intervals of single figures, so that nothing is compared without its uncertainty; for many units see `funnels`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

CONFIDENCE = 0.95

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Interval:
    """Lower and upper ends, one of each per figure; NaN where there is nothing to go by."""

    lower: FloatArray
    upper: FloatArray


def wilson(successes: ArrayLike, n: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a share; never outside 0 to 1, and not empty for 0 or n successes.

    Raises ValueError for counts below zero or more successes than cases. Source: Wilson (1927), JASA 22:209-212.
    """
    hits, cases = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64))
    if (hits < 0).any() or (hits > cases).any():
        raise ValueError("successes lie between 0 and n")
    z = stats.norm.ppf((1 + confidence) / 2)
    some = np.where(cases > 0, cases, np.nan)
    share = hits / some
    spread = z * np.sqrt(share * (1 - share) / some + z**2 / (4 * some**2))
    centre, scale = share + z**2 / (2 * some), 1 + z**2 / some
    lower = np.where(hits == 0, 0.0 * some, (centre - spread) / scale)
    upper = np.where(hits == cases, 0.0 * some + 1.0, (centre + spread) / scale)
    return Interval(lower, upper)


def poisson(counts: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """The exact interval of an expected count (Garwood 1936, Biometrika 28:437-442); divide by the exposure for a rate.

    Counts need not be whole: sums of parts are taken as they are.
    """
    found = np.asarray(counts, dtype=np.float64)
    if (found < 0).any():
        raise ValueError("counts are not negative")
    tail = (1 - confidence) / 2
    lower = np.where(found > 0, stats.gamma.ppf(tail, np.where(found > 0, found, 1.0)), 0.0)
    return Interval(lower, stats.gamma.ppf(1 - tail, found + 1))


def mean(n: ArrayLike, average: ArrayLike, variance: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """Student's interval of a mean of `n` values with this variance between them; NaN for fewer than two values."""
    cases = np.asarray(n, dtype=np.float64)
    enough = np.where(cases >= 2, cases, np.nan)
    reach = stats.t.ppf((1 + confidence) / 2, enough - 1) * np.sqrt(np.asarray(variance, dtype=np.float64) / enough)
    centre = np.asarray(average, dtype=np.float64)
    return Interval(centre - reach, centre + reach)


def quantile_levels(quantile: ArrayLike, n: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """Between which levels (0 to 1) of the observed distribution the true quantile lies.

    The level of the order statistic next to it follows Beta(qn + 1/2, (1-q)n + 1/2), the continuous form of the
    binomial interval. Source: David & Nagaraja, Order Statistics (3rd ed.), 2.5 and 7.1.
    """
    level, cases = np.asarray(quantile, dtype=np.float64), np.asarray(n, dtype=np.float64)
    tail = (1 - confidence) / 2
    below, above = level * cases + 0.5, (1 - level) * cases + 0.5
    return Interval(stats.beta.ppf(tail, below, above), stats.beta.ppf(1 - tail, below, above))


def difference(higher: float, around_higher: Interval, lower: float, around_lower: Interval) -> Interval:
    """The interval of the difference of two independent figures, from their own intervals, which may be lopsided.

    Source: method of variance estimates recovery, Zou & Donner (2008), Statistics in Medicine 27:1693-1702.
    """
    gap = higher - lower
    down = np.hypot(higher - around_higher.lower, around_lower.upper - lower)
    up = np.hypot(around_higher.upper - higher, lower - around_lower.lower)
    return Interval(np.asarray(gap - down), np.asarray(gap + up))
