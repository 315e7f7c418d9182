"""Corrected events: extremes and histograms cannot be subtracted from, so the cells they touch are counted anew."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.directory.models import Service
from qs.errors import Problem
from qs.observations.cells import add_cells
from qs.observations.ledger import counted_facts, facts_where
from qs.observations.models import Event
from qs.observations.rollups import SPECS, RollupSpec, buckets_of, cells_of, spec_keys
from qs.observations.terms import Batch
from qs.periods import from_microseconds, next_start, period_starts


def correction_rows(batch: Batch) -> list[int]:
    """Where in the batch the corrections stand."""
    return np.flatnonzero(batch.is_correction()).tolist()


def missing_targets(session: Session, batch: Batch) -> list[Problem]:
    """Corrections that name no stored event of the same moment, service and indicator."""
    problems = []
    for row in correction_rows(batch):
        found = session.execute(
            sa.select(Event.event_id).where(
                Event.happened_at == from_microseconds(int(batch.happened_at[row])),
                Event.event_id == batch.corrects[row],
                Event.service_id == int(batch.service_id[row]),
                Event.indicator_id == int(batch.indicator_id[row]),
            )
        ).first()
        if found is None:
            wanted = str(batch.corrects[row])
            problems.append(Problem("corrects_unknown_event", row=row, column="corrects", facts={"event_id": wanted}))
    return problems


def recount(session: Session, batch: Batch, zone: ZoneInfo) -> None:
    """Count anew, once, every cell that a correction in the batch touches, also in the area the old event named."""
    for spec, key in touched_cells(session, batch, zone):
        recount_cell(session, spec, key, zone)


def touched_cells(session: Session, batch: Batch, zone: ZoneInfo) -> list[tuple[RollupSpec, tuple[int, ...]]]:
    """The cells in which a corrected or a correcting event stands, each once."""
    found: dict[tuple[int, tuple[int, ...]], None] = {}
    for row in correction_rows(batch):
        facts = facts_where(
            session,
            Event.happened_at == from_microseconds(int(batch.happened_at[row])),
            Event.event_id.in_([batch.event_id[row], batch.corrects[row]]),
        )
        for place, spec in enumerate(SPECS):
            keys = spec_keys(facts, spec, period_starts(facts.happened_at, spec.grain, zone))
            for cell in zip(*(key.tolist() for key in keys), strict=True):
                found[place, cell] = None
    return [(SPECS[place], cell) for place, cell in found]


def recount_cell(session: Session, spec: RollupSpec, key: tuple[int, ...], zone: ZoneInfo) -> None:
    """Replace one cell and its histogram by what the events say."""
    indicator_id, starts_at, *subjects = key
    start = from_microseconds(starts_at)
    named = dict(zip(spec.subjects, subjects, strict=True))
    for table in spec.tables:
        session.execute(sa.delete(table).where(*cell_conditions(table, spec, indicator_id, start, named)))
    facts = counted_facts(
        session,
        Event.happened_at >= start,
        Event.happened_at < next_start(start, spec.grain, zone),
        Event.indicator_id == indicator_id,
        *subject_conditions(named),
    )
    if not len(facts):
        return
    starts = np.full(len(facts), starts_at, dtype=np.int64)
    add_cells(session, spec.table, spec.grain, cells_of(facts, spec, starts))
    if spec.buckets is not None and facts.is_measured.any():
        add_cells(session, spec.buckets, spec.grain, buckets_of(facts, spec, starts))


def cell_conditions(
    table: sa.Table, spec: RollupSpec, indicator_id: int, start: object, named: dict[str, int]
) -> Iterable[sa.ColumnElement[bool]]:
    yield table.c.grain == spec.grain.value
    yield table.c.indicator_id == indicator_id
    yield table.c.starts_at == start
    for column, value in named.items():
        yield table.c[column] == value


def subject_conditions(named: dict[str, int]) -> Iterable[sa.ColumnElement[bool]]:
    if "service_id" in named:
        yield Event.service_id == named["service_id"]
    if "area_id" in named:
        yield Event.area_id == named["area_id"]
    if "sector_id" in named:
        yield Service.sector_id == named["sector_id"]
