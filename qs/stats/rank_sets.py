"""Sets of ranks that hold with a stated confidence, for one unit or for all at once, and intervals to compare by.

`ranks.joint_rank_region` needs no draws but is wider; these sets go by the differences of the units themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from qs.stats.comparison import CONFIDENCE, Interval
from qs.stats.exact_ranks import checked_normals
from qs.stats.ranks import RankRegion

DRAWS = 10_000
BLOCK = 2_000_000  # so many differences are held at a time

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def comparison_intervals(
    estimates: ArrayLike, standard_errors: ArrayLike, *, confidence: float = CONFIDENCE
) -> Interval:
    """Intervals for looking at two units at a time: where they do not overlap, the units differ with the confidence.

    For 95 % they are 1.386 standard errors to either side (1.96 divided by the root of 2), exact for equal errors.
    Source: Goldstein & Healy (1995), JRSS A 158:175-177.
    """
    seen, errors = checked_normals(estimates, standard_errors)
    reach = stats.norm.ppf((1 + confidence) / 2) / np.sqrt(2) * errors
    return Interval(seen - reach, seen + reach)


def rank_confidence_sets(
    estimates: ArrayLike,
    standard_errors: ArrayLike,
    *,
    rng: np.random.Generator,
    confidence: float = CONFIDENCE,
    simultaneous: bool = True,
    draws: int = DRAWS,
) -> RankRegion:
    """The ranks each unit may have, from independent estimates with normal errors; rank 1 is the highest.

    `simultaneous`: all sets hold at once with the confidence; otherwise each on its own. Every pair of units is
    tested in both directions; the critical value is the quantile of the greatest of the differences not yet rejected,
    found by `draws` draws, again and again until nothing more is rejected (stepdown). A unit is below as many others
    as are significantly above it. The work grows with the square of the units.
    Source: Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91:476-518; Romano & Wolf (2005).
    """
    seen, errors = checked_normals(estimates, standard_errors)
    units = len(seen)
    spread = np.hypot(errors[:, None], errors[None, :])
    gap = seen[:, None] - seen[None, :]
    noise = rng.standard_normal((draws, units)) * errors
    if simultaneous:
        above = rejected(gap, spread, noise, ~np.eye(units, dtype=bool), confidence)
        return RankRegion(1 + above.sum(axis=0), units - above.sum(axis=1))
    lower, upper = np.ones(units, dtype=np.int64), np.full(units, units, dtype=np.int64)
    for unit in range(units):
        wins, losses = rejected_of_one(unit, gap[unit], spread[unit], noise, confidence)
        lower[unit], upper[unit] = 1 + losses, units - wins
    return RankRegion(lower, upper)


def rejected(gap: FloatArray, spread: FloatArray, noise: FloatArray, active: BoolArray, confidence: float) -> BoolArray:
    """Which of the ordered pairs (a, b) are found with a above b; `active`: the pairs that are asked about."""
    certain = spread == 0
    found: BoolArray = active & certain & (gap > 0)
    active = active & ~certain
    scale = 1 / np.where(certain, 1.0, spread)
    score = np.where(active, gap * scale, -np.inf)
    while active.any():
        critical = np.quantile(greatest(noise, scale, active), confidence)
        new = active & (score > critical)
        if not new.any():
            break
        found, active = found | new, active & ~new
    return found


def greatest(noise: FloatArray, scale: FloatArray, active: BoolArray) -> FloatArray:
    """The greatest standardised difference among the active pairs, in every draw."""
    first, second = np.nonzero(active)
    both_ways = active & active.T
    if (both_ways == active).all():  # the greatest of both signs is the greatest size: half the work
        first, second = np.nonzero(np.triu(active))
    scales = scale[first, second]
    found = np.empty(len(noise))
    turned = np.ascontiguousarray(noise.T)
    step = max(BLOCK // max(len(first), 1), 1)
    for at in range(0, len(noise), step):
        block = turned[:, at : at + step]
        differences = (block[first] - block[second]) * scales[:, None]
        if (both_ways == active).all():
            np.abs(differences, out=differences)
        found[at : at + step] = differences.max(axis=0)
    return found


def rejected_of_one(
    unit: int, gap: FloatArray, spread: FloatArray, noise: FloatArray, confidence: float
) -> tuple[int, int]:
    """How many units this one is found above, and how many below."""
    others = (np.arange(len(gap)) != unit) & (spread > 0)
    certain = spread == 0
    wins, losses = int((certain & (gap > 0)).sum()), int((certain & (gap < 0)).sum())
    scale = 1 / spread[others]
    score = np.concatenate([gap[others] * scale, -gap[others] * scale])
    drawn = (noise[:, unit, None] - noise[:, others]) * scale
    active = np.ones(len(score), dtype=bool)
    while active.any():
        half = len(scale)
        ahead = drawn[:, active[:half]].max(axis=1, initial=-np.inf)
        behind = (-drawn[:, active[half:]]).max(axis=1, initial=-np.inf)
        new = active & (score > np.quantile(np.maximum(ahead, behind), confidence))
        if not new.any():
            break
        active &= ~new
        wins, losses = wins + int(new[:half].sum()), losses + int(new[half:].sum())
    return wins, losses
