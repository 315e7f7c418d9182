"""The words of training: courses and their partners, who took part, hours against the target, and talent programmes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.i18n import N_

TARGET_HOURS = 90.0  # a year for professional staff, as in Beijing's rule on continuing education; a local choice
TITLE_LENGTH = 200
TEXT_LENGTH = 2000
CODE_LENGTH = 40


class PartnerKind(StrEnum):
    """Who gives a course."""

    UNIVERSITY = "university"
    INSTITUTION = "institution"
    OWN = "own"


class CourseKind(StrEnum):
    """What a course is for (培训类别)."""

    INDUCTION = "induction"
    POST = "post"
    PROFESSIONAL = "professional"
    IN_SERVICE = "in_service"


class SessionState(StrEnum):
    """What became of a session of a course."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """Whether somebody who was registered came."""

    REGISTERED = "registered"
    ATTENDED = "attended"
    ABSENT = "absent"


class NeedState(StrEnum):
    """What became of a training need."""

    OPEN = "open"
    COURSE_CHOSEN = "course_chosen"
    DISMISSED = "dismissed"


class TalentState(StrEnum):
    """The steps of a talent programme."""

    OPEN = "open"
    NOTICE = "notice"
    GRANTED = "granted"


class NominationState(StrEnum):
    """What became of a nomination."""

    NOMINATED = "nominated"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"
    GRANTED = "granted"


class Outcome(StrEnum):
    """What became of somebody after the grant, at the end of the obligation or before."""

    SERVING = "serving"
    FULFILLED = "fulfilled"
    LEFT_EARLY = "left_early"


@dataclass(frozen=True)
class NewCourse:
    """What a course is. `indicator_id`: the indicator it is meant to help; `hours` count towards the target."""

    code: str
    title: str
    kind: CourseKind
    partner_id: int
    hours: float
    goal: str
    title_en: str | None = None
    indicator_id: int | None = None


@dataclass(frozen=True)
class NewTalentProgramme:
    """What a talent programme offers: criteria, how many, at most how much each (minor units), and for how long."""

    name: str
    criteria: str
    quota: int
    grant_minor: int
    obligation_months: int
    closes_on: date
    name_en: str | None = None


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    PartnerKind: {
        PartnerKind.UNIVERSITY: N_("University"),
        PartnerKind.INSTITUTION: N_("Training institution"),
        PartnerKind.OWN: N_("Own training"),
    },
    CourseKind: {
        CourseKind.INDUCTION: N_("Induction"),
        CourseKind.POST: N_("For a post"),
        CourseKind.PROFESSIONAL: N_("Professional"),
        CourseKind.IN_SERVICE: N_("In service"),
    },
    SessionState: {
        SessionState.PLANNED: N_("Planned"),
        SessionState.HELD: N_("Held"),
        SessionState.CANCELLED: N_("Cancelled"),
    },
    Attendance: {
        Attendance.REGISTERED: N_("On the list"),
        Attendance.ATTENDED: N_("Attended"),
        Attendance.ABSENT: N_("Absent"),
    },
    NeedState: {
        NeedState.OPEN: N_("To be answered"),
        NeedState.COURSE_CHOSEN: N_("Course chosen"),
        NeedState.DISMISSED: N_("Dismissed"),
    },
    TalentState: {
        TalentState.OPEN: N_("Open for nominations"),
        TalentState.NOTICE: N_("Public notice"),
        TalentState.GRANTED: N_("Granted"),
    },
    NominationState: {
        NominationState.NOMINATED: N_("Nominated"),
        NominationState.CHOSEN: N_("Chosen, in public notice"),
        NominationState.NOT_CHOSEN: N_("Not chosen"),
        NominationState.GRANTED: N_("Grant given"),
    },
    Outcome: {
        Outcome.SERVING: N_("Serving the obligation"),
        Outcome.FULFILLED: N_("Obligation fulfilled"),
        Outcome.LEFT_EARLY: N_("Left early"),
    },
}

ERRORS: dict[str, str] = {
    "partner_unknown": N_("There is no such partner. Choose one from the list."),
    "course_unknown": N_("There is no such course. Choose one from the list."),
    "course_code_taken": N_("There is a course with the code “{value}” already. Choose another code."),
    "course_hours_faulty": N_("A course has more than 0 and at most 400 hours."),
    "session_unknown": N_("There is no such session."),
    "session_over": N_("This session is over or cancelled. Nothing can be changed in it any more."),
    "session_full": N_("All {capacity} places of this session are taken. Plan another session."),
    "session_in_past": N_("A session cannot be planned in the past."),
    "session_not_yet": N_("Attendance is entered once the session has begun."),
    "capacity_faulty": N_("A session has 1 to 1000 places."),
    "trainee_unknown": N_("There is no such member of staff."),
    "trainee_number_taken": N_("There is somebody with the staff number “{value}” already."),
    "registered_already": N_("This person is registered for the session already."),
    "attendance_missing": N_("Say of everybody registered who came and who did not."),
    "need_unknown": N_("There is no such training need, or it has been dealt with."),
    "need_taken": N_("This need has been taken up already."),
    "reason_empty": N_("Give a reason."),
    "talent_unknown": N_("There is no such talent programme."),
    "talent_numbers_faulty": N_("A programme has at least one place, an amount of zero or more, and 1 to 120 months."),
    "talent_not_open": N_("This programme takes no nominations at present."),
    "nominated_already": N_("This person is nominated already."),
    "nomination_unknown": N_("There is no such nomination."),
    "quota_exceeded": N_("Choose at most {quota} people: that is the quota of the programme."),
    "nobody_chosen": N_("Choose at least one person."),
    "own_nomination": N_("You nominated one of these people. Somebody else chooses."),
    "own_choice": N_("You chose these people. Somebody else gives the grants."),
    "notice_running": N_("The public notice runs until {until}. Grants can be given after that."),
    "talent_not_in_notice": N_("Grants are given after a public notice. Choose the people first."),
    "not_granted": N_("An outcome is entered for grants that were given."),
    "closing_in_past": N_("The last day for nominations cannot lie in the past."),
}

ACTIONS: dict[str, str] = {
    "training.partner_added": N_("Entered a training partner"),
    "training.course_added": N_("Entered a course"),
    "training.session_planned": N_("Planned a session of a course"),
    "training.session_held": N_("Entered who attended a session"),
    "training.session_cancelled": N_("Cancelled a session of a course"),
    "training.trainee_added": N_("Entered a member of staff"),
    "training.registered": N_("Registered staff for a session"),
    "training.need_taken": N_("Took up a training need"),
    "training.need_answered": N_("Chose a course for a training need"),
    "training.need_dismissed": N_("Dismissed a training need"),
    "training.talent_opened": N_("Opened a talent programme"),
    "training.nominated": N_("Nominated somebody for a talent programme"),
    "training.chosen": N_("Chose people for a talent programme"),
    "training.granted": N_("Gave the grants of a talent programme"),
    "training.outcome_entered": N_("Entered the outcome of a grant"),
}
OBJECTS: dict[str, str] = {
    "partner": N_("Training partner"),
    "course": N_("Course"),
    "course_session": N_("Session of a course"),
    "trainee": N_("Member of staff"),
    "training_need": N_("Training need"),
    "talent_programme": N_("Talent programme"),
    "nomination": N_("Nomination"),
}
FACTS: dict[str, str] = {
    "attended": N_("attended"),
    "absent": N_("absent"),
    "hours": N_("hours"),
    "quota": N_("quota"),
    "outcome": N_("outcome"),
    "trainees": N_("members of staff"),
    "course_id": N_("course"),
    "period": N_("period"),
}
WAITING: dict[str, tuple[str, str]] = {
    "training.attendance": (N_("Enter who attended: {title}"), N_("Held on {day}; {n} registered")),
    "training.need": (N_("Choose a course: {service}"), N_("Weak indicator in {period}: {indicator}")),
    "training.choose": (N_("Choose people: {name}"), N_("Nominations closed on {day}; {n} nominated")),
    "training.grant": (N_("Give the grants: {name}"), N_("The public notice has ended")),
}
FIELDS = {
    "name": N_("Name"),
    "title": N_("Title"),
    "goal": N_("Goal"),
    "place": N_("Place"),
    "post": N_("Post"),
    "number": N_("Staff number"),
    "criteria": N_("Criteria"),
    "grounds": N_("Grounds"),
    "code": N_("Code"),
    "reason": N_("Reason"),
}
