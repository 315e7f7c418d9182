"""What training allows and computes: hours in range, certificate numbers, and which indicators ask for training."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import pandas as pd

from qs.errors import InvalidInput
from qs.training.terms import NewCourse, NewTalentProgramme

MOST_HOURS = 400.0
MOST_PLACES = 1000
MOST_OBLIGATION_MONTHS = 120
WEAK_SCORE = 60.0  # of 100: below it even at the upper end of its interval, an indicator is weak (local rule)
ENOUGH_CASES = 30
NEED_COLUMNS = ("service_id", "measure", "value", "n", "score")


def check_course(course: NewCourse) -> None:
    if not 0 < course.hours <= MOST_HOURS:
        raise InvalidInput("course_hours_faulty")


def check_session(*, starts_at: datetime, capacity: int, now: datetime) -> None:
    if not 1 <= capacity <= MOST_PLACES:
        raise InvalidInput("capacity_faulty")
    if starts_at < now:
        raise InvalidInput("session_in_past")


def check_talent(programme: NewTalentProgramme, today: date) -> None:
    if programme.quota < 1 or programme.grant_minor < 0:
        raise InvalidInput("talent_numbers_faulty")
    if not 1 <= programme.obligation_months <= MOST_OBLIGATION_MONTHS:
        raise InvalidInput("talent_numbers_faulty")
    if programme.closes_on < today:
        raise InvalidInput("closing_in_past")


def check_choice(chosen: Collection[int], quota: int) -> None:
    if not chosen:
        raise InvalidInput("nobody_chosen")
    if len(chosen) > quota:
        raise InvalidInput("quota_exceeded", quota=quota)


def certificate_number(course_code: str, year: int, session_id: int, place: int) -> str:
    """The number on a certificate: the year, the session and the place in it make it unique."""
    return f"{year}-{course_code[:20]}-{session_id:05d}-{place:03d}"


def weak_measures(measures: pd.DataFrame) -> pd.DataFrame:
    """The frozen measures that ask for training, weakest first: NEED_COLUMNS.

    `measures`: service_id, measure, value, n, score and `score_upper` (0 to 100, the upper end of its interval).
    Missing data ask for nothing: only what has ENOUGH_CASES and is below WEAK_SCORE even at its upper end counts.
    """
    is_weak = (measures["n"] >= ENOUGH_CASES) & (measures["score_upper"] < WEAK_SCORE)
    return measures[is_weak.fillna(value=False)].sort_values(["score", "service_id"])[list(NEED_COLUMNS)]


def share_of_target(hours: float, target: float) -> float:
    """How much of the yearly target somebody has, capped at 1: more than enough helps nobody else."""
    return min(hours / target, 1.0)
