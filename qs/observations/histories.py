"""Histories of requests that came through a feed, read from rollups: opened, completed in time, and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from qs.actor import Actor, Permission
from qs.db import microseconds_of
from qs.directory.models import Area, Provider, Service
from qs.directory.queries import visible_services
from qs.observations.figures import by_column, values_of
from qs.observations.models import AreaRollup, AreaRollupBucket, Feed, Rollup, RollupBucket, Stream
from qs.periods import Grain
from qs.standards.models import Indicator

ROLES = ("opened", "on_time", "handling_days")
SUM_COLUMNS = ("opened", "closed", "on_time", "on_time_base", "median_days", "p90_days")
LONG = 0.9


class Part(StrEnum):
    """By what a history is taken apart: as far as the directory knows where its services belong."""

    SERVICE = "service"
    UNIT = "unit"
    AREA = "area"
    MONTH = "month"


Cells = type[Rollup] | type[AreaRollup] | type[RollupBucket] | type[AreaRollupBucket]
KEYS: Mapping[Part, InstrumentedAttribute[int]] = {
    Part.UNIT: Service.provider_id,
    Part.AREA: Service.area_id,
}
NAMES: Mapping[Part, type[Service] | type[Provider] | type[Area]] = {
    Part.SERVICE: Service,
    Part.UNIT: Provider,
    Part.AREA: Area,
}


@dataclass(frozen=True)
class History:
    """A feed whose measures are a history of requests, with its indicators and the time it covers."""

    code: str
    name: str
    name_en: str
    opened_id: int
    on_time_id: int
    handling_id: int
    first_at: datetime
    last_at: datetime

    @property
    def ids(self) -> tuple[int, int, int]:
        return self.opened_id, self.on_time_id, self.handling_id


def histories(session: Session, *, permission: Permission, actor: Actor) -> list[History]:
    """The feeds that brought a history of requests about services in the actor's sight."""
    actor.check(permission)
    found = []
    for feed in session.scalars(sa.select(Feed).where(Feed.mapping.is_not(None)).order_by(Feed.code)):
        roles = (feed.mapping or {}).get("requests")
        if not roles:
            continue
        codes = [roles[role] for role in ROLES]
        ids = dict(session.execute(sa.select(Indicator.code, Indicator.id).where(Indicator.code.in_(codes))).all())
        if any(code not in ids for code in codes):
            continue
        first, last = session.execute(
            sa.select(sa.func.min(Stream.first_happened_at), sa.func.max(Stream.last_happened_at)).where(
                Stream.indicator_id == ids[codes[0]], in_sight(Stream.service_id, permission, actor)
            )
        ).one()
        if first is not None:
            opened, on_time, handling = (ids[code] for code in codes)
            name_en = feed.name_en or feed.name
            found.append(History(feed.code, feed.name, name_en, opened, on_time, handling, first, last))
    return found


def in_sight(service_id: InstrumentedAttribute[int], permission: Permission, actor: Actor) -> sa.ColumnElement[bool]:
    if actor.has_everywhere(permission):
        return sa.true()
    return service_id.in_(visible_services(actor, permission))


def history_sums(
    session: Session,
    history: History,
    since: datetime,
    until: datetime,
    *,
    by: Part,
    permission: Permission,
    actor: Actor,
) -> pd.DataFrame:
    """One row per service, unit, area or month of cases opened in the local months from `since` on, before `until`.

    Columns: `key` (id, or the start of the month in UTC microseconds), SUM_COLUMNS. `opened`, `closed` (so far),
    `on_time` of `on_time_base` are counts of cases; `median_days` and `p90_days` calendar days of the closed ones,
    right to 2 %, NaN where there is none. Areas and months of everything are read from the cells of areas, which are
    fewer by far.
    """
    actor.check(permission)
    is_everything = actor.has_everywhere(permission) and by in (Part.AREA, Part.MONTH)
    cells, buckets = (AreaRollup, AreaRollupBucket) if is_everything else (Rollup, RollupBucket)
    asked = (since, until, by, permission, actor)
    key = key_of(session, cells, by)
    figures = sa.select(
        key,
        summed(cells.indicator_id == history.opened_id, cells.numerator),
        summed(cells.indicator_id == history.handling_id, cells.n),
        summed(cells.indicator_id == history.on_time_id, cells.numerator),
        summed(cells.indicator_id == history.on_time_id, cells.denominator),
    )
    rows = session.execute(within(figures, cells, history.ids, *asked).group_by(key)).all()
    frame = by_column(rows, ("key", *SUM_COLUMNS[:4])).astype(dict.fromkeys(("key", *SUM_COLUMNS[:4]), "int64"))
    key = key_of(session, buckets, by)
    spread = sa.select(key, buckets.bucket, sa.func.sum(buckets.n))
    histogram = session.execute(
        within(spread, buckets, (history.handling_id,), *asked).group_by(key, buckets.bucket)
    ).all()
    return frame.merge(spread_of(histogram), on="key", how="left").sort_values("key", ignore_index=True)


def key_of(session: Session, table: Cells, by: Part) -> sa.SQLColumnExpression[int]:
    """What the cells are added up by."""
    if by is Part.MONTH:
        return microseconds_of(table.starts_at, session.get_bind().dialect)
    if issubclass(table, AreaRollup | AreaRollupBucket):
        return table.area_id
    return table.service_id if by is Part.SERVICE else KEYS[by]


def summed(condition: sa.ColumnElement[bool], column: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[Any]:
    """The sum of a column where a condition holds."""  # Any: counts, whole or not
    return sa.func.coalesce(sa.func.sum(sa.case((condition, column), else_=0)), 0)


def within(
    chosen: sa.Select[*tuple[Any, ...]],  # Any: keys and counts
    table: Cells,
    indicator_ids: tuple[int, ...],
    since: datetime,
    until: datetime,
    by: Part,
    permission: Permission,
    actor: Actor,
) -> sa.Select[*tuple[Any, ...]]:
    """The cells of whole months in sight; joined with the directory where that says whose they are."""
    found = chosen.where(
        table.grain == Grain.MONTH.value,
        table.indicator_id.in_(indicator_ids),
        table.starts_at >= since,
        table.starts_at < until,
    )
    if not issubclass(table, Rollup | RollupBucket):
        return found
    found = found.where(in_sight(table.service_id, permission, actor))
    return found if by in (Part.SERVICE, Part.MONTH) else found.join(Service, Service.id == table.service_id)


def spread_of(rows: Sequence[Any]) -> pd.DataFrame:  # Any: key, bucket and how many
    """key, median_days and p90_days, from the histogram of each key."""
    columns = list(zip(*rows, strict=True)) or [(), (), ()]  # by the column: from rows it takes ten times longer
    keys, bucket, n = (np.array(column, dtype=np.int64) for column in columns)
    order = np.lexsort((bucket, keys))
    distinct, cell = np.unique(keys[order], return_inverse=True)
    levels = {"median_days": 0.5, "p90_days": LONG}
    values = {
        name: values_of(level, cell, bucket[order], n[order]) if len(rows) else np.zeros(0)
        for name, level in levels.items()
    }
    return pd.DataFrame({"key": distinct, **values})


def names_of(session: Session, by: Part) -> dict[int, tuple[str, str]]:
    """The names, Chinese and English, of every service, unit or area; empty for months."""
    if by is Part.MONTH:
        return {}
    table = NAMES[by]
    rows = session.execute(sa.select(table.id, table.name, table.name_en))
    return {number: (name, name_en or "") for number, name, name_en in rows}
