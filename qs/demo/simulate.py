"""Playing on: new events of the invented city as they happen, so that a newcomer sees the Live page move."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby

import numpy as np
from sqlalchemy.orm import Session

from qs.actor import SYSTEM
from qs.db import Database
from qs.demo.build import batch_of, is_built, keys_of
from qs.demo.content import read_city
from qs.demo.events import StreamEvents, events_at
from qs.demo.terms import City
from qs.errors import NotFound
from qs.observations.ingest import ingest
from qs.observations.queries import feeds

TICK_SECONDS = 1.0  # how often what has happened meanwhile is sent


def utc_now() -> datetime:
    return datetime.now(UTC)


def play(
    database: Database,
    *,
    events_per_second: float,
    seconds: float | None = None,
    city: City | None = None,
    clock: Callable[[], datetime] = utc_now,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Send new events until the time is over or Ctrl-C is pressed; returns how many.

    At hours when little is open, fewer streams send more often. Raises NotFound where the city does not stand.
    `city`: the one to play, when it is not the shipped one. `clock` and `wait` are the time outside; a test brings
    its own.
    """
    if not is_built(database):
        raise NotFound(kind="city", id="lanping")
    city, rng = city or read_city(), np.random.default_rng()
    began, sent = clock(), 0
    try:
        while seconds is None or (clock() - began).total_seconds() < seconds:
            wait(TICK_SECONDS)
            now = clock()
            due = int((now - began).total_seconds() * events_per_second) - sent
            with database.writing() as session:
                send(session, city, events_at(city, now, count=due, rng=rng), now=now)
            sent += due
    except KeyboardInterrupt:  # how a person says that it is enough
        return sent
    return sent


def send(session: Session, city: City, events: list[StreamEvents], *, now: datetime) -> None:
    """Ingest events through the feeds they belong to."""
    known = feeds(session, actor=SYSTEM, now=now)
    feed_ids = dict(zip(known["code"], known["feed_id"].tolist(), strict=True))
    keys = keys_of(session)
    in_order = sorted(events, key=lambda stream: stream.plan.feed)
    for code, part in groupby(in_order, key=lambda stream: stream.plan.feed):
        ingest(session, batch_of(list(part), keys), feed_id=feed_ids[code], actor=SYSTEM, now=now)
