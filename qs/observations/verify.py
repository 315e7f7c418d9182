"""Proof that the rollups say what the events say: everything recomputed month by month and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.db import microseconds_of
from qs.observations.ledger import counted_facts, months_with_events
from qs.observations.models import Event, Stream
from qs.observations.rollups import SPECS, rollup_cells
from qs.periods import Grain, to_microseconds

RELATIVE_TOLERANCE = 1e-9  # of sums of floats, which depend on the order of adding
LISTED = 100
Key = tuple[Any, ...]  # Any: ints and the grain, in the order of the table's key
Figures = tuple[float, ...]
Comparable = dict[tuple[str, Key], Figures]


@dataclass(frozen=True)
class Difference:
    """One cell that is not what the events say."""

    table: str
    key: Key
    stored: Figures | None  # None: missing from the rollups
    counted: Figures | None  # None: no event behind it


@dataclass(frozen=True)
class RollupVerdict:
    """What a verification compared, and where it found differences (the first hundred are listed)."""

    event_count: int
    cell_count: int
    difference_count: int
    differences: tuple[Difference, ...]


def verify_rollups(
    session: Session, *, actor: Actor, zone: ZoneInfo, progress: Callable[[datetime], None] | None = None
) -> RollupVerdict:
    """Recompute every rollup cell and stream from the events and compare with what is stored."""
    actor.check(Permission.LIVE_READ)
    differences: list[Difference] = []
    cell_count = 0
    months = months_with_events(session, zone)
    for start, end in months:
        counted = counted_cells(session, start, end, zone)
        stored = stored_cells(session, start, end)
        cell_count += len(counted.keys() | stored.keys())
        differences.extend(compared(stored, counted))
        if progress is not None:
            progress(start)
    differences.extend(compared(cells_outside(session, months), {}))
    streams_stored, streams_counted = streams(session)
    differences.extend(compared(streams_stored, streams_counted))
    event_count = session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0
    return RollupVerdict(event_count, cell_count + len(streams_counted), len(differences), tuple(differences[:LISTED]))


def counted_cells(session: Session, start: datetime, end: datetime, zone: ZoneInfo) -> Comparable:
    """What the events of a month add up to: (table, key) -> figures."""
    facts = counted_facts(session, Event.happened_at >= start, Event.happened_at < end)
    counted: Comparable = {}
    for table, grain, cells in rollup_cells(facts, zone):
        keys = len(table.primary_key.columns)
        counted.update({(table.name, row[:keys]): row[keys:] for row in cells.rows(grain)})  # type: ignore[misc]
    return counted


def rollup_tables() -> list[sa.Table]:
    return list(dict.fromkeys(table for spec in SPECS for table in spec.tables))


def stored_cells(
    session: Session, start: datetime, end: datetime | None, *conditions: sa.ColumnElement[bool]
) -> Comparable:
    stored: Comparable = {}
    for table in rollup_tables():
        grain_known = table.c.grain.in_([grain.value for grain in Grain])  # leads the planner to the key
        wanted = sa.select(*comparable(session, table)).where(grain_known, table.c.starts_at >= start)
        if end is not None:
            wanted = wanted.where(table.c.starts_at < end)
        keys = len(table.primary_key.columns)
        stored.update({(table.name, tuple(row[:keys])): tuple(row[keys:]) for row in session.execute(wanted)})
    return stored


def comparable(session: Session, table: sa.Table) -> list[sa.ColumnElement[Any]]:  # Any: columns of several types
    dialect = session.get_bind().dialect
    return [microseconds_of(c, dialect) if c.name == "starts_at" else c for c in table.columns]


def cells_outside(session: Session, months: list[tuple[datetime, datetime]]) -> Comparable:
    """Stored cells of periods in which nothing happened at all."""
    outside: Comparable = {}
    for table in rollup_tables():
        wanted = sa.select(*comparable(session, table))
        if months:
            wanted = wanted.where(sa.or_(table.c.starts_at < months[0][0], table.c.starts_at >= months[-1][1]))
        keys = len(table.primary_key.columns)
        outside.update({(table.name, tuple(row[:keys])): tuple(row[keys:]) for row in session.execute(wanted)})
    return outside


def streams(session: Session) -> tuple[Comparable, Comparable]:
    """The streams as stored and as the events have them: first and last moment, number of uncorrected facts."""
    stored: Comparable = {
        ("stream", (row.service_id, row.indicator_id)): (
            float(to_microseconds(row.first_happened_at)),
            float(to_microseconds(row.last_happened_at)),
            float(row.event_count),
        )
        for row in session.execute(sa.select(Stream)).scalars()
    }
    statement = sa.select(
        Event.service_id,
        Event.indicator_id,
        sa.func.min(Event.happened_at),
        sa.func.max(Event.happened_at),
        sa.func.count().filter(Event.corrects.is_(None)),
    ).group_by(Event.service_id, Event.indicator_id)
    counted: Comparable = {
        ("stream", (service, indicator)): (
            float(to_microseconds(first)),
            float(to_microseconds(last)),
            float(count),
        )
        for service, indicator, first, last, count in session.execute(statement)
    }
    return stored, counted


def compared(stored: Comparable, counted: Comparable) -> list[Difference]:
    found = []
    for place in stored.keys() | counted.keys():
        left, right = stored.get(place), counted.get(place)
        if left is None or right is None or not same(left, right):
            found.append(Difference(place[0], place[1], left, right))
    return sorted(found, key=lambda difference: (difference.table, str(difference.key)))


def same(left: Figures, right: Figures) -> bool:
    return all(abs(a - b) <= RELATIVE_TOLERANCE * max(abs(a), abs(b), 1.0) for a, b in zip(left, right, strict=True))
