"""How a figure stands against its target, in points."""

from __future__ import annotations

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
