"""Requests that are spam: marked with a reason, counted all the same, and left out of what people's answers say."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.measures import settle
from qs.complaints.models import Request
from qs.complaints.reach import taken
from qs.complaints.steps import step, trace
from qs.complaints.terms import StepKind
from qs.errors import Conflict
from qs.i18n import N_
from qs.texts import checked

P = Permission
REASON = N_("Reason")


def mark_spam(session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Mark a request as spam: it stays in every count, and its answers no longer enter the three rates."""
    request = turned(session, request_id, reason, is_spam=True, version=version, actor=actor, now=now)
    trace(session, "complaints.marked_spam", request, actor=actor, now=now)


def clear_spam(session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Take the mark off again: the answers of the request count as they did."""
    request = turned(session, request_id, reason, is_spam=False, version=version, actor=actor, now=now)
    trace(session, "complaints.cleared_spam", request, actor=actor, now=now)


def turned(
    session: Session, request_id: int, reason: str, *, is_spam: bool, version: int, actor: Actor, now: datetime
) -> Request:
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    if request.is_spam == is_spam:
        raise Conflict("spam_marked" if is_spam else "spam_not_marked")
    note = checked(reason, field=REASON)
    request.is_spam = is_spam
    kind = StepKind.SPAM_MARKED if is_spam else StepKind.SPAM_CLEARED
    step(session, request, kind, actor=actor, now=now, note=note)
    settle(session, request, now=now)
    return request


def spam_numbers() -> sa.Select[str]:
    """The numbers of the requests marked as spam, for a condition of another room; nobody reads them from it."""
    return sa.select(Request.number).where(Request.is_spam)
