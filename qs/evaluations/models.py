"""How evaluations are stored: templates and cycles, one sheet per service and subject, and every step on the way."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.evaluations.terms import AppealOutcome, CriterionKind, SheetState, Subject
from qs.texts import LONG, SHORT


class Template(Model):
    """What the sheets of one subject ask, in one version; the highest version is used for new cycles."""

    __tablename__ = "evaluation_template"
    __table_args__ = (sa.UniqueConstraint("subject", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Subject] = mapped_column(enum_column(Subject))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(SHORT))
    name_en: Mapped[str] = mapped_column(sa.String(SHORT), default="")
    created_at: Mapped[datetime]

    criteria: Mapped[list[Criterion]] = relationship(
        lazy="raise", order_by="Criterion.position", cascade="all, delete-orphan"
    )


class Criterion(Model):
    """One criterion of a template: what is scored from 0 to 100, by which panel, and what stands behind it."""

    __tablename__ = "evaluation_criterion"
    __table_args__ = (
        sa.UniqueConstraint("template_id", "code"),
        sa.CheckConstraint("weight > 0 AND weight <= 1", name="weight_is_a_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_template.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[CriterionKind] = mapped_column(enum_column(CriterionKind))
    name: Mapped[str] = mapped_column(sa.String(SHORT))
    name_en: Mapped[str] = mapped_column(sa.String(SHORT), default="")
    guidance: Mapped[str] = mapped_column(sa.String(LONG))
    guidance_en: Mapped[str] = mapped_column(sa.String(LONG), default="")
    weight: Mapped[float]
    clause_id: Mapped[int | None] = mapped_column(sa.ForeignKey("clause.id"))
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"))


class Cycle(Model):
    """One round of evaluation over one quarter."""

    __tablename__ = "evaluation_cycle"
    __table_args__ = (sa.CheckConstraint("ends_on > starts_on", name="quarter_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(6), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # the first day after the quarter
    due_on: Mapped[date]  # by when sheets are to be submitted
    opened_at: Mapped[datetime]
    opener_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class Assignment(Model):
    """One service that one third-party evaluator is to assess in one cycle."""

    __tablename__ = "evaluation_assignment"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_cycle.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime]


class Sheet(Model):
    """What one subject says of one service in one cycle."""

    __tablename__ = "evaluation_sheet"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "service_id", "subject"),
        sa.CheckConstraint("(state = 'not_reported') = (missing_reason <> '')", name="reason_when_not_reported"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_cycle.id"), index=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    subject: Mapped[Subject] = mapped_column(enum_column(Subject))
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_template.id"), index=True)
    state: Mapped[SheetState] = mapped_column(enum_column(SheetState))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # who submitted it last
    submitted_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    approver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))  # until when an appeal is possible
    missing_reason: Mapped[str] = mapped_column(sa.String(LONG), default="")
    version: Mapped[int] = mapped_column(default=1)


class Score(Model):
    """What a sheet says on one criterion, and what that rests on."""

    __tablename__ = "evaluation_score"
    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "criterion_id"),
        sa.CheckConstraint("score >= 0 AND score <= 100", name="score_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_sheet.id"))
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_criterion.id"))
    score: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.String(LONG), default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    scored_at: Mapped[datetime]


class MethodStatement(Model):
    """How a third party came to its scores, with its declaration of interests."""

    __tablename__ = "evaluation_method"
    __table_args__ = (
        sa.CheckConstraint("sample_size > 0", name="sample_not_empty"),
        sa.CheckConstraint("response_count >= 0 AND response_count <= sample_size", name="responses_in_sample"),
        sa.CheckConstraint("ended_on >= began_on", name="days_in_order"),
        sa.CheckConstraint("margin_points >= 0 AND margin_points <= 50", name="margin_in_range"),
    )

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_sheet.id"), primary_key=True)
    population: Mapped[str] = mapped_column(sa.String(LONG))
    sampling: Mapped[str] = mapped_column(sa.String(LONG))
    method: Mapped[str] = mapped_column(sa.String(LONG))
    sample_size: Mapped[int]
    response_count: Mapped[int]
    began_on: Mapped[date]
    ended_on: Mapped[date]
    margin_points: Mapped[float]
    has_no_conflict: Mapped[bool]


class Consensus(Model):
    """What assessors who differed agreed on, for one service in one cycle."""

    __tablename__ = "evaluation_consensus"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_cycle.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    note: Mapped[str] = mapped_column(sa.String(LONG))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class Appeal(Model):
    """One appeal of a service leader against an approved result."""

    __tablename__ = "evaluation_appeal"
    __table_args__ = (
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="outcome_when_decided"),
        sa.Index(
            "ix_evaluation_appeal_pending",
            "sheet_id",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_sheet.id"), index=True)
    grounds: Mapped[str] = mapped_column(sa.String(LONG))
    filer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    filed_at: Mapped[datetime]
    due_id: Mapped[int] = mapped_column(sa.ForeignKey("due_date.id"))
    approver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # of the result appealed against
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    outcome: Mapped[AppealOutcome | None] = mapped_column(enum_column(AppealOutcome))
    answer: Mapped[str] = mapped_column(sa.String(LONG), default="")
    judge_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class SheetStep(Model):
    """One change of a sheet's state: who, when, from where to where, with a note."""

    __tablename__ = "evaluation_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation_sheet.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    from_state: Mapped[SheetState | None] = mapped_column(enum_column(SheetState, is_checked=False))
    to_state: Mapped[SheetState] = mapped_column(enum_column(SheetState, is_checked=False))
    note: Mapped[str] = mapped_column(sa.String(LONG), default="")
