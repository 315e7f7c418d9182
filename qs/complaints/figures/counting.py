"""What requests count in a period, as conditions for the store: the numerator and the denominator of every measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qs.complaints.figures.expected import SENT
from qs.complaints.models import Request, RequestReview, RequestStep
from qs.complaints.terms import WORKED_ON, Outcome, RequestState, ReviewDecision, StepKind, Supervision

HANDLED = tuple(outcome for outcome in Outcome if outcome.is_handled)
Condition = sa.ColumnElement[bool]
Moment = sa.SQLColumnExpression[Any]  # Any: a moment, or empty
Bound = datetime | Moment  # of a period: known here, or in the store


@dataclass(frozen=True)
class Share:
    """A measure as a share: its name, and the counts above and below the line. `is_good`: more is better."""

    name: str
    above: str
    below: str
    is_good: bool


SHARES = (
    Share("on_time", "on_time", "on_time_base", True),
    Share("sign", "signed_in_time", "sign_base", True),
    Share("first_dispatch", "kept", "dispatched", True),
    Share("return", "returned", "dispatched", False),
    Share("extension", "extended", "closed", False),
    Share("pause", "paused", "closed", False),
    Share("rework", "reworked", "closed", False),
    Share("repeat", "repeated", "taken", False),
    Share("refusal", "refused", "decided", False),
    Share("review", "reviewed", "closed", False),
    Share("changed", "changed", "reviews_decided", False),
    Share("exclusion", "excluded", "called", False),
    Share("reach", "calls_reached", "calls", True),
    Share("answer", "answered_soon", "answer_base", True),
)
REQUEST_COUNTS = (
    "registered",
    "closed",
    "on_time",
    "late",
    "open_overdue",
    "dispatched",
    "returned",
    "signed_in_time",
    "sign_base",
    "extended",
    "paused",
    "reworked",
    "taken",
    "repeated",
    "refused",
    "reviewed",
    "reviews_decided",
    "changed",
    "supervised",
    "listed",
    "interviewed",
    "spam",
)


def inside(column: Moment, starts_at: Bound, ends_at: Bound) -> Condition:
    return sa.and_(column >= starts_at, column < ends_at)


def lived(starts_at: datetime, ends_at: datetime) -> Condition:
    """Requests that were open in the period, or a review of which was decided in it."""
    decided = sa.select(RequestReview.request_id).where(inside(RequestReview.decided_at, starts_at, ends_at))
    is_open = sa.or_(Request.closed_at.is_(None), Request.closed_at >= starts_at)
    return sa.and_(Request.registered_at < ends_at, sa.or_(is_open, Request.id.in_(decided)))


def lived_in(periods: sa.Subquery) -> Condition:
    """The same of each of several periods, and a few more: requests that were ever reviewed, and counted for nothing.

    Asking for the day of the review would read the reviews once for each request and period.
    """
    is_open = sa.or_(Request.closed_at.is_(None), Request.closed_at >= periods.c.starts_at)
    is_reviewed = Request.id.in_(sa.select(RequestReview.request_id))
    return sa.and_(Request.registered_at < periods.c.ends_at, sa.or_(is_open, is_reviewed))


def conditions(starts_at: Bound, ends_at: Bound, until: Bound) -> Mapping[str, Condition]:
    """For every count but those of reviews the condition under which one request adds one to it.

    `until`: the end of the period, or now where that is still to come.
    """
    closed = sa.and_(inside(Request.closed_at, starts_at, ends_at), Request.outcome.in_(HANDLED))
    dispatched = inside(Request.dispatched_at, starts_at, ends_at)
    registered = inside(Request.registered_at, starts_at, ends_at)
    open_at_end = sa.or_(Request.closed_at.is_(None), Request.closed_at >= ends_at)
    past_limit = sa.or_(
        Request.overdue_at < until,
        sa.and_(Request.overdue_at.is_(None), Request.state.in_(WORKED_ON), Request.due_at < until),
    )
    sent_until = (
        sa.select(sa.func.max(RequestStep.due_at))
        .where(
            RequestStep.request_id == Request.id, RequestStep.kind.in_(SENT), RequestStep.at == Request.dispatched_at
        )
        .scalar_subquery()
    )
    is_signed, was_spoken = Request.signed_at.is_not(None), sa.and_(Request.dispatched_at.is_(None), closed)
    signed = sa.and_(dispatched, is_signed)
    unsigned = sa.and_(dispatched, ~is_signed, Request.state != RequestState.RETURNED, sent_until < until)
    taken = sa.and_(registered, sa.or_(is_signed, was_spoken))
    paused = sa.exists().where(RequestStep.request_id == Request.id, RequestStep.kind == StepKind.PAUSED)
    reviewed = sa.exists().where(RequestReview.request_id == Request.id)
    supervised = inside(Request.supervised_at, starts_at, ends_at)
    return {
        "registered": registered,
        "closed": closed,
        "on_time": sa.and_(closed, Request.overdue_at.is_(None)),
        "late": sa.and_(closed, Request.overdue_at.is_not(None)),
        "open_overdue": sa.and_(open_at_end, past_limit),
        "dispatched": dispatched,
        "returned": sa.and_(dispatched, Request.returned_count > 0),
        "signed_in_time": sa.and_(signed, Request.signed_at <= sent_until),
        "sign_base": sa.or_(signed, unsigned),
        "extended": sa.and_(closed, Request.is_extended),
        "paused": sa.and_(closed, paused),
        "reworked": sa.and_(closed, Request.rework_count > 0),
        "taken": taken,
        "repeated": sa.and_(taken, Request.repeats_id.is_not(None)),
        "refused": sa.and_(inside(Request.closed_at, starts_at, ends_at), Request.outcome == Outcome.NOT_ACCEPTED),
        "reviewed": sa.and_(closed, reviewed),
        "reviews_decided": review_decided(starts_at, ends_at),
        "changed": review_decided(starts_at, ends_at, ReviewDecision.CHANGED, ReviewDecision.HANDLED_AGAIN),
        "supervised": supervised,
        "listed": sa.and_(supervised, Request.supervision == Supervision.LISTED),
        "interviewed": sa.and_(supervised, Request.supervision == Supervision.INTERVIEW),
        "spam": sa.and_(registered, Request.is_spam),
    }


def review_decided(starts_at: Bound, ends_at: Bound, *decisions: ReviewDecision) -> Condition:
    """A first or second review of the request was decided in the period, in one of these ways or any."""
    found = sa.exists().where(
        RequestReview.request_id == Request.id, inside(RequestReview.decided_at, starts_at, ends_at)
    )
    return found.where(RequestReview.decision.in_(decisions)) if decisions else found
