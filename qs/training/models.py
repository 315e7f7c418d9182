"""How training is stored: partners, courses with sessions, staff with attendance, needs, and talent programmes."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.training.terms import (
    CODE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Attendance,
    CourseKind,
    NeedState,
    NominationState,
    Outcome,
    PartnerKind,
    SessionState,
    TalentState,
)


class Partner(Model):
    """A university or institution that trains with the office (合作单位)."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), unique=True)
    name_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    kind: Mapped[PartnerKind] = mapped_column(enum_column(PartnerKind))


class Course(Model):
    """A course, and the indicator it is meant to help."""

    __tablename__ = "course"
    __table_args__ = (sa.CheckConstraint("hours > 0 AND hours <= 400", name="hours_in_range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    kind: Mapped[CourseKind] = mapped_column(enum_column(CourseKind))
    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    hours: Mapped[float]
    goal: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"), index=True)


class CourseSession(Model):
    """One time a course is given."""

    __tablename__ = "course_session"
    __table_args__ = (sa.CheckConstraint("capacity > 0", name="capacity_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    capacity: Mapped[int]
    state: Mapped[SessionState] = mapped_column(enum_column(SessionState), default=SessionState.PLANNED)
    version: Mapped[int] = mapped_column(default=1)

    places: Mapped[list[CoursePlace]] = relationship(lazy="raise", order_by="CoursePlace.trainee_id")


class Trainee(Model):
    """A member of the staff of a provider."""

    __tablename__ = "trainee"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("provider.id"), index=True)
    post: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class CoursePlace(Model):
    """One person's place in a session; hours and a certificate once attended."""

    __tablename__ = "course_place"
    __table_args__ = (
        sa.CheckConstraint("hours >= 0", name="hours_not_negative"),
        sa.CheckConstraint("attendance = 'attended' OR (hours = 0 AND certificate IS NULL)", name="earned_by_coming"),
    )

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("course_session.id"), primary_key=True)
    trainee_id: Mapped[int] = mapped_column(sa.ForeignKey("trainee.id"), primary_key=True, index=True)
    attendance: Mapped[Attendance] = mapped_column(enum_column(Attendance), default=Attendance.REGISTERED)
    hours: Mapped[float] = mapped_column(default=0.0)
    certificate: Mapped[str | None] = mapped_column(sa.String(CODE_LENGTH), unique=True)


class TrainingNeed(Model):
    """A weak indicator of a service in a frozen quarter, taken up as a need for training."""

    __tablename__ = "training_need"
    __table_args__ = (sa.UniqueConstraint("service_id", "measure", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    measure: Mapped[str] = mapped_column(sa.String(64))
    period: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[NeedState] = mapped_column(enum_column(NeedState), default=NeedState.OPEN)
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    reason: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    taken_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class TalentProgramme(Model):
    """An incentive that keeps able people in public service (人才激励): criteria, quota, amount, obligation."""

    __tablename__ = "talent_programme"
    __table_args__ = (
        sa.CheckConstraint("quota > 0", name="quota_positive"),
        sa.CheckConstraint("grant_minor >= 0", name="grant_not_negative"),
        sa.CheckConstraint("obligation_months > 0", name="obligation_positive"),
        sa.CheckConstraint("granted_by <> chosen_by", name="granted_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    name_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    criteria: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    quota: Mapped[int]
    grant_minor: Mapped[int] = mapped_column(sa.BigInteger)  # for each person, in fen
    obligation_months: Mapped[int]
    closes_on: Mapped[date]
    state: Mapped[TalentState] = mapped_column(enum_column(TalentState), default=TalentState.OPEN)
    chosen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    notice_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    granted_at: Mapped[datetime | None]

    nominations: Mapped[list[Nomination]] = relationship(lazy="raise", order_by="Nomination.id")


class Nomination(Model):
    """Somebody put forward for a talent programme, and what became of it."""

    __tablename__ = "nomination"
    __table_args__ = (sa.UniqueConstraint("talent_id", "trainee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    talent_id: Mapped[int] = mapped_column(sa.ForeignKey("talent_programme.id"), index=True)
    trainee_id: Mapped[int] = mapped_column(sa.ForeignKey("trainee.id"), index=True)
    grounds: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    nominated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    nominated_at: Mapped[datetime]
    state: Mapped[NominationState] = mapped_column(enum_column(NominationState), default=NominationState.NOMINATED)
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))
    outcome_at: Mapped[datetime | None]
