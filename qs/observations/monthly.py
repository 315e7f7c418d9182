"""One indicator month by month: what every service in sight did, for comparisons that run over years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.db import microseconds_of
from qs.directory.queries import visible_services
from qs.observations.figures import by_column
from qs.observations.models import Rollup, RollupBucket
from qs.periods import Grain

READ = Permission.RANKINGS_READ
SUM_COLUMNS = ("service_id", "starts_at", "n", "numerator", "denominator", "square")
BUCKET_COLUMNS = ("service_id", "starts_at", "bucket", "n")
Table = type[Rollup] | type[RollupBucket]


def monthly_sums(
    session: Session, indicator_id: int, *, since: datetime, until: datetime, actor: Actor
) -> pd.DataFrame:
    """The months of all services in sight that begin from `since` on and before `until`, oldest first: SUM_COLUMNS.

    One row per service and month with events; `starts_at` in UTC microseconds.
    """
    return found(session, Rollup, SUM_COLUMNS, indicator_id, since, until, actor)


def monthly_buckets(
    session: Session, indicator_id: int, *, since: datetime, until: datetime, actor: Actor
) -> pd.DataFrame:
    """The histograms behind the same months, one row per service, month and bucket: BUCKET_COLUMNS."""
    return found(session, RollupBucket, BUCKET_COLUMNS, indicator_id, since, until, actor)


def found(
    session: Session,
    table: Table,
    columns: Sequence[str],
    indicator_id: int,
    since: datetime,
    until: datetime,
    actor: Actor,
) -> pd.DataFrame:
    actor.check(READ)
    dialect = session.get_bind().dialect
    wanted: list[Any] = [  # Any: ids, a moment and counts
        microseconds_of(table.starts_at, dialect).label(name) if name == "starts_at" else getattr(table, name)
        for name in columns
    ]
    statement = (
        sa.select(*wanted)
        .where(
            table.grain == Grain.MONTH,
            table.indicator_id == indicator_id,
            table.starts_at >= since,
            table.starts_at < until,
            table.service_id.in_(visible_services(actor, READ)),
        )
        .order_by(table.starts_at, table.service_id)
    )
    return by_column(session.execute(statement).all(), columns)
