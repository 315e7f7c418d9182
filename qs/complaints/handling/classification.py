"""Putting a request in order: its type, urgency and pack of limits, its texts, who handles it within the unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.access.models import Person
from qs.access.queries import actor_of
from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import Request, RequestStep
from qs.complaints.reach import handling_service, reached, taken
from qs.complaints.steps import BRIEF, Limit, handling_limit, step, trace
from qs.complaints.terms import (
    DISPATCH_RULE,
    EDITED,
    HANDLE_RULE,
    PLACE_LENGTH,
    RETURN_RULE,
    REWORK_RULE,
    TITLE_LENGTH,
    WORKED_ON,
    RequestKind,
    RequestState,
    StepKind,
    Urgency,
)
from qs.deadlines.dues import recount_due
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.texts import checked
from qs.vault.redaction import redacted

P = Permission
REASON = N_("Reason")
REASON_KEPT = 500  # characters of a reason that a due date keeps
STEP_RULES = {
    RequestState.REGISTERED: DISPATCH_RULE,
    RequestState.RETURNED: DISPATCH_RULE,
    RequestState.DISPATCHED: RETURN_RULE,
}


@dataclass(frozen=True)
class Handler:
    """Somebody of the unit who may handle a request. `open_count`: open requests this person handles already."""

    person_id: int
    name: str
    name_en: str
    open_count: int
    is_present: bool


def reclassify(
    session: Session,
    request_id: int,
    reason: str,
    *,
    kind: RequestKind | None = None,
    urgency: Urgency | None = None,
    pack: str | None = None,
    service_id: int | None = None,
    brief: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change type, urgency or pack of limits; while nobody has it, also the service it is about. None stays as it is.

    Its limits are counted anew from the same beginning by the rule of the new pack and urgency; paused time and an
    extension stay. What was withheld from the unit stays so; `brief` is needed where the unit may now read nothing
    else. Type and service of a report of wrongdoing are for those who approve everywhere. Raises Conflict when nothing
    would change or the request is with a unit already, NotFound for an unknown pack.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    rules.state_after(request.state, StepKind.CLASSIFIED)
    words = checked(reason, field=REASON)
    is_other = service_id not in (None, request.service_id) or kind not in (None, request.kind)
    if request.kind is RequestKind.REPORT and is_other:  # it must not come to the unit it is about by another name
        actor.check_everywhere(P.COMPLAINTS_APPROVE)
    before = (request.kind, request.urgency, request.pack, request.service_id)
    if service_id is not None and service_id != request.service_id:
        if request.state not in (RequestState.REGISTERED, RequestState.RETURNED):
            raise Conflict("service_dispatched")
        service = handling_service(session, service_id, P.COMPLAINTS_DISPATCH, actor=actor, now=now)
        request.service_id, request.area_id = service.id, request.area_id or service.area_id
    change_kind(request, kind or request.kind, checked(brief, field=BRIEF, is_needed=False))
    request.urgency, request.pack = urgency or request.urgency, pack or request.pack
    if before == (request.kind, request.urgency, request.pack, request.service_id):
        raise Conflict("nothing_reclassified")
    until = None
    if before[1:3] != (request.urgency, request.pack):
        until = recounted(session, request, words, actor=actor, now=now)
    step(session, request, StepKind.CLASSIFIED, actor=actor, now=now, note=words, until=until)
    facts = {"kind": request.kind.value, "urgency": request.urgency.value, "pack": request.pack}
    trace(session, "complaints.reclassified_request", request, actor=actor, now=now, **facts)


def change_kind(request: Request, kind: RequestKind, brief: str) -> None:
    """Give the request another type; what a reporter of wrongdoing said stays confidential whatever it is called."""
    if request.kind is RequestKind.REPORT and kind is not RequestKind.REPORT:
        request.is_confidential = True
    request.kind, request.brief = kind, brief or request.brief
    is_withheld = rules.is_withheld(request.kind, is_confidential=request.is_confidential)
    if is_withheld and request.unit_id is not None and not request.brief:
        raise InvalidInput("request_brief_missing")


def recounted(session: Session, request: Request, reason: str, *, actor: Actor, now: datetime) -> Limit | None:
    """Count the limit for handling and that of the present step anew; gives the latter, if there is one."""
    by = {"pack": request.pack, "urgency": request.urgency.value}
    why = reason[:REASON_KEPT]
    if request.due_id is not None:
        rule = REWORK_RULE if is_reworked(session, request) else HANDLE_RULE
        due = recount_due(session, request.due_id, rule, reason=why, actor=actor, now=now, **by)
        handling_limit(session, request, due)
    rule_of_step, due_id = STEP_RULES.get(request.state), present_limit(session, request)
    if rule_of_step is None or due_id is None:
        return None
    due = recount_due(session, due_id, rule_of_step, reason=why, actor=actor, now=now, **by)
    return Limit(due.due_id, due.due_at, due.is_provisional)


def is_reworked(session: Session, request: Request) -> bool:
    """True when the present limit for handling is that of a rework or a reopening."""
    kinds = (StepKind.SENT_BACK, StepKind.REOPENED)
    found = sa.select(RequestStep.id).where(RequestStep.request_id == request.id, RequestStep.kind.in_(kinds))
    return session.scalar(found.limit(1)) is not None


def present_limit(session: Session, request: Request) -> int | None:
    """The due date of the present step: the last limit that a step into this state began."""
    statement = sa.select(RequestStep.due_id).where(
        RequestStep.request_id == request.id,
        RequestStep.to_state == request.state,
        RequestStep.due_id.is_not(None),
    )
    return session.scalar(statement.order_by(RequestStep.id.desc()).limit(1))


def edit_request(
    session: Session,
    request_id: int,
    *,
    title: str,
    place: str,
    brief: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Put title, place and brief right; what the requester wrote is never changed, and no limit moves.

    The words before stand in the history, which only those read who may read the whole request.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    if request.state is RequestState.CLOSED:
        raise rules.IllegalStep("request_closed")
    new = (
        checked(title, field=rules.TITLE, longest=TITLE_LENGTH, is_long=False),
        checked(place, field=rules.PLACE, longest=PLACE_LENGTH, is_needed=False, is_long=False),
        checked(brief, field=BRIEF, is_needed=False),
    )
    old = (request.title, request.place, request.brief)
    new = (  # what was shown with its personal data hidden and sent back so was not changed
        old[0] if new[0] == redacted(old[0]) else new[0],
        old[1] if new[1] == redacted(old[1]) else new[1],
        new[2],
    )
    if new == old:
        raise Conflict("nothing_edited")
    request.title, request.place, request.brief = new
    was = "\n".join(before for before, after in zip(old, new, strict=True) if before and before != after)
    step(session, request, StepKind.NOTED, actor=actor, now=now, note=was, code=EDITED)
    trace(session, "complaints.edited_request", request, actor=actor, now=now)


def reassign_request(
    session: Session, request_id: int, reason: str, *, person_id: int, version: int, actor: Actor, now: datetime
) -> None:
    """Give a request to another handler of the same unit; nothing moves its limit.

    Raises NotFound for somebody who is not of the unit, Conflict for the present handler.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    rules.state_after(request.state, StepKind.REASSIGNED)
    words = checked(reason, field=REASON)
    if person_id == request.handler_id:
        raise Conflict("handler_already")
    if person_id not in {person.id for person in handlers_of(session, request)}:
        raise NotFound("handler_unknown")
    request.handler_id = person_id
    step(session, request, StepKind.REASSIGNED, actor=actor, now=now, note=words)
    trace(session, "complaints.reassigned_request", request, actor=actor, now=now, person=person_id)


