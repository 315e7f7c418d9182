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
BLOCK = 200_000  # so many differences are held at a time: they stay in the processor's cache

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
    if not 0.5 <= confidence < 1 or draws < 1:
        raise ValueError("the confidence must be at least a half and below 1, and there must be draws")
    units = len(seen)
    spread = np.hypot(errors[:, None], errors[None, :])
    gap = seen[:, None] - seen[None, :]
    noise = rng.standard_normal((draws, units)) * errors
    if simultaneous:
        above = rejected(gap, spread, noise, ~np.eye(units, dtype=bool), confidence)
        return RankRegion(1 + above.sum(axis=0), units - above.sum(axis=1))
    lower, upper = np.ones(units, dtype=np.int64), np.full(units, units, dtype=np.int64)
    turned = np.ascontiguousarray(noise.T, dtype=np.float32)
    for unit in range(units):
        wins, losses = rejected_of_one(unit, gap[unit], spread[unit], turned, confidence)
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
    """The greatest standardised difference among the active pairs in every draw, or zero if that is greater.

    Whole tables of all pairs are reckoned, in single precision: many times faster than picking out the active ones.
    """
    units = len(scale)
    scales, drawn = np.where(active, scale, 0.0).astype(np.float32), noise.astype(np.float32)
    found = np.empty(len(noise))
    step = max(BLOCK // units**2, 1)
    table = np.empty((step, units, units), dtype=np.float32)
    for at in range(0, len(noise), step):
        block = drawn[at : at + step]
        differences = table[: len(block)]
        np.subtract(block[:, :, None], block[:, None, :], out=differences)
        differences *= scales
        found[at : at + step] = differences.reshape(len(block), -1).max(axis=1)
    return found


def rejected_of_one(
    unit: int, gap: FloatArray, spread: FloatArray, noise: NDArray[np.float32], confidence: float
) -> tuple[int, int]:
    """How many units this one is found above, and how many below; `noise` is (units, draws)."""
    certain = spread == 0
    others = ~certain & (np.arange(len(gap)) != unit)
    wins, losses = int((certain & (gap > 0)).sum()), int((certain & (gap < 0)).sum())
    score = gap[others] / spread[others]
    drawn = (noise[unit] - noise[others]) / spread[others, None].astype(np.float32)
    above, below = np.ones(len(score), dtype=bool), np.ones(len(score), dtype=bool)  # the pairs not yet rejected
    while above.any() or below.any():
        most = drawn.max(axis=0, initial=0.0, where=above[:, None])
        least = drawn.min(axis=0, initial=0.0, where=below[:, None])
        critical = np.quantile(np.maximum(most, -least), confidence)
        won, lost = above & (score > critical), below & (-score > critical)
        if not (won | lost).any():
            break
        above, below = above & ~won, below & ~lost
        wins, losses = wins + int(won.sum()), losses + int(lost.sum())
    return wins, losses
