"""The one way in for events: insert what is new, add it to the rollups, all in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import InstrumentedAttribute, Session

from qs.actor import EVERYWHERE, Actor, Permission
from qs.audit.actions import record
from qs.db import is_postgresql
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import InvalidInput, NotAllowed
from qs.observations.cells import add_cells
from qs.observations.corrections import missing_targets, recount
from qs.observations.ledger import MEASURED
from qs.observations.rollups import Facts, rollup_cells
from qs.observations.streams import extend_streams
from qs.observations.terms import Batch, Receipt
from qs.settings import settings
from qs.standards.models import Indicator
from qs.versions import Subject, raise_version

SLICE_EVENTS = 50_000  # events inserted and rolled up at a time
DIFFERING_LISTED = 100  # ids named in a receipt
LOOKED_UP = 10_000  # keys asked for at a time
COLUMNS = (
    "happened_at",
    "event_id",
    "service_id",
    "indicator_id",
    "numerator",
    "denominator",
    "area_id",
    "channel",
    "feed_id",
    "corrects",
)
Row = tuple[Any, ...]  # Any: column values as the driver takes them, in the order of COLUMNS


def ingest(
    session: Session,
    batch: Batch,
    *,
    feed_id: int,
    actor: Actor,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Receipt:
    """Add a validated batch exactly once: events already there are skipped, the rest moves the rollups.

    A correction (`corrects`) replaces an event of the same moment; the cells it touches are counted anew.
    `progress` hears the number of events done. Raises NotAllowed, or InvalidInput for a correction of nothing.
    """
    check_may_add(session, batch, feed_id=feed_id, actor=actor)
    new_count = 0
    differing: list[str] = []
    for begin in range(0, len(batch), SLICE_EVENTS):
        part = picked(batch, slice(begin, begin + SLICE_EVENTS))
        is_new, others = insert_new(session, part, feed_id)
        add_to_rollups(session, picked(part, is_new), feed_id=feed_id, now=now)
        new_count += int(is_new.sum())
        differing.extend(others)
        if progress is not None:
            progress(begin + len(part))
    if new_count:
        raise_version(session, Subject.EVENTS)
    counts = {"events": len(batch), "new": new_count, "differing": len(differing)}
    record(session, "events.added", f"feed:{feed_id}", actor=actor, now=now, **counts)
    return Receipt(len(batch), new_count, tuple(differing[:DIFFERING_LISTED]))


def check_may_add(session: Session, batch: Batch, *, feed_id: int, actor: Actor) -> None:
    """Events may be added for services in one's scope; a key bound to a feed adds to that feed only."""
    actor.check(Permission.EVENTS_ADD)
    if actor.feed_id is not None and actor.feed_id != feed_id:
        raise NotAllowed("key_of_another_feed")
    if EVERYWHERE in actor.scopes(Permission.EVENTS_ADD):
        return
    visible = set(session.scalars(visible_services(actor, Permission.EVENTS_ADD)))
    if not visible.issuperset(np.unique(batch.service_id).tolist()):
        raise NotAllowed("service_outside_scope")


def picked(batch: Batch, part: slice | NDArray[np.bool_]) -> Batch:
    return Batch(*(getattr(batch, name)[part] for name in batch.__dataclass_fields__))


def insert_new(session: Session, batch: Batch, feed_id: int) -> tuple[NDArray[np.bool_], list[str]]:
    """Insert the events that are not there yet.

    Returns which entries of the batch were new, and the ids of those there already with other values.
    Most batches are all new, so that is tried first; only a key met twice makes the store look them up.
    """
    rows = event_rows(batch, feed_id)
    try:
        with session.begin_nested():
            insert_rows(session, rows)
    except (sa.exc.IntegrityError, psycopg.errors.UniqueViolation):
        is_new, differing = sorted_out(rows, stored_events(session, rows))
        insert_rows(session, [row for row, new in zip(rows, is_new, strict=True) if new])
        return np.array(is_new, dtype=bool), differing
    return np.ones(len(batch), dtype=bool), []


def event_rows(batch: Batch, feed_id: int) -> list[Row]:
    columns = [getattr(batch, name).tolist() for name in COLUMNS[:-2]]
    corrects = [name or None for name in batch.corrects]
    return list(zip(*columns, [feed_id] * len(batch), corrects, strict=True))


def insert_rows(session: Session, rows: Sequence[Row]) -> None:
    """Insert rows none of which is there; a key met twice is an IntegrityError or UniqueViolation."""
    if not rows:
        return
    connection = session.connection()
    if is_postgresql(connection.dialect):
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY event ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            copy.write(copy_text(rows))
        return
    places = ", ".join("?" * len(COLUMNS))
    connection.exec_driver_sql(f"INSERT INTO event ({', '.join(COLUMNS)}) VALUES ({places})", list(rows))


