"""The lists of the desk: filtered, searched and put in order by the store, a page at a time, with their lengths."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.aftermath.merges import calls_due
from qs.complaints.models import CoUnit, Request, RequestExclusion, RequestReview
from qs.complaints.queries import readable, request_frame, request_rows
from qs.complaints.reach import reached
from qs.complaints.steps import IS_OPEN
from qs.complaints.terms import WORKED_ON, RequestChannel, RequestKind, RequestState, Urgency
from qs.directory.queries import visible_services
from qs.i18n import N_
from qs.periods import local_day, start_of
from qs.settings import settings

P = Permission
READ = P.COMPLAINTS_READ
S = RequestState
NONE_LIKE = -1  # an id no request has


class Queue(StrEnum):
    """What waits on the desk, by what it waits for."""

    OPEN = "desk"
    TODAY = "today"
    OVERDUE = "overdue"
    DISPATCH = "dispatch"
    SIGN = "sign"
    REPLY = "reply"
    HELP = "help"
    PAUSED = "paused"
    DECIDE = "decide"
    VERIFY = "verify"
    CALL = "calls"
    SUPERVISED = "supervised"
    CLOSED = "closed"


QUEUE_WORDS = {
    Queue.OPEN: N_("All open"),
    Queue.TODAY: N_("Due today"),
    Queue.OVERDUE: N_("Overdue"),
    Queue.DISPATCH: N_("To be dispatched"),
    Queue.SIGN: N_("To be signed for"),
    Queue.REPLY: N_("In progress"),
    Queue.HELP: N_("To help with"),
    Queue.PAUSED: N_("Paused"),
    Queue.DECIDE: N_("To decide"),
    Queue.VERIFY: N_("To be verified"),
    Queue.CALL: N_("To be called back"),
    Queue.SUPERVISED: N_("With supervision"),
    Queue.CLOSED: N_("Case closed"),
}


class Order(StrEnum):
    """In which order a list stands."""

    DUE = "due"
    NEWEST = "newest"
    OLDEST = "oldest"


ORDER_WORDS = {
    Order.DUE: N_("The most pressing first"),
    Order.NEWEST: N_("The newest first"),
    Order.OLDEST: N_("The oldest first"),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is to show; None and "" leave a filter out."""

    queue: Queue = Queue.OPEN
    kind: RequestKind | None = None
    urgency: Urgency | None = None
    channel: RequestChannel | None = None
    area_id: int | None = None
    unit_id: int | None = None
    text: str = ""  # each word in number, title or text, as far as the actor may read them
    is_mine: bool = False  # handled by the actor
    order: Order = Order.DUE


@dataclass(frozen=True)
class Listed:
    """One page of a list, as queries.open_requests describes its rows, and how long the whole list is."""

    frame: pd.DataFrame
    count: int


