"""What screens ask of the figures: streams, the cells of many series at once, percentiles, events behind a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.db import microseconds_of
from qs.directory.queries import visible_services
from qs.frames import members
from qs.observations.ledger import is_superseded
from qs.observations.models import AreaRollup, AreaRollupBucket, Event, Feed, Rollup, RollupBucket, Stream
from qs.observations.rollups import table_of, value_within
from qs.observations.terms import Channel
from qs.periods import Grain

COUNT_BITS = 32
COUNT_ROOM = 2**COUNT_BITS  # more than any bucket counts
STREAM_COLUMNS = (
    "service_id",
    "indicator_id",
    "feed_id",
    "feed_code",
    "first_happened_at",
    "last_happened_at",
    "last_received_at",
    "event_count",
    "silent_after_hours",
)
CELL_COLUMNS = ("window", "indicator_id", "starts_at", "n", "numerator", "denominator")
EVENT_COLUMNS = (
    "happened_at",
    "event_id",
    "numerator",
    "denominator",
    "channel",
    "feed_code",
    "corrects",
    "is_superseded",
)


@dataclass(frozen=True)
class Subjects:
    """Whose cells are asked for: the tables they lie in and the columns that name them."""

    cells: sa.Table
    buckets: sa.Table
    columns: tuple[str, ...]


SERVICES = Subjects(table_of(Rollup), table_of(RollupBucket), ("service_id",))
SECTORS_IN_AREAS = Subjects(table_of(AreaRollup), table_of(AreaRollupBucket), ("area_id", "sector_id"))


@dataclass(frozen=True)
class Window:
    """Some indicators over one stretch of time in one grain."""

    grain: Grain
    since: datetime
    until: datetime
    indicator_ids: tuple[int, ...]


def streams(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per visible service and indicator that ever had an event; moments as UTC microseconds.

    Columns: STREAM_COLUMNS; `silent_after_hours` is missing for feeds that are never called silent.
    """
    dialect = session.get_bind().dialect
    statement = (
        sa.select(
            Stream.service_id,
            Stream.indicator_id,
            Stream.feed_id,
            Feed.code,
            microseconds_of(Stream.first_happened_at, dialect),
            microseconds_of(Stream.last_happened_at, dialect),
            microseconds_of(Stream.last_received_at, dialect),
            Stream.event_count,
            Feed.silent_after_hours,
        )
        .join(Feed, Feed.id == Stream.feed_id)
        .where(*in_scope(Stream.service_id, actor))
    )
    frame = pd.DataFrame(session.execute(statement).all(), columns=list(STREAM_COLUMNS))
    return frame.astype({"silent_after_hours": "float64"})


def in_scope(service_id: sa.SQLColumnExpression[int], actor: Actor) -> list[sa.ColumnElement[bool]]:
    """Conditions that keep an actor within the own scope; none for somebody who sees everything."""
    if actor.has_everywhere(Permission.LIVE_READ):
        return []
    return [service_id.in_(visible_services(actor, Permission.LIVE_READ))]


def cells(
    session: Session, windows: Sequence[Window], *, subjects: Subjects, actor: Actor, service_id: int | None = None
) -> pd.DataFrame:
    """The cells of all windows in one query, one row per cell.

    Columns: CELL_COLUMNS and the subjects' columns; `window` is the window's place, `starts_at` UTC microseconds.
    """
    actor.check(Permission.LIVE_READ)
    table = subjects.cells
    parts = [
        sa.select(
            sa.literal_column(str(place)).label("window"),
            table.c.indicator_id,
            microseconds_of(table.c.starts_at, session.get_bind().dialect).label("starts_at"),
            table.c.n,
            table.c.numerator,
            table.c.denominator,
            *(table.c[name] for name in subjects.columns),
        ).where(*conditions(table, window, actor, service_id))
        for place, window in enumerate(windows)
    ]
    rows = session.execute(sa.union_all(*parts)).all() if parts else []
    return by_column(rows, (*CELL_COLUMNS, *subjects.columns))