def possible_handlers(session: Session, request_id: int, *, actor: Actor) -> list[Handler]:
    """Who may handle a request, by name, for those who handle it. Only what the actor handles too is counted.

    Raises NotAllowed, NotFound outside the actor's scope.
    """
    actor.check(P.COMPLAINTS_HANDLE)
    own = reached(actor, P.COMPLAINTS_HANDLE)
    request = session.scalar(sa.select(Request).where(Request.id == request_id, own))
    if request is None:
        raise NotFound("request_unknown")
    handled = sa.select(Request.handler_id, sa.func.count(Request.id)).where(
        own, Request.handler_id.is_not(None), Request.state.in_((*WORKED_ON, RequestState.PAUSED))
    )
    counts: dict[int | None, int] = {row[0]: row[1] for row in session.execute(handled.group_by(Request.handler_id))}
    return [
        Handler(one.id, one.name, one.name_en or "", counts.get(one.id, 0), one.id == request.handler_id)
        for one in handlers_of(session, request)
    ]


def handlers_of(session: Session, request: Request) -> list[Person]:
    """The people who handle requests of this service, by name."""
    statement = sa.select(Person).where(Person.is_active).options(selectinload(Person.grants)).order_by(Person.name)
    found = []
    for person in session.scalars(statement):
        handler = actor_of(person)
        if not handler.has(P.COMPLAINTS_HANDLE):
            continue
        reach = sa.select(Request.id).where(Request.id == request.id, reached(handler, P.COMPLAINTS_HANDLE))
        if session.scalar(reach) is not None:
            found.append(person)
    return found
