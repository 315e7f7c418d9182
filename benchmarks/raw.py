"""Writing events by hand, as fast as a store takes them: the limit that ingest is measured against."""

from __future__ import annotations

import struct
from typing import Any

from benchmarks.traffic import FEED
from qs.db import Database
from qs.observations.terms import Batch
from qs.periods import MICROSECONDS

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
Row = tuple[Any, ...]  # Any: values of several types, in the order of COLUMNS
SQLITE_INSERT = f"INSERT INTO event ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
POSTGRES_COPY = f"COPY event ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
EPOCH_2000 = 946_684_800 * MICROSECONDS  # PostgreSQL counts from the year 2000


def rows(batch: Batch) -> list[Row]:
    """The batch as SQLite's driver takes it."""
    columns = [getattr(batch, name).tolist() for name in COLUMNS[:-2]]
    return [(*values, FEED, None) for values in zip(*columns, strict=True)]


def write_sqlite(store: Database, ready: list[Row]) -> None:
    """One transaction of one executemany, through the driver itself; the connection has the product's pragmas."""
    connection = store.engine.raw_connection()
    connection.cursor().execute("BEGIN IMMEDIATE")
    connection.cursor().executemany(SQLITE_INSERT, ready)
    connection.cursor().execute("COMMIT")
    connection.close()


def copy_bytes(batch: Batch) -> bytes:
    """The batch in PostgreSQL's binary COPY format."""
    return SIGNATURE + b"".join(packed(row) for row in rows(batch)) + TRAILER


def packed(row: Row) -> bytes:
    moment, name, service, indicator, numerator, denominator, area, channel, feed, _ = row
    name, channel = name.encode(), channel.encode()
    return (
        struct.pack(">hiqi", len(COLUMNS), 8, moment - EPOCH_2000, len(name))
        + name
        + struct.pack(">iiiiididii", 4, service, 4, indicator, 8, numerator, 8, denominator, 4, area)
        + struct.pack(">i", len(channel))
        + channel
        + struct.pack(">iii", 4, feed, -1)
    )


def write_postgres(store: Database, ready: bytes) -> None:
    """One transaction of one COPY, through the driver itself."""
    connection = store.engine.raw_connection()
    with connection.cursor().copy(POSTGRES_COPY) as copy:
        copy.write(ready)
    connection.commit()
    connection.close()
