"""More time for a request: asked for once by its handler, decided by somebody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.reach import check_not_handler, taken
from qs.complaints.steps import handling_limit, step, trace
from qs.complaints.terms import EXTENSION_RULE, StepKind
from qs.deadlines.dues import extend_due
from qs.deadlines.terms import ByLaw
from qs.errors import Conflict
from qs.i18n import N_
from qs.texts import checked

P = Permission
REASON, REMARK = N_("Reason"), N_("Remark")
REASON_KEPT = 500  # characters of a reason that a due date keeps


def ask_extension(session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Ask for more time, once, before the limit passes; the limit moves only when somebody else approves."""
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    rules.state_after(request.state, StepKind.EXTENSION_ASKED)
    if request.extension_asked_at is not None:
        raise Conflict("extension_used" if request.extension_decided_at else "extension_pending")
    if rules.is_overdue(request.state, request.due_at, now):
        raise Conflict("extension_too_late")
    request.extension_reason = checked(reason, field=REASON)
    request.extension_asked_at, request.extension_asked_by_id = now, actor.person_id
    step(session, request, StepKind.EXTENSION_ASKED, actor=actor, now=now, note=request.extension_reason)
    trace(session, "complaints.asked_extension", request, actor=actor, now=now)


def decide_extension(
    session: Session,
    request_id: int,
    note: str = "",
    *,
    is_approved: bool,
    by_law: ByLaw | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Approve or refuse the extension somebody else asked for; when approved, the requester is told the new date.

    `by_law`: the time and the article, for packs that extend only as far as a law says.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    check_not_handler(request, actor)
    if request.extension_asked_at is None or request.extension_decided_at is not None:
        raise Conflict("extension_not_asked")
    kind = StepKind.EXTENDED if is_approved else StepKind.EXTENSION_REFUSED
    rules.state_after(request.state, kind)
    remark = checked(note, field=REMARK, is_needed=False)
    if is_approved:
        if request.due_id is None or rules.is_overdue(request.state, request.due_at, now):
            raise Conflict("extension_too_late")
        why = request.extension_reason[:REASON_KEPT]
        rule, due_id = EXTENSION_RULE, request.due_id
        due = extend_due(session, due_id, rule, reason=why, by_law=by_law, actor=actor, now=now)
        handling_limit(session, request, due)
        request.is_extended = True
    request.extension_decided_at, request.extension_decided_by_id = now, actor.person_id
    step(session, request, kind, actor=actor, now=now, note=remark, is_told=is_approved)
    trace(session, "complaints.decided_extension", request, actor=actor, now=now, is_approved=is_approved)
