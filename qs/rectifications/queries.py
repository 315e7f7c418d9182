"""What can be asked of rectifications: the list, one order with its history, how well the loop closes, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.deadlines.models import DueDate
from qs.directory.models import Area, Department, Provider, Service
from qs.directory.queries import visible_services
from qs.errors import Fact, NotFound
from qs.frames import members
from qs.i18n import day, pick
from qs.observations.spans import Span
from qs.periods import local_day
from qs.rectifications import rules
from qs.rectifications.figures import Comparison, compared
from qs.rectifications.models import (
    Rectification,
    RectificationExtension,
    RectificationPlan,
    RectificationProof,
    RectificationStep,
    RectificationVerification,
)
from qs.rectifications.terms import Effect, Source, Status, StepKind, Verdict
from qs.settings import settings
from qs.waiting import Waiting

READ = Permission.RECTIFICATIONS_READ
WAITING_LINES = 8
COLUMNS = (
    "rectification_id",
    "number",
    "title",
    "title_en",
    "service_id",
    "service_code",
    "service",
    "service_en",
    "provider",
    "provider_en",
    "department_code",
    "department",
    "department_en",
    "area_code",
    "area",
    "area_en",
    "source",
    "source_ref",
    "indicator_id",
    "status",
    "stage",
    "responsible_id",
    "responsible",
    "responsible_en",
    "ordered_at",
    "plan_due_at",
    "due_at",
    "is_provisional",
    "planned_at",
    "proved_at",
    "closed_at",
    "is_overdue",
    "has_request",
    "round",
    "version",
)


@dataclass(frozen=True)
class Plan:
    """A plan as it was handed in."""

    cause: str
    measures: str
    finish_on: date
    name: str
    name_en: str
    handed_in_at: datetime


@dataclass(frozen=True)
class Proof:
    """A proof as it was handed in, with its files."""

    proof_id: int
    summary: str
    name: str
    name_en: str
    handed_in_at: datetime
    files: tuple[KeptFile, ...]


@dataclass(frozen=True)
class Verification:
    """A decision on a proof; `figures` as they stood then, None when the order names no indicator."""

    verdict: Verdict
    note: str
    name: str
    name_en: str
    verified_at: datetime
    figures: Comparison | None


@dataclass(frozen=True)
class Step:
    """One line of the timeline."""

    kind: StepKind
    happened_at: datetime
    name: str
    name_en: str
    note: str


@dataclass(frozen=True)
class Extension:
    """The extension of an order."""

    reason: str
    asked_by: int | None
    asked_at: datetime
    is_granted: bool | None
    note: str


@dataclass(frozen=True)
class RectificationDetail:
    """One order with everything that happened to it, newest plans, proofs and verifications last."""

    row: dict[str, Any]  # Any: COLUMNS, moments as datetimes
    demand: str
    demand_en: str
    due_id: int  # of the time limit that runs now
    plans: tuple[Plan, ...]
    proofs: tuple[Proof, ...]
    verifications: tuple[Verification, ...]
    steps: tuple[Step, ...]
    extension: Extension | None
    party_ids: frozenset[int]  # those on the unit's side, who cannot verify
    now_figures: Comparison | None  # while a proof waits: what the verifier sees

    @property
    def status(self) -> Status:
        return Status(self.row["status"])


@dataclass(frozen=True)
class LoopFigures:
    """How well the loop closes. `due_count`: orders closed, or past their time; `median_days` from order to closing."""

    open_count: int
    overdue_count: int
    closed_count: int
    due_count: int
    median_days: float | None

    @property
    def closure_share(self) -> float | None:
        return self.closed_count / self.due_count if self.due_count else None


def rectifications(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per order in the actor's scope, the newest first: COLUMNS.

    `source`, `status`, `stage` are enum members; missing texts "", missing moments NaT, missing ids empty. `due_at` is
    the time limit that runs now; `has_request` says that an extension waits for a decision.
    """
    actor.check(READ)
    rows = session.execute(order_rows(actor).order_by(Rectification.ordered_at.desc(), Rectification.id.desc()))
    return frame_of([row._asdict() for row in rows], now)


