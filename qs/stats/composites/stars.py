"""Scores cut into star bands where they bunch, and how probable it is that a unit belongs to each band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from qs.stats.composites.normalising import is_same

BANDS = 5
ROUNDS = 1000  # of k-means; on a line it settles after some dozens

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stars:
    """`stars` of each unit, 1 the lowest band, 0 without a score; `centres` of the bands, `cuts` between them.

    A score on a cut belongs to the lower band. `is_constant`: all scores were the same, and all have the middle band.
    """

    stars: IntArray
    centres: FloatArray
    cuts: FloatArray
    is_constant: bool


def star_bands(scores: ArrayLike, *, bands: int = BANDS, reach: float | None = None) -> Stars:
    """Bands by k-means: as alike as possible inside, from the medians of equally many units on.

    `reach`: once settled, the centres settle again on the scores that lie at most this far from one, so that a few
    very low or high units do not draw a band to themselves. Missing scores (NaN) get no star.
    Raises ValueError when there are fewer different scores than bands, unless all are the same.
    Source: CMS, Overall Hospital Quality Star Rating methodology (from 2021);
    it has `reach` 1 (PROC FASTCLUS, STRICT=1).
    """
    seen = np.asarray(scores, dtype=np.float64)
    if seen.ndim != 1 or np.isinf(seen).any():
        raise ValueError("scores must be one finite number per unit, or missing (NaN)")
    if bands < 1:
        raise ValueError("there must be at least one band")
    given = np.sort(seen[~np.isnan(seen)])
    if not len(given):
        return Stars(np.zeros(len(seen), dtype=np.int64), np.full(bands, np.nan), np.full(bands - 1, np.nan), False)
    if is_same(given[0], given[-1]):
        middle = np.where(np.isnan(seen), 0, (bands + 1) // 2)
        return Stars(middle, np.full(bands, given[0]), np.full(bands - 1, given[0]), True)
    centres = settled(given, first_centres(given, bands), np.inf)
    if reach is not None:
        centres = settled(given, centres, reach)
    cuts = (centres[1:] + centres[:-1]) / 2
    return Stars(stars_of(seen, cuts), centres, cuts, False)


def stars_of(scores: ArrayLike, cuts: FloatArray) -> IntArray:
    """The band of each score, from 1; 0 for a missing one."""
    seen = np.asarray(scores, dtype=np.float64)
    return np.where(np.isnan(seen), 0, np.searchsorted(cuts, seen, side="left") + 1)


def star_probabilities(draws: ArrayLike, cuts: ArrayLike) -> FloatArray:
    """How probable each band is for each unit whose score is known as draws, (units, draws) -> (units, bands).

    The cuts are those that the published scores gave: what is uncertain is the unit, not the rule. Rows of units
    without a score (NaN) are NaN.
    """
    seen, edges = np.asarray(draws, dtype=np.float64), np.asarray(cuts, dtype=np.float64)
    if seen.ndim != 2 or not seen.shape[1]:
        raise ValueError("draws must have the shape (units, draws) with at least one draw")
    if (np.diff(edges) < 0).any():
        raise ValueError("cuts must go upwards")
    bands = len(edges) + 1
    at = np.searchsorted(edges, seen, side="left") + bands * np.arange(len(seen))[:, None]
    counts = np.bincount(at.ravel(), minlength=bands * len(seen)).reshape(len(seen), bands)
    missing = np.isnan(seen).any(axis=1, keepdims=True)
    return np.where(missing, np.nan, counts / seen.shape[1])


def first_centres(given: FloatArray, bands: int) -> FloatArray:
    """Medians of the units in groups of equal size (SAS PROC RANK: floor(rank x bands / (n + 1))); `given` in order.

    Should equal scores leave a group without units, the different scores are grouped instead.
    """
    group = np.floor(stats.rankdata(given) * bands / (len(given) + 1)).astype(np.int64)
    members = [given[group == band] for band in range(bands)]
    if not all(len(one) for one in members):
        different = np.unique(given)
        if len(different) < bands:
            raise ValueError(f"{bands} bands need as many different scores; there are {len(different)}")
        members = np.array_split(different, bands)
    return np.array([np.median(one) for one in members])


def settled(given: FloatArray, centres: FloatArray, reach: float) -> FloatArray:
    """The centres after k-means has come to rest (Lloyd's steps); a band is a stretch of the scores in order.

    A band that has lost all its units keeps its centre.
    """
    sums = np.concatenate([[0.0], given.cumsum()])
    for _ in range(ROUNDS):
        ends = np.searchsorted(given, (centres[1:] + centres[:-1]) / 2, side="right")
        starts = np.maximum(np.append(0, ends), np.searchsorted(given, centres - reach, side="left"))
        stops = np.minimum(np.append(ends, len(given)), np.searchsorted(given, centres + reach, side="right"))
        count = stops - starts
        mean = (sums[np.maximum(stops, starts)] - sums[starts]) / np.maximum(count, 1)
        moved = np.where(count > 0, mean, centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres
