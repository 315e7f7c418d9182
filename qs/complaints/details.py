"""One request: whole, as staff may read it, and without personal data, as its receipt code shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.complaints import rules
from qs.complaints.accused import ABOUT
from qs.complaints.enclosures import enclosed, owner_of
from qs.complaints.handling.co_units import CoUnitRow, co_units_of
from qs.complaints.models import CallBack, Request, RequestStep
from qs.complaints.protection.recusals import is_of_unit
from qs.complaints.reach import by_receipt, reached
from qs.complaints.receipts import RequestStatus, StatusStep
from qs.complaints.statuses import completed
from qs.complaints.terms import (
    EDITED,
    FOR_UNITS,
    STATEMENT,
    WITHOUT_CO_UNITS,
    Outcome,
    PauseReason,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    Satisfaction,
    StepKind,
    Supervision,
    Urgency,
)
from qs.deadlines.queries import trace_of
from qs.deadlines.terms import Trace
from qs.directory.models import Area, Provider, Service
from qs.errors import NotFound
from qs.periods import local_day, start_of
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import Source
from qs.settings import settings
from qs.vault.redaction import redacted

P = Permission
READ = P.COMPLAINTS_READ
ANSWERED = rules.ANSWERED | {RequestState.CLOSED}
GATHERED = frozenset({"steps", "calls", "files", "co_units", "is_redacted"})
WITHHELD: dict[str, Any] = {  # Any: empty values of the fields that the unit does not see
    "title": "",
    "text": "",
    "place": "",
    "remedy": "",
    "happened_on": None,
    "latitude": None,
    "longitude": None,
    "external_id": None,
    "area_id": None,
    "area": "",
    "area_en": "",
    "vault_person_id": None,
}
REQUESTERS_WORDS = (StepKind.ADDED, StepKind.CALLED_BACK, StepKind.NOT_REACHED, StepKind.REVIEW_ASKED)
UNIT_READS = frozenset(  # of a withheld case: the steps whose words come from the unit or are meant for it
    {
        StepKind.DISPATCHED,
        StepKind.RULED,
        StepKind.RETURNED,
        StepKind.REASSIGNED,
        StepKind.EXTENSION_ASKED,
        StepKind.EXTENDED,
        StepKind.EXTENSION_REFUSED,
        StepKind.PAUSE_ASKED,
        StepKind.PAUSED,
        StepKind.PAUSE_REFUSED,
        StepKind.RESUMED,
        StepKind.CO_UNIT_ASKED,
        StepKind.CO_UNIT_REPORTED,
        StepKind.REPLIED,
        StepKind.SENT_BACK,
        StepKind.REMINDED,
        StepKind.SUPERVISED,
        StepKind.RECTIFICATION,
        StepKind.EXCLUSION_ASKED,
        StepKind.EXCLUDED,
        StepKind.EXCLUSION_REFUSED,
        StepKind.REVIEW_DECIDED,
        StepKind.REOPENED,
    }
)
UNIT_NEVER_SEES = frozenset(  # of a withheld case: what would tell of the requester by its mere being there
    {StepKind.ADDED, StepKind.TOLD, StepKind.RECUSED, StepKind.RECUSAL_ASKED, StepKind.RECUSAL_REFUSED}
)
OWN_CODES = (STATEMENT, WITHOUT_CO_UNITS)  # notes of the unit itself


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
    code: str = ""  # of a coded reason
    step_id: int = 0
    files: tuple[KeptFile, ...] = ()


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
    area_id: int | None
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
    supervision: Supervision | None
    remedy: str
    happened_on: date | None
    urgency: Urgency
    pack: str
    latitude: float | None
    longitude: float | None
    external_id: str | None
    repeats_id: int | None
    master_id: int | None
    is_spam: bool
    is_excluded: bool
    verified_at: datetime | None
    pause_reason: PauseReason | None
    pause_asked_at: datetime | None
    pause_asked_by_id: int | None
    paused_at: datetime | None
    rectification_id: int | None
    steps: tuple[Step, ...]
    calls: tuple[Call, ...]
    files: tuple[KeptFile, ...]
    co_units: tuple[CoUnitRow, ...] = ()
    is_redacted: bool = False  # personal data in the requester's words are hidden; see own_words.reveal_text


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
    is_withheld = rules.is_withheld(request.kind, is_confidential=request.is_confidential) and (
        not actor.has_everywhere(READ) or is_of_unit(session, request, actor)
    )
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
        steps=tuple(steps_of(session, request.id, is_withheld=is_withheld, actor=actor)),
        calls=() if is_withheld else tuple(calls_of(session, request.id)),
        files=() if is_withheld else tuple(files_of(session, owner, actor=actor)),
        co_units=co_units_of(session, request.id, actor=actor),
    )
    if is_withheld:
        day = local_day(request.registered_at, settings().zone)  # the hour may tell who it was
        return replace(detail, **WITHHELD, registered_at=start_of(day, settings().zone))
    said = (detail.title, detail.text, detail.place, detail.remedy)
    title, text, place, remedy = shown = tuple(map(redacted, said))
    return replace(detail, title=title, text=text, place=place, remedy=remedy, is_redacted=shown != said)


def names(part: str, row: Service | Provider | Area | Person | None) -> dict[str, Any]:  # Any: goes with other fields
    return {part: row.name if row else "", f"{part}_en": (row.name_en or "") if row else ""}


def rectification_id(session: Session, request: Request, *, actor: Actor) -> int | None:
    """The rectification ordered from the request, if the actor may know of it."""
    if not actor.has(P.RECTIFICATIONS_READ):
        return None
    found = rectification_of(session, Source.REQUEST, f"request:{request.id}", actor=actor)
    return None if found is None else found.id


def steps_of(session: Session, request_id: int, *, is_withheld: bool, actor: Actor) -> list[Step]:
    """The history, oldest first; what the requester wrote is left out for those who may not read it."""
    statement = (
        sa.select(RequestStep, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == RequestStep.person_id)
        .where(RequestStep.request_id == request_id)
        .order_by(RequestStep.at, RequestStep.id)
    )
    rows = session.execute(statement).all()
    files = enclosed(session, [row[0].id for row in rows], actor=actor)
    found = [
        Step(
            kind=one.kind,
            at=one.at,
            person=name or "",
            person_en=name_en or "",
            from_state=one.from_state,
            to_state=one.to_state,
            due_at=one.due_at,
            note=redacted(one.note) if one.kind in REQUESTERS_WORDS or one.code == EDITED else one.note,
            is_told=one.is_told,
            code=one.code,
            step_id=one.id,
            files=files.get(one.id, ()),
        )
        for one, name, name_en in rows
    ]
    return [for_unit(one) for one in found if is_for_unit(one)] if is_withheld else found


def is_for_unit(step: Step) -> bool:
    """False for the steps of a withheld case that its unit does not learn of."""
    is_own = step.kind is not StepKind.NOTED or step.code in OWN_CODES
    return is_own and step.kind not in UNIT_NEVER_SEES


def for_unit(step: Step) -> Step:
    """A step of a withheld case as its unit may read it."""
    if step.kind is StepKind.REGISTERED:
        day = local_day(step.at, settings().zone)
        return replace(step, at=start_of(day, settings().zone), person="", person_en="")
    if step.kind in UNIT_READS or step.code in OWN_CODES:
        return replace(step, code="") if step.code.startswith(ABOUT) else step
    return replace(step, note="", code="", files=())


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
            redacted(call.comment),
        )
        for call, name, name_en in session.execute(statement)
    ]


def request_file(session: Session, request_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of one file of a request or of its steps. Raises NotFound where the actor may not read these."""
    detail = request_detail(session, request_id, actor=actor)
    held = [(f"request:{request_id}", detail.files), *((owner_of(one.step_id), one.files) for one in detail.steps)]
    owner = next((owner for owner, files in held if file_id in {file.file_id for file in files}), None)
    if owner is None:
        raise NotFound("attachment_unknown")
    return file_content(session, owner, file_id, actor=actor)