def frame_of(rows: list[dict[str, Any]], now: datetime) -> pd.DataFrame:  # Any: values of a row
    made = [with_stage(row, now) for row in rows]
    frame = pd.DataFrame(made, columns=list(COLUMNS))
    moments = ("ordered_at", "plan_due_at", "due_at", "planned_at", "proved_at", "closed_at")
    frame = frame.astype(
        {
            **dict.fromkeys(("rectification_id", "service_id", "round", "version"), "int64"),
            **dict.fromkeys(("indicator_id", "responsible_id"), "Int64"),
            **dict.fromkeys(("is_provisional", "is_overdue", "has_request"), "bool"),
        }
    )
    kept = {name: members(row[name] for row in made) for name in ("source", "status", "stage")}
    return frame.assign(**kept, **{name: pd.to_datetime(frame[name], utc=True) for name in moments})


def with_stage(row: dict[str, Any], now: datetime) -> dict[str, Any]:  # Any: values of a row
    """A row as read, with what follows from it and now."""
    status, due_at = row["status"], row["due_at"]
    return row | {
        "number": rules.number_of(row["rectification_id"], row["ordered_at"]),
        "stage": rules.stage_of(status, due_at, now, is_planned=row["planned_at"] is not None),
        "is_overdue": rules.is_overdue(status, due_at, now),
    }


def order_rows(actor: Actor) -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as COLUMNS, less the computed ones
    due, plan_due, responsible = aliased(DueDate), aliased(DueDate), aliased(Person)
    asked = RectificationExtension
    return (
        sa.select(
            Rectification.id.label("rectification_id"),
            Rectification.title,
            sa.func.coalesce(Rectification.title_en, "").label("title_en"),
            Rectification.service_id,
            Service.code.label("service_code"),
            Service.name.label("service"),
            sa.func.coalesce(Service.name_en, "").label("service_en"),
            Provider.name.label("provider"),
            sa.func.coalesce(Provider.name_en, "").label("provider_en"),
            Department.code.label("department_code"),
            Department.name.label("department"),
            sa.func.coalesce(Department.name_en, "").label("department_en"),
            Area.code.label("area_code"),
            Area.name.label("area"),
            sa.func.coalesce(Area.name_en, "").label("area_en"),
            Rectification.source,
            Rectification.source_ref,
            Rectification.indicator_id,
            Rectification.status,
            Rectification.responsible_id,
            sa.func.coalesce(responsible.name, "").label("responsible"),
            sa.func.coalesce(responsible.name_en, "").label("responsible_en"),
            Rectification.ordered_at,
            plan_due.due_at.label("plan_due_at"),
            due.due_at.label("due_at"),
            due.is_provisional.label("is_provisional"),
            Rectification.planned_at,
            Rectification.proved_at,
            Rectification.closed_at,
            sa.and_(asked.asked_at.is_not(None), asked.decided_at.is_(None)).label("has_request"),
            Rectification.round,
            Rectification.version,
        )
        .join(Service, Service.id == Rectification.service_id)
        .join(Provider, Provider.id == Service.provider_id)
        .join(Department, Department.id == Provider.department_id)
        .join(Area, Area.id == Service.area_id)
        .join(due, due.id == sa.func.coalesce(Rectification.rework_due_id, Rectification.due_id))
        .join(plan_due, plan_due.id == Rectification.plan_due_id)
        .outerjoin(responsible, responsible.id == Rectification.responsible_id)
        .outerjoin(asked, asked.rectification_id == Rectification.id)
        .where(Rectification.service_id.in_(visible_services(actor, READ)))
    )


def rectification(session: Session, rectification_id: int, *, actor: Actor, now: datetime) -> RectificationDetail:
    """One order with its history. Raises NotFound."""
    actor.check(READ)
    found = session.execute(order_rows(actor).where(Rectification.id == rectification_id)).one_or_none()
    if found is None:
        raise NotFound("rectification_unknown")
    stored = session.get_one(Rectification, rectification_id)
    plans, proofs = plans_of(session, rectification_id), proofs_of(session, rectification_id, actor)
    waits = stored.status is Status.PROVED and bool(proofs)
    return RectificationDetail(
        row=with_stage(found._asdict(), now),
        demand=stored.demand,
        demand_en=stored.demand_en or "",
        due_id=stored.rework_due_id or stored.due_id,
        plans=tuple(plan for plan, _ in plans),
        proofs=tuple(proof for proof, _ in proofs),
        verifications=verifications_of(session, rectification_id),
        steps=steps_of(session, rectification_id),
        extension=extension_of(session, rectification_id),
        party_ids=frozenset(
            one for one in (stored.responsible_id, *(who for _, who in plans), *(who for _, who in proofs)) if one
        ),
        now_figures=compared(session, stored, proofs[-1][0].handed_in_at, actor=actor, now=now) if waits else None,
    )


