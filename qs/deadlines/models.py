"""How deadlines are stored: years of the calendar, packs of time limits, and due dates that no later edit moves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.deadlines.terms import ChangeKind, DayType, LimitKind


class CalendarYear(Model):
    """One year of the working-day calendar in one version; the highest version counts."""

    __tablename__ = "calendar_year"
    __table_args__ = (
        sa.UniqueConstraint("year", "version"),
        sa.CheckConstraint("version >= 1", name="version_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str] = mapped_column(sa.String(200))
    notice: Mapped[str] = mapped_column(sa.String(100))  # the number of the notice
    published_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(300))
    loaded_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    days: Mapped[list[CalendarDay]] = relationship(lazy="raise", order_by="CalendarDay.day")


class CalendarDay(Model):
    """A day that is not what its weekday says: a day off, or a make-up working day."""

    __tablename__ = "calendar_day"
    __table_args__ = (sa.CheckConstraint("type IN ('holiday', 'makeup_work')", name="type_is_special"),)

    calendar_year_id: Mapped[int] = mapped_column(sa.ForeignKey("calendar_year.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    type: Mapped[DayType] = mapped_column(enum_column(DayType))
    name: Mapped[str] = mapped_column(sa.String(100))
    name_en: Mapped[str] = mapped_column(sa.String(100))


class DeadlinePack(Model):
    """A set of time limits in one version."""

    __tablename__ = "deadline_pack"
    __table_args__ = (sa.UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(300))
    source_en: Mapped[str] = mapped_column(sa.String(300))
    loaded_at: Mapped[datetime]

    rules: Mapped[list[DeadlineRule]] = relationship(lazy="raise", order_by="DeadlineRule.id")


class DeadlineRule(Model):
    """One time limit of a pack; never changes, because due dates were counted by it."""

    __tablename__ = "deadline_rule"
    __table_args__ = (
        sa.UniqueConstraint("pack_id", "code"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("deadline_pack.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[LimitKind] = mapped_column(enum_column(LimitKind))
    amount: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(300))
    source_en: Mapped[str] = mapped_column(sa.String(300))


class DueDate(Model):
    """A moment by which something must be done, with how it was counted. Other tables point at it by `due_id`.

    Only its changes move it; a later edit of the calendar never does.
    """

    __tablename__ = "due_date"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)  # kind:id
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("deadline_rule.id"))
    calendar_version: Mapped[str] = mapped_column(sa.String(200))  # the years it was counted with, 2025.1 2026.1
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)  # as it stands now
    is_provisional: Mapped[bool]
    computed_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    trace: Mapped[list[Any]] = mapped_column(sa.JSON)  # Any: JSON; [day, type, number] of the first count


class DueChange(Model):
    """One move of a due date: an extension, a pause, or a new count, with its reason."""

    __tablename__ = "due_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    due_id: Mapped[int] = mapped_column(sa.ForeignKey("due_date.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deadline_rule.id"))  # of an extension or another rule
    calendar_version: Mapped[str] = mapped_column(sa.String(200))
    due_before: Mapped[datetime]
    due_after: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(500))
    paused_at: Mapped[datetime | None]  # of a resumption: when the clock had been stopped
    changed_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
