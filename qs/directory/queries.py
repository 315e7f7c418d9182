"""What can be asked of the directory, and the one rule of which services a person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from qs.access.models import Person
from qs.actor import EVERYWHERE, Actor, Permission, Scope, ScopeKind
from qs.directory.models import (
    Area,
    Department,
    Provider,
    Sector,
    Service,
    SupervisionGroup,
    SupervisionGroupMember,
)
from qs.directory.rules import is_open
from qs.directory.terms import Table
from qs.errors import NotFound

Named = Sector | Area | Department | Provider | SupervisionGroup
MODELS: dict[Table, type[Named]] = {
    Table.SECTOR: Sector,
    Table.AREA: Area,
    Table.DEPARTMENT: Department,
    Table.PROVIDER: Provider,
    Table.GROUP: SupervisionGroup,
}
PART_MODELS: dict[str, type[Named]] = {
    "provider": Provider,
    "department": Department,
    "sector": Sector,
    "area": Area,
    "group": SupervisionGroup,
}
PICKER_KINDS = {
    "id": "int64",
    "code": "str",
    "name": "str",
    "name_en": "str",
    "population": "Int64",
    "department_id": "int64",
    "department": "str",
    "department_en": "str",
    "leader_id": "Int64",
    "leader": "str",
    "leader_en": "str",
}
SERVICE_COLUMNS = (
    "service_id",
    "code",
    "name",
    "name_en",
    *(f"{part}{field}" for part in PART_MODELS for field in ("_id", "_code", "", "_en")),
    "leader_id",
    "leader",
    "leader_en",
    "starts_on",
    "ends_on",
    "is_open",
)
SERVICE_KINDS = {
    **{column: "int64" for column in SERVICE_COLUMNS if column.endswith("_id")},
    **{column: "str" for column in SERVICE_COLUMNS if not column.endswith(("_id", "_on", "is_open"))},
    "leader_id": "Int64",
    "group_id": "Int64",
}
SCOPES_KEPT = 512  # statements of so many different scopes


@dataclass(frozen=True)
class ServiceDetail:
    """One service with the names around it; English names are empty where there is none."""

    service_id: int
    code: str
    name: str
    name_en: str
    provider_id: int
    provider: str
    provider_en: str
    department_id: int
    department: str
    department_en: str
    sector_id: int
    sector: str
    sector_en: str
    area_id: int
    area: str
    area_en: str
    leader_id: int | None
    leader: str
    leader_en: str
    group_id: int | None
    group: str
    group_en: str
    starts_on: date
    ends_on: date | None
    is_open: bool


def visible_services(actor: Actor, permission: Permission) -> sa.Select[int]:
    """The ids of the services over which the actor holds the permission: the scope rule of the whole system."""
    return services_within(actor.scopes(permission))


@lru_cache(maxsize=SCOPES_KEPT)
def services_within(scopes: tuple[Scope, ...]) -> sa.Select[int]:
    """The ids of the services that any of these scopes reaches. Every action asks, so that the statement is kept."""
    if EVERYWHERE in scopes:
        return sa.select(Service.id)
    return sa.select(Service.id).where(sa.or_(sa.false(), *(reached_by(scope) for scope in scopes)))


def reached_by(scope: Scope) -> sa.ColumnElement[bool]:
    """The condition on Service that one scope sets; ended services stay visible."""
    if scope.kind is ScopeKind.ALL:
        return sa.true()
    if scope.kind is ScopeKind.SERVICES:
        return Service.id.in_(scope.ids)
    if scope.kind is ScopeKind.PROVIDER:
        return Service.provider_id.in_(scope.ids)
    return Service.provider_id.in_(sa.select(Provider.id).where(Provider.department_id.in_(scope.ids)))


def visible_providers(actor: Actor, permission: Permission) -> sa.Select[int]:
    """The ids of the providers that lie whole inside the actor's scope: where services may be added."""
    scopes = actor.scopes(permission)
    if EVERYWHERE in scopes:
        return sa.select(Provider.id)
    reached = [scope.ids for scope in scopes if scope.kind is ScopeKind.PROVIDER]
    charged = [scope.ids for scope in scopes if scope.kind is ScopeKind.DEPARTMENT]
    return sa.select(Provider.id).where(
        Provider.id.in_(frozenset().union(*reached)) | Provider.department_id.in_(frozenset().union(*charged))
    )


def services(
    session: Session,
    *,
    actor: Actor,
    permission: Permission = Permission.DIRECTORY_READ,
    day: date | None = None,
) -> pd.DataFrame:
    """One row per service in the actor's scope, by code: SERVICE_COLUMNS.

    `provider`, `department`, `sector`, `area`, `group`, `leader` are names, each with `_id` and `_en` (and `_code`);
    missing texts are "", missing ids and days are empty. `is_open` is true when the service runs on `day`, or, without
    a day, when it has no last day.
    """
    statement = service_rows().where(Service.id.in_(visible_services(actor, permission))).order_by(Service.code)
    frame = pd.DataFrame([row._asdict() for row in session.execute(statement)], columns=list(SERVICE_COLUMNS))
    open_flags = [
        pd.isna(last) if day is None else is_open(first, None if pd.isna(last) else last, day)
        for first, last in zip(frame["starts_on"], frame["ends_on"], strict=True)
    ]
    return frame.assign(is_open=pd.Series(open_flags, dtype=bool)).astype(SERVICE_KINDS)


def service_detail(
    session: Session,
    service_id: int,
    *,
    actor: Actor,
    day: date,
    permission: Permission = Permission.DIRECTORY_READ,
) -> ServiceDetail:
    """One service as it stands on a day. Raises NotFound when there is none in the actor's scope."""
    statement = service_rows().where(Service.id == service_id, Service.id.in_(visible_services(actor, permission)))
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("service_unknown")
    facts = {name: value for name, value in row._asdict().items() if name in ServiceDetail.__dataclass_fields__}
    return ServiceDetail(**facts, is_open=is_open(row.starts_on, row.ends_on, day))