def limit_trace(session: Session, request_id: int, *, actor: Actor) -> Trace | None:
    """How the limit of a request was counted, day by day."""
    due_id = request_detail(session, request_id, actor=actor).due_id
    return None if due_id is None else trace_of(session, due_id, actor=actor)


def request_by_receipt(session: Session, code: str, *, actor: Actor, now: datetime) -> RequestStatus:
    """Where the matter stands that a receipt code opens, without personal data. Raises NotFound `receipt_unknown`.

    Only steps and texts that were told to the requester are given.
    """
    request = by_receipt(session, code, actor=actor)
    service = session.get(Service, request.service_id) if request.service_id else None
    unit = session.get(Provider, request.unit_id) if request.unit_id else None
    told = sa.select(RequestStep).where(RequestStep.request_id == request.id, RequestStep.is_told)
    steps = session.scalars(told.order_by(RequestStep.at, RequestStep.id)).all()
    sent = enclosed(session, [one.id for one in steps if one.kind not in FOR_UNITS], actor=actor)
    is_open = request.state is not RequestState.CLOSED
    is_answered = request.state in ANSWERED
    status = RequestStatus(
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
        steps=tuple(
            StatusStep(one.kind, one.at, "" if one.kind in FOR_UNITS else one.note, sent.get(one.id, ()))
            for one in steps
        ),
        can_add=is_open,
        can_withdraw=is_open,
        can_rate=not is_open and request.outcome is not Outcome.WITHDRAWN and request.service_id is not None,
        due_id=request.due_id,
    )
    return completed(session, request, status, actor=actor, now=now)
