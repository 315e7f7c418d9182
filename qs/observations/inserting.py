"""Writing events as fast as each engine takes them: rows of values for SQLite, binary COPY for PostgreSQL."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.columns import stored
from qs.db import is_postgresql
from qs.observations.terms import Batch

COLUMNS = (
    "happened_at",
    "service_id",
    "indicator_id",
    "numerator",
    "denominator",
    "area_id",
    "channel",
    "event_id",
    "corrects",
)
ROWS_AT_ONCE = 80  # of at most 12 columns: SQLite takes 999 values a statement everywhere
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
NOTHING = struct.pack(">i", -1)
COPIED = ("happened_at", "service_id", "indicator_id", "numerator", "denominator", "area_id")  # of one width each
LAYOUTS = {"happened_at": ">i8", "numerator": ">f8", "denominator": ">f8"}  # all others are four-byte integers


def insert_events(session: Session, batch: Batch, feed_id: int) -> None:
    """Insert events none of which is there; a key met twice is an IntegrityError or UniqueViolation."""
    if not len(batch):
        return
    connection = session.connection()
    if is_postgresql(connection.dialect):
        order = ", ".join((*COPIED, "feed_id", "event_id", "channel", "corrects"))
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY event ({order}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(copy_bytes(batch, feed_id))
        return
    columns = COLUMNS if batch.is_correction().any() else COLUMNS[:-1]
    values = {name: getattr(batch, name).tolist() for name in columns}
    if "corrects" in values:
        values["corrects"] = [name or None for name in values["corrects"]]
    into = f"event ({', '.join(columns)}, feed_id)"
    insert_rows(connection, into, f"({'?, ' * len(columns)}{feed_id:d})", list(values.values()))


def insert_rows(
    connection: sa.Connection, into: str, row: str, columns: Sequence[list[Any]], otherwise: str = ""
) -> None:  # Any: values as the driver takes them
    """Insert rows given by the column into SQLite, many a statement, which is a quarter faster than one.

    `into`: table and columns; `row`: the places of one row; `otherwise`: what to do with a row that is there already.
    """
    flat = tuple(chain.from_iterable(zip(*columns, strict=True)))
    width, many = len(columns), len(columns) * ROWS_AT_ONCE
    whole = len(flat) // many * many
    for begin, end, step in ((0, whole, many), (whole, len(flat), width)):
        if begin < end:
            places = ", ".join([row] * (step // width))
            values = [flat[place : place + step] for place in range(begin, end, step)]
            connection.exec_driver_sql(f"INSERT INTO {into} VALUES {places} {otherwise}", values)


def copy_bytes(batch: Batch, feed_id: int) -> bytes:
    """The batch in PostgreSQL's binary COPY format: for every row its fixed part, event id, channel, correction."""
    ids = [name.encode() for name in batch.event_id]
    channels = {name: sized(name) for name in set(batch.channel)}
    corrects = [sized(name) if name else NOTHING for name in batch.corrects]
    parts = zip(fixed_parts(batch, feed_id, ids), ids, map(channels.__getitem__, batch.channel), corrects, strict=True)
    return b"".join(chain((SIGNATURE,), chain.from_iterable(parts), (TRAILER,)))


def sized(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">i", len(encoded)) + encoded


def fixed_parts(batch: Batch, feed_id: int, ids: list[bytes]) -> Iterator[bytes]:
    """For every row the number of its columns, the columns of fixed width, and the size of the event id to follow."""
    fields = [("columns", ">i2")]
    for name in (*COPIED, "feed_id"):
        fields += [(f"{name}_size", ">i4"), (name, LAYOUTS.get(name, ">i4"))]
    rows = np.empty(len(batch), dtype=[*fields, ("id_size", ">i4")])
    rows["columns"], rows["feed_id"] = len(COPIED) + 4, feed_id
    rows["id_size"] = np.fromiter(map(len, ids), dtype=np.int64, count=len(ids))
    for name in COPIED[1:]:
        rows[name] = getattr(batch, name)
    rows["happened_at"] = stored(batch.happened_at.astype("datetime64[us]"))
    for name in (*COPIED, "feed_id"):
        rows[f"{name}_size"] = rows.dtype[name].itemsize
    packed, width = rows.tobytes(), rows.dtype.itemsize
    return (packed[begin : begin + width] for begin in range(0, len(packed), width))
