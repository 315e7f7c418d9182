"""What can be done in training: partners, courses and sessions, attendance with hours and certificates, needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.models import Provider
from qs.errors import Conflict, InvalidInput, NotFound
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked
from qs.training import rules
from qs.training.models import Course, CoursePlace, CourseSession, Partner, Trainee, TrainingNeed
from qs.training.queries import suggested_needs
from qs.training.terms import (
    CODE_LENGTH,
    FIELDS,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Attendance,
    NeedState,
    NewCourse,
    PartnerKind,
    SessionState,
)

EDIT = Permission.TRAINING_EDIT


class CourseCodeTaken(Conflict):
    """Another course has this code."""

    code = "course_code_taken"


class TraineeNumberTaken(Conflict):
    """Somebody else has this staff number."""

    code = "trainee_number_taken"


class SessionOver(Conflict):
    """The session was held or cancelled."""

    code = "session_over"


class SessionFull(Conflict):
    """All places are taken."""

    code = "session_full"


class RegisteredAlready(Conflict):
    """One place for each person."""

    code = "registered_already"


class NeedTaken(Conflict):
    """Somebody was faster."""

    code = "need_taken"


def short(text: str, field: str) -> str:
    return checked(text, field=FIELDS[field], longest=TITLE_LENGTH, is_long=False)


def long(text: str, field: str) -> str:
    return checked(text, field=FIELDS[field], longest=TEXT_LENGTH)


def add_partner(
    session: Session, *, name: str, name_en: str | None = None, kind: PartnerKind, actor: Actor, now: datetime
) -> int:
    """Enter a university or institution. Returns its id."""
    actor.check_everywhere(EDIT)
    partner = Partner(name=short(name, "name"), name_en=(name_en or "").strip() or None, kind=kind)
    session.add(partner)
    session.flush()
    record(session, "training.partner_added", f"partner:{partner.id}", actor=actor, now=now)
    return partner.id


def add_course(session: Session, wanted: NewCourse, *, actor: Actor, now: datetime) -> int:
    """Enter a course. Returns its id. Raises CourseCodeTaken, NotFound for its partner, InvalidInput."""
    actor.check_everywhere(EDIT)
    rules.check_course(wanted)
    if session.get(Partner, wanted.partner_id) is None:
        raise NotFound("partner_unknown")
    course = Course(
        code=checked(wanted.code, field=FIELDS["code"], longest=CODE_LENGTH, is_long=False),
        title=short(wanted.title, "title"),
        title_en=(wanted.title_en or "").strip() or None,
        kind=wanted.kind,
        partner_id=wanted.partner_id,
        hours=wanted.hours,
        goal=long(wanted.goal, "goal"),
        indicator_id=wanted.indicator_id,
    )
    try:
        with session.begin_nested():
            session.add(course)
            session.flush()
    except IntegrityError as error:
        raise CourseCodeTaken(value=wanted.code) from error
    record(session, "training.course_added", f"course:{course.id}", actor=actor, now=now, hours=wanted.hours)
    return course.id


def plan_session(
    session: Session, course_id: int, *, starts_at: datetime, place: str, capacity: int, actor: Actor, now: datetime
) -> int:
    """Plan a session of a course. Returns its id."""
    actor.check_everywhere(EDIT)
    rules.check_session(starts_at=starts_at, capacity=capacity, now=now)
    if session.get(Course, course_id) is None:
        raise NotFound("course_unknown")
    planned = CourseSession(course_id=course_id, starts_at=starts_at, place=short(place, "place"), capacity=capacity)
    session.add(planned)
    session.flush()
    record(session, "training.session_planned", f"course_session:{planned.id}", actor=actor, now=now)
    return planned.id


def add_trainee(
    session: Session,
    *,
    number: str,
    name: str,
    provider_id: int,
    post: str,
    joined_on: date,
    actor: Actor,
    now: datetime,
) -> int:
    """Enter a member of the staff of a provider. Returns the id. Raises TraineeNumberTaken."""
    actor.check_everywhere(EDIT)
    if session.get(Provider, provider_id) is None:
        raise NotFound("provider_unknown")
    trainee = Trainee(
        number=checked(number, field=FIELDS["number"], longest=CODE_LENGTH, is_long=False),
        name=short(name, "name"),
        provider_id=provider_id,
        post=short(post, "post"),
        joined_on=joined_on,
    )
    try:
        with session.begin_nested():
            session.add(trainee)
            session.flush()
    except IntegrityError as error:
        raise TraineeNumberTaken(value=number) from error
    record(session, "training.trainee_added", f"trainee:{trainee.id}", actor=actor, now=now)
    return trainee.id


def register(session: Session, session_id: int, trainee_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Give staff places in a planned session: all of them or none. Raises SessionFull or RegisteredAlready."""
    actor.check_everywhere(EDIT)
    planned = open_session(session, session_id)
    known = set(session.scalars(sa.select(Trainee.id).where(Trainee.id.in_(trainee_ids), Trainee.left_on.is_(None))))
    if not trainee_ids or known != set(trainee_ids):
        raise NotFound("trainee_unknown")
    seated = {place.trainee_id for place in planned.places}
    if seated & known:
        raise RegisteredAlready
    if len(seated) + len(known) > planned.capacity:
        raise SessionFull(capacity=planned.capacity)
    session.add_all(CoursePlace(session_id=session_id, trainee_id=trainee_id) for trainee_id in sorted(known))
    planned.version += 1
    session.flush()
    object = f"course_session:{session_id}"
    record(session, "training.registered", object, actor=actor, now=now, trainees=len(known))


