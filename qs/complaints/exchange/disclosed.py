"""What everybody may know of single requests: where a matter stands, never its words, its people or its exact place.

Reports of wrongdoing, confidential matters, spam and the sectors that the settings withhold are never listed. Of what
did not come in by the public interface itself, a request is listed only in a crowd: at least CROWD requests of the
same area, sector and week of registration (k-anonymity; local rule).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import Outcome, RequestChannel, RequestKind, RequestState, StepKind
from qs.directory.models import Area, Provider, Sector, Service
from qs.periods import local_day, start_of
from qs.settings import settings

CROWD = 5
DECIMALS = 3  # of a coordinate in degrees: about a hundred metres
WEEK = timedelta(days=7)
MOMENTS = (
    Request.registered_at,
    Request.dispatched_at,
    Request.signed_at,
    Request.replied_at,
    Request.verified_at,
    Request.called_back_at,
    Request.closed_at,
)

Pairs = frozenset[tuple[int, int]]  # area id and sector id
Crowds = Mapping[date, Pairs]  # by the Monday of a week


@dataclass(frozen=True)
class Search:
    """Which requests are asked for: registered from `starts_at` until before `ends_at`, newest first."""

    starts_at: datetime
    ends_at: datetime
    service_codes: frozenset[str] = frozenset()  # empty: every service
    is_closed: bool | None = None  # None: open and closed ones
    changed_from: datetime | None = None
    changed_until: datetime | None = None
    offset: int = 0
    limit: int = 1000


@dataclass(frozen=True)
class DisclosedRequest:
    """One request as everybody may know it. English names may be empty; there is no unit before dispatch."""

    number: str
    state: RequestState
    outcome: Outcome | None  # only of a closed request
    service_code: str
    service: str
    service_en: str
    unit: str
    unit_en: str
    area_code: str
    area: str
    area_en: str
    registered_at: datetime
    changed_at: datetime
    due_at: datetime | None
    latitude: float | None  # rounded to DECIMALS
    longitude: float | None

    @property
    def is_closed(self) -> bool:
        return self.state is RequestState.CLOSED


@dataclass(frozen=True)
class DisclosedStep:
    """One step of a disclosed request that its requester was told of; its words stay with the requester."""

    step_id: int
    number: str
    kind: StepKind
    at: datetime
    is_closed: bool  # after the step


@dataclass(frozen=True)
class OpenService:
    """One service that requests can be about. `is_listed`: its requests are shown one by one."""

    service_id: int
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    sector: str
    sector_en: str
    area: str
    area_en: str
    is_listed: bool


def open_services(session: Session, *, actor: Actor, now: datetime) -> list[OpenService]:
    """The services that run today, by code."""
    actor.check(Permission.PUBLIC_READ)
    today = local_day(now, settings().zone)
    statement = (
        sa.select(Service, Provider, Sector, Area)
        .join(Provider, Provider.id == Service.provider_id)
        .join(Sector, Sector.id == Service.sector_id)
        .join(Area, Area.id == Service.area_id)
        .where(Service.starts_on <= today, sa.or_(Service.ends_on.is_(None), Service.ends_on >= today))
        .order_by(Service.code)
    )
    return [
        OpenService(
            service.id,
            service.code,
            service.name,
            service.name_en or "",
            unit.name,
            unit.name_en or "",
            sector.name,
            sector.name_en or "",
            area.name,
            area.name_en or "",
            sector.code not in settings().withheld_sectors,
        )
        for service, unit, sector, area in session.execute(statement)
    ]


def disclosed_requests(session: Session, search: Search, *, actor: Actor) -> list[DisclosedRequest]:
    """The requests asked for that everybody may know of, newest first, at most `search.limit`."""
    actor.check(Permission.PUBLIC_READ)
    weeks = weeks_between(search.starts_at, search.ends_at)
    wanted = [
        Request.registered_at >= search.starts_at,
        Request.registered_at < search.ends_at,
        is_shown(crowds(session, weeks)),
    ]
    if search.service_codes:
        wanted.append(Service.code.in_(search.service_codes))
    if search.is_closed is not None:
        is_closed = Request.state == RequestState.CLOSED
        wanted.append(is_closed if search.is_closed else ~is_closed)
    if search.changed_from is not None:
        wanted.append(sa.or_(*(moment >= search.changed_from for moment in MOMENTS)))
    if search.changed_until is not None:
        wanted += [sa.or_(moment.is_(None), moment <= search.changed_until) for moment in MOMENTS]
    newest = sa.desc(Request.registered_at), sa.desc(Request.id)
    return found(session, request_rows().where(*wanted).order_by(*newest).offset(search.offset).limit(search.limit))


def disclosed_by_number(session: Session, numbers: Collection[str], *, actor: Actor) -> list[DisclosedRequest]:
    """Those of the numbered requests that everybody may know of, newest first."""
    actor.check(Permission.PUBLIC_READ)
    named = Request.number.in_(numbers)
    moments = session.scalars(sa.select(Request.registered_at).where(named)).all()
    shown = is_shown(crowds(session, {week_of(moment) for moment in moments}))
    return found(session, request_rows().where(named, shown).order_by(sa.desc(Request.registered_at)))


def disclosed_steps(
    session: Session, starts_at: datetime, ends_at: datetime, *, offset: int = 0, limit: int = 1000, actor: Actor
) -> list[DisclosedStep]:
    """What happened to disclosed requests from `starts_at` until before `ends_at`, oldest first."""
    actor.check(Permission.PUBLIC_READ)
    told = [RequestStep.is_told, RequestStep.at >= starts_at, RequestStep.at < ends_at]
    touched = sa.select(RequestStep.request_id).where(*told)
    moments = session.scalars(sa.select(Request.registered_at).where(Request.id.in_(touched))).all()
    shown = is_shown(crowds(session, {week_of(moment) for moment in moments}))
    statement = (
        sa.select(RequestStep, Request.number)
        .join(Request, Request.id == RequestStep.request_id)
        .join(Service, Service.id == Request.service_id)
        .join(Sector, Sector.id == Service.sector_id)
        .where(*told, is_disclosable(), shown)
        .order_by(RequestStep.at, RequestStep.id)
    )
    return [
        DisclosedStep(step.id, number, step.kind, step.at, step.to_state is RequestState.CLOSED)
        for step, number in session.execute(statement.offset(offset).limit(limit))
    ]


def is_disclosable() -> sa.ColumnElement[bool]:
    """The condition that nothing about a request itself forbids to show it; needs Sector in the statement."""
    return sa.and_(
        Request.kind != RequestKind.REPORT,
        ~Request.is_confidential,
        ~Request.is_spam,
        Sector.code.not_in(settings().withheld_sectors),
    )


def is_shown(found_crowds: Crowds) -> sa.ColumnElement[bool]:
    """The condition that a request came in by the public interface or stands in a crowd of its week."""
    place = sa.tuple_(Request.area_id, Service.sector_id)
    in_crowd = [
        sa.and_(Request.registered_at >= start, Request.registered_at < end, place.in_(sorted(pairs)))
        for (start, end), pairs in ((bounds(monday), pairs) for monday, pairs in found_crowds.items())
        if pairs
    ]
    return sa.or_(Request.channel == RequestChannel.OPEN311, *in_crowd)


def crowds(session: Session, mondays: Iterable[date]) -> Crowds:
    """The areas and sectors with at least CROWD disclosable requests, for each week."""
    return {monday: crowd(session, monday) for monday in mondays}


def crowd(session: Session, monday: date) -> Pairs:
    start, end = bounds(monday)
    statement = (
        sa.select(Request.area_id, Service.sector_id)
        .join(Service, Service.id == Request.service_id)
        .join(Sector, Sector.id == Service.sector_id)
        .where(
            Request.registered_at >= start,
            Request.registered_at < end,
            Request.area_id.is_not(None),
            is_disclosable(),
        )
        .group_by(Request.area_id, Service.sector_id)
        .having(sa.func.count(Request.id) >= CROWD)
    )
    return frozenset((area, sector) for area, sector in session.execute(statement) if area is not None)


def week_of(moment: datetime) -> date:
    """The Monday of the local week a moment lies in."""
    day = local_day(moment, settings().zone)
    return day - timedelta(days=day.weekday())


def bounds(monday: date) -> tuple[datetime, datetime]:
    zone = settings().zone
    return start_of(monday, zone), start_of(monday + WEEK, zone)


def weeks_between(starts_at: datetime, ends_at: datetime) -> list[date]:
    first, last = week_of(starts_at), week_of(ends_at)
    return [first + WEEK * step for step in range((last - first).days // 7 + 1)]


def request_rows() -> sa.Select[Request, Service, Provider, Area]:
    return (
        sa.select(Request, Service, Provider, Area)
        .join(Service, Service.id == Request.service_id)
        .join(Sector, Sector.id == Service.sector_id)
        .outerjoin(Provider, Provider.id == Request.unit_id)
        .outerjoin(Area, Area.id == Request.area_id)
        .where(is_disclosable())
    )


def found(session: Session, statement: sa.Select[Request, Service, Provider, Area]) -> list[DisclosedRequest]:
    return [disclosed(*row) for row in session.execute(statement)]


def disclosed(request: Request, service: Service, unit: Provider | None, area: Area | None) -> DisclosedRequest:
    moments: Sequence[datetime | None] = [getattr(request, moment.key) for moment in MOMENTS]
    return DisclosedRequest(
        number=request.number,
        state=request.state,
        outcome=request.outcome if request.state is RequestState.CLOSED else None,
        service_code=service.code,
        service=service.name,
        service_en=service.name_en or "",
        unit=unit.name if unit else "",
        unit_en=(unit.name_en or "") if unit else "",
        area_code=area.code if area else "",
        area=area.name if area else "",
        area_en=(area.name_en or "") if area else "",
        registered_at=request.registered_at,
        changed_at=request.closed_at or max(moment for moment in moments if moment is not None),
        due_at=request.due_at,
        latitude=None if request.latitude is None else round(request.latitude, DECIMALS),
        longitude=None if request.longitude is None else round(request.longitude, DECIMALS),
    )
