"""A process that ingests batches without end and says each one's number once it is stored, to be killed at any moment.

It can be given a planted fault, to show that the harness finds it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np

import qs.models  # noqa: F401 - the tables
from qs.actor import SYSTEM
from qs.db import Database, make_engine
from qs.observations import ingest as way_in
from qs.observations.terms import Batch
from qs.periods import to_microseconds
from tests.conftest import AUDIT_KEY

EVENTS = 100  # in a batch
CORRECTED_EVERY = 5  # batches; each of these also corrects its own first event
SECONDS_BETWEEN = 97  # events; a run crosses days and months
OTHER_SERVICE_SECONDS = 0.01  # what half of the work would take if another service did it
BEGINNING = to_microseconds(datetime(2026, 10, 30, tzinfo=UTC))


class Planted(StrEnum):
    """What is wrong with the writer on purpose."""

    NOTHING = "nothing"
    EARLY_ANSWER = "acknowledged before the commit"
    LATER_ROLLUPS = "rollups in a second transaction"
    NEW_IDS = "other event ids on sending again"
    LATER_TRACE = "audit entry in a second transaction"


@dataclass(frozen=True)
class Task:
    """What one life of the writer is about: batches to send again, then new ones; without a start it ends by itself."""

    url: str
    feed_id: int
    services: list[int]
    areas: list[int]
    indicators: list[int]
    planted: str
    again: list[int]
    start: int | None


def batch_of(number: int, task: Task, suffix: str = "") -> Batch:
    """The batch with this number: always the same events, each at a moment of its own."""
    random = np.random.default_rng(number)
    places, corrects = list(range(EVENTS)), [""] * EVENTS
    if has_correction(number):
        places.append(0)
        corrects.append(f"b{number}-0{suffix}")
    told = number * EVENTS + np.array(places)  # which fact an event tells
    service = told % len(task.services)
    ids = [f"{'c' if old else 'b'}{number}-{place}{suffix}" for place, old in zip(places, corrects, strict=True)]
    return Batch(
        happened_at=BEGINNING + told * SECONDS_BETWEEN * 1_000_000,
        event_id=np.array(ids, dtype=object),
        service_id=np.array(task.services)[service],
        indicator_id=np.array(task.indicators)[told // len(task.services) % len(task.indicators)],
        numerator=random.integers(0, 2, len(ids)).astype(np.float64),
        denominator=np.ones(len(ids)),
        area_id=np.array(task.areas)[service],
        channel=np.array(["counter"] * len(ids), dtype=object),
        corrects=np.array(corrects, dtype=object),
    )


def has_correction(number: int) -> bool:
    return number % CORRECTED_EVERY == 0


def expected_ids(number: int) -> set[str]:
    plain = {f"b{number}-{place}" for place in range(EVENTS)}
    return plain | {f"c{number}-0"} if has_correction(number) else plain


@lru_cache(maxsize=1)
def opened(url: str) -> Database:
    return Database(make_engine(url), audit_key=AUDIT_KEY)


def warm_up(task: Task) -> None:
    """Do the work once and take it back, so that the writers forked from here are quick; leaves no connection open."""
    database = opened(task.url)
    with database.writing() as session:
        add(session, batch_of(1, task), task)
        session.rollback()
    database.engine.dispose()


def live(task: Task) -> None:
    """Send again what is to be sent again, then new batches until killed."""
    database = opened(task.url)
    with database.reading() as session:
        session.connection()
    say("started")
    suffix = f"~{os.getpid()}" if task.planted == Planted.NEW_IDS else ""
    for number in task.again:
        store(database, batch_of(number, task, suffix), number, task)
    for number in count(task.start) if task.start is not None else ():
        store(database, batch_of(number, task), number, task)
    database.engine.dispose()


def store(database: Database, batch: Batch, number: int, task: Task) -> None:
    """One batch in one transaction, acknowledged once it is committed; or the planted fault."""
    if task.planted == Planted.EARLY_ANSWER:
        say(f"stored {number}")
    if task.planted in (Planted.LATER_ROLLUPS, Planted.LATER_TRACE):
        in_two_steps(database, batch, task)
    else:
        with database.writing() as session:
            add(session, batch, task)
    if task.planted != Planted.EARLY_ANSWER:
        say(f"stored {number}")


def add(session: Any, batch: Batch, task: Task) -> None:
    way_in.ingest(session, batch, feed_id=task.feed_id, actor=SYSTEM, now=datetime.now(UTC))


def in_two_steps(database: Database, batch: Batch, task: Task) -> None:
    """The fault of doing half of the work in a transaction of its own."""
    name = "add_to_rollups" if task.planted == Planted.LATER_ROLLUPS else "record"
    original: Callable[..., None] = getattr(way_in, name)
    postponed: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    setattr(way_in, name, lambda session, *args, **named: postponed.append((args, named)))
    with database.writing() as session:
        add(session, batch, task)
    setattr(way_in, name, original)
    time.sleep(OTHER_SERVICE_SECONDS)
    with database.writing() as session:
        for args, named in postponed:
            original(session, *args, **named)


def say(line: str) -> None:
    """One line to whoever watches; short enough to be written whole or not at all."""
    os.write(1, f"{line}\n".encode())
