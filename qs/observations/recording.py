"""What the office records itself becomes events: one source for everything downstream, written with the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor
from qs.directory.models import Service
from qs.observations.arrivals import note_arrival
from qs.observations.ingest import add_to_rollups, insert_new, picked
from qs.observations.models import Feed
from qs.observations.terms import Batch, Channel
from qs.periods import to_microseconds
from qs.settings import SHIPPED_DATA
from qs.standards.actions import load_library
from qs.standards.library import read_library
from qs.standards.models import Indicator
from qs.versions import Subject, raise_version

OFFICE_FEED = "office-records"
OFFICE_STANDARDS = SHIPPED_DATA / "standards" / "office.toml"
PENDING = "pending_measures"


class Measure(StrEnum):
    """What the office's own records are counted as: codes of indicators in data/standards/office.toml."""

    RATING_SATISFACTION = "rating-satisfaction"
    REQUEST_ON_TIME = "request-on-time"
    REQUEST_RESPONSE = "request-response"
    REQUEST_RESOLUTION = "request-resolution"
    REQUEST_SATISFACTION = "request-satisfaction"
    REQUEST_SIGNED = "request-sign-on-time"
    REQUEST_FIRST_DISPATCH = "request-first-dispatch"
    REQUEST_REWORK = "request-rework"
    REQUEST_HOURS = "request-handling-hours"
    REQUEST_REPEAT = "request-repeat"
    REQUEST_REACHED = "request-reached"
    RECTIFICATION_ON_TIME = "rectification-on-time"
    RECTIFICATION_CLOSED = "rectification-closed"
    RECTIFICATION_DAYS = "rectification-days"
    INSPECTION_CONFORMITY = "inspection-conformity"


@dataclass(frozen=True)
class Measured:
    """One fact to be kept as an event. `event_id` is unique at its moment (`rating:12`); `corrects` names another."""

    measure: Measure
    service_id: int
    happened_at: datetime
    event_id: str
    numerator: float
    denominator: float
    channel: Channel = Channel.UNKNOWN
    corrects: str = ""


def prepare_recording(session: Session, *, actor: Actor, now: datetime) -> None:
    """The feed and the indicators that the office's own records need; calling it again changes nothing.

    The feed is never called silent: where nobody complained and nothing was inspected, there is nothing to count.
    """
    load_library(session, read_library([OFFICE_STANDARDS]), actor=actor, now=now)
    if session.scalar(sa.select(Feed.id).where(Feed.code == OFFICE_FEED)) is None:
        feed = Feed(
            code=OFFICE_FEED,
            name="本办业务记录",
            name_en="Records of the office",
            created_at=now,
        )
        session.add(feed)
        session.flush()


def record_measures(session: Session, *measured: Measured, actor: Actor, now: datetime) -> None:
    """Keep facts as events in the caller's transaction; what is there already is not counted twice.

    Part of another room's act, which checks the right and leaves the trace. Inside `gathered_measures` they wait for
    the end of the block.
    """
    waiting = session.info.get(PENDING)
    if waiting is not None:
        waiting.extend(measured)
        return
    add_measures(session, measured, now=now)


@contextmanager
def gathered_measures(session: Session, *, now: datetime) -> Iterator[None]:
    """Keep all facts recorded inside the block at its end, in one batch: for building a whole history."""
    session.info[PENDING] = []
    try:
        yield
        add_measures(session, session.info[PENDING], now=now)
    finally:
        del session.info[PENDING]


def add_measures(session: Session, measured: list[Measured] | tuple[Measured, ...], *, now: datetime) -> None:
    if not measured:
        return
    known = set(session.scalars(sa.select(Indicator.code).where(Indicator.code.in_(list(Measure)))))
    if any(one.measure not in known for one in measured):  # a store from before this measure was counted
        prepare_recording(session, actor=SYSTEM, now=now)
    feed_id = session.scalars(sa.select(Feed.id).where(Feed.code == OFFICE_FEED)).one()
    batch = batch_of(session, sorted(measured, key=lambda one: (one.happened_at, one.event_id)))
    is_new, _ = insert_new(session, batch, feed_id)
    add_to_rollups(session, picked(batch, is_new), feed_id=feed_id, now=now)
    note_arrival(session, batch, feed_id=feed_id, new_count=int(is_new.sum()), now=now)
    if is_new.any():
        raise_version(session, Subject.EVENTS)


def batch_of(session: Session, measured: list[Measured]) -> Batch:
    coded = sa.select(Indicator.code, Indicator.id).where(Indicator.code.in_(list(Measure)))
    indicators = {code: indicator_id for code, indicator_id in session.execute(coded)}
    wanted = {one.service_id for one in measured}
    placed = sa.select(Service.id, Service.area_id).where(Service.id.in_(wanted))
    areas = {service_id: area_id for service_id, area_id in session.execute(placed)}
    return Batch(
        happened_at=np.array([to_microseconds(one.happened_at) for one in measured], dtype=np.int64),
        event_id=np.array([one.event_id for one in measured], dtype=np.object_),
        service_id=np.array([one.service_id for one in measured], dtype=np.int64),
        indicator_id=np.array([indicators[one.measure] for one in measured], dtype=np.int64),
        numerator=np.array([one.numerator for one in measured], dtype=np.float64),
        denominator=np.array([one.denominator for one in measured], dtype=np.float64),
        area_id=np.array([areas[one.service_id] for one in measured], dtype=np.int64),
        channel=np.array([one.channel.value for one in measured], dtype=np.object_),
        corrects=np.array([one.corrects for one in measured], dtype=np.object_),
    )
