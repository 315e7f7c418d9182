"""The figures beside an order: before it was given, and since its proof; what the verifier sees and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.observations.spans import Span, span
from qs.periods import local_day, start_of
from qs.rectifications import rules
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Effect
from qs.settings import settings
from qs.standards.models import Indicator, IndicatorEdition
from qs.standards.terms import Direction

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Comparison:
    """What the named indicator showed in the weeks before the order, and from the day after the proof."""

    before: Span
    after: Span
    effect: Effect


def compared(
    session: Session, stored: Rectification, proved_at: datetime, *, actor: Actor, now: datetime
) -> Comparison | None:
    """The figures as they are now, in whole local days; None when the order names no indicator."""
    if stored.indicator_id is None:
        return None
    zone = settings().zone
    ordered_on, proved_on, today = (local_day(at, zone) for at in (stored.ordered_at, proved_at, now))
    first_day = ordered_on - timedelta(days=rules.BEFORE_DAYS)
    subject = {"service_id": stored.service_id, "indicator_id": stored.indicator_id}
    before = span(session, **subject, since=start_of(first_day, zone), until=start_of(ordered_on, zone), actor=actor)
    since = start_of(proved_on + ONE_DAY, zone)
    after = span(session, **subject, since=since, until=max(start_of(today + ONE_DAY, zone), since), actor=actor)
    indicator = session.get_one(Indicator, stored.indicator_id)
    direction = direction_on(session, stored.indicator_id, stored.ordered_at)
    return Comparison(before, after, rules.effect_of(before, after, indicator.aggregation, direction))


def direction_on(session: Session, indicator_id: int, at: datetime) -> Direction:
    """Which way was better when the order was given."""
    day = local_day(at, settings().zone)
    editions = sa.select(IndicatorEdition.direction).where(IndicatorEdition.indicator_id == indicator_id)
    in_force = editions.where(IndicatorEdition.effective_on <= day).order_by(IndicatorEdition.effective_on.desc())
    found = session.scalars(in_force.limit(1)).one_or_none()
    return found or session.scalars(editions.order_by(IndicatorEdition.effective_on).limit(1)).one()
