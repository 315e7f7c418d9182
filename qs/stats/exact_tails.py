"""How unlikely a count is by chance alone, exactly, and the limits that a chart draws from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

SMALLEST_TAIL = 1e-280  # a smaller tail is reckoned from its first term, so that its logarithm stays exact enough
IMPOSSIBLE = -800.0  # the logarithm of the probability of what cannot be, so that its z (40) is a number
HALF = float(np.log(0.5))

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tails:
    """For each count the logarithm of how probable one as low and one as high is, both holding the count itself, and
    of exactly this count. NaN where there is nothing to go by.
    """

    log_at_most: FloatArray
    log_at_least: FloatArray
    log_middle: FloatArray

    @property
    def at_most(self) -> FloatArray:
        return np.asarray(np.exp(self.log_at_most))

    @property
    def at_least(self) -> FloatArray:
        return np.asarray(np.exp(self.log_at_least))

    def z(self) -> FloatArray:
        """The distance from what is expected in standard deviations, by the nearer tail; zero where both tails are
        above one half.
        """
        low, high = -special.ndtri_exp(self.log_at_most), -special.ndtri_exp(self.log_at_least)
        return np.asarray(np.where(low > high, -np.maximum(low, 0.0), np.maximum(high, 0.0)))

    def mid_z(self) -> FloatArray:
        """The same by the middle of the jump that each count makes: its square is 1 on average when all is chance.

        Source: mid-p values, Lancaster (1961), JASA 56:223-234.
        """
        low, high = (
            -special.ndtri_exp(tail + np.log1p(-np.exp(np.minimum(self.log_middle - tail, 0.0)) / 2))
            for tail in (self.log_at_most, self.log_at_least)
        )
        return np.asarray(np.where(low > high, -low, high))


@dataclass(frozen=True, eq=False)
class CountLimits:
    """Between these counts nothing is unusual; a count lies outside exactly when its tail is smaller than asked."""

    lower: FloatArray
    upper: FloatArray


def binomial_tails(successes: ArrayLike, n: ArrayLike, share: ArrayLike) -> Tails:
    """Tails of so many successes in `n` cases when each succeeds with this probability.

    Counts need not be whole: sums of parts lie on the smooth curve through the exact values. NaN without cases.
    Source: the incomplete beta form, Abramowitz & Stegun 26.5.24.
    """
    hits, cases, p = _floats(successes, n, share)
    known = np.isfinite(hits) & (cases > 0)
    x, m = np.where(known, hits, 0.0), np.where(known, cases, 1.0)
    misses = np.maximum(m - x, 0.0)
    at_least = np.where(x > 0, special.betainc(np.where(x > 0, x, 1.0), misses + 1, p), 1.0)
    at_most = np.where(misses > 0, special.betainc(np.where(misses > 0, misses, 1.0), x + 1, 1 - p), 1.0)
    ways = special.gammaln(m + 1) - special.gammaln(x + 1) - special.gammaln(misses + 1)
    middle = ways + special.xlogy(x, p) + special.xlog1py(misses, -p)
    # How many times as probable the next count outwards is, when it is in the tail at all.
    down = _ratio(x * (1 - p), (misses + 1) * p)
    return _tails(known, at_most, at_least, middle, down, up=_ratio(misses * p, (x + 1) * (1 - p)))


def poisson_tails(counts: ArrayLike, expected: ArrayLike) -> Tails:
    """Tails of a count when so many are expected; NaN where either is not known.

    Source: the incomplete gamma form, Abramowitz & Stegun 26.4.21.
    """
    found, mean = _floats(counts, expected)
    known = np.isfinite(found) & (mean >= 0)
    x, m = np.where(known, found, 0.0), np.where(known, mean, 1.0)
    at_least = np.where(x > 0, special.gammainc(np.where(x > 0, x, 1.0), m), 1.0)
    middle = special.xlogy(x, m) - m - special.gammaln(x + 1)
    return _tails(known, special.gammaincc(x + 1, m), at_least, middle, _ratio(x, m), up=m / (x + 1))


def _tails(
    known: NDArray[np.bool_],
    at_most: FloatArray,
    at_least: FloatArray,
    log_middle: FloatArray,
    down: FloatArray,
    *,
    up: FloatArray,
) -> Tails:
    """Logarithms of tails; one too small for a number is its first term times the sum of a geometric series."""
    logs = [
        np.where(tail > SMALLEST_TAIL, np.log(np.maximum(tail, SMALLEST_TAIL)), log_middle - np.log1p(-falling))
        for tail, falling in ((at_most, np.clip(down, 0.0, 0.999)), (at_least, np.clip(up, 0.0, 0.999)))
    ]
    logs = [np.where(np.isneginf(one), IMPOSSIBLE, one) for one in logs]
    return Tails(*(np.where(known, np.minimum(one, 0.0), np.nan) for one in (*logs, log_middle)))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def binomial_limits(n: ArrayLike, share: ArrayLike, log_tail: ArrayLike) -> CountLimits:
    """Counts that leave less than a tail (given is its logarithm) on either side; NaN without cases. See `_limits`."""
    cases, p, least = _floats(n, share, log_tail)
    return _limits(
        lambda x: binomial_tails(x, cases, p), mean=cases * p, variance=cases * p * (1 - p), most=cases, log_tail=least
    )


def poisson_limits(expected: ArrayLike, log_tail: ArrayLike) -> CountLimits:
    """Counts that leave less than a tail (given is its logarithm) on either side; see `_limits`."""
    mean, least = _floats(expected, log_tail)
    most = np.full(mean.shape, np.inf)
    return _limits(lambda x: poisson_tails(x, mean), mean=mean, variance=mean, most=most, log_tail=least)


def _limits(
    tails: Callable[[FloatArray], Tails],
    *,
    mean: FloatArray,
    variance: FloatArray,
    most: FloatArray,
    log_tail: FloatArray,
) -> CountLimits:
    """The exact limits, interpolated between the last count inside and the first one outside, so that they are smooth.

    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, A.1.1, for the lower one. The upper one is the
    lower one of what did not happen; the printed formula lies one count below it and would draw a count outside
    whose tail is not small enough.
    """
    known = (mean >= 0) & (most > 0)
    least = np.minimum(np.where(known, log_tail, HALF), HALF)
    middle, ends = np.where(known, mean, 0.0), np.ceil(np.where(known, most, 0.0))
    depth = -least
    # Bernstein's inequality: no count so far away has a tail of that size.
    reach = depth / 3 + np.sqrt(depth**2 / 9 + 2 * depth * np.where(known, variance, 0.0))
    first = np.maximum(np.floor(middle - reach) - 1, -1.0)
    inside = _first_true(lambda x: tails(x).log_at_most >= least, first, np.minimum(np.ceil(middle), ends))
    before = np.where(inside > 0, tails(np.maximum(inside - 1, 0.0)).at_most, 0.0)
    share = _part(tails(inside).at_most, before, np.exp(least))
    last = np.minimum(np.ceil(middle + reach) + 1, ends + 1)
    outside = _first_true(
        lambda x: (x > ends) | (tails(np.minimum(x, ends)).log_at_least < least),
        np.maximum(np.floor(middle) - 1, -1),
        last,
    )
    beyond = np.where(outside > ends, 0.0, tails(np.minimum(outside, ends)).at_least)
    rest = _part(tails(outside - 1).at_least, beyond, np.exp(least))
    lower, upper = np.maximum(inside - share, 0.0), np.minimum(outside - 1 + rest, np.where(known, most, 0.0))
    return CountLimits(np.where(known, lower, np.nan), np.where(known, upper, np.nan))


def _first_true(holds: Callable[[FloatArray], NDArray[np.bool_]], below: FloatArray, above: FloatArray) -> FloatArray:
    """The first whole number for which it holds, by halving: it does not at `below`, it does at `above`."""
    while (above - below > 1).any():
        half = np.where(above - below > 1, np.floor((below + above) / 2), above)
        found = holds(half)
        below, above = np.where(~found, half, below), np.where(found, half, above)
    return above


def _part(here: FloatArray, next_one: FloatArray, wanted: FloatArray) -> FloatArray:
    """How far between one count and the next the tail would be as small as wanted; 0 to 1."""
    step = np.where(here > next_one, here - next_one, 1.0)
    return np.clip((here - wanted) / step, 0.0, 1.0)


def _floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in values)))
