"""What can be done to the directory: entries are added and changed, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.directory import rules
from qs.directory.entries import (
    Value,
    checked_names,
    existing,
    insert,
    insert_services,
    names,
    seat,
    seated_people,
    service_values,
    trace,
    trace_changes,
    update,
)
from qs.directory.models import (
    Area,
    Department,
    Provider,
    Sector,
    Service,
    SupervisionGroup,
    SupervisionGroupMember,
)
from qs.directory.queries import sector_ids_by_code, visible_providers, visible_services
from qs.directory.terms import NewService, SectorDefinition
from qs.errors import Conflict, NotAllowed, NotFound

EDIT = Permission.DIRECTORY_EDIT


def add_sector(
    session: Session, *, code: str, name: str, name_en: str | None = None, actor: Actor, now: datetime
) -> Sector:
    actor.check_everywhere(EDIT)
    sector = insert(session, Sector(**names(code, name, name_en)))
    trace(session, "directory.added_sector", f"sector:{sector.id}", actor=actor, now=now, code=sector.code)
    return sector


def change_sector(
    session: Session, sector_id: int, *, name: str, name_en: str | None = None, actor: Actor, now: datetime
) -> None:
    actor.check_everywhere(EDIT)
    sector = existing(session, Sector, sector_id, "sector_unknown")
    changes = update(sector, checked_names(name, name_en))
    trace_changes(session, "directory.changed_sector", f"sector:{sector_id}", changes, actor=actor, now=now)


def load_sectors(session: Session, definitions: Iterable[SectorDefinition], *, actor: Actor, now: datetime) -> int:
    """Add the sectors whose codes are not there yet; returns how many. Names already there are the office's own."""
    actor.check_everywhere(EDIT)
    present = sector_ids_by_code(session)
    missing = [known for known in definitions if known.code not in present]
    for known in missing:
        insert(session, Sector(**names(known.code, known.name, known.name_en)))
    if missing:
        codes = [known.code for known in missing]
        trace(session, "directory.loaded_sectors", "directory:sectors", actor=actor, now=now, codes=codes)
    return len(missing)


def add_area(
    session: Session,
    *,
    code: str,
    name: str,
    name_en: str | None = None,
    population: int | None = None,
    actor: Actor,
    now: datetime,
) -> Area:
    actor.check_everywhere(EDIT)
    rules.refuse(rules.population_problems(population))
    area = insert(session, Area(**names(code, name, name_en), population=population))
    trace(session, "directory.added_area", f"area:{area.id}", actor=actor, now=now, code=area.code)
    return area


