"""What can be asked of inspections: the list, one with its checklist and steps, coverage, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_by_owner, files_of
from qs.attachments.terms import KeptFile
from qs.deadlines.queries import dues
from qs.directory.models import Area, Provider, Sector, Service, SupervisionGroup
from qs.directory.queries import english, visible_services
from qs.errors import NotFound
from qs.frames import members
from qs.i18n import day, pick
from qs.i18n import gettext as _
from qs.inspections import rules
from qs.inspections.models import ClauseMark, Inspection, InspectionStep, Inspector, Item, Recusal
from qs.inspections.terms import (
    Grade,
    InspectionState,
    InspectionType,
    Judgement,
    RecusalReason,
    Verdict,
)
from qs.periods import local_day
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import Source
from qs.settings import settings
from qs.standards.models import Clause, ClauseEdition
from qs.standards.queries import clauses_on
from qs.waiting import Waiting

READ = Permission.INSPECTIONS_READ
INSIDERS = (Permission.INSPECTIONS_PLAN, Permission.INSPECTIONS_RECORD, Permission.AUDIT_READ)
NOTICE_DAYS = 14  # how long before the window an inspection waits to be announced
WAITING_SHOWN = 8
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
class ItemDetail:
    """One item of a checklist as this person may see it."""

    item_id: int
    position: int
    clause_id: int
    code: str
    title: str
    title_en: str
    text: str
    text_en: str
    weight: float
    is_safety: bool
    judgement: Judgement | None
    note: str
    judged_at: datetime | None
    judge: str
    judge_en: str
    defence: str | None
    verdict: Verdict | None
    answer: str
    demand: str
    version: int
    photos: tuple[KeptFile, ...]
    proofs: tuple[KeptFile, ...]  # handed in with the defence


@dataclass(frozen=True)
class Seat:
    """One person drawn, or recused with the reason."""

    person_id: int
    username: str
    name: str
    name_en: str
    reason: RecusalReason | None = None
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One change of state."""

    at: datetime
    name: str
    name_en: str
    from_state: InspectionState | None
    to_state: InspectionState
    note: str


@dataclass(frozen=True)
class InspectionDetail:
    """One inspection with everything the person may see of it."""

    inspection_id: int
    number: str
    service_id: int
    service: str
    service_en: str
    provider: str
    provider_en: str
    leader: str
    leader_en: str
    type: InspectionType
    state: InspectionState
    period: str
    reason: str
    opens_on: date
    ends_on: date
    seed: str
    pool: tuple[str, ...]
    inspectors: tuple[Seat, ...]
    recusals: tuple[Seat, ...]
    due_at: datetime | None
    begun_at: datetime | None
    findings_sent_at: datetime | None
    defended_at: datetime | None
    concluded_at: datetime | None
    letter_year: int | None
    letter_number: int | None
    opinion: str
    opinion_en: str
    grade: Grade | None
    is_capped: bool
    score: float | None
    item_count: int | None
    conform_count: int | None
    published_at: datetime | None
    summary: str
    summary_en: str
    version: int
    items: tuple[ItemDetail, ...]
    steps: tuple[Step, ...]
    open_rectification_count: int
    rights: frozenset[Permission]  # over this service, for buttons: the actions check again

    @property
    def findings(self) -> tuple[ItemDetail, ...]:
        return tuple(item for item in self.items if item.judgement is not None and item.judgement.is_finding)

    @property
    def is_defence_late(self) -> bool:
        return self.defended_at is not None and self.due_at is not None and self.defended_at > self.due_at


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


