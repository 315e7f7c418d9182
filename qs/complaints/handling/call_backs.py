"""After the reply: the office verifies it, the requester is called back, and the request is reworked or closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.measures import count_call
from qs.complaints.models import CallBack
from qs.complaints.reach import check_not_handler, taken
from qs.complaints.steps import close, handling_limit, limit, step, supervise, trace
from qs.complaints.terms import (
    CALL_BACK_RULE,
    MOST_REWORKS,
    REWORK_RULE,
    CallBackAnswer,
    Outcome,
    RequestState,
    StepKind,
    Supervision,
)
from qs.errors import Conflict
from qs.i18n import N_
from qs.texts import checked

P = Permission
REASON, REMARK = N_("Reason"), N_("Remark")


def verify_reply(session: Session, request_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Find that the reply says what was done and answers the matter; the time for calling back begins.

    Somebody else than the handler does it. A reply that does not hold is sent back instead (send_back_request).
    """
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    check_not_handler(request, actor)
    rules.state_after(request.state, StepKind.VERIFIED)
    until = limit(session, request, CALL_BACK_RULE, actor=actor, now=now)
    step(session, request, StepKind.VERIFIED, actor=actor, now=now, until=until)
    request.verified_at, request.verified_by_id = now, actor.person_id
    trace(session, "complaints.verified_reply", request, actor=actor, now=now)


def record_call_back(
    session: Session, request_id: int, answer: CallBackAnswer, *, version: int, actor: Actor, now: datetime
) -> None:
    """Keep what the requester said when called, or that nobody answered; each attempt is kept.

    A reached requester who says it is not solved after the last rework brings the request to supervision.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    check_not_handler(request, actor)
    rules.check_call_back(answer)
    comment = checked(answer.comment, field=REMARK, is_needed=False)
    kind = StepKind.CALLED_BACK if answer.is_reached else StepKind.NOT_REACHED
    rules.state_after(request.state, kind)
    if request.vault_person_id is None:
        raise Conflict("call_back_without_contact")
    if request.unit_id is None:
        raise Conflict("call_back_without_unit")
    call = CallBack(
        request_id=request.id,
        service_id=request.service_id,
        unit_id=request.unit_id,
        at=now,
        person_id=actor.person_id,
        is_reached=answer.is_reached,
        was_contacted=answer.was_contacted,
        is_solved=answer.is_solved,
        satisfaction=answer.satisfaction,
        comment=comment,
    )
    session.add(call)
    step(session, request, kind, actor=actor, now=now, note=comment)
    if answer.is_reached:
        request.called_back_at = now
        if not answer.is_solved and request.rework_count >= MOST_REWORKS:
            supervise(session, request, Supervision.INTERVIEW, actor=actor, now=now)
    else:
        request.failed_call_count += 1
    count_call(session, request, call, now=now)
    trace(session, "complaints.recorded_call_back", request, actor=actor, now=now, is_reached=answer.is_reached)


def send_back_request(
    session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Send a request whose reply does not hold, or that is not solved, back to its unit with a limit of its own.

    Twice at most; the second time brings it to supervision at the level of an interview.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    check_not_handler(request, actor)
    rules.state_after(request.state, StepKind.SENT_BACK)
    if not rules.is_rework_possible(request.rework_count):
        raise Conflict("rework_used_up")
    note = checked(reason, field=REASON)
    until = limit(session, request, REWORK_RULE, actor=actor, now=now)
    handling_limit(session, request, until)
    request.rework_count += 1
    request.outcome = None
    step(session, request, StepKind.SENT_BACK, actor=actor, now=now, note=note, is_told=True, until=until)
    if request.rework_count == MOST_REWORKS:
        supervise(session, request, Supervision.INTERVIEW, actor=actor, now=now)
    facts = {"rework_count": request.rework_count}
    trace(session, "complaints.sent_back_request", request, actor=actor, now=now, **facts)


def close_request(
    session: Session, request_id: int, *, outcome: Outcome, version: int, actor: Actor, now: datetime
) -> None:
    """Close a request whose reply is verified with its outcome, after the call-back where one is due."""
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    check_not_handler(request, actor)
    rules.check_reply_outcome(outcome)
    rules.state_after(request.state, StepKind.CLOSED)
    if request.state is RequestState.VERIFIED and rules.is_call_back_due(
        has_contact=request.vault_person_id is not None and request.unit_id is not None,
        wants_reply=request.wants_reply,
        failed_calls=request.failed_call_count,
    ):
        raise Conflict("call_back_needed")
    close(session, request, StepKind.CLOSED, outcome, actor=actor, now=now)
    trace(session, "complaints.closed_request", request, actor=actor, now=now, outcome=outcome.value)
