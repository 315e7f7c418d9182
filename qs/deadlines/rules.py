"""Counting time: which days are worked, when a limit ends, and what a pause adds. Nothing here knows the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

from qs.deadlines.terms import (
    FESTIVALS,
    Calendar,
    Counted,
    CountedDay,
    DayChange,
    DayType,
    HolidayDefinition,
    Limit,
    LimitKind,
    PackDefinition,
    YearDefinition,
)
from qs.errors import Problem
from qs.periods import local_day

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_HOLIDAY_DAYS = 10
LARGEST_AMOUNT = {LimitKind.WORKING_DAYS: 250, LimitKind.CALENDAR_DAYS: 366, LimitKind.HOURS: 24 * 31}
FIRST_YEAR, LAST_YEAR = 2000, 2100


def day_type(calendar: Calendar, day: date) -> DayType:
    """What a day is: as the year's file names it, else by its weekday."""
    return calendar.special.get(day) or plain_type(day)


def plain_type(day: date) -> DayType:
    return DayType.WEEKEND if day.weekday() >= SATURDAY else DayType.WORK


def is_worked(calendar: Calendar, day: date) -> bool:
    return day_type(calendar, day).is_worked


def due_at(calendar: Calendar, starts_at: datetime, limit: Limit) -> Counted:
    """When a limit that begins at a moment ends, and the days passed on the way.

    Days: that of the event is not counted; the limit ends at the close of business of the last day. Working days
    leave out weekends and days off, make-up days count. Calendar days count all; when the last one is not worked, the
    limit ends on the next day that is (general rule of Chinese procedure, e.g. Civil Procedure Law on time periods).
    Hours run day and night.
    """
    first = local_day(starts_at, calendar.zone)
    if limit.kind is LimitKind.HOURS:
        ends_at = starts_at + timedelta(hours=limit.amount)
        days = tuple(
            CountedDay(day, day_type(calendar, day), None) for day in each(first, local_day(ends_at, calendar.zone))
        )
        return Counted(ends_at.astimezone(UTC), False, days)
    passed = [CountedDay(first, day_type(calendar, first), None)]
    counter = count_working if limit.kind is LimitKind.WORKING_DAYS else count_calendar
    passed.extend(counter(calendar, first, limit.amount))
    return Counted(closing(calendar, passed[-1].day), reaches_unknown(calendar, passed), tuple(passed))


def count_working(calendar: Calendar, first: date, amount: int) -> Iterator[CountedDay]:
    number = 0
    for day in after(first):
        kind = day_type(calendar, day)
        number += kind.is_worked
        yield CountedDay(day, kind, number if kind.is_worked else None)
        if number == amount:
            return


def count_calendar(calendar: Calendar, first: date, amount: int) -> Iterator[CountedDay]:
    for number, day in enumerate(after(first), start=1):
        kind = day_type(calendar, day)
        yield CountedDay(day, kind, number if number <= amount else None)
        if number >= amount and kind.is_worked:
            return


def after(day: date) -> Iterator[date]:
    return (day + timedelta(days=number) for number in count(1))


def each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def closing(calendar: Calendar, day: date) -> datetime:
    """The end of business of a day."""
    return datetime.combine(day, calendar.closes_at, calendar.zone).astimezone(UTC)


def reaches_unknown(calendar: Calendar, days: list[CountedDay]) -> bool:
    """True when some day after the event lies in a year that is not loaded."""
    return any(one.day.year not in calendar.years for one in days[1:])


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """How many working days lie after `first` up to and with `last`; negative when `last` lies before."""
    if last < first:
        return -working_days_between(calendar, last, first)
    return sum(is_worked(calendar, day) for day in each(first + ONE_DAY, last))


def extended(calendar: Calendar, due: datetime, limit: Limit) -> Counted:
    """A due moment put off by a further limit, counted from the old one."""
    return due_at(calendar, due, limit)


def after_pause(
    calendar: Calendar, due: datetime, paused_at: datetime, resumed_at: datetime, kind: LimitKind
) -> Counted:
    """The due moment after a pause: the time paused is added, in working days for limits counted in days.

    A working day counts as paused when the clock stood at its close of business. Hours are added as they are.
    """
    if kind is LimitKind.HOURS:
        return Counted(due + (resumed_at - paused_at), False, ())
    stood = sum(
        is_worked(calendar, day) and paused_at <= closing(calendar, day) < resumed_at
        for day in each(local_day(paused_at, calendar.zone), local_day(resumed_at, calendar.zone))
    )
    return extended(calendar, due, Limit(LimitKind.WORKING_DAYS, stood)) if stood else Counted(due, False, ())


