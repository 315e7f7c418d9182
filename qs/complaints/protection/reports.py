"""Reports of wrongdoing that the office looks into itself, so that the unit they are about never hears of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.accused import about_code, accused_service_id
from qs.complaints.models import Request
from qs.complaints.reach import taken
from qs.complaints.steps import limit, note_late, step, trace
from qs.complaints.terms import VERIFY_RULE, Outcome, RequestKind, RequestState, StepKind
from qs.errors import Conflict
from qs.i18n import N_
from qs.texts import checked

P = Permission
NOTE, ANSWER = N_("Note"), N_("Answer")


def take_report(session: Session, request_id: int, note: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Take a report of wrongdoing in hand for the office itself; who takes it handles it, and no unit sees it.

    Also one that a unit returned, which loses sight of it. Raises Conflict for other requests.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    if request.kind is not RequestKind.REPORT:
        raise Conflict("report_only")
    rules.state_after(request.state, StepKind.DISPATCHED)
    words = checked(note, field=NOTE, is_needed=False)
    accused_id = accused_service_id(session, request)
    step(session, request, StepKind.DISPATCHED, actor=actor, now=now, note=words, code=about_code(request))
    step(session, request, StepKind.SIGNED, actor=actor, now=now, is_told=True)
    request.unit_id = request.lead_unit_id = None
    request.service_id = accused_id or request.service_id
    request.handler_id, request.signed_at = actor.person_id, now
    trace(session, "complaints.took_report", request, actor=actor, now=now)


def answer_report(
    session: Session, request_id: int, text: str, *, outcome: Outcome, version: int, actor: Actor, now: datetime
) -> None:
    """Tell the requester what the office found out about a report; somebody else verifies the answer."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    if not is_with_office(request):
        raise Conflict("report_not_with_office")
    rules.check_reply_outcome(outcome)
    answer = checked(text, field=ANSWER)
    rules.state_after(request.state, StepKind.REPLIED)
    note_late(session, request, actor=actor, now=now)
    until = limit(session, request, VERIFY_RULE, actor=actor, now=now)
    step(session, request, StepKind.REPLIED, actor=actor, now=now, note=answer, is_told=True, until=until)
    request.answer, request.outcome, request.replied_at = answer, outcome, now
    request.handler_id, request.failed_call_count = actor.person_id or request.handler_id, 0
    trace(session, "complaints.answered_report", request, actor=actor, now=now, outcome=outcome.value)


def is_with_office(request: Request) -> bool:
    """True while the office itself handles a report: it lies with no unit."""
    return request.kind is RequestKind.REPORT and request.unit_id is None and request.state is RequestState.IN_PROGRESS
