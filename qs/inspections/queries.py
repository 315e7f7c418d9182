"""What can be asked of inspections: the list, who may know of one, clause marks, and coverage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.deadlines.queries import dues
from qs.directory.models import Area, Provider, Sector, Service, SupervisionGroup
from qs.directory.queries import english, visible_services
from qs.frames import members
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.inspections import rules
from qs.inspections.models import ClauseMark, Inspection, Inspector, Item
from qs.inspections.terms import InspectionState, InspectionType, Judgement, RecusalReason, Verdict
from qs.periods import local_day
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import Source
from qs.settings import settings
from qs.standards.queries import clauses_on

READ = Permission.INSPECTIONS_READ
INSIDERS = (Permission.INSPECTIONS_PLAN, Permission.INSPECTIONS_RECORD, Permission.AUDIT_READ)
FINDING = (Judgement.MINOR, Judgement.MAJOR)
S = InspectionState
LIST_COLUMNS = (
    "inspection_id",
    "number",
    "service_id",
    "service",
    "service_en",
    "provider",
    "provider_en",
    "sector_code",
    "sector",
    "sector_en",
    "group_id",
    "group",
    "group_en",
    "type",
    "state",
    "period",
    "opens_on",
    "ends_on",
    "inspectors",
    "is_mine",
    "due_at",
    "item_count",
    "judged_count",
    "finding_count",
    "contested_count",
    "grade",
    "score",
    "concluded_at",
    "published_at",
    "version",
)
COVERAGE_COLUMNS = (
    "service_id",
    "code",
    "service",
    "service_en",
    "sector_code",
    "sector",
    "sector_en",
    "area",
    "area_en",
    "group_id",
    "group",
    "group_en",
    "last_on",
    "days_ago",
    "grade",
    "again_by",
    "planned_on",
)


@dataclass(frozen=True)
class Seat:
    """One person drawn, or recused with the reason."""

    person_id: int
    username: str
    name: str
    name_en: str
    reason: RecusalReason | None = None
    note: str = ""


def known_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which inspections an actor may know of.

    Those who answer for a service learn of an inspection when it is announced, of an unannounced one when it begins;
    supervisors, inspectors and auditors see the plans.
    """
    reaches = [Inspection.service_id.in_(visible_services(actor, one)) for one in INSIDERS if actor.has(one)]
    inside = sa.or_(sa.false(), *reaches)
    told = sa.and_(
        Inspection.state != S.PLANNED,
        ~sa.and_(Inspection.state == S.CANCELLED, Inspection.type == InspectionType.UNANNOUNCED),
    )
    return sa.and_(Inspection.service_id.in_(visible_services(actor, READ)), sa.or_(inside, told))


def is_insider(session: Session, actor: Actor, service_id: int) -> bool:
    """True for those who see the judgements while they are being made."""
    return any(holds(session, actor, one, service_id) for one in INSIDERS)


def holds(session: Session, actor: Actor, permission: Permission, service_id: int) -> bool:
    """Whether the permission reaches the service."""
    if not actor.has(permission):
        return False
    if actor.has_everywhere(permission):
        return True
    return session.scalar(visible_services(actor, permission).where(Service.id == service_id)) is not None


