"""What rules of penalty do to units whose truth is known: how many are hit wrongly, how many bad ones are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qs.stats.decisions import Beyond, Level, Verdicts, share_evidence, verdicts
from qs.stats.funnels import Method, proportion_funnel
from qs.stats.multiplicity import benjamini_hochberg

FEWEST_CASES, MOST_CASES = 20, 2000  # of a unit and period, even on the log scale: many small ones, few large
USUAL_SHARE = 0.85
LEAST_GAP = 0.04  # half of what is planted: what a department would call a difference
BOTTOM_SHARE = 0.1

CountArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class RuleRecord:
    """Per period: `wrong`, units marked that are not among the bad ones; `found`, the share of the bad ones marked,
    NaN where none is bad."""

    wrong: float
    found: float


@dataclass(frozen=True)
class PenaltyTrial:
    """What each rule did on average over all trials. The last two ask for two periods that follow each other."""

    bottom_tenth: RuleRecord
    plain_funnel: RuleRecord
    usual_funnel: RuleRecord
    review: RuleRecord
    act: RuleRecord


def penalty_trial(
    rng: np.random.Generator,
    *,
    units: int = 200,
    bad: int = 0,
    bad_gap: float = 0.08,
    spread: float = 0.0,
    trials: int = 100,
) -> PenaltyTrial:
    """Units whose true share is the usual one, `spread` apart (a standard deviation), but `bad` of them so much lower;
    two periods each, marked by the rules in the second.

    Rules: the bottom tenth; below a 95 % funnel of the normal curve; below one for what units usually differ, with a
    false discovery share of a tenth; and the levels of `decisions`.
    """
    is_bad = np.arange(units) < bad
    rows: dict[str, list[tuple[float, float]]] = {}
    for _ in range(trials):
        cases = np.exp(rng.uniform(np.log(FEWEST_CASES), np.log(MOST_CASES), units)).astype(np.int64)
        truth = np.clip(USUAL_SHARE + spread * rng.standard_normal(units) - bad_gap * is_bad, 0.0, 1.0)
        before = _judged(rng.binomial(cases, truth), cases, complete_before=np.zeros(units, dtype=bool))
        hits = rng.binomial(cases, truth)
        now = _judged(hits, cases, complete_before=before.complete)
        marks = {name: rule(hits, cases) for name, rule in RULES.items()}
        marks |= {"review": now.level >= Level.REVIEW, "act": now.level == Level.ACT}
        for name, marked in marks.items():
            found = float(marked[is_bad].mean()) if bad else np.nan
            rows.setdefault(name, []).append((float(marked[~is_bad].sum()), found))
    means = {name: np.array(row).mean(axis=0) for name, row in rows.items()}
    return PenaltyTrial(**{name: RuleRecord(float(wrong), float(found)) for name, (wrong, found) in means.items()})


def bottom_tenth(successes: CountArray, n: CountArray) -> BoolArray:
    """The lowest tenth of all, whatever the figures are worth."""
    marked = np.zeros(len(n), dtype=bool)
    marked[np.argsort(successes / n, kind="stable")[: round(BOTTOM_SHARE * len(marked))]] = True
    return marked


def below_plain_funnel(successes: CountArray, n: CountArray) -> BoolArray:
    return np.asarray(proportion_funnel(successes, n, method=Method.SCORE).chance.flags < 0)


def below_usual_funnel(successes: CountArray, n: CountArray) -> BoolArray:
    judged = proportion_funnel(successes, n).usual
    return np.asarray(benjamini_hochberg(judged.p, q=0.1).stands & (judged.z < 0))


def _judged(successes: CountArray, n: CountArray, *, complete_before: BoolArray) -> Verdicts:
    evidence = share_evidence(successes, n, beyond=Beyond.LOW)
    return verdicts(evidence, least_gap=LEAST_GAP, complete_before=complete_before)


RULES: dict[str, Callable[[CountArray, CountArray], BoolArray]] = {
    "bottom_tenth": bottom_tenth,
    "plain_funnel": below_plain_funnel,
    "usual_funnel": below_usual_funnel,
}
