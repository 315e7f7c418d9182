"""The office watches a request (督办): daily, listed (挂牌), interview (约谈); ever more closely, until it closes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints import rules
from qs.complaints.ladder.rungs import level_of, read_ladder
from qs.complaints.models import Request
from qs.complaints.reach import taken
from qs.complaints.steps import step, supervise, trace
from qs.complaints.terms import STATEMENT, RequestState, StepKind, Supervision
from qs.deadlines.queries import calendar
from qs.errors import Conflict
from qs.i18n import N_
from qs.texts import checked

P = Permission
DEMAND, STATEMENT_TEXT = N_("What the office demands"), N_("Statement of the unit")


def put_under_supervision(
    session: Session, request_id: int, demand: str, *, level: Supervision, version: int, actor: Actor, now: datetime
) -> None:
    """Watch a request more closely, with a demand to its unit; it ends when the request is closed.

    Raises Conflict for a level that is not higher than the present one.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    rules.state_after(request.state, StepKind.SUPERVISED)
    words = checked(demand, field=DEMAND)
    if not supervise(session, request, level, actor=actor, now=now, demand=words):
        raise Conflict("supervision_not_higher")
    trace(session, "complaints.supervised_request", request, actor=actor, now=now, level=level.value)


def answer_supervision(
    session: Session, request_id: int, text: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """The unit's statement to the office on a request under supervision; the requester does not read it."""
    request = taken(session, request_id, version, P.COMPLAINTS_HANDLE, actor=actor)
    if request.state is RequestState.CLOSED or request.supervision is None:
        raise Conflict("supervision_missing")
    words = checked(text, field=STATEMENT_TEXT)
    step(session, request, StepKind.NOTED, actor=actor, now=now, note=words, code=STATEMENT)
    trace(session, "complaints.answered_supervision", request, actor=actor, now=now)


def raise_supervision(session: Session, *, actor: Actor, now: datetime) -> int:
    """Raise the supervision of every request past its limit as far as the ladder says; returns how many it raised.

    Silently, where `ladder.climb_ladder` also tells those concerned: for building a history. Running it again changes
    nothing; a paused request has no limit that passes.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    late = sa.select(Request).where(
        Request.state.in_([state for state in RequestState if state.is_worked_on]), Request.due_at < now
    )
    ladder, known, raised = read_ladder(), calendar(session, actor=actor), 0
    for request in session.scalars(late.order_by(Request.id).with_for_update()):
        level = None if request.due_at is None else level_of(ladder, known, request.due_at, now)
        if level is not None and supervise(session, request, level, actor=actor, now=now):
            request.version += 1
            raised += 1
    if raised:
        record(session, "complaints.raised_supervision", "requests:open", actor=actor, now=now, count=raised)
    return raised
