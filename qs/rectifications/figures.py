"""The figures beside an order: before it was given, and since its proof or its closing; shown, and frozen when kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.observations.spans import Span, days, span
from qs.periods import local_day, start_of
from qs.rectifications.effects import BEFORE_DAYS, Contrast, contrast
from qs.rectifications.models import FrozenFigures, Rectification
from qs.rectifications.terms import Effect
from qs.settings import settings
from qs.standards.models import Indicator, IndicatorEdition
from qs.standards.terms import Direction

ONE_DAY = timedelta(days=1)
SPAN_FIELDS = ("since", "until", "n", "numerator", "denominator", "square", "value")
DAY_FIELDS = ("n", "numerator", "denominator", "square", "value")  # behind the local day itself
INTERVAL_FIELDS = ("dispersion", "p", "before_lower", "before_upper", "after_lower", "after_upper")


@dataclass(frozen=True)
class Comparison:
    """What the named indicator showed in the weeks before the order, and after it, day by day in `days`."""

    before: Span
    after: Span
    contrast: Contrast
    direction: Direction
    days: tuple[Span, ...]

    @property
    def effect(self) -> Effect:
        return self.contrast.effect


def compared(
    session: Session, stored: Rectification, proved_at: datetime, *, actor: Actor, now: datetime
) -> Comparison | None:
    """The figures of the whole local days between the proof and today; None when no indicator is named."""
    zone = settings().zone
    since, until = start_of(local_day(proved_at, zone) + ONE_DAY, zone), start_of(local_day(now, zone), zone)
    return compared_since(session, stored, since, max(until, since), actor=actor)


def compared_since(
    session: Session, stored: Rectification, since: datetime, until: datetime, *, actor: Actor
) -> Comparison | None:
    """The weeks before the order against the days named, which begin and end with a local day."""
    if stored.indicator_id is None:
        return None
    zone = settings().zone
    ordered_on = local_day(stored.ordered_at, zone)
    subject = {"service_id": stored.service_id, "indicator_id": stored.indicator_id}
    first, ordered = start_of(ordered_on - timedelta(days=BEFORE_DAYS), zone), start_of(ordered_on, zone)
    before = span(session, **subject, since=first, until=ordered, actor=actor)
    after = span(session, **subject, since=since, until=until, actor=actor)
    single = days(session, **subject, since=first, until=until, actor=actor)
    indicator = session.get_one(Indicator, stored.indicator_id)
    direction = edition_on(session, stored.indicator_id, stored.ordered_at).direction
    found = contrast(before, after, single, indicator.aggregation, direction, per=indicator.per)
    return Comparison(before, after, found, direction, tuple(single))


def edition_on(session: Session, indicator_id: int, at: datetime) -> IndicatorEdition:
    """The edition in force at that moment, else the first one: which way is better, and what is aimed at."""
    day = local_day(at, settings().zone)
    editions = sa.select(IndicatorEdition).where(IndicatorEdition.indicator_id == indicator_id)
    in_force = editions.where(IndicatorEdition.effective_on <= day).order_by(IndicatorEdition.effective_on.desc())
    found = session.scalars(in_force.limit(1)).one_or_none()
    return found or session.scalars(editions.order_by(IndicatorEdition.effective_on).limit(1)).one()


def frozen(figures: Comparison | None) -> dict[str, Any]:  # Any: values of the columns of FrozenFigures
    """The columns that keep a comparison as it is now; none when there is nothing to keep."""
    if figures is None:
        return {}
    told = figures.contrast
    return {
        "effect": told.effect,
        "direction": figures.direction,
        "difference": told.difference,
        "difference_lower": told.lower,
        "difference_upper": told.upper,
        **{name: getattr(told, name) for name in INTERVAL_FIELDS},
        **{f"before_{name}": getattr(figures.before, name) for name in SPAN_FIELDS},
        **{f"after_{name}": getattr(figures.after, name) for name in SPAN_FIELDS},
        "days": [frozen_day(one) for one in figures.days],
    }


def frozen_day(one: Span) -> list[str | int | float | None]:
    day = local_day(one.since, settings().zone).isoformat()
    return [day, *(getattr(one, name) for name in DAY_FIELDS)]


def thawed(row: FrozenFigures) -> Comparison | None:
    """A comparison as it was kept; None when no indicator was named. What is older than single days has none."""
    if row.effect is None:
        return None
    before, after = (
        Span(**{name: getattr(row, f"{side}_{name}") for name in SPAN_FIELDS}) for side in ("before", "after")
    )
    told = Contrast(
        Effect(row.effect),
        row.dispersion if row.dispersion is not None else 1.0,
        row.difference,
        row.difference_lower,
        row.difference_upper,
        **{name: getattr(row, name) for name in INTERVAL_FIELDS if name != "dispersion"},
    )
    return Comparison(before, after, told, row.direction or Direction.UP, tuple(thawed_days(row.days or [])))


def thawed_days(kept: Sequence[Sequence[Any]]) -> list[Span]:  # Any: a day, then numbers
    zone = settings().zone
    found = []
    for day, *numbers in kept:
        on = date.fromisoformat(day)
        facts = dict(zip(DAY_FIELDS, numbers, strict=True))
        found.append(Span(start_of(on, zone), start_of(on + ONE_DAY, zone), **facts))
    return found
