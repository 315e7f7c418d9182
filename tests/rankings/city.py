"""A small office with a quarter full of figures: what the tests of frozen quarters start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from qs.actor import SYSTEM, Actor, Grant, Role
from qs.db import Database
from qs.observations.ingest import ingest
from qs.rankings.schemes import prepare_scheme
from tests.world import World, add_feed, batch_of, build_world, person

QUARTER = "2026Q3"
IN_QUARTER = datetime(2026, 7, 10, 2, tzinfo=UTC)
SUPERVISOR: Actor = person(Role.SUPERVISOR, username="supervisor")
READER: Actor = Actor(None, "reader", "reader", (Grant(Role.HUMAN_RESOURCES),))


def full_quarter(store: Database) -> World:
    """Every service has 400 cases on time or not; permits waits too, and vaccination has three cases only."""
    world = build_world(store)
    feed_id = add_feed(store)
    shares = {
        world.surgery: (380, 400),
        world.emergency: (300, 400),
        world.permits: (352, 400),
        world.vaccination: (3, 3),
    }
    events = [
        event(
            service_id,
            world,
            world.on_time,
            f"{service_id}-{month}",
            at=IN_QUARTER + timedelta(days=30 * month),
            top=hits / 2,
            bottom=n / 2,
        )
        for service_id, (hits, n) in shares.items()
        for month in range(2)
    ]
    events += [
        event(
            world.permits,
            world,
            world.waiting,
            f"wait-{number}",
            at=IN_QUARTER + timedelta(hours=number),
            top=10.0 + number % 5,
        )
        for number in range(60)
    ]
    with store.writing() as session:
        prepare_scheme(session, actor=SYSTEM, now=IN_QUARTER)
    add_events(store, feed_id, *events, now=IN_QUARTER)
    return world


def event(service_id, world, indicator_id, event_id, *, at=IN_QUARTER, top=1.0, bottom=1.0, corrects=""):
    return {
        "happened_at": at,
        "event_id": event_id,
        "service_id": service_id,
        "indicator_id": indicator_id,
        "numerator": top,
        "denominator": bottom,
        "area_id": world.north,
        "corrects": corrects,
    }


def add_events(store, feed_id, *events, now):
    with store.writing() as session:
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=now)
