"""What can be asked of rectifications: the list, the order that something raised, how well the loop closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.deadlines.models import DueDate
from qs.directory.models import Area, Department, Provider, Service
from qs.directory.queries import visible_services
from qs.frames import members
from qs.rectifications import rules
from qs.rectifications.models import Rectification, RectificationExtension
from qs.rectifications.terms import Source, Status

READ = Permission.RECTIFICATIONS_READ
RIGHTS = (
    Permission.RECTIFICATIONS_ANSWER,
    Permission.RECTIFICATIONS_VERIFY,
    Permission.RECTIFICATIONS_APPROVE,
    Permission.RECTIFICATIONS_ORDER,
)
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


def rights_over(session: Session, service_id: int, *, actor: Actor) -> frozenset[Permission]:
    """What this person may do with the orders of one service."""
    return frozenset(
        right
        for right in RIGHTS
        if actor.has(right)
        and session.scalar(visible_services(actor, right).where(Service.id == service_id)) is not None
    )
