"""How the programme is stored: a plan with tasks, the baseline they were adopted with, and every step since."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.programme.terms import REASON_LENGTH, TITLE_LENGTH, Party, Phase, Step


class Plan(Model):
    """An implementation plan (实施方案): one runs at a time."""

    __tablename__ = "plan"
    __table_args__ = (
        sa.CheckConstraint("(adopted_at IS NULL) = (adopted_by IS NULL)", name="adopted_by_somebody"),
        sa.CheckConstraint("adopted_by <> written_by", name="adopted_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    starts_on: Mapped[date]
    written_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[datetime]
    adopted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    adopted_at: Mapped[datetime | None]

    tasks: Mapped[list[PlanTask]] = relationship(lazy="raise", order_by="PlanTask.id")


class PlanTask(Model):
    """One task: goal, measure, who, when; `baseline_…` are the dates it was adopted with."""

    __tablename__ = "plan_task"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "code"),
        sa.CheckConstraint("due_on >= starts_on", name="in_order"),
        sa.CheckConstraint("progress_share >= 0 AND progress_share <= 1", name="progress_is_a_share"),
        sa.CheckConstraint("weight > 0", name="weight_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(64))
    phase: Mapped[Phase] = mapped_column(enum_column(Phase))
    party: Mapped[Party] = mapped_column(enum_column(Party))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    measure: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    measure_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    weight: Mapped[int]
    is_milestone: Mapped[bool]
    starts_on: Mapped[date]
    due_on: Mapped[date]
    baseline_starts_on: Mapped[date]
    baseline_due_on: Mapped[date]
    progress_share: Mapped[float] = mapped_column(default=0.0)
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    steps: Mapped[list[PlanStep]] = relationship(lazy="raise", order_by="PlanStep.id")


class PlanStep(Model):
    """One thing done to a task, and by whom."""

    __tablename__ = "plan_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_task.id"), index=True)
    step: Mapped[Step] = mapped_column(enum_column(Step))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    progress_share: Mapped[float]
    note: Mapped[str] = mapped_column(sa.String(REASON_LENGTH), default="")


class PlanChange(Model):
    """Somebody's wish for other dates: asked with a reason, decided by somebody else."""

    __tablename__ = "plan_change"
    __table_args__ = (
        sa.CheckConstraint("due_on >= starts_on", name="in_order"),
        sa.CheckConstraint("decided_by <> asked_by", name="decided_by_another"),
        sa.CheckConstraint("(decided_at IS NULL) = (is_approved IS NULL)", name="decided_whole"),
        sa.Index(
            "uq_plan_change_open",
            "task_id",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_task.id"), index=True)
    starts_on: Mapped[date]
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(REASON_LENGTH))
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]


class Responsibility(Model):
    """Who answers for a party, from one day on; the latest row counts."""

    __tablename__ = "responsibility"
    __table_args__ = (sa.UniqueConstraint("party", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[Party] = mapped_column(enum_column(Party))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    since: Mapped[date]
    named_at: Mapped[datetime]
