"""Weights of the parts of a score: from people's judgements (AHP), from the figures (entropy), and drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qs.stats.composites.normalising import extremes, is_same

# The mean consistency index of random judgements, for 1, 2, … things: Saaty (1980), The Analytic Hierarchy Process.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
MAX_CONSISTENCY_RATIO = 0.1  # Saaty (1977): above, judgements contradict each other too much
RECIPROCAL_SLACK = 0.05  # judgements are written with two digits, such as 0.33 for a third
SPREAD = 0.25  # drawn weights lie up to a quarter off: the default of COINr's uncertainty analysis

FloatArray = NDArray[np.float64]


class InconsistentJudgements(ValueError):
    """Judgements contradict each other: `ratio` is their consistency ratio."""

    def __init__(self, ratio: float, limit: float) -> None:
        super().__init__(f"the judgements have a consistency ratio of {ratio:.3f}, above {limit}")
        self.ratio = ratio


@dataclass(frozen=True, eq=False)
class Priorities:
    """Weights by pairwise judgements, adding up to 1. `consistency_ratio`: 0 is perfect, 1 as good as random."""

    weights: FloatArray
    consistency_index: float
    consistency_ratio: float


def ahp(judgements: ArrayLike, *, limit: float = MAX_CONSISTENCY_RATIO) -> Priorities:
    """Weights from a table that says how many times more each row matters than each column.

    They are the principal eigenvector; CI = (its value - n) / (n - 1), the ratio is CI over that of random judgements.
    Raises InconsistentJudgements above `limit` (infinity lets all pass), ValueError for a table that is not
    reciprocal with positive entries or for more than 15 things.
    Source: Saaty (1977), Journal of Mathematical Psychology 15:234-281.
    """
    table = checked_judgements(judgements)
    things = len(table)
    values, vectors = np.linalg.eig(table)
    first = int(values.real.argmax())
    weights = np.abs(vectors[:, first].real)
    index = max((float(values[first].real) - things) / (things - 1), 0.0) if things > 2 else 0.0
    ratio = index / RANDOM_INDEX[things - 1] if things > 2 else 0.0
    if ratio > limit:
        raise InconsistentJudgements(ratio, limit)
    return Priorities(weights / weights.sum(), index, ratio)


def checked_judgements(judgements: ArrayLike) -> FloatArray:
    table = np.asarray(judgements, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not 1 <= len(table) <= len(RANDOM_INDEX):
        raise ValueError(f"judgements must be a square table of 1 to {len(RANDOM_INDEX)} things")
    if not (np.isfinite(table) & (table > 0)).all():
        raise ValueError("judgements must be above zero and finite")
    if (np.abs(table * table.T - 1) > RECIPROCAL_SLACK).any():
        raise ValueError("the judgement of b over a must be the inverse of that of a over b, and 1 of a over itself")
    return table


def combined_judgements(tables: Sequence[ArrayLike], *, voices: ArrayLike | None = None) -> FloatArray:
    """The judgements of several people as one table: the geometric mean of each entry, the only one that stays
    reciprocal. `voices`: how much each person counts, equal if not said.

    Source: Aczél & Saaty (1983), Journal of Mathematical Psychology 27:93-102.
    """
    if not tables:
        raise ValueError("there must be the judgements of at least one person")
    said = [checked_judgements(table) for table in tables]
    if len({table.shape for table in said}) > 1:
        raise ValueError("all people must have judged the same things")
    counted = shares(np.ones(len(said)) if voices is None else voices)
    if len(counted) != len(said):
        raise ValueError("each person needs one voice")
    return np.asarray(np.exp(np.tensordot(counted, np.log(np.stack(said)), axes=1)))


@dataclass(frozen=True, eq=False)
class Criterion:
    """A node of a hierarchy: what it consists of, and judgements of how much each part matters; leaves have neither."""

    name: str
    parts: tuple[Criterion, ...] = ()
    judgements: ArrayLike | None = None


def ahp_hierarchy(top: Criterion, *, limit: float = MAX_CONSISTENCY_RATIO) -> dict[str, float]:
    """The weight of every leaf in the whole: the product of the weights on the way down to it; together 1.

    Raises as `ahp` does, for any of the tables, and ValueError when a table does not fit its parts or two leaves have
    the same name.
    """
    found: dict[str, float] = {}

    def go_down(node: Criterion, weight: float) -> None:
        if not node.parts:
            if node.name in found:
                raise ValueError(f"two criteria are called {node.name}")
            found[node.name] = weight
            return
        if node.judgements is None and len(node.parts) > 1:
            raise ValueError(f"the parts of {node.name} have not been judged")
        local = np.ones(1) if node.judgements is None else ahp(node.judgements, limit=limit).weights
        if len(local) != len(node.parts):
            raise ValueError(f"{node.name} has {len(node.parts)} parts but judgements of {len(local)}")
        for part, own in zip(node.parts, local.tolist(), strict=True):
            go_down(part, weight * own)

    go_down(top, 1.0)
    return found


def entropy_weights(values: ArrayLike) -> FloatArray:
    """Weights by how unequal the units' figures are, shape (units, indicators) -> (indicators,), adding up to 1.

    For looking at sensitivity only: an indicator gains weight by noise as much as by true differences. Missing figures
    are left out; columns without differences weigh nothing; if none differs, all weigh the same.
    Raises ValueError for figures below zero. Source: Shannon (1948); Zeleny (1982), Multiple Criteria Decision Making.
    """
    seen = np.asarray(values, dtype=np.float64)
    if seen.ndim != 2 or not seen.shape[1]:
        raise ValueError("values must have the shape (units, indicators)")
    known = np.where(np.isnan(seen), 0.0, seen)
    if (known < 0).any() or np.isinf(known).any():
        raise ValueError("entropy is for finite figures not below zero")
    total = known.sum(axis=0)
    part = known / np.where(total > 0, total, 1.0)
    entropy = -(part * np.log(np.where(part > 0, part, 1.0))).sum(axis=0)
    most = np.log(np.maximum((~np.isnan(seen)).sum(axis=0), 2))
    unequal = np.where(total > 0, np.maximum(1 - entropy / most, 0.0), 0.0)
    low, high = extremes(seen)
    unequal[is_same(low, high)] = 0.0
    if not unequal.sum() > 0:
        return np.full(seen.shape[1], 1 / seen.shape[1])
    return np.asarray(unequal / unequal.sum())


def weight_draws(rng: np.random.Generator, weights: ArrayLike, *, count: int, spread: float = SPREAD) -> FloatArray:
    """Weights each changed by up to `spread` of itself, all amounts as probable, shape (count, parts); each row adds up
    to 1. Source: OECD/JRC Handbook (2008), step 7.
    """
    wanted = shares(weights)
    if not 0 <= spread <= 1:
        raise ValueError("spread must lie between 0 and 1")
    drawn = wanted * rng.uniform(1 - spread, 1 + spread, (count, len(wanted)))
    total = drawn.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, drawn / np.where(total > 0, total, 1.0), wanted))


def dirichlet_draws(rng: np.random.Generator, weights: ArrayLike, *, count: int, concentration: float) -> FloatArray:
    """Weights that are `weights` on average, shape (count, parts): Dirichlet(concentration x weights).

    The higher the concentration the nearer; that of as many as there are parts, with equal weights, makes every set of
    weights as probable as any other. A part without weight stays without.
    """
    wanted = shares(weights)
    if not concentration > 0:
        raise ValueError("concentration must be above zero")
    some = wanted > 0
    drawn = np.zeros((count, len(wanted)))
    drawn[:, some] = rng.dirichlet(concentration * wanted[some], count)
    return drawn


def shares(weights: ArrayLike) -> FloatArray:
    """Weights made to add up to 1."""
    wanted = np.asarray(weights, dtype=np.float64)
    if wanted.ndim != 1 or not (np.isfinite(wanted) & (wanted >= 0)).all() or not wanted.sum() > 0:
        raise ValueError("weights must be numbers not below zero and not all of them zero")
    return np.asarray(wanted / wanted.sum())
