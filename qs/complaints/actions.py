"""What can be done with a request at the desk and in its unit: refuse, dispatch, return, sign, reply, rectify."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.terms import Upload
from qs.audit.actions import record
from qs.complaints import rules
from qs.complaints.enclosures import enclose
from qs.complaints.handling.co_units import missing_reports
from qs.complaints.measures import count_answer, count_return, count_signature, note_unsigned
from qs.complaints.models import Request
from qs.complaints.reach import taken
from qs.complaints.steps import close, forget_wishes, limit, note_late, refresh_limits, send, step, trace
from qs.complaints.terms import (
    DISPATCH_RULE,
    VERIFY_RULE,
    WITHOUT_CO_UNITS,
    Outcome,
    Refusal,
    RequestKind,
    RequestState,
    StepKind,
)
from qs.errors import Conflict, InvalidInput
from qs.i18n import N_
from qs.rectifications.actions import order_rectification
from qs.rectifications.terms import Source
from qs.texts import checked, composed

P = Permission
WRITING = (P.COMPLAINTS_DISPATCH, P.COMPLAINTS_CALL_BACK, P.COMPLAINTS_HANDLE)
REASON, ANSWER, MESSAGE = N_("Reason"), N_("Answer"), N_("Message")


def answer_on_the_spot(
    session: Session,
    request_id: int,
    text: str,
    *,
    outcome: Outcome,
    files: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Answer a request while it is being registered, and close it; nobody else has to work on it.

    `files`: sent to the requester with the answer.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_REGISTER, actor=actor)
    rules.check_reply_outcome(outcome)
    request.answer = checked(text, field=ANSWER)
    request.replied_at = now
    step_id = close(session, request, StepKind.ANSWERED, outcome, actor=actor, now=now, note=request.answer)
    kept = enclose(session, step_id, files, actor=actor, now=now)
    count_answer(session, request, now=now)
    facts = {"outcome": outcome.value, "files": kept}
    trace(session, "complaints.answered_request", request, actor=actor, now=now, **facts)


def refuse_request(
    session: Session, request_id: int, text: str, *, reason: Refusal, version: int, actor: Actor, now: datetime
) -> None:
    """Not accept a request: the requester is told the reason, and with it where to turn to (handling_wording.where_to).

    An emergency is passed on at once by whoever takes the call. Raises Conflict when a department would refuse a
    complaint or report about itself, InvalidInput without words for the requester.
    """
    is_urgent = reason is Refusal.EMERGENCY and not actor.has(P.COMPLAINTS_APPROVE)
    permission = P.COMPLAINTS_REGISTER if is_urgent else P.COMPLAINTS_APPROVE
    request = taken(session, request_id, version, permission, actor=actor)
    accuses = request.kind in (RequestKind.COMPLAINT, RequestKind.REPORT)
    if accuses and not actor.has_everywhere(permission):
        raise Conflict("recusal_of_department")
    rules.state_after(request.state, StepKind.NOT_ACCEPTED)
    request.answer, request.refusal = checked(text, field=ANSWER), reason
    told = {"note": request.answer, "code": reason.value}
    close(session, request, StepKind.NOT_ACCEPTED, Outcome.NOT_ACCEPTED, actor=actor, now=now, **told)
    trace(session, "complaints.refused_request", request, actor=actor, now=now, refusal=reason.value)


def dispatch_request(
    session: Session,
    request_id: int,
    *,
    service_id: int | None,
    brief: str = "",
    despite: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a request to the service that is to handle it; the first receiver leads.

    `brief`: what is to be handled. Needed where the unit may not read the requester's own words.
    `despite`: why a report of wrongdoing goes to the unit it is about all the same, by a supervisor; else Conflict.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    send(session, request, StepKind.DISPATCHED, service_id, brief, actor=actor, now=now, despite=despite)
    trace(session, "complaints.dispatched_request", request, actor=actor, now=now, service=request.service_id)


def return_request(
    session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Send a request back because another unit should handle it: within 24 hours, with a reason, not once ruled."""
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    rules.state_after(request.state, StepKind.RETURNED)
    if request.lead_unit_id is not None:
        raise Conflict("return_ruled")
    if request.next_due_at is not None and now > request.next_due_at:
        raise Conflict("return_too_late")
    note = checked(reason, field=REASON)
    count_return(session, request, now=now)
    until = limit(session, request, DISPATCH_RULE, actor=actor, now=now)
    by = str(request.service_id or "")
    step(session, request, StepKind.RETURNED, actor=actor, now=now, note=note, code=by, until=until)
    request.returned_count += 1
    trace(session, "complaints.returned_request", request, actor=actor, now=now, service=request.service_id)


