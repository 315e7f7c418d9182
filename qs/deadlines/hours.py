"""Counting in opening hours: when the office is open, how long it was open, and when so much of it has passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from qs.deadlines.terms import Calendar, CountedDay, DayType, Window
from qs.errors import Problem
from qs.periods import local_day, start_of

MOST_WINDOWS = 4  # of one working day
SATURDAY = 5
ZERO = timedelta()
Span = tuple[datetime, datetime]  # moments in UTC


@dataclass(frozen=True)
class Passed:
    """A moment reached, and the days passed on the way to it with what was counted of each."""

    ends_at: datetime
    days: tuple[CountedDay, ...]


def day_type(calendar: Calendar, day: date) -> DayType:
    """What a day is: as the year's file names it, else by its weekday."""
    return calendar.special.get(day) or plain_type(day)


def plain_type(day: date) -> DayType:
    return DayType.WEEKEND if day.weekday() >= SATURDAY else DayType.WORK


def is_worked(calendar: Calendar, day: date) -> bool:
    return day_type(calendar, day).is_worked


def after(day: date) -> Iterator[date]:
    return (day + timedelta(days=number) for number in count(1))


def each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def closing(calendar: Calendar, day: date) -> datetime:
    """The end of business of a day: when its last window closes."""
    return moment_of(calendar, day, calendar.closes_at)


def open_spans(calendar: Calendar, day: date) -> list[Span]:
    """When the office is open on a day, in order; never on a day that is not worked."""
    if not is_worked(calendar, day):
        return []
    return [
        (moment_of(calendar, day, window.opens), moment_of(calendar, day, window.closes)) for window in calendar.windows
    ]


def moment_of(calendar: Calendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, calendar.zone).astimezone(UTC)


def overlap(begins: datetime, ends: datetime, span: Span) -> timedelta:
    return max(min(ends, span[1]) - max(begins, span[0]), ZERO)


def open_on(calendar: Calendar, day: date, begins: datetime, ends: datetime) -> timedelta:
    """How long the office was open on a day between two moments."""
    return sum((overlap(begins, ends, span) for span in open_spans(calendar, day)), ZERO)


def open_time(calendar: Calendar, begins: datetime, ends: datetime) -> timedelta:
    """How long the office was open between two moments; nothing when the second is not after the first."""
    if ends <= begins:
        return ZERO
    days = each(local_day(begins, calendar.zone), local_day(ends, calendar.zone))
    return sum((open_on(calendar, day, begins, ends) for day in days), ZERO)


def after_open_time(calendar: Calendar, begins: datetime, amount: timedelta) -> Passed:
    """The moment at which the office has been open for so long since `begins`; for nothing, `begins` itself.

    What ends with a window ends at its closing, not at the next opening.
    """
    passed: list[CountedDay] = []
    left, day = amount, local_day(begins, calendar.zone)
    ends_at = begins.astimezone(UTC)
    while left > ZERO or not passed:
        counted = ZERO
        for opens, closes in open_spans(calendar, day):
            usable = min(max(closes - max(opens, begins), ZERO), left)
            if usable > ZERO:
                counted, left, ends_at = counted + usable, left - usable, max(opens, begins) + usable
        passed.append(CountedDay(day, day_type(calendar, day), None, seconds(counted)))
        day += timedelta(days=1)
    return Passed(ends_at.astimezone(UTC), tuple(passed))


def after_hours(calendar: Calendar, begins: datetime, amount: timedelta) -> Passed:
    """The moment so long after `begins`, day and night, with what was counted of each local day."""
    ends_at = (begins + amount).astimezone(UTC)
    passed = []
    for day in each(local_day(begins, calendar.zone), local_day(ends_at, calendar.zone)):
        whole = (start_of(day, calendar.zone), start_of(day + timedelta(days=1), calendar.zone))
        counted = overlap(begins, ends_at, whole)
        passed.append(CountedDay(day, day_type(calendar, day), None, seconds(counted)))
    return Passed(ends_at, tuple(passed))


def seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


def window_problems(windows: tuple[Window, ...]) -> Iterator[Problem]:
    """What is wrong with opening hours: none, too many, reversed or overlapping ones, looked at in order."""
    if not windows:
        yield Problem("windows_none")
    if len(windows) > MOST_WINDOWS:
        yield Problem("windows_too_many", facts={"most": MOST_WINDOWS})
    ended = None
    for window in windows:
        if window.closes <= window.opens:
            yield Problem("window_reversed", facts={"window": str(window)})
        elif ended is not None and window.opens < ended:
            yield Problem("windows_overlap", facts={"window": str(window)})
        ended = window.closes
