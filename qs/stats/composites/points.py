"""Scores made of figures: how each stands against its target in points, and the weighted mean of several."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BEST_POINTS = 100.0
RATIO_CAP = 1.25  # beyond a quarter better than the target nothing more is gained: Boston CityScore's cap
POINTS_ON_TARGET = BEST_POINTS / RATIO_CAP  # 80

FloatArray = NDArray[np.float64]


def points_up(values: ArrayLike, target: float) -> FloatArray:
    """Points where higher is better: value over target, capped at 1.25, so that the cap is 100 and the target 80.

    A target of zero or less has no ratio: met is 100, missed 0. Source: Boston CityScore (ratio of actual to target).
    """
    found = np.asarray(values, dtype=np.float64)
    if target <= 0:
        return np.where(np.isnan(found), np.nan, np.where(found >= target, BEST_POINTS, 0.0))
    return np.asarray(np.clip(found / target, 0.0, RATIO_CAP) * POINTS_ON_TARGET)


def points_down(values: ArrayLike, target: float) -> FloatArray:
    """Points where lower is better: target over value, capped as in `points_up`; zero is best, never worst."""
    found = np.asarray(values, dtype=np.float64)
    if target <= 0:
        return np.where(np.isnan(found), np.nan, np.where(found <= target, BEST_POINTS, 0.0))
    least = target / RATIO_CAP
    return np.asarray(target / np.maximum(found, least) * POINTS_ON_TARGET)


def points_band(values: ArrayLike, low: float, high: float) -> FloatArray:
    """Points where a band is aimed at: 100 inside it, falling in a straight line to 0 one band's width outside.

    The width is at least a hundredth of the upper edge, or 1 when both edges are zero.
    """
    found = np.asarray(values, dtype=np.float64)
    width = max(high - low, abs(high) / 100) or 1.0
    outside = np.maximum(np.maximum(low - found, found - high), 0.0)
    return np.asarray(np.clip(1 - outside / width, 0.0, 1.0) * BEST_POINTS)


@dataclass(frozen=True, eq=False)
class Composite:
    """A weighted mean of parts. `score` has the shape of one part and is NaN when `is_blocked`.

    `weights`: what each part counted for in the end; zero where it was missing, otherwise adding up to 1.
    """

    score: FloatArray
    weights: FloatArray
    missing_weight: float
    is_blocked: bool


def composite(parts: ArrayLike, weights: ArrayLike, *, missing_limit: float) -> Composite:
    """The weighted mean of the parts that are there; `parts` is (parts, …), a missing part NaN throughout.

    The weight of what is missing goes to the others in proportion, as long as it is at most `missing_limit` (0 to 1)
    of the whole; above, there is no score. Raises ValueError for negative weights or none at all.
    Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), steps 4 and 6.
    """
    figures, wanted = np.asarray(parts, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if len(figures) != len(wanted) or (wanted < 0).any() or wanted.sum() <= 0:
        raise ValueError("each part needs a weight, none below zero and not all of them zero")
    wanted = wanted / wanted.sum()
    present = ~np.isnan(figures.reshape(len(figures), -1)).any(axis=1)
    missing = float(wanted[~present].sum())
    is_blocked = not wanted[present].sum() > 0 or missing > missing_limit + 1e-9
    if is_blocked:
        return Composite(np.full(figures.shape[1:], np.nan), np.zeros(len(wanted)), missing, True)
    counted = np.where(present, wanted, 0.0)
    counted = counted / counted.sum()
    return Composite(np.tensordot(counted[present], figures[present], axes=1), counted, missing, False)
