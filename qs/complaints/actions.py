"""What can be done with requests: file, dispatch, handle, call back, close; every step leaves its trace."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.audit.actions import record
from qs.complaints import rules
from qs.complaints.models import CallBack, Request, RequestStep
from qs.complaints.steps import (
    by_receipt,
    check_limits,
    check_not_handler,
    close,
    handling_limit,
    handling_service,
    judged,
    limit,
    next_number,
    note_late,
    refresh_limits,
    send,
    step,
    taken,
    trace,
)
from qs.complaints.terms import (
    CALL_BACK_RULE,
    DISPATCH_RULE,
    EXTENSION_RULE,
    HANDLE_RULE,
    MOST_REWORKS,
    REWORK_RULE,
    CallBackAnswer,
    Filed,
    NewRequest,
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    StepKind,
)
from qs.deadlines.actions import extend_due
from qs.errors import Conflict, InvalidInput
from qs.i18n import N_
from qs.observations.recording import record_measures
from qs.rectifications.actions import order_rectification
from qs.rectifications.terms import Source
from qs.texts import checked, composed
from qs.vault.actions import keep_person

P = Permission
PUBLIC_CHANNELS = (RequestChannel.WEB, RequestChannel.APP)
ADDITIONS_PER_DAY = 10
REASON, ANSWER, MESSAGE, REMARK = N_("Reason"), N_("Answer"), N_("Message"), N_("Remark")


def file_request(session: Session, wanted: NewRequest, *, actor: Actor, now: datetime, address: str = "") -> Filed:
    """Register a request of any type, from the public or by the hotline; its time runs from now.

    `address`: a keyed hash of where the public files from, for the limits. The receipt code is returned once and kept
    as a hash only. Raises InvalidInput naming every faulty text, or Conflict when the public files too often.
    """
    is_public = not actor.has(P.COMPLAINTS_REGISTER)
    permission = P.PUBLIC_SPEAK if is_public else P.COMPLAINTS_REGISTER
    actor.check(permission)
    service = None
    if wanted.service_id is None:
        actor.check_everywhere(permission)
    else:
        service = handling_service(session, wanted.service_id, permission, actor=actor, now=now)
    title, text, place = composed(wanted.title), composed(wanted.text), composed(wanted.place)
    contact = rules.composed_contact(wanted.contact)
    problems = tuple(rules.content_problems(title, text, place, contact))
    if problems:
        raise InvalidInput(problems=problems)
    if is_public:
        check_limits(session, address, wanted.service_id, now=now)
    code = rules.code_of(secrets.token_bytes(rules.CODE_BYTES))
    request = Request(
        number=next_number(session, now),
        receipt_hash=rules.code_hash(code),
        version=1,
        kind=wanted.kind,
        channel=RequestChannel.WEB if is_public and wanted.channel not in PUBLIC_CHANNELS else wanted.channel,
        title=title,
        text=text,
        place=place,
        service_id=wanted.service_id,
        area_id=wanted.area_id or (service.area_id if service else None),
        vault_person_id=None if contact.is_empty else keep_person(session, **vars(contact), actor=actor, now=now),
        wants_reply=wanted.wants_reply,
        is_confidential=wanted.is_confidential,
        state=RequestState.REGISTERED,
        registered_at=now,
        registered_by_id=actor.person_id,
        rework_count=0,
        returned_count=0,
        failed_call_count=0,
    )
    session.add(request)
    session.flush()
    handling_limit(request, limit(session, request, HANDLE_RULE, actor=actor, now=now))
    until = limit(session, request, DISPATCH_RULE, actor=actor, now=now)
    request.next_due_at = until.due_at
    session.add(
        RequestStep(
            request_id=request.id,
            kind=StepKind.REGISTERED,
            at=now,
            person_id=actor.person_id,
            to_state=RequestState.REGISTERED,
            due_id=until.due_id,
            due_at=until.due_at,
            is_told=True,
        )
    )
    files = keep_files(session, f"request:{request.id}", wanted.files, actor=actor, now=now) if wanted.files else ()
    facts = {"kind": request.kind.value, "channel": request.channel.value, "service": wanted.service_id}
    trace(session, "complaints.filed_request", request, actor=actor, now=now, files=len(files), **facts)
    return Filed(request.id, request.number, rules.shown_code(code))


def add_to_request(
    session: Session, code: str, text: str, files: Sequence[Upload] = (), *, actor: Actor, now: datetime
) -> None:
    """Let the requester say more while the request is open; the time limit stays as it is."""
    request = by_receipt(session, code, actor=actor)
    note = checked(text, field=rules.TEXT)
    said = sa.select(sa.func.count(RequestStep.id)).where(
        RequestStep.request_id == request.id,
        RequestStep.kind == StepKind.ADDED,
        RequestStep.at > now - timedelta(days=1),
    )
    if (session.scalar(said) or 0) >= ADDITIONS_PER_DAY:
        raise Conflict("additions_too_many", count=ADDITIONS_PER_DAY)
    step(session, request, StepKind.ADDED, actor=actor, now=now, note=note, is_told=True)
    kept = keep_files(session, f"request:{request.id}", files, actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.added_to_request", request, actor=actor, now=now, files=len(kept))


def withdraw_request(session: Session, code: str, *, actor: Actor, now: datetime) -> None:
    """End a request because its requester does not want it any more."""
    request = by_receipt(session, code, actor=actor)
    close(session, request, StepKind.WITHDRAWN, Outcome.WITHDRAWN, actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.withdrew_request", request, actor=actor, now=now)


def answer_on_the_spot(
    session: Session, request_id: int, text: str, *, outcome: Outcome, version: int, actor: Actor, now: datetime
) -> None:
    """Answer a request while it is being registered, and close it; nobody else has to work on it."""
    request = taken(session, request_id, version, P.COMPLAINTS_REGISTER, actor=actor)
    rules.check_reply_outcome(outcome)
    request.answer = checked(text, field=ANSWER)
    request.replied_at = now
    close(session, request, StepKind.ANSWERED, outcome, actor=actor, now=now, note=request.answer)
    trace(session, "complaints.answered_request", request, actor=actor, now=now, outcome=outcome.value)


def refuse_request(
    session: Session, request_id: int, text: str, *, reason: Refusal, version: int, actor: Actor, now: datetime
) -> None:
    """Not accept a request: the requester is told the reason and where to turn to.

    Raises Conflict when a department would refuse a complaint or report about itself.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    accuses = request.kind in (RequestKind.COMPLAINT, RequestKind.REPORT)
    if accuses and not actor.has_everywhere(P.COMPLAINTS_APPROVE):
        raise Conflict("recusal_of_department")
    request.answer, request.refusal = checked(text, field=ANSWER), reason
    kind = StepKind.NOT_ACCEPTED
    close(session, request, kind, Outcome.NOT_ACCEPTED, actor=actor, now=now, note=request.answer)
    trace(session, "complaints.refused_request", request, actor=actor, now=now, refusal=reason.value)


