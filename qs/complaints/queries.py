"""What can be asked of complaints: the desk, what is closed, similar requests, and where a number leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import Request
from qs.complaints.reach import reached
from qs.complaints.terms import RequestKind, RequestState
from qs.deadlines.queries import calendar
from qs.deadlines.rules import working_days_between
from qs.deadlines.terms import Calendar
from qs.directory.models import Area, Provider, Service
from qs.directory.queries import visible_services
from qs.frames import members
from qs.periods import local_day, start_of
from qs.settings import settings
from qs.vault.redaction import redacted

P = Permission
READ = P.COMPLAINTS_READ
OPEN, CLOSED = tuple(state for state in RequestState if state is not RequestState.CLOSED), RequestState.CLOSED
MOST_CLOSED = 500
REQUEST_COLUMNS = (
    "request_id",
    "number",
    "kind",
    "channel",
    "title",
    "state",
    "outcome",
    "service_id",
    "service",
    "service_en",
    "unit_id",
    "unit",
    "unit_en",
    "area_id",
    "area",
    "area_en",
    "handler_id",
    "handler",
    "handler_en",
    "registered_at",
    "due_at",
    "next_due_at",
    "overdue_at",
    "closed_at",
    "is_provisional",
    "is_confidential",
    "has_contact",
    "wants_reply",
    "extension_asked_at",
    "extension_decided_at",
    "is_extended",
    "rework_count",
    "returned_count",
    "failed_call_count",
    "supervised_at",
    "supervision",
    "urgency",
    "pause_asked_at",
    "pause_asked_by_id",
    "paused_at",
    "repeats_id",
    "version",
)
WORKED_OUT = ("days_left", "used_share", "is_overdue")
ENUMS = ("kind", "channel", "state", "outcome", "stage", "reason", "supervision", "urgency")


def open_requests(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per open request in the actor's scope, most pressing first: REQUEST_COLUMNS, WORKED_OUT.

    Moments in UTC (NaT where there is none), enums as members (None without outcome), missing names "", missing ids
    empty. `title` is "" where the actor may read the brief only. `next_due_at`: the limit of the present step.
    `days_left`: working days until then, negative after; of a paused one what was left when its clock stopped;
    `used_share`: how much of the time for handling is used up;
    `is_overdue`: the limit for handling has passed without a reply.
    """
    actor.check(READ)
    first = Request.next_due_at.asc().nulls_last()
    statement = request_rows(actor).where(Request.state.in_(OPEN)).order_by(first, Request.id)
    return request_frame(session, statement, actor=actor, now=now)


def closed_requests(session: Session, *, actor: Actor, now: datetime, limit: int = MOST_CLOSED) -> pd.DataFrame:
    """The same of closed requests, the last closed first, at most `limit`."""
    actor.check(READ)
    statement = request_rows(actor).where(Request.state == CLOSED).order_by(Request.closed_at.desc(), Request.id.desc())
    return request_frame(session, statement.limit(limit), actor=actor, now=now)


