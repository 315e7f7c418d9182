"""More time for an order: asked for once by the unit, decided by somebody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.deadlines.dues import extend_due
from qs.errors import Conflict, NotAllowed
from qs.rectifications import rules
from qs.rectifications.models import RectificationExtension
from qs.rectifications.steps import due_moment, move, object_of, taken, written
from qs.rectifications.terms import Status, StepKind
from qs.texts import SHORT

ANSWER = Permission.RECTIFICATIONS_ANSWER
APPROVE = Permission.RECTIFICATIONS_APPROVE
EXTENSION_RULE = "rectification.extension"


class ExtensionUsed(Conflict):
    """There is one extension, and it was asked for."""

    code = "extension_used"


class ApproverIsParty(NotAllowed):
    """Nobody grants what they asked for."""

    code = "approver_is_party"


def ask_extension(
    session: Session, rectification_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Ask once for more time, before the time is over.

    Raises NotAllowed, NotFound, ChangedMeanwhile, StepImpossible, ExtensionUsed, InvalidInput.
    """
    stored = taken(session, rectification_id, ANSWER, version, actor)
    if stored.status not in (Status.ORDERED, Status.PLANNED):
        raise rules.StepImpossible
    if session.get(RectificationExtension, stored.id) is not None:
        raise ExtensionUsed
    if now > due_moment(session, stored.due_id):
        raise Conflict("extension_too_late")
    words = written(reason, "reason")
    session.add(
        RectificationExtension(rectification_id=stored.id, reason=words, asked_by=actor.person_id, asked_at=now)
    )
    move(session, stored, stored.status, StepKind.EXTENSION_ASKED, words, actor, now)
    record(session, "rectifications.asked_extension", object_of(stored), actor=actor, now=now)


def decide_extension(
    session: Session,
    rectification_id: int,
    note: str,
    *,
    is_granted: bool,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Grant or refuse the extension that was asked for.

    Raises NotAllowed, ApproverIsParty, NotFound, ChangedMeanwhile, Conflict, InvalidInput.
    """
    stored = taken(session, rectification_id, APPROVE, version, actor)
    asked = session.get(RectificationExtension, stored.id)
    if asked is None or asked.decided_at is not None or not stored.status.is_with_unit:
        raise Conflict("extension_not_pending")
    if actor.person_id is not None and actor.person_id == asked.asked_by:
        raise ApproverIsParty
    words = written(note, "note", is_needed=not is_granted)
    asked.is_granted, asked.note, asked.decided_by, asked.decided_at = is_granted, words, actor.person_id, now
    if is_granted:
        extend_due(session, stored.due_id, EXTENSION_RULE, reason=asked.reason[:SHORT], actor=actor, now=now)
    kind = StepKind.EXTENSION_GRANTED if is_granted else StepKind.EXTENSION_REFUSED
    move(session, stored, stored.status, kind, words, actor, now)
    record(session, "rectifications.decided_extension", object_of(stored), actor=actor, now=now, is_granted=is_granted)
