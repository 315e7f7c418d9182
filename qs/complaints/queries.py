"""What can be asked of complaints: the desk, one case, a receipt, call-backs, and what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.complaints import rules
from qs.complaints.figures import RATE_COUNTS as RATE_COUNTS
from qs.complaints.figures import all_together as all_together
from qs.complaints.figures import outcome_counts as outcome_counts
from qs.complaints.figures import request_figures as request_figures
from qs.complaints.figures import three_rates as three_rates
from qs.complaints.figures import with_rates as with_rates
from qs.complaints.models import CallBack, Request, RequestStep
from qs.complaints.steps import by_receipt, reached
from qs.complaints.terms import (
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    RequestStatus,
    Satisfaction,
    StatusStep,
    StepKind,
)
from qs.deadlines.queries import calendar, trace_of
from qs.deadlines.rules import working_days_between
from qs.deadlines.terms import Calendar, Trace
from qs.directory.models import Area, Provider, Service
from qs.errors import NotFound
from qs.frames import members
from qs.periods import local_day
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import Source
from qs.settings import settings
from qs.waiting import Waiting

Row = Any  # Any: one row of a frame of requests
P = Permission
READ = P.COMPLAINTS_READ
OPEN, CLOSED = tuple(state for state in RequestState if state is not RequestState.CLOSED), RequestState.CLOSED
MOST_CLOSED = 500
REPLIES_TOLD = 4  # lines of what waits for a unit
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
)
WORKED_OUT = ("days_left", "used_share", "is_overdue")
ENUMS = ("kind", "channel", "state", "outcome")


@dataclass(frozen=True)
class Step:
    """One step of the history as staff see it; a withheld text is empty."""

    kind: StepKind
    at: datetime
    person: str
    person_en: str
    from_state: RequestState | None
    to_state: RequestState
    due_at: datetime | None
    note: str
    is_told: bool


@dataclass(frozen=True)
class Call:
    """One attempt to call back."""

    at: datetime
    person: str
    person_en: str
    is_reached: bool
    was_contacted: bool | None
    is_solved: bool | None
    satisfaction: Satisfaction | None
    comment: str


@dataclass(frozen=True)
class RequestDetail:
    """One request with its history. `is_withheld`: the actor's unit may read the brief only."""

    request_id: int
    number: str
    version: int
    kind: RequestKind
    channel: RequestChannel
    title: str
    text: str
    place: str
    brief: str
    is_withheld: bool
    is_confidential: bool
    wants_reply: bool
    vault_person_id: int | None
    state: RequestState
    outcome: Outcome | None
    refusal: Refusal | None
    answer: str
    service_id: int | None
    service: str
    service_en: str
    unit_id: int | None
    unit: str
    unit_en: str
    lead_unit_id: int | None
    area: str
    area_en: str
    handler_id: int | None
    handler: str
    handler_en: str
    registered_at: datetime
    dispatched_at: datetime | None
    signed_at: datetime | None
    replied_at: datetime | None
    called_back_at: datetime | None
    closed_at: datetime | None
    due_id: int | None
    due_at: datetime | None
    is_provisional: bool
    next_due_at: datetime | None
    overdue_at: datetime | None
    extension_asked_at: datetime | None
    extension_asked_by_id: int | None
    extension_reason: str
    extension_decided_at: datetime | None
    is_extended: bool
    rework_count: int
    returned_count: int
    failed_call_count: int
    supervised_at: datetime | None
    rectification_id: int | None
    steps: tuple[Step, ...]
    calls: tuple[Call, ...]
    files: tuple[KeptFile, ...]