def service_rows() -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as SERVICE_COLUMNS, less `is_open`
    """Every service with the names around it."""
    leader = aliased(Person)
    return (
        sa.select(
            Service.id.label("service_id"),
            Service.code,
            Service.name,
            english(Service.name_en).label("name_en"),
            *(column for part, model in PART_MODELS.items() for column in named_columns(part, model)),
            leader.id.label("leader_id"),
            sa.func.coalesce(leader.name, "").label("leader"),
            sa.func.coalesce(leader.name_en, "").label("leader_en"),
            Service.starts_on,
            Service.ends_on,
        )
        .join(Provider, Provider.id == Service.provider_id)
        .join(Department, Department.id == Provider.department_id)
        .join(Sector, Sector.id == Service.sector_id)
        .join(Area, Area.id == Service.area_id)
        .outerjoin(SupervisionGroup, SupervisionGroup.id == Service.group_id)
        .outerjoin(leader, leader.id == Service.leader_id)
    )


def named_columns(part: str, model: type[Named]) -> list[sa.Label[Any]]:  # Any: ids and texts
    return [
        model.id.label(f"{part}_id"),
        sa.func.coalesce(model.code, "").label(f"{part}_code"),
        sa.func.coalesce(model.name, "").label(part),
        english(model.name_en).label(f"{part}_en"),
    ]


def english(column: InstrumentedAttribute[str | None]) -> sa.ColumnElement[str]:
    return sa.func.coalesce(column, "")


def sectors(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per sector, by code: id, code, name, name_en."""
    return picker(session, named(Sector), actor)


def areas(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per area, by code: id, code, name, name_en, population (empty when unknown)."""
    return picker(session, named(Area).add_columns(Area.population), actor)


def departments(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per department, by code: id, code, name, name_en."""
    return picker(session, named(Department), actor)


def providers(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per provider, by code: id, code, name, name_en, department_id, department, department_en."""
    department = (
        Provider.department_id,
        Department.name.label("department"),
        english(Department.name_en).label("department_en"),
    )
    return picker(session, named(Provider).add_columns(*department).join(Department), actor)


def groups(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per supervision group, by code: id, code, name, name_en, leader_id (may be empty), leader, leader_en."""
    leader = (
        SupervisionGroup.leader_id,
        sa.func.coalesce(Person.name, "").label("leader"),
        english(Person.name_en).label("leader_en"),
    )
    statement = named(SupervisionGroup).add_columns(*leader)
    return picker(session, statement.outerjoin(Person, Person.id == SupervisionGroup.leader_id), actor)


def named(model: type[Named]) -> sa.Select[*tuple[Any, ...]]:  # Any: an id and texts
    return sa.select(model.id, model.code, model.name, english(model.name_en).label("name_en")).order_by(model.code)


def picker(session: Session, statement: sa.Select[*tuple[Any, ...]], actor: Actor) -> pd.DataFrame:  # Any: see above
    actor.check(Permission.DIRECTORY_READ)
    found = session.execute(statement)
    columns = list(found.keys())
    kinds = {name: PICKER_KINDS[name] for name in columns}
    return pd.DataFrame([tuple(row) for row in found], columns=columns).astype(kinds)


def group_members(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per seat in a supervision group, by group and name: group_id, person_id, username, name, name_en."""
    actor.check(Permission.DIRECTORY_READ)
    columns = ("group_id", "person_id", "username", "name", "name_en")
    statement = (
        sa.select(
            SupervisionGroupMember.group_id,
            SupervisionGroupMember.person_id,
            Person.username,
            Person.name,
            english(Person.name_en),
        )
        .join(Person, Person.id == SupervisionGroupMember.person_id)
        .order_by(SupervisionGroupMember.group_id, Person.username)
    )
    rows = [tuple(row) for row in session.execute(statement)]
    return pd.DataFrame(rows, columns=list(columns)).astype({"group_id": "int64", "person_id": "int64"})


def people(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per active person who can lead or supervise, by user name: id, code (the user name), name, name_en."""
    actor.check(Permission.DIRECTORY_EDIT)
    columns = (Person.id, Person.username.label("code"), Person.name, english(Person.name_en).label("name_en"))
    return picker(session, sa.select(*columns).where(Person.is_active).order_by(Person.username), actor)


def service_ids_by_code(
    session: Session, *, actor: Actor, permission: Permission = Permission.DIRECTORY_READ
) -> dict[str, int]:
    """Code -> id of the services over which the actor holds the permission."""
    statement = sa.select(Service.code, Service.id).where(Service.id.in_(visible_services(actor, permission)))
    return {code: service_id for code, service_id in session.execute(statement)}


def ids_by_code(session: Session, table: Table) -> dict[str, int]:
    """Code -> id of a table that everybody may know: every one but the services."""
    model = MODELS[table]
    return {code: row_id for code, row_id in session.execute(sa.select(model.code, model.id))}


def sector_ids_by_code(session: Session) -> dict[str, int]:
    return ids_by_code(session, Table.SECTOR)


def area_ids_by_code(session: Session) -> dict[str, int]:
    return ids_by_code(session, Table.AREA)


def department_ids_by_code(session: Session) -> dict[str, int]:
    return ids_by_code(session, Table.DEPARTMENT)


def provider_ids_by_code(session: Session) -> dict[str, int]:
    return ids_by_code(session, Table.PROVIDER)


def group_ids_by_code(session: Session) -> dict[str, int]:
    return ids_by_code(session, Table.GROUP)
