"""Counting time: which days are worked, when a limit ends, and what a pause adds. Nothing here knows the clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from qs.deadlines.hours import (
    ZERO,
    after,
    after_hours,
    after_open_time,
    closing,
    day_type,
    each,
    is_worked,
    open_on,
    open_time,
    overlap,
    plain_type,
)
from qs.deadlines.terms import (
    FESTIVALS,
    Calendar,
    Counted,
    CountedDay,
    DayChange,
    DayType,
    HolidayDefinition,
    Ledger,
    LedgerDay,
    Limit,
    LimitKind,
    PackDefinition,
    Reading,
    YearDefinition,
)
from qs.errors import Conflict, Problem
from qs.periods import local_day, start_of

ONE_DAY = timedelta(days=1)
LONGEST_HOLIDAY_DAYS = 10
LARGEST_AMOUNT = {
    LimitKind.WORKING_DAYS: 250,
    LimitKind.CALENDAR_DAYS: 366,
    LimitKind.HOURS: 24 * 31,
    LimitKind.OFFICE_HOURS: 400,
}
FIRST_YEAR, LAST_YEAR = 2000, 2100
SHORT_DAYS = (3, 5, 7, 10)  # of the Administrative Reconsideration Law of 2023, article 88: working days
Pause = tuple[datetime, datetime]  # from, to


class BeyondCalendar(Conflict):
    """A strict count would need a year that is not loaded."""

    code = "calendar_beyond"


def limit_as_read(kind: LimitKind, amount: int, reading: Reading, *, rolls_forward: bool = True) -> Limit:
    """A limit as its act wants its days read.

    Administrative Reconsideration Law (2023): periods of 3, 5, 7 and 10 日 are working days, longer ones calendar days.
    """
    if reading is Reading.RECONSIDERATION_2023 and kind is LimitKind.CALENDAR_DAYS and amount in SHORT_DAYS:
        return Limit(LimitKind.WORKING_DAYS, amount)
    return Limit(kind, amount, rolls_forward)


def due_at(calendar: Calendar, starts_at: datetime, limit: Limit) -> Counted:
    """When a limit that begins at a moment ends, and the days passed on the way.

    Days: that of the event is not counted; the limit ends at the close of business of the last day. Working days
    leave out weekends and days off, make-up days count. Calendar days count all; when the last one is not worked, the
    limit ends on the next day that is (general rule of Chinese procedure, e.g. Civil Procedure Law on time periods),
    unless the limit does not roll forward. Hours run day and night, opening hours only while the office is open.
    """
    if limit.kind is LimitKind.HOURS:
        reached = after_hours(calendar, starts_at, timedelta(hours=limit.amount))
        return Counted(reached.ends_at, False, reached.days)
    if limit.kind is LimitKind.OFFICE_HOURS:
        reached = after_open_time(calendar, starts_at, timedelta(hours=limit.amount))
        is_unknown = any(one.day.year not in calendar.years for one in reached.days)
        return Counted(reached.ends_at, is_unknown, reached.days)
    first = local_day(starts_at, calendar.zone)
    passed = [CountedDay(first, day_type(calendar, first), None)]
    if limit.kind is LimitKind.WORKING_DAYS:
        passed.extend(count_working(calendar, first, limit.amount))
    else:
        passed.extend(count_calendar(calendar, first, limit))
    return Counted(closing(calendar, passed[-1].day), reaches_unknown(calendar, passed), tuple(passed))


def check_known(calendar: Calendar, counted: Counted | Ledger) -> None:
    """Refuse a count that needed a year which is not loaded. Raises BeyondCalendar."""
    if counted.is_provisional:
        reached = local_day(counted.due_at, calendar.zone).year
        missing = [year for year in {*(one.day.year for one in counted.days), reached} if year not in calendar.years]
        raise BeyondCalendar(year=str(min(missing)))


def count_working(calendar: Calendar, first: date, amount: int) -> Iterator[CountedDay]:
    number = 0
    for day in after(first):
        kind = day_type(calendar, day)
        number += kind.is_worked
        yield CountedDay(day, kind, number if kind.is_worked else None)
        if number == amount:
            return


def count_calendar(calendar: Calendar, first: date, limit: Limit) -> Iterator[CountedDay]:
    for number, day in enumerate(after(first), start=1):
        kind = day_type(calendar, day)
        yield CountedDay(day, kind, number if number <= limit.amount else None)
        if number >= limit.amount and (kind.is_worked or not limit.rolls_forward):
            return


def reaches_unknown(calendar: Calendar, days: Sequence[CountedDay]) -> bool:
    """True when some day after the event lies in a year that is not loaded."""
    return any(one.day.year not in calendar.years for one in days[1:])


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """How many working days lie after `first` up to and with `last`; negative when `last` lies before."""
    if last < first:
        return -working_days_between(calendar, last, first)
    return sum(is_worked(calendar, day) for day in each(first + ONE_DAY, last))


def latest_day(calendar: Calendar, event_on: date, limit: Limit) -> date:
    """The last day on which something may be done that must be done so long before an event, whose day is not counted.

    Only limits in days; calendar days are never rolled, since that would shorten the time. Raises ValueError for hours.
    """
    if limit.kind is LimitKind.CALENDAR_DAYS:
        return event_on - timedelta(days=limit.amount)
    if limit.kind is not LimitKind.WORKING_DAYS:
        raise ValueError("a limit before an event is counted in days")
    day, left = event_on, limit.amount
    while left:
        day -= ONE_DAY
        left -= is_worked(calendar, day)
    return day


def extended(calendar: Calendar, due: datetime, limit: Limit) -> Counted:
    """A due moment put off by a further limit, counted from the old one."""
    return due_at(calendar, due, limit)


def after_pause(
    calendar: Calendar, due: datetime, paused_at: datetime, resumed_at: datetime, kind: LimitKind
) -> Counted:
    """The due moment after a pause: the working time paused is added to it, to the second.

    Working time is the time the office was open; for hours that run day and night it is all of the time. Pauses may
    therefore be added in any order, and one outside working time adds nothing.
    """
    if kind is LimitKind.HOURS:
        return Counted(due + max(resumed_at - paused_at, ZERO), False, ())
    stood = open_time(calendar, paused_at, resumed_at)
    if stood == ZERO:
        return Counted(due, False, ())
    reached = after_open_time(calendar, due, stood)
    passed = [local_day(paused_at, calendar.zone), *(one.day for one in reached.days[1:])]
    return Counted(reached.ends_at, any(day.year not in calendar.years for day in passed), reached.days)


def remaining(calendar: Calendar, since: datetime, due: datetime, kind: LimitKind) -> timedelta:
    """The working time from a moment until something is due; negative when it is late. Hours count day and night."""
    if kind is LimitKind.HOURS:
        return due - since
    return open_time(calendar, since, due) if since <= due else -open_time(calendar, due, since)


def ledger(
    calendar: Calendar,
    starts_at: datetime,
    limit: Limit,
    *,
    pauses: Sequence[Pause] = (),
    extension: Limit | None = None,
) -> Ledger:
    """A due date from its beginning to its end: the first count, every pause, then an extension, day by day."""
    first = due_at(calendar, starts_at, limit)
    paused_to, is_provisional, paused = first.due_at, first.is_provisional, ZERO
    for begins, ends in pauses:
        moved = after_pause(calendar, paused_to, begins, ends, limit.kind)
        paused_to, is_provisional = moved.due_at, is_provisional or moved.is_provisional
        paused += working_time(calendar, begins, ends, limit.kind)
    due = paused_to
    further: tuple[CountedDay, ...] = ()
    if extension is not None:
        counted = extended(calendar, paused_to, extension)
        due, further, is_provisional = counted.due_at, counted.days, is_provisional or counted.is_provisional
    days = tuple(ledger_days(calendar, first, paused_to, further, pauses, limit.kind))
    return Ledger(first, paused_to, due, paused, is_provisional, days)


def ledger_days(
    calendar: Calendar,
    first: Counted,
    paused_to: datetime,
    further: Sequence[CountedDay],
    pauses: Sequence[Pause],
    kind: LimitKind,
) -> Iterator[LedgerDay]:
    counted = {one.day: one for one in first.days}
    extra = {one.day: one for one in further[1:]}
    reached = local_day(paused_to, calendar.zone)
    last = max(reached, *extra) if extra else reached
    for day in each(first.days[0].day, max(last, first.days[-1].day)):
        one, later = counted.get(day), extra.get(day)
        begins_on = first.days[-1].day
        yield LedgerDay(
            day,
            day_type(calendar, day),
            later.number if later else one.number if one else None,
            seconds_of(one or later),
            sum((paused_on(calendar, day, pause, kind) for pause in pauses), ZERO),
            is_added=begins_on < day <= reached and is_worked(calendar, day),
            is_extension=later is not None and later.number is not None,
        )


def seconds_of(one: CountedDay | None) -> timedelta | None:
    return None if one is None or one.seconds is None else timedelta(seconds=one.seconds)


def paused_on(calendar: Calendar, day: date, pause: Pause, kind: LimitKind) -> timedelta:
    if kind is not LimitKind.HOURS:
        return open_on(calendar, day, *pause)
    whole = (start_of(day, calendar.zone), start_of(day + ONE_DAY, calendar.zone))
    return overlap(*pause, whole)


def working_time(calendar: Calendar, begins: datetime, ends: datetime, kind: LimitKind) -> timedelta:
    """The time of a pause that counts for a limit."""
    return max(ends - begins, ZERO) if kind is LimitKind.HOURS else open_time(calendar, begins, ends)


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


def year_gap(calendar: Calendar, year: int) -> int | None:
    """The year that must be loaded before this one, since loaded years follow each other; None when it may come."""
    loaded = set(calendar.years)
    if not loaded or year in loaded or min(loaded) - 1 <= year <= max(loaded) + 1:
        return None
    return max(loaded) + 1 if year > max(loaded) else min(loaded) - 1


def pack_problems(pack: PackDefinition) -> Iterator[Problem]:
    codes: set[str] = set()
    for rule in pack.rules:
        if rule.code in codes:
            yield Problem("defined_twice", where=rule.code)
        codes.add(rule.code)
        if not 0 < rule.limit.amount <= LARGEST_AMOUNT[rule.limit.kind]:
            yield Problem("limit_amount_implausible", where=rule.code, facts={"amount": rule.limit.amount})
    for code in pack.without:
        if code in codes:
            yield Problem("pack_rule_in_without", where=code, facts={"value": code})