def inspections(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per inspection the actor may know of, newest window first: LIST_COLUMNS.

    `inspectors`: names, joined; `is_mine`: the actor was drawn; `due_at`: until when the unit may defend itself;
    counts of findings are 0 for the unit until they are sent. `type`, `state`, `grade` (or None): enum members.
    """
    actor.check(READ)
    statement = list_rows().where(known_to(actor)).order_by(Inspection.opens_on.desc(), Inspection.id.desc())
    rows = [row._asdict() for row in session.execute(statement)]
    drawn = seats_by_inspection(session, [row["inspection_id"] for row in rows])
    due_at = dues(session, [row["due_id"] for row in rows if row["due_id"] is not None], actor=actor)
    inside = {
        service_id for one in INSIDERS if actor.has(one) for service_id in session.scalars(visible_services(actor, one))
    }
    for row in rows:
        seats = drawn.get(row["inspection_id"], [])
        row["number"] = rules.inspection_number(row["period"], row["inspection_id"])
        row["inspectors"] = _(", ").join(pick(seat.name, seat.name_en) for seat in seats)
        row["is_mine"] = actor.person_id is not None and actor.person_id in {seat.person_id for seat in seats}
        row["due_at"] = None if row["due_id"] is None else due_at[row["due_id"]].due_at
        if row["state"] not in rules.SAID_TO_UNIT and row["service_id"] not in inside:
            row["finding_count"] = row["judged_count"] = 0
    frame = pd.DataFrame(rows, columns=list(LIST_COLUMNS))
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("due_at", "concluded_at", "published_at")}
    enums = {name: members(row[name] for row in rows) for name in ("type", "state", "grade")}
    counts = ("item_count", "judged_count", "finding_count", "contested_count", "version")
    return frame.assign(**moments, **enums, is_mine=frame["is_mine"].astype(bool)).astype(
        {"inspection_id": "int64", "service_id": "int64", "group_id": "Int64", "score": "float64"}
        | dict.fromkeys(counts, "int64")
    )


def list_rows() -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as LIST_COLUMNS
    """Every inspection with its service and the counts of its checklist."""
    return (
        sa.select(
            Inspection.id.label("inspection_id"),
            Inspection.service_id,
            Service.name.label("service"),
            english(Service.name_en).label("service_en"),
            Provider.name.label("provider"),
            english(Provider.name_en).label("provider_en"),
            Sector.code.label("sector_code"),
            Sector.name.label("sector"),
            english(Sector.name_en).label("sector_en"),
            Service.group_id,
            sa.func.coalesce(SupervisionGroup.name, "").label("group"),
            english(SupervisionGroup.name_en).label("group_en"),
            Inspection.type,
            Inspection.state,
            Inspection.period,
            Inspection.opens_on,
            Inspection.ends_on,
            Inspection.due_id,
            count_items().label("item_count"),
            count_items(Item.judgement.is_not(None)).label("judged_count"),
            count_items(Item.judgement.in_(FINDING)).label("finding_count"),
            count_items(Item.judgement.in_(FINDING), Item.defence != "").label("contested_count"),
            Inspection.grade,
            Inspection.score,
            Inspection.concluded_at,
            Inspection.published_at,
            Inspection.version,
        )
        .join(Service, Service.id == Inspection.service_id)
        .join(Provider, Provider.id == Service.provider_id)
        .join(Sector, Sector.id == Service.sector_id)
        .outerjoin(SupervisionGroup, SupervisionGroup.id == Service.group_id)
    )


def count_items(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    counted = sa.select(sa.func.count(Item.id)).where(Item.inspection_id == Inspection.id, *conditions)
    return counted.correlate(Inspection).scalar_subquery()


def seats_by_inspection(session: Session, inspection_ids: Iterable[int]) -> dict[int, list[Seat]]:
    """The people drawn for each inspection, in the order of the draw."""
    statement = (
        sa.select(Inspector.inspection_id, Person.id, Person.username, Person.name, english(Person.name_en))
        .join(Person, Person.id == Inspector.person_id)
        .where(Inspector.inspection_id.in_(list(inspection_ids)))
        .order_by(Inspector.inspection_id, Inspector.place)
    )
    found: dict[int, list[Seat]] = {}
    for inspection_id, person_id, username, name, name_en in session.execute(statement):
        found.setdefault(inspection_id, []).append(Seat(person_id, username, name, name_en))
    return found


def open_rectification_count(session: Session, inspection_id: int, *, actor: Actor) -> int:
    """How many of the rectifications ordered by the letter are not closed yet."""
    upheld = session.scalars(
        sa.select(Item.id).where(Item.inspection_id == inspection_id, Item.verdict == Verdict.UPHELD)
    )
    found = [rectification_of(session, Source.FINDING, f"finding:{item_id}", actor=actor) for item_id in upheld]
    return sum(order is not None and order.status.is_open for order in found)


def clause_marks(session: Session, today: date, *, actor: Actor) -> pd.DataFrame:
    """One row per clause in force on the day, by code: clause_id, code, title(_en), sector(_en), weight, is_safety."""
    actor.check(READ)
    marks = {mark.clause_id: mark for mark in session.scalars(sa.select(ClauseMark))}
    clauses = clauses_on(session, today, actor=actor)
    found = [marks.get(int(clause_id)) for clause_id in clauses["clause_id"]]
    columns = ["clause_id", "code", "title", "title_en", "sector", "sector_en"]
    return clauses[columns].assign(
        weight=pd.Series([1.0 if mark is None else mark.weight for mark in found], index=clauses.index, dtype=float),
        is_safety=pd.Series([mark is not None and mark.is_safety for mark in found], index=clauses.index, dtype=bool),
    )


def coverage(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per open service in the actor's scope, longest without an inspection first: COVERAGE_COLUMNS.

    `last_on`: local day of the last begun inspection the actor may know of, empty when there was none; `again_by`:
    until when the grade asks for another one; `planned_on`: first day of the next open inspection.
    """
    actor.check(READ)
    today, zone = local_day(now, settings().zone), settings().zone
    statement = (
        sa.select(
            Service.id,
            Service.code,
            Service.name,
            english(Service.name_en),
            Sector.code,
            Sector.name,
            english(Sector.name_en),
            Area.name,
            english(Area.name_en),
            Service.group_id,
            sa.func.coalesce(SupervisionGroup.name, ""),
            english(SupervisionGroup.name_en),
        )
        .join(Sector, Sector.id == Service.sector_id)
        .join(Area, Area.id == Service.area_id)
        .outerjoin(SupervisionGroup, SupervisionGroup.id == Service.group_id)
        .where(
            Service.id.in_(visible_services(actor, READ)),
            Service.starts_on <= today,
            sa.or_(Service.ends_on.is_(None), Service.ends_on >= today),
        )
        .order_by(Service.code)
    )
    visits = session.execute(
        sa.select(
            Inspection.service_id,
            Inspection.state,
            Inspection.opens_on,
            Inspection.begun_at,
            Inspection.grade,
            Inspection.concluded_at,
        )
        .where(known_to(actor))
        .order_by(Inspection.begun_at)
    ).all()
    last = {visit.service_id: visit for visit in visits if visit.begun_at is not None}
    planned = {visit.service_id: visit.opens_on for visit in visits if visit.state in (S.PLANNED, S.ANNOUNCED)}
    rows: list[tuple[Any, ...]] = []  # Any: COVERAGE_COLUMNS
    for service in session.execute(statement):
        visit = last.get(service[0])
        last_on = None if visit is None else local_day(visit.begun_at, zone)
        concluded_on = None if visit is None or visit.concluded_at is None else local_day(visit.concluded_at, zone)
        grade = None if visit is None else visit.grade
        again_by = None if concluded_on is None else rules.next_inspection_on(grade, concluded_on)
        days_ago = None if last_on is None else (today - last_on).days
        rows.append((*service, last_on, days_ago, grade, again_by, planned.get(service[0])))
    frame = pd.DataFrame(rows, columns=list(COVERAGE_COLUMNS))
    grades = members(row[COVERAGE_COLUMNS.index("grade")] for row in rows)
    frame = frame.assign(grade=grades).astype({"service_id": "int64", "group_id": "Int64", "days_ago": "Int64"})
    return frame.sort_values("days_ago", ascending=False, na_position="first", kind="stable", ignore_index=True)