def person_names() -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """A person's name and English name, empty where there is none."""
    return sa.func.coalesce(Person.name, ""), sa.func.coalesce(Person.name_en, "")


def plans_of(session: Session, rectification_id: int) -> list[tuple[Plan, int | None]]:
    statement = (
        sa.select(RectificationPlan, *person_names())
        .outerjoin(Person, Person.id == RectificationPlan.person_id)
        .where(RectificationPlan.rectification_id == rectification_id)
        .order_by(RectificationPlan.id)
    )
    return [
        (Plan(one.cause, one.measures, one.finish_on, name, name_en, one.handed_in_at), one.person_id)
        for one, name, name_en in session.execute(statement)
    ]


def proofs_of(session: Session, rectification_id: int, actor: Actor) -> list[tuple[Proof, int | None]]:
    statement = (
        sa.select(RectificationProof, *person_names())
        .outerjoin(Person, Person.id == RectificationProof.person_id)
        .where(RectificationProof.rectification_id == rectification_id)
        .order_by(RectificationProof.id)
    )
    return [
        (
            Proof(
                one.id,
                one.summary,
                name,
                name_en,
                one.handed_in_at,
                tuple(files_of(session, f"rectification_proof:{one.id}", actor=actor)),
            ),
            one.person_id,
        )
        for one, name, name_en in session.execute(statement)
    ]


def verifications_of(session: Session, rectification_id: int) -> tuple[Verification, ...]:
    statement = (
        sa.select(RectificationVerification, *person_names())
        .outerjoin(Person, Person.id == RectificationVerification.person_id)
        .where(RectificationVerification.rectification_id == rectification_id)
        .order_by(RectificationVerification.id)
    )
    return tuple(
        Verification(one.verdict, one.note, name, name_en, one.verified_at, kept_figures(one))
        for one, name, name_en in session.execute(statement)
    )


def kept_figures(one: RectificationVerification) -> Comparison | None:
    if one.effect is None:
        return None
    names = ("since", "until", "n", "numerator", "denominator", "square", "value")
    before, after = (Span(**{name: getattr(one, f"{side}_{name}") for name in names}) for side in ("before", "after"))
    return Comparison(before, after, Effect(one.effect))


def steps_of(session: Session, rectification_id: int) -> tuple[Step, ...]:
    statement = (
        sa.select(RectificationStep, *person_names())
        .outerjoin(Person, Person.id == RectificationStep.person_id)
        .where(RectificationStep.rectification_id == rectification_id)
        .order_by(RectificationStep.happened_at, RectificationStep.id)
    )
    return tuple(
        Step(one.kind, one.happened_at, name, name_en, one.note) for one, name, name_en in session.execute(statement)
    )


def extension_of(session: Session, rectification_id: int) -> Extension | None:
    found = session.get(RectificationExtension, rectification_id)
    if found is None:
        return None
    return Extension(found.reason, found.asked_by, found.asked_at, found.is_granted, found.note)


