"""Whom a report of wrongdoing is about, and that it is not sent there by habit."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import RequestKind, StepKind
from qs.directory.models import Service
from qs.errors import Conflict
from qs.texts import composed

ABOUT = "about:"
SENT = (StepKind.DISPATCHED, StepKind.RULED)


def about_code(request: Request) -> str:
    """What the step that sends a report away for the first time keeps: the service it was about until then."""
    is_first = request.kind is RequestKind.REPORT and request.dispatched_at is None
    return f"{ABOUT}{request.service_id}" if is_first and request.service_id is not None else ""


def accused_service_id(session: Session, request: Request) -> int | None:
    """The service a report of wrongdoing is about; None for other requests, and where nobody said."""
    if request.kind is not RequestKind.REPORT:
        return None
    statement = sa.select(RequestStep.code).where(
        RequestStep.request_id == request.id, RequestStep.kind.in_(SENT), RequestStep.code.startswith(ABOUT)
    )
    kept = session.scalar(statement.order_by(RequestStep.id).limit(1))
    if kept is not None:
        return int(kept.removeprefix(ABOUT))
    return request.service_id if request.dispatched_at is None else None


def check_report_target(
    session: Session, request: Request, service: Service, despite: str = "", *, actor: Actor
) -> None:
    """Refuse to send a report of wrongdoing to the unit it is about.

    `despite`: why it goes there all the same, from somebody who may approve for the whole office. Raises Conflict.
    """
    accused_id = accused_service_id(session, request)
    if accused_id is None:
        return
    unit_id = session.scalar(sa.select(Service.provider_id).where(Service.id == accused_id))
    if service.provider_id != unit_id:
        return
    if not (composed(despite) and actor.has_everywhere(Permission.COMPLAINTS_APPROVE)):
        raise Conflict("report_to_accused")
