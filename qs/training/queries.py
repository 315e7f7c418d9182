"""What can be asked of training: courses, sessions, hours against the target, needs, and talent programmes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.deadlines.queries import dues
from qs.directory.models import Provider, Service
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.frames import members, named_rows
from qs.i18n import pick
from qs.periods import local_day, start_of
from qs.rankings.queries import frozen_measures, frozen_periods
from qs.settings import settings
from qs.standards.models import Indicator
from qs.standards.queries import editions_on
from qs.training.models import (
    Course,
    CoursePlace,
    CourseSession,
    Nomination,
    Partner,
    TalentProgramme,
    Trainee,
    TrainingNeed,
)
from qs.training.rules import NEED_COLUMNS, share_of_target, weak_measures
from qs.training.terms import TARGET_HOURS, Attendance, NominationState, SessionState

COURSE_COLUMNS = (
    "course_id",
    "code",
    "title",
    "title_en",
    "kind",
    "partner_id",
    "partner",
    "partner_en",
    "partner_kind",
    "hours",
    "goal",
    "indicator_code",
    "held_count",
    "attended_count",
)
SESSION_COLUMNS = (
    "session_id",
    "course_id",
    "title",
    "title_en",
    "starts_at",
    "place",
    "capacity",
    "state",
    "registered_count",
    "attended_count",
)
PLACE_COLUMNS = ("trainee_id", "number", "name", "provider", "provider_en", "attendance", "hours", "certificate")
STAFF_COLUMNS = ("trainee_id", "number", "name", "provider_id", "provider", "provider_en", "post", "hours", "share")
PROVIDER_COLUMNS = ("provider_id", "provider", "provider_en", "staff_count", "done_count", "hours", "mean_hours")
NEED_ROWS = (
    "need_id",
    "service_id",
    "service",
    "service_en",
    "measure",
    "period",
    "state",
    "course_id",
    "course",
    "course_en",
    "reason",
    "taken_at",
)
TALENT_COLUMNS = (
    "talent_id",
    "name",
    "name_en",
    "criteria",
    "quota",
    "grant_minor",
    "obligation_months",
    "closes_on",
    "state",
    "chosen_by",
    "notice_due_id",
    "notice_ends_at",
    "is_notice_provisional",
    "nominated_count",
    "granted_count",
)
NOMINATION_COLUMNS = (
    "nomination_id",
    "trainee_id",
    "name",
    "provider",
    "provider_en",
    "post",
    "grounds",
    "nominated_by",
    "state",
    "outcome",
)
Rows = sa.Select[*tuple[Any, ...]]  # Any: columns of several kinds


def framed(session: Session, statement: Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    """The rows as a frame that keeps enum members what they are."""
    rows = [row._asdict() for row in session.execute(statement)]
    kept = {
        name: members(row[name] for row in rows)
        for name in columns
        if any(isinstance(row[name], StrEnum) for row in rows)
    }
    return pd.DataFrame(rows, columns=list(columns)).assign(**kept)


def partners(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per partner, by name: partner_id, name, name_en, kind."""
    actor.check(Permission.TRAINING_READ)
    statement = sa.select(Partner.id.label("partner_id"), Partner.name, Partner.name_en, Partner.kind).order_by(
        Partner.name
    )
    return framed(session, statement, ("partner_id", "name", "name_en", "kind"))


