"""How much dearer exactly-once ingest with rollups is than writing the same rows into the same table by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from benchmarks import raw
from benchmarks.measuring import detail, headline, ratios, seconds, spread
from benchmarks.stores import postgres_stores, sqlite_stores
from benchmarks.traffic import FEED, MADE_AT, add_office, events
from qs.actor import SYSTEM
from qs.db import Database
from qs.observations.ingest import ingest
from qs.observations.terms import Batch

BATCH_EVENTS = 50_000
BATCHES = 16
WARM_UP = 2  # batches not counted: files grow, pages are cached, statements compiled
EVENTS_PER_YEAR = 1e7
AIM = "within 2 times"
T = TypeVar("T")


def main() -> None:
    with sqlite_stores("ours", "by_hand") as (ours, other):
        compared("ingest on SQLite", ours, other, raw.rows, raw.write_sqlite)
    with postgres_stores("ours", "by_hand") as (ours, other):
        compared("ingest on PostgreSQL", ours, other, raw.copy_bytes, raw.write_postgres)


def compared(
    name: str, ours: Database, other: Database, ready: Callable[[Batch], T], write: Callable[[Database, T], None]
) -> None:
    """The same batches into two stores in turn; the writer by hand gets its rows ready-made."""
    for store in (ours, other):
        with store.writing() as session:
            add_office(session)
    taken: list[float] = []
    by_hand: list[float] = []
    for number in range(WARM_UP + BATCHES):
        batch = events(number, count=BATCH_EVENTS, per_year=EVENTS_PER_YEAR)
        rows = ready(batch)
        by_hand.append(seconds(lambda: write(other, rows)))  # noqa: B023 - called at once
        taken.append(seconds(lambda: write_ours(ours, batch)))  # noqa: B023 - called at once
    taken, by_hand = taken[WARM_UP:], by_hand[WARM_UP:]
    rate = spread([BATCH_EVENTS / one for one in taken]).middle
    detail(f"{BATCHES} batches of {BATCH_EVENTS:,} events, {EVENTS_PER_YEAR:,.0f} a year; {rate:,.0f} events a second")
    detail(f"the quickest batch against the quickest by hand: {min(taken) / min(by_hand):.2f} times")
    headline(name, f"{ratios(taken, by_hand).told(' times')} the time of writing by hand", AIM)


def write_ours(store: Database, batch: Batch) -> None:
    with store.writing() as session:
        ingest(session, batch, feed_id=FEED, actor=SYSTEM, now=MADE_AT)
