"""Figures of any unit brought to one scale on which more is better.

Values have the shape (units, …): one column per indicator, per draw, or both; every column is normalised over its
units. `directions` is 1 where more is better and -1 where less is, one for all or one per last axis. A column without
differences tells nobody apart: its units stand in the middle, and `is_constant` says so. Missing (NaN) stays missing.
Source throughout: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

POINTS = (0.0, 100.0)
SAME = 1e-12  # differences this small beside the figures themselves are rounding, not differences

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Normalised:
    """`values` as they came, on the new scale; `is_constant` for each column, shape values.shape[1:]."""

    values: FloatArray
    is_constant: BoolArray


def min_max(
    values: ArrayLike,
    *,
    directions: ArrayLike = 1,
    scale: tuple[float, float] = POINTS,
    reference: ArrayLike | None = None,
) -> Normalised:
    """The worst unit at the lower end of the scale, the best at the upper, the others in proportion.

    `reference`: the units whose worst and best count, such as the estimates when `values` are draws of them, or last
    year's figures; what lies beyond falls outside the scale. Raises ValueError for infinite values.
    """
    seen, given = directed(values, directions, reference)
    low, high = extremes(given)
    constant = is_same(low, high)
    share = (seen - low) / np.where(constant, 1.0, high - low)
    return normalised(np.where(constant, middle_of(seen), share), constant, scale)


def z_scores(values: ArrayLike, *, directions: ArrayLike = 1, reference: ArrayLike | None = None) -> Normalised:
    """Distances from the mean in standard deviations (n - 1), positive where better; 0 where there are none.

    `reference` as in `min_max`.
    """
    seen, given = directed(values, directions, reference)
    constant = is_same(*extremes(given))
    present = ~np.isnan(given)
    count = present.sum(axis=0)
    known = np.where(present, given, 0.0)
    mean = known.sum(axis=0) / np.maximum(count, 1)
    squares = (np.where(present, given - mean, 0.0) ** 2).sum(axis=0)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    apart = (seen - mean) / np.where(constant | (spread == 0), 1.0, spread)
    return normalised(np.where(constant, middle_of(seen) - 0.5, apart), constant, (0.0, 1.0))


def percentile_ranks(
    values: ArrayLike, *, directions: ArrayLike = 1, scale: tuple[float, float] = POINTS
) -> Normalised:
    """The share of the other units that are worse; equals all have the share of the lowest among them."""
    seen, _ = directed(values, directions, None)
    constant = is_same(*extremes(seen))
    count = (~np.isnan(seen)).sum(axis=0)
    below = np.asarray(stats.rankdata(seen, method="min", axis=0, nan_policy="omit")) - 1 if seen.size else seen
    share = below / np.maximum(count - 1, 1)
    return normalised(np.where(constant, middle_of(seen), share), constant, scale)


def goalposts(
    values: ArrayLike, worst: ArrayLike, best: ArrayLike, *, scale: tuple[float, float] = POINTS
) -> FloatArray:
    """How far of the way from the worst to the best goalpost, neither below nor beyond; less is better if best < worst.

    Goalposts are fixed, so that a unit's score does not change because others did: one pair, or one per last axis.
    Raises ValueError when two goalposts are the same. Source: UNDP, Human Development Report, technical note 1.
    """
    seen = checked(values)
    start, end = np.asarray(worst, dtype=np.float64), np.asarray(best, dtype=np.float64)
    if not (np.isfinite(start) & np.isfinite(end) & (start != end)).all():
        raise ValueError("the worst and the best goalpost must be finite and differ")
    return on_scale(np.clip((seen - start) / (end - start), 0.0, 1.0), scale)


def distance_to_target(
    values: ArrayLike,
    target: ArrayLike,
    *,
    directions: ArrayLike = 1,
    scale: tuple[float, float] = POINTS,
    reference: ArrayLike | None = None,
) -> Normalised:
    """How far of the way from the worst unit to the target; there and beyond it is the upper end of the scale.

    Where even the worst unit meets the target, all stand at the upper end, equal or not. `target` in the unit of the
    values, one or one per last axis; `reference` as in `min_max`.
    """
    seen, given = directed(values, directions, reference)
    goal = np.asarray(target, dtype=np.float64) * np.asarray(directions, dtype=np.float64)
    if not np.isfinite(goal).all():
        raise ValueError("targets must be finite")
    low, high = extremes(given)
    constant, is_met = is_same(low, high), low >= goal
    share = np.clip((seen - low) / np.where(is_met, 1.0, goal - low), 0.0, 1.0)
    share = np.where(constant, middle_of(seen), share)
    met = np.where(np.isnan(seen), np.nan, (seen >= goal).astype(np.float64))
    return normalised(np.where(is_met, met, share), constant, scale)


def checked(values: ArrayLike) -> FloatArray:
    """Values as an array of at least one axis, its first the units."""
    found = np.asarray(values, dtype=np.float64)
    if not found.ndim:
        raise ValueError("values must have at least one axis, the units")
    if np.isinf(found).any():
        raise ValueError("values must be finite or missing (NaN)")
    return found


def directed(values: ArrayLike, directions: ArrayLike, reference: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """The values and the reference units (the values themselves if there are none), turned so that more is better."""
    ways = np.asarray(directions, dtype=np.float64)
    if not (np.abs(ways) == 1).all():
        raise ValueError("directions must be 1 (more is better) or -1 (less is better)")
    seen = checked(values) * ways
    return seen, seen if reference is None else checked(reference) * ways


def extremes(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The least and greatest of each column; 0 and 0 for a column without any value."""
    missing = np.isnan(values)
    low = np.where(missing, np.inf, values).min(axis=0, initial=np.inf)
    high = np.where(missing, -np.inf, values).max(axis=0, initial=-np.inf)
    empty = low > high
    return np.where(empty, 0.0, low), np.where(empty, 0.0, high)


def is_same(low: FloatArray, high: FloatArray) -> BoolArray:
    return np.asarray(high - low <= SAME * np.maximum(np.abs(low), np.abs(high)))


def middle_of(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), np.nan, 0.5)


def normalised(shares: FloatArray, constant: BoolArray, scale: tuple[float, float]) -> Normalised:
    return Normalised(on_scale(shares, scale), np.broadcast_to(constant, shares.shape[1:]))


def on_scale(shares: FloatArray, scale: tuple[float, float]) -> FloatArray:
    low, high = scale
    if not low < high:
        raise ValueError(f"a scale goes up from its first end to its second; {low} and {high} do not")
    return np.asarray(low + shares * (high - low))
