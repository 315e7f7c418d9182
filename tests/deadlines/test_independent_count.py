"""Due dates against a naive count: day by day, minute by minute, from the shipped files and nothing of the engine."""

from __future__ import annotations

import random
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qs.deadlines import rules
from qs.deadlines.library import shipped_years
from qs.deadlines.terms import Limit, LimitKind
from tests.deadlines.calendar import CALENDAR

FILES = sorted((Path(__file__).parents[2] / "data" / "calendars").glob("cn-20*.toml"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DRAWN = 2000
MAKE_UP_DAYS = (
    # State Council notices 国办发明电〔2023〕7号, 〔2024〕12号 and 〔2025〕7号, copied by hand
    *(date(2024, *day) for day in ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12))),
    *(date(2025, *day) for day in ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11))),
    *(date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))),
)


@cache
def off_and_worked() -> tuple[set[date], set[date]]:
    """Days off and make-up days, as they stand in the files."""
    off, worked = set(), set()
    for file in FILES:
        for holiday in tomllib.loads(file.read_text(encoding="utf-8"))["holiday"]:
            day = holiday["first_on"]
            while day <= holiday["last_on"]:
                off.add(day)
                day += DAY
            worked.update(holiday["makeup_work"])
    return off, worked


def is_working_day(day: date) -> bool:
    off, worked = off_and_worked()
    return day in worked or (day.isoweekday() <= 5 and day not in off)


def naive_due(start: datetime, kind: LimitKind, amount: int) -> datetime:
    """The rule as a clerk would apply it with a wall calendar and a pencil."""
    local = start.astimezone(SHANGHAI)
    if kind is LimitKind.HOURS:
        return start + timedelta(hours=amount)
    day = local.date()
    if kind is LimitKind.WORKING_DAYS:
        while amount:
            day += DAY
            if is_working_day(day):
                amount -= 1
    else:
        day += amount * DAY
        while not is_working_day(day):
            day += DAY
    return datetime.combine(day, time(17, 30), SHANGHAI)


def is_open(minute: datetime) -> bool:
    """Whether the office is open in the minute that begins now: 9 to 12 and 13:30 to 17:30."""
    at = minute.hour * 60 + minute.minute
    return is_working_day(minute.date()) and (540 <= at < 720 or 810 <= at < 1050)


def open_minutes(begins: datetime, ends: datetime) -> int:
    found, minute = 0, begins.astimezone(SHANGHAI)
    while minute < ends:
        found += is_open(minute)
        minute += MINUTE
    return found


def test_two_thousand_random_due_dates_agree_with_an_independent_count():
    draw = random.Random(20241123)
    first, last = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    kinds = (LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS, LimitKind.HOURS)
    most = {LimitKind.WORKING_DAYS: 60, LimitKind.CALENDAR_DAYS: 90, LimitKind.HOURS: 200}
    seen = set()
    for _ in range(DRAWN):
        start = first + timedelta(minutes=draw.randrange((last - first) // MINUTE))
        kind = draw.choice(kinds)
        amount = draw.randint(1, most[kind])
        counted = rules.due_at(CALENDAR, start, Limit(kind, amount))
        assert counted.due_at == naive_due(start, kind, amount), (start, kind, amount)
        assert not counted.is_provisional
        seen.add((start, kind, amount))
    assert len(seen) > DRAWN - 5


def test_hours_in_windows_agree_with_a_count_minute_by_minute():
    draw = random.Random(7)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    for _ in range(60):
        start = first + timedelta(minutes=draw.randrange(900 * 24 * 60))
        hours = draw.randint(1, 16)
        due = rules.due_at(CALENDAR, start, Limit(LimitKind.OFFICE_HOURS, hours)).due_at
        assert open_minutes(start, due) == hours * 60
        assert is_open(due.astimezone(SHANGHAI) - MINUTE)  # not a minute later than needed


def test_working_time_of_a_pause_agrees_with_a_count_minute_by_minute():
    draw = random.Random(11)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    for _ in range(40):
        begins = first + timedelta(minutes=draw.randrange(900 * 24 * 60))
        ends = begins + timedelta(minutes=draw.randrange(6 * 24 * 60))
        length = rules.working_time(CALENDAR, begins, ends, LimitKind.WORKING_DAYS)
        assert length == timedelta(minutes=open_minutes(begins, ends))


def test_the_files_name_the_make_up_days_of_the_notices_and_no_others():
    assert sorted(off_and_worked()[1]) == sorted(MAKE_UP_DAYS)
    assert len(FILES) == len(shipped_years())


@pytest.mark.parametrize("day", MAKE_UP_DAYS, ids=date.isoformat)
def test_a_make_up_day_counts(day):
    assert day.isoweekday() >= 6
    eve = datetime.combine(day - DAY, time(10), SHANGHAI)
    counted = rules.due_at(CALENDAR, eve, Limit(LimitKind.WORKING_DAYS, 1))
    assert counted.due_at == datetime.combine(day, time(17, 30), SHANGHAI)
    opened = datetime.combine(day, time(9), SHANGHAI)
    assert rules.due_at(CALENDAR, opened, Limit(LimitKind.OFFICE_HOURS, 3)).due_at == opened + timedelta(hours=3)
