"""How a request is taken in hand and moved: scope, version, state, limit, history and its on-time event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints import rules
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import RETURN_RULE, Outcome, RequestState, StepKind
from qs.deadlines.actions import set_due
from qs.deadlines.queries import dues
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.directory.rules import is_open
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.observations.recording import Measure, Measured, record_measures
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked
from qs.vault.actions import retain_until

BRIEF = N_("Brief")
IDENTITY_KEPT = timedelta(days=730)  # after closing; local rule, to be set by the owner of the data


class SomebodyFaster(Conflict):
    """Somebody has worked on the request since it was shown."""

    code = "request_changed"


@dataclass(frozen=True)
class Limit:
    """A due date as a step keeps it."""

    due_id: int
    due_at: datetime
    is_provisional: bool = False


def reached(actor: Actor, permission: Permission) -> sa.ColumnElement[bool]:
    """The condition on Request that the actor's scope sets; one without a service is for those who reach everything."""
    if actor.has_everywhere(permission):
        return sa.true()
    return Request.service_id.in_(visible_services(actor, permission))


def taken(session: Session, request_id: int, version: int, permission: Permission, *, actor: Actor) -> Request:
    """The request, locked for a change by this actor, its version raised.

    Raises NotAllowed, NotFound outside the actor's scope, SomebodyFaster when it is not the version that was shown.
    """
    actor.check(permission)
    statement = sa.select(Request).where(Request.id == request_id, reached(actor, permission)).with_for_update()
    request = session.scalar(statement)
    if request is None:
        raise NotFound("request_unknown")
    if request.version != version:
        raise SomebodyFaster
    request.version += 1
    return request


def by_receipt(session: Session, code: str, *, actor: Actor) -> Request:
    """The request a receipt code opens, locked. Raises NotFound."""
    if not actor.has(Permission.COMPLAINTS_REGISTER):
        actor.check(Permission.PUBLIC_SPEAK)
    typed = rules.typed_code(code)
    request = None
    if typed is not None:
        statement = sa.select(Request).where(Request.receipt_hash == rules.code_hash(typed)).with_for_update()
        request = session.scalar(statement)
    if request is None:
        raise NotFound("receipt_unknown")
    return request


def check_not_handler(request: Request, actor: Actor) -> None:
    """Raise Conflict when the actor handled this request or asked for its extension: nobody judges own work."""
    own = {request.handler_id, request.extension_asked_by_id} - {None}
    if actor.person_id in own:
        raise Conflict("recusal_needed")


def handling_service(
    session: Session, service_id: int | None, permission: Permission, *, actor: Actor, now: datetime
) -> Service:
    """The service that is to handle a request. Raises InvalidInput without one or when it has ended, or NotFound."""
    if service_id is None:
        raise InvalidInput("request_service_missing")
    reachable = Service.id.in_(visible_services(actor, permission))
    service = session.scalar(sa.select(Service).where(Service.id == service_id, reachable))
    if service is None:
        raise NotFound("service_unknown")
    if not is_open(service.starts_on, service.ends_on, local_day(now, settings().zone)):
        raise InvalidInput("request_service_ended")
    return service


def limit(
    session: Session, request: Request, rule: str, *, starts_at: datetime | None = None, actor: Actor, now: datetime
) -> Limit:
    """A time limit that begins now unless another moment is named, kept with its trace."""
    due = set_due(session, f"request:{request.id}", rule, starts_at=starts_at or now, actor=actor, now=now)
    return Limit(due.due_id, due.due_at, due.is_provisional)


def handling_limit(request: Request, found: Limit) -> None:
    """Let this limit be the one for handling the request."""
    request.due_id, request.due_at, request.is_provisional = found.due_id, found.due_at, found.is_provisional


