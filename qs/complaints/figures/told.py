"""Requests as figures see them: their rows, steps and call-backs read together, and the handling time of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.complaints.figures.expected import Call, Expected, Handled, Step, Told, expected, handled
from qs.complaints.figures.weights import in_force
from qs.complaints.models import CallBack, Request, RequestStep
from qs.complaints.terms import RequestKind
from qs.deadlines.hours import open_time
from qs.deadlines.terms import Calendar
from qs.deadlines.working_time import open_hours
from qs.periods import local_day, to_microseconds
from qs.settings import settings

HOUR = timedelta(hours=1)


def told_requests(session: Session, request_id: int | None = None) -> list[Told]:
    """All requests, or one, with their steps and call-backs in the order they happened."""
    steps, calls = steps_of(session, request_id), calls_of(session, request_id)
    statement = sa.select(
        Request.id,
        Request.service_id,
        Request.channel,
        sa.or_(Request.is_excluded, Request.is_spam),
        sa.and_(Request.kind == RequestKind.REPORT, Request.unit_id.is_(None)),
        Request.repeats_id,
        Request.outcome,
        Request.registered_at,
        Request.closed_at,
        Request.overdue_at,
        Request.counted_at,
        Request.rework_count,
    ).order_by(Request.id)
    if request_id is not None:
        statement = statement.where(Request.id == request_id)
    found = []
    for row in session.execute(statement):
        number, service, channel, is_out, is_own, repeats, outcome, registered, closed, overdue, counted, reworks = row
        found.append(
            Told(
                request_id=number,
                service_id=service,
                channel=channel.met,
                is_assessed=not is_out,
                is_own_work=is_own,
                repeats=repeats is not None,
                outcome=outcome,
                registered_at=registered,
                closed_at=closed,
                overdue_at=overdue,
                counted_at=counted,
                rework_count=reworks,
                steps=steps.get(number, ()),
                calls=calls.get(number, ()),
            )
        )
    return found


def steps_of(session: Session, request_id: int | None) -> dict[int, list[Step]]:
    statement = sa.select(
        RequestStep.request_id,
        RequestStep.kind,
        RequestStep.at,
        RequestStep.from_state,
        RequestStep.to_state,
        RequestStep.due_at,
    ).order_by(RequestStep.request_id, RequestStep.id)
    if request_id is not None:
        statement = statement.where(RequestStep.request_id == request_id)
    found: dict[int, list[Step]] = {}
    for number, kind, at, from_state, to_state, due_at in session.execute(statement):
        found.setdefault(number, []).append(Step(kind, at, from_state, to_state, due_at))
    return found


def calls_of(session: Session, request_id: int | None) -> dict[int, list[Call]]:
    statement = sa.select(
        CallBack.request_id,
        CallBack.id,
        CallBack.service_id,
        CallBack.at,
        CallBack.is_reached,
        CallBack.was_contacted,
        CallBack.is_solved,
        CallBack.satisfaction,
    ).order_by(CallBack.request_id, CallBack.id)
    if request_id is not None:
        statement = statement.where(CallBack.request_id == request_id)
    zone, found = settings().zone, dict[int, list[Call]]()
    for number, call_id, service_id, at, is_reached, contacted, solved, level in session.execute(statement):
        call = Call(call_id, service_id, at, is_reached, contacted, solved, level, local_day(at, zone))
        found.setdefault(number, []).append(call)
    return found


def handling_hours(calendar: Calendar, found: Sequence[Handled]) -> NDArray[np.float64]:
    """Hours of the office calendar from begin to end, less those in which the request stood; all at once."""
    owners = [place for place, one in enumerate(found) for _ in one.stood]
    spans = [span for one in found for span in one.stood]
    begins = np.array([to_microseconds(one.begins) for one in found], dtype=np.int64)
    ends = np.array([to_microseconds(one.ends) for one in found], dtype=np.int64)
    hours = open_hours(calendar, begins, ends)
    if spans:
        since, until = (np.array([to_microseconds(span[side]) for span in spans], dtype=np.int64) for side in (0, 1))
        np.subtract.at(hours, owners, open_hours(calendar, since, until))
    return np.maximum(hours, 0.0)


def hours_handled(calendar: Calendar, one: Handled) -> float:
    """The same of one request, counted day by day: quicker than columns of one row, and the same number."""
    hours = open_time(calendar, one.begins, one.ends) / HOUR
    for span in one.stood:
        hours -= open_time(calendar, *span) / HOUR
    return max(hours, 0.0)


def expected_of(calendar: Calendar, requests: Sequence[Told]) -> list[Expected]:
    """What each request must stand for among the events."""
    done = [one for one in requests if one.is_completed]
    spans = [handled(one.registered_at, one.closed_at, one.steps) for one in done if one.closed_at is not None]
    hours = dict(zip((one.request_id for one in done), handling_hours(calendar, spans).tolist(), strict=True))
    return [
        expected(one, hours.get(one.request_id, 0.0), [in_force(call.on) for call in one.calls]) for one in requests
    ]
