"""Whether the Live screen's queries grow with the number of events: the same city with ten times as many."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from benchmarks.measuring import detail, headline, ratios, rounds, spread
from benchmarks.stores import sqlite_stores
from qs.actor import SYSTEM
from qs.db import Database
from qs.demo.build import build_office, history_by_feed, keys_of
from qs.demo.content import read_city
from qs.monitoring.queries import board
from qs.monitoring.terms import Filters
from qs.observations.ingest import ingest, picked
from qs.observations.terms import Batch

FEW, MANY = 100_000, 1_000_000  # events
ROUNDS, RUNS = 8, 5  # a round is so many runs of each in turn, told by their middle one
NO_PASSWORD = "!"  # nobody signs in here


def main() -> None:
    now = datetime.now(UTC)
    with sqlite_stores("few", "many") as (few, many):
        for store, count in ((few, FEW), (many, MANY)):
            fill(store, count, now)
        ways = {"few": lambda: look(few, now), "many": lambda: look(many, now)}
        taken = rounds(ways, count=ROUNDS, runs=RUNS)
    middle = {name: spread(values).middle * 1000 for name, values in taken.items()}
    detail(f"{FEW:,} events: {middle['few']:.0f} ms, {MANY:,} events: {middle['many']:.0f} ms")
    figure = ratios(taken["many"], taken["few"]).told(" times")
    headline("live_queries", f"ten times the events take {figure} as long", "below 1.5")


def fill(store: Database, count: int, now: datetime) -> None:
    """The invented city with so many of its events, drawn evenly from its whole history."""
    city = read_city()
    with store.writing() as session:
        feeds = build_office(session, city, now=now, password_hash=NO_PASSWORD)
        batches = history_by_feed(city, keys_of(session), until=now)
        share = min(count / sum(len(batch) for batch in batches.values()), 1.0)
        for code, batch in batches.items():
            ingest(session, thinned(batch, share), feed_id=feeds[code], actor=SYSTEM, now=now)


def thinned(batch: Batch, share: float) -> Batch:
    return picked(batch, np.random.default_rng(20261123).random(len(batch)) < share)


def look(store: Database, now: datetime) -> None:
    """Everything the Live screen asks, without any cache."""
    with store.reading() as session:
        board(session, Filters(), actor=SYSTEM, now=now)
