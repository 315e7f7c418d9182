"""How fast the proofs are: events compared with the rollups, entries of the trail checked against their chain."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measuring import headline, seconds
from benchmarks.stores import folder, sqlite_stores
from benchmarks.traffic import BEGINNING, FEED, MADE_AT, add_office, events
from qs.actor import SYSTEM
from qs.audit.actions import record
from qs.audit.verify import verify_trail
from qs.db import Database
from qs.observations.ingest import ingest
from qs.observations.verify import verify_rollups
from qs.periods import from_microseconds
from qs.settings import settings

BATCHES, BATCH_EVENTS = 8, 50_000
EVENTS_PER_YEAR = 1e7
ENTRIES = 20_000


def main() -> None:
    with sqlite_stores("proved") as (store,), folder() as place:
        fill(store)
        proving = seconds(lambda: prove_rollups(store))
        following = seconds(lambda: prove_trail(store, place))
    headline("verify rollups", f"{BATCHES * BATCH_EVENTS / proving:,.0f} events a second", "none, for orientation")
    headline("verify audit", f"{ENTRIES / following:,.0f} entries a second", "none, for orientation")


def fill(store: Database) -> None:
    with store.writing() as session:
        add_office(session)
        for number in range(BATCHES):
            batch = events(number, count=BATCH_EVENTS, per_year=EVENTS_PER_YEAR)
            ingest(session, batch, feed_id=FEED, actor=SYSTEM, now=MADE_AT)
    with store.writing() as session:
        for number in range(ENTRIES):
            at = from_microseconds(BEGINNING + number)
            record(session, "feed.added", f"feed:{number}", actor=SYSTEM, now=at, number=number)


def prove_rollups(store: Database) -> None:
    with store.reading() as session:
        verdict = verify_rollups(session, actor=SYSTEM, zone=settings().zone)
    if verdict.difference_count:
        raise RuntimeError(f"{verdict.difference_count} cells are not what the events say")


def prove_trail(store: Database, place: Path) -> None:
    with store.reading() as session:
        verdict = verify_trail(session, place / "checkpoints.jsonl", actor=SYSTEM)
    if not verdict.is_sound:
        raise RuntimeError(f"{len(verdict.faults)} faults in the trail")
