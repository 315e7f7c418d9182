"""What is kept of events for screens to read: rollup specifications as data, and the one arithmetic behind them all.

The same specifications drive the aggregation at ingest, the recomputation of `verify` and the repair of a cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from qs.observations.models import AreaRollup, AreaRollupBucket, Rollup, RollupBucket
from qs.periods import Grain, Moments, period_starts

GROWTH = 1.02  # each bucket ends this many times higher than the one before: percentiles are right to 2 %
ZERO_BUCKET = -32_768  # values of exactly zero, which have no logarithm

LARGEST_CODE = 2**62
COMBINING = (np.add, np.add, np.add, np.add, np.minimum, np.maximum)  # of the figures of a cell

Ids = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Facts:
    """Events in columns, as far as rollups are concerned; all of one length."""

    happened_at: Moments
    service_id: Ids
    indicator_id: Ids
    area_id: Ids
    sector_id: Ids
    numerator: Values
    denominator: Values
    is_measured: NDArray[np.bool_]  # single values whose spread is kept in a histogram

    def __len__(self) -> int:
        return len(self.happened_at)

    def only(self, wanted: NDArray[np.bool_]) -> Facts:
        return Facts(*(getattr(self, name)[wanted] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class RollupSpec:
    """One kind of cell: the table it lives in, its grain, and the columns that say whose figures it holds."""

    table: sa.Table
    buckets: sa.Table | None
    grain: Grain
    subjects: tuple[str, ...]

    @property
    def tables(self) -> tuple[sa.Table, ...]:
        return (self.table,) if self.buckets is None else (self.table, self.buckets)


def table_of(model: type) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]  # every model has one
    return table


SPECS = (
    RollupSpec(table_of(Rollup), None, Grain.HOUR, ("service_id",)),
    RollupSpec(table_of(Rollup), table_of(RollupBucket), Grain.DAY, ("service_id",)),
    RollupSpec(table_of(Rollup), table_of(RollupBucket), Grain.WEEK, ("service_id",)),
    RollupSpec(table_of(Rollup), table_of(RollupBucket), Grain.MONTH, ("service_id",)),
    RollupSpec(table_of(AreaRollup), table_of(AreaRollupBucket), Grain.DAY, ("area_id", "sector_id")),
    RollupSpec(table_of(AreaRollup), table_of(AreaRollupBucket), Grain.WEEK, ("area_id", "sector_id")),
    RollupSpec(table_of(AreaRollup), table_of(AreaRollupBucket), Grain.MONTH, ("area_id", "sector_id")),
)


@dataclass(frozen=True)
class Cells:
    """Rollup cells in columns, sorted by key: the key columns without the grain, then the figures."""

    keys: tuple[Ids, ...]  # indicator_id, starts_at (UTC microseconds), subjects, and the bucket for a histogram
    figures: tuple[NDArray[np.generic], ...]

    def __len__(self) -> int:
        return len(self.keys[0])

    @property
    def columns(self) -> tuple[NDArray[np.generic], ...]:
        """Keys and figures in the order of the table's columns after the grain."""
        return (*self.keys, *self.figures)

    def rows(self, grain: Grain) -> Iterator[tuple[object, ...]]:
        """One tuple per cell in the order of the table's columns."""
        return zip([grain.value] * len(self), *(column.tolist() for column in self.columns), strict=True)


def bucket_of(values: Values) -> Ids:
    """The histogram bucket of each value (>= 0): logarithmic, so that any percentile is right to 2 %."""
    positive = values > 0
    buckets = np.full(values.shape, ZERO_BUCKET, dtype=np.int64)
    buckets[positive] = np.ceil(np.log(values[positive]) / np.log(GROWTH)).astype(np.int64)
    return buckets


def value_within(buckets: Ids, share: Values) -> Values:
    """The value that lies `share` (0 to 1) of the way through each bucket, counted by its logarithm."""
    return np.where(buckets == ZERO_BUCKET, 0.0, GROWTH ** (buckets.astype(np.float64) - 1.0 + share))


def grouped(keys: tuple[Ids, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """An order that sorts rows by key, and where each group begins in that order."""
    code = joined(keys)
    order = np.lexsort(keys[::-1]) if code is None else np.argsort(code)
    changed = np.zeros(len(order), dtype=bool)
    changed[:1] = True
    for key in keys if code is None else (code,):
        ordered = key[order]
        changed[1:] |= ordered[1:] != ordered[:-1]
    return order, np.flatnonzero(changed)


def joined(keys: tuple[Ids, ...]) -> Ids | None:
    """One number for each row that sorts as its keys do, several times faster; None where it would be too large."""
    code, size = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys if len(code) else ():
        above = key - key.min()
        step = max(int(np.gcd.reduce(above)), 1)  # starts of periods are whole hours apart
        width = int(above.max()) // step + 1
        size *= width
        if size > LARGEST_CODE:
            return None
        code = code * width + above // step
    return code


def spec_keys(facts: Facts, spec: RollupSpec, starts: Moments) -> tuple[Ids, ...]:
    return (facts.indicator_id, starts, *(getattr(facts, name) for name in spec.subjects))


def cells_of(facts: Facts, spec: RollupSpec, starts: Moments) -> Cells:
    """The cells these events make under a specification; `starts` is the period start of each event."""
    ones, top = np.ones(len(facts), dtype=np.int64), facts.numerator
    return summed(Cells(spec_keys(facts, spec, starts), (ones, top, facts.denominator, top * top, top, top)))


def buckets_of(facts: Facts, spec: RollupSpec, starts: Moments) -> Cells:
    """The histogram cells of the measured events: key, bucket, and how many values fell into it."""
    measured = facts.only(facts.is_measured)
    keys = (*spec_keys(measured, spec, starts[facts.is_measured]), bucket_of(measured.numerator))
    return summed(Cells(keys, (np.ones(len(measured), dtype=np.int64),)))


def coarsened(cells: Cells, grain: Grain, zone: ZoneInfo) -> Cells:
    """The cells of weeks or months that cells of days make."""
    indicator_id, starts, *others = cells.keys
    return summed(Cells((indicator_id, period_starts(starts, grain, zone), *others), cells.figures))


def summed(cells: Cells) -> Cells:
    """The cells with the same key as one, sorted by key: counts and sums added, extremes compared."""
    order, firsts = grouped(cells.keys)
    return Cells(
        tuple(key[order][firsts] for key in cells.keys),
        tuple(
            combine.reduceat(figure[order], firsts)
            for combine, figure in zip(COMBINING, cells.figures, strict=False)  # a histogram has the first one only
        ),
    )


def rollup_cells(facts: Facts, zone: ZoneInfo) -> Iterator[tuple[sa.Table, Grain, Cells]]:
    """Everything these events add to the rollups: table, grain and cells, in an order that never deadlocks.

    Hours and days are made of the events, weeks and months of the days, which are far fewer.
    """
    if not len(facts):
        return
    starts = {grain: period_starts(facts.happened_at, grain, zone) for grain in (Grain.HOUR, Grain.DAY)}
    finer: dict[sa.Table, Cells] = {}
    for spec in SPECS:
        for table in spec.tables:
            if spec.grain not in starts:
                cells = coarsened(finer[table], spec.grain, zone)
            else:
                made_of = cells_of if table is spec.table else buckets_of
                cells = finer[table] = made_of(facts, spec, starts[spec.grain])
            yield table, spec.grain, cells