def step(
    session: Session,
    request: Request,
    kind: StepKind,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    is_told: bool = False,
    until: Limit | None = None,
) -> None:
    """Take one step and keep it in the history. `until`: the limit of the state entered.

    Raises IllegalStep when the step does not begin in the present state.
    """
    before = request.state
    after = rules.state_after(before, kind)
    request.state = after
    if after in (RequestState.CALLED_BACK, RequestState.CLOSED):
        request.next_due_at = None
    elif until is not None:
        request.next_due_at = until.due_at
    elif after is RequestState.IN_PROGRESS:
        request.next_due_at = request.due_at
    session.add(
        RequestStep(
            request_id=request.id,
            kind=kind,
            at=now,
            person_id=actor.person_id,
            from_state=before,
            to_state=after,
            due_id=until.due_id if until else None,
            due_at=until.due_at if until else None,
            note=note,
            is_told=is_told,
        )
    )


def send(
    session: Session,
    request: Request,
    kind: StepKind,
    service_id: int | None,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Let the request lie with a service, whose unit has a day to sign for it or to return it."""
    service = handling_service(session, service_id, Permission.COMPLAINTS_DISPATCH, actor=actor, now=now)
    brief = checked(text, field=BRIEF, is_needed=False) or request.brief
    if rules.is_withheld(request.kind, is_confidential=request.is_confidential) and not brief:
        raise InvalidInput("request_brief_missing")
    request.service_id, request.unit_id, request.brief = service.id, service.provider_id, brief
    request.area_id = request.area_id or service.area_id
    request.dispatched_at, request.handler_id, request.signed_at = now, None, None
    until = limit(session, request, RETURN_RULE, actor=actor, now=now)
    step(session, request, kind, actor=actor, now=now, note=note or brief, until=until)


def note_late(session: Session, request: Request, *, actor: Actor, now: datetime) -> bool:
    """Keep that the limit passed without an answer, and count it against the service once. True when it did now."""
    if request.overdue_at is not None or not rules.is_overdue(request.state, request.due_at, now):
        return False
    request.overdue_at = request.due_at
    step(session, request, StepKind.OVERDUE, actor=actor, now=now)
    count_once(session, request, 0.0, request.overdue_at, actor=actor, now=now)
    return True


def refresh_limits(session: Session, *, actor: Actor) -> None:
    """Take over the limits that were counted anew since, of open requests whose limit was provisional."""
    is_open = Request.state != RequestState.CLOSED
    waiting = session.scalars(sa.select(Request).where(is_open, Request.is_provisional)).all()
    found = dues(session, [one.due_id for one in waiting if one.due_id is not None], actor=actor)
    for request in waiting:
        due = None if request.due_id is None else found.get(request.due_id)
        if due is None:
            continue
        if request.next_due_at == request.due_at:
            request.next_due_at = due.due_at
        request.due_at, request.is_provisional = due.due_at, due.is_provisional


def close(
    session: Session,
    request: Request,
    kind: StepKind,
    outcome: Outcome,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """End the request with an outcome; one that was handled in time counts for its service."""
    note_late(session, request, actor=actor, now=now)
    request.outcome, request.closed_at = outcome, now
    step(session, request, kind, actor=actor, now=now, note=note, is_told=True)
    if request.vault_person_id is not None:
        last_day = local_day(now + IDENTITY_KEPT, settings().zone)
        retain_until(session, request.vault_person_id, last_day, actor=actor, now=now)
    if outcome.is_handled:
        count_once(session, request, float(request.overdue_at is None), now, actor=actor, now=now)


def count_once(
    session: Session, request: Request, numerator: float, happened_at: datetime | None, *, actor: Actor, now: datetime
) -> None:
    if request.service_id is None or request.counted_at is not None or happened_at is None:
        return
    request.counted_at = happened_at
    measured = Measured(
        Measure.REQUEST_ON_TIME,
        request.service_id,
        happened_at,
        f"request:{request.id}",
        numerator,
        1.0,
        request.channel.met,
    )
    record_measures(session, measured, actor=actor, now=now)


def trace(
    session: Session, action: str, request: Request, *, actor: Actor, now: datetime, **facts: str | int | bool | None
) -> None:
    record(session, action, f"request:{request.id}", actor=actor, now=now, **facts)
