"""Funnels: units of any size against one target, by chance alone and by what units of the kind usually differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from qs.stats.exact_tails import (
    CountLimits,
    Tails,
    binomial_limits,
    binomial_tails,
    poisson_limits,
    poisson_tails,
)
from qs.stats.overdispersion import (
    LEVELS,
    TRIMMED_SHARE,
    Judgement,
    deviates,
    flags,
    overdispersion,
    share_errors,
)

IMPOSSIBLE_Z = 40.0  # of what a target of 0 or 1 leaves no chance for; its p value is 0 in double precision

FloatArray = NDArray[np.float64]


class Method(StrEnum):
    """How the limits of a share are reckoned: by exact tails, or by the normal curve (score), for large counts."""

    EXACT = "exact"
    SCORE = "score"


@dataclass(frozen=True, eq=False)
class Funnel:
    """Units around a target, one entry per unit; NaN where a unit has nothing to go by, and it is never flagged.

    `chance`: judged by chance alone; `usual`: by chance and by how much units of this kind differ anyway, which is
    what a call on a single unit needs. The second is never stricter than the first, and equal where tau2 is 0.
    `phi`: 1 when units differ by chance only; `tau2`: their variance beyond it, on the scale named by the function.
    """

    estimates: FloatArray
    target: float
    levels: tuple[float, ...]
    chance: Judgement
    usual: Judgement
    phi: float
    tau2: float


@dataclass(frozen=True, eq=False)
class _Distances:
    """`shown`: z that the tails allow; `typical`: z whose square is 1 on average; limits in the unit of the figure
    that lie so many standard deviations away, one entry per unit."""

    shown: FloatArray
    typical: FloatArray
    limits: Callable[[FloatArray], CountLimits]


def proportion_funnel(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    target: float | None = None,
    method: Method = Method.EXACT,
    levels: Sequence[float] = LEVELS,
    trimmed: float = TRIMMED_SHARE,
) -> Funnel:
    """Shares around a target, the share of all together if none is given; tau2 on the arcsine scale.

    Raises ValueError for counts below zero, more successes than cases, or a target outside 0 to 1.
    Source: exact tails, Spiegelhalter (2005), Statistics in Medicine 24:1185-1202; score limits, Wilson (1927).
    """
    hits, cases = _counted(successes, n)
    if (hits > cases).any():
        raise ValueError("successes lie between 0 and n")
    cases = np.where((cases > 0) & np.isfinite(hits), cases, np.nan)
    centre = _share(np.nansum(np.where(cases > 0, hits, 0.0)), np.nansum(cases)) if target is None else target
    if centre < 0 or centre > 1:
        raise ValueError("target lies between 0 and 1")
    estimates = hits / cases
    if method is Method.SCORE:
        distances = _score_distances(estimates, cases, centre)
    else:
        distances = _exact_distances(
            binomial_tails(hits, cases, centre),
            lambda log_tail: binomial_limits(cases, centre, log_tail),
            lambda x: x / cases,
        )
    return _funnel(estimates, centre, distances, share_errors(cases), levels, trimmed)


def rate_funnel(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    target: float | None = None,
    levels: Sequence[float] = LEVELS,
    trimmed: float = TRIMMED_SHARE,
) -> Funnel:
    """Counts per exposure (cases, days, inhabitants) around a target rate, that of all together if none is given.

    Limits are rates too; tau2 is that of the root of the rate over the target. Raises ValueError for counts,
    exposures or a target below zero. Source: exact Poisson tails, Spiegelhalter (2005), as above.
    """
    found, basis = _counted(counts, exposures)
    basis = np.where((basis > 0) & np.isfinite(found), basis, np.nan)
    centre = _share(np.nansum(np.where(basis > 0, found, 0.0)), np.nansum(basis)) if target is None else target
    if centre < 0:
        raise ValueError("target is not negative")
    mean = basis * centre
    distances = _exact_distances(
        poisson_tails(found, mean), lambda log_tail: poisson_limits(mean, log_tail), lambda x: x / basis
    )
    errors = 0.5 * np.where(mean > 0, mean, np.nan) ** -0.5
    return _funnel(found / basis, centre, distances, errors, levels, trimmed)


def ratio_funnel(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    target: float = 1.0,
    levels: Sequence[float] = LEVELS,
    trimmed: float = TRIMMED_SHARE,
) -> Funnel:
    """Observed over expected counts (a standardised ratio) around a target; tau2 on the root scale.

    Limits are where a count lies when the target holds, not an interval round the target.
    Raises ValueError for counts or a target below zero.
    """
    return rate_funnel(observed, expected, target=target, levels=levels, trimmed=trimmed)


def count_ratio_funnel(
    counts: ArrayLike,
    others: ArrayLike,
    *,
    target: float | None = None,
    levels: Sequence[float] = LEVELS,
    trimmed: float = TRIMMED_SHARE,
) -> Funnel:
    """Ratios of two counts around a target, that of all together if none is given; tau2 on the log scale.

    Given both together, the first is binomial: an exact test without a standard error. Estimates and limits have half
    a case added to each count, so that none is infinite. Raises ValueError for counts below zero, or when no target
    above zero is given and none follows from the counts.
    Source: Przyborowski & Wilenski (1940), Biometrika 31:313-323; Spiegelhalter (2005), A.1.
    """
    one, other = _counted(counts, others)
    both = np.where(one + other > 0, one + other, np.nan)
    there = np.isfinite(both)
    if target is None:
        target = _share(float(one[there].sum()), float(other[there].sum())) if there.any() else 1.0
    if not (0 < target < np.inf):
        raise ValueError("target is above zero: give one when either count is zero in all units")
    share = target / (1 + target)
    distances = _exact_distances(
        binomial_tails(one, both, share),
        lambda log_tail: binomial_limits(both, share, log_tail),
        lambda x: (x + 0.5) / (both - x + 0.5),
    )
    errors = (both * share * (1 - share)) ** -0.5
    return _funnel(np.where(there, (one + 0.5) / (other + 0.5), np.nan), target, distances, errors, levels, trimmed)


def _funnel(
    estimates: FloatArray,
    target: float,
    distances: _Distances,
    errors: FloatArray,
    levels: Sequence[float],
    trimmed: float,
) -> Funnel:
    """Both judgements of units. A usual z is the exact one, less by as much as tau2 widens the spread: so both agree
    where tau2 is 0, small counts are judged exactly, and large ones as Spiegelhalter's additive model does.
    """
    reach = deviates(levels)
    beyond = overdispersion(distances.typical, errors, trimmed=trimmed, corrected=True)
    widening = np.sqrt(1 + beyond.tau2 / errors**2)
    judgements = []
    for factor in (np.ones(estimates.shape), np.where(np.isfinite(widening), widening, 1.0)):
        z = distances.shown / factor
        p = 2 * special.ndtr(-np.abs(z))
        drawn = [distances.limits(one * factor) for one in reach]
        lower, upper = (np.stack([getattr(one, end) for one in drawn]) for end in ("lower", "upper"))
        judgements.append(Judgement(z, p, lower, upper, flags(z, p, levels)))
    return Funnel(estimates, target, tuple(levels), judgements[0], judgements[1], beyond.phi, beyond.tau2)


def _exact_distances(
    tails: Tails, limits: Callable[[FloatArray], CountLimits], figure: Callable[[FloatArray], FloatArray]
) -> _Distances:
    def drawn(away: FloatArray) -> CountLimits:
        counts = limits(special.log_ndtr(-away))
        return CountLimits(figure(counts.lower), figure(counts.upper))

    return _Distances(tails.z(), tails.mid_z(), drawn)


def _score_distances(estimates: FloatArray, cases: FloatArray, target: float) -> _Distances:
    error = np.sqrt(target * (1 - target) / cases)
    gap = estimates - target
    impossible = np.sign(gap) * IMPOSSIBLE_Z
    z = np.where(error > 0, gap / np.where(error > 0, error, 1.0), impossible)

    def drawn(away: FloatArray) -> CountLimits:
        reach = np.where(error > 0, away * error, np.where(away < IMPOSSIBLE_Z, 0.0, 1.0) + 0 * error)
        return CountLimits(np.maximum(target - reach, 0.0), np.minimum(target + reach, 1.0))

    return _Distances(z, z, drawn)


def _counted(counts: ArrayLike, basis: ArrayLike) -> tuple[FloatArray, FloatArray]:
    found, of = np.broadcast_arrays(np.asarray(counts, dtype=np.float64), np.asarray(basis, dtype=np.float64))
    if (found < 0).any() or (of < 0).any():
        raise ValueError("counts and what they are counted from are not negative")
    return found, of


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else np.nan
