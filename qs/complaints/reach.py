"""Which requests somebody reaches, and how one is taken in hand: by its version, its receipt, within a scope."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import EVERYWHERE, Actor, Permission, Scope
from qs.complaints import rules
from qs.complaints.models import CoUnit, Request, RequestRecusal
from qs.complaints.terms import RequestKind
from qs.directory.models import Service
from qs.directory.queries import services_within, visible_services
from qs.directory.rules import is_open
from qs.errors import Conflict, InvalidInput, NotFound
from qs.periods import local_day
from qs.settings import settings

CONDITIONS_KEPT = 512  # conditions of so many different people


class SomebodyFaster(Conflict):
    """Somebody has worked on the request since it was shown."""

    code = "request_changed"


def reached(actor: Actor, permission: Permission) -> sa.ColumnElement[bool]:
    """The condition on Request that the actor's scope sets; one without a service is for those who reach everything.

    A co-handling unit reads what it helps with, and does nothing else to it but report. Whoever is recused reaches
    nothing of the request. A report of wrongdoing is out of reach of every unit until it was sent to one: the service
    it names first is the one it is about.
    """
    is_reading = permission is Permission.COMPLAINTS_READ
    return reached_within(actor.scopes(permission), actor.person_id, is_reading=is_reading)


@lru_cache(maxsize=CONDITIONS_KEPT)
def reached_within(scopes: tuple[Scope, ...], person_id: int | None, *, is_reading: bool) -> sa.ColumnElement[bool]:
    """The same condition by what it depends on. Every action asks for it, so that it is kept."""
    if EVERYWHERE in scopes:
        found: sa.ColumnElement[bool] = sa.true()
    else:
        is_sent = sa.or_(Request.kind != RequestKind.REPORT, Request.unit_id.is_not(None))
        found = sa.and_(Request.service_id.in_(services_within(scopes)), is_sent)
        if is_reading:
            found = sa.or_(found, helped(scopes))
    return found if person_id is None else sa.and_(found, ~recused(person_id))


def helped(scopes: tuple[Scope, ...]) -> sa.ColumnElement[bool]:
    """The condition on Request that a service within the scopes helps with it."""
    own = CoUnit.service_id.in_(services_within(scopes))
    return sa.exists().where(CoUnit.request_id == Request.id, own).correlate(Request)


def recused(person_id: int) -> sa.ColumnElement[bool]:
    own = RequestRecusal.person_id == person_id
    return sa.exists().where(RequestRecusal.request_id == Request.id, own).correlate(Request)


def taken(session: Session, request_id: int, version: int, permission: Permission, *, actor: Actor) -> Request:
    """The request, locked for a change by this actor, its version raised.

    Raises NotAllowed, NotFound outside the actor's scope, SomebodyFaster when it is not the version that was shown.
    """
    actor.check(permission)
    return opened(session, request_id, version, reached(actor, permission))


def opened(session: Session, request_id: int, version: int, condition: sa.ColumnElement[bool]) -> Request:
    """The request if it meets a condition, as it stands in the store, locked, its version raised.

    Raises NotFound, or SomebodyFaster when it is not the version that was shown.
    """
    statement = sa.select(Request).where(Request.id == request_id, condition).with_for_update()
    request = session.scalar(statement.execution_options(populate_existing=True))
    if request is None:
        raise NotFound("request_unknown")
    if request.version != version:
        raise SomebodyFaster
    request.version += 1
    return request


def by_receipt(session: Session, code: str, *, actor: Actor) -> Request:
    """The request a receipt code opens, locked. Raises NotFound."""
    if not actor.has(Permission.COMPLAINTS_REGISTER):
        actor.check(Permission.PUBLIC_SPEAK)
    typed = rules.typed_code(code)
    request = None
    if typed is not None:
        statement = sa.select(Request).where(Request.receipt_hash == rules.code_hash(typed)).with_for_update()
        request = session.scalar(statement.execution_options(populate_existing=True))
    if request is None:
        raise NotFound("receipt_unknown")
    return request


def check_not_handler(request: Request, actor: Actor) -> None:
    """Raise Conflict when the actor handled this request or asked for its time: nobody judges own work."""
    own = {request.handler_id, request.extension_asked_by_id, request.pause_asked_by_id} - {None}
    if actor.person_id in own:
        raise Conflict("recusal_needed")


def handling_service(
    session: Session, service_id: int | None, permission: Permission, *, actor: Actor, now: datetime
) -> Service:
    """The service that is to handle a request. Raises InvalidInput without one or when it has ended, or NotFound."""
    if service_id is None:
        raise InvalidInput("request_service_missing")
    reachable = Service.id.in_(visible_services(actor, permission))
    service = session.scalar(sa.select(Service).where(Service.id == service_id, reachable))
    if service is None:
        raise NotFound("service_unknown")
    if not is_open(service.starts_on, service.ends_on, local_day(now, settings().zone)):
        raise InvalidInput("request_service_ended")
    return service
