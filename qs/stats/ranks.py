"""Ranks with their uncertainty: how sure an order is, and which units cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from qs.stats.comparison import CONFIDENCE

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BLOCK = 50_000  # so many scores are put in order at a time: they stay in the processor's cache
SLAB = 5_000_000  # so many are counted at a time: memory stays bounded


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


def rank_draws(draws: ArrayLike, *, share: float = 0.1, k: int | None = None, confidence: float = CONFIDENCE) -> Ranks:
    """The distribution of the ranks of units whose scores are known as draws, shape (units, draws).

    The best or worst `share` is that many units, rounded up; `k` says the number of units instead. Units that are
    equal in a draw share the middle of their ranks. Raises ValueError for draws that are missing or not a table, or
    when `k` is not between 1 and the number of units.
    Source: Goldstein & Spiegelhalter (1996), JRSS A 159:385-443; Lin et al. (2006), Bayesian Analysis 1:915-946.
    """
    scores = np.asarray(draws, dtype=np.float64)
    units = len(scores)
    if not units:
        none = np.zeros(0)
        return Ranks(none, none.astype(np.int64), none.astype(np.int64), none, none)
    if scores.ndim != 2 or not scores.shape[1]:
        raise ValueError("draws must have the shape (units, draws) with at least one draw")
    extreme = extreme_count(units, share=share, k=k)
    counts = place_counts(scores)
    total = scores.shape[1]
    ranks = 1 + np.arange(counts.shape[1]) / 2
    reached = counts.cumsum(axis=1)
    tail = (1 - confidence) / 2
    lower, upper = (ranks[place_at(reached, level * total)] for level in (tail, 1 - tail))
    return Ranks(
        mean=counts @ ranks / total,
        lower=np.floor(lower).astype(np.int64),
        upper=np.ceil(upper).astype(np.int64),
        p_top=reached[:, 2 * (extreme - 1)] / total,
        p_bottom=counts[:, max(2 * (units - extreme) - 1, 0) :].sum(axis=1) / total,
    )


def extreme_count(units: int, *, share: float, k: int | None) -> int:
    """How many units are the best or worst ones: `k`, or that share of all, rounded up."""
    if k is None:
        return int(np.ceil(share * units - 1e-9))
    if not 1 <= k <= units:
        raise ValueError(f"k must lie between 1 and the number of units, {units}; it is {k}")
    return k


def place_counts(scores: FloatArray) -> IntArray:
    """How often each unit has each rank, shape (units, 2 units - 1): ranks 1, 1.5, 2, … in the columns."""
    if np.isnan(scores).any():
        raise ValueError("draws must not be missing")
    units, total = scores.shape
    whole = np.zeros(units * units, dtype=np.int64)
    halves = np.zeros(units * (2 * units - 1), dtype=np.int64)
    slab = max(SLAB // units, 1)
    for first in range(0, total, slab):
        codes, unclear = place_codes(scores[:, first : first + slab])
        whole += np.bincount(codes, minlength=whole.size)
        if len(unclear):
            ranks = stats.rankdata(unclear, axis=1)
            at = np.arange(units) * (2 * units - 1) + np.rint(2 * (ranks - 1)).astype(np.int64)
            halves += np.bincount(at.ravel(), minlength=halves.size)
    counts = halves.reshape(units, -1)
    counts[:, ::2] += whole.reshape(units, units)
    return counts


def place_codes(scores: FloatArray) -> tuple[IntArray, FloatArray]:
    """For every draw and place, units x unit + place; and the draws (negated) in which two scores may be equal.

    A draw is put in order by sorting whole numbers whose high bits are the score and whose low bits say whose it is,
    which is several times faster than sorting numbers together with their places. Scores that agree in the high bits
    are left to be ranked in full.
    """
    units, total = scores.shape
    low = np.int64((1 << max(units - 1, 1).bit_length()) - 1)
    whose = np.arange(units, dtype=np.int64)
    codes = np.empty((total, units), dtype=np.int64)
    is_clear = np.ones(total, dtype=bool)
    step = max(BLOCK // units, 1)
    spare = np.empty((step, units), dtype=np.int64)
    for first in range(0, total, step):
        block = codes[first : first + step]
        aside = spare[: len(block)]
        np.subtract(0.0, scores[:, first : first + step].T, out=block.view(np.float64))  # highest first, no minus zero
        np.right_shift(block, np.int64(63), out=aside)
        aside &= np.int64(2**63 - 1)
        block ^= aside  # now in the order of the numbers
        block &= ~low
        block |= whose
        block.sort(axis=1)
        np.bitwise_xor(block[:, 1:], block[:, :-1], out=aside[:, 1:])
        unlike = aside[:, 1:].view(np.uint64)
        if units > 1 and unlike.min() <= np.uint64(low):
            is_clear[first : first + step] = (unlike > np.uint64(low)).all(axis=1)
        block &= low
        block *= units
        block += whose
    return codes[is_clear].ravel() if not is_clear.all() else codes.ravel(), -scores[:, ~is_clear].T


def place_at(reached: IntArray, wanted: float) -> IntArray:
    """The first column of each row of cumulative counts in which the level is reached (the inverted distribution)."""
    number = min(max(int(np.ceil(wanted - 1)), 0), int(reached[0, -1]) - 1)
    return np.asarray((reached > number).argmax(axis=1))


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
    reach = joint_reach(len(seen), confidence=confidence) * errors
    return rank_region(seen - reach, seen + reach)


def joint_reach(units: int, *, confidence: float = CONFIDENCE) -> float:
    """How many standard errors to either side intervals of so many independent units must reach to hold all at once."""
    return float(stats.norm.ppf((1 + confidence ** (1 / max(units, 1))) / 2))


def rank_region(lower: ArrayLike, upper: ArrayLike) -> RankRegion:
    """The ranks units may have, given an interval of each: a unit is above all whose interval lies wholly below.

    Intervals that only touch do not overlap; two of the same single value do. One end of each kind per unit.
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    better = low[None, :] >= high[:, None]
    better &= ~better.T
    return RankRegion(1 + better.sum(axis=1), len(low) - better.sum(axis=0))