def dispatch_request(
    session: Session,
    request_id: int,
    *,
    service_id: int | None,
    brief: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a request to the service that is to handle it; the first receiver leads.

    `brief`: what is to be handled. Needed where the unit may not read the requester's own words.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    send(session, request, StepKind.DISPATCHED, service_id, brief, actor=actor, now=now)
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
    until = limit(session, request, DISPATCH_RULE, actor=actor, now=now)
    step(session, request, StepKind.RETURNED, actor=actor, now=now, note=note, until=until)
    request.returned_count += 1
    trace(session, "complaints.returned_request", request, actor=actor, now=now, service=request.service_id)


def rule_request(
    session: Session,
    request_id: int,
    reason: str,
    *,
    service_id: int | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide who handles a returned request; the unit is fixed as lead and cannot return it again."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    note = checked(reason, field=REASON)
    send(session, request, StepKind.RULED, service_id, "", actor=actor, now=now, note=note)
    request.lead_unit_id = request.unit_id
    trace(session, "complaints.ruled_request", request, actor=actor, now=now, service=request.service_id)


def sign_request(session: Session, request_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Take a dispatched request in hand; who signs is its handler."""
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    step(session, request, StepKind.SIGNED, actor=actor, now=now, is_told=True)
    request.handler_id, request.signed_at = actor.person_id, now
    trace(session, "complaints.signed_request", request, actor=actor, now=now)


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
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Approve or refuse the extension somebody else asked for; when approved, the requester is told the new date."""
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
        due = extend_due(session, request.due_id, EXTENSION_RULE, reason=request.extension_reason, actor=actor, now=now)
        request.due_id, request.due_at, request.is_provisional = due.due_id, due.due_at, due.is_provisional
        request.is_extended = True
    request.extension_decided_at, request.extension_decided_by_id = now, actor.person_id
    step(session, request, kind, actor=actor, now=now, note=remark, is_told=is_approved)
    trace(session, "complaints.decided_extension", request, actor=actor, now=now, is_approved=is_approved)


def reply_request(
    session: Session, request_id: int, text: str, *, outcome: Outcome, version: int, actor: Actor, now: datetime
) -> None:
    """Tell the requester what was done; the outcome is final once they have been called back."""
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    rules.check_reply_outcome(outcome)
    answer = checked(text, field=ANSWER)
    rules.state_after(request.state, StepKind.REPLIED)
    note_late(session, request, actor=actor, now=now)
    until = limit(session, request, CALL_BACK_RULE, actor=actor, now=now)
    step(session, request, StepKind.REPLIED, actor=actor, now=now, note=answer, is_told=True, until=until)
    request.answer, request.outcome, request.replied_at = answer, outcome, now
    request.handler_id, request.failed_call_count = actor.person_id or request.handler_id, 0
    trace(session, "complaints.replied_to_request", request, actor=actor, now=now, outcome=outcome.value)


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


def write_message(
    session: Session, request_id: int, text: str, *, is_told: bool, version: int, actor: Actor, now: datetime
) -> None:
    """Tell the requester something, or keep an internal note that the requester never sees."""
    permission = next((right for right in WRITING if actor.has(right)), P.COMPLAINTS_HANDLE)
    request = taken(session, request_id, version, permission, actor=actor)
    note = checked(text, field=MESSAGE)
    kind = StepKind.TOLD if is_told else StepKind.NOTED
    step(session, request, kind, actor=actor, now=now, note=note, is_told=is_told)
    trace(session, "complaints.wrote_message", request, actor=actor, now=now, is_told=is_told)


WRITING = (P.COMPLAINTS_DISPATCH, P.COMPLAINTS_CALL_BACK, P.COMPLAINTS_HANDLE)


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
    if late:
        record(session, "complaints.noted_overdue", "requests:open", actor=actor, now=now, count=len(late))
    return len(late)
