"""Reading events back as facts: those that count, after corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.db import microseconds_of
from qs.directory.models import Service
from qs.observations.models import Event
from qs.observations.rollups import Facts
from qs.periods import Grain, next_start, period_start
from qs.standards.models import Indicator
from qs.standards.terms import Aggregation

MEASURED = (Aggregation.MEAN, Aggregation.PERCENTILE)


def is_superseded() -> sa.ColumnElement[bool]:
    """True for an event that a later one corrects."""
    later = aliased(Event)
    return sa.exists().where(later.happened_at == Event.happened_at, later.corrects == Event.event_id)


def is_withdrawn() -> sa.ColumnElement[bool]:
    """True for a single value that was corrected to nothing: it would stand in a histogram as a zero."""
    return sa.and_(Indicator.aggregation.in_(MEASURED), Event.denominator == 0)


def counted_facts(session: Session, *conditions: sa.ColumnElement[bool]) -> Facts:
    """The events that count and meet the conditions, as columns in the order of time."""
    return facts_where(session, ~is_superseded(), ~is_withdrawn(), *conditions)


def facts_where(session: Session, *conditions: sa.ColumnElement[bool]) -> Facts:
    """All events that meet the conditions, corrected or not, as columns in the order of time."""
    statement = (
        sa.select(
            microseconds_of(Event.happened_at, session.get_bind().dialect),
            Event.service_id,
            Event.indicator_id,
            Event.area_id,
            Service.sector_id,
            Event.numerator,
            Event.denominator,
            Indicator.aggregation.in_(MEASURED),
        )
        .join(Service, Service.id == Event.service_id)
        .join(Indicator, Indicator.id == Event.indicator_id)
        .where(*conditions)
        .order_by(Event.happened_at, Event.event_id)
    )
    return facts_from_rows(session.execute(statement).all())


def facts_from_rows(rows: Iterable[Sequence[Any]]) -> Facts:  # Any: ids, values and a flag in one row
    """Facts from rows in the order of the fields of Facts."""
    columns = list(zip(*rows, strict=True)) or [()] * 8
    kinds = (np.int64,) * 5 + (np.float64,) * 2 + (np.bool_,)
    return Facts(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


def months_with_events(session: Session, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The local months from the first event to the last, as (start, end) moments."""
    first, last = session.execute(sa.select(sa.func.min(Event.happened_at), sa.func.max(Event.happened_at))).one()
    months: list[tuple[datetime, datetime]] = []
    start = period_start(first, Grain.MONTH, zone) if first is not None else None
    while start is not None and start <= last:
        end = next_start(start, Grain.MONTH, zone)
        months.append((start, end))
        start = end
    return months
