"""The figure of one service on one indicator over a stretch of days, with the counts behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.observations.models import Rollup, RollupBucket
from qs.observations.rollups import value_within
from qs.periods import Grain
from qs.standards.models import Indicator
from qs.standards.terms import Aggregation


@dataclass(frozen=True)
class Span:
    """What happened from `since` up to, not including, `until`. `value` is None where nothing was counted."""

    since: datetime
    until: datetime
    n: int  # events
    numerator: float
    denominator: float
    square: float  # sum of squared numerators
    value: float | None  # by the indicator's way of counting, shares 0 to 1


def span(
    session: Session, *, service_id: int, indicator_id: int, since: datetime, until: datetime, actor: Actor
) -> Span:
    """The figure over whole local days, from their rollups; nothing for a service the actor may not watch."""
    conditions = (
        Rollup.grain == Grain.DAY.value,
        Rollup.indicator_id == indicator_id,
        Rollup.service_id == service_id,
        Rollup.service_id.in_(visible_services(actor, Permission.LIVE_READ)),
        Rollup.starts_at >= since,
        Rollup.starts_at < until,
    )
    total = sa.func.sum
    counted = sa.select(total(Rollup.n), total(Rollup.numerator), total(Rollup.denominator), total(Rollup.square))
    n, numerator, denominator, square = (found or 0 for found in session.execute(counted.where(*conditions)).one())
    indicator = session.get_one(Indicator, indicator_id)
    value = None
    if n and indicator.aggregation is Aggregation.PERCENTILE and indicator.percentile is not None:
        value = percentile_of(session, service_id, indicator, indicator.percentile, since, until)
    elif n and indicator.aggregation is Aggregation.COUNT:
        value = float(numerator)
    elif denominator > 0:
        value = (
            float(numerator) / float(denominator) * (indicator.per if indicator.aggregation is Aggregation.RATE else 1)
        )
    return Span(since, until, int(n), float(numerator), float(denominator), float(square), value)


def percentile_of(
    session: Session, service_id: int, indicator: Indicator, percentile: float, since: datetime, until: datetime
) -> float | None:
    """The percentile of all single values of the days together, right to 2 %."""
    statement = (
        sa.select(RollupBucket.bucket, sa.func.sum(RollupBucket.n))
        .where(
            RollupBucket.grain == Grain.DAY.value,
            RollupBucket.indicator_id == indicator.id,
            RollupBucket.service_id == service_id,
            RollupBucket.starts_at >= since,
            RollupBucket.starts_at < until,
        )
        .group_by(RollupBucket.bucket)
        .order_by(RollupBucket.bucket)
    )
    rows = session.execute(statement).all()
    if not rows:
        return None
    bucket, counts = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    below = np.cumsum(counts)
    wanted = percentile * below[-1]
    place = int(np.searchsorted(below, wanted))
    share = (wanted - (below[place] - counts[place])) / counts[place]
    return float(value_within(bucket[place : place + 1], np.array([share]))[0])
