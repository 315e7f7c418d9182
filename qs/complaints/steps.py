"""How a request that was taken in hand moves: state, limit, history and its on-time event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints import rules
from qs.complaints.accused import about_code, check_report_target
from qs.complaints.measures import count_closing, fact, keep, settle
from qs.complaints.models import CoUnit, Request, RequestStep
from qs.complaints.reach import handling_service
from qs.complaints.terms import (
    DISPATCH_RULE,
    RETURN_RULE,
    REWORK_RULE,
    Outcome,
    RequestState,
    StepKind,
    Supervision,
)
from qs.deadlines.dues import resume_due, set_dues
from qs.deadlines.queries import RuleNotInPack, dues
from qs.deadlines.terms import Due
from qs.errors import InvalidInput
from qs.i18n import N_
from qs.observations.recording import Measure
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked
from qs.vault.actions import retain_until

BRIEF = N_("Brief")
IS_OPEN = Request.state != RequestState.CLOSED
NO_LIMIT = (RequestState.PAUSED, RequestState.CALLED_BACK, RequestState.CLOSED)  # nothing runs in these
KEEP_STEP = sa.insert(RequestStep).returning(RequestStep.id)
IDENTITY_KEPT = timedelta(days=730)  # after closing; local rule, to be set by the owner of the data


@dataclass(frozen=True)
class Limit:
    """A due date as a step keeps it."""

    due_id: int
    due_at: datetime
    is_provisional: bool = False


def limit(
    session: Session, request: Request, rule: str, *, starts_at: datetime | None = None, actor: Actor, now: datetime
) -> Limit:
    """A time limit of the request's pack that begins now unless another moment is named, kept with its trace."""
    return limits(session, request, [rule], starts_at=starts_at or now, actor=actor, now=now)[0]


def limits(
    session: Session, request: Request, codes: Sequence[str], *, starts_at: datetime, actor: Actor, now: datetime
) -> list[Limit]:
    """Several time limits of the request's pack that begin at the same moment."""
    circumstances = {"pack": request.pack, "urgency": request.urgency.value}
    subject = f"request:{request.id}"
    found = set_dues(session, subject, codes, starts_at=starts_at, actor=actor, now=now, **circumstances)
    return [Limit(due.due_id, due.due_at, due.is_provisional) for due in found]


def limit_if_any(
    session: Session, request: Request, rule: str, *, starts_at: datetime | None = None, actor: Actor, now: datetime
) -> Limit | None:
    """The same, or None under a pack that has no such limit."""
    try:
        return limit(session, request, rule, starts_at=starts_at, actor=actor, now=now)
    except RuleNotInPack:
        return None


def handling_limit(session: Session, request: Request, found: Limit | Due) -> None:
    """Let this limit be the one for handling the request; what its step and co-handling units have moves along."""
    waiting = (CoUnit.request_id == request.id, CoUnit.reported_at.is_(None), CoUnit.due_id == request.due_id)
    if request.next_due_at == request.due_at:
        request.next_due_at = found.due_at
    request.due_id, request.due_at, request.is_provisional = found.due_id, found.due_at, found.is_provisional
    session.execute(sa.update(CoUnit).where(*waiting).values(due_id=found.due_id, due_at=found.due_at))


def step(
    session: Session,
    request: Request,
    kind: StepKind,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    code: str = "",
    is_told: bool = False,
    until: Limit | None = None,
    beside: Limit | None = None,
) -> int:
    """Take one step and keep it in the history. `until`: the limit of the state entered; `code`: of a coded reason.

    `beside`: a limit of the step alone, beside that of the state. Returns the step's id. Raises IllegalStep when the
    step does not begin in the present state.
    """
    before = request.state
    after = rules.state_after(before, kind, has_unit=request.unit_id is not None)
    request.state = after
    request.paused_at = now if kind is StepKind.PAUSED else request.paused_at if after is RequestState.PAUSED else None
    if after in NO_LIMIT:
        request.next_due_at = None
    elif until is not None:
        request.next_due_at = until.due_at
    elif after.is_worked_on:
        request.next_due_at = request.due_at if rules.leads_on(kind) else request.next_due_at
    return keep_step(
        session,
        request,
        kind,
        from_state=before,
        at=now,
        actor=actor,
        until=until or beside,
        is_told=is_told,
        note=note,
        code=code,
    )


def keep_step(
    session: Session,
    request: Request,
    kind: StepKind,
    *,
    from_state: RequestState | None,
    at: datetime,
    actor: Actor,
    until: Limit | None,
    is_told: bool,
    note: str = "",
    code: str = "",
) -> int:
    """Write one step into the history of a request, which is never changed; returns its id."""
    entry = {
        "request_id": request.id,
        "kind": kind,
        "at": at,
        "person_id": actor.person_id,
        "from_state": from_state,
        "to_state": request.state,
        "due_id": until.due_id if until else None,
        "due_at": until.due_at if until else None,
        "note": note,
        "code": code,
        "is_told": is_told,
    }
    return session.connection().execute(KEEP_STEP, entry).scalar_one()


