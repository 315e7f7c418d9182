"""A small office that is watched: weekly figures, people with ids, and scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.monitoring import actions
from qs.monitoring.models import Signal
from qs.observations.ingest import ingest
from tests import world
from tests.rectifications.world import Loop, build_loop, named_leader

NOW = datetime(2026, 11, 4, 4, 0, tzinfo=UTC)  # a Wednesday noon in Shanghai
MONDAY = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
STEADY = [0.90, 0.92, 0.91, 0.89, 0.90, 0.92, 0.91, 0.90, 0.91, 0.92, 0.90, 0.89, 0.91, 0.90] * 2
FALLEN = [*STEADY, *[0.70, 0.71, 0.69, 0.70, 0.72, 0.71]]


@dataclass(frozen=True)
class Watched:
    """The office, its people, and a feed."""

    store: object
    loop: Loop
    feed_id: int

    @property
    def world(self):
        return self.loop.world


def build_watched(store) -> Watched:
    loop = build_loop(store)
    named_leader(store, loop)
    return Watched(store, loop, world.add_feed(store, silent_after_hours=24.0 * 10))


def weekly(office, shares, *, last=MONDAY - WEEK, cases=200.0, service_id=None, indicator_id=None, prefix="w"):
    """One event of two hundred cases in each of the weeks up to the one of `last`."""
    city = office.world
    return [
        {
            "event_id": f"{prefix}{number}",
            "happened_at": last - WEEK * (len(shares) - 1 - number),
            "service_id": service_id or city.surgery,
            "indicator_id": indicator_id or city.on_time,
            "numerator": float(round(share * cases)),
            "denominator": cases,
            "area_id": city.north,
        }
        for number, share in enumerate(shares)
    ]


def send(office, events, *, now=NOW):
    with office.store.writing() as session:
        ingest(session, world.batch_of(*events), feed_id=office.feed_id, actor=SYSTEM, now=now)


def scanned(office, *, now=NOW, is_full=False):
    with office.store.writing() as session:
        return actions.scan(session, is_full=is_full, actor=SYSTEM, now=now)


def signals(office):
    """All signals, oldest first, detached."""
    with office.store.reading() as session:
        return list(session.scalars(sa.select(Signal).order_by(Signal.id)))


def told(one):
    return one.kind.value, one.side.value, one.strength.value, one.status.value


def fall(office, *, weeks=0):
    """A fall that has lasted for some weeks, found by a scan; returns the signal."""
    send(office, weekly(office, FALLEN))
    scanned(office)
    return next(one for one in signals(office) if one.kind.value == "special_cause")
