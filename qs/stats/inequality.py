"""How unequally something is spread over districts or providers, and how much of that is more than chance.

Every measure takes values of shape (..., units), so that periods or draws can go in front, and weights per unit
(inhabitants, cases) that say how many stand behind each value; without them all units count alike. Missing values (NaN)
and units without weight do not count. Equal values, zeros among them, give 0; no values at all give NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from qs.stats.comparison import CONFIDENCE, Interval

RESAMPLES = 2000  # bootstrap draws: the ends of a 95 % interval are then known to about a tenth of its width

FloatArray = NDArray[np.float64]
Measure = Callable[[ArrayLike, ArrayLike | None], FloatArray]


@dataclass(frozen=True, eq=False)
class TheilParts:
    """Theil's T, and how much of it lies between groups and within them; `total` is the sum of the two.

    `groups`: the names of the groups in order; `within_group`: T inside each, `shares`: its share of the whole sum of
    values, both of shape (..., groups). Within is the sum of their products.
    """

    total: FloatArray
    between: FloatArray
    within: FloatArray
    groups: NDArray[np.generic]
    within_group: FloatArray
    shares: FloatArray


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A measure of inequality without what chance alone makes; one entry per period.

    `seen`: as reckoned; `noise`: what sampling adds to it on average; `cleaned`: the difference, at least 0, to show;
    `unbounded`: the difference as it is, to follow over time, as its mean is right even near 0; `around`: where
    the true one lies, from the spread of the draws.
    """

    seen: FloatArray
    noise: FloatArray
    around: Interval

    @property
    def unbounded(self) -> FloatArray:
        return self.seen - self.noise

    @property
    def cleaned(self) -> FloatArray:
        return np.asarray(np.maximum(self.unbounded, 0.0))