def change_area(
    session: Session,
    area_id: int,
    *,
    name: str,
    name_en: str | None = None,
    population: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    actor.check_everywhere(EDIT)
    area = existing(session, Area, area_id, "area_unknown")
    rules.refuse(rules.population_problems(population))
    changes = update(area, checked_names(name, name_en) | {"population": population})
    trace_changes(session, "directory.changed_area", f"area:{area_id}", changes, actor=actor, now=now)


def add_department(
    session: Session, *, code: str, name: str, name_en: str | None = None, actor: Actor, now: datetime
) -> Department:
    actor.check_everywhere(EDIT)
    department = insert(session, Department(**names(code, name, name_en)))
    subject = f"department:{department.id}"
    trace(session, "directory.added_department", subject, actor=actor, now=now, code=department.code)
    return department


def change_department(
    session: Session, department_id: int, *, name: str, name_en: str | None = None, actor: Actor, now: datetime
) -> None:
    actor.check_everywhere(EDIT)
    department = existing(session, Department, department_id, "department_unknown")
    changes = update(department, checked_names(name, name_en))
    trace_changes(session, "directory.changed_department", f"department:{department_id}", changes, actor=actor, now=now)


def add_provider(
    session: Session,
    *,
    code: str,
    name: str,
    name_en: str | None = None,
    department_id: int,
    actor: Actor,
    now: datetime,
) -> Provider:
    actor.check_everywhere(EDIT)
    existing(session, Department, department_id, "department_unknown")
    provider = insert(session, Provider(**names(code, name, name_en), department_id=department_id))
    trace(session, "directory.added_provider", f"provider:{provider.id}", actor=actor, now=now, code=provider.code)
    return provider


def change_provider(
    session: Session,
    provider_id: int,
    *,
    name: str,
    name_en: str | None = None,
    department_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Rename a provider, or move it to another department: who sees its services moves with it."""
    actor.check_everywhere(EDIT)
    provider = existing(session, Provider, provider_id, "provider_unknown")
    existing(session, Department, department_id, "department_unknown")
    changes = update(provider, checked_names(name, name_en) | {"department_id": department_id})
    trace_changes(session, "directory.changed_provider", f"provider:{provider_id}", changes, actor=actor, now=now)


def add_group(
    session: Session,
    *,
    code: str,
    name: str,
    name_en: str | None = None,
    leader_id: int | None = None,
    member_ids: Iterable[int] = (),
    actor: Actor,
    now: datetime,
) -> SupervisionGroup:
    """Form a supervision group. The leader need not be among the members."""
    actor.check_everywhere(EDIT)
    members = sorted(set(member_ids))
    check_people(session, [*members, leader_id])
    group = insert(session, SupervisionGroup(**names(code, name, name_en), leader_id=leader_id))
    seat(session, group.id, members)
    trace(
        session,
        "directory.added_group",
        f"group:{group.id}",
        actor=actor,
        now=now,
        code=group.code,
        leader_id=leader_id,
        member_ids=members,
    )
    return group


def change_group(
    session: Session,
    group_id: int,
    *,
    name: str,
    name_en: str | None = None,
    leader_id: int | None = None,
    member_ids: Iterable[int] = (),
    actor: Actor,
    now: datetime,
) -> None:
    actor.check_everywhere(EDIT)
    group = existing(session, SupervisionGroup, group_id, "group_unknown")
    wanted, seated = set(member_ids), seated_people(session, group_id)
    # Who already sits or leads may stay after leaving the office; only newcomers must be active.
    newcomers = (wanted - seated) | ({leader_id} - {group.leader_id})
    check_people(session, newcomers)
    changes = update(group, checked_names(name, name_en) | {"leader_id": leader_id})
    if wanted != seated:
        session.execute(sa.delete(SupervisionGroupMember).where(SupervisionGroupMember.group_id == group_id))
        seat(session, group_id, sorted(wanted))
        changes |= {"member_ids_from": sorted(seated), "member_ids_to": sorted(wanted)}
    trace_changes(session, "directory.changed_group", f"group:{group_id}", changes, actor=actor, now=now)


def add_service(
    session: Session,
    *,
    code: str,
    name: str,
    name_en: str | None = None,
    provider_id: int,
    sector_id: int,
    area_id: int,
    leader_id: int | None = None,
    group_id: int | None = None,
    starts_on: date,
    ends_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> Service:
    """Enter a service. Its sector and area are for good: figures are filed under them."""
    actor.check(EDIT)
    check_provider(session, provider_id, actor)
    existing(session, Sector, sector_id, "sector_unknown")
    existing(session, Area, area_id, "area_unknown")
    check_group(session, group_id)
    check_people(session, [leader_id])
    rules.refuse(rules.period_problems(starts_on, ends_on))
    service = insert(
        session,
        Service(
            **names(code, name, name_en),
            provider_id=provider_id,
            sector_id=sector_id,
            area_id=area_id,
            leader_id=leader_id,
            group_id=group_id,
            starts_on=starts_on,
            ends_on=ends_on,
        ),
    )
    trace(session, "directory.added_service", f"service:{service.id}", actor=actor, now=now, code=service.code)
    return service


def add_services(
    session: Session, rows: Sequence[NewService], *, feed: str | None = None, actor: Actor, now: datetime
) -> dict[str, int]:
    """Enter many services at once, for a feed that names services not known yet; returns code -> id.

    All or nothing. Raises InvalidInput or CodeTaken at the first row that will not do; the whole is one entry in the
    trail, with the count and the feed.
    """
    actor.check(EDIT)
    if not rows:
        return {}
    for provider_id in sorted({row.provider_id for row in rows}):
        check_provider(session, provider_id, actor)
    for sector_id in {row.sector_id for row in rows}:
        existing(session, Sector, sector_id, "sector_unknown")
    for area_id in {row.area_id for row in rows}:
        existing(session, Area, area_id, "area_unknown")
    for group_id in {row.group_id for row in rows}:
        check_group(session, group_id)
    check_people(session, {row.leader_id for row in rows})
    values = [service_values(row) for row in rows]
    added = insert_services(session, values)
    trace(session, "directory.added_services", "directory:services", actor=actor, now=now, count=len(added), feed=feed)
    return added


def change_service(
    session: Session,
    service_id: int,
    *,
    name: str,
    name_en: str | None = None,
    provider_id: int,
    leader_id: int | None = None,
    group_id: int | None = None,
    starts_on: date,
    ends_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change everything about a service but its code, sector and area."""
    actor.check(EDIT)
    service = visible_service(session, service_id, actor)
    if provider_id != service.provider_id:
        check_provider(session, provider_id, actor)
    if group_id != service.group_id:
        check_group(session, group_id)
    if leader_id != service.leader_id:
        check_people(session, [leader_id])
    rules.refuse(rules.period_problems(starts_on, ends_on))
    wanted: dict[str, Value] = {
        "provider_id": provider_id,
        "leader_id": leader_id,
        "group_id": group_id,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    changes = update(service, checked_names(name, name_en) | wanted)
    trace_changes(session, "directory.changed_service", f"service:{service_id}", changes, actor=actor, now=now)


def end_service(session: Session, service_id: int, *, ends_on: date, actor: Actor, now: datetime) -> None:
    """Give a service its last day. Its figures stay; a service that has ended is not ended again."""
    actor.check(EDIT)
    service = visible_service(session, service_id, actor)
    if service.ends_on is not None:
        raise Conflict("service_ended", ends_on=service.ends_on.isoformat())
    rules.refuse(rules.period_problems(service.starts_on, ends_on))
    service.ends_on = ends_on
    trace(
        session,
        "directory.ended_service",
        f"service:{service_id}",
        actor=actor,
        now=now,
        ends_on=ends_on.isoformat(),
    )


def visible_service(session: Session, service_id: int, actor: Actor) -> Service:
    """A service the actor may change, locked until the transaction ends."""
    statement = sa.select(Service).where(Service.id == service_id, Service.id.in_(visible_services(actor, EDIT)))
    service = session.scalar(statement.with_for_update())
    if service is None:
        raise NotFound("service_unknown")
    return service


def check_provider(session: Session, provider_id: int, actor: Actor) -> None:
    existing(session, Provider, provider_id, "provider_unknown")
    allowed = visible_providers(actor, EDIT).where(Provider.id == provider_id)
    if session.scalar(allowed) is None:
        raise NotAllowed("outside_scope")


def check_group(session: Session, group_id: int | None) -> None:
    if group_id is not None:
        existing(session, SupervisionGroup, group_id, "group_unknown")


def check_people(session: Session, person_ids: Iterable[int | None]) -> None:
    """Raise NotFound unless all are active people; None stands for nobody."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    active = sa.select(sa.func.count(Person.id)).where(Person.id.in_(wanted), Person.is_active)
    if wanted and session.scalar(active) != len(wanted):
        raise NotFound("person_unknown")
