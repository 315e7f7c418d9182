"""Weighted means of parts, on one level or on several: what is missing, and when too little is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qs.stats.composites.normalising import z_scores

SLACK = 1e-9  # rounding in sums of weights
SMALL_PRODUCT = 250_000  # multiplications; OpenBLAS takes threads from 262,144 on

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Composite:
    """A weighted mean of parts. `score` has the shape of one part and is NaN when `is_blocked`.

    `weights`: what each part counted for in the end; zero where it was missing, otherwise adding up to 1.
    """

    score: FloatArray
    weights: FloatArray
    missing_weight: float
    is_blocked: bool


def composite(parts: ArrayLike, weights: ArrayLike, *, missing_limit: float) -> Composite:
    """The weighted mean of the parts that are there; `parts` is (parts, …), a missing part NaN throughout.

    The weight of what is missing goes to the others in proportion, as long as it is at most `missing_limit` (0 to 1)
    of the whole; above, there is no score. Raises ValueError for negative weights or none at all.
    Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), steps 4 and 6.
    """
    figures, wanted = np.asarray(parts, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if len(figures) != len(wanted) or (wanted < 0).any() or wanted.sum() <= 0:
        raise ValueError("each part needs a weight, none below zero and not all of them zero")
    wanted = wanted / wanted.sum()
    present = ~np.isnan(figures.reshape(len(figures), -1)).any(axis=1)
    missing = float(wanted[~present].sum())
    is_blocked = not wanted[present].sum() > 0 or missing > missing_limit + 1e-9
    if is_blocked:
        return Composite(np.full(figures.shape[1:], np.nan), np.zeros(len(wanted)), missing, True)
    counted = np.where(present, wanted, 0.0)
    counted = counted / counted.sum()
    return Composite(np.tensordot(counted[present], figures[present], axes=1), counted, missing, False)


class Mean(Enum):
    """How parts make up a whole: added, so that one can stand in for another, or multiplied, so that it hardly can."""

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"


@dataclass(frozen=True, eq=False)
class Means:
    """Weighted means. `score` is NaN where more than the limit was missing; `coverage`: the share of weight present."""

    score: FloatArray
    coverage: FloatArray


def weighted_means(
    parts: Sequence[ArrayLike], weights: ArrayLike, *, missing_limit: float, kind: Mean = Mean.ARITHMETIC
) -> Means:
    """The weighted mean of the parts that are there, for many units; each part is (units,) or (units, draws).

    The weight of missing parts (NaN) goes to the others in proportion, unit by unit, as in `composite`. `weights`:
    one per part, or (draws, parts). The geometric mean of figures among which is a zero is zero.
    Raises ValueError for weights below zero or none, and for a geometric mean of figures below zero.
    Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), steps 4 and 6.
    """
    figures = [np.asarray(part, dtype=np.float64) for part in parts]
    wanted = checked_weights(weights, len(figures))
    present = [~np.isnan(part) for part in figures]
    score = mean_of(figures, present, wanted, kind)
    coverage = spread_out(present, wanted)
    refused = (1 - coverage > missing_limit + SLACK) | (coverage <= 0)
    return Means(np.where(refused, np.nan, score), coverage)


def checked_weights(weights: ArrayLike, count: int) -> FloatArray:
    """Weights that add up to 1 along the last axis."""
    wanted = np.asarray(weights, dtype=np.float64)
    if wanted.shape[-1:] != (count,) or not count or not (wanted >= 0).all() or not (wanted.sum(axis=-1) > 0).all():
        raise ValueError("each part needs a weight, none below zero and not all of them zero")
    return np.asarray(wanted / wanted.sum(axis=-1, keepdims=True))


def spread_out(parts: Sequence[NDArray[np.generic]], weights: FloatArray) -> FloatArray:
    """The sum of weight times part: (units,) or (units, draws), whichever parts and weights have."""
    if weights.ndim == 2 and all(part.ndim == 1 for part in parts):
        return product(np.stack(parts, axis=1).astype(np.float64), weights.T)
    is_drawn = weights.ndim == 2 or any(part.ndim > 1 for part in parts)
    columns = [part if part.ndim > 1 else part[:, None] for part in parts]
    ways = np.ascontiguousarray(weights.T)  # parts first
    shape = np.broadcast_shapes(*(part.shape for part in columns), (1, *ways.shape[1:]))
    whole, share = np.zeros(shape), np.empty(shape)
    for part, weight in zip(columns, ways, strict=True):
        np.multiply(part, weight, out=share)
        whole += share
    return whole if is_drawn else whole[:, 0]


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """The matrix product, in pieces so small that BLAS keeps them on one thread: several wait for each other."""
    found = np.empty((left.shape[0], right.shape[1]))
    step = max(SMALL_PRODUCT // max(left.size, 1), 1)
    for first in range(0, right.shape[1], step):
        found[:, first : first + step] = left @ right[:, first : first + step]
    return found


def mean_of(
    figures: Sequence[FloatArray], present: Sequence[NDArray[np.bool_]], weights: FloatArray, kind: Mean
) -> FloatArray:
    """The mean of what is present; anything where nothing is."""
    is_whole = all(there.all() for there in present)
    known = figures if is_whole else [np.where(there, part, 0.0) for part, there in zip(figures, present, strict=True)]
    weight = None if is_whole else spread_out(present, weights)

    def arithmetic(parts: Sequence[FloatArray]) -> FloatArray:
        total = spread_out(parts, weights)
        return total if weight is None else total / np.where(weight > 0, weight, 1.0)

    if kind is Mean.ARITHMETIC:
        return arithmetic(known)
    if any((part < 0).any() for part in known):
        raise ValueError("a geometric mean is of figures not below zero; bring them to a scale such as 1 to 100")
    mean = np.exp(arithmetic([np.log(np.where(part > 0, part, 1.0)) for part in known]))
    zeros = [there & (part == 0) for part, there in zip(known, present, strict=True)]
    return np.where(spread_out(zeros, weights) > 0, 0.0, mean) if any(one.any() for one in zeros) else mean


@dataclass(frozen=True)
class Part:
    """A leaf of a tree of groups: an indicator, by the name its figures have."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True)
