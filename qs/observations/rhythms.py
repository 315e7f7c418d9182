"""How often something comes about a service: the gaps between its days with events, counted by the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.db import microseconds_of
from qs.observations.figures import in_scope
from qs.observations.models import Rollup
from qs.periods import Grain
from qs.stats.silences import Rhythm, rhythm

LEARNED_DAYS = 365  # before the last event: a whole year, so that every season is in it
READ_DAYS = 2 * LEARNED_DAYS + 1  # a service silent for longer has no rhythm any more
DAY_MICROSECONDS = 86_400_000_000


def rhythms(
    session: Session,
    groups: Mapping[str, Sequence[int]],
    *,
    actor: Actor,
    now: datetime,
    service_id: int | None = None,
) -> dict[tuple[int, str], Rhythm]:
    """By service and group of indicators, the rhythm of the year that ended with the last event.

    The present silence is no part of it: what is judged by the rhythm must not have made it.
    """
    names = {indicator_id: name for name, ids in groups.items() for indicator_id in ids}
    if not names:
        return {}
    day = microseconds_of(Rollup.starts_at, session.get_bind().dialect)
    group = sa.case(names, value=Rollup.indicator_id).label("group_name")
    wanted = [
        Rollup.grain == Grain.DAY.value,
        Rollup.indicator_id.in_(names),
        Rollup.starts_at >= now - timedelta(days=READ_DAYS),
        Rollup.n > 0,
        *in_scope(Rollup.service_id, actor),
    ]
    if service_id is not None:
        wanted.append(Rollup.service_id == service_id)
    days = (
        sa.select(Rollup.service_id, group, day.label("day"), sa.func.sum(Rollup.n).label("n"))
        .where(*wanted)
        .group_by(Rollup.service_id, group, Rollup.starts_at)
        .subquery()
    )
    of_one = [days.c.service_id, days.c.group_name]
    followed = sa.select(
        *of_one,
        days.c.n,
        days.c.day,
        (days.c.day - sa.func.lag(days.c.day).over(partition_by=of_one, order_by=days.c.day)).label("gap"),
        sa.func.max(days.c.day).over(partition_by=of_one).label("last_day"),
    ).subquery()
    kept = (followed.c.service_id, followed.c.group_name, followed.c.gap)
    statement = (
        sa.select(*kept, sa.func.count(), sa.func.sum(followed.c.n))
        .where(
            followed.c.gap.is_not(None),
            followed.c.day > followed.c.last_day - sa.literal_column(str(LEARNED_DAYS * DAY_MICROSECONDS)),
        )
        .group_by(*kept)
    )
    found: dict[tuple[int, str], list[tuple[int, int, int]]] = {}
    for of_service, name, gap, count, n in session.execute(statement):
        found.setdefault((int(of_service), str(name)), []).append((gap_days(int(gap)), int(count), int(n)))
    return {key: as_rhythm(rows) for key, rows in found.items()}


def gap_days(microseconds: int) -> int:
    """Whole local days between two of their starts, which summer time moves by an hour."""
    return round(microseconds / DAY_MICROSECONDS)


def as_rhythm(rows: Sequence[tuple[int, int, int]]) -> Rhythm:
    gaps, counts, events = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return rhythm(gaps, counts, int(events.sum()))
