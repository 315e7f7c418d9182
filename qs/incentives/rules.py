"""What the rules of incentives compute and allow: pure; missing data never punishes and never rewards."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from scipy.stats import norm

from qs.errors import InvalidInput, Problem
from qs.incentives.terms import (
    APPROVALS,
    LADDERS,
    MOST_CONDITIONS,
    MOST_QUARTERS,
    NAME_LENGTH,
    TEXT_LENGTH,
    Checked,
    Comparison,
    Condition,
    Consequence,
    Figure,
    FigureKey,
    Judgement,
    Kind,
    Outcome,
    RuleContent,
    Stage,
    Subject,
    Vote,
)
from qs.incentives.wording import FIELDS
from qs.texts import checked

EDGE_PLACES = 9  # figures are compared after rounding, so that 0.1 + 0.2 is not above 0.3
Z = 1.959963984540054  # half the width of a 95 % interval, in standard errors
BOUND_CHANCE = 0.025  # that one end of a 95 % interval is passed by chance
QUARTER = re.compile(r"2[0-9]{3}Q[1-4]", re.ASCII)
RANGES: dict[Subject, tuple[float, float]] = {
    Subject.SCORE: (0, 100),
    Subject.RANK: (1, 10_000),
    Subject.RANK_SHARE: (0, 1),
    Subject.TIER: (1, 1_000),
    Subject.P_TOP: (0, 1),
    Subject.P_BOTTOM: (0, 1),
    Subject.MEASURE: (-1e9, 1e9),
}
APPROVAL_LENGTH = 80
RANKS = (Subject.RANK, Subject.RANK_SHARE)
Figures = Mapping[FigureKey, Figure]
EARLIEST_START, LATEST_START = date(2000, 1, 1), date(2100, 1, 1)


# What a rule says of a service


def judge(content: RuleContent, quarters: Sequence[tuple[str, Figures | None]], null: Nulls | None = None) -> Judgement:
    """What a rule says of one service in the first of these quarters.

    `quarters`: name and figures of the service, the judged quarter first, then the ones before it without a gap; None
    for a quarter that is not frozen. `null`: what each figure would be if all services were equal, by quarter, for the
    chance. The order of conditions does not matter for the outcome.
    """
    checked = [
        looked_at(position, condition, *quarters[back] if back < len(quarters) else ("", None))
        for position, condition in enumerate(content.conditions)
        for back in range(condition.quarters)
    ]
    outcomes = {one.outcome for one in checked}
    worst = next((one for one in (Outcome.MISSING, Outcome.NOT_MET) if one in outcomes), Outcome.MET)
    chance = math.prod(chance_of(one, (null or {}).get(one.period, {})) for one in checked)
    return Judgement(worst, tuple(checked), chance)


Nulls = Mapping[str, Mapping[FigureKey, float]]  # by quarter: the common value of each figure


def looked_at(position: int, condition: Condition, period: str, figures: Figures | None) -> Checked:
    figure = (figures or {}).get(condition.key, Figure())
    return Checked(position, period, condition, figure, outcome(condition, figure))


def outcome(condition: Condition, figure: Figure) -> Outcome:
    """Whether one figure meets a condition; missing where it, its interval or enough cases are missing."""
    used = used_value(condition, figure)
    if used is None or (condition.min_n > 0 and (figure.n is None or figure.n < condition.min_n)):
        return Outcome.MISSING
    return Outcome.MET if holds(condition.comparison, used, condition.threshold) else Outcome.NOT_MET


def used_value(condition: Condition, figure: Figure) -> float | None:
    """The value itself, or the end of its interval that speaks against the condition."""
    if not condition.at_bound:
        return figure.value
    return figure.lower if condition.comparison.is_upwards else figure.upper


def holds(comparison: Comparison, value: float, threshold: float) -> bool:
    """At equality `at least` and `at most` hold, `above` and `below` do not."""
    gap = round(value - threshold, EDGE_PLACES)
    return {
        Comparison.AT_LEAST: gap >= 0,
        Comparison.ABOVE: gap > 0,
        Comparison.AT_MOST: gap <= 0,
        Comparison.BELOW: gap < 0,
    }[comparison]


def chance_of(checked: Checked, null: Mapping[FigureKey, float]) -> float:
    """The probability that chance alone meets a condition when all services are equal.

    Own approximation: a figure is drawn from a normal distribution around the common value, with the standard error
    its 95 % interval tells; ranks are then equally likely, and equal services share the first tier. An interval end
    passes a rank by chance at most once in forty times; a probability of p is wrong in at most 1 - p of all cases. A
    figure without an interval is a count of facts and owes nothing to chance. Conditions and quarters are multiplied
    as if they were independent, which understates the chance where they are not.
    """
    condition, figure = checked.condition, checked.figure
    if checked.outcome is Outcome.MISSING or figure.value is None:
        return 0.0
    if condition.subject in RANKS:
        return rank_chance(condition, null.get(condition.key, 1.0))
    if condition.subject is Subject.TIER:
        return 1.0 if holds(condition.comparison, 1.0, condition.threshold) else BOUND_CHANCE
    if condition.subject in (Subject.P_TOP, Subject.P_BOTTOM):
        return 1 - condition.threshold if condition.comparison.is_upwards else condition.threshold
    common = null.get(condition.key)
    if common is None or figure.lower is None or figure.upper is None or figure.upper <= figure.lower:
        return 1.0 if checked.outcome is Outcome.MET else 0.0
    error = (figure.upper - figure.lower) / (2 * Z)
    reach = Z * error if condition.at_bound else 0.0
    if condition.comparison.is_upwards:
        return float(norm.sf((condition.threshold + reach - common) / error))
    return float(norm.cdf((condition.threshold - reach - common) / error))


def rank_chance(condition: Condition, largest: float) -> float:
    """Equal services have every rank equally often; `largest` is the last rank, or 1 for shares."""
    share = min(max(condition.threshold / largest, 0.0), 1.0) if largest > 0 else 1.0
    point = 1 - share if condition.comparison.is_upwards else share
    return min(point, BOUND_CHANCE) if condition.at_bound else point


def common_values(figures: Mapping[FigureKey, Sequence[Figure]]) -> dict[FigureKey, float]:
    """What each figure would be if all services were equal: the mean weighted by precision; of ranks the last one."""
    found = {}
    for key, ones in figures.items():
        values = [one for one in ones if one.value is not None]
        if key.subject in RANKS:
            found[key] = max((one.value or 0.0 for one in values), default=1.0)
            continue
        weighed = [(one.value or 0.0, weight) for one in values if (weight := precision(one)) > 0]
        if weighed:
            found[key] = sum(value * weight for value, weight in weighed) / sum(weight for _, weight in weighed)
    return found


def precision(figure: Figure) -> float:
    if figure.lower is None or figure.upper is None or figure.upper <= figure.lower:
        return 0.0
    return ((2 * Z) / (figure.upper - figure.lower)) ** 2


# Quarters


def check_period(period: str) -> None:
    if not QUARTER.fullmatch(period):
        raise InvalidInput("period_name_invalid")


def quarters_back(period: str, count: int) -> list[str]:
    """The names of `count` quarters that end with this one, the latest first: 2026Q1, 2025Q4, …"""
    index = int(period[:4]) * 4 + int(period[5]) - 1
    return [f"{(index - back) // 4}Q{(index - back) % 4 + 1}" for back in range(count)]


# What may be entered


def checked_reason(text: str, field: str = "reason") -> str:
    """A text as it is kept. Raises InvalidInput when it says nothing, says too much, or hides characters."""
    return checked(text, field=FIELDS[field], longest=TEXT_LENGTH)


def checked_name(name: str, field: str = "name") -> str:
    return checked(name, field=FIELDS[field], longest=NAME_LENGTH, is_long=False)


def checked_approval(number: str, *, is_granted: bool) -> str | None:
    """The number of the approval: needed for what was granted, dropped otherwise."""
    if not is_granted:
        return None
    return checked(number, field=FIELDS["approval_number"], longest=APPROVAL_LENGTH, is_long=False)


def check_start(day: date) -> None:
    if not EARLIEST_START <= day < LATEST_START:
        raise InvalidInput("start_out_of_range", day=day.isoformat())


def check_content(content: RuleContent, measures: Iterable[str]) -> None:
    """Raise InvalidInput unless every condition can be evaluated; `measures`: the codes of frozen measures."""
    if not content.conditions:
        raise InvalidInput("rule_without_condition")
    if len(content.conditions) > MOST_CONDITIONS:
        raise InvalidInput("rule_conditions_too_many", limit=MOST_CONDITIONS)
    known = frozenset(measures)
    problems = [
        problem
        for position, condition in enumerate(content.conditions, start=1)
        for problem in condition_problems(position, condition, content.conditions[: position - 1], known)
    ]
    if problems:
        raise InvalidInput(problems=problems)


def condition_problems(
    position: int, condition: Condition, before: Sequence[Condition], measures: frozenset[str]
) -> Iterator[Problem]:
    low, high = RANGES[condition.subject]
    if condition in before:
        yield Problem("rule_condition_repeated", facts={"position": position})
    if not math.isfinite(condition.threshold):
        yield Problem("threshold_not_finite", facts={"position": position})
    elif not low <= condition.threshold <= high:
        yield Problem("threshold_out_of_range", facts={"position": position, "low": low, "high": high})
    if not 1 <= condition.quarters <= MOST_QUARTERS:
        yield Problem("quarters_out_of_range", facts={"position": position, "limit": MOST_QUARTERS})
    if condition.min_n < 0:
        yield Problem("min_n_negative", facts={"position": position})
    if condition.at_bound and condition.subject in (Subject.TIER, Subject.P_TOP, Subject.P_BOTTOM):
        yield Problem("bound_without_interval", facts={"position": position})
    is_measure = condition.subject is Subject.MEASURE
    if is_measure != bool(condition.measure) or (is_measure and condition.measure not in measures):
        yield Problem("measure_not_frozen", facts={"position": position})


# How a proposal moves


def stage_after_votes(consequence: Consequence, votes: Sequence[Vote]) -> Stage:
    """Where a proposal stands after these signatures: one refusal ends it, all approvals needed carry it on."""
    if Vote.DECLINE in votes:
        return Stage.DECLINED
    if len(votes) < APPROVALS[consequence]:
        return Stage.PROPOSED
    return Stage.NOTICE if consequence.kind is Kind.REWARD else Stage.DECIDED


def concluded_stage(consequence: Consequence) -> Stage:
    """Where a proposal ends when notice or appeal is over."""
    if consequence.is_forwarded:
        return Stage.FORWARDED
    return Stage.PUBLISHED if consequence.is_published else Stage.CLOSED


def lighter_than(consequence: Consequence) -> tuple[Consequence, ...]:
    """The rungs below one, lightest first."""
    ladder = LADDERS[consequence.kind]
    return ladder[: ladder.index(consequence)]


def certificate_number(year: int, serial: int) -> str:
    return f"{year}-{serial:04d}"


MOVES: dict[Stage | None, frozenset[Stage]] = {
    None: frozenset({Stage.PROPOSED}),
    Stage.PROPOSED: frozenset({Stage.DECLINED, Stage.NOTICE, Stage.DECIDED}),
    Stage.NOTICE: frozenset({Stage.WITHDRAWN, Stage.PUBLISHED, Stage.FORWARDED}),
    Stage.DECIDED: frozenset({Stage.EFFECTIVE}),
    Stage.EFFECTIVE: frozenset({Stage.APPEALED, Stage.PUBLISHED, Stage.CLOSED, Stage.FORWARDED}),
    Stage.APPEALED: frozenset({Stage.WITHDRAWN, Stage.EFFECTIVE}),
    Stage.FORWARDED: frozenset({Stage.GRANTED, Stage.REFUSED}),
    Stage.PUBLISHED: frozenset({Stage.REVOKED}),
    Stage.GRANTED: frozenset({Stage.REVOKED}),
}


def is_move(before: Stage | None, after: Stage) -> bool:
    return after in MOVES.get(before, frozenset())
