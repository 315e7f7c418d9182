"""Proof that frozen quarters are what was frozen, and what the events say: fingerprints, trail and a recomputation.

Three things are compared. The rows of every revision must give their fingerprint; the fingerprint must be the one
that the audit trail, which is chained under a key outside the store, has kept; and the newest revision is recomputed
from the events, not from the rollups. A figure that comes out otherwise has *moved* when something arrived for it
after the quarter was frozen (a correction, a late event, a late approval): that is no fault but a reason to freeze the
quarter again. When nothing arrived, it is a fault: events or frozen rows were changed past the program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.models import AuditEntry
from qs.errors import NotFound
from qs.observations.sums import counted_sums
from qs.rankings.freezing import fingerprint, measure_values, scheme_values, score_values
from qs.rankings.models import FrozenMeasure, FrozenPeriod, FrozenScore, ScoreScheme
from qs.rankings.reading import Gathered, gathered
from qs.rankings.rules import seed_of
from qs.rankings.terms import METHOD, FaultKind

RELATIVE_TOLERANCE = 1e-9  # of sums of floats, which depend on the order of adding
SCORE_TOLERANCE = 1e-6  # points, ranks and probabilities computed from such sums
LISTED = 100
COUNTED = ("event_count", "numerator", "denominator", "n", "value", "lower", "upper")
Row = Mapping[str, Any]  # Any: whatever a column of a frozen table holds
Key = tuple[Any, ...]  # Any: the key of a row without its period


@dataclass(frozen=True)
class Fault:
    """Something that must not be."""

    kind: FaultKind
    period: str
    revision: int
    place: str  # "" for the whole revision


@dataclass(frozen=True)
class Moved:
    """A figure for which something has arrived since the quarter was frozen."""

    period: str
    service_id: int
    measure: str
    frozen: float | None
    counted: float | None


@dataclass(frozen=True)
class PeriodVerdict:
    """What a verification compared and found; the first hundred of each are listed."""

    revision_count: int
    cell_count: int
    fault_count: int
    moved_count: int
    faults: tuple[Fault, ...]
    moved: tuple[Moved, ...]

    @property
    def is_sound(self) -> bool:
        return self.fault_count == 0


class PeriodNotFrozen(NotFound):
    """There is no frozen quarter of this name."""

    code = "period_not_frozen"


def verify_periods(session: Session, *, actor: Actor, name: str | None = None) -> PeriodVerdict:
    """Check every frozen quarter, or one. Raises NotFound for a quarter that is not frozen."""
    actor.check_everywhere(Permission.RANKINGS_READ)
    wanted = sa.select(FrozenPeriod).order_by(FrozenPeriod.name, FrozenPeriod.revision)
    if name is not None:
        wanted = wanted.where(FrozenPeriod.name == name)
    periods = list(session.scalars(wanted))
    if name is not None and not periods:
        raise PeriodNotFrozen(name=name[:20])
    newest = {period.name: period.id for period in periods}
    faults: list[Fault] = []
    moved: list[Moved] = []
    cell_count = 0
    for period in periods:
        measures, scores = stored_rows(session, FrozenMeasure, period.id), stored_rows(session, FrozenScore, period.id)
        cell_count += len(measures) + len(scores)
        faults += unlike_frozen(session, period, measures, scores)
        if newest[period.name] == period.id:
            found_faults, found_moved = recomputed(session, period, measures, scores)
            faults += found_faults
            moved += found_moved
    return PeriodVerdict(
        len(periods), cell_count, len(faults), len(moved), tuple(faults[:LISTED]), tuple(moved[:LISTED])
    )


def stored_rows(
    session: Session, model: type[FrozenMeasure] | type[FrozenScore], period_id: int
) -> list[dict[str, Any]]:  # Any: see Row
    """The rows of one revision without its key."""
    columns = [getattr(model, column.name) for column in model.__table__.columns if column.name != "period_id"]
    found = session.execute(sa.select(*columns).where(model.period_id == period_id))
    return [dict(row._mapping) for row in found]


def unlike_frozen(
    session: Session, period: FrozenPeriod, measures: Sequence[Row], scores: Sequence[Row]
) -> list[Fault]:
    """Whether the rows still give the fingerprint, and whether it is the one the trail has kept."""
    faults = []
    own = {
        column.name: getattr(period, column.name)
        for column in FrozenPeriod.__table__.columns
        if column.name not in ("id", "sha256")
    }
    scheme = scheme_values(session.get_one(ScoreScheme, period.scheme_id))
    if fingerprint(own, scheme, measures, scores) != period.sha256:
        faults.append(Fault(FaultKind.HASH, period.name, period.revision, ""))
    if trailed(session, period) != period.sha256:
        faults.append(Fault(FaultKind.TRAIL, period.name, period.revision, ""))
    return faults


def trailed(session: Session, period: FrozenPeriod) -> str | None:
    """The fingerprint that the audit trail has kept of a revision."""
    entry = session.scalar(
        sa.select(AuditEntry)
        .where(AuditEntry.object == f"frozen_period:{period.id}", AuditEntry.action == "rankings.froze_period")
        .order_by(AuditEntry.seq)
        .limit(1)
    )
    return None if entry is None else str(entry.facts.get("sha256"))


def recomputed(
    session: Session, period: FrozenPeriod, measures: Sequence[Row], scores: Sequence[Row]
) -> tuple[list[Fault], list[Moved]]:
    """The faults and the moved figures that a recomputation of one quarter from its events finds."""
    facts = gathered(session, period.name, summing=counted_sums, scheme_id=period.scheme_id)
    result = facts.result(seed=seed_of(period.name), draw_count=period.draw_count)
    counted = {measure_key(row): row for row in map(measure_values, result.measures)}
    stored = {measure_key(row): row for row in measures}
    faults: list[Fault] = []
    moved: list[Moved] = []
    for key in sorted(counted.keys() | stored.keys()):
        if same(stored.get(key), counted.get(key), COUNTED, RELATIVE_TOLERANCE):
            continue
        service_id, measure = key
        if has_arrived(facts, period, counted.get(key) or stored[key]):
            before, after = stored.get(key, {}).get("value"), counted.get(key, {}).get("value")
            moved.append(Moved(period.name, service_id, measure, before, after))
        else:
            faults.append(Fault(FaultKind.FIGURES, period.name, period.revision, f"service:{service_id} {measure}"))
    if not moved and not faults and period.method == METHOD:
        faults += unlike_scores(period, stored, counted, scores, [score_values(one) for one in result.scores])
    return faults, moved


def unlike_scores(
    period: FrozenPeriod,
    stored: Mapping[Key, Row],
    counted: Mapping[Key, Row],
    scores: Sequence[Row],
    scores_counted: list[dict[str, Any]],  # Any: see Row
) -> list[Fault]:
    """Points, scores and ranks that the same counts do not give. Peers lend strength: one moved count excuses all."""
    pointed = ("score", "score_lower", "score_upper", "weight")
    places = [
        f"service:{key[0]} {key[1]}" for key in stored if not same(stored[key], counted[key], pointed, SCORE_TOLERANCE)
    ]
    frozen = {(row["level"].value, row["subject_id"]): row for row in scores}
    again = {(row["level"].value, row["subject_id"]): row for row in scores_counted}
    for key in sorted(frozen.keys() | again.keys()):
        row = again.get(key) or frozen[key]
        names = tuple(name for name in row if name not in ("level", "subject_id"))
        if not same(frozen.get(key), again.get(key), names, SCORE_TOLERANCE):
            places.append(f"{key[0]}:{key[1]}")
    return [Fault(FaultKind.FIGURES, period.name, period.revision, place) for place in places]


def measure_key(row: Row) -> Key:
    return row["service_id"], row["measure"]


def has_arrived(facts: Gathered, period: FrozenPeriod, row: Row) -> bool:
    """Whether anything was received for this figure after the quarter was frozen.

    The store keeps when something last arrived for a service and indicator. Evaluations are approved after the
    quarter as a rule, so theirs may always have moved.
    """
    if row["indicator_id"] is None:
        return True
    known = facts.streams.get((row["service_id"], row["indicator_id"]))
    return known is not None and known.last_received_at > period.frozen_at


def same(left: Row | None, right: Row | None, names: tuple[str, ...], tolerance: float) -> bool:
    """Whether two rows agree in these columns: numbers to the tolerance, everything else exactly."""
    if left is None or right is None:
        return False
    return all(alike(left[name], right[name], tolerance) for name in names)


def alike(left: object, right: object, tolerance: float) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return abs(left - right) <= tolerance * max(abs(left), abs(right), 1.0)
    return left == right
