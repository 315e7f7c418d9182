"""Ranks with their uncertainty: how sure an order is, and which units cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from qs.stats.comparison import CONFIDENCE

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranks:
    """The ranks of units, the highest score first; one entry per unit in every array.

    `mean`: expected rank; `lower`, `upper`: the ranks between which it lies with the confidence asked for;
    `p_top`, `p_bottom`: how probable it is that the unit belongs to the best or worst share of all.
    """

    mean: FloatArray
    lower: IntArray
    upper: IntArray
    p_top: FloatArray
    p_bottom: FloatArray


def rank_draws(draws: ArrayLike, *, share: float = 0.1, confidence: float = CONFIDENCE) -> Ranks:
    """The distribution of the ranks of units whose scores are known as draws, shape (units, draws).

    The best or worst `share` is that many units, rounded up. Units that are equal in a draw share the middle of their
    ranks. Source: Goldstein & Spiegelhalter (1996), JRSS A 159:385-443; Lin et al. (2006), Bayesian Analysis 1:915-946.
    """
    scores = np.asarray(draws, dtype=np.float64)
    units = len(scores)
    if not units:
        none = np.zeros(0)
        return Ranks(none, none.astype(np.int64), none.astype(np.int64), none, none)
    ranks = ranked(scores)
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(ranks, (tail, 1 - tail), axis=1, method="inverted_cdf")
    extreme = int(np.ceil(share * units - 1e-9))
    return Ranks(
        mean=ranks.mean(axis=1),
        lower=np.floor(lower).astype(np.int64),
        upper=np.ceil(upper).astype(np.int64),
        p_top=(ranks <= extreme).mean(axis=1),
        p_bottom=(ranks > units - extreme).mean(axis=1),
    )


def ranked(scores: FloatArray) -> FloatArray:
    """Rank 1 for the highest in each draw, the middle for equals; shape (units, draws)."""
    ordered = np.sort(scores, axis=0)
    if (ordered[1:] == ordered[:-1]).any():
        return np.asarray(stats.rankdata(-scores, axis=0))
    order = np.argsort(-scores, axis=0)
    ranks = np.empty(scores.shape)
    np.put_along_axis(ranks, order, np.arange(1.0, len(scores) + 1)[:, None], axis=0)
    return ranks


def tiers(scores: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> IntArray:
    """The tier of each unit, from 1: who cannot be told apart from the best of a tier belongs to it.

    From the highest score down, the first unit heads tier 1; every following unit whose interval reaches the interval
    of the head shares its tier, and the first one whose does not heads the next. Intervals that touch overlap.
    """
    centre, low, high = (np.asarray(one, dtype=np.float64) for one in (scores, lower, upper))
    found = np.zeros(len(centre), dtype=np.int64)
    tier, head = 0, np.inf
    for unit in np.argsort(-centre, kind="stable"):
        if high[unit] < head:
            tier, head = tier + 1, low[unit]
        found[unit] = tier
    return found


@dataclass(frozen=True, eq=False)
class RankRegion:
    """For each unit the ranks it may have, all units at once; rank 1 is the highest estimate."""

    lower: IntArray
    upper: IntArray


def joint_rank_region(
    estimates: ArrayLike, standard_errors: ArrayLike, *, confidence: float = CONFIDENCE
) -> RankRegion:
    """Ranks that hold for all units together with the confidence asked for, from estimates with normal errors.

    Each interval is widened so that all of them hold at once; a unit is above all whose interval lies wholly below.
    Source: Klein, Wright & Wieczorek (2020), JRSS C 69:589-606.
    """
    seen, errors = np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    reach = stats.norm.ppf((1 + confidence ** (1 / max(len(seen), 1))) / 2) * errors
    low, high = seen - reach, seen + reach
    better = (low[None, :] >= high[:, None]) & ~np.eye(len(seen), dtype=bool)
    return RankRegion(1 + better.sum(axis=1), len(seen) - better.sum(axis=0))