def hold_session(session: Session, session_id: int, came: Mapping[int, bool], *, actor: Actor, now: datetime) -> None:
    """Enter of everybody registered who came: hours count and certificates are numbered. Only once it has begun."""
    actor.check_everywhere(EDIT)
    planned = open_session(session, session_id)
    if now < planned.starts_at:
        raise InvalidInput("session_not_yet")
    if not planned.places or set(came) != {place.trainee_id for place in planned.places}:
        raise InvalidInput("attendance_missing")
    course = session.get_one(Course, planned.course_id)
    year = local_day(planned.starts_at, settings().zone).year
    for number, place in enumerate(planned.places, 1):
        place.attendance = Attendance.ATTENDED if came[place.trainee_id] else Attendance.ABSENT
        if came[place.trainee_id]:
            place.hours = course.hours
            place.certificate = rules.certificate_number(course.code, year, session_id, number)
    planned.state = SessionState.HELD
    planned.version += 1
    session.flush()
    counts = {"attended": sum(came.values()), "absent": len(came) - sum(came.values())}
    record(session, "training.session_held", f"course_session:{session_id}", actor=actor, now=now, **counts)


def cancel_session(session: Session, session_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Call a planned session off."""
    actor.check_everywhere(EDIT)
    long(reason, "reason")
    planned = open_session(session, session_id)
    planned.state = SessionState.CANCELLED
    planned.version += 1
    record(session, "training.session_cancelled", f"course_session:{session_id}", actor=actor, now=now)


def open_session(session: Session, session_id: int) -> CourseSession:
    """A planned session with its places. Raises NotFound or SessionOver."""
    found = session.get(CourseSession, session_id, options=[selectinload(CourseSession.places)], populate_existing=True)
    if found is None:
        raise NotFound("session_unknown")
    if found.state is not SessionState.PLANNED:
        raise SessionOver
    return found


def take_up_need(session: Session, service_id: int, measure: str, period: str, *, actor: Actor, now: datetime) -> int:
    """Take up a weak indicator that the frozen figures suggest. Returns the id. Raises NeedTaken, or NotFound."""
    actor.check_everywhere(EDIT)
    suggested = suggested_needs(session, period, actor=actor)
    keys = set(zip(suggested["service_id"], suggested["measure"], strict=True))
    if (service_id, measure) not in keys:
        raise NotFound("need_unknown")
    need = TrainingNeed(service_id=service_id, measure=measure, period=period, taken_by=actor.person_id, taken_at=now)
    try:
        with session.begin_nested():
            session.add(need)
            session.flush()
    except IntegrityError as error:
        raise NeedTaken from error
    record(session, "training.need_taken", f"training_need:{need.id}", actor=actor, now=now, period=period)
    return need.id


def answer_need(session: Session, need_id: int, course_id: int, *, actor: Actor, now: datetime) -> None:
    """Choose the course that answers a need."""
    actor.check_everywhere(EDIT)
    need = open_need(session, need_id)
    if session.get(Course, course_id) is None:
        raise NotFound("course_unknown")
    need.state, need.course_id, need.settled_at = NeedState.COURSE_CHOSEN, course_id, now
    object = f"training_need:{need_id}"
    record(session, "training.need_answered", object, actor=actor, now=now, course_id=course_id)


def dismiss_need(session: Session, need_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say why training is not the answer."""
    actor.check_everywhere(EDIT)
    need = open_need(session, need_id)
    need.state, need.reason, need.settled_at = NeedState.DISMISSED, long(reason, "reason"), now
    record(session, "training.need_dismissed", f"training_need:{need_id}", actor=actor, now=now)


def open_need(session: Session, need_id: int) -> TrainingNeed:
    need = session.get(TrainingNeed, need_id, with_for_update=True)
    if need is None or need.state is not NeedState.OPEN:
        raise NotFound("need_unknown")
    return need
