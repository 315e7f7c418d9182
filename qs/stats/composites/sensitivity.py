"""What other weights would do: the ranks that units have when every weight may be somewhat more or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from qs.stats.composites.aggregating import Group, nested
from qs.stats.composites.weights import SPREAD, weight_draws
from qs.stats.ranks import SLAB, extreme_count, place_at, place_counts

DRAWS = 10_000
CONFIDENCE = 0.9  # the 5th and 95th percentile, as in COINr's uncertainty analysis
BLOCK = 50_000  # so many scores are made at a time: they stay in the processor's cache

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeightSensitivity:
    """One entry per unit, NaN for units without a score, which are not ranked; rank 1 is the highest score.

    `score` and `rank` are those of the weights as they stand, the others those of drawn weights: `mean`, `median`,
    `lower` and `upper` rank, and how probable it is to be among the best (`p_top`) or worst (`p_bottom`).
    """

    score: FloatArray
    rank: FloatArray
    mean: FloatArray
    median: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_top: FloatArray
    p_bottom: FloatArray


def weight_sensitivity(
    top: Group,
    figures: Mapping[str, ArrayLike],
    *,
    rng: np.random.Generator,
    missing_limit: float,
    count: int = DRAWS,
    spread: float = SPREAD,
    share: float = 0.1,
    k: int | None = None,
    confidence: float = CONFIDENCE,
) -> WeightSensitivity:
    """Ranks under `count` draws of all weights in the tree, each up to `spread` of itself more or less.

    `figures` of the leaves, (units,) each, already on one scale; who has a score is decided by the weights as they
    stand. `share` or `k`: who are the best and worst, as in `ranks.rank_draws`.
    Source: OECD/JRC Handbook (2008), step 7; Saisana, Saltelli & Tarantola (2005), JRSS A 168:307-323.
    """
    score = nested(top, figures, missing_limit=missing_limit).scores[top.name]
    scored = ~np.isnan(score)
    units = int(scored.sum())
    if not units:
        none = np.full(len(score), np.nan)
        return WeightSensitivity(score, none, none, none, none, none, none, none)
    counts = np.zeros((units, 2 * units - 1), dtype=np.int64)
    slab, block = max(SLAB // units, 1), max(BLOCK // units, 1)
    for first in range(0, count, slab):
        drawn = np.empty((units, min(slab, count - first)))
        for at in range(0, drawn.shape[1], block):
            part = drawn[:, at : at + block]
            weights = {
                group.name: weight_draws(rng, [one.weight for one in group.parts], count=part.shape[1], spread=spread)
                for group in top.groups()
            }
            made = nested(top, figures, missing_limit=missing_limit, weights=weights).scores[top.name]
            part[:] = made[scored] if units < len(score) else made
        counts += place_counts(drawn)
    ranks, reached, tail = 1 + np.arange(2 * units - 1) / 2, counts.cumsum(axis=1), (1 - confidence) / 2
    lower, median, upper = (ranks[place_at(reached, level * count)] for level in (tail, 0.5, 1 - tail))
    extreme = extreme_count(units, share=share, k=k)

    def of_all(values: FloatArray) -> FloatArray:
        found = np.full(len(score), np.nan)
        found[scored] = values
        return found

    return WeightSensitivity(
        score=score,
        rank=of_all(stats.rankdata(-score[scored], method="min")),
        mean=of_all(counts @ ranks / count),
        median=of_all(median),
        lower=of_all(np.floor(lower)),
        upper=of_all(np.ceil(upper)),
        p_top=of_all(reached[:, 2 * (extreme - 1)] / count),
        p_bottom=of_all(counts[:, max(2 * (units - extreme) - 1, 0) :].sum(axis=1) / count),
    )
