"""The steps of an order: found in scope, compared by version, moved with a row for each step, counted once a round."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.deadlines.dues import set_due
from qs.deadlines.models import DueDate
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.observations.recording import Measure, Measured, record_measures
from qs.rectifications import rules
from qs.rectifications.models import Rectification, RectificationStep
from qs.rectifications.terms import FIELDS, Status, StepKind
from qs.texts import SHORT, checked


def taken(session: Session, rectification_id: int, right: Permission, version: int, actor: Actor) -> Rectification:
    """The order for changing, when the actor has the right over its service and saw its present state."""
    actor.check(right)
    stored = session.get(Rectification, rectification_id, with_for_update=True, populate_existing=True)
    reach = visible_services(actor, right)
    if stored is None or session.scalar(reach.where(Service.id == stored.service_id)) is None:
        raise NotFound("rectification_unknown")
    rules.check_version(stored.version, version)
    return stored


def move(
    session: Session,
    stored: Rectification,
    wanted: Status,
    kind: StepKind,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let the order stand somewhere else, and keep the step."""
    before, stored.status = stored.status, wanted
    stored.closed_at = now if wanted is Status.CLOSED else None
    stored.version += 1
    add_step(session, stored, kind, before, note, actor, now)


def begin_round(session: Session, stored: Rectification, note: str, *, actor: Actor, now: datetime) -> None:
    """Open a closed order again, with a full time limit; part of another act, which leaves the trace."""
    due = set_due(session, object_of(stored), stored.rule, starts_at=now, actor=actor, now=now)
    stored.due_id, stored.rework_due_id = due.due_id, None
    stored.round, stored.measured_at, stored.counted_at = stored.round + 1, None, None
    move(session, stored, Status.REOPENED, StepKind.REOPENED, note, actor, now)


def add_step(
    session: Session,
    stored: Rectification,
    kind: StepKind,
    before: Status | None,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        RectificationStep(
            rectification_id=stored.id,
            kind=kind,
            from_status=before,
            to_status=stored.status,
            note=note,
            person_id=actor.person_id,
            username=actor.username,
            happened_at=now,
        )
    )
    session.flush()


def measure(
    session: Session, stored: Rectification, on_time: float, happened_at: datetime, *, actor: Actor, now: datetime
) -> None:
    """Keep as an event whether the order was on time in this round."""
    fact = fact_of(stored, Measure.RECTIFICATION_ON_TIME, event_of(stored), happened_at, on_time)
    record_measures(session, fact, actor=actor, now=now)
    stored.measured_at = happened_at


def measure_closure(
    session: Session, stored: Rectification, closed: float, happened_at: datetime, *, actor: Actor, now: datetime
) -> None:
    """Keep as an event whether this round was brought to a close in the end."""
    fact = fact_of(stored, Measure.RECTIFICATION_CLOSED, f"{event_of(stored)}:closed", happened_at, closed)
    record_measures(session, fact, actor=actor, now=now)
    stored.counted_at = happened_at


def measure_days(session: Session, stored: Rectification, *, actor: Actor, now: datetime) -> None:
    """Keep as an event how long this round took."""
    again = sa.select(sa.func.max(RectificationStep.happened_at)).where(
        RectificationStep.rectification_id == stored.id, RectificationStep.kind == StepKind.REOPENED
    )
    days = (now - (session.scalar(again) or stored.ordered_at)) / timedelta(days=1)
    fact = fact_of(stored, Measure.RECTIFICATION_DAYS, f"{event_of(stored)}:days", now, days)
    record_measures(session, fact, actor=actor, now=now)


def take_back_measures(session: Session, stored: Rectification, *, actor: Actor, now: datetime) -> None:
    """Take back what was counted of an order that should not have been given."""
    counted = (
        (Measure.RECTIFICATION_ON_TIME, event_of(stored), stored.measured_at),
        (Measure.RECTIFICATION_CLOSED, f"{event_of(stored)}:closed", stored.counted_at),
    )
    facts = [
        fact_of(stored, one, f"{event_id}:withdrawn", happened_at, 0.0, denominator=0.0, corrects=event_id)
        for one, event_id, happened_at in counted
        if happened_at is not None
    ]
    record_measures(session, *facts, actor=actor, now=now)


def fact_of(
    stored: Rectification,
    counted_as: Measure,
    event_id: str,
    happened_at: datetime,
    numerator: float,
    *,
    denominator: float = 1.0,
    corrects: str = "",
) -> Measured:
    return Measured(
        counted_as,
        stored.service_id,
        happened_at,
        event_id=event_id,
        numerator=numerator,
        denominator=denominator,
        corrects=corrects,
    )


def event_of(stored: Rectification) -> str:
    return f"{object_of(stored)}:{stored.round}"


def object_of(stored: Rectification) -> str:
    return f"rectification:{stored.id}"


def due_moment(session: Session, due_id: int) -> datetime:
    return session.scalars(sa.select(DueDate.due_at).where(DueDate.id == due_id)).one()


def written(text: str, field: str, *, is_needed: bool = True) -> str:
    """A text as it is kept. Raises InvalidInput."""
    is_title = field.startswith("title")
    if is_title:
        return checked(text, field=FIELDS[field], longest=SHORT, is_needed=is_needed, is_long=False)
    return checked(text, field=FIELDS[field], is_needed=is_needed)
