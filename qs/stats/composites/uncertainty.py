"""The sampling error of every figure carried into the score: a score gets an interval, a rank a probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qs.stats.comparison import CONFIDENCE
from qs.stats.composites.aggregating import Group, nested
from qs.stats.composites.weights import weight_draws

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ScoreDraws:
    """Scores as they may be: `draws` (units, draws), with their mean and interval; NaN for units without a score.

    `draws[is_scored]` is what `ranks.rank_draws` and `stars.star_probabilities` take.
    """

    draws: FloatArray
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_scored: BoolArray


def figure_draws(
    rng: np.random.Generator, estimates: ArrayLike, standard_errors: ArrayLike, *, count: int
) -> FloatArray:
    """Draws of what the true figures may be, normal around the estimates, shape (units, count); missing stay missing.

    For shares and counts the draws of `qs.stats.posteriors` keep within bounds.
    Raises ValueError for standard errors below zero, or missing where there is an estimate.
    """
    seen, errors = np.broadcast_arrays(
        np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    )
    missing = np.isnan(seen)
    if seen.ndim != 1 or not (errors[~missing] >= 0).all():
        raise ValueError("each estimate needs a standard error not below zero")
    drawn = seen[:, None] + np.where(missing, 0.0, errors)[:, None] * rng.standard_normal((len(seen), count))
    return np.asarray(drawn)


def carried(
    top: Group,
    draws: Mapping[str, ArrayLike],
    *,
    missing_limit: float,
    rng: np.random.Generator | None = None,
    weight_spread: float = 0.0,
    confidence: float = CONFIDENCE,
) -> ScoreDraws:
    """Scores of a tree of groups from draws of its leaves' figures, each (units, draws) or certain (units,).

    The draws are already on one scale: normalised with `reference` the estimates, so that every draw is measured by
    the same rule. With `weight_spread` above zero (and an `rng`) weights are uncertain too, as in `weight_sensitivity`.
    Raises ValueError when no figure is uncertain, or the numbers of draws differ.
    """
    given = {part.name: np.asarray(draws[part.name], dtype=np.float64) for part in top.leaves() if part.name in draws}
    counts = {values.shape[1] for values in given.values() if values.ndim == 2}
    if len(counts) != 1:
        raise ValueError("there must be draws of at least one figure, and the same number of each")
    weights = None
    if weight_spread > 0:
        if rng is None:
            raise ValueError("weights cannot be drawn without a random generator")
        number = counts.pop()
        weights = {
            group.name: weight_draws(rng, [part.weight for part in group.parts], count=number, spread=weight_spread)
            for group in top.groups()
        }
    made = nested(top, given, missing_limit=missing_limit, weights=weights).scores[top.name]
    is_scored: BoolArray = ~np.asarray(np.isnan(made).any(axis=1))
    scores = np.where(is_scored[:, None], made, np.nan)
    mean, lower, upper = (np.full(len(scores), np.nan) for _ in range(3))
    tail = (1 - confidence) / 2
    if is_scored.any():
        mean[is_scored] = scores[is_scored].mean(axis=1)
        lower[is_scored], upper[is_scored] = np.quantile(scores[is_scored], (tail, 1 - tail), axis=1)
    return ScoreDraws(scores, mean, lower, upper, is_scored)
