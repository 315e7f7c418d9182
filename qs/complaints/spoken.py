"""What requests say that everybody on the desk may read: the material in which topics are looked for."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.models import Request
from qs.complaints.queries import column_of
from qs.complaints.reach import reached
from qs.complaints.terms import RequestKind

READ = Permission.COMPLAINTS_READ
SPOKEN_COLUMNS = (
    "request_id",
    "number",
    "kind",
    "state",
    "service_id",
    "unit_id",
    "area_id",
    "registered_at",
    "repeats_id",
)
TEXT_COLUMNS = ("title", "text")


def is_spoken() -> sa.ColumnElement[bool]:
    """The condition on Request that its words are withheld from nobody who may see it, and are no spam."""
    return sa.and_(~Request.is_confidential, Request.kind != RequestKind.REPORT, ~Request.is_spam)


def spoken_requests(
    session: Session, since: datetime, until: datetime, *, with_texts: bool = False, actor: Actor
) -> pd.DataFrame:
    """One row per request registered in [since, until) in the actor's scope, oldest first: SPOKEN_COLUMNS.

    `with_texts` adds TEXT_COLUMNS. Reports of wrongdoing, confidential requests and spam are left out. `repeats_id`:
    the request that the same person made before about the same matter, empty for a first one.
    """
    actor.check(READ)
    names = SPOKEN_COLUMNS + (TEXT_COLUMNS if with_texts else ())
    columns = [Request.id.label("request_id") if name == "request_id" else getattr(Request, name) for name in names]
    statement = (
        sa.select(*columns)
        .where(is_spoken(), Request.registered_at >= since, Request.registered_at < until, reached(actor, READ))
        .order_by(Request.registered_at, Request.id)
    )
    found = session.execute(statement).all()
    return pd.DataFrame({name: column_of(name, [getattr(row, name) for row in found]) for name in names})