def copy_text(rows: Sequence[Row]) -> bytes:
    """The rows in PostgreSQL's COPY text format: tabs between, backslashes escaped, empty as \\N."""
    moments = np.datetime_as_string(np.array([row[0] for row in rows], dtype="datetime64[us]"))
    lines = []
    for moment, row in zip(moments.tolist(), rows, strict=True):
        _, event_id, service, indicator, numerator, denominator, area, channel, feed, corrects = row
        lines.append(
            f"{moment}Z\t{escaped(event_id)}\t{service}\t{indicator}\t{numerator!r}\t{denominator!r}\t{area}\t{channel}"
            f"\t{feed}\t{escaped(corrects) if corrects else chr(92) + 'N'}\n"
        )
    return "".join(lines).encode()


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def stored_events(session: Session, rows: Sequence[Row]) -> dict[tuple[int, str], Row]:
    """The stored events with the keys of these rows: (moment in microseconds, id) -> the values that matter."""
    connection = session.connection()
    found: dict[tuple[int, str], Row] = {}
    for begin in range(0, len(rows), LOOKED_UP):
        part = rows[begin : begin + LOOKED_UP]
        moments, names = [row[0] for row in part], [row[1] for row in part]
        if is_postgresql(connection.dialect):
            result = connection.exec_driver_sql(POSTGRES_LOOK_UP, (moments, names))
        else:
            result = connection.exec_driver_sql(SQLITE_LOOK_UP, (json_pairs(moments, names),))
        found.update({(row[0], row[1]): tuple(row[2:]) for row in result})
    return found


LOOKED_AT = "service_id, indicator_id, numerator, denominator, corrects"
SQLITE_LOOK_UP = f"""
    SELECT happened_at, event_id, {LOOKED_AT} FROM json_each(?) AS asked
    JOIN event ON happened_at = asked.value ->> 0 AND event_id = asked.value ->> 1"""
POSTGRES_LOOK_UP = f"""
    SELECT (extract(epoch from happened_at) * 1000000)::bigint, event.event_id, {LOOKED_AT}
    FROM unnest(%s::bigint[], %s::text[]) AS asked (moment, name)
    JOIN event ON happened_at = timestamptz 'epoch' + asked.moment * interval '1 microsecond'
    AND event.event_id = asked.name"""


def json_pairs(moments: list[int], names: list[str]) -> str:
    return json.dumps(list(zip(moments, names, strict=True)))


def sorted_out(rows: Sequence[Row], stored: dict[tuple[int, str], Row]) -> tuple[list[bool], list[str]]:
    """For each row whether it is new (also not earlier in the batch), and the ids whose values differ."""
    known, is_new, differing = dict(stored), [], []
    for row in rows:
        key, values = (row[0], row[1]), (row[2], row[3], row[4], row[5], row[9])
        earlier = known.setdefault(key, values)
        is_new.append(earlier is values)
        if earlier != values:
            differing.append(row[1])
    return is_new, differing


def add_to_rollups(session: Session, batch: Batch, *, feed_id: int, now: datetime) -> None:
    """Move the rollups by new events; cells touched by corrections are counted anew afterwards."""
    if not len(batch):
        return
    problems = missing_targets(session, batch)
    if problems:
        raise InvalidInput("corrects_unknown_event", problems=problems, event_id=problems[0].facts["event_id"])
    plain = picked(batch, np.array([not name for name in batch.corrects], dtype=bool))
    for table, grain, cells in rollup_cells(facts_of(session, plain), settings().zone):
        add_cells(session, table, grain, cells)
    recount(session, batch, settings().zone)
    extend_streams(session, batch, feed_id=feed_id, now=now)


def facts_of(session: Session, batch: Batch) -> Facts:
    """What the rollups need to know of a batch: sectors from the directory, spreads from the standards."""
    sectors = looked_up(session, sa.select(Service.id, Service.sector_id), Service.id, batch.service_id)
    measured = looked_up(
        session, sa.select(Indicator.id, Indicator.aggregation.in_(MEASURED)), Indicator.id, batch.indicator_id
    )
    return Facts(
        batch.happened_at,
        batch.service_id,
        batch.indicator_id,
        batch.area_id,
        sectors,
        batch.numerator,
        batch.denominator,
        measured.astype(bool),
    )


def looked_up(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]],  # Any: an id and a value
    key: InstrumentedAttribute[int],
    ids: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each id what the statement (id, value) says of it."""
    distinct, places = np.unique(ids, return_inverse=True)
    known = {row[0]: int(row[1]) for row in session.execute(statement.where(key.in_(distinct.tolist())))}
    values = np.array([known[number] for number in distinct.tolist()], dtype=np.int64)
    return values[places]
