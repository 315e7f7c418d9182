"""The figure of one service on one indicator over a stretch of days, with the counts behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.observations.models import Rollup, RollupBucket
from qs.observations.rollups import value_within
from qs.periods import Grain, next_start
from qs.settings import settings
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
    if n and indicator.aggregation is Aggregation.PERCENTILE and indicator.percentile is not None:
        value = percentile_of(session, service_id, indicator, indicator.percentile, since, until)
    else:
        value = value_of(indicator, int(n), float(numerator), float(denominator))
    return Span(since, until, int(n), float(numerator), float(denominator), float(square), value)


def percentile_of(
    session: Session, service_id: int, indicator: Indicator, percentile: float, since: datetime, until: datetime
) -> float | None:
    """The percentile of all single values of the days together, right to 2 %."""
    counts: dict[int, int] = {}
    for _, bucket, n in bucket_rows(session, service_id, indicator.id, since, until):
        counts[bucket] = counts.get(bucket, 0) + n
    return percentile_within(counts, percentile)


def bucket_rows(
    session: Session, service_id: int, indicator_id: int, since: datetime, until: datetime
) -> list[tuple[datetime, int, int]]:
    """Day, bucket and how many single values fell into it."""
    statement = (
        sa.select(RollupBucket.starts_at, RollupBucket.bucket, RollupBucket.n)
        .where(
            RollupBucket.grain == Grain.DAY.value,
            RollupBucket.indicator_id == indicator_id,
            RollupBucket.service_id == service_id,
            RollupBucket.starts_at >= since,
            RollupBucket.starts_at < until,
        )
        .order_by(RollupBucket.starts_at, RollupBucket.bucket)
    )
    return [(starts_at, int(bucket), int(n)) for starts_at, bucket, n in session.execute(statement)]


def percentile_within(counts: Mapping[int, int], percentile: float) -> float | None:
    """The percentile of the single values that fell into these buckets, right to 2 %; None without any."""
    if not counts:
        return None
    bucket = np.array(sorted(counts), dtype=np.int64)
    n = np.array([counts[int(one)] for one in bucket], dtype=np.int64)
    below = np.cumsum(n)
    wanted = percentile * below[-1]
    place = int(np.searchsorted(below, wanted))
    share = (wanted - (below[place] - n[place])) / n[place]
    return float(value_within(bucket[place : place + 1], np.array([share]))[0])


def days(
    session: Session, *, service_id: int, indicator_id: int, since: datetime, until: datetime, actor: Actor
) -> list[Span]:
    """The figure of every whole local day on which something was counted, in order; none for a service out of sight."""
    zone = settings().zone
    statement = (
        sa.select(Rollup.starts_at, Rollup.n, Rollup.numerator, Rollup.denominator, Rollup.square)
        .where(
            Rollup.grain == Grain.DAY.value,
            Rollup.indicator_id == indicator_id,
            Rollup.service_id == service_id,
            Rollup.service_id.in_(visible_services(actor, Permission.LIVE_READ)),
            Rollup.starts_at >= since,
            Rollup.starts_at < until,
            Rollup.n > 0,
        )
        .order_by(Rollup.starts_at)
    )
    rows = session.execute(statement).all()
    indicator = session.get_one(Indicator, indicator_id)
    percentiles: dict[datetime, float | None] = {}
    if rows and indicator.aggregation is Aggregation.PERCENTILE and indicator.percentile is not None:
        by_day: dict[datetime, dict[int, int]] = {}
        for starts_at, bucket, n in bucket_rows(session, service_id, indicator_id, since, until):
            by_day.setdefault(starts_at, {})[bucket] = n
        percentiles = {day: percentile_within(counts, indicator.percentile) for day, counts in by_day.items()}
    return [
        Span(
            starts_at,
            next_start(starts_at, Grain.DAY, zone),
            int(n),
            float(numerator),
            float(denominator),
            float(square),
            percentiles.get(starts_at)
            if indicator.aggregation is Aggregation.PERCENTILE
            else value_of(indicator, int(n), float(numerator), float(denominator)),
        )
        for starts_at, n, numerator, denominator, square in rows
    ]


def value_of(indicator: Indicator, n: int, numerator: float, denominator: float) -> float | None:
    """The figure by an indicator's way of counting, percentiles left out; None where nothing was counted."""
    if n and indicator.aggregation is Aggregation.COUNT:
        return numerator
    if denominator > 0:
        return numerator / denominator * (indicator.per if indicator.aggregation is Aggregation.RATE else 1)
    return None
