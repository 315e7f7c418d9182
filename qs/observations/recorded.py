"""What the office recorded itself, read back: the events that count, after corrections, for proofs and corrections."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.observations.models import Event, Feed
from qs.observations.recording import OFFICE_FEED, PENDING, Measure, Measured
from qs.standards.models import Indicator


def recorded_measures(
    session: Session, measures: Collection[Measure], *, moments: Collection[datetime] | None = None, actor: Actor
) -> list[Measured]:
    """The facts recorded as these measures that no later one corrects, in the order of time.

    `moments`: only those that happened then. Facts that wait for the end of `gathered_measures` are among them.
    """
    actor.check_everywhere(Permission.LIVE_READ)
    statement = (
        sa.select(
            Indicator.code,
            Event.service_id,
            Event.happened_at,
            Event.event_id,
            Event.numerator,
            Event.denominator,
            Event.channel,
            Event.corrects,
        )
        .join(Indicator, Indicator.id == Event.indicator_id)
        .join(Feed, Feed.id == Event.feed_id)
        .where(Feed.code == OFFICE_FEED, Indicator.code.in_(list(measures)))
        .order_by(Event.happened_at, Event.event_id)
    )
    if moments is not None:
        statement = statement.where(Event.happened_at.in_(list(moments)))
    found = [
        Measured(Measure(code), service_id, at, event_id, above, below, channel, corrects or "")
        for code, service_id, at, event_id, above, below, channel, corrects in session.execute(statement)
    ]
    waiting: list[Measured] = session.info.get(PENDING) or []
    asked = None if moments is None else set(moments)
    found += [one for one in waiting if (asked is None or one.happened_at in asked) and one.measure in measures]
    replaced = {(one.happened_at, one.corrects) for one in found if one.corrects}
    return [one for one in found if (one.happened_at, one.event_id) not in replaced]
