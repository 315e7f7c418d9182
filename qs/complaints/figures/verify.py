"""Proof that the events of requests say what the requests say: everything worked out anew from rows, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isclose

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.figures.expected import REQUEST_MEASURES, Told
from qs.complaints.figures.told import expected_of, told_requests
from qs.complaints.measures import key_of
from qs.complaints.models import Request
from qs.complaints.terms import RequestState, StepKind
from qs.deadlines.queries import calendar, calendar_years, opening
from qs.observations.recorded import recorded_measures
from qs.observations.recording import Measure, Measured
from qs.periods import EPOCH

RELATIVE_TOLERANCE = 1e-9
OF_CALLS = (
    Measure.REQUEST_REACHED,
    Measure.REQUEST_RESPONSE,
    Measure.REQUEST_RESOLUTION,
    Measure.REQUEST_SATISFACTION,
)
OF_CLOSING = (Measure.REQUEST_REWORK, Measure.REQUEST_HOURS)


class Wrong(StrEnum):
    """In what way events and requests disagree."""

    MISSING = "missing"  # the request says it, no event does
    SURPLUS = "surplus"  # an event says it, the request does not
    OTHER_VALUE = "other_value"
    OTHER_SERVICE = "other_service"
    STATE = "state"  # the request does not stand where its last step left it
    RETURNS = "returns"  # the request counts other returns than its steps


@dataclass(frozen=True)
class Difference:
    """One place where a request and its events, or its steps, do not agree."""

    wrong: Wrong
    place: str  # request:12 or call_back:34
    measure: Measure | None = None
    recorded: float | None = None
    expected: float | None = None


@dataclass(frozen=True)
class RequestVerdict:
    """What was compared. `moved`: handling times counted before working days or opening hours were changed."""

    request_count: int
    event_count: int
    differences: tuple[Difference, ...]
    moved: tuple[Difference, ...]


def verify_requests(session: Session, *, actor: Actor) -> RequestVerdict:
    """Work out every event of every request from its rows, steps and call-backs, and compare with what is recorded.

    An event whose denominator is zero was taken back and counts as none.
    """
    actor.check_everywhere(Permission.COMPLAINTS_READ)
    requests = told_requests(session)
    known = calendar(session, actor=actor)
    changed_at = calendar_changed_at(session, actor=actor)
    present = {
        key_of(one): one for one in recorded_measures(session, REQUEST_MEASURES, actor=actor) if one.denominator > 0
    }
    event_count = len(present)
    differences: list[Difference] = []
    moved: list[Difference] = []
    for told, found in zip(requests, expected_of(known, requests), strict=True):
        for one in found.certain:
            recorded = present.pop(key_of(one), None)
            for difference in compared(told, one, recorded):
                is_moved = one.measure is Measure.REQUEST_HOURS and one.happened_at < changed_at
                (moved if is_moved and recorded is not None else differences).append(difference)
        for one in found.possible:
            recorded = present.pop(key_of(one), None)
            if recorded is not None:
                differences.extend(compared(told, one, recorded))
    differences.extend(
        Difference(Wrong.SURPLUS, key[2], one.measure, recorded=one.numerator) for key, one in present.items()
    )
    differences.extend(row_differences(session, requests))
    return RequestVerdict(len(requests), event_count, tuple(differences), tuple(moved))


def compared(told: Told, wanted: Measured, recorded: Measured | None) -> Iterator[Difference]:
    """What one event should say and does not.

    Which service a request lay with before it was returned is not kept in its row, so that only the service of
    call-backs, of closings, and of requests never returned is compared.
    """
    place = key_of(wanted)[2]
    if recorded is None:
        yield Difference(Wrong.MISSING, place, wanted.measure, expected=wanted.numerator)
        return
    is_same = isclose(recorded.numerator, wanted.numerator, rel_tol=RELATIVE_TOLERANCE, abs_tol=RELATIVE_TOLERANCE)
    if not is_same or recorded.denominator != wanted.denominator:
        yield Difference(Wrong.OTHER_VALUE, place, wanted.measure, recorded.numerator, wanted.numerator)
    stayed = all(one.kind is not StepKind.RETURNED for one in told.steps)
    is_known = stayed or wanted.measure in (*OF_CALLS, *OF_CLOSING)
    if is_known and recorded.service_id != wanted.service_id:
        told_of, belongs_to = float(recorded.service_id), float(wanted.service_id)
        yield Difference(Wrong.OTHER_SERVICE, place, wanted.measure, told_of, belongs_to)


def row_differences(session: Session, requests: Sequence[Told]) -> Iterator[Difference]:
    """Requests whose row does not agree with the steps that led there."""
    rows = session.execute(sa.select(Request.id, Request.state, Request.returned_count).order_by(Request.id))
    for told, (request_id, state, returned_count) in zip(requests, rows, strict=True):
        place = f"request:{request_id}"
        last = told.steps[-1].to_state if told.steps else RequestState.REGISTERED
        if state is not last:
            yield Difference(Wrong.STATE, place)
        returns = sum(one.kind is StepKind.RETURNED for one in told.steps)
        if returns != returned_count:
            yield Difference(Wrong.RETURNS, place, None, float(returned_count), float(returns))


def calendar_changed_at(session: Session, *, actor: Actor) -> datetime:
    """When working days or opening hours were last changed: handling times counted before may differ from today's."""
    changed = [*calendar_years(session, actor=actor)["loaded_at"], opening(session, actor=actor).changed_at]
    return max((one for one in changed if one is not None), default=EPOCH)