def let_run(session: Session, request: Request, *, actor: Actor, now: datetime) -> None:
    """Let the clock of a paused request run on: the working time for which it stood is added to its limit."""
    if request.due_id is not None:
        handling_limit(session, request, resume_due(session, request.due_id, reason="", actor=actor, now=now))
    forget_pause(request)


def forget_pause(request: Request) -> None:
    request.pause_reason = request.pause_asked_at = request.pause_asked_by_id = None


def forget_wishes(request: Request) -> None:
    """What was asked for and not decided has no object any more once the request is answered."""
    forget_pause(request)
    if request.extension_decided_at is None:
        request.extension_asked_at = request.extension_asked_by_id = None
        request.extension_reason = ""


def supervise(
    session: Session, request: Request, level: Supervision, *, actor: Actor, now: datetime, demand: str = ""
) -> bool:
    """Put a request under this level of supervision unless it is under it, or under a higher one. True when it did."""
    if request.supervision is not None and request.supervision.rank >= level.rank:
        return False
    request.supervision, request.supervised_at = level, request.supervised_at or now
    step(session, request, StepKind.SUPERVISED, actor=actor, now=now, note=demand, code=level.value)
    return True


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
    despite: str = "",
) -> None:
    """Let the request lie with a service, whose unit has a day to sign for it or to return it.

    `despite`: why a report of wrongdoing goes to the unit it is about.
    """
    service = handling_service(session, service_id, Permission.COMPLAINTS_DISPATCH, actor=actor, now=now)
    brief = checked(text, field=BRIEF, is_needed=False) or request.brief
    if rules.is_withheld(request.kind, is_confidential=request.is_confidential) and not brief:
        raise InvalidInput("request_brief_missing")
    check_report_target(session, request, service, despite, actor=actor)
    code = about_code(request)
    request.service_id, request.unit_id, request.brief = service.id, service.provider_id, brief
    request.area_id = request.area_id or service.area_id
    request.dispatched_at, request.handler_id, request.signed_at = now, None, None
    until = limit_if_any(session, request, RETURN_RULE, actor=actor, now=now)
    words = note or brief
    step(session, request, kind, actor=actor, now=now, note=words, code=code, is_told=True, until=until)


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
    waiting = session.scalars(sa.select(Request).where(IS_OPEN, Request.is_provisional)).all()
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
    code: str = "",
) -> int:
    """End the request with an outcome; one that was handled in time counts for its service. Returns the step's id."""
    rules.state_after(request.state, kind)
    note_late(session, request, actor=actor, now=now)
    if request.state is RequestState.PAUSED:
        let_run(session, request, actor=actor, now=now)
    forget_wishes(request)
    request.outcome, request.closed_at = outcome, now
    step_id = step(session, request, kind, actor=actor, now=now, note=note, code=code, is_told=True)
    if outcome.is_handled:
        count_once(session, request, float(request.overdue_at is None), now, actor=actor, now=now)
        count_closing(session, request, now=now)
    if request.vault_person_id is not None:
        last_day = local_day(now + IDENTITY_KEPT, settings().zone)
        retain_until(session, request.vault_person_id, last_day, actor=actor, now=now)
    return step_id


def reopen(
    session: Session,
    request: Request,
    kind: StepKind = StepKind.REOPENED,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Let a closed request be handled again, with a limit of its own, by the unit that has it.

    What was counted as in time is taken back and counted anew at the next closing; what was late stays late. Raises
    IllegalStep unless it is closed.
    """
    rules.state_after(request.state, kind)
    if request.overdue_at is None:
        request.counted_at = None
    until = limit(session, request, REWORK_RULE, actor=actor, now=now)
    handling_limit(session, request, until)
    if request.unit_id is None:  # it begins where it was: somebody has to say who handles it
        until = limit(session, request, DISPATCH_RULE, actor=actor, now=now)
    request.closed_at = request.outcome = request.refusal = None
    request.supervision = request.supervised_at = None
    request.called_back_at = request.verified_at = request.verified_by_id = None
    step(session, request, kind, actor=actor, now=now, note=note, is_told=True, until=until)
    settle(session, request, now=now)
    if request.vault_person_id is not None:
        retain_until(session, request.vault_person_id, None, actor=actor, now=now)


def count_once(
    session: Session, request: Request, numerator: float, happened_at: datetime | None, *, actor: Actor, now: datetime
) -> None:
    """Count the request as in time (1) or late (0) for its service, unless it counts already."""
    if request.counted_at is not None or happened_at is None:
        return
    found = fact(request, Measure.REQUEST_ON_TIME, happened_at, "", numerator)
    request.counted_at = happened_at if found else None
    keep(session, request, *found, now=now)


def trace(
    session: Session, action: str, request: Request, *, actor: Actor, now: datetime, **facts: str | int | bool | None
) -> None:
    record(session, action, f"request:{request.id}", actor=actor, now=now, **facts)