def listed(session: Session, wanted: Wanted, *, page: int, rows: int, actor: Actor, now: datetime) -> Listed:
    """The page (from 1) of a list, `rows` at a time; a page past the end is the last one."""
    actor.check(READ)
    fits = sa.and_(in_queue(wanted.queue, actor, now), *filters(wanted, actor))
    count = session.scalar(sa.select(sa.func.count(Request.id)).where(fits, reached(actor, READ))) or 0
    last = max((count - 1) // rows, 0)
    statement = request_rows(actor).where(fits).order_by(*order_of(wanted))
    frame = request_frame(session, statement.offset(min(page - 1, last) * rows).limit(rows), actor=actor, now=now)
    return Listed(frame, count)


def counts(session: Session, *, actor: Actor, now: datetime) -> dict[Queue, int]:
    """How many requests in the actor's scope stand in each queue of open ones, in one look."""
    actor.check(READ)
    queues = [queue for queue in Queue if queue is not Queue.CLOSED]
    columns = [sa.func.sum(sa.case((in_queue(queue, actor, now), 1), else_=0)) for queue in queues]
    may_wait = sa.or_(IS_OPEN, *(in_queue(queue, actor, now) for queue in (Queue.DECIDE, Queue.CALL)))
    row = session.execute(sa.select(*columns).where(may_wait, reached(actor, READ))).one()
    return {queue: int(count or 0) for queue, count in zip(queues, row, strict=True)}


def first_of(session: Session, queues: Collection[Queue], *, actor: Actor, now: datetime) -> pd.DataFrame:
    """The most pressing request of these queues whose limit is still ahead: one row, or none."""
    actor.check(READ)
    fits = sa.or_(*(in_queue(queue, actor, now) for queue in queues)) if queues else sa.false()
    statement = request_rows(actor).where(fits, IS_OPEN, Request.next_due_at >= now)
    found = statement.order_by(Request.next_due_at, Request.id).limit(1)
    return request_frame(session, found, actor=actor, now=now)


def in_queue(queue: Queue, actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    """The condition on Request that it stands in a queue."""
    if queue in STATES:
        return Request.state.in_(STATES[queue])
    if queue is Queue.TODAY:
        zone = settings().zone
        midnight = start_of(local_day(now, zone) + timedelta(days=1), zone)
        return sa.and_(IS_OPEN, Request.next_due_at >= now, Request.next_due_at < midnight)
    if queue is Queue.OVERDUE:
        unanswered = sa.and_(Request.state.in_(WORKED_ON), Request.due_at < now)
        return sa.and_(IS_OPEN, sa.or_(unanswered, Request.next_due_at < now))
    if queue is Queue.HELP:
        return sa.and_(IS_OPEN, helps(actor))
    if queue is Queue.DECIDE:
        return to_decide(actor)
    if queue is Queue.CALL:
        return sa.or_(Request.state.in_((S.VERIFIED, S.CALLED_BACK)), Request.id.in_(calls_due()))
    if queue is Queue.SUPERVISED:
        return sa.and_(IS_OPEN, Request.supervised_at.is_not(None))
    return IS_OPEN


STATES: dict[Queue, tuple[RequestState, ...]] = {
    Queue.DISPATCH: (S.REGISTERED, S.RETURNED),
    Queue.SIGN: (S.DISPATCHED,),
    Queue.REPLY: (S.IN_PROGRESS,),
    Queue.PAUSED: (S.PAUSED,),
    Queue.VERIFY: (S.REPLIED,),
    Queue.CLOSED: (S.CLOSED,),
}


def helps(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Request that a service of the actor still has to report as a co-handling unit."""
    own = visible_services(actor, P.COMPLAINTS_HANDLE).correlate(None)
    return sa.exists().where(CoUnit.request_id == Request.id, CoUnit.reported_at.is_(None), CoUnit.service_id.in_(own))


def to_decide(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Request that somebody asked for what an approver decides: time, a pause, exclusion, a review.

    What the actor asked for or handled is for somebody else. Returned requests wait for a ruling of the whole office.
    """
    if not actor.has(P.COMPLAINTS_APPROVE):
        return sa.false()
    waiting = [
        sa.and_(
            Request.state == S.IN_PROGRESS,
            Request.extension_asked_at.is_not(None),
            Request.extension_decided_at.is_(None),
            Request.extension_asked_by_id.is_distinct_from(actor.person_id),
        ),
        sa.and_(
            Request.state == S.IN_PROGRESS,
            Request.pause_asked_at.is_not(None),
            Request.pause_asked_by_id.is_distinct_from(actor.person_id),
        ),
    ]
    if actor.has_everywhere(P.COMPLAINTS_APPROVE):
        waiting += [
            Request.state == S.RETURNED,
            sa.exists().where(
                RequestExclusion.request_id == Request.id,
                RequestExclusion.decided_at.is_(None),
                RequestExclusion.asked_by_id.is_distinct_from(actor.person_id),
            ),
            sa.exists().where(RequestReview.request_id == Request.id, RequestReview.decided_at.is_(None)),
        ]
    is_others = Request.handler_id.is_distinct_from(actor.person_id) if actor.person_id is not None else sa.true()
    return sa.and_(is_others, sa.or_(*waiting))


def filters(wanted: Wanted, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """The conditions on Request beside the queue."""
    exact = {
        Request.kind: wanted.kind,
        Request.urgency: wanted.urgency,
        Request.channel: wanted.channel,
        Request.area_id: wanted.area_id,
        Request.unit_id: wanted.unit_id,
        Request.handler_id: (actor.person_id or NONE_LIKE) if wanted.is_mine else None,
    }
    found = [column == value for column, value in exact.items() if value is not None]
    for word in wanted.text.split():
        searched = (sa.cast(Request.number, sa.String), readable(actor, Request.title), readable(actor, Request.text))
        found.append(sa.or_(*(column.icontains(word, autoescape=True) for column in searched)))
    return found


def order_of(wanted: Wanted) -> tuple[sa.UnaryExpression[Any], ...]:  # Any: moments and ids
    if wanted.order is Order.OLDEST:
        return (Request.registered_at.asc(), Request.id.asc())
    if wanted.order is Order.NEWEST:
        return (Request.registered_at.desc(), Request.id.desc())
    if wanted.queue is Queue.CLOSED:
        return (Request.closed_at.desc(), Request.id.desc())
    return (Request.next_due_at.asc().nulls_last(), Request.id.asc())


def requests_of_phone(session: Session, vault_ids: Collection[int], *, actor: Actor, now: datetime) -> pd.DataFrame:
    """The earlier requests of the people with these vault ids, the newest first; for those who take calls."""
    actor.check(P.COMPLAINTS_REGISTER)
    actor.check(READ)
    statement = request_rows(actor).where(Request.vault_person_id.in_(vault_ids or [NONE_LIKE]))
    return request_frame(session, statement.order_by(Request.registered_at.desc()).limit(20), actor=actor, now=now)
