"""Everything a period's scores are made of, read from the rooms upstream: from the rollups, or from the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Permission
from qs.directory.queries import areas, services
from qs.errors import Conflict
from qs.evaluations.queries import approved_scores
from qs.observations.sums import Key, Known, Sums, kept_sums, known_streams
from qs.periods import local_day, start_of
from qs.rankings.figures import Assessed, Figure
from qs.rankings.models import ScoreScheme
from qs.rankings.rules import assessed, quarter_bounds
from qs.rankings.scoring import Rated, Result, computed
from qs.rankings.terms import EVALUATION, OFFICE_MEASURES, Group, Scheme
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation, Direction

Summing = Callable[..., dict[Key, Sums]]
Row = Any  # Any: a named tuple with the columns of a frame


class SchemeMissing(Conflict):
    """No scheme says how scores are made on the last day of the period."""

    code = "scheme_missing"


@dataclass(frozen=True)
class StoredScheme:
    """A scheme with the key it is stored under and the day it began."""

    scheme_id: int
    effective_on: date
    content: Scheme


@dataclass(frozen=True)
class Gathered:
    """What a period is computed from."""

    name: str
    starts_at: datetime
    ends_at: datetime
    scheme: StoredScheme
    services: tuple[Rated, ...]
    figures: tuple[Figure, ...]
    streams: Mapping[Key, Known]

    def result(self, *, seed: int, draw_count: int) -> Result:
        return computed(self.services, self.figures, self.scheme.content, seed=seed, draw_count=draw_count)


def gathered(session: Session, name: str, *, summing: Summing = kept_sums, scheme_id: int | None = None) -> Gathered:
    """What there is about a quarter, whoever asks: an official figure does not depend on who computes it.

    `summing`: `kept_sums` reads the rollups, `counted_sums` the events. `scheme_id`: the scheme of a frozen period;
    without one, that in force on the last day. Raises PeriodUnknown, SchemeMissing.
    """
    zone = settings().zone
    starts_at, ends_at = quarter_bounds(name, zone)
    first, last = local_day(starts_at, zone), local_day(ends_at - timedelta(hours=1), zone)
    scheme = scheme_in_force(session, name, last) if scheme_id is None else stored_scheme(session, scheme_id)
    running = services_running(session, first, last)
    begins = {row.service_id: start_of(row.starts_on, zone) for row in running if row.starts_on > first}
    sums = summing(session, starts_at, ends_at, begins=begins, actor=SYSTEM)
    streams = known_streams(session, until=ends_at, actor=SYSTEM)
    editions = {row.indicator_id: row for row in editions_on(session, last, actor=SYSTEM).itertuples(index=False)}
    people = areas(session, actor=SYSTEM).set_index("id")["population"]
    days = (last - first).days + 1
    figures: list[Figure] = []
    evaluated = evaluations(session, starts_at)
    for row in running:
        since = max(row.starts_on, first)
        until = last if pd.isna(row.ends_on) else min(row.ends_on, last)
        exposure = ((until - since).days + 1) / days
        known = sorted(indicator_id for service_id, indicator_id in streams if service_id == row.service_id)
        for indicator_id in known:
            if indicator_id in editions:
                found = sums.get((row.service_id, indicator_id))
                figures.append(figure_of(row.service_id, editions[indicator_id], found, exposure))
        if row.service_id in evaluated:
            figures.append(
                Figure(row.service_id, EVALUATION, Group.EVALUATIONS, 1.0, evaluation=evaluated[row.service_id])
            )
    rated = tuple(
        Rated(row.service_id, row.department_id, row.area_id, population_of(people, row.area_id)) for row in running
    )
    return Gathered(name, starts_at, ends_at, scheme, rated, tuple(figures), streams)


def services_running(session: Session, first: date, last: date) -> list[Row]:
    """The services that ran on any day from the first to the last, by code."""
    known = services(session, actor=SYSTEM, permission=Permission.RANKINGS_READ)
    rows: list[Row] = list(known.itertuples(index=False))
    return [row for row in rows if row.starts_on <= last and (pd.isna(row.ends_on) or row.ends_on >= first)]


def population_of(people: pd.Series, area_id: int) -> int | None:
    found = people.get(area_id)
    return None if found is None or pd.isna(found) else int(found)


def figure_of(service_id: int, edition: Row, sums: Sums | None, exposure: float) -> Figure:
    target = None if pd.isna(edition.target) else float(edition.target)
    return Figure(
        service_id=service_id,
        measure=edition.code,
        part=OFFICE_MEASURES.get(edition.code, Group.INDICATORS),
        weight=float(edition.weight) if target is not None else 0.0,
        sums=sums,
        indicator_id=int(edition.indicator_id),
        edition_id=int(edition.edition_id),
        aggregation=Aggregation(edition.aggregation),
        percentile=None if pd.isna(edition.percentile) else float(edition.percentile),
        per=float(edition.per),
        direction=Direction(edition.direction),
        target=target,
        target_high=None if pd.isna(edition.target_high) else float(edition.target_high),
        exposure=exposure,
    )


def evaluations(session: Session, starts_at: datetime) -> dict[int, Assessed]:
    """What approved evaluations of the quarter say of each service."""
    scores: dict[int, dict[str, float]] = defaultdict(dict)
    items: dict[int, int] = defaultdict(int)
    approved: list[Row] = list(approved_scores(session, starts_at, actor=SYSTEM).itertuples(index=False))
    for row in approved:
        subject = str(getattr(row.subject, "value", row.subject))
        scores[int(row.service_id)][subject] = float(row.score)
        items[int(row.service_id)] += int(row.item_count)
    found: dict[int, Assessed] = {}
    for service_id, by_subject in scores.items():
        both = assessed(by_subject)
        if both is not None:
            found[service_id] = Assessed(both[0], items[service_id], both[1])
    return found


def scheme_in_force(session: Session, name: str, day: date) -> StoredScheme:
    """The scheme with which a quarter that ends on this day is scored. Raises SchemeMissing."""
    newest = sa.select(ScoreScheme).where(ScoreScheme.effective_on <= day).order_by(ScoreScheme.effective_on.desc())
    found = session.scalar(newest.limit(1))
    if found is None:
        raise SchemeMissing(name=name)
    return as_stored(found)


def stored_scheme(session: Session, scheme_id: int) -> StoredScheme:
    return as_stored(session.get_one(ScoreScheme, scheme_id))


def as_stored(scheme: ScoreScheme) -> StoredScheme:
    content = Scheme(
        **{group.value: getattr(scheme, group.value) for group in Group},
        n_min=scheme.n_min,
        missing_limit=scheme.missing_limit,
    )
    return StoredScheme(scheme.id, scheme.effective_on, content)
