"""Dating changes: when a level stepped, how surely that date is known, and where a long series changed its level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.arguments import series_values
from qs.stats.control_charts.terms import D2_FOR_PAIRS, NO_DIFFERENCE_SHARE, ROUNDING, BoolArray, FloatArray, IntArray

MIN_STEP_POINTS = 5  # on each side of a step
# Penalty of one more change, in variances times the logarithm of the points: a change costs its date and its size.
PENALTY_LOGARITHMS = 3.0
# How much worse, in variances, the squared error of a date may be for a 95 % set: beyond the true date the gain on
# either side exceeds 2x with a chance of at most exp(-x) (Wald's inequality), so x = -ln(1 - sqrt(0.95)).
DATE_VARIANCES = 7.35


@dataclass(frozen=True, eq=False)
class Steps:
    """The single step that explains most of each series: all (series,), `at` -1 and the rest NaN where none fits."""

    at: IntArray  # column of the first point of the new level
    earliest: IntArray  # of the dates that explain the series nearly as well: a 95 % set runs from here
    latest: IntArray  # to here
    before: FloatArray  # mean level, in the unit of the values
    after: FloatArray

    @property
    def size(self) -> FloatArray:
        return self.after - self.before


def best_steps(values: ArrayLike, *, min_points: int = MIN_STEP_POINTS) -> Steps:
    """Date the most likely single step of each series, by least squares, whether there is one or not.

    `values`: (series, periods), any unit, oldest first, NaN where missing. To be asked after a signal, not instead of
    one: a stable series has a best step too. Raises ValueError for values of the wrong shape and for min_points
    under 1. Source: Hinkley (1970), Biometrika 57:1-17; for the set of dates Siegmund (1988), International
    Statistical Review 56:31-48.
    """
    observed = series_values(values)
    if min_points < 1:
        raise ValueError(f"min_points must be at least 1, not {min_points}")
    present = ~np.isnan(observed)
    count = present.sum(axis=1, keepdims=True)
    total = np.where(present, observed, 0.0).sum(axis=1, keepdims=True)
    centre = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    centred = np.where(present, observed - centre, 0.0)
    gain, allowed = _gains(centred, present, min_points)
    found = allowed.any(axis=1)
    at = np.where(found, _first_best(gain), -1)
    rows, columns = np.arange(len(observed)), np.arange(observed.shape[1])
    older = columns < at[:, None]
    before = _mean_where(centred, present & older)
    after = _mean_where(centred, present & ~older)
    residual = np.where(present, centred - np.where(older, before[:, None], after[:, None]), 0.0)
    variance = np.where(found, (residual**2).sum(axis=1), 0.0) / np.maximum(count[:, 0] - 2, 1)
    near = allowed & (gain >= (gain[rows, at] - DATE_VARIANCES * variance)[:, None])
    return Steps(
        at=at,
        earliest=np.where(found, np.argmax(near, axis=1), -1),
        latest=np.where(found, columns[-1] - np.argmax(near[:, ::-1], axis=1), -1),
        before=np.where(found, before + centre[:, 0], np.nan),
        after=np.where(found, after + centre[:, 0], np.nan),
    )


def _gains(centred: FloatArray, present: BoolArray, min_points: int) -> tuple[FloatArray, BoolArray]:
    """How much squared error a step at each column explains, -inf where too few points stand on a side."""
    older_sum = np.cumsum(centred, axis=1) - centred
    older: IntArray = np.cumsum(present, axis=1) - present
    newer: IntArray = older[:, -1:] + present[:, -1:] - older
    allowed = present & (older >= min_points) & (newer >= min_points)
    inverse = 1 / np.maximum(older, 1) + 1 / np.maximum(newer, 1)
    return np.where(allowed, older_sum**2 * inverse, -np.inf), allowed


def _first_best(gain: FloatArray) -> IntArray:
    """The first column that explains as much as any; those that differ by rounding alone explain equally much."""
    best = gain.max(axis=1, keepdims=True)
    first: IntArray = np.argmax(gain >= best - ROUNDING * np.abs(np.where(np.isfinite(best), best, 0.0)), axis=1)
    return first


def _mean_where(values: FloatArray, counted: BoolArray) -> FloatArray:
    means: FloatArray = np.where(counted, values, 0.0).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return means


def change_points(
    values: ArrayLike, *, min_points: int = MIN_STEP_POINTS, sigma: float | None = None, penalty: float | None = None
) -> list[int]:
    """The places where a series changed its level: index of the first point of every new level, oldest first.

    `values`: (periods,), any unit, NaN where missing. `sigma`: noise of one point; without it, taken from the mean
    moving range. `penalty`: what one more change must explain, in squared units; without it 3 sigma^2 ln n. For dating
    after a signal, not for detection. Raises ValueError for values of another shape and for min_points under 1.
    Source: PELT, Killick, Fearnhead & Eckley (2012), JASA 107:1590-1598, with squared error as cost.
    """
    observed = np.asarray(values, dtype=np.float64)
    if observed.ndim != 1 or np.isinf(observed).any():
        raise ValueError(f"values must be (periods,), finite or NaN where missing, not {observed.shape}")
    if min_points < 1:
        raise ValueError(f"min_points must be at least 1, not {min_points}")
    known = np.flatnonzero(~np.isnan(observed))
    points = observed[known]
    if len(points) < 2 * min_points:
        return []
    noise = np.abs(np.diff(points)).mean() / D2_FOR_PAIRS if sigma is None else sigma
    cost = PENALTY_LOGARITHMS * noise**2 * np.log(len(points)) if penalty is None else penalty
    tolerance = len(points) * (NO_DIFFERENCE_SHARE * np.abs(points).max()) ** 2  # rounding explains nothing
    starts = _pelt(points - points.mean(), min_points, max(cost, tolerance))
    return [int(known[start]) for start in starts]


def _pelt(points: FloatArray, min_points: int, penalty: float) -> list[int]:
    """Starts of all levels but the first in the cheapest division; no level is shorter than min_points."""
    count = len(points)
    sums = np.concatenate([[0.0], np.cumsum(points)])
    squares = np.concatenate([[0.0], np.cumsum(points**2)])
    best = np.full(count + 1, np.inf)  # least cost of the first so many points
    best[0] = -penalty
    last_start = np.zeros(count + 1, dtype=np.int64)
    pruned_from = np.full(count + 1, count + 1)  # a start that can never win again is not tried from here on
    for end in range(min_points, count + 1):
        starts = np.flatnonzero((pruned_from > end) & np.isfinite(best))
        starts = starts[starts <= end - min_points]
        error = squares[end] - squares[starts] - (sums[end] - sums[starts]) ** 2 / (end - starts)
        total = best[starts] + error
        choice = int(np.argmin(total))
        best[end], last_start[end] = total[choice] + penalty, starts[choice]
        lost = starts[total > best[end]]
        pruned_from[lost] = np.minimum(pruned_from[lost], end + min_points)
    found: list[int] = []
    start = int(last_start[count])
    while start > 0:
        found.insert(0, start)
        start = int(last_start[start])
    return found
