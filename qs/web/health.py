"""Whether this process can do its work: the store answers and is on the newest revision."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic.migration import MigrationContext
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qs import db, migrations
from qs.db import Database
from qs.observations.models import Event

NOT_READY = 503


async def health(request: Request) -> Response:
    """200 with what was checked, or 503; says nothing that a stranger may not know."""
    try:
        found = await asyncio.to_thread(checked, db.database(), datetime.now(UTC))
    except sa.exc.SQLAlchemyError:
        found = {"ok": False, "checks": {"store": "unreachable"}}
    return JSONResponse(found, 200 if found["ok"] else NOT_READY, headers={"cache-control": "no-store"})


def checked(database: Database, now: datetime) -> dict[str, object]:
    """What the store says: its revision, and how old the newest event is in seconds."""
    with database.reading() as session:
        revision = MigrationContext.configure(session.connection()).get_current_revision()
        current = revision == migrations.newest_revision()
        newest = session.scalar(sa.select(sa.func.max(Event.happened_at))) if current else None
    return {
        "ok": current,
        "revision": revision,
        "data_age_seconds": round((now - newest).total_seconds()) if newest else None,
        "checks": {"store": "ok", "revision": "ok" if current else "outdated"},
    }


routes = [Route("/health", health, methods=["GET"])]