def courses(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per course, by code: COURSE_COLUMNS; how often it was held, and how many attended."""
    actor.check(Permission.TRAINING_READ)
    held = sa.func.count(sa.distinct(CourseSession.id)).filter(CourseSession.state == SessionState.HELD)
    attended = sa.func.count(CoursePlace.trainee_id).filter(CoursePlace.attendance == Attendance.ATTENDED)
    statement = (
        sa.select(
            Course.id.label("course_id"),
            Course.code,
            Course.title,
            Course.title_en,
            Course.kind,
            Course.partner_id,
            Partner.name.label("partner"),
            Partner.name_en.label("partner_en"),
            Partner.kind.label("partner_kind"),
            Course.hours,
            Course.goal,
            Indicator.code.label("indicator_code"),
            held.label("held_count"),
            attended.label("attended_count"),
        )
        .join(Partner, Partner.id == Course.partner_id)
        .outerjoin(Indicator, Indicator.id == Course.indicator_id)
        .outerjoin(CourseSession, CourseSession.course_id == Course.id)
        .outerjoin(CoursePlace, CoursePlace.session_id == CourseSession.id)
        .group_by(Course.id, Partner.id, Indicator.id)
        .order_by(Course.code)
    )
    return framed(session, statement, COURSE_COLUMNS)


def sessions(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per session, newest first: SESSION_COLUMNS."""
    actor.check(Permission.TRAINING_READ)
    attended = sa.func.count(CoursePlace.trainee_id).filter(CoursePlace.attendance == Attendance.ATTENDED)
    statement = (
        sa.select(
            CourseSession.id.label("session_id"),
            Course.id.label("course_id"),
            Course.title,
            Course.title_en,
            CourseSession.starts_at,
            CourseSession.place,
            CourseSession.capacity,
            CourseSession.state,
            sa.func.count(CoursePlace.trainee_id).label("registered_count"),
            attended.label("attended_count"),
        )
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(CoursePlace, CoursePlace.session_id == CourseSession.id)
        .group_by(CourseSession.id, Course.id)
        .order_by(CourseSession.starts_at.desc(), CourseSession.id.desc())
    )
    return framed(session, statement, SESSION_COLUMNS)


def places(session: Session, session_id: int, *, actor: Actor) -> pd.DataFrame:
    """Who is registered for a session, by name: PLACE_COLUMNS. Names are for those who keep the register."""
    actor.check_everywhere(Permission.TRAINING_EDIT)
    statement = (
        sa.select(
            Trainee.id.label("trainee_id"),
            Trainee.number,
            Trainee.name,
            Provider.name.label("provider"),
            Provider.name_en.label("provider_en"),
            CoursePlace.attendance,
            CoursePlace.hours,
            CoursePlace.certificate,
        )
        .join(Trainee, Trainee.id == CoursePlace.trainee_id)
        .join(Provider, Provider.id == Trainee.provider_id)
        .where(CoursePlace.session_id == session_id)
        .order_by(Trainee.number)
    )
    return framed(session, statement, PLACE_COLUMNS)


def staff_rows(year: int) -> Rows:
    """Staff who have not left, with their hours of one calendar year."""
    zone = settings().zone
    first, next_first = (start_of(datetime(one, 1, 1, tzinfo=zone).date(), zone) for one in (year, year + 1))
    hours = (
        sa.select(CoursePlace.trainee_id, sa.func.sum(CoursePlace.hours).label("hours"))
        .join(CourseSession, CourseSession.id == CoursePlace.session_id)
        .where(CourseSession.starts_at >= first, CourseSession.starts_at < next_first)
        .group_by(CoursePlace.trainee_id)
        .subquery()
    )
    return (
        sa.select(
            Trainee.id.label("trainee_id"),
            Trainee.number,
            Trainee.name,
            Trainee.provider_id,
            Provider.name.label("provider"),
            Provider.name_en.label("provider_en"),
            Trainee.post,
            sa.func.coalesce(hours.c.hours, 0.0).label("hours"),
        )
        .join(Provider, Provider.id == Trainee.provider_id)
        .outerjoin(hours, hours.c.trainee_id == Trainee.id)
        .where(Trainee.left_on.is_(None))
        .order_by(Trainee.number)
    )


def with_share(frame: pd.DataFrame) -> pd.DataFrame:
    shares = [share_of_target(float(hours), TARGET_HOURS) for hours in frame["hours"]]
    return frame.assign(share=pd.Series(shares, index=frame.index, dtype="float64"))


def staff(session: Session, year: int, *, actor: Actor) -> pd.DataFrame:
    """Everybody on the register with this year's hours, by number: STAFF_COLUMNS; for those who keep it."""
    actor.check_everywhere(Permission.TRAINING_EDIT)
    return with_share(framed(session, staff_rows(year), STAFF_COLUMNS[:-1]))


def hours_by_provider(session: Session, year: int, *, actor: Actor) -> pd.DataFrame:
    """Hours of one year by provider in the actor's scope, without names: PROVIDER_COLUMNS, least hours first.

    `done_count`: how many of the staff have reached the yearly target.
    """
    actor.check(Permission.TRAINING_READ)
    mine = sa.select(Service.provider_id).where(Service.id.in_(visible_services(actor, Permission.TRAINING_READ)))
    found = framed(session, staff_rows(year).where(Trainee.provider_id.in_(mine)), STAFF_COLUMNS[:-1])
    counted = found.assign(is_done=found["hours"].astype(float) >= TARGET_HOURS)
    grouped = (
        counted.groupby(["provider_id", "provider", "provider_en"], dropna=False)
        .agg(staff_count=("trainee_id", "count"), done_count=("is_done", "sum"), hours=("hours", "sum"))
        .reset_index()
    )
    grouped = grouped.assign(mean_hours=grouped["hours"].astype(float) / grouped["staff_count"].clip(lower=1))
    return grouped.sort_values(["mean_hours", "provider_id"], kind="stable")[list(PROVIDER_COLUMNS)]


def suggested_needs(session: Session, period: str, *, actor: Actor) -> pd.DataFrame:
    """The weak indicators of one frozen quarter in the actor's scope: NEED_COLUMNS, weakest first."""
    actor.check(Permission.TRAINING_READ)
    if not actor.has(Permission.RANKINGS_READ):
        return pd.DataFrame(columns=list(NEED_COLUMNS))
    measures = frozen_measures(session, period, actor=actor)
    known = set(session.scalars(visible_services(actor, Permission.TRAINING_READ)))
    return weak_measures(measures[measures["service_id"].isin(known)])


def latest_period(session: Session, *, actor: Actor) -> str | None:
    """The newest frozen quarter, for who may read rankings."""
    if not actor.has(Permission.RANKINGS_READ):
        return None
    periods = frozen_periods(session, actor=actor)
    return None if periods.empty else str(periods.sort_values("starts_at")["name"].iloc[-1])


def needs(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The needs that were taken up, newest first, in the actor's scope: NEED_ROWS."""
    actor.check(Permission.TRAINING_READ)
    statement = (
        sa.select(
            TrainingNeed.id.label("need_id"),
            TrainingNeed.service_id,
            Service.name.label("service"),
            Service.name_en.label("service_en"),
            TrainingNeed.measure,
            TrainingNeed.period,
            TrainingNeed.state,
            TrainingNeed.course_id,
            Course.title.label("course"),
            Course.title_en.label("course_en"),
            TrainingNeed.reason,
            TrainingNeed.taken_at,
        )
        .join(Service, Service.id == TrainingNeed.service_id)
        .outerjoin(Course, Course.id == TrainingNeed.course_id)
        .where(TrainingNeed.service_id.in_(visible_services(actor, Permission.TRAINING_READ)))
        .order_by(TrainingNeed.id.desc())
    )
    return framed(session, statement, NEED_ROWS)


def talents(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per talent programme, newest first: TALENT_COLUMNS."""
    actor.check(Permission.TRAINING_READ)
    granted = sa.func.count(Nomination.id).filter(Nomination.state == NominationState.GRANTED)
    statement = (
        sa.select(
            TalentProgramme.id.label("talent_id"),
            *(getattr(TalentProgramme, name) for name in TALENT_COLUMNS[1:11]),
            sa.func.count(Nomination.id).label("nominated_count"),
            granted.label("granted_count"),
        )
        .outerjoin(Nomination, Nomination.talent_id == TalentProgramme.id)
        .group_by(TalentProgramme.id)
        .order_by(TalentProgramme.id.desc())
    )
    rows = [row._asdict() for row in session.execute(statement)]
    known = dues(session, [row["notice_due_id"] for row in rows if row["notice_due_id"]], actor=actor)
    for row in rows:
        notice = known.get(row["notice_due_id"])
        row["notice_ends_at"] = None if notice is None else notice.due_at
        row["is_notice_provisional"] = notice is not None and notice.is_provisional
    return pd.DataFrame(rows, columns=list(TALENT_COLUMNS)).assign(state=members(row["state"] for row in rows))


def nominations(session: Session, talent_id: int, *, actor: Actor) -> pd.DataFrame:
    """Who was put forward for a programme: NOMINATION_COLUMNS; for those who nominate or choose.

    Raises NotFound when there is no such programme.
    """
    if not (actor.has(Permission.TRAINING_EDIT) or actor.has(Permission.INCENTIVES_DECIDE)):
        actor.check(Permission.TRAINING_EDIT)
    if session.get(TalentProgramme, talent_id) is None:
        raise NotFound("talent_unknown")
    statement = (
        sa.select(
            Nomination.id.label("nomination_id"),
            Trainee.id.label("trainee_id"),
            Trainee.name,
            Provider.name.label("provider"),
            Provider.name_en.label("provider_en"),
            Trainee.post,
            Nomination.grounds,
            Nomination.nominated_by,
            Nomination.state,
            Nomination.outcome,
        )
        .join(Trainee, Trainee.id == Nomination.trainee_id)
        .join(Provider, Provider.id == Trainee.provider_id)
        .where(Nomination.talent_id == talent_id)
        .order_by(Nomination.id)
    )
    return framed(session, statement, NOMINATION_COLUMNS)


def indicator_names(session: Session, *, actor: Actor, now: datetime) -> dict[str, str]:
    """The indicators in force by code, in the language of the run."""
    editions = editions_on(session, local_day(now, settings().zone), actor=actor)
    return {row.code: pick(row.name, row.name_en) for row in named_rows(editions)}
