"""Writing a computed quarter down for good, with a fingerprint over everything that was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.errors import Conflict
from qs.periods import to_microseconds
from qs.rankings.figures import Measured
from qs.rankings.models import FrozenMeasure, FrozenPeriod, FrozenScore, ScoreScheme
from qs.rankings.reading import Gathered
from qs.rankings.rules import seed_of
from qs.rankings.scoring import Result, Scored
from qs.rankings.terms import DRAW_COUNT, EVALUATION_KIND, METHOD

Values = Mapping[str, Any]  # Any: whatever a column of a frozen table holds


class PeriodFrozenAlready(Conflict):
    """The quarter has this revision already, or any when the first one is asked for."""

    code = "period_frozen_already"


def measure_values(one: Measured) -> dict[str, Any]:  # Any: see Values
    """A measured figure as a row of frozen_measure, without its period."""
    figure, sums = one.figure, one.figure.sums
    found = figure.evaluation
    return {
        "service_id": figure.service_id,
        "measure": figure.measure,
        "kind": EVALUATION_KIND if figure.aggregation is None else figure.aggregation.value,
        "part": figure.part,
        "indicator_id": figure.indicator_id,
        "edition_id": figure.edition_id,
        "event_count": 0 if sums is None else sums.n,
        "numerator": found.points * found.item_count if found else 0.0 if sums is None else sums.numerator,
        "denominator": float(found.item_count) if found else 0.0 if sums is None else sums.denominator,
        "n": one.n,
        "value": one.value,
        "lower": one.lower,
        "upper": one.upper,
        "score": one.score,
        "score_lower": one.score_lower,
        "score_upper": one.score_upper,
        "weight": one.weight,
    }


def score_values(one: Scored) -> dict[str, Any]:  # Any: see Values
    """A score as a row of frozen_score, without its period."""
    named = {
        column.name: getattr(one, column.name) for column in FrozenScore.__table__.columns if column.name != "period_id"
    }
    return named


def store(
    session: Session,
    gathered: Gathered,
    result: Result,
    *,
    revision: int,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> FrozenPeriod:
    """Write one revision of a quarter. Raises PeriodFrozenAlready when somebody was faster."""
    values = {
        "name": gathered.name,
        "revision": revision,
        "starts_at": gathered.starts_at,
        "ends_at": gathered.ends_at,
        "frozen_at": now,
        "person_id": actor.person_id,
        "reason": reason,
        "scheme_id": gathered.scheme.scheme_id,
        "method": METHOD,
        "seed": seed_of(gathered.name),
        "draw_count": DRAW_COUNT,
    }
    measures = [measure_values(one) for one in result.measures]
    scores = [score_values(one) for one in result.scores]
    scheme = session.get_one(ScoreScheme, gathered.scheme.scheme_id)
    period = FrozenPeriod(**values, sha256=fingerprint(values, scheme_values(scheme), measures, scores))
    try:
        with session.begin_nested():
            session.add(period)
            session.flush()
    except IntegrityError as error:
        raise PeriodFrozenAlready(name=gathered.name) from error
    for model, rows in ((FrozenMeasure, measures), (FrozenScore, scores)):
        if rows:
            session.execute(sa.insert(model), [{**row, "period_id": period.id} for row in rows])
    return period


def scheme_values(scheme: ScoreScheme) -> dict[str, Any]:  # Any: see Values
    """What the scheme of a period says, as part of its fingerprint."""
    names = [column.name for column in ScoreScheme.__table__.columns if column.name not in ("id", "recorded_at")]
    return {name: getattr(scheme, name) for name in names}


def fingerprint(period: Values, scheme: Values, measures: Iterable[Values], scores: Iterable[Values]) -> str:
    """SHA-256 over the rows in one fixed form and order: JSON, one line each, names sorted, moments as microseconds."""
    digest = hashlib.sha256()
    ordered = (
        ("period", [period]),
        ("scheme", [scheme]),
        ("measure", sorted(measures, key=lambda row: (row["service_id"], row["measure"]))),
        ("score", sorted(scores, key=lambda row: (str(row["level"].value), row["subject_id"]))),
    )
    for kind, rows in ordered:
        for row in rows:
            told = {name: plain(value) for name, value in row.items()}
            digest.update(json.dumps([kind, told], ensure_ascii=False, sort_keys=True, allow_nan=False).encode())
            digest.update(b"\n")
    return digest.hexdigest()


def plain(value: object) -> object:
    """A value in the form it is fingerprinted in; the same on every store."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return to_microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
