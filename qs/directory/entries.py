"""How an entry of the directory is stored: with a code of its own, what changed in it, and its trace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.audit.actions import Fact, record
from qs.directory import rules
from qs.directory.models import (
    Area,
    Department,
    Provider,
    Sector,
    Service,
    SupervisionGroup,
    SupervisionGroupMember,
)
from qs.directory.terms import NewService
from qs.errors import Conflict, NotFound
from qs.versions import Subject, raise_version

ROWS_PER_INSERT = 1000
Row = TypeVar("Row", Sector, Area, Department, Provider, SupervisionGroup, Service)
Value = str | int | date | None


class CodeTaken(Conflict):
    """Another entry of the table has this code."""

    code = "code_taken"


def checked_names(name: str, name_en: str | None) -> dict[str, Value]:
    cleaned, cleaned_en = rules.clean(name), rules.clean(name_en)
    rules.refuse(rules.name_problems(cleaned, cleaned_en))
    return {"name": cleaned, "name_en": cleaned_en or None}


def names(code: str, name: str, name_en: str | None) -> dict[str, Any]:  # Any: handed to a model
    cleaned = rules.clean(code)
    rules.refuse(rules.code_problems(cleaned))
    return {"code": cleaned} | checked_names(name, name_en)


def insert(session: Session, row: Row) -> Row:
    """Store a new entry and get its id. Raises CodeTaken, also when somebody else was faster.

    Everything but the code was checked before, so a broken constraint can only be the unique one.
    """
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise CodeTaken(value=row.code) from error
    return row


def insert_services(session: Session, values: Sequence[dict[str, Any]]) -> dict[str, int]:  # Any: column values
    taken = set(session.scalars(sa.select(Service.code)))
    for row in values:
        if row["code"] in taken:
            raise CodeTaken(value=row["code"])
        taken.add(row["code"])
    added: dict[str, int] = {}
    try:
        with session.begin_nested():
            for start in range(0, len(values), ROWS_PER_INSERT):
                rows = values[start : start + ROWS_PER_INSERT]
                inserted = session.execute(sa.insert(Service).returning(Service.code, Service.id), rows)
                added |= {code: service_id for code, service_id in inserted}
    except IntegrityError as error:
        raise Conflict from error
    return added


def service_values(row: NewService) -> dict[str, Any]:  # Any: column values
    rules.refuse(rules.period_problems(row.starts_on, row.ends_on))
    return names(row.code, row.name, row.name_en) | {
        "provider_id": row.provider_id,
        "sector_id": row.sector_id,
        "area_id": row.area_id,
        "leader_id": row.leader_id,
        "group_id": row.group_id,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }


def existing(session: Session, model: type[Row], row_id: int, missing: str) -> Row:
    """The entry with this id. Raises NotFound with the table's own sentence."""
    row = session.get(model, row_id)
    if row is None:
        raise NotFound(missing)
    return row


def seated_people(session: Session, group_id: int) -> set[int]:
    seats = sa.select(SupervisionGroupMember.person_id).where(SupervisionGroupMember.group_id == group_id)
    return set(session.scalars(seats))


def seat(session: Session, group_id: int, person_ids: Sequence[int]) -> None:
    if person_ids:
        rows = [{"group_id": group_id, "person_id": person_id} for person_id in person_ids]
        session.execute(sa.insert(SupervisionGroupMember), rows)


def update(row: Row, wanted: dict[str, Value]) -> dict[str, Fact]:
    """Set the fields that differ; returns each as `<field>_from` and `<field>_to`, for the trail."""
    changes: dict[str, Fact] = {}
    for field, value in wanted.items():
        present = getattr(row, field)
        if present != value:
            setattr(row, field, value)
            changes |= {f"{field}_from": told(present), f"{field}_to": told(value)}
    return changes


def told(value: Value) -> Fact:
    return value.isoformat() if isinstance(value, date) else value


def trace(session: Session, action: str, subject: str, *, actor: Actor, now: datetime, **facts: Fact) -> None:
    """Tell cached screens, then write the entry in the trail."""
    session.flush()
    raise_version(session, Subject.DIRECTORY)
    record(session, action, subject, actor=actor, now=now, **facts)


def trace_changes(
    session: Session, action: str, subject: str, changes: dict[str, Fact], *, actor: Actor, now: datetime
) -> None:
    """Trace what changed; saving an entry as it was leaves no trace."""
    if changes:
        trace(session, action, subject, actor=actor, now=now, **changes)