def coefficient_of_variation(values: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """The standard deviation (of the population, not of a sample) over the mean."""
    y, share = _weighted(values, weights)
    centre = _mean(y, share)
    spread = np.sqrt((share * (y - centre[..., None]) ** 2).sum(axis=-1))
    return np.where(np.isnan(centre), np.nan, _over(spread, centre))


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Gini's coefficient: 0 when all are equal, up to 1 - 1/n when one has all.

    Twice the area between the diagonal and the Lorenz curve. Source: Gini (1914); Lerman & Yitzhaki (1989), Journal of
    Econometrics 42:43-47, for weights.
    """
    y, share = _weighted(values, weights)
    order = np.argsort(y, axis=-1, kind="stable")
    y, share = np.take_along_axis(y, order, axis=-1), np.take_along_axis(share, order, axis=-1)
    centre = _mean(y, share)
    place = 2 * np.cumsum(share, axis=-1) - share  # twice the middle of each unit's place among all
    return np.where(np.isnan(centre), np.nan, _over((share * y * (place - 1)).sum(axis=-1), centre))


def theil(values: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Theil's T: the mean of y/m ln(y/m), m the mean. Source: Theil (1967), Economics and Information Theory, ch. 4."""
    y, share = _weighted(values, weights)
    centre = _mean(y, share)
    found = _theil(y, share, centre)
    return np.where(np.isnan(centre), np.nan, found)


def theil_parts(values: ArrayLike, groups: ArrayLike, weights: ArrayLike | None = None) -> TheilParts:
    """Theil's T taken apart: what lies between the means of groups, and what lies within each.

    `groups`: the group of each unit. Raises ValueError unless there is one for each.
    Source: Shorrocks (1980), Econometrica 48:613-625.
    """
    y, share = _weighted(values, weights)
    belongs = np.asarray(groups)
    if belongs.shape != y.shape[-1:]:
        raise ValueError("groups has one entry per unit")
    names, codes = np.unique(belongs, return_inverse=True)
    member = (codes[:, None] == np.arange(len(names))).astype(np.float64)
    centre = _mean(y, share)
    people, sums = share @ member, (share * y) @ member
    means = _over(sums, people)
    part = _over(sums, centre[..., None])
    inside = share[..., :, None] * member  # (..., units, groups)
    within_group = _theil(y[..., :, None], _over(inside, people[..., None, :]), means, axis=-2)
    between = special.xlogy(part, np.where(part > 0, _over(part, people), 1.0)).sum(axis=-1)
    within = (part * within_group).sum(axis=-1)
    empty = np.isnan(centre)
    return TheilParts(
        np.where(empty, np.nan, _theil(y, share, centre)),
        np.where(empty, np.nan, between),
        np.where(empty, np.nan, within),
        names,
        within_group,
        part,
    )


def atkinson(values: ArrayLike, weights: ArrayLike | None = None, *, aversion: float = 0.5) -> FloatArray:
    """Atkinson's index: the share of the whole that could be given up if the rest were spread equally.

    `aversion` 0 does not mind inequality; from 1 on a single unit with nothing makes it 1.
    Source: Atkinson (1970), Journal of Economic Theory 2:244-263.
    """
    if not 0 <= aversion < np.inf:
        raise ValueError("aversion is not negative")
    y, share = _weighted(values, weights)
    centre = _mean(y, share)
    relative = np.where(share > 0, _over(y, centre[..., None]), 1.0)
    relative = np.where((centre == 0)[..., None], 1.0, relative)
    if aversion == 1:
        equal = np.exp(np.where(share > 0, share * _log(relative), 0.0).sum(axis=-1))
    elif aversion > 1:
        # The mean of 1/x, endless when one x is 0; taken by the smallest, so that no power overflows.
        least = relative.min(axis=-1, initial=1.0)
        scaled = np.where(least[..., None] > 0, relative / np.where(least > 0, least, 1.0)[..., None], 1.0)
        sums = (share * scaled ** (1 - aversion)).sum(axis=-1)
        equal = least * np.where(sums > 0, sums, 1.0) ** (1 / (1 - aversion))
    else:
        equal = (share * relative ** (1 - aversion)).sum(axis=-1) ** (1 / (1 - aversion))
    return np.where(np.isnan(centre), np.nan, np.clip(1 - equal, 0.0, 1.0))


def bootstrap(
    measure: Measure,
    values: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Where a measure of these units lies when they stand for others like them: units are drawn again and again.

    `values`: shape (units,). When the units are all there are and only their values are uncertain: `without_noise`.
    Source: Efron (1979), Annals of Statistics 7:1-26, percentile interval.
    """
    y, share = _weighted(values, weights)
    if y.ndim != 1:
        raise ValueError("values of a bootstrap have one axis, the units")
    there = np.flatnonzero(share > 0)
    if not len(there):
        return Interval(np.asarray(np.nan), np.asarray(np.nan))
    drawn = rng.choice(there, size=(resamples, len(there)))
    return _percentiles(measure(y[drawn], share[drawn]), confidence)


def without_noise(
    measure: Measure,
    values: ArrayLike,
    draws: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    confidence: float = CONFIDENCE,
) -> Cleaned:
    """A measure less what sampling adds to it, by simulation; small units look unequal by chance alone.

    `values`: shape (..., units); `draws`: shape (..., draws, units), what each unit might as well have shown, drawn
    around its value with its sampling error (see `posteriors`, or `noisy_draws`).
    Source: bias by the bootstrap, Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 10.
    """
    seen = measure(values, weights)
    drawn = measure(draws, None if weights is None else np.asarray(weights)[..., None, :])
    noise = np.where(np.isfinite(drawn), drawn, np.nan).mean(axis=-1) - seen
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=-1)
    around = Interval(np.maximum(low - 2 * noise, 0.0), np.maximum(high - 2 * noise, 0.0))
    return Cleaned(seen, noise, around)


def noisy_draws(
    values: ArrayLike, standard_errors: ArrayLike, *, rng: np.random.Generator, count: int = RESAMPLES
) -> FloatArray:
    """Draws around values, shape (..., draws, units): never negative, with their mean and standard error.

    Gamma distributed: close to the normal where the error is small beside the value.
    """
    y, errors = np.broadcast_arrays(np.asarray(values, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64))
    if (y < 0).any():
        raise ValueError("values are not negative")
    noisy = (y > 0) & (errors > 0)
    scale = np.where(noisy, errors**2 / np.where(noisy, y, 1.0), 1.0)[..., None, :]
    shape = np.where(noisy, y, 1.0)[..., None, :] / scale
    size = (*y.shape[:-1], count, y.shape[-1])
    return np.where(noisy[..., None, :], rng.standard_gamma(np.broadcast_to(shape, size)) * scale, y[..., None, :])


def sampling_variation(values: ArrayLike, standard_errors: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """What sampling adds to the square of the coefficient of variation: the mean error variance over the mean squared,
    less the part that the mean takes with it. Half of it is about what it adds to Theil's T, for small inequality.

    Take it from CV squared. Source: components of variance, Searle, Casella & McCulloch (1992), 3.
    """
    y, share = _weighted(values, weights)
    errors = np.where(share > 0, np.asarray(standard_errors, dtype=np.float64), 0.0)
    centre = _mean(y, share)
    added = (share * (1 - share) * errors**2).sum(axis=-1)
    return np.where(np.isnan(centre), np.nan, _over(added, centre**2))


def _weighted(values: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Values, 0 where missing, and the share of all weight that each unit has. Raises ValueError below zero."""
    y = np.asarray(values, dtype=np.float64)
    weight = np.ones(y.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if (y < 0).any():
        raise ValueError("values are not negative")
    if (weight < 0).any():
        raise ValueError("weights are not negative")
    y, weight = np.broadcast_arrays(y, weight)
    there = np.isfinite(y) & (weight > 0)
    weight = np.where(there, weight, 0.0)
    return np.where(there, y, 0.0), _over(weight, weight.sum(axis=-1, keepdims=True))


def _mean(y: FloatArray, share: FloatArray) -> FloatArray:
    """NaN where no unit counts."""
    return np.where(share.sum(axis=-1) > 0, (share * y).sum(axis=-1), np.nan)


def _theil(y: FloatArray, share: FloatArray, centre: FloatArray, *, axis: int = -1) -> FloatArray:
    relative = _over(y, np.expand_dims(centre, axis))
    found = (share * special.xlogy(relative, np.where(relative > 0, relative, 1.0))).sum(axis=axis)
    return np.asarray(np.maximum(found, 0.0))  # never below by rounding


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """The quotient, 0 where there is nothing to divide by."""
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0))


def _log(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), -np.inf))


def _percentiles(drawn: FloatArray, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=-1)
    return Interval(low, high)