def by_column(rows: Sequence[sa.Row[*tuple[Any, ...]]], names: Sequence[str]) -> pd.DataFrame:  # Any: see the query
    """Rows as a frame, built by the column: from rows it takes several times longer."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pd.DataFrame({name: list(column) for name, column in zip(names, columns, strict=True)})


def conditions(table: sa.Table, window: Window, actor: Actor, service_id: int | None) -> list[sa.ColumnElement[bool]]:
    asked = [
        table.c.grain == window.grain.value,
        table.c.indicator_id.in_(window.indicator_ids),
        table.c.starts_at >= window.since,
        table.c.starts_at < window.until,
    ]
    if "service_id" in table.c:
        asked += in_scope(table.c.service_id, actor)
        if service_id is not None:
            asked.append(table.c.service_id == service_id)
    elif not actor.has_everywhere(Permission.LIVE_READ):
        asked.append(sa.false())  # a sum over services one may not see is not shown in part
    return asked


def percentiles(
    session: Session,
    windows: Sequence[Window],
    *,
    percentile: float,
    subjects: Subjects,
    actor: Actor,
    service_id: int | None = None,
) -> pd.DataFrame:
    """The percentile of the single values in every cell of the windows, right to 2 %, one row per cell.

    Columns: window, indicator_id, starts_at, the subjects' columns, value.
    """
    actor.check(Permission.LIVE_READ)
    named = ("window", "indicator_id", "starts_at", *subjects.columns)
    parts = [histograms(session, subjects, window, place, actor, service_id) for place, window in enumerate(windows)]
    rows = session.execute(sa.union_all(*parts)).all() if parts else []
    frame = by_column(rows, (*named, "buckets"))
    return frame[list(named)].assign(value=values_at(percentile, frame["buckets"].tolist()))


def histograms(
    session: Session, subjects: Subjects, window: Window, place: int, actor: Actor, service_id: int | None
) -> sa.Select[*tuple[Any, ...]]:  # Any: ids, a moment and a text
    """Per cell its histogram in one text, a number for each bucket: fetching a row for each would take far longer."""
    table = subjects.buckets
    subject_columns = [table.c[name] for name in subjects.columns]
    both = sa.cast(table.c.bucket, sa.BigInteger) * sa.literal_column(str(COUNT_ROOM)) + table.c.n
    return (
        sa.select(
            sa.literal_column(str(place)).label("window"),
            table.c.indicator_id,
            microseconds_of(table.c.starts_at, session.get_bind().dialect),
            *subject_columns,
            sa.func.aggregate_strings(sa.cast(both, sa.Text), ","),
        )
        .where(*conditions(table, window, actor, service_id))
        .group_by(table.c.indicator_id, table.c.starts_at, *subject_columns)
    )


def values_at(percentile: float, texts: Sequence[str]) -> NDArray[np.float64]:
    """The value at the percentile (0 to 1) of each histogram: `bucket * COUNT_ROOM + count` for every bucket."""
    if not texts:
        return np.zeros(0)
    cell = np.repeat(np.arange(len(texts)), [text.count(",") + 1 for text in texts])
    both = np.fromstring(",".join(texts), dtype=np.int64, sep=",")
    if not ((np.diff(both) > 0) | (np.diff(cell) > 0)).all():  # a store may give a cell's buckets in any order
        both = both[np.lexsort((both, cell))]
    return values_of(percentile, cell, both >> COUNT_BITS, both & (COUNT_ROOM - 1))


def values_of(
    percentile: float, cell: NDArray[np.int64], bucket: NDArray[np.int64], n: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The value at the percentile of each histogram. `cell`: whose each bucket is, 0, 1, 2…; buckets rise in a cell."""
    below = np.cumsum(n)
    before = np.append(0, below[np.flatnonzero(np.diff(cell))])  # counted in the cells before
    wanted = (percentile * np.bincount(cell, weights=n) + before)[cell]
    holding = np.flatnonzero((below >= wanted) & (below - n < wanted))
    share = (wanted - (below - n))[holding] / n[holding]
    return value_within(bucket[holding], share)


def events_behind(
    session: Session,
    *,
    service_id: int,
    indicator_id: int,
    since: datetime,
    until: datetime,
    limit: int,
    actor: Actor,
) -> pd.DataFrame:
    """The newest events of a service on an indicator in a period, corrected ones marked; EVENT_COLUMNS."""
    actor.check(Permission.LIVE_READ)
    statement = (
        sa.select(
            Event.happened_at,
            Event.event_id,
            Event.numerator,
            Event.denominator,
            Event.channel,
            Feed.code,
            Event.corrects,
            is_superseded(),
        )
        .join(Feed, Feed.id == Event.feed_id)
        .where(
            Event.service_id == service_id,
            Event.indicator_id == indicator_id,
            Event.happened_at >= since,
            Event.happened_at < until,
            *in_scope(Event.service_id, actor),
        )
        .order_by(Event.happened_at.desc(), Event.event_id)
        .limit(limit)
    )
    frame = pd.DataFrame(session.execute(statement).all(), columns=list(EVENT_COLUMNS))
    return frame.assign(channel=members(Channel(value) for value in frame["channel"]))
