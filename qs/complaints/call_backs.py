"""After the reply: the requester is called back, and the request is sent back to its unit or closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import CallBack, Request
from qs.complaints.steps import check_not_handler, close, handling_limit, limit, step, taken, trace
from qs.complaints.terms import MOST_REWORKS, REWORK_RULE, CallBackAnswer, Outcome, RequestState, StepKind
from qs.errors import Conflict
from qs.i18n import N_
from qs.observations.recording import Measure, Measured, record_measures
from qs.texts import checked

P = Permission
REASON, REMARK = N_("Reason"), N_("Remark")


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
            request.supervised_at = now
        session.flush()
        record_measures(session, *judged(call, request), actor=actor, now=now)
    else:
        request.failed_call_count += 1
    trace(session, "complaints.recorded_call_back", request, actor=actor, now=now, is_reached=answer.is_reached)


def judged(call: CallBack, request: Request) -> list[Measured]:
    """A valid call-back as events of the three rates."""
    numerators = {
        Measure.REQUEST_RESPONSE: float(bool(call.was_contacted)),
        Measure.REQUEST_RESOLUTION: float(bool(call.is_solved)),
        Measure.REQUEST_SATISFACTION: call.satisfaction.points if call.satisfaction else 0.0,
    }
    return [
        Measured(
            measure,
            call.service_id,
            call.at,
            f"call_back:{call.id}:{measure.removeprefix('request-')}",
            numerator,
            1.0,
            request.channel.met,
        )
        for measure, numerator in numerators.items()
    ]


def send_back_request(
    session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Send a request that is not solved back to its unit, with a limit of its own; twice at most."""
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    check_not_handler(request, actor)
    rules.state_after(request.state, StepKind.SENT_BACK)
    if not rules.is_rework_possible(request.rework_count):
        raise Conflict("rework_used_up")
    note = checked(reason, field=REASON)
    until = limit(session, request, REWORK_RULE, actor=actor, now=now)
    handling_limit(request, until)
    request.rework_count += 1
    request.outcome = None
    step(session, request, StepKind.SENT_BACK, actor=actor, now=now, note=note, is_told=True, until=until)
    facts = {"rework_count": request.rework_count}
    trace(session, "complaints.sent_back_request", request, actor=actor, now=now, **facts)


def close_request(
    session: Session, request_id: int, *, outcome: Outcome, version: int, actor: Actor, now: datetime
) -> None:
    """Close a replied request with its outcome, after the call-back where one is due."""
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    check_not_handler(request, actor)
    rules.check_reply_outcome(outcome)
    rules.state_after(request.state, StepKind.CLOSED)
    if request.state is RequestState.REPLIED and rules.is_call_back_due(
        has_contact=request.vault_person_id is not None,
        wants_reply=request.wants_reply,
        failed_calls=request.failed_call_count,
    ):
        raise Conflict("call_back_needed")
    close(session, request, StepKind.CLOSED, outcome, actor=actor, now=now)
    trace(session, "complaints.closed_request", request, actor=actor, now=now, outcome=outcome.value)
