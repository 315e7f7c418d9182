"""The clock of a request stands still: for a coded reason, approved by somebody else, and runs on where it stood."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import RequestStep
from qs.complaints.reach import check_not_handler, taken
from qs.complaints.steps import forget_pause, let_run, step, trace
from qs.complaints.terms import MOST_PAUSES, PauseReason, StepKind
from qs.deadlines.dues import pause_due
from qs.errors import Conflict
from qs.i18n import N_
from qs.texts import checked

P = Permission
REASON, REMARK = N_("Reason"), N_("Remark")


def ask_pause(
    session: Session, request_id: int, text: str, *, reason: PauseReason, version: int, actor: Actor, now: datetime
) -> None:
    """Ask that the clock stands, for a coded reason explained in words; it runs on until somebody else approves.

    Raises Conflict after the limit, while a pause is still to be decided, or after MOST_PAUSES pauses.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    rules.state_after(request.state, StepKind.PAUSE_ASKED)
    if request.pause_asked_at is not None:
        raise Conflict("pause_pending")
    if rules.is_overdue(request.state, request.due_at, now):
        raise Conflict("pause_too_late")
    if pause_count(session, request.id) >= MOST_PAUSES:
        raise Conflict("pauses_used_up", most=MOST_PAUSES)
    words = checked(text, field=REASON)
    request.pause_reason, request.pause_asked_at, request.pause_asked_by_id = reason, now, actor.person_id
    step(session, request, StepKind.PAUSE_ASKED, actor=actor, now=now, note=words, code=reason.value)
    trace(session, "complaints.asked_pause", request, actor=actor, now=now, reason=reason.value)


def decide_pause(
    session: Session,
    request_id: int,
    note: str = "",
    *,
    is_approved: bool,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Approve or refuse the pause somebody else asked for; once approved the clock stands, and the requester is told.

    Raises Conflict when nobody asked, or when the limit has passed in the meantime.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    check_not_handler(request, actor)
    kind = StepKind.PAUSED if is_approved else StepKind.PAUSE_REFUSED
    rules.state_after(request.state, kind)
    if request.pause_asked_at is None or request.pause_reason is None:
        raise Conflict("pause_not_asked")
    remark, reason = checked(note, field=REMARK, is_needed=False), request.pause_reason
    if is_approved:
        if request.due_id is None or rules.is_overdue(request.state, request.due_at, now):
            raise Conflict("pause_too_late")
        pause_due(session, request.due_id, reason=reason.value, actor=actor, now=now)
    else:
        forget_pause(request)
    step(session, request, kind, actor=actor, now=now, note=remark, code=reason.value, is_told=is_approved)
    trace(session, "complaints.decided_pause", request, actor=actor, now=now, is_approved=is_approved)


def resume_request(
    session: Session, request_id: int, note: str = "", *, version: int, actor: Actor, now: datetime
) -> None:
    """Let the clock of a paused request run on: the working time for which it stood is added, and nothing else.

    By the unit when its reason has gone, or by whoever may approve a pause.
    """
    permission = P.COMPLAINTS_HANDLE if actor.has(P.COMPLAINTS_HANDLE) else P.COMPLAINTS_APPROVE
    request = taken(session, request_id, version, permission, actor=actor)
    rules.state_after(request.state, StepKind.RESUMED)
    remark = checked(note, field=REMARK, is_needed=False)
    let_run(session, request, actor=actor, now=now)
    step(session, request, StepKind.RESUMED, actor=actor, now=now, note=remark, is_told=True)
    trace(session, "complaints.resumed_request", request, actor=actor, now=now)


def pause_count(session: Session, request_id: int) -> int:
    """How often the clock of a request has stood."""
    statement = sa.select(sa.func.count(RequestStep.id)).where(
        RequestStep.request_id == request_id, RequestStep.kind == StepKind.PAUSED
    )
    return session.scalar(statement) or 0