def rule_request(
    session: Session,
    request_id: int,
    reason: str,
    *,
    service_id: int | None,
    despite: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide who handles a returned request; the unit is fixed as lead and cannot return it again."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    note = checked(reason, field=REASON)
    send(session, request, StepKind.RULED, service_id, "", actor=actor, now=now, note=note, despite=despite)
    request.lead_unit_id = request.unit_id
    trace(session, "complaints.ruled_request", request, actor=actor, now=now, service=request.service_id)


def sign_request(session: Session, request_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Take a dispatched request in hand; who signs is its handler."""
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    step(session, request, StepKind.SIGNED, actor=actor, now=now, is_told=True)
    count_signature(session, request, now=now)
    request.handler_id, request.signed_at = actor.person_id, now
    trace(session, "complaints.signed_request", request, actor=actor, now=now)


def reply_request(
    session: Session,
    request_id: int,
    text: str,
    *,
    outcome: Outcome,
    without_co_units: str = "",
    files: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Tell the requester what was done; the office verifies it, then the requester judges it.

    `files`: sent to the requester with the answer.
    `without_co_units`: why the answer does not wait for co-handling units that have not reported; kept with the case.
    Raises Conflict `co_units_missing` without such a reason. What was asked for and not decided is dropped.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    rules.check_reply_outcome(outcome)
    answer = checked(text, field=ANSWER)
    reason = checked(without_co_units, field=REASON, is_needed=False)
    rules.state_after(request.state, StepKind.REPLIED)
    if (missing := missing_reports(session, request)) and not reason:
        raise Conflict("co_units_missing", count=missing)
    note_late(session, request, actor=actor, now=now)
    forget_wishes(request)
    if missing:
        step(session, request, StepKind.NOTED, actor=actor, now=now, note=reason, code=WITHOUT_CO_UNITS)
    until = limit(session, request, VERIFY_RULE, actor=actor, now=now)
    step_id = step(session, request, StepKind.REPLIED, actor=actor, now=now, note=answer, is_told=True, until=until)
    kept = enclose(session, step_id, files, actor=actor, now=now)
    request.answer, request.outcome, request.replied_at = answer, outcome, now
    request.handler_id, request.failed_call_count = actor.person_id or request.handler_id, 0
    facts = {"outcome": outcome.value, "files": kept}
    trace(session, "complaints.replied_to_request", request, actor=actor, now=now, **facts)


def write_message(
    session: Session,
    request_id: int,
    text: str,
    *,
    is_told: bool,
    files: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Tell the requester something, or keep an internal note that the requester never sees, with its files."""
    permission = next((right for right in WRITING if actor.has(right)), P.COMPLAINTS_HANDLE)
    request = taken(session, request_id, version, permission, actor=actor)
    note = checked(text, field=MESSAGE)
    kind = StepKind.TOLD if is_told else StepKind.NOTED
    step_id = step(session, request, kind, actor=actor, now=now, note=note, is_told=is_told)
    kept = enclose(session, step_id, files, actor=actor, now=now)
    trace(session, "complaints.wrote_message", request, actor=actor, now=now, is_told=is_told, files=kept)


def rectify_request(
    session: Session, request_id: int, *, title: str, demand: str, version: int, actor: Actor, now: datetime
) -> int:
    """Order a rectification from a request: the matter is more than one case. Returns the rectification's id."""
    actor.check(P.RECTIFICATIONS_ORDER)
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    if request.service_id is None:
        raise InvalidInput("request_service_missing")
    rectification_id = order_rectification(
        session,
        service_id=request.service_id,
        source=Source.REQUEST,
        source_ref=f"request:{request.id}",
        title=title,
        demand=demand,
        actor=actor,
        now=now,
    )
    step(session, request, StepKind.RECTIFICATION, actor=actor, now=now, note=composed(title))
    trace(session, "complaints.rectified_request", request, actor=actor, now=now, rectification=rectification_id)
    return rectification_id


def note_overdue(session: Session, *, actor: Actor, now: datetime) -> int:
    """Keep which requests have passed their limit since the last time; each counts as late once. Returns how many.

    Limits that were provisional are read again first: the year they reach into may have been loaded since.
    """
    actor.check_everywhere(P.COMPLAINTS_DISPATCH)
    refresh_limits(session, actor=actor)
    passed = sa.select(Request).where(
        Request.state.in_([state for state in RequestState if state.is_worked_on]),
        Request.overdue_at.is_(None),
        Request.due_at < now,
    )
    late = session.scalars(passed.order_by(Request.id).with_for_update()).all()
    for request in late:
        note_late(session, request, actor=actor, now=now)
    note_unsigned(session, now=now)
    if late:
        record(session, "complaints.noted_overdue", "requests:open", actor=actor, now=now, count=len(late))
    return len(late)
