"""How rectifications are stored: the order, its plans, proofs and verifications, and every step."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.rectifications.terms import Effect, Lasting, Source, Status, StepKind, Verdict
from qs.standards.terms import Direction
from qs.texts import LONG, SHORT


class Rectification(Model):
    """One order to put something right (整改). Whether it is late is a function of its due date and now."""

    __tablename__ = "rectification"
    __table_args__ = (
        sa.UniqueConstraint("source", "source_ref"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_with_moment"),
        sa.CheckConstraint("round >= 1", name="round_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    source: Mapped[Source] = mapped_column(enum_column(Source))
    source_ref: Mapped[str] = mapped_column(sa.String(80))
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"))
    title: Mapped[str] = mapped_column(sa.String(SHORT))
    title_en: Mapped[str | None] = mapped_column(sa.String(SHORT))
    demand: Mapped[str] = mapped_column(sa.String(LONG))
    demand_en: Mapped[str | None] = mapped_column(sa.String(LONG))
    responsible_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    status: Mapped[Status] = mapped_column(enum_column(Status), index=True)
    rule: Mapped[str] = mapped_column(sa.String(64))  # the time limit it was ordered under
    plan_due_id: Mapped[int] = mapped_column(sa.ForeignKey("due_date.id"))
    due_id: Mapped[int] = mapped_column(sa.ForeignKey("due_date.id"))
    rework_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))  # after the proof was sent back
    round: Mapped[int] = mapped_column(default=1)  # one more each time it is opened again after closing
    measured_at: Mapped[datetime | None]  # of the event that says on time or not, in this round
    counted_at: Mapped[datetime | None]  # of the event that says closed in the end or not, in this round
    ordered_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]  # of the newest plan
    proved_at: Mapped[datetime | None]  # of the newest proof
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class RectificationStep(Model):
    """One thing that happened to an order: who, when, from where to where."""

    __tablename__ = "rectification_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(enum_column(StepKind))
    from_status: Mapped[Status | None] = mapped_column(enum_column(Status, is_checked=False))
    to_status: Mapped[Status] = mapped_column(enum_column(Status, is_checked=False))
    note: Mapped[str] = mapped_column(sa.String(LONG))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    username: Mapped[str] = mapped_column(sa.String(64))
    happened_at: Mapped[datetime]


class RectificationPlan(Model):
    """A plan of the unit; a later one replaces it and both stay."""

    __tablename__ = "rectification_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    cause: Mapped[str] = mapped_column(sa.String(LONG))
    measures: Mapped[str] = mapped_column(sa.String(LONG))
    finish_on: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    handed_in_at: Mapped[datetime]


class RectificationProof(Model):
    """What the unit says it did; its files are kept as `rectification_proof:<id>`."""

    __tablename__ = "rectification_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    summary: Mapped[str] = mapped_column(sa.String(LONG))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    handed_in_at: Mapped[datetime]


class FrozenFigures:
    """The figures before an order and after it as they stood when somebody looked, with the test made of them then.

    All empty when no indicator is named. `days`: the figures of single days, oldest first, as DAY_FIELDS.
    """

    effect: Mapped[Effect | None] = mapped_column(enum_column(Effect))
    direction: Mapped[Direction | None] = mapped_column(enum_column(Direction, is_checked=False))
    before_since: Mapped[datetime | None]
    before_until: Mapped[datetime | None]
    before_n: Mapped[int | None] = mapped_column(sa.BigInteger)
    before_numerator: Mapped[float | None]
    before_denominator: Mapped[float | None]
    before_square: Mapped[float | None]
    before_value: Mapped[float | None]
    before_lower: Mapped[float | None]
    before_upper: Mapped[float | None]
    after_since: Mapped[datetime | None]
    after_until: Mapped[datetime | None]
    after_n: Mapped[int | None] = mapped_column(sa.BigInteger)
    after_numerator: Mapped[float | None]
    after_denominator: Mapped[float | None]
    after_square: Mapped[float | None]
    after_value: Mapped[float | None]
    after_lower: Mapped[float | None]
    after_upper: Mapped[float | None]
    dispersion: Mapped[float | None]
    difference: Mapped[float | None]
    difference_lower: Mapped[float | None]
    difference_upper: Mapped[float | None]
    p: Mapped[float | None]
    days: Mapped[list[list[Any]] | None] = mapped_column(sa.JSON(none_as_null=True))  # Any: a day, then numbers


class RectificationVerification(FrozenFigures, Model):
    """A decision on a proof, with the figures before the order and since the proof as they stood then."""

    __tablename__ = "rectification_verification"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    proof_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification_proof.id"))
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict))
    note: Mapped[str] = mapped_column(sa.String(LONG))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    verified_at: Mapped[datetime]


class RectificationRecheck(FrozenFigures, Model):
    """One look at the figures some weeks after a closing: once for each closing, never changed afterwards.

    Its frozen figures stand before the order and since the closing; `target` as it was then.
    """

    __tablename__ = "rectification_recheck"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    verification_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rectification_verification.id", name="fk_rectification_recheck_verification"), unique=True
    )
    lasting: Mapped[Lasting] = mapped_column(enum_column(Lasting))
    target: Mapped[float | None]
    checked_at: Mapped[datetime]


class RectificationExtension(Model):
    """The one extension of an order: asked for by the unit, decided by the office."""

    __tablename__ = "rectification_extension"
    __table_args__ = (sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided_with_answer"),)

    rectification_id: Mapped[int] = mapped_column(sa.ForeignKey("rectification.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(LONG))
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    is_granted: Mapped[bool | None]
    note: Mapped[str] = mapped_column(sa.String(LONG), default="")
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