def version_of(calendar: Calendar, years: set[int]) -> str:
    """Which years in which version a count used: “2025.1 2026.1”, with a question mark for one not loaded."""
    return " ".join(f"{year}.{calendar.years.get(year, '?')}" for year in sorted(years))


def years_of(counted: Counted) -> set[int]:
    return {one.day.year for one in counted.days} | {counted.due_at.year}


def special_days(year: YearDefinition) -> dict[date, tuple[DayType, HolidayDefinition]]:
    """The days of a year file that are not what their weekday says, with the holiday they belong to."""
    found: dict[date, tuple[DayType, HolidayDefinition]] = {}
    for holiday in year.holidays:
        found |= {day: (DayType.HOLIDAY, holiday) for day in each(holiday.first_on, holiday.last_on)}
        found |= {day: (DayType.MAKEUP_WORK, holiday) for day in holiday.makeup_work}
    return found


def year_problems(year: YearDefinition) -> Iterator[Problem]:
    """Everything wrong with a year file: dates outside it, days named twice, holidays unknown or missing."""
    if not FIRST_YEAR <= year.year <= LAST_YEAR:
        yield Problem("calendar_year_implausible", facts={"year": str(year.year)})
    seen: set[date] = set()
    for holiday in year.holidays:
        yield from holiday_problems(year.year, holiday)
        for day in [*each(holiday.first_on, holiday.last_on), *holiday.makeup_work]:
            if day in seen:
                yield Problem("calendar_day_twice", where=holiday.name, facts={"day": day.isoformat()})
            seen.add(day)
    named = {festival for holiday in year.holidays for festival in FESTIVALS.get(holiday.code, ())}
    for festival in FESTIVALS:
        if len(FESTIVALS[festival]) == 1 and festival not in named:
            yield Problem("calendar_festival_missing", facts={"value": festival})


def holiday_problems(year: int, holiday: HolidayDefinition) -> Iterator[Problem]:
    if holiday.code not in FESTIVALS:
        facts = {"value": holiday.name, "known": ", ".join(FESTIVALS)}
        yield Problem("calendar_festival_unknown", where=holiday.name, facts=dict(facts))
    if holiday.last_on < holiday.first_on:
        yield Problem("calendar_days_reversed", where=holiday.name)
    length = (holiday.last_on - holiday.first_on).days + 1
    if length > LONGEST_HOLIDAY_DAYS:
        yield Problem(
            "calendar_days_too_many",
            where=holiday.name,
            facts={"value": holiday.name, "days": length, "most": LONGEST_HOLIDAY_DAYS},
        )
    for day in (holiday.first_on, holiday.last_on, *holiday.makeup_work):
        if day.year != year:
            yield Problem(
                "calendar_day_outside_year", where=holiday.name, facts={"day": day.isoformat(), "year": str(year)}
            )
    for day in holiday.makeup_work:
        if plain_type(day) is DayType.WORK:
            yield Problem("calendar_makeup_on_weekday", where=holiday.name, facts={"day": day.isoformat()})


def day_changes(calendar: Calendar, year: YearDefinition) -> tuple[DayChange, ...]:
    """The days that a year file would change, in order."""
    special = special_days(year)
    changes = []
    for day in each(date(year.year, 1, 1), date(year.year, 12, 31)):
        before = day_type(calendar, day)
        after_it, holiday = special.get(day, (plain_type(day), None))
        if before is not after_it:
            names = ("", "") if holiday is None else (holiday.name, holiday.name_en)
            changes.append(DayChange(day, before, after_it, *names))
    return tuple(changes)


def pack_problems(pack: PackDefinition) -> Iterator[Problem]:
    codes: set[str] = set()
    for rule in pack.rules:
        if rule.code in codes:
            yield Problem("defined_twice", where=rule.code)
        codes.add(rule.code)
        if not 0 < rule.limit.amount <= LARGEST_AMOUNT[rule.limit.kind]:
            yield Problem("limit_amount_implausible", where=rule.code, facts={"amount": rule.limit.amount})