class Group:
    """Parts and groups that make up a score of their own, which weighs so much in the group above.

    `is_standardised`: the scores of the units are made z scores before they count above.
    """

    name: str
    parts: tuple[Part | Group, ...]
    weight: float = 1.0
    mean: Mean = Mean.ARITHMETIC
    is_standardised: bool = False

    def groups(self) -> Iterator[Group]:
        """This group and all below it."""
        yield self
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.groups()

    def leaves(self) -> Iterator[Part]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.leaves()
            else:
                yield part


@dataclass(frozen=True, eq=False)
class Nested:
    """The scores of every group by its name, and the share of all the weight below it that is present."""

    scores: Mapping[str, FloatArray]
    coverage: Mapping[str, FloatArray]


def nested(
    top: Group,
    figures: Mapping[str, ArrayLike],
    *,
    missing_limit: float,
    weights: Mapping[str, FloatArray] | None = None,
) -> Nested:
    """Scores of a tree of groups from the figures of its leaves, already on one scale; each (units,) or (units, draws).

    A group without its full weight is scored from the rest as long as at most `missing_limit` of the weight of all
    leaves below it is missing. `weights`: by the name of a group the weights of its parts instead of those in the
    tree, (draws, parts) for drawn ones; how much is missing still goes by the tree. Raises ValueError when names
    repeat, figures are missing for a leaf or are of other units, and as `weighted_means` does.
    """
    check_tree(top, figures)
    given = {name: np.asarray(values, dtype=np.float64) for name, values in figures.items()}
    scores: dict[str, FloatArray] = {}
    coverage: dict[str, FloatArray] = {}

    def score(group: Group) -> tuple[FloatArray, FloatArray]:
        """The scores of this group, those below first, and how much of its weight counts above."""
        below = [score(part) if isinstance(part, Group) else leaf(part) for part in group.parts]
        own = checked_weights([part.weight for part in group.parts], len(below))
        drawn = own if weights is None else checked_weights(weights.get(group.name, own), len(below))
        values = [part for part, _ in below]
        made = mean_of(values, [~np.isnan(part) for part in values], drawn, group.mean)
        there = spread_out([covered for _, covered in below], own)
        refused = (1 - there > missing_limit + SLACK) | (there <= 0)
        if refused.any():
            made = np.where(refused if refused.ndim == made.ndim else refused[:, None], np.nan, made)
        scores[group.name], coverage[group.name] = z_scores(made).values if group.is_standardised else made, there
        return scores[group.name], np.where(refused, 0.0, there)

    def leaf(part: Part) -> tuple[FloatArray, FloatArray]:
        return given[part.name], (~np.isnan(given[part.name])).astype(np.float64)

    score(top)
    return Nested(scores, coverage)


def check_tree(top: Group, figures: Mapping[str, ArrayLike]) -> None:
    """Raise ValueError unless groups have parts, names differ and all leaves have figures of the same units."""
    if any(not group.parts for group in top.groups()):
        raise ValueError("each group needs at least one part")
    leaves = [part.name for part in top.leaves()]
    names = leaves + [group.name for group in top.groups()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names must differ: {', '.join(twice)}")
    without = [name for name in leaves if name not in figures]
    if without:
        raise ValueError(f"there are no figures of {', '.join(without)}")
    if len({np.shape(figures[name])[:1] for name in leaves}) != 1:
        raise ValueError("all figures must be of the same units")
