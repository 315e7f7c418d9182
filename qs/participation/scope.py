"""Objects of participation inside somebody's scope, the compare-and-set on them, and the steps they take."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotFound
from qs.participation.models import (
    Consultation,
    Hearing,
    NegativeRating,
    ParticipationStep,
    RatingExclusion,
    RatingPoint,
    Suggestion,
)

Versioned = RatingPoint | NegativeRating | Suggestion | Consultation | Hearing


class ChangedMeanwhile(Conflict):
    """Somebody else changed the object since this person opened it."""

    code = "participation_changed"


def may_reach(session: Session, service_id: int | None, permission: Permission, actor: Actor) -> bool:
    """Whether the actor holds the permission over this service."""
    if service_id is None:
        return False
    reached = visible_services(actor, permission).where(Service.id == service_id)
    return session.scalar(reached) is not None


def check_service(session: Session, service_id: int, permission: Permission, actor: Actor) -> None:
    """Raise NotAllowed without the right, NotFound when the service lies outside it."""
    actor.check(permission)
    if not may_reach(session, service_id, permission, actor):
        raise NotFound("service_unknown")


def point_in_scope(session: Session, point_id: int, permission: Permission, actor: Actor) -> RatingPoint:
    actor.check(permission)
    point = session.get(RatingPoint, point_id, with_for_update=True)
    if point is None or not may_reach(session, point.service_id, permission, actor):
        raise NotFound("point_unknown")
    return point


def negative_in_scope(session: Session, negative_id: int, permission: Permission, actor: Actor) -> NegativeRating:
    actor.check(permission)
    negative = session.get(NegativeRating, negative_id, with_for_update=True)
    if negative is None or not may_reach(session, negative.service_id, permission, actor):
        raise NotFound("negative_unknown")
    return negative


def exclusion_in_scope(session: Session, exclusion_id: int, permission: Permission, actor: Actor) -> RatingExclusion:
    actor.check(permission)
    exclusion = session.get(RatingExclusion, exclusion_id, with_for_update=True)
    if exclusion is None or not may_reach(session, exclusion.service_id, permission, actor):
        raise NotFound("exclusion_unknown")
    return exclusion


def suggestion_in_scope(session: Session, suggestion_id: int, permission: Permission, actor: Actor) -> Suggestion:
    actor.check(permission)
    suggestion = session.get(Suggestion, suggestion_id, with_for_update=True)
    if suggestion is None or not may_reach(session, suggestion.service_id, permission, actor):
        raise NotFound("suggestion_unknown")
    return suggestion


def claim(row: Versioned, version: int) -> None:
    """Take the next version of a row that the actor opened at `version`; the row is locked by its reading."""
    if row.version != version:
        raise ChangedMeanwhile
    row.version = version + 1


def add_step(
    session: Session, subject: str, before: str, after: str, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    """One row of history: who took `subject` from one state to the next, when, and what was noted."""
    session.add(
        ParticipationStep(
            subject=subject, at=now, person_id=actor.person_id, from_status=before, to_status=after, note=note
        )
    )


def acted_on(session: Session, subjects: list[str]) -> set[int]:
    """The people who took a step of these objects."""
    statement = sa.select(ParticipationStep.person_id).where(
        ParticipationStep.subject.in_(subjects), ParticipationStep.person_id.is_not(None)
    )
    return {person_id for person_id in session.scalars(statement) if person_id is not None}
