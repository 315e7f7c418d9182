"""Proof that the rollups say what the events say: everything recomputed month by month and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.db import microseconds_of
from qs.observations.ledger import counted_facts, months_with_events
from qs.observations.models import Event, Stream
from qs.observations.rollups import SPECS, rollup_cells
from qs.periods import Grain, from_microseconds, next_start, period_start, to_microseconds

RELATIVE_TOLERANCE = 1e-9  # of sums of floats, which depend on the order of adding
LISTED = 100
Key = tuple[Any, ...]  # Any: ints and the grain, in the order of the table's key
Figures = tuple[float, ...]
Comparable = dict[tuple[str, Key], Figures]
OTHER_GRAINS = (Grain.HOUR, Grain.DAY, Grain.MONTH)
COMBINING: tuple[Callable[[float, float], float], ...] = (add, add, add, add, min, max)  # n first: all a bucket has


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
    unfinished: Comparable = {}  # weeks that reach into the next month
    for number, (start, end) in enumerate(months):
        last = number == len(months) - 1
        counted = merged(unfinished, counted_cells(session, start, end, zone))
        weeks_begin, weeks_end = period_start(start, Grain.WEEK, zone), period_start(end, Grain.WEEK, zone)
        limit = to_microseconds(next_start(end, Grain.WEEK, zone) if last else weeks_end)
        unfinished = {place: counted.pop(place) for place in list(counted) if is_week_from(place, limit)}
        stored = stored_cells(session, OTHER_GRAINS, start, end)
        stored |= stored_cells(session, (Grain.WEEK,), weeks_begin, from_microseconds(limit))
        cell_count += len(counted.keys() | stored.keys())
        differences.extend(compared(stored, counted))
        if progress is not None:
            progress(start)
    differences.extend(compared(cells_outside(session, months, zone), {}))
    streams_stored, streams_counted = streams(session)
    differences.extend(compared(streams_stored, streams_counted))
    event_count = session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0
    return RollupVerdict(event_count, cell_count + len(streams_counted), len(differences), tuple(differences[:LISTED]))


def is_week_from(place: tuple[str, Key], limit: int) -> bool:
    """True for a week's cell that starts at or after the limit (every key is grain, indicator, start, …)."""
    grain, _, starts_at, *_ = place[1]
    return bool(grain == Grain.WEEK.value and starts_at >= limit)


def merged(early: Comparable, late: Comparable) -> Comparable:
    """Cells of two stretches of time as one: counts and sums add, extremes compare."""
    both = dict(late)
    for place, figures in early.items():
        other = late.get(place)
        both[place] = (
            figures
            if other is None
            else tuple(combine(a, b) for combine, a, b in zip(COMBINING, figures, other, strict=False))
        )
    return both


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


def stored_cells(session: Session, grains: Iterable[Grain], start: datetime, end: datetime) -> Comparable:
    stored: Comparable = {}
    for table in rollup_tables():
        wanted = sa.select(*comparable(session, table)).where(
            table.c.grain.in_([grain.value for grain in grains]), table.c.starts_at >= start, table.c.starts_at < end
        )
        keys = len(table.primary_key.columns)
        stored.update({(table.name, tuple(row[:keys])): tuple(row[keys:]) for row in session.execute(wanted)})
    return stored


def comparable(session: Session, table: sa.Table) -> list[sa.ColumnElement[Any]]:  # Any: columns of several types
    dialect = session.get_bind().dialect
    return [microseconds_of(c, dialect) if c.name == "starts_at" else c for c in table.columns]


def cells_outside(session: Session, months: list[tuple[datetime, datetime]], zone: ZoneInfo) -> Comparable:
    """Stored cells of periods in which nothing happened at all."""
    outside: Comparable = {}
    for table in rollup_tables():
        wanted = sa.select(*comparable(session, table))
        if months:
            first, end = months[0][0], months[-1][1]
            early = sa.or_(
                sa.and_(table.c.grain != Grain.WEEK.value, table.c.starts_at < first),
                table.c.starts_at < period_start(first, Grain.WEEK, zone),
            )
            wanted = wanted.where(sa.or_(early, table.c.starts_at >= end))
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
