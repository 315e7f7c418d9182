"""TOPSIS: how close a unit is to the best there is on every indicator, and how far from the worst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qs.stats.composites.weights import shares

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Closeness:
    """One entry per unit: `closeness` from 0 (worst on everything) to 1; distances in weighted, unit-free figures."""

    closeness: FloatArray
    to_ideal: FloatArray
    to_worst: FloatArray


def topsis(values: ArrayLike, weights: ArrayLike, *, directions: ArrayLike = 1) -> Closeness:
    """Closeness to the ideal of figures in the shape (units, indicators); no indicator may be missing for any unit.

    Each indicator is divided by the root of its sum of squares and weighed; the ideal has the best of each, the
    anti-ideal the worst; closeness is the distance from the latter over the sum of both. Where all units are equal it
    is a half. `directions`: 1 where more is better, -1 where less is.
    Raises ValueError for missing or infinite figures. Source: Hwang & Yoon (1981), Multiple Attribute Decision Making.
    """
    seen, ways = np.asarray(values, dtype=np.float64), np.asarray(directions, dtype=np.float64)
    wanted = shares(weights)
    if seen.ndim != 2 or seen.shape[1] != len(wanted) or not len(seen):
        raise ValueError("values must have the shape (units, indicators), with a weight for each indicator")
    if not np.isfinite(seen).all():
        raise ValueError("TOPSIS needs every figure of every unit, finite")
    if not (np.abs(ways) == 1).all():
        raise ValueError("directions must be 1 (more is better) or -1 (less is better)")
    size = np.abs(seen).max(axis=0)
    scaled = seen / np.where(size > 0, size, 1.0)  # first, so that no square overflows
    length = np.sqrt((scaled**2).sum(axis=0))
    placed = wanted * ways * scaled / np.where(length > 0, length, 1.0)
    to_ideal = np.sqrt(((placed.max(axis=0) - placed) ** 2).sum(axis=1))
    to_worst = np.sqrt(((placed - placed.min(axis=0)) ** 2).sum(axis=1))
    whole = to_ideal + to_worst
    return Closeness(np.where(whole > 0, to_worst / np.where(whole > 0, whole, 1.0), 0.5), to_ideal, to_worst)
