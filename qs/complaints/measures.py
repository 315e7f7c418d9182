"""The moments at which a request counts for its service: each becomes an event in the transaction of its own row."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM
from qs.complaints.figures.expected import REPLIES, REQUEST_MEASURES, SENT, Call, Handled, Step, judged, stood
from qs.complaints.figures.told import expected_of, hours_handled, told_requests
from qs.complaints.figures.weights import in_force
from qs.complaints.models import CallBack, Request, RequestStep
from qs.complaints.terms import RequestKind, RequestState
from qs.deadlines.queries import calendar
from qs.observations.recorded import recorded_measures
from qs.observations.recording import Measure, Measured, record_measures
from qs.periods import local_day
from qs.settings import settings

AGAIN = "~"  # between the name of an event and the number of its correction
STOOD = (RequestState.PAUSED, RequestState.CLOSED)
# Steps are written the moment they are taken, so that these need not wait for what the session holds.
OF_REQUEST = RequestStep.request_id == sa.bindparam("request_id")
TURNS = (  # the steps that say how long a request was handled
    sa.select(RequestStep.kind, RequestStep.at, RequestStep.from_state, RequestStep.to_state, RequestStep.due_at)
    .where(
        OF_REQUEST,
        sa.or_(RequestStep.kind.in_(REPLIES), RequestStep.to_state.in_(STOOD), RequestStep.from_state.in_(STOOD)),
    )
    .order_by(RequestStep.id)
)
LAST_SENT = (
    sa.select(RequestStep.due_at).where(OF_REQUEST, RequestStep.kind.in_(SENT)).order_by(RequestStep.id.desc()).limit(1)
)


def is_assessed(request: Request) -> bool:
    """True while a request counts for its service: neither left out of the assessment nor spam."""
    return not (request.is_excluded or request.is_spam)


def keep(session: Session, request: Request, *measured: Measured, now: datetime) -> None:
    """Record what a request counts as, while it counts."""
    if is_assessed(request) and measured:
        record_measures(session, *measured, actor=SYSTEM, now=now)


def fact(request: Request, measure: Measure, at: datetime, name: str, numerator: float) -> list[Measured]:
    """One measured fact of a request; none before it lies with a service.

    A report of wrongdoing that never went to a unit is the office's own work: the service it names did not handle it.
    """
    if request.service_id is None or (request.kind is RequestKind.REPORT and request.unit_id is None):
        return []
    event_id = f"request:{request.id}:{name}" if name else f"request:{request.id}"
    return [Measured(measure, request.service_id, at, event_id, numerator, 1.0, request.channel.met)]


def count_signature(session: Session, request: Request, *, now: datetime) -> None:
    """The unit signed: in time or not, and whether the first dispatch was the right one. Called after the step."""
    until = sent_until(session, request)
    found = repeat(request)
    if until is not None:
        is_late = now > until
        found += fact(request, Measure.REQUEST_SIGNED, until if is_late else now, "sign", float(not is_late))
    if request.returned_count == 0:
        found += fact(request, Measure.REQUEST_FIRST_DISPATCH, now, "first_dispatch", 1.0)
    keep(session, request, *found, now=now)


def sent_until(session: Session, request: Request) -> datetime | None:
    """Until when the unit may sign, as set when the request was last sent to one; None where no limit runs."""
    return session.connection().scalar(LAST_SENT, {"request_id": request.id})


def repeat(request: Request) -> list[Measured]:
    return fact(request, Measure.REQUEST_REPEAT, request.registered_at, "repeat", float(request.repeats_id is not None))


def count_return(session: Session, request: Request, *, now: datetime) -> None:
    """The unit returned the request; only the first dispatch is judged. Called before the return is counted."""
    if request.returned_count == 0:
        keep(
            session,
            request,
            *fact(request, Measure.REQUEST_FIRST_DISPATCH, now, "first_dispatch", 0.0),
            now=now,
        )


def count_answer(session: Session, request: Request, *, now: datetime) -> None:
    """The request was answered on the spot: nobody signs for it, so that its repetition counts now."""
    keep(session, request, *repeat(request), now=now)


def count_closing(session: Session, request: Request, *, now: datetime) -> None:
    """The request is completed: whether it was sent back, and how many working hours it took. Called after the step."""
    if request.closed_at is None:
        return
    steps = [Step(*row) for row in session.connection().execute(TURNS, {"request_id": request.id})]
    ends = max((one.at for one in steps if one.kind in REPLIES), default=request.closed_at)
    span = Handled(request.registered_at, ends, tuple(stood(steps, ends)))
    hours = hours_handled(calendar(session, actor=SYSTEM), span)
    at, is_reworked = request.closed_at, float(request.rework_count > 0)
    keep(
        session,
        request,
        *fact(request, Measure.REQUEST_REWORK, at, "rework", is_reworked),
        *fact(request, Measure.REQUEST_HOURS, at, "hours", hours),
        now=now,
    )


def count_call(session: Session, request: Request, call: CallBack, *, now: datetime) -> None:
    """Somebody called back: whether the requester was reached, and if so what they said of the three questions."""
    session.flush()
    on = local_day(call.at, settings().zone)
    answers = (call.is_reached, call.was_contacted, call.is_solved, call.satisfaction)
    said = Call(call.id, call.service_id, call.at, *answers, on)
    keep(session, request, *judged(said, request.channel.met, in_force(on)), now=now)


def note_unsigned(session: Session, *, now: datetime) -> int:
    """Count the dispatches whose limit for signing has passed since; each counts once. Returns how many stand so."""
    unsigned = session.scalars(
        sa.select(Request).where(Request.state == RequestState.DISPATCHED, Request.next_due_at < now)
    ).all()
    for request in unsigned:
        until = sent_until(session, request)
        if until is not None:
            late = fact(request, Measure.REQUEST_SIGNED, until, "sign", 0.0)
            keep(session, request, *late, now=now)
    return len(unsigned)


def settle(session: Session, request: Request, *, now: datetime) -> None:
    """Let the events say what the rows of a request say now: for exclusions, spam marks, reopenings and their undoing.

    What no longer counts is corrected to nothing, what counts again gets its value back. Part of another action, which
    checks the right and leaves the trace; changes that the session holds are written first.
    """
    session.flush()
    told = told_requests(session, request.id)[0]
    wanted = {key_of(one): one for one in expected_of(calendar(session, actor=SYSTEM), [told])[0].certain}
    moments = {told.registered_at, *(one.at for one in told.steps), *(one.at for one in told.calls)}
    moments |= {one.due_at for one in told.steps if one.due_at is not None}
    moments |= {one for one in (told.counted_at, told.overdue_at, told.closed_at) if one is not None}
    owners = {f"request:{told.request_id}", *(f"call_back:{one.call_id}" for one in told.calls)}
    changes = []
    for present in recorded_measures(session, REQUEST_MEASURES, moments=moments, actor=SYSTEM):
        if owner_of(present.event_id) not in owners:
            continue
        found = wanted.pop(key_of(present), None)
        above, below = (found.numerator, found.denominator) if found is not None else (0.0, 0.0)
        if (above, below) != (present.numerator, present.denominator):
            changes.append(corrected(present, above, below))
    record_measures(session, *changes, *wanted.values(), actor=SYSTEM, now=now)


def corrected(present: Measured, numerator: float, denominator: float) -> Measured:
    root, _, count = present.event_id.partition(AGAIN)
    event_id = f"{root}{AGAIN}{int(count or 0) + 1}"
    measure, service_id, at, channel = present.measure, present.service_id, present.happened_at, present.channel
    return Measured(measure, service_id, at, event_id, numerator, denominator, channel, present.event_id)


def key_of(one: Measured) -> tuple[Measure, datetime, str]:
    """What a fact is about: its measure, its moment, and the request or call-back it belongs to."""
    return one.measure, one.happened_at, owner_of(one.event_id)


def owner_of(event_id: str) -> str:
    """The request or call-back an event belongs to: request:12, call_back:34."""
    return ":".join(event_id.partition(AGAIN)[0].split(":")[:2])
