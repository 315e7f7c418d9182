"""Who may be ranked, what counts for how much, when a quarter may be frozen: rules without any store."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from qs.errors import InvalidInput, NotFound, Problem
from qs.periods import quarter_days, quarter_name, start_of
from qs.rankings.terms import OCCASIONAL, SCHEME_FIELDS, Group, Scheme, Standing, WhyNot

LARGEST_N_MIN = 1_000_000
LARGEST_MISSING_LIMIT = 0.5
SEED_BYTES = 7  # fits a BIGINT
WEIGHT_PLACES = 9
COUNTED_SUBJECTS = ("office", "third_party")
ASSESSMENT_ERROR = 10.0  # points by which one assessment of a service may be off (standard deviation, own default)


class PeriodUnknown(NotFound):
    """The name is not a quarter."""

    code = "period_unknown"


def quarter_bounds(name: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments at which a quarter begins and ends. Raises PeriodUnknown for anything but a quarter's name."""
    try:
        first, following = quarter_days(name)
    except ValueError as error:
        raise PeriodUnknown(name=name[:20]) from error
    return start_of(first, zone), start_of(following, zone)


def complete_quarters(first: date, today: date) -> list[str]:
    """The quarters that began on or after the first day and are over, oldest first."""
    names: list[str] = []
    name = quarter_name(first)
    if quarter_days(name)[0] < first:
        name = quarter_name(quarter_days(name)[1])
    while quarter_days(name)[1] <= today:
        names.append(name)
        name = quarter_name(quarter_days(name)[1])
    return names


def seed_of(name: str) -> int:
    """The seed of a quarter's draws, from its name: the same for every revision and on every machine."""
    return int.from_bytes(hashlib.sha256(f"rankings:{name}".encode()).digest()[:SEED_BYTES])


def wanted_weights(parts: Sequence[tuple[Group, float, bool]], scheme: Scheme) -> tuple[list[float], float]:
    """What each figure of a service should count for, and the weight of groups that should be known and are not.

    `parts`: the group of each figure, its weight inside the group, and whether there is a figure. Own indicators
    share the weight of their group as their editions say, silent ones included. Of the other groups only what is
    there counts; an occasional group without anything falls away.
    """
    counted = [weight if group is Group.INDICATORS or is_present else 0.0 for group, weight, is_present in parts]
    totals = dict.fromkeys(Group, 0.0)
    for (group, _, _), weight in zip(parts, counted, strict=True):
        totals[group] += weight
    weights = [
        scheme.weight(group) * weight / totals[group] if totals[group] > 0 else 0.0
        for (group, _, _), weight in zip(parts, counted, strict=True)
    ]
    unknown = sum(scheme.weight(group) for group in Group if totals[group] <= 0 and group not in OCCASIONAL)
    return weights, unknown


def assessed(scores: Mapping[str, float]) -> tuple[float, float] | None:
    """Points and standard error of a service's approved evaluations, by subject; None when none counts.

    The office's and the third party's count alike; a self-assessment is there to be compared, not to score. Each may
    be off by ASSESSMENT_ERROR points, or by half of what the two differ, whichever is more (local rule).
    """
    counted = [scores[subject] for subject in COUNTED_SUBJECTS if subject in scores]
    if not counted:
        return None
    error = ASSESSMENT_ERROR / math.sqrt(len(counted))
    return sum(counted) / len(counted), max(error, (max(counted) - min(counted)) / 2)


def evidence(cases: Iterable[int], weights: Iterable[float]) -> int:
    """On how many cases a score rests: half of its weight rests on parts with at least so many; 0 without parts."""
    parts = sorted(((n, weight) for n, weight in zip(cases, weights, strict=True) if weight > 0), reverse=True)
    half, reached = sum(weight for _, weight in parts) / 2, 0.0
    for n, weight in parts:
        reached += weight
        if reached >= half - 1e-12:
            return n
    return 0


def why_not_ranked(*, has_figures: bool, is_blocked: bool, n: int, n_min: int) -> WhyNot | None:
    """Why there is no rank; None when there is one."""
    if not has_figures:
        return WhyNot.NO_FIGURES
    if is_blocked:
        return WhyNot.TOO_MUCH_MISSING
    return WhyNot.TOO_FEW if n < n_min else None


def ranks(scores: Sequence[float]) -> list[int]:
    """Rank 1 for the highest; equals share the better rank and the next one is left out (1, 2, 2, 4)."""
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    found = [0] * len(scores)
    placed = 0
    for _, group in groupby(order, key=lambda place: scores[place]):
        equals = list(group)
        for place in equals:
            found[place] = placed + 1
        placed += len(equals)
    return found


def standing(joint_lower: int | None, joint_upper: int | None, *, ranked_count: int) -> Standing:
    """Whether a rank is surely above or below the middle when all ranks are compared at once."""
    if joint_lower is None or joint_upper is None:
        return Standing.UNRANKED
    middle = (ranked_count + 1) / 2
    if joint_upper < middle:
        return Standing.ABOVE
    return Standing.BELOW if joint_lower > middle else Standing.ALIKE


def scheme_problems(scheme: Scheme) -> Iterator[Problem]:
    """Everything wrong with a scheme."""
    weights = [scheme.weight(group) for group in Group]
    if not all(math.isfinite(value) for value in astuple(scheme)):
        yield Problem("scheme_weights_wrong", facts={"total": "—"})
        return
    for group, weight in zip(Group, weights, strict=True):
        if weight < 0:
            yield Problem("scheme_weight_negative", facts={"field": SCHEME_FIELDS[group.value]})
    if not scheme.indicators > 0:
        yield Problem("scheme_without_indicators")
    if abs(sum(weights) - 1) > 10**-WEIGHT_PLACES:
        yield Problem("scheme_weights_wrong", facts={"total": round(sum(weights), 4)})
    if not 1 <= scheme.n_min <= LARGEST_N_MIN:
        yield Problem("scheme_n_min_wrong", facts={"limit": LARGEST_N_MIN})
    if not 0 <= scheme.missing_limit <= LARGEST_MISSING_LIMIT:
        yield Problem("scheme_limit_wrong")


def check_scheme(scheme: Scheme) -> None:
    """Raise InvalidInput when there is any problem."""
    if problems := tuple(scheme_problems(scheme)):
        raise InvalidInput(problems=problems)