def inspection(session: Session, inspection_id: int, *, actor: Actor) -> InspectionDetail:
    """One inspection. Raises NotFound when there is none the actor may know of."""
    actor.check(READ)
    kept = session.scalar(sa.select(Inspection).where(Inspection.id == inspection_id, known_to(actor)))
    if kept is None:
        raise NotFound("inspection_unknown")
    leader = aliased(Person)
    names = session.execute(
        sa.select(
            Service.name.label("service"),
            english(Service.name_en).label("service_en"),
            Provider.name.label("provider"),
            english(Provider.name_en).label("provider_en"),
            sa.func.coalesce(leader.name, "").label("leader"),
            english(leader.name_en).label("leader_en"),
        )
        .join(Provider, Provider.id == Service.provider_id)
        .outerjoin(leader, leader.id == Service.leader_id)
        .where(Service.id == kept.service_id)
    ).one()
    is_told = kept.state in rules.SAID_TO_UNIT or is_insider(session, actor, kept.service_id)
    due = None if kept.due_id is None else dues(session, [kept.due_id], actor=actor)[kept.due_id].due_at
    same = InspectionDetail.__dataclass_fields__.keys() & Inspection.__mapper__.columns.keys()
    return InspectionDetail(
        **{name: getattr(kept, name) for name in same - {"pool"}},
        **names._asdict(),
        inspection_id=kept.id,
        number=rules.inspection_number(kept.period, kept.id),
        pool=tuple(kept.pool),
        inspectors=tuple(seats_by_inspection(session, [kept.id]).get(kept.id, ())),
        recusals=recused(session, kept.id),
        due_at=due,
        items=checklist(session, kept.id, is_told=is_told, actor=actor),
        steps=steps(session, kept.id),
        open_rectification_count=open_rectification_count(session, kept.id, actor=actor),
        rights=rights_over(session, actor, kept.service_id),
    )


def rights_over(session: Session, actor: Actor, service_id: int) -> frozenset[Permission]:
    """What the actor may do with inspections of this service."""
    own = [one for one in Permission if one.value.startswith("inspections.")]
    return frozenset(one for one in own if holds(session, actor, one, service_id))


def recused(session: Session, inspection_id: int) -> tuple[Seat, ...]:
    statement = (
        sa.select(Person.id, Person.username, Person.name, english(Person.name_en), Recusal.reason, Recusal.note)
        .join(Person, Person.id == Recusal.person_id)
        .where(Recusal.inspection_id == inspection_id)
        .order_by(Recusal.id)
    )
    return tuple(Seat(*row) for row in session.execute(statement))


def checklist(session: Session, inspection_id: int, *, is_told: bool, actor: Actor) -> tuple[ItemDetail, ...]:
    """The items with the wording of their clause editions; without judgements for those who are not told yet."""
    judge = aliased(Person)
    statement = (
        sa.select(Item, Clause.id, Clause.code, ClauseEdition, judge.name, judge.name_en)
        .join(ClauseEdition, ClauseEdition.id == Item.clause_edition_id)
        .join(Clause, Clause.id == ClauseEdition.clause_id)
        .outerjoin(judge, judge.id == Item.judge_id)
        .where(Item.inspection_id == inspection_id)
        .order_by(Item.position)
    )
    rows = session.execute(statement).all()
    findings = [row[0].id for row in rows if row[0].judgement is not None and row[0].judgement.is_finding]
    owners = [f"{kind}:{item_id}" for item_id in findings for kind in ("inspection_item", "finding")]
    files = files_by_owner(session, owners, actor=actor)
    return tuple(
        ItemDetail(
            item_id=item.id,
            position=item.position,
            clause_id=clause_id,
            code=code,
            title=edition.title,
            title_en=edition.title_en or "",
            text=edition.text,
            text_en=edition.text_en or "",
            weight=item.weight,
            is_safety=item.is_safety,
            judgement=item.judgement if is_told else None,
            note=item.note if is_told else "",
            judged_at=item.judged_at if is_told else None,
            judge=(name or "") if is_told else "",
            judge_en=(name_en or "") if is_told else "",
            defence=item.defence,
            verdict=item.verdict,
            answer=item.answer,
            demand=item.demand,
            version=item.version,
            photos=files.get(f"inspection_item:{item.id}", ()) if is_told else (),
            proofs=files.get(f"finding:{item.id}", ()) if item.defence else (),
        )
        for item, clause_id, code, edition, name, name_en in rows
    )


def steps(session: Session, inspection_id: int) -> tuple[Step, ...]:
    statement = (
        sa.select(
            InspectionStep.at,
            sa.func.coalesce(Person.name, ""),
            english(Person.name_en),
            InspectionStep.from_state,
            InspectionStep.to_state,
            InspectionStep.note,
        )
        .outerjoin(Person, Person.id == InspectionStep.person_id)
        .where(InspectionStep.inspection_id == inspection_id)
        .order_by(InspectionStep.id)
    )
    return tuple(Step(*row) for row in session.execute(statement))


