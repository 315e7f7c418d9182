"""Streams: what is known of a service's figures on an indicator without looking at any period."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from qs.db import is_postgresql
from qs.observations.inserting import insert_rows
from qs.observations.rollups import grouped
from qs.observations.terms import Batch
from qs.periods import to_microseconds

MERGED = """
    ON CONFLICT (service_id, indicator_id) DO UPDATE SET
        feed_id = CASE
            WHEN (SELECT silent_after_hours FROM feed WHERE feed.id = excluded.feed_id) IS NULL THEN stream.feed_id
            ELSE excluded.feed_id END,
        first_happened_at = {least}(stream.first_happened_at, excluded.first_happened_at),
        last_happened_at = {greatest}(stream.last_happened_at, excluded.last_happened_at),
        last_received_at = {greatest}(stream.last_received_at, excluded.last_received_at),
        event_count = stream.event_count + excluded.event_count"""
INTO = """
    stream (service_id, indicator_id, first_happened_at, last_happened_at, event_count, feed_id, last_received_at)"""
POSTGRES_UPSERT = f"""
    INSERT INTO {INTO} SELECT incoming.*, %s::bigint, %s::timestamptz
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[]) AS incoming
    {MERGED.format(least="least", greatest="greatest")}"""


def extend_streams(session: Session, batch: Batch, *, feed_id: int, now: datetime) -> None:
    """Let the streams know of new events: first and last moment, and how many (corrections are no new facts).

    They are written in the order of their keys, so that writers never deadlock. A stream stays with its live feed when
    a file is loaded by hand beside it: a feed that is never called silent takes over no stream.
    """
    keys = (batch.service_id, batch.indicator_id)
    order, firsts = grouped(keys)
    moments = batch.happened_at[order]
    service_ids, indicator_ids = (key[order][firsts] for key in keys)
    earliest, latest = np.minimum.reduceat(moments, firsts), np.maximum.reduceat(moments, firsts)
    counts = np.add.reduceat((~batch.is_correction()).astype(np.int64)[order], firsts)
    connection = session.connection()
    if is_postgresql(connection.dialect):
        spans = [moment.astype("datetime64[us]") for moment in (earliest, latest)]
        connection.exec_driver_sql(POSTGRES_UPSERT, (feed_id, now, service_ids, indicator_ids, *spans, counts))
        return
    told = [column.tolist() for column in (service_ids, indicator_ids, earliest, latest, counts)]
    row = f"(?, ?, ?, ?, ?, {feed_id:d}, {to_microseconds(now)})"
    insert_rows(connection, INTO, row, told, MERGED.format(least="min", greatest="max"))
