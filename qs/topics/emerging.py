"""What is written about more than usual: counts of one week against the weeks before, with many looks allowed for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qs.stats.comparison import wilson
from qs.stats.exact_tails import binomial_tails
from qs.stats.multiplicity import FALSE_DISCOVERY_SHARE, benjamini_hochberg
from qs.topics.terms import LEAST_CASES, Trend

FloatArray = NDArray[np.float64]
HIGH = (Trend.NEW, Trend.RISING)


@dataclass(frozen=True, eq=False)
class Standing:
    """How each of many counts stands against what was usual; one value per count.

    `expected` requests this week if its share were that of the weeks before; `share` with its 95 % interval; `p` is
    two-sided, `adjusted` for all that were looked at; both NaN where too few cases were there to look at.
    """

    expected: FloatArray
    share: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    adjusted: FloatArray
    trends: tuple[Trend, ...]

    @property
    def is_high(self) -> NDArray[np.bool_]:
        return np.array([trend in HIGH for trend in self.trends], dtype=bool)


def standing(
    now: ArrayLike, before: ArrayLike, *, now_total: int, before_total: int, q: float = FALSE_DISCOVERY_SHARE
) -> Standing:
    """How counts of this week stand against those of the weeks before, given the requests of both times.

    When nothing has changed, each of the `now + before` requests of a matter fell into this week with the probability
    now_total / (now_total + before_total): an exact binomial test, two-sided, for every count with LEAST_CASES cases
    in both times together (which says nothing about where they fell), and at most the share `q` of what is called
    changed may be chance. Source: Przyborowski & Wilenski (1940), Biometrika 31:313-323; Benjamini & Hochberg (1995).
    Raises ValueError for counts above their total.
    """
    here, there = np.asarray(now, dtype=np.float64), np.asarray(before, dtype=np.float64)
    if (here > now_total).any() or (there > before_total).any():
        raise ValueError("counts lie within their totals")
    both, whole = here + there, now_total + before_total
    is_looked_at = (both >= LEAST_CASES) & (now_total > 0) & (before_total > 0)
    tails = binomial_tails(here, np.maximum(both, 1.0), now_total / whole if whole else 0.5)
    p = np.where(is_looked_at, np.minimum(2 * np.minimum(tails.at_least, tails.at_most), 1.0), np.nan)
    found = benjamini_hochberg(p, q=q)
    usual = there / before_total if before_total else np.full(here.shape, np.nan)
    around = wilson(here, now_total)
    expected = usual * now_total
    trends = tuple(
        trend_of(one, was, bool(stands), wanted)
        for one, was, stands, wanted in zip(here, there, found.stands, expected, strict=True)
    )
    share = here / now_total if now_total else np.full(here.shape, np.nan)
    return Standing(expected, share, around.lower, around.upper, p, found.adjusted, trends)


def trend_of(now: float, before: float, stands: bool, expected: float) -> Trend:
    """Rising or falling only where chance does not explain it; new where there were hardly any before."""
    if not stands or np.isnan(expected):
        return Trend.STEADY
    if now < expected:
        return Trend.FALLING
    if now < LEAST_CASES:
        return Trend.STEADY
    return Trend.NEW if before < LEAST_CASES else Trend.RISING
