"""Streams: what is known of a service's figures on an indicator without looking at any period."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.db import is_postgresql
from qs.observations.models import Stream
from qs.observations.rollups import grouped
from qs.observations.terms import Batch
from qs.periods import from_microseconds


def extend_streams(session: Session, batch: Batch, *, feed_id: int, now: datetime) -> None:
    """Let the streams know of new events: first and last moment, and how many (corrections are no new facts)."""
    keys = (batch.service_id, batch.indicator_id)
    order, firsts = grouped(keys)
    moments = batch.happened_at[order]
    plain = np.array([not name for name in batch.corrects], dtype=np.int64)[order]
    rows = [
        {
            "service_id": service,
            "indicator_id": indicator,
            "feed_id": feed_id,
            "first_happened_at": from_microseconds(first),
            "last_happened_at": from_microseconds(last),
            "last_received_at": now,
            "event_count": count,
        }
        for service, indicator, first, last, count in zip(
            keys[0][order][firsts].tolist(),
            keys[1][order][firsts].tolist(),
            np.minimum.reduceat(moments, firsts).tolist(),
            np.maximum.reduceat(moments, firsts).tolist(),
            np.add.reduceat(plain, firsts).tolist(),
            strict=True,
        )
    ]
    session.execute(upsert(session), rows)


def upsert(session: Session) -> sa.Executable:
    """Insert a stream, or widen the one that is there."""
    postgresql = is_postgresql(session.get_bind().dialect)
    if postgresql:
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    statement = insert(Stream)
    least, greatest = (sa.func.least, sa.func.greatest) if postgresql else (sa.func.min, sa.func.max)
    sent = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["service_id", "indicator_id"],
        set_={
            "feed_id": sent.feed_id,
            "first_happened_at": least(Stream.first_happened_at, sent.first_happened_at),
            "last_happened_at": greatest(Stream.last_happened_at, sent.last_happened_at),
            "last_received_at": greatest(Stream.last_received_at, sent.last_received_at),
            "event_count": Stream.event_count + sent.event_count,
        },
    )
