"""What every service did on every indicator in one stretch of whole months: from the rollups, or from the events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.db import microseconds_of
from qs.observations.ledger import counted_facts
from qs.observations.models import Event, Rollup, RollupBucket, Stream
from qs.observations.rollups import bucket_of, value_within
from qs.periods import Grain, from_microseconds, to_microseconds

READ = Permission.RANKINGS_READ
Key = tuple[int, int]  # service_id, indicator_id
Counts = NDArray[np.int64]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many single values fell into each logarithmic bucket, buckets rising."""

    buckets: Counts
    n: Counts

    def value_at(self, level: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values below which these shares (0 to 1) of all values lie, right to 2 %."""
        below = np.cumsum(self.n)
        wanted = np.clip(level, 0.0, 1.0) * below[-1]
        holding = np.minimum(np.searchsorted(below, wanted), len(below) - 1)
        share = (wanted - (below[holding] - self.n[holding])) / self.n[holding]
        return value_within(self.buckets[holding], np.clip(share, 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class Sums:
    """The counted events of one service on one indicator: how many, and what they add up to."""

    n: int
    numerator: float
    denominator: float
    square: float
    histogram: Histogram | None = None


@dataclass(frozen=True)
class Known:
    """Since when a service has sent an indicator, and when anything of it last arrived."""

    first_happened_at: datetime
    last_received_at: datetime


@dataclass
class Gathered:
    """The parts of a Sums while it is being added up."""

    figures: list[tuple[int, float, float, float]] = field(default_factory=list)
    histogram: dict[int, int] = field(default_factory=dict)

    def summed(self) -> Sums:
        n, numerator, denominator, square = (sum(column) for column in zip(*self.figures, strict=True))
        histogram = None
        if self.histogram:
            buckets = sorted(self.histogram)
            counts = [self.histogram[bucket] for bucket in buckets]
            histogram = Histogram(np.array(buckets, dtype=np.int64), np.array(counts, dtype=np.int64))
        return Sums(int(n), float(numerator), float(denominator), float(square), histogram)


def kept_sums(
    session: Session, since: datetime, until: datetime, *, begins: Mapping[int, datetime], actor: Actor
) -> dict[Key, Sums]:
    """The sums of all services from the rollups; `since` and `until` are starts of local months.

    `begins`: services that count only from a local day inside the stretch on; their days are added up, not the months.
    """
    actor.check_everywhere(READ)
    gathered: dict[Key, Gathered] = {}
    late = list(begins)
    parts: list[tuple[Grain, datetime, Condition, Condition]] = [
        (Grain.MONTH, since, Rollup.service_id.not_in(late), RollupBucket.service_id.not_in(late))
    ]
    for late_id, begins_at in begins.items():
        parts.append((Grain.DAY, begins_at, Rollup.service_id == late_id, RollupBucket.service_id == late_id))
    for grain, first, cell_of_these, bucket_of_these in parts:
        figures = sa.select(
            Rollup.service_id, Rollup.indicator_id, Rollup.n, Rollup.numerator, Rollup.denominator, Rollup.square
        ).where(Rollup.grain == grain, Rollup.starts_at >= first, Rollup.starts_at < until, cell_of_these)
        for service_id, indicator_id, n, top, bottom, square in session.execute(figures):
            gathered.setdefault((service_id, indicator_id), Gathered()).figures.append((n, top, bottom, square))
        histograms = (
            sa.select(
                RollupBucket.service_id, RollupBucket.indicator_id, RollupBucket.bucket, sa.func.sum(RollupBucket.n)
            )
            .where(
                RollupBucket.grain == grain,
                RollupBucket.starts_at >= first,
                RollupBucket.starts_at < until,
                bucket_of_these,
            )
            .group_by(RollupBucket.service_id, RollupBucket.indicator_id, RollupBucket.bucket)
        )
        for service_id, indicator_id, bucket, count in session.execute(histograms):
            gathered[service_id, indicator_id].histogram[bucket] = int(count)
    return {key: parts_of.summed() for key, parts_of in gathered.items()}


def counted_sums(
    session: Session, since: datetime, until: datetime, *, begins: Mapping[int, datetime], actor: Actor
) -> dict[Key, Sums]:
    """The same sums, added up from the events themselves: what a verification compares with."""
    actor.check_everywhere(READ)
    facts = counted_facts(session, Event.happened_at >= since, Event.happened_at < until)
    counts = np.ones(len(facts), dtype=bool)
    for late_id, begins_at in begins.items():
        counts &= (facts.service_id != late_id) | (facts.happened_at >= to_microseconds(begins_at))
    facts = facts.only(counts)
    if not len(facts):
        return {}
    order = np.lexsort((facts.indicator_id, facts.service_id))
    services, indicators = facts.service_id[order], facts.indicator_id[order]
    firsts = np.flatnonzero(np.r_[True, (np.diff(services) != 0) | (np.diff(indicators) != 0)])
    ends = np.r_[firsts[1:], len(order)]
    found: dict[Key, Sums] = {}
    for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
        rows = order[first:end]
        top = facts.numerator[rows]
        histogram = None
        if facts.is_measured[rows[0]]:
            histogram = Histogram(*np.unique(bucket_of(top), return_counts=True))
        found[int(services[first]), int(indicators[first])] = Sums(
            end - first, float(top.sum()), float(facts.denominator[rows].sum()), float((top * top).sum()), histogram
        )
    return found


def known_streams(session: Session, *, until: datetime, actor: Actor) -> dict[Key, Known]:
    """Every service and indicator that had an event before `until`."""
    actor.check_everywhere(READ)
    dialect = session.get_bind().dialect
    rows = session.execute(
        sa.select(
            Stream.service_id,
            Stream.indicator_id,
            microseconds_of(Stream.first_happened_at, dialect),
            microseconds_of(Stream.last_received_at, dialect),
        ).where(Stream.first_happened_at < until)
    )
    return {
        (service_id, indicator_id): Known(from_microseconds(int(first)), from_microseconds(int(received)))
        for service_id, indicator_id, first, received in rows
    }


def first_event_at(session: Session, *, actor: Actor) -> datetime | None:
    """When the first event of all happened; None before there is any."""
    actor.check(READ)
    return session.scalar(sa.select(sa.func.min(Stream.first_happened_at)))
