"""The figures kept with verifications, computed anew: their test must come out the same; what moved since is said."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isclose
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.observations.spans import Span, days, span
from qs.rectifications.effects import Contrast, contrast, is_within
from qs.rectifications.figures import Comparison, thawed
from qs.rectifications.models import FrozenFigures, Rectification, RectificationRecheck, RectificationVerification
from qs.standards.models import Indicator
from qs.standards.terms import Aggregation

RELATIVE = 1e-9  # sums of the same numbers in another order differ by less
SUMS = ("n", "numerator", "denominator", "square")
Kept = TypeVar("Kept", RectificationVerification, RectificationRecheck)


@dataclass(frozen=True)
class Difference:
    """One kept comparison that is not as it should be; `place` says which, and what of it."""

    rectification_id: int
    place: str


@dataclass(frozen=True)
class EvidenceVerdict:
    """What the recomputation found. `moved`: the kept figures are sound, but later data say something else by now."""

    comparison_count: int
    differences: tuple[Difference, ...]
    moved: tuple[Difference, ...]

    @property
    def is_sound(self) -> bool:
        return not self.differences


def kept_rows(session: Session, table: type[Kept]) -> list[tuple[Kept, Rectification, Indicator]]:
    """The kept comparisons of one table that hold single days, in the order in which they were made."""
    statement = (
        sa.select(table, Rectification, Indicator)
        .join(Rectification, Rectification.id == table.rectification_id)
        .join(Indicator, Indicator.id == Rectification.indicator_id)
        .where(table.days.is_not(None))
        .order_by(table.id)
    )
    return [(row, order, indicator) for row, order, indicator in session.execute(statement)]


def verify_evidence(session: Session, *, actor: Actor) -> EvidenceVerdict:
    """Compute the test of every kept comparison anew from its frozen figures, and count those again from the rollups.

    Comparisons from before single days were kept are left out: their test cannot be repeated.
    """
    actor.check_everywhere(Permission.AUDIT_READ)
    differences: list[Difference] = []
    moved: list[Difference] = []
    verified, rechecked = (kept_rows(session, RectificationVerification), kept_rows(session, RectificationRecheck))
    named = [("verification", *one) for one in verified] + [("recheck", *one) for one in rechecked]
    for name, row, order, indicator in named:
        kept = kept_of(row)
        places = [f"{name} {row.id} {place}" for place in faults(kept, indicator)]
        differences += [Difference(order.id, place) for place in places]
        if not places and has_moved(session, kept, order, indicator, actor):
            moved.append(Difference(order.id, f"{name} {row.id}"))
    return EvidenceVerdict(len(named), tuple(differences), tuple(moved))


def kept_of(row: FrozenFigures) -> Comparison:
    found = thawed(row)
    if found is None:
        raise ValueError("days are kept only together with the test made of them")
    return found


def faults(kept: Comparison, indicator: Indicator) -> list[str]:
    """What of a kept comparison does not follow from its own frozen figures."""
    anew = contrast(kept.before, kept.after, kept.days, indicator.aggregation, kept.direction, per=indicator.per)
    found = [] if are_same(anew, kept.contrast) else ["test"]
    for name, side in (("before", kept.before), ("after", kept.after)):
        single = [day for day in kept.days if is_within(day, side)]
        if not all(is_close(sum(getattr(day, sums) for day in single), getattr(side, sums)) for sums in SUMS):
            found.append(name)
    return found


def are_same(one: Contrast, other: Contrast) -> bool:
    return one.effect is other.effect and all(
        is_close(getattr(one, field.name), getattr(other, field.name))
        for field in fields(Contrast)
        if field.name != "effect"
    )


def is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=RELATIVE, abs_tol=RELATIVE)


def has_moved(session: Session, kept: Comparison, order: Rectification, indicator: Indicator, actor: Actor) -> bool:
    """True when the rollups of today give other figures for the same days."""
    subject = {"service_id": order.service_id, "indicator_id": indicator.id}
    single = days(session, **subject, since=kept.before.since, until=kept.after.until, actor=actor)
    if [day.since for day in single] != [day.since for day in kept.days]:
        return True
    if not all(is_same_figure(day, old) for day, old in zip(single, kept.days, strict=True)):
        return True
    if indicator.aggregation is not Aggregation.PERCENTILE:
        return False
    sides = (
        (span(session, **subject, since=side.since, until=side.until, actor=actor), side)
        for side in (kept.before, kept.after)
    )
    return not all(is_close(now.value, side.value) for now, side in sides)


def is_same_figure(one: Span, other: Span) -> bool:
    return all(is_close(getattr(one, name), getattr(other, name)) for name in (*SUMS, "value"))
