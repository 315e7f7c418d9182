"""Draws of what the true figure may be, given what was counted: how sampling error is carried through a score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGE = 400.0  # counts from which a beta or gamma distribution is drawn as a normal one: skewness below a tenth

FloatArray = NDArray[np.float64]


def share_draws(rng: np.random.Generator, successes: float, failures: float, *, count: int) -> FloatArray:
    """Draws of a share with a Beta(successes, failures) posterior; both above zero."""
    total = successes + failures
    if min(successes, failures) < LARGE:
        small: FloatArray = rng.beta(successes, failures, count)
        return small
    share = successes / total
    spread = np.sqrt(share * (1 - share) / (total + 1))
    drawn: FloatArray = np.clip(share + spread * rng.standard_normal(count), 0.0, 1.0)
    return drawn


def count_draws(rng: np.random.Generator, counted: float, *, count: int) -> FloatArray:
    """Draws of an expected count after `counted` was seen: Gamma(counted + 1/2), Jeffreys' posterior for a Poisson."""
    shape = counted + 0.5
    if shape < LARGE:
        small: FloatArray = rng.standard_gamma(shape, count)
        return small
    drawn: FloatArray = np.maximum(shape + np.sqrt(shape) * rng.standard_normal(count), 0.0)
    return drawn


def mean_draws(rng: np.random.Generator, mean: float, standard_error: float, *, count: int) -> FloatArray:
    """Draws of a mean, normal around the estimate."""
    return mean + standard_error * rng.standard_normal(count)


def level_draws(rng: np.random.Generator, quantile: float, n: float, *, count: int) -> FloatArray:
    """Draws of the level (0 to 1) at which the true quantile stands among the observed values; see
    `comparison.quantile_levels`.
    """
    return share_draws(rng, quantile * n + 0.5, (1 - quantile) * n + 0.5, count=count)
