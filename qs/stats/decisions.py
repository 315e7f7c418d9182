"""How much the figures allow to conclude about a unit: nothing, watch it, look into it, or act.

Three questions are asked of every unit and metric: is it probable enough that the true figure lies beyond the
threshold (sure), does it stand among all that is tested at once (stands), and is the gap large enough to matter
(matters)? Rewards are the same with the direction turned round. A person signs; this only says what the evidence bears.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from qs.stats.funnels import Funnel, proportion_funnel
from qs.stats.multiplicity import FALSE_DISCOVERY_SHARE, benjamini_hochberg
from qs.stats.shrinkage import BetaPrior, beta_prior

SURE = 0.95  # probability that the true figure lies beyond the threshold (own default)
SURE_OF_RANK = 0.8  # probability to be among the worst (or best) so many, where only these share a pot (own default)
LEAST_CASES = 20  # under which a unit is not judged (own default)
LEAST_POINTS = 12  # periods; fewer make trial limits only: Montgomery, Introduction to Statistical Quality Control, 6.4
LEAST_COVERAGE = 0.8  # share of what should have been reported (own default)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LevelArray = NDArray[np.int8]


class Level(IntEnum):
    """What the evidence allows: act is the only one with consequences for a unit."""

    NONE = 0
    WATCH = 1
    REVIEW = 2
    ACT = 3


class Beyond(StrEnum):
    """On which side of the threshold a unit draws consequences."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of units, or of units by metrics, all arrays of one shape; NaN where nothing is.

    `probability`: that the true figure lies beyond the threshold, given the data and how much units differ; `p`:
    one-sided in that direction; `gap`: how far beyond the target the best estimate lies, in the unit of the metric,
    below zero on the other side.
    """

    probability: FloatArray
    p: FloatArray
    gap: FloatArray


@dataclass(frozen=True, eq=False)
class Verdicts:
    """The `level` of each unit (and metric), and on what it rests; `complete`: sure, stands and matters at once.

    Keep `complete`: the next period asks whether it was so before. `tests`: how many were judged together.
    """

    level: LevelArray
    eligible: BoolArray
    sure: BoolArray
    stands: BoolArray
    matters: BoolArray
    complete: BoolArray
    tests: int


def eligible(
    n: ArrayLike,
    points: ArrayLike,
    coverage_share: ArrayLike,
    has_open_flag: ArrayLike,
    *,
    least_cases: float = LEAST_CASES,
    least_points: int = LEAST_POINTS,
) -> BoolArray:
    """Who can be judged: enough cases, enough periods, most of what is due reported, no doubt about the data open.

    `has_open_flag`: an open question of data quality or manipulation. What is not known (NaN) is not enough.
    """
    enough = (np.asarray(n) >= least_cases) & (np.asarray(points) >= least_points)
    return np.asarray(enough & (np.asarray(coverage_share) >= LEAST_COVERAGE) & ~np.asarray(has_open_flag, dtype=bool))


def verdicts(
    evidence: Evidence,
    *,
    least_gap: ArrayLike,
    eligible: ArrayLike = True,
    complete_before: ArrayLike = False,
    p_extreme: ArrayLike | None = None,
    sure: float = SURE,
    q: float = FALSE_DISCOVERY_SHARE,
) -> Verdicts:
    """Level of each unit: one of the three answers is reason to watch it, a sure gap that matters to look into it;
    all three in two periods that follow each other to act, where only the worst (or best) so many may be, besides, if
    the unit belongs to them with SURE_OF_RANK.

    `least_gap`: the smallest gap that matters, per metric; `complete_before`: `complete` of the period before;
    `p_extreme`: the probability to be among so many (see `ranks`), None if any number of units may be.
    Raises ValueError when arrays do not fit together or the least gap is negative.
    """
    shape = evidence.p.shape
    if evidence.probability.shape != shape or evidence.gap.shape != shape:
        raise ValueError("probability, p and gap of the evidence have one shape")
    if (np.asarray(least_gap) < 0).any():
        raise ValueError("least_gap is not negative")
    able = np.broadcast_to(np.asarray(eligible, dtype=bool), shape)
    is_sure = able & (evidence.probability >= sure)
    tests = benjamini_hochberg(np.where(able, evidence.p, np.nan), q=q)
    matters = able & (evidence.gap >= np.asarray(least_gap)) & (evidence.gap > 0)
    complete = is_sure & tests.stands & matters
    acts = complete & np.broadcast_to(np.asarray(complete_before, dtype=bool), shape)
    if p_extreme is not None:
        acts = acts & (np.broadcast_to(np.asarray(p_extreme), shape) >= SURE_OF_RANK)
    level = np.select(
        [acts, is_sure & matters, is_sure | tests.stands | matters], [Level.ACT, Level.REVIEW, Level.WATCH], Level.NONE
    )
    return Verdicts(level.astype(np.int8), able, is_sure, tests.stands, matters, complete, tests.tests)


def share_evidence(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    beyond: Beyond,
    target: float | None = None,
    tolerance: float = 0.0,
    prior: BetaPrior | None = None,
) -> Evidence:
    """The evidence on shares of one metric: units against a target, the share of all together if none is given.

    The threshold lies `tolerance` beyond the target. The probability and the gap follow from the beta-binomial
    posterior, whose prior is made from all units (`shrinkage.beta_prior`), p from the exact tail. NaN without cases.
    Source: Efron & Morris (1975), JASA 70:311-319; Spiegelhalter (2005), Statistics in Medicine 24:1185-1202.
    """
    funnel = proportion_funnel(successes, n, target=target)
    hits, cases = (np.asarray(one, dtype=np.float64) for one in (successes, n))
    there = np.isfinite(funnel.estimates)
    hits, cases = np.where(there, hits, 0.0), np.where(there, cases, 0.0)
    believed = beta_prior(hits, cases) if prior is None else prior
    a, b = believed.successes + hits, believed.failures + cases - hits
    sign = -1.0 if beyond is Beyond.LOW else 1.0
    threshold = np.clip(np.nan_to_num(funnel.target) + sign * tolerance, 0.0, 1.0)
    below = special.betainc(a, b, threshold)
    probability = below if beyond is Beyond.LOW else 1 - below
    gap = sign * (a / (a + b) - funnel.target)
    return Evidence(np.where(there, probability, np.nan), one_sided(funnel, beyond), np.where(there, gap, np.nan))


def one_sided(funnel: Funnel, beyond: Beyond) -> FloatArray:
    """One-sided p values by chance alone; never less than one half on the other side."""
    z = funnel.chance.z if beyond is Beyond.HIGH else -funnel.chance.z
    return np.asarray(special.ndtr(-z))


def worth_acting(probability: ArrayLike, *, cost_of_wrong: float, cost_of_missed: float) -> BoolArray:
    """Whether acting costs less than not acting: when the unit is so with more than this probability.

    Costs in any one unit; the same for rewards, with the probability to deserve one.
    Source: Berger (1985), Statistical Decision Theory and Bayesian Analysis, 4.4.3.
    """
    if not (cost_of_wrong > 0 and cost_of_missed > 0):
        raise ValueError("cost_of_wrong and cost_of_missed are above zero")
    return np.asarray(np.asarray(probability) > cost_of_wrong / (cost_of_wrong + cost_of_missed))
