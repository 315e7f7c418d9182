"""The steps of an order: found in scope, compared by version, moved with a row for each step, counted once a round."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
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
    fact = Measured(
        Measure.RECTIFICATION_ON_TIME,
        stored.service_id,
        happened_at,
        event_id=event_of(stored),
        numerator=on_time,
        denominator=1.0,
    )
    record_measures(session, fact, actor=actor, now=now)
    stored.measured_at = happened_at


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
