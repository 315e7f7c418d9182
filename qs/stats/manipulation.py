"""Signs that ratings were made and not given: each alone has an innocent reason, so two independent ones are asked for.

Five kinds of signs: volume (bursts), levels (other ratings than before), devices (few give many), texts (the same
words), rhythm (gaps of equal length). Nothing here punishes: the score is shown with and without what is marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from qs.stats.comparison import CONFIDENCE, Interval, wilson
from qs.stats.multiplicity import FALSE_DISCOVERY_SHARE, benjamini_hochberg

WINDOWS_DAYS = (1, 3, 7)
BASELINE_DAYS = 28
LEAST_BASELINE_DAYS = 14  # with a report, before a window can be judged (own default)
DISPERSION_DAYS = 28.0  # for how many days of its own the spread common to all units counts (own default)
BUSY_RATINGS = 3  # from one device, or with one text, that are more than a family's (own default)
LARGE_SHARE = 0.2  # of the ratings from busy devices, or with busy texts (own default)
LEAST_RATINGS = 12  # under which shares of devices and texts say nothing (own default)
LARGE_SHIFT = 0.25  # population stability index: customary in credit scoring, Siddiqi (2006), Credit Risk Scorecards
NEIGHBOURS = 10  # gaps up to so many steps longer or shorter are as frequent when people come by chance
PERMUTATIONS = 2000
SIGNS_NEEDED = 2

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


class Sign(StrEnum):
    """Kinds that come about independently of each other when nothing is made."""

    VOLUME = "volume"
    LEVELS = "levels"
    DEVICES = "devices"
    TEXTS = "texts"
    RHYTHM = "rhythm"


@dataclass(frozen=True, eq=False)
class Bursts:
    """For each unit, day and window that ends on this day, shape (units, days, windows): how many came, how many were
    expected, and how probable so many or more are; NaN where the days before say too little.

    `dispersion`: the variance of daily counts over their mean that was reckoned with, shape (units, days).
    """

    windows_days: tuple[int, ...]
    counts: FloatArray
    expected: FloatArray
    p: FloatArray
    dispersion: FloatArray

    @property
    def day_p(self) -> FloatArray:
        """One p value per unit and day: the smallest of its windows, times their number."""
        known = np.where(np.isnan(self.p), np.inf, self.p).min(axis=-1, initial=np.inf)
        return np.where(np.isinf(known), np.nan, np.minimum(known * len(self.windows_days), 1.0))


@dataclass(frozen=True, eq=False)
class Shift:
    """How ratings differ from those before, one entry per unit; NaN where either side has none.

    `chi_square`, and `p` by permutation; `stability_index` (0 when alike); `best_p`, `worst_p`: how probable so many
    ratings of the best and the worst level are if they are as frequent as before.
    """

    chi_square: FloatArray
    p: FloatArray
    stability_index: FloatArray
    best_p: FloatArray
    worst_p: FloatArray

    @property
    def telling_p(self) -> FloatArray:
        """One p value per unit: the smallest of the three, times three; 1 where the shift is small, however sure."""
        smallest = np.minimum(np.minimum(self.best_p, self.worst_p), self.p)
        return np.where(self.stability_index < LARGE_SHIFT, 1.0, np.minimum(3 * smallest, 1.0))


@dataclass(frozen=True, eq=False)
class Concentration:
    """From how few sources (devices, texts) a unit's ratings come; one entry per unit, NaN without known sources.

    `busy_share`: from sources with BUSY_RATINGS or more; `herfindahl`: the sum of squared shares, 1 for one source;
    `largest_share`; `loyal_share`: from busy sources that rated no other unit; `ratings`: with a known source.
    """

    busy_share: FloatArray
    herfindahl: FloatArray
    largest_share: FloatArray
    loyal_share: FloatArray
    ratings: IntArray

    @property
    def stands_out(self) -> BoolArray:
        return np.asarray((self.ratings >= LEAST_RATINGS) & (np.nan_to_num(self.busy_share) >= LARGE_SHARE))


@dataclass(frozen=True, eq=False)
class Rhythm:
    """The gap (in seconds) that returns too often in each unit's ratings, how often, and how probable that is; NaN, 0
    and NaN with fewer than two gaps."""

    gap_seconds: FloatArray
    repeats: IntArray
    p: FloatArray


@dataclass(frozen=True, eq=False)
class Suspicions:
    """Per unit: which signs it shows, shape (units, signs) in the order of `signs`, and whether these are enough."""

    signs: tuple[Sign, ...]
    shows: BoolArray
    suspected: BoolArray


@dataclass(frozen=True, eq=False)
class Shares:
    """The share of good ratings of each unit with its interval, with all ratings and without the marked ones."""

    with_all: FloatArray
    around_all: Interval
    without: FloatArray
    around_without: Interval


def bursts(
    counts: ArrayLike, *, windows_days: tuple[int, ...] = WINDOWS_DAYS, dispersion: ArrayLike | None = None
) -> Bursts:
    """Whether more ratings came in a few days than the 28 days before lead to expect.

    `counts`: shape (units, days), oldest first, NaN for a day without report. The count to come is negative binomial:
    exact for a Poisson rate that is itself only known from those days, wider by the `dispersion` of daily counts,
    one per unit, or else reckoned from the same days, drawn towards that of all units and never below 1.
    Raises ValueError for counts below zero or another shape.
    Source: Jeffreys' predictive distribution, Gelman et al., Bayesian Data Analysis (3rd ed.), 2.6; McCullagh &
    Nelder (1989), Generalized Linear Models, 6.2, for the dispersion.
    """
    daily = np.asarray(counts, dtype=np.float64)
    if daily.ndim != 2:
        raise ValueError("counts have the shape (units, days)")
    if (daily < 0).any():
        raise ValueError("counts are not negative")
    known = np.isfinite(daily)
    daily = np.where(known, daily, 0.0)
    parts = []
    for window in windows_days:
        seen, days = _ending(daily, window, lag=0), _ending(known, window, lag=0)
        before, base_days = _ending(daily, BASELINE_DAYS, lag=window), _ending(known, BASELINE_DAYS, lag=window)
        squares = _ending(daily**2, BASELINE_DAYS, lag=window)
        phi = _dispersion(before, squares, base_days) if dispersion is None else np.asarray(dispersion)[:, None]
        enough = (days > 0) & (base_days >= LEAST_BASELINE_DAYS)
        base = np.where(enough, base_days, 1.0)
        mean = (before + 0.5) * days / base
        spread = np.maximum(phi, 1.0) * (1 + days / base)  # variance over mean of what is to come
        size = np.where(enough, mean / np.maximum(spread - 1, 1e-12), 1.0)
        tail = np.where(seen > 0, special.betainc(np.maximum(seen, 1e-9), size, 1 - 1 / np.maximum(spread, 1.0)), 1.0)
        parts.append([np.where(enough, one, np.nan) for one in (seen, mean, tail, np.broadcast_to(phi, seen.shape))])
    stacked = [np.stack(one, axis=-1) for one in zip(*parts, strict=True)]
    return Bursts(tuple(windows_days), stacked[0], stacked[1], stacked[2], stacked[3][..., 0])


def _ending(values: NDArray[np.generic], length: int, *, lag: int) -> FloatArray:
    """The sum of `length` days up to each day, or up to `lag` days before it; fewer at the beginning."""
    units, days = values.shape
    sums = np.concatenate([np.zeros((units, 1)), np.cumsum(values, axis=1, dtype=np.float64)], axis=1)
    last = np.maximum(np.arange(1, days + 1) - lag, 0)
    return np.asarray(sums[:, last] - sums[:, np.maximum(last - length, 0)])


def _dispersion(total: FloatArray, squares: FloatArray, days: FloatArray) -> FloatArray:
    """Variance over mean of the days before, drawn towards the mean of all units, which counts for DISPERSION_DAYS."""
    usable = (days >= 2) & (total > 0)
    centre = total / np.where(usable, days, 1.0)
    variance = (squares - centre * total) / np.where(usable, days - 1, 1.0)
    own = np.where(usable, variance / np.where(usable, centre, 1.0), 0.0)
    freedom = np.where(usable, days - 1, 0.0)
    everybody = freedom.sum(axis=0)
    common = np.where(everybody > 0, (freedom * own).sum(axis=0) / np.where(everybody > 0, everybody, 1.0), 1.0)
    drawn = (freedom * own + DISPERSION_DAYS * np.maximum(common, 1.0)) / (freedom + DISPERSION_DAYS)
    return np.asarray(np.maximum(drawn, 1.0))


def rating_shift(
    before: ArrayLike, inside: ArrayLike, *, rng: np.random.Generator, permutations: int = PERMUTATIONS
) -> Shift:
    """How the levels of ratings inside a window differ from those before it.

    Both: counts of shape (units, levels), the best level last. Ratings are dealt again to before and inside, as if
    the window made no difference, so that few ratings and many equal ones are judged rightly; so is the share of the
    best. Raises ValueError for counts below zero or shapes that differ.
    Source: Fisher (1935), The Design of Experiments, for both; the stability index with half a rating added to each.
    """
    old, new = np.asarray(before, dtype=np.int64), np.asarray(inside, dtype=np.int64)
    if old.ndim != 2 or old.shape != new.shape:
        raise ValueError("before and inside have one shape (units, levels)")
    if (old < 0).any() or (new < 0).any():
        raise ValueError("counts are not negative")
    both, inside_n, n = old + new, new.sum(axis=1), (old + new).sum(axis=1)
    there = (inside_n > 0) & (inside_n < n)
    seen = _chi_square(new, both)
    p = np.full(len(n), np.nan)
    for unit in np.flatnonzero(there):
        dealt = rng.multivariate_hypergeometric(both[unit], int(inside_n[unit]), size=permutations)
        as_far = (_chi_square(dealt, both[unit]) >= seen[unit] - 1e-9).sum()
        p[unit] = (as_far + 1) / (permutations + 1)
    a, b = (one + 0.5 for one in (old, new))
    a, b = a / a.sum(axis=1, keepdims=True), b / b.sum(axis=1, keepdims=True)
    index = ((b - a) * np.log(b / a)).sum(axis=1)
    worst, best = (stats.hypergeom.sf(new[:, end] - 1, n, both[:, end], inside_n) for end in (0, -1))
    return Shift(*(np.where(there, one, np.nan) for one in (seen, p, index, best, worst)))


def _chi_square(inside: IntArray, both: IntArray) -> FloatArray:
    """Of a table of two columns, inside and the rest; 0 where a side is empty."""
    share = _over(inside.sum(axis=-1, keepdims=True), both.sum(axis=-1, keepdims=True))
    variance = both * share * (1 - share)
    return np.asarray(_over((inside - both * share) ** 2, variance).sum(axis=-1))


def concentration(units: ArrayLike, sources: ArrayLike, *, unit_count: int) -> Concentration:
    """From how few devices ratings come, or how few texts they repeat; one entry in both arrays per rating.

    `units`: 0 to unit_count - 1; `sources`: a hash or number of the device or the text, "" or a negative number when
    not known. Leave out terminals that stand there for everybody, and texts of a word or two.
    Source: Herfindahl (1950), Concentration in the Steel Industry.
    """
    unit, source = _checked_units(units, unit_count), np.asarray(sources)
    if source.shape != unit.shape:
        raise ValueError("units and sources have one entry per rating")
    known = source >= 0 if source.dtype.kind in "iuf" else source != ""
    names, codes = np.unique(source[known], return_inverse=True)
    pairs, counts = np.unique(unit[known] * max(len(names), 1) + codes, return_counts=True)
    of_unit, of_source = pairs // max(len(names), 1), pairs % max(len(names), 1)
    units_of_source = np.bincount(of_source, minlength=len(names))
    ratings = np.bincount(of_unit, weights=counts, minlength=unit_count)
    busy = counts >= BUSY_RATINGS
    loyal = busy & (units_of_source[of_source] == 1)
    largest = np.zeros(unit_count)
    np.maximum.at(largest, of_unit, counts.astype(np.float64))
    shares = [np.bincount(of_unit, weights=counts * one, minlength=unit_count) for one in (busy, loyal)]
    squares = np.bincount(of_unit, weights=counts.astype(np.float64) ** 2, minlength=unit_count)
    some = np.where(ratings > 0, ratings, np.nan)
    return Concentration(
        shares[0] / some, squares / some**2, largest / some, shares[1] / some, ratings.astype(np.int64)
    )


def rhythm(units: ArrayLike, seconds: ArrayLike, *, unit_count: int, resolution_seconds: float = 1.0) -> Rhythm:
    """Whether ratings follow each other at gaps of equal length, as a programme sends them.

    `seconds`: when each was given, from any start, known to `resolution_seconds`. A gap is compared with those a few
    steps longer and shorter, which together are no rarer when people come by chance, however busy the day.
    """
    unit, moment = _checked_units(units, unit_count), np.asarray(seconds, dtype=np.float64)
    if moment.shape != unit.shape:
        raise ValueError("units and seconds have one entry per rating")
    order = np.lexsort((moment, unit))
    unit, moment = unit[order], moment[order]
    steps = np.round(np.diff(moment) / resolution_seconds).astype(np.int64)
    of_gap = unit[1:]
    same = of_gap == unit[:-1]
    gap, repeats, p = np.full(unit_count, np.nan), np.zeros(unit_count, dtype=np.int64), np.full(unit_count, np.nan)
    for one in range(unit_count):
        lengths = np.sort(steps[same & (of_gap == one)])
        if len(lengths) < 2:
            continue
        distinct, times = np.unique(lengths, return_counts=True)
        reach = np.where(distinct > 0, np.minimum(distinct, NEIGHBOURS), NEIGHBOURS)
        nearby = np.searchsorted(lengths, distinct + reach, side="right") - np.searchsorted(lengths, distinct - reach)
        # No gap is shorter than none: how often that comes is taken from how long half of the gaps are.
        at_once = max(1 / (NEIGHBOURS + 1), 1 - 0.5 ** (1 / max(float(np.median(lengths)), 0.5)))
        # The gap looked at is there already; the question is how many of its neighbours fall on it.
        tails = stats.binom.sf(times - 2, nearby - 1, np.where(distinct > 0, 1 / (2 * reach + 1), at_once))
        most = int(np.argmin(tails))
        gap[one], repeats[one] = distinct[most] * resolution_seconds, times[most]
        p[one] = min(float(tails[most]) * len(distinct), 1.0)
    return Rhythm(gap, repeats, p)


def suspicions(
    p_values: Mapping[Sign, ArrayLike], stands_out: Mapping[Sign, ArrayLike], *, q: float = FALSE_DISCOVERY_SHARE
) -> Suspicions:
    """Which units show at least two independent signs.

    `p_values`: of signs that have one, one entry per unit; they are judged all together, so that watching many units
    does not make some suspect by chance. `stands_out`: the answers of the other signs; units that show one of these
    are judged among themselves too, which is fair as the signs are independent, and finds what drowns among many.
    What is not known is no sign. Raises ValueError when a sign is given twice or the arrays differ in length.
    Source: Bourgon, Gentleman & Huber (2010), Independent filtering, PNAS 107:9546.
    """
    if set(p_values) & set(stands_out):
        raise ValueError("each sign is given once, as p_values or as stands_out")
    tested = [np.asarray(one, dtype=np.float64) for one in p_values.values()]
    answers = [np.asarray(one, dtype=bool) for one in stands_out.values()]
    if len({one.shape for one in (*tested, *answers)}) != 1:
        raise ValueError("signs have one entry per unit each")
    found: list[BoolArray] = []
    if tested:
        among_all = benjamini_hochberg(np.stack(tested), q=q).stands
        among_few = np.zeros_like(among_all)
        few = np.any([np.zeros(among_all.shape[1:], dtype=bool), *answers], axis=0)
        among_few[:, few] = benjamini_hochberg(np.stack(tested)[:, few], q=q).stands
        found = list(among_all | among_few)
    shows = np.stack([*found, *answers], axis=1)
    return Suspicions((*p_values, *stands_out), shows, shows.sum(axis=1) >= SIGNS_NEEDED)


def shares_with_and_without(
    units: ArrayLike, is_good: ArrayLike, is_marked: ArrayLike, *, unit_count: int, confidence: float = CONFIDENCE
) -> Shares:
    """What the marked ratings do to the share of good ones; one entry per rating in each array. NaN without ratings."""
    unit = _checked_units(units, unit_count)
    good, kept = np.asarray(is_good, dtype=bool), ~np.asarray(is_marked, dtype=bool)
    if not good.shape == kept.shape == unit.shape:
        raise ValueError("units, is_good and is_marked have one entry per rating")
    counted = [
        (np.bincount(unit[good & one], minlength=unit_count), np.bincount(unit[one], minlength=unit_count))
        for one in (np.ones(unit.shape, dtype=bool), kept)
    ]
    shares = [hits / np.where(n > 0, n, np.nan) for hits, n in counted]
    around = [wilson(hits, n, confidence=confidence) for hits, n in counted]
    return Shares(shares[0], around[0], shares[1], around[1])


def _checked_units(units: ArrayLike, unit_count: int) -> IntArray:
    unit = np.asarray(units, dtype=np.int64)
    if unit.ndim != 1 or ((unit < 0) | (unit >= unit_count)).any():
        raise ValueError("units are numbers from 0 to unit_count - 1, one per rating")
    return unit


def _over(part: NDArray[np.generic], whole: NDArray[np.generic]) -> FloatArray:
    """The quotient, 0 where there is nothing to divide by."""
    above = np.asarray(part, dtype=np.float64)
    below = np.asarray(whole, dtype=np.float64)
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1.0), 0.0))
