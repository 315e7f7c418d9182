"""The one way in for events: insert what is new, add it to the rollups, all in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import InstrumentedAttribute, Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.db import is_postgresql
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import InvalidInput, NotAllowed
from qs.observations.arrivals import note_arrival
from qs.observations.cells import add_cells
from qs.observations.corrections import missing_targets, recount
from qs.observations.inserting import insert_events
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
Key = tuple[int, str]  # moment in microseconds, event id
Told = tuple[Any, ...]  # Any: the values two tellings of one event are compared by, in the order of COMPARED
COMPARED = ("service_id", "indicator_id", "numerator", "denominator", "corrects")


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
    note_arrival(session, batch, feed_id=feed_id, new_count=new_count, now=now)
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
    if actor.has_everywhere(Permission.EVENTS_ADD):
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
    try:
        with session.begin_nested():
            insert_events(session, batch, feed_id)
    except (sa.exc.IntegrityError, psycopg.errors.UniqueViolation):
        is_new, differing = sorted_out(batch, stored_events(session, batch))
        insert_events(session, picked(batch, is_new), feed_id)
        return is_new, differing
    return np.ones(len(batch), dtype=bool), []


def stored_events(session: Session, batch: Batch) -> dict[Key, Told]:
    """What is stored under the keys of this batch."""
    connection = session.connection()
    found: dict[Key, Told] = {}
    for begin in range(0, len(batch), LOOKED_UP):
        part = slice(begin, begin + LOOKED_UP)
        moments, names = batch.happened_at[part], batch.event_id[part].tolist()
        if is_postgresql(connection.dialect):
            result = connection.exec_driver_sql(POSTGRES_LOOK_UP, (moments.astype("datetime64[us]"), names))
        else:
            pairs = json.dumps(list(zip(moments.tolist(), names, strict=True)))
            result = connection.exec_driver_sql(SQLITE_LOOK_UP, (pairs,))
        found.update({(row[0], row[1]): tuple(row[2:]) for row in result})
    return found


SQLITE_LOOK_UP = f"""
    SELECT happened_at, event_id, {", ".join(COMPARED)} FROM json_each(?) AS asked
    JOIN event ON happened_at = asked.value ->> 0 AND event_id = asked.value ->> 1"""
POSTGRES_LOOK_UP = f"""
    SELECT (extract(epoch from happened_at) * 1000000)::bigint, event.event_id, {", ".join(COMPARED)}
    FROM unnest(%s::timestamptz[], %s::text[]) AS asked (moment, name)
    JOIN event ON happened_at = asked.moment AND event.event_id = asked.name"""


def sorted_out(batch: Batch, stored: dict[Key, Told]) -> tuple[NDArray[np.bool_], list[str]]:
    """For each event whether it is new (also not earlier in the batch), and the ids whose values differ."""
    keys = zip(batch.happened_at.tolist(), batch.event_id.tolist(), strict=True)
    corrects = [name or None for name in batch.corrects]
    told = zip(*(getattr(batch, name).tolist() for name in COMPARED[:-1]), corrects, strict=True)
    known, is_new, differing = dict(stored), [], []
    for key, values in zip(keys, told, strict=True):
        earlier = known.setdefault(key, values)
        is_new.append(earlier is values)
        if earlier != values:
            differing.append(key[1])
    return np.array(is_new, dtype=bool), differing


def add_to_rollups(session: Session, batch: Batch, *, feed_id: int, now: datetime) -> None:
    """Move the rollups by new events; cells touched by corrections are counted anew afterwards."""
    if not len(batch):
        return
    problems = missing_targets(session, batch)
    if problems:
        raise InvalidInput("corrects_unknown_event", problems=problems, event_id=problems[0].facts["event_id"])
    plain = picked(batch, ~batch.is_correction())
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
