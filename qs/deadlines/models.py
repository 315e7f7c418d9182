"""How deadlines are stored: years of the calendar, packs of time limits, and due dates that no later edit moves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.deadlines.terms import DEFAULT_PACK, Aim, ChangeKind, DayType, Extension, LimitKind, TargetUnit

CODE_LENGTH, WINDOWS_LENGTH, USUAL_TEXT = 64, 80, "09:00-12:00 13:30-17:30"


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
    region: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")  # where it applies
    region_en: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    approver: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")  # of an extension
    approver_en: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    extension: Mapped[Extension] = mapped_column(
        enum_column(Extension), default=Extension.ONCE, server_default=Extension.ONCE.value
    )
    without: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")  # nothing in their place
    loaded_at: Mapped[datetime]

    rules: Mapped[list[DeadlineRule]] = relationship(lazy="raise", order_by="DeadlineRule.id")


class DeadlineRule(Model):
    """One time limit of a pack; never changes, because due dates were counted by it."""

    __tablename__ = "deadline_rule"
    __table_args__ = (
        sa.UniqueConstraint("pack_id", "code"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("times > 0", name="times_positive"),
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
    article: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    is_local: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # a local rule, no law's
    rolls_forward: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    times: Mapped[int | None]  # how often it may put off one due date; empty: as often as the room lets it
    note: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    note_en: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")


class ServiceLevel(Model):
    """A service level that a pack documents, such as how soon a call is answered. Nothing is counted by it."""

    __tablename__ = "service_level"
    __table_args__ = (sa.CheckConstraint("amount > 0", name="amount_positive"),)

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("deadline_pack.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), primary_key=True)
    place: Mapped[int]  # in the order of the file
    aim: Mapped[Aim] = mapped_column(enum_column(Aim))
    amount: Mapped[float]
    unit: Mapped[TargetUnit] = mapped_column(enum_column(TargetUnit))
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(300))
    source_en: Mapped[str] = mapped_column(sa.String(300))


class PackChoice(Model):
    """Which pack the office counts by from a moment on; the highest version counts."""

    __tablename__ = "pack_choice"
    __table_args__ = (sa.CheckConstraint("version >= 1", name="version_positive"),)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pack: Mapped[str] = mapped_column(sa.String(CODE_LENGTH))
    reason: Mapped[str] = mapped_column(sa.String(500))
    chosen_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class OpeningHours(Model):
    """When the office, or the work under one pack, is open on working days; the highest version counts."""

    __tablename__ = "opening_hours"
    __table_args__ = (sa.CheckConstraint("version >= 1", name="version_positive"),)

    pack: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), primary_key=True)  # empty: the office's own
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    windows: Mapped[str] = mapped_column(sa.String(WINDOWS_LENGTH))  # 09:00-12:00 13:30-17:30; empty: as the office
    reason: Mapped[str] = mapped_column(sa.String(500))
    changed_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class DueDate(Model):
    """A moment by which something must be done, with how it was counted. Other tables point at it by `due_id`.

    Only its changes move it; a later edit of the calendar never does.
    """

    __tablename__ = "due_date"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)  # kind:id
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("deadline_rule.id"))
    pack: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), default=DEFAULT_PACK, server_default=DEFAULT_PACK)
    urgency: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), default="", server_default="")
    calendar_version: Mapped[str] = mapped_column(sa.String(200))  # the years it was counted with, 2025.1 2026.1
    windows: Mapped[str] = mapped_column(  # the opening hours it was counted with
        sa.String(WINDOWS_LENGTH), default=USUAL_TEXT, server_default=USUAL_TEXT
    )
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)  # as it stands now
    is_provisional: Mapped[bool]
    computed_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    trace: Mapped[list[Any]] = mapped_column(sa.JSON)  # Any: JSON; [day, type, number, seconds] of the first count


class DueChange(Model):
    """One move of a due date: an extension, a pause, or a new count, with its reason."""

    __tablename__ = "due_change"
    __table_args__ = (sa.CheckConstraint("(limit_kind IS NULL) = (amount IS NULL)", name="limit_whole"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    due_id: Mapped[int] = mapped_column(sa.ForeignKey("due_date.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deadline_rule.id"))  # of an extension or another rule
    limit_kind: Mapped[LimitKind | None] = mapped_column(enum_column(LimitKind))  # of an extension by a law
    amount: Mapped[int | None]
    law: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    calendar_version: Mapped[str] = mapped_column(sa.String(200))
    due_before: Mapped[datetime]
    due_after: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(500))
    paused_at: Mapped[datetime | None]  # of a resumption: when the clock had been stopped
    changed_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
