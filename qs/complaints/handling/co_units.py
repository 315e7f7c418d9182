"""Co-handling units (协办单位): the lead asks, they report to it inside its own limit, finished or with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.accused import check_report_target
from qs.complaints.models import CoUnit, Request
from qs.complaints.reach import helped, opened, reached, recused, taken
from qs.complaints.steps import IS_OPEN, limit, step, trace
from qs.complaints.terms import CO_UNIT_RULE, StepKind
from qs.directory.models import Provider, Service
from qs.directory.queries import visible_services
from qs.directory.rules import is_open
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked

P = Permission
TASK, REPORT = N_("What the co-handling unit is to do"), N_("Report")


@dataclass(frozen=True)
class CoUnitRow:
    """One co-handling unit of a request. `due_at` is the order's own limit; `reported_at` None: still to report."""

    service_id: int
    service: str
    service_en: str
    unit: str
    unit_en: str
    task: str
    asked_at: datetime
    due_at: datetime | None
    reported_at: datetime | None
    is_stage_report: bool
    report: str


def ask_co_unit(
    session: Session, request_id: int, *, service_id: int, task: str, version: int, actor: Actor, now: datetime
) -> None:
    """Ask another service to help with a request; the first receiver stays the lead and answers the requester.

    It reports by its own limit, and never later than the lead must answer.
    The lead's unit or the desk asks. A unit that has reported may be asked again. Raises Conflict when it is the lead
    itself or is asked already, NotFound for an unknown service.
    """
    permission = P.COMPLAINTS_DISPATCH if actor.has(P.COMPLAINTS_DISPATCH) else P.COMPLAINTS_HANDLE
    request = taken(session, request_id, version, permission, actor=actor)
    rules.state_after(request.state, StepKind.CO_UNIT_ASKED)
    words = checked(task, field=TASK)
    if service_id == request.service_id:
        raise Conflict("co_unit_leads")
    service = open_service(session, service_id, now=now)
    check_report_target(session, request, service, actor=actor)
    asked = row_of(session, request.id, service.id)
    if asked is not None and asked.reported_at is None:
        raise Conflict("co_unit_asked_already")
    if asked is None:
        asked = CoUnit(request_id=request.id, service_id=service.id)
        session.add(asked)
    asked.unit_id, asked.task, asked.asked_at, asked.asked_by_id = service.provider_id, words, now, actor.person_id
    until = limit(session, request, CO_UNIT_RULE, actor=actor, now=now)
    is_inside = request.due_at is None or until.due_at <= request.due_at
    asked.due_id, asked.due_at = (until.due_id, until.due_at) if is_inside else (request.due_id, request.due_at)
    asked.reported_at, asked.reported_by_id, asked.is_stage_report, asked.report = None, None, False, ""
    step(session, request, StepKind.CO_UNIT_ASKED, actor=actor, now=now, note=words)
    trace(session, "complaints.asked_co_unit", request, actor=actor, now=now, service=service.id)


def open_service(session: Session, service_id: int, *, now: datetime) -> Service:
    """Any service that is open: a lead asks for help outside the own scope too."""
    service = session.get(Service, service_id)
    if service is None:
        raise NotFound("service_unknown")
    if not is_open(service.starts_on, service.ends_on, local_day(now, settings().zone)):
        raise InvalidInput("request_service_ended")
    return service


def report_co_unit(
    session: Session,
    request_id: int,
    *,
    service_id: int,
    text: str,
    is_finished: bool,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Report to the lead what this service has done, or, when not finished, how far it is and why (a stage report).

    For people of the helping service. A stage report may be followed by another one. Raises NotFound for others.
    """
    actor.check(P.COMPLAINTS_HANDLE)
    helps = helped(actor.scopes(P.COMPLAINTS_HANDLE))
    if actor.person_id is not None:
        helps = sa.and_(helps, ~recused(actor.person_id))
    request = opened(session, request_id, version, helps)
    row = row_of(session, request.id, service_id)
    own = session.scalar(visible_services(actor, P.COMPLAINTS_HANDLE).where(Service.id == service_id))
    if row is None or own is None:
        raise NotFound("request_unknown")
    rules.state_after(request.state, StepKind.CO_UNIT_REPORTED)
    if row.reported_at is not None and not row.is_stage_report:
        raise Conflict("co_unit_reported_already")
    row.report = checked(text, field=REPORT)
    row.reported_at, row.reported_by_id, row.is_stage_report = now, actor.person_id, not is_finished
    code = "finished" if is_finished else "stage"
    step(session, request, StepKind.CO_UNIT_REPORTED, actor=actor, now=now, note=row.report, code=code)
    trace(session, "complaints.reported_co_unit", request, actor=actor, now=now, service=service_id)


def row_of(session: Session, request_id: int, service_id: int) -> CoUnit | None:
    return session.scalar(sa.select(CoUnit).where(CoUnit.request_id == request_id, CoUnit.service_id == service_id))


def missing_reports(session: Session, request: Request) -> int:
    """How many co-handling units have not reported to the lead; a stage report with reasons is one."""
    statement = sa.select(sa.func.count(CoUnit.id)).where(CoUnit.request_id == request.id, CoUnit.reported_at.is_(None))
    return session.scalar(statement) or 0


def co_units_of(session: Session, request_id: int, *, actor: Actor) -> tuple[CoUnitRow, ...]:
    """The co-handling units of a request in the actor's scope, in the order in which they were asked."""
    actor.check(P.COMPLAINTS_READ)
    statement = (
        sa.select(CoUnit, Service, Provider)
        .join(Request, Request.id == CoUnit.request_id)
        .join(Service, Service.id == CoUnit.service_id)
        .join(Provider, Provider.id == CoUnit.unit_id)
        .where(CoUnit.request_id == request_id, reached(actor, P.COMPLAINTS_READ))
        .order_by(CoUnit.asked_at, CoUnit.id)
    )
    return tuple(
        CoUnitRow(
            service_id=row.service_id,
            service=service.name,
            service_en=service.name_en or "",
            unit=unit.name,
            unit_en=unit.name_en or "",
            task=row.task,
            asked_at=row.asked_at,
            due_at=row.due_at,
            reported_at=row.reported_at,
            is_stage_report=row.is_stage_report,
            report=row.report,
        )
        for row, service, unit in session.execute(statement)
    )


def tasks_of(session: Session, *, actor: Actor) -> list[tuple[int, str, datetime | None]]:
    """What the actor's services still have to report to a lead: request id, its number, the limit; first due first."""
    actor.check(P.COMPLAINTS_HANDLE)
    statement = (
        sa.select(Request.id, Request.number, CoUnit.due_at)
        .join(CoUnit, CoUnit.request_id == Request.id)
        .where(
            IS_OPEN,
            CoUnit.reported_at.is_(None),
            CoUnit.service_id.in_(visible_services(actor, P.COMPLAINTS_HANDLE)),
            reached(actor, P.COMPLAINTS_READ),
        )
        .order_by(CoUnit.due_at.asc().nulls_last(), CoUnit.id)
    )
    return [(row.id, row.number, row.due_at) for row in session.execute(statement)]
