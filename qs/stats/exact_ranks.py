"""Ranks reckoned instead of drawn: of units whose scores are known with independent normal errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from qs.stats.comparison import CONFIDENCE
from qs.stats.ranks import Ranks, extreme_count

MOST_UNITS = 200  # the work grows with the third power of the units; above, draw them: `ranks.rank_draws`
REACH = 8.5  # standard errors to either side: what lies outside has a probability below 1e-16
FINEST_STEP = 0.01  # steps of the sum over a unit's own error, in standard errors
TIE_BREAK = 1e-9  # of the smallest difference: the error of units without any, so that equals share their ranks
SLACK = 1e-9  # rounding left in sums of probabilities

FloatArray = NDArray[np.float64]


def expected_ranks(means: ArrayLike, standard_errors: ArrayLike) -> FloatArray:
    """The expected rank of each unit, the highest mean first; exact, for any number of units.

    One more than the sum of the probabilities that another unit is better; units that are equal for certain share the
    middle of their ranks. Raises ValueError unless means are numbers and standard errors not below zero.
    Source: Laird & Louis (1989), Journal of Educational Statistics 14:29-46.
    """
    seen, errors = checked_normals(means, standard_errors)
    better = probability_above(seen[None, :] - seen[:, None], np.hypot(errors[None, :], errors[:, None]))
    np.fill_diagonal(better, 0.0)
    return np.asarray(1 + better.sum(axis=1))


def rank_probabilities(means: ArrayLike, standard_errors: ArrayLike) -> FloatArray:
    """P(unit i has rank r), shape (units, ranks); rows and columns add up to 1.

    Given a unit's own error the others are better independently of each other, so that their number is Poisson
    binomial; the sum over the error is the trapezoid rule, which converges faster than any power of its step. Units
    that are equal for certain have each of their ranks with the same chance. Errors under a hundredth of a unit's own
    are taken for a hundredth (chances change by less than 0.005).
    Raises ValueError for more than MOST_UNITS units.
    Source: Chen, Dempster & Liu (1994), Biometrika 81:457-469, for the distribution of the number.
    """
    seen, errors = checked_normals(means, standard_errors)
    units = len(seen)
    if units > MOST_UNITS:
        raise ValueError(f"exact ranks are for at most {MOST_UNITS} units; there are {units}")
    errors = np.maximum(errors, TIE_BREAK * smallest_gap(seen))
    found = np.zeros((units, units))
    for unit in range(units):
        others = np.arange(units) != unit
        nodes, weights = own_error(errors[unit], errors[others])
        spread = np.maximum(errors[others], FINEST_STEP * errors[unit])
        gap = (seen[others] - seen[unit])[None, :] - errors[unit] * nodes[:, None]
        better = probability_above(gap, np.broadcast_to(spread, gap.shape))
        found[unit] = weights @ counts_of_successes(better)
    return found


def exact_ranks(
    means: ArrayLike,
    standard_errors: ArrayLike,
    *,
    share: float = 0.1,
    k: int | None = None,
    confidence: float = CONFIDENCE,
) -> Ranks:
    """What `ranks.rank_draws` tells, without draws and so without their error; `share` and `k` as there."""
    chances = rank_probabilities(means, standard_errors)
    units = len(chances)
    if not units:
        none = np.zeros(0)
        return Ranks(none, none.astype(np.int64), none.astype(np.int64), none, none)
    extreme = extreme_count(units, share=share, k=k)
    reached, tail = chances.cumsum(axis=1), (1 - confidence) / 2
    lower, upper = ((reached >= level - SLACK).argmax(axis=1) + 1 for level in (tail, 1 - tail))
    return Ranks(
        mean=expected_ranks(means, standard_errors),
        lower=lower,
        upper=upper,
        p_top=np.clip(chances[:, :extreme].sum(axis=1), 0.0, 1.0),
        p_bottom=np.clip(chances[:, units - extreme :].sum(axis=1), 0.0, 1.0),
    )


def own_error(own: float, others: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where a unit's standardised error is evaluated, and the weights of the places, adding up to 1.

    The steps are as fine as the narrowest of the other errors, seen in the unit's own.
    """
    if own == 0 or not len(others):
        return np.zeros(1), np.ones(1)
    step = float(np.clip(others.min() / own, FINEST_STEP, 0.5)) / 1.25
    reach = int(np.ceil(REACH / step))
    nodes: FloatArray = step * np.arange(-reach, reach + 1, dtype=np.float64)
    density: FloatArray = np.exp(-(nodes**2) / 2)
    return nodes, density / density.sum()


def smallest_gap(seen: FloatArray) -> float:
    """The smallest difference between two units that differ; 1 when none do."""
    gaps = np.diff(np.unique(seen))
    return float(gaps.min()) if len(gaps) else 1.0


def counts_of_successes(chances: FloatArray) -> FloatArray:
    """The distribution of the number of successes in independent trials; (cases, trials) -> (cases, trials + 1)."""
    cases, trials = chances.shape
    found = np.zeros((cases, trials + 1))
    found[:, 0] = 1.0
    for trial in range(trials):
        chance = chances[:, trial, None]
        moved = chance * found[:, : trial + 1]
        found[:, : trial + 1] -= moved
        found[:, 1 : trial + 2] += moved
    return found


def probability_above(gap: FloatArray, spread: FloatArray) -> FloatArray:
    """The probability that a normal variable is above zero; a half for one that is zero for certain."""
    known = spread == 0
    chance = special.ndtr(gap / np.where(known, 1.0, spread))
    return np.where(known, (np.sign(gap) + 1) / 2, chance)


def checked_normals(estimates: ArrayLike, standard_errors: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Estimates and their standard errors as arrays, one of each per unit."""
    seen, errors = np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if seen.ndim != 1 or seen.shape != errors.shape:
        raise ValueError("each unit needs one estimate and one standard error")
    if not (np.isfinite(seen).all() and np.isfinite(errors).all()):
        raise ValueError("estimates and standard errors must be finite numbers")
    if (errors < 0).any():
        raise ValueError("standard errors are not negative")
    return seen, errors