def open_requests(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per open request in the actor's scope, most pressing first: REQUEST_COLUMNS, WORKED_OUT.

    Moments in UTC (NaT where there is none), enums as members (None without outcome), missing names "", missing ids
    empty. `title` is "" where the actor may read the brief only. `next_due_at`: the limit of the present step.
    `days_left`: working days until then, negative after; `used_share`: how much of the time for handling is used up;
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
    if actor.has_everywhere(READ):
        return sa.cast(column, sa.String)
    is_withheld = sa.or_(Request.is_confidential, Request.kind == RequestKind.REPORT)
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
    frame = pd.DataFrame({name: column_of(name, values) for name, values in columns.items()})
    known, today = calendar(session, actor=actor), local_day(now, settings().zone)
    pressing = [row.next_due_at for row in found]
    days = [None if at is None else working_days_between(known, today, local_day(at, known.zone)) for at in pressing]
    used = [None if row.due_at is None else rules.used_share(row.registered_at, row.due_at, now) for row in found]
    return frame.assign(
        days_left=pd.Series(days, dtype="Int64"),
        used_share=pd.Series(used, dtype="float64"),
        is_overdue=pd.Series(late, dtype=bool),
    )


def column_of(name: str, values: list[Any]) -> pd.Series[Any]:  # Any: whatever the column holds
    """A column of the kind its name tells."""
    if name in ENUMS:
        return members(values)
    if name.endswith("_at"):
        return pd.Series(pd.to_datetime(values, utc=True).as_unit("us"))
    if name.endswith("_id") and name != "request_id":
        return pd.Series(values, dtype="Int64")
    if name == "request_id" or name.endswith("_count"):
        return pd.Series(values, dtype="int64")
    return pd.Series(values, dtype=bool if name.startswith(("is_", "has_", "wants_")) else "str")


def request_detail(session: Session, request_id: int, *, actor: Actor) -> RequestDetail:
    """One request in the actor's scope with its history, call-backs and files. Raises NotFound."""
    actor.check(READ)
    handler = aliased(Person)
    statement = (
        sa.select(Request, Service, Provider, Area, handler)
        .outerjoin(Service, Service.id == Request.service_id)
        .outerjoin(Provider, Provider.id == sa.func.coalesce(Request.unit_id, Service.provider_id))
        .outerjoin(Area, Area.id == Request.area_id)
        .outerjoin(handler, handler.id == Request.handler_id)
        .where(Request.id == request_id, reached(actor, READ))
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("request_unknown")
    request, service, unit, area, person = found
    sees_all = actor.has_everywhere(READ)
    is_withheld = not sees_all and rules.is_withheld(request.kind, is_confidential=request.is_confidential)
    owner = f"request:{request.id}"
    own = {
        name: getattr(request, name)
        for name in RequestDetail.__dataclass_fields__
        if name not in GATHERED and hasattr(Request, name)
    }
    detail = RequestDetail(
        **own,
        request_id=request.id,
        is_withheld=is_withheld,
        **names("service", service),
        **names("unit", unit),
        **names("area", area),
        **names("handler", person),
        rectification_id=rectification_id(session, request, actor=actor),
        steps=tuple(steps_of(session, request.id, is_withheld=is_withheld)),
        calls=() if is_withheld else tuple(calls_of(session, request.id)),
        files=() if is_withheld else tuple(files_of(session, owner, actor=actor)),
    )
    return replace(detail, title="", text="", place="") if is_withheld else detail


GATHERED = frozenset({"steps", "calls", "files"})


def names(part: str, row: Service | Provider | Area | Person | None) -> dict[str, Any]:  # Any: goes with other fields
    return {part: row.name if row else "", f"{part}_en": (row.name_en or "") if row else ""}


def rectification_id(session: Session, request: Request, *, actor: Actor) -> int | None:
    """The rectification ordered from the request, if the actor may know of it."""
    if not actor.has(P.RECTIFICATIONS_READ):
        return None
    found = rectification_of(session, Source.REQUEST, f"request:{request.id}", actor=actor)
    return None if found is None else found.id


def steps_of(session: Session, request_id: int, *, is_withheld: bool) -> list[Step]:
    """The history, oldest first; what the requester wrote is left out for those who may not read it."""
    statement = (
        sa.select(RequestStep, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == RequestStep.person_id)
        .where(RequestStep.request_id == request_id)
        .order_by(RequestStep.at, RequestStep.id)
    )
    return [
        Step(
            kind=one.kind,
            at=one.at,
            person=name or "",
            person_en=name_en or "",
            from_state=one.from_state,
            to_state=one.to_state,
            due_at=one.due_at,
            note="" if is_withheld and one.kind in REQUESTERS_WORDS else one.note,
            is_told=one.is_told,
        )
        for one, name, name_en in session.execute(statement)
    ]


REQUESTERS_WORDS = (StepKind.ADDED, StepKind.CALLED_BACK, StepKind.NOT_REACHED, StepKind.NOTED)


def calls_of(session: Session, request_id: int) -> list[Call]:
    statement = (
        sa.select(CallBack, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == CallBack.person_id)
        .where(CallBack.request_id == request_id)
        .order_by(CallBack.at, CallBack.id)
    )
    return [
        Call(
            call.at,
            name or "",
            name_en or "",
            call.is_reached,
            call.was_contacted,
            call.is_solved,
            call.satisfaction,
            call.comment,
        )
        for call, name, name_en in session.execute(statement)
    ]


def request_file(session: Session, request_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of one file of a request. Raises NotFound where the actor may not read the requester's words."""
    detail = request_detail(session, request_id, actor=actor)
    if file_id not in {file.file_id for file in detail.files}:
        raise NotFound("attachment_unknown")
    return file_content(session, f"request:{request_id}", file_id, actor=actor)


def working_calendar(session: Session, *, actor: Actor) -> Calendar:
    """The calendar by which time left is counted."""
    actor.check(READ)
    return calendar(session, actor=actor)


def limit_trace(session: Session, request_id: int, *, actor: Actor) -> Trace | None:
    """How the limit of a request was counted, day by day."""
    due_id = request_detail(session, request_id, actor=actor).due_id
    return None if due_id is None else trace_of(session, due_id, actor=actor)


def request_id_by_number(session: Session, number: str, *, actor: Actor) -> int | None:
    """The id of a request in the actor's scope by its number."""
    actor.check(READ)
    return session.scalar(sa.select(Request.id).where(Request.number == number.strip(), reached(actor, READ)))


def request_by_receipt(session: Session, code: str, *, actor: Actor, now: datetime) -> RequestStatus:
    """Where the matter stands that a receipt code opens, without personal data. Raises NotFound `receipt_unknown`.

    Only steps and texts that were told to the requester are given.
    """
    request = by_receipt(session, code, actor=actor)
    service = session.get(Service, request.service_id) if request.service_id else None
    unit = session.get(Provider, request.unit_id) if request.unit_id else None
    told = sa.select(RequestStep).where(RequestStep.request_id == request.id, RequestStep.is_told)
    steps = session.scalars(told.order_by(RequestStep.at, RequestStep.id))
    is_open = request.state is not RequestState.CLOSED
    is_answered = request.state in (RequestState.REPLIED, RequestState.CALLED_BACK, RequestState.CLOSED)
    return RequestStatus(
        request_id=request.id,
        number=request.number,
        kind=request.kind,
        state=request.state,
        service_id=request.service_id,
        **names("service", service),
        **names("unit", unit),
        registered_at=request.registered_at,
        due_at=request.due_at,
        is_provisional=request.is_provisional,
        is_extended=request.is_extended,
        is_overdue=rules.is_overdue(request.state, request.due_at, now),
        outcome=None if is_open else request.outcome,
        refusal=request.refusal,
        answer=request.answer if is_answered else "",
        closed_at=request.closed_at,
        steps=tuple(StatusStep(one.kind, one.at, one.note) for one in steps),
        can_add=is_open,
        can_withdraw=is_open,
        can_rate=not is_open and request.outcome is not Outcome.WITHDRAWN and request.service_id is not None,
        due_id=request.due_id,
    )


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person must do about requests, most pressing first."""
    if not actor.has(READ):
        return []
    frame = open_requests(session, actor=actor, now=now)
    found: list[Waiting] = []
    if actor.has(P.COMPLAINTS_APPROVE):
        found += extensions_to_decide(frame, actor)
    if actor.has_everywhere(P.COMPLAINTS_APPROVE) and actor.has(P.COMPLAINTS_DISPATCH):
        for row in rows_of(frame[frame["state"] == RequestState.RETURNED].head(REPLIES_TOLD)):
            found.append(one("request_to_rule", row, number=row.number))
        found += several("requests_supervised", frame[frame["supervised_at"].notna()], view="overdue")
    if actor.has(P.COMPLAINTS_DISPATCH):
        found += several("requests_to_dispatch", frame[frame["state"] == RequestState.REGISTERED], queue="dispatch")
        found += several("requests_overdue", frame[frame["is_overdue"]], view="overdue")
    if actor.has(P.COMPLAINTS_CALL_BACK):
        replied = frame[(frame["state"] == RequestState.REPLIED) & frame["has_contact"] & frame["wants_reply"]]
        found += several("requests_to_call_back", replied, view="calls")
    if actor.has(P.COMPLAINTS_HANDLE):
        found += several("requests_to_sign", frame[frame["state"] == RequestState.DISPATCHED], queue="sign")
        mine = frame[frame["state"] == RequestState.IN_PROGRESS].head(REPLIES_TOLD)
        for row in rows_of(mine):
            code = "request_to_reply" if row.title else "request_to_reply_withheld"
            found.append(one(code, row, number=row.number, title=row.title))
    return sorted(found, key=lambda line: (line.due_at is None, line.due_at or now))


def extensions_to_decide(frame: pd.DataFrame, actor: Actor) -> list[Waiting]:
    asked = frame[
        frame["extension_asked_at"].notna()
        & frame["extension_decided_at"].isna()
        & (frame["state"] == RequestState.IN_PROGRESS)
    ]
    others = asked[asked["handler_id"].fillna(0) != (actor.person_id or -1)]
    return [one("extension_to_decide", row, number=row.number) for row in rows_of(others.head(REPLIES_TOLD))]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    return list(frame.itertuples(index=False))


def one(code: str, row: Row, **facts: str) -> Waiting:
    due = None if pd.isna(row.next_due_at) else row.next_due_at.to_pydatetime()
    return Waiting(code, "complaints", due, dict(facts), {"request": str(row.request_id)})


def several(code: str, rows: pd.DataFrame, **query: str) -> list[Waiting]:
    """One line for all of them, due when the first is."""
    if rows.empty:
        return []
    first = rows_of(rows.head(1))[0]
    due = None if pd.isna(first.next_due_at) else first.next_due_at.to_pydatetime()
    return [Waiting(code, "complaints", due, {"count": len(rows)}, dict(query))]