def similar_requests(session: Session, service_id: int, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """The open requests about one service, newest first, so that nobody registers the same matter twice."""
    actor.check(READ)
    statement = request_rows(actor).where(Request.state.in_(OPEN), Request.service_id == service_id)
    return request_frame(session, statement.order_by(Request.registered_at.desc()).limit(20), actor=actor, now=now)


def request_rows(actor: Actor) -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as REQUEST_COLUMNS
    """Every request in the actor's scope with the names around it."""
    handler = aliased(Person)
    named = {
        "service": Service.name,
        "service_en": Service.name_en,
        "unit": Provider.name,
        "unit_en": Provider.name_en,
        "area": Area.name,
        "area_en": Area.name_en,
        "handler": handler.name,
        "handler_en": handler.name_en,
    }
    own: dict[str, sa.ColumnElement[Any]] = {
        "request_id": Request.id.label("request_id"),
        "title": readable(actor, Request.title).label("title"),
        "has_contact": Request.vault_person_id.is_not(None).label("has_contact"),
    }
    columns = [
        own[name]
        if name in own
        else sa.func.coalesce(named[name], "").label(name)
        if name in named
        else getattr(Request, name)
        for name in REQUEST_COLUMNS
    ]
    return (
        sa.select(*columns)
        .outerjoin(Service, Service.id == Request.service_id)
        .outerjoin(Provider, Provider.id == sa.func.coalesce(Request.unit_id, Service.provider_id))
        .outerjoin(Area, Area.id == Request.area_id)
        .outerjoin(handler, handler.id == Request.handler_id)
        .where(reached(actor, READ))
    )


def readable(actor: Actor, column: InstrumentedAttribute[str]) -> sa.ColumnElement[str]:
    """The text, or "" where the actor belongs to the side that may read the brief only."""
    is_withheld = sa.or_(Request.is_confidential, Request.kind == RequestKind.REPORT)
    if actor.has_everywhere(READ):
        if actor.person_id is None or not actor.has(P.COMPLAINTS_HANDLE):
            return sa.cast(column, sa.String)
        is_withheld = sa.and_(is_withheld, Request.service_id.in_(visible_services(actor, P.COMPLAINTS_HANDLE)))
    return sa.case((is_withheld, ""), else_=column)


def request_frame(
    session: Session,
    statement: sa.Select[*tuple[Any, ...]],  # Any: as many columns as REQUEST_COLUMNS
    *,
    actor: Actor,
    now: datetime,
) -> pd.DataFrame:
    found = session.execute(statement).all()
    late = [rules.is_overdue(row.state, row.due_at, now) for row in found]
    columns = {name: [getattr(row, name) for row in found] for name in REQUEST_COLUMNS}
    columns["title"] = [redacted(title) for title in columns["title"]]
    columns["registered_at"] = [told_moment(row.title, row.registered_at) for row in found]
    frame = pd.DataFrame({name: column_of(name, values) for name, values in columns.items()})
    known, today = calendar(session, actor=actor), local_day(now, settings().zone)
    ends = [row.next_due_at or (row.due_at if row.paused_at else None) for row in found]
    since = [today if row.paused_at is None else local_day(row.paused_at, known.zone) for row in found]
    days = [
        None if at is None else working_days_between(known, day, local_day(at, known.zone))
        for at, day in zip(ends, since, strict=True)
    ]
    used = [
        None if row.due_at is None else rules.used_share(row.registered_at, row.due_at, row.paused_at or now)
        for row in found
    ]
    return frame.assign(
        days_left=pd.Series(days, dtype="Int64"),
        used_share=pd.Series(used, dtype="float64"),
        is_overdue=pd.Series(late, dtype=bool),
    )


def told_moment(title: str, at: datetime) -> datetime:
    """When a request came in; of one whose words are withheld only the day, for the hour may tell who it was."""
    zone = settings().zone
    return at if title else start_of(local_day(at, zone), zone)


def framed(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> pd.DataFrame:  # Any: values of several kinds
    """Rows as a frame whose columns are of the kinds that their names tell."""
    values = list(zip(*rows, strict=True)) or [()] * len(names)
    return pd.DataFrame({name: column_of(name, list(column)) for name, column in zip(names, values, strict=True)})


def column_of(name: str, values: list[Any]) -> pd.Series[Any]:  # Any: whatever the column holds
    """A column of the kind its name tells."""
    if name in ENUMS:
        return members(values)
    if name.endswith("_at"):
        return pd.Series(pd.to_datetime(values, utc=True).as_unit("us"))
    if name.endswith("_id") and name != "request_id":
        return pd.Series(values, dtype="Int64")
    if name in ("request_id", "version") or name.endswith("_count"):
        return pd.Series(values, dtype="int64")
    return pd.Series(values, dtype=bool if name.startswith(("is_", "has_", "wants_", "may_")) else "str")


def working_calendar(session: Session, *, actor: Actor) -> Calendar:
    """The calendar by which time left is counted."""
    actor.check(READ)
    return calendar(session, actor=actor)


def request_id_by_number(session: Session, number: str, *, actor: Actor) -> int | None:
    """The id of a request in the actor's scope by its number."""
    actor.check(READ)
    return session.scalar(sa.select(Request.id).where(Request.number == number.strip(), reached(actor, READ)))
