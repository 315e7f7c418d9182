"""What can be asked about feeds: how fresh each is, what was loaded from it, how its files are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.errors import NotFound
from qs.observations.models import Feed, ImportRun, Stream

READ = Permission.FEEDS_READ
FEED_COLUMNS = (
    "feed_id",
    "code",
    "name",
    "name_en",
    "takes_files",
    "is_active",
    "silent_after_hours",
    "last_happened_at",
    "last_received_at",
    "event_count",
    "service_count",
    "is_silent",
)
RUN_COLUMNS = (
    "import_run_id",
    "imported_at",
    "feed_code",
    "feed",
    "feed_en",
    "file_name",
    "file_sha256",
    "person",
    "person_en",
    "row_count",
    "refused_row_count",
    "event_count",
    "new_count",
    "differing_ids",
)


@dataclass(frozen=True)
class FeedDetail:
    """One feed with the layout of its files, if it takes files."""

    feed_id: int
    code: str
    name: str
    name_en: str
    mapping: dict[str, Any] | None  # Any: as stored, see qs.observations.feeds
    silent_after_hours: float | None
    is_active: bool
    created_at: datetime


def feeds(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per feed, by code: FEED_COLUMNS.

    `last_happened_at`, `last_received_at`: UTC moments, empty (NaT) before the first event; `event_count`: new events
    it has brought; `service_count`: services it spoke of last. `is_silent`: in use, and quiet beyond its limit.
    """
    actor.check(READ)
    services = (
        sa.select(Stream.feed_id, sa.func.count(sa.distinct(Stream.service_id)).label("service_count"))
        .group_by(Stream.feed_id)
        .subquery()
    )
    statement = (
        sa.select(
            Feed.id,
            Feed.code,
            Feed.name,
            sa.func.coalesce(Feed.name_en, ""),
            Feed.mapping.is_not(None),
            Feed.is_active,
            Feed.silent_after_hours,
            Feed.last_happened_at,
            Feed.last_received_at,
            Feed.event_count,
            sa.func.coalesce(services.c.service_count, 0),
        )
        .outerjoin(services, services.c.feed_id == Feed.id)
        .order_by(Feed.code)
    )
    rows = [(*row, is_silent(row.is_active, row.silent_after_hours, row[8], now)) for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(FEED_COLUMNS))
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("last_happened_at", "last_received_at")}
    whole = {"feed_id": int, "event_count": int, "service_count": int, "silent_after_hours": float}
    return frame.assign(**moments).astype({**whole, "takes_files": bool, "is_active": bool, "is_silent": bool})


def is_silent(is_active: bool, silent_after_hours: float | None, received_at: datetime | None, now: datetime) -> bool:
    """A feed with a limit is silent once nothing came for longer; one that never sent anything is not yet."""
    if not is_active or silent_after_hours is None or received_at is None:
        return False
    return now - received_at > timedelta(hours=silent_after_hours)


def import_runs(session: Session, *, feed_id: int | None = None, limit: int = 500, actor: Actor) -> pd.DataFrame:
    """One row per loaded file, newest first: RUN_COLUMNS. `person` is empty for the command line.

    `differing_ids`: at most a hundred ids of events that were there already with other values.
    """
    actor.check(READ)
    statement = (
        sa.select(
            ImportRun.id,
            ImportRun.imported_at,
            Feed.code,
            Feed.name,
            sa.func.coalesce(Feed.name_en, ""),
            ImportRun.file_name,
            ImportRun.file_sha256,
            sa.func.coalesce(Person.name, ""),
            sa.func.coalesce(Person.name_en, ""),
            ImportRun.row_count,
            ImportRun.refused_row_count,
            ImportRun.event_count,
            ImportRun.new_count,
            ImportRun.differing_ids,
        )
        .join(Feed, Feed.id == ImportRun.feed_id)
        .outerjoin(Person, Person.id == ImportRun.person_id)
        .order_by(ImportRun.imported_at.desc(), ImportRun.id.desc())
        .limit(limit)
    )
    if feed_id is not None:
        statement = statement.where(ImportRun.feed_id == feed_id)
    frame = pd.DataFrame([tuple(row) for row in session.execute(statement)], columns=list(RUN_COLUMNS))
    counts = ("import_run_id", "row_count", "refused_row_count", "event_count", "new_count")
    return frame.assign(imported_at=pd.to_datetime(frame["imported_at"], utc=True)).astype(dict.fromkeys(counts, int))


def feed_detail(session: Session, feed_id: int, *, actor: Actor) -> FeedDetail:
    """One feed. Raises NotFound."""
    actor.check(READ)
    feed = session.get(Feed, feed_id)
    if feed is None:
        raise NotFound("feed_unknown")
    return FeedDetail(
        feed_id=feed.id,
        code=feed.code,
        name=feed.name,
        name_en=feed.name_en or "",
        mapping=feed.mapping,
        silent_after_hours=feed.silent_after_hours,
        is_active=feed.is_active,
        created_at=feed.created_at,
    )
