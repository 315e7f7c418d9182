"""What the programme allows and computes: dates from months, how a task stands, and progress of the whole."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

from qs.errors import InvalidInput
from qs.programme.terms import REASON_LENGTH, Period, Status

DAYS_PER_MONTH = 30  # only for the broken part of a month
AT_RISK_BEHIND = 0.2  # of the whole task behind an even pace (local rule)


def add_months(day: date, months: float) -> date:
    """The day so many calendar months later; the last of the month where there is no such day."""
    whole = int(months)
    place = day.year * 12 + day.month - 1 + whole
    year, month = divmod(place, 12)
    last = calendar.monthrange(year, month + 1)[1]
    moved = date(year, month + 1, min(day.day, last))
    return moved + timedelta(days=round((months - whole) * DAYS_PER_MONTH))


def task_period(first_day: date, from_month: float, months: float) -> Period:
    """The days of a task that begins so many months after the plan and takes so many; at least one day."""
    starts_on = add_months(first_day, from_month)
    due_on = add_months(first_day, from_month + months) - timedelta(days=1)
    return Period(starts_on, max(starts_on, due_on))


def expected_share(period: Period, today: date) -> float:
    """How much of the task an even pace would have done by the end of today, 0 to 1."""
    days = (period.due_on - period.starts_on).days + 1
    passed = (today - period.starts_on).days + 1
    return min(max(passed / days, 0.0), 1.0)


def status(period: Period, *, progress_share: float, done_on: date | None, today: date) -> Status:
    """How a task stands: late once its last day has passed, at risk when it lags a fifth behind an even pace."""
    if done_on is not None:
        return Status.DONE
    if today > period.due_on:
        return Status.LATE
    if today < period.starts_on and progress_share == 0:
        return Status.NOT_STARTED
    if expected_share(period, today) - progress_share > AT_RISK_BEHIND:
        return Status.AT_RISK
    return Status.ON_TRACK


def weighted_progress(tasks: Iterable[tuple[float, float]]) -> float | None:
    """Mean progress of (weight, share) pairs, 0 to 1; None without weight."""
    pairs = list(tasks)
    total = sum(weight for weight, _ in pairs)
    return sum(weight * share for weight, share in pairs) / total if total else None


def check_progress(progress_share: float, before: float) -> None:
    if not before <= progress_share <= 1:
        raise InvalidInput("progress_faulty")


def check_period(wanted: Period, present: Period) -> None:
    if wanted.due_on < wanted.starts_on:
        raise InvalidInput("dates_faulty")
    if wanted == present:
        raise InvalidInput("dates_as_before")


def checked_reason(text: str) -> str:
    reason = text.strip()
    if not 0 < len(reason) <= REASON_LENGTH:
        raise InvalidInput("reason_missing")
    return reason
