"""When a feed last delivered: its own mark, whichever services it speaks of."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from qs.observations.models import Feed
from qs.observations.terms import Batch
from qs.periods import from_microseconds


def note_arrival(session: Session, batch: Batch, *, feed_id: int, new_count: int, now: datetime) -> None:
    """Move a feed's marks: a batch without anything new is a sign of life too. Marks never move back."""
    if not len(batch):
        return
    newest = from_microseconds(int(batch.happened_at.max()))
    session.execute(
        sa.update(Feed)
        .where(Feed.id == feed_id)
        .values(
            event_count=Feed.event_count + new_count,
            last_happened_at=later_of(Feed.last_happened_at, newest),
            last_received_at=later_of(Feed.last_received_at, now),
        )
        .execution_options(synchronize_session=False)
    )


def later_of(column: InstrumentedAttribute[datetime | None], moment: datetime) -> sa.Case[datetime | None]:
    return sa.case((column > moment, column), else_=sa.literal(moment, column.type))
