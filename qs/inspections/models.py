"""How inspections are stored: the plan with its draw, the checklist with findings, and every step on the way."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.inspections.terms import Grade, InspectionState, InspectionType, Judgement, RecusalReason, Verdict
from qs.texts import LONG

OPEN_STATES = "state IN ('planned', 'announced', 'on_site')"


class ClauseMark(Model):
    """What a clause weighs in checklists and whether safety hangs on it; weight 1 and no safety where there is none."""

    __tablename__ = "inspection_clause_mark"
    __table_args__ = (sa.CheckConstraint("weight >= 0.1 AND weight <= 10", name="weight_in_range"),)

    clause_id: Mapped[int] = mapped_column(sa.ForeignKey("clause.id"), primary_key=True)
    weight: Mapped[float]
    is_safety: Mapped[bool]


class Inspection(Model):
    """One inspection of one service (检查), from the plan to the published result."""

    __tablename__ = "inspection"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= opens_on", name="window_in_order"),
        sa.CheckConstraint("(letter_number IS NULL) = (concluded_at IS NULL)", name="letter_when_concluded"),
        sa.UniqueConstraint("letter_year", "letter_number"),
        sa.Index(
            "ix_inspection_open",
            "service_id",
            "period",
            unique=True,
            sqlite_where=sa.text(OPEN_STATES),
            postgresql_where=sa.text(OPEN_STATES),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    type: Mapped[InspectionType] = mapped_column(enum_column(InspectionType))
    state: Mapped[InspectionState] = mapped_column(enum_column(InspectionState), index=True)
    period: Mapped[str] = mapped_column(sa.String(6))  # the quarter of the first day, 2026Q4
    reason: Mapped[str] = mapped_column(sa.String(LONG))
    opens_on: Mapped[date]
    ends_on: Mapped[date]
    inspector_count: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(64))
    pool: Mapped[list[str]] = mapped_column(sa.JSON)  # user names, in the order of the draw
    planned_at: Mapped[datetime]
    planner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))  # of the defence
    begun_at: Mapped[datetime | None]
    findings_sent_at: Mapped[datetime | None]
    defended_at: Mapped[datetime | None]
    concluded_at: Mapped[datetime | None]
    letter_year: Mapped[int | None]
    letter_number: Mapped[int | None]
    opinion: Mapped[str] = mapped_column(sa.String(LONG), default="")
    opinion_en: Mapped[str] = mapped_column(sa.String(LONG), default="")
    grade: Mapped[Grade | None] = mapped_column(enum_column(Grade))
    is_capped: Mapped[bool] = mapped_column(default=False)  # by a major finding on safety
    score: Mapped[float | None]  # 0 to 1, by weights
    item_count: Mapped[int | None]  # judged, not applicable left out
    conform_count: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(sa.String(LONG), default="")
    summary_en: Mapped[str] = mapped_column(sa.String(LONG), default="")
    version: Mapped[int] = mapped_column(default=1)

    inspectors: Mapped[list[Inspector]] = relationship(lazy="raise", order_by="Inspector.place")
    recusals: Mapped[list[Recusal]] = relationship(lazy="raise", order_by="Recusal.id")
    items: Mapped[list[Item]] = relationship(lazy="raise", order_by="Item.position")


class Inspector(Model):
    """One person drawn for one inspection."""

    __tablename__ = "inspection_inspector"

    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    place: Mapped[int]  # in the order of the draw, from 1


class Recusal(Model):
    """One person who must not go, and why."""

    __tablename__ = "inspection_recusal"
    __table_args__ = (sa.UniqueConstraint("inspection_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[RecusalReason] = mapped_column(enum_column(RecusalReason))
    note: Mapped[str] = mapped_column(sa.String(LONG), default="")


class Item(Model):
    """One item of a checklist: a clause edition, what was found, and when it is a finding, what became of it."""

    __tablename__ = "inspection_item"
    __table_args__ = (
        sa.UniqueConstraint("inspection_id", "clause_edition_id"),
        sa.CheckConstraint("verdict IS NULL OR judgement IN ('minor', 'major')", name="verdict_on_finding"),
        sa.CheckConstraint("(judgement IS NULL) = (judged_at IS NULL)", name="judged_with_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"))
    position: Mapped[int]
    clause_edition_id: Mapped[int] = mapped_column(sa.ForeignKey("clause_edition.id"))
    weight: Mapped[float]
    is_safety: Mapped[bool]
    judgement: Mapped[Judgement | None] = mapped_column(enum_column(Judgement))
    note: Mapped[str] = mapped_column(sa.String(LONG), default="")
    judged_at: Mapped[datetime | None]
    judge_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    defence: Mapped[str | None] = mapped_column(sa.String(LONG))  # empty: accepted; missing: nothing said
    verdict: Mapped[Verdict | None] = mapped_column(enum_column(Verdict))
    answer: Mapped[str] = mapped_column(sa.String(LONG), default="")
    demand: Mapped[str] = mapped_column(sa.String(LONG), default="")
    version: Mapped[int] = mapped_column(default=1)


class InspectionStep(Model):
    """One change of state: who, when, from where to where, with a note."""

    __tablename__ = "inspection_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    from_state: Mapped[InspectionState | None] = mapped_column(enum_column(InspectionState, is_checked=False))
    to_state: Mapped[InspectionState] = mapped_column(enum_column(InspectionState, is_checked=False))
    note: Mapped[str] = mapped_column(sa.String(LONG), default="")