def item_file(session: Session, item_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of a photo or a proof of an item. Raises NotFound unless the actor may see the inspection."""
    actor.check(READ)
    held = session.execute(
        sa.select(Inspection.state, Inspection.service_id)
        .join(Item, Item.inspection_id == Inspection.id)
        .where(Item.id == item_id, known_to(actor))
    ).one_or_none()
    if held is None or not (held.state in rules.SAID_TO_UNIT or is_insider(session, actor, held.service_id)):
        raise NotFound("inspection_item_unknown")
    photos = {file.file_id for file in files_of(session, f"inspection_item:{item_id}", actor=actor)}
    owner = f"inspection_item:{item_id}" if file_id in photos else f"finding:{item_id}"
    return file_content(session, owner, file_id, actor=actor)


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


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do in inspections, most pressing first."""
    if not actor.has(READ):
        return []
    rows = inspections(session, actor=actor, now=now)
    open_rows = rows[~rows["state"].isin([S.CLOSED, S.CANCELLED])]
    reach = {
        one: set(session.scalars(visible_services(actor, one))) if actor.has(one) else set()
        for one in (
            Permission.INSPECTIONS_PLAN,
            Permission.INSPECTIONS_RECORD,
            Permission.INSPECTIONS_DEFEND,
            Permission.INSPECTIONS_CONCLUDE,
        )
    }
    found = [one for row in open_rows.itertuples() if (one := what_waits(session, row, reach, actor, now)) is not None]
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: one.due_at or latest)[:WAITING_SHOWN]


def what_waits(
    session: Session,
    row: Any,  # noqa: ANN401 - one row of `inspections`
    reach: dict[Permission, set[int]],
    actor: Actor,
    now: datetime,
) -> Waiting | None:
    """The one thing this person has to do in an inspection, if any."""
    due_at = None if pd.isna(row.due_at) else row.due_at.to_pydatetime()
    code = code_of_wait(row, reach, due_at, now)
    if code == "inspection_to_close" and open_rectification_count(session, row.inspection_id, actor=actor):
        return None
    if code is None:
        return None
    facts = {
        "service": pick(row.service, row.service_en),
        "number": row.number,
        "day": day(row.opens_on),
        "last_day": day(row.ends_on),
        "judged": int(row.judged_count),
        "items": int(row.item_count),
        "findings": int(row.finding_count),
        "contested": int(row.contested_count),
    }
    limit = due_at if code == "inspection_to_defend" else None
    return Waiting(code, "inspections", limit, facts, {"inspection": str(row.inspection_id)})


def code_of_wait(
    row: Any,  # noqa: ANN401 - one row of `inspections`
    reach: dict[Permission, set[int]],
    due_at: datetime | None,
    now: datetime,
) -> str | None:
    today = local_day(now, settings().zone)
    may = {one for one, services in reach.items() if row.service_id in services}
    if row.state is S.PLANNED and row.type is not InspectionType.UNANNOUNCED:
        is_time = row.opens_on <= today + timedelta(days=NOTICE_DAYS)
        return "inspection_to_announce" if is_time and Permission.INSPECTIONS_PLAN in may else None
    if row.state in (S.PLANNED, S.ANNOUNCED):
        return "inspection_to_begin" if row.is_mine and row.opens_on <= today else None
    if row.state is S.ON_SITE:
        return "inspection_to_finish" if row.is_mine else None
    may_conclude = Permission.INSPECTIONS_CONCLUDE in may and not row.is_mine
    if row.state is S.FINDINGS_SENT and row.finding_count and due_at is not None and now < due_at:
        return "inspection_to_defend" if Permission.INSPECTIONS_DEFEND in may else None
    if row.state in (S.FINDINGS_SENT, S.DEFENDED):
        return "inspection_to_conclude" if may_conclude else None
    return "inspection_to_close" if row.state is S.CONCLUDED and may_conclude else None