def proof_file(session: Session, rectification_id: int, proof_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of one file of a proof. Raises NotFound."""
    actor.check(READ)
    statement = (
        sa.select(RectificationProof.id)
        .join(Rectification, Rectification.id == RectificationProof.rectification_id)
        .where(
            RectificationProof.id == proof_id,
            Rectification.id == rectification_id,
            Rectification.service_id.in_(visible_services(actor, READ)),
        )
    )
    if session.scalar(statement) is None:
        raise NotFound("rectification_unknown")
    return file_content(session, f"rectification_proof:{proof_id}", file_id, actor=actor)


def rectification_of(session: Session, source: Source, source_ref: str, *, actor: Actor) -> Rectification | None:
    """The order that this raised, if there is one in the actor's scope."""
    return session.scalars(
        sa.select(Rectification).where(
            Rectification.source == source,
            Rectification.source_ref == source_ref,
            Rectification.service_id.in_(visible_services(actor, READ)),
        )
    ).one_or_none()


def open_signal_order(session: Session, service_id: int, indicator_id: int, *, actor: Actor) -> int | None:
    """The newest open order that a signal of this service and indicator raised, whenever it was first seen."""
    statement = (
        sa.select(Rectification.id)
        .where(
            Rectification.source == Source.SIGNAL,
            Rectification.service_id == service_id,
            Rectification.indicator_id == indicator_id,
            Rectification.status.in_([status for status in Status if status.is_open]),
            Rectification.service_id.in_(visible_services(actor, READ)),
        )
        .order_by(Rectification.id.desc())
    )
    return session.scalar(statement.limit(1))


def loop_figures(frame: pd.DataFrame) -> LoopFigures:
    """How well the loop closes over the orders of a frame as `rectifications` gives it; withdrawn ones left out."""
    counted = frame[frame["status"] != Status.WITHDRAWN]
    closed = counted[counted["status"] == Status.CLOSED]
    overdue = int(counted["is_overdue"].sum())
    days = (closed["closed_at"] - closed["ordered_at"]).dt.total_seconds() / 86400
    return LoopFigures(
        open_count=len(counted) - len(closed),
        overdue_count=overdue,
        closed_count=len(closed),
        due_count=len(closed) + overdue,
        median_days=float(days.median()) if len(closed) else None,
    )


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do about rectifications, the most pressing first."""
    if not actor.has(READ):
        return []
    rows = session.execute(
        order_rows(actor)
        .where(Rectification.status.in_([status for status in Status if status.is_open]))
        .order_by(sa.literal_column("due_at"), Rectification.id)
    )
    reach = {right: scope_of(session, actor, right) for right in RIGHTS}
    lines = [line for row in rows if (line := waiting_line(with_stage(row._asdict(), now), reach, actor)) is not None]
    return sorted(lines, key=lambda line: (line.due_at is None, line.due_at))[:WAITING_LINES]


RIGHTS = (
    Permission.RECTIFICATIONS_ANSWER,
    Permission.RECTIFICATIONS_VERIFY,
    Permission.RECTIFICATIONS_APPROVE,
    Permission.RECTIFICATIONS_ORDER,
)


def rights_over(session: Session, service_id: int, *, actor: Actor) -> frozenset[Permission]:
    """What this person may do with the orders of one service."""
    return frozenset(
        right
        for right in RIGHTS
        if actor.has(right)
        and session.scalar(visible_services(actor, right).where(Service.id == service_id)) is not None
    )


def scope_of(session: Session, actor: Actor, right: Permission) -> frozenset[int]:
    """The ids of the services over which the actor holds a right."""
    return frozenset(session.scalars(visible_services(actor, right))) if actor.has(right) else frozenset()


def waiting_line(
    row: dict[str, Any], reach: dict[Permission, frozenset[int]], actor: Actor
) -> Waiting | None:  # Any: values of a row
    """What an order asks of this person, if anything."""
    code = waiting_code(row, {right for right, ids in reach.items() if row["service_id"] in ids}, actor)
    if code is None:
        return None
    is_plan = code == "rectification_plan"
    facts: dict[str, Fact] = {name: pick(row[name], row[f"{name}_en"]) for name in ("title", "service", "responsible")}
    facts |= {"ordered": day_text(row["ordered_at"]), "proved": day_text(row["proved_at"])}
    due_at = min(row["plan_due_at"], row["due_at"]) if is_plan else row["due_at"]
    due = None if code in ("rectification_verify", "rectification_extension") else due_at
    query = {"rectification": str(row["rectification_id"])}
    return Waiting(code, "rectifications", due_at=due, facts=facts, query=query)


def waiting_code(row: dict[str, Any], rights: set[Permission], actor: Actor) -> str | None:  # Any: values of a row
    status: Status = row["status"]
    if Permission.RECTIFICATIONS_ANSWER in rights and status.is_with_unit:
        codes = {Status.ORDERED: "rectification_plan", Status.PLANNED: "rectification_proof"}
        return codes.get(status, "rectification_again")
    if row["has_request"] and Permission.RECTIFICATIONS_APPROVE in rights:
        return "rectification_extension"
    is_party = actor.person_id is not None and actor.person_id == row["responsible_id"]
    if status is Status.PROVED and Permission.RECTIFICATIONS_VERIFY in rights and not is_party:
        return "rectification_verify"
    if row["is_overdue"] and Permission.RECTIFICATIONS_ORDER in rights:
        return "rectification_overdue"
    return None


def day_text(at: datetime | None) -> str:
    return "" if at is None else day(local_day(at, settings().zone))
