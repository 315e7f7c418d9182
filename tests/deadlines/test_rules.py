"""Counting time: working days with make-up days, calendar days, hours, pauses, and what lies past the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.deadlines import hours, rules
from qs.deadlines.library import shipped_packs
from qs.deadlines.terms import DEFAULT_PACK, DayType, Limit, LimitKind
from tests.deadlines.calendar import CALENDAR, SPECIAL, ZONE, local


def due(start: str, amount: int, kind: LimitKind = LimitKind.WORKING_DAYS) -> str:
    counted = rules.due_at(CALENDAR, local(start), Limit(kind, amount))
    return counted.due_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def test_the_day_of_the_event_is_not_counted():
    assert due("2026-11-23 00:00", 1) == due("2026-11-23 23:59", 1) == "2026-11-24 17:30"


def test_five_working_days_leave_out_the_weekend():
    assert due("2026-11-23 10:00", 5) == "2026-11-30 17:30"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-02-13 10:00", "2026-02-14 17:30"),  # the Saturday before Spring Festival is worked
        ("2026-02-14 10:00", "2026-02-24 17:30"),  # nine days off follow
        ("2026-05-08 10:00", "2026-05-09 17:30"),  # the Saturday after Labour Day is worked
        ("2026-01-03 10:00", "2026-01-04 17:30"),  # a Sunday is worked
        ("2026-09-30 10:00", "2026-10-08 17:30"),
        ("2026-10-09 10:00", "2026-10-10 17:30"),
    ],
)
def test_make_up_days_count_and_days_off_do_not(start, expected):
    assert due(start, 1) == expected


def test_every_make_up_day_of_2026_is_worked_on_a_weekend():
    made_up = sorted(day for day, kind in SPECIAL.items() if kind is DayType.MAKEUP_WORK and day.year == 2026)
    assert [day.strftime("%m-%d") for day in made_up] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert all(day.weekday() >= 5 and hours.is_worked(CALENDAR, day) for day in made_up)


def test_calendar_days_count_all_and_move_on_when_the_last_is_not_worked():
    assert due("2026-11-23 10:00", 4, LimitKind.CALENDAR_DAYS) == "2026-11-27 17:30"
    assert due("2026-11-23 10:00", 5, LimitKind.CALENDAR_DAYS) == "2026-11-30 17:30"  # 28 November is a Saturday
    assert due("2026-09-23 10:00", 8, LimitKind.CALENDAR_DAYS) == "2026-10-08 17:30"  # 1 October is off


def test_a_calendar_count_ending_on_a_make_up_day_ends_there():
    assert due("2026-02-12 10:00", 2, LimitKind.CALENDAR_DAYS) == "2026-02-14 17:30"


def test_hours_run_day_and_night():
    assert due("2026-11-27 16:20", 24, LimitKind.HOURS) == "2026-11-28 16:20"
    counted = rules.due_at(CALENDAR, local("2026-12-31 20:00"), Limit(LimitKind.HOURS, 24))
    assert not counted.is_provisional
    assert all(one.number is None for one in counted.days)


def test_past_the_last_loaded_year_a_due_date_is_provisional():
    inside = rules.due_at(CALENDAR, local("2026-12-24 10:00"), Limit(LimitKind.WORKING_DAYS, 5))
    across = rules.due_at(CALENDAR, local("2026-12-25 10:00"), Limit(LimitKind.WORKING_DAYS, 5))
    assert (inside.is_provisional, across.is_provisional) == (False, True)
    assert across.due_at.astimezone(ZONE).date() == date(2027, 1, 1)  # by weekends only, and said to be so


def test_the_days_of_a_count_carry_type_and_running_number():
    days = rules.due_at(CALENDAR, local("2026-11-26 10:00"), Limit(LimitKind.WORKING_DAYS, 2)).days
    assert [(one.day.day, one.type, one.number) for one in days] == [
        (26, DayType.WORK, None),
        (27, DayType.WORK, 1),
        (28, DayType.WEEKEND, None),
        (29, DayType.WEEKEND, None),
        (30, DayType.WORK, 2),
    ]


moments = st.integers(0, 3 * 365 * 24 - 30 * 24).map(
    lambda hours: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)


@given(moments, st.integers(1, 20))
def test_working_days_agree_with_a_count_day_by_day(starts_at, amount):
    day, left = starts_at.astimezone(ZONE).date(), amount
    while left:
        day += timedelta(days=1)
        kind = SPECIAL.get(day)
        worked = kind is DayType.MAKEUP_WORK or (kind is None and day.isoweekday() < 6)
        left -= worked
    expected = datetime.combine(day, time(17, 30), ZONE)
    counted = rules.due_at(CALENDAR, starts_at, Limit(LimitKind.WORKING_DAYS, amount))
    assert counted.due_at == expected
    assert max(one.number or 0 for one in counted.days) == amount
    assert rules.working_days_between(CALENDAR, counted.days[0].day, day) == amount


@given(moments, st.integers(1, 40))
def test_calendar_days_end_on_the_first_worked_day_from_the_last_one(starts_at, amount):
    counted = rules.due_at(CALENDAR, starts_at, Limit(LimitKind.CALENDAR_DAYS, amount))
    last, due_on = starts_at.astimezone(ZONE).date() + timedelta(days=amount), counted.days[-1].day
    assert due_on >= last
    assert hours.is_worked(CALENDAR, due_on)
    assert not any(hours.is_worked(CALENDAR, day) for day in hours.each(last, due_on - timedelta(days=1)))


def test_working_days_between_two_days_run_both_ways():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert rules.working_days_between(CALENDAR, friday, monday) == 1
    assert rules.working_days_between(CALENDAR, monday, friday) == -1
    assert rules.working_days_between(CALENDAR, monday, monday) == 0


def test_a_pause_of_three_working_days_puts_the_due_date_off_by_three():
    old = local("2026-11-30 17:30")
    after = rules.after_pause(
        CALENDAR, old, local("2026-11-24 10:00"), local("2026-11-27 10:00"), LimitKind.WORKING_DAYS
    )
    assert after.due_at == local("2026-12-03 17:30")


def test_a_pause_over_a_weekend_adds_nothing_that_would_not_have_been_worked():
    old = local("2026-11-30 17:30")
    after = rules.after_pause(
        CALENDAR, old, local("2026-11-28 09:00"), local("2026-11-29 20:00"), LimitKind.WORKING_DAYS
    )
    assert after.due_at == old


def test_a_pause_of_an_hourly_limit_adds_the_hours():
    old = local("2026-11-24 10:00")
    after = rules.after_pause(CALENDAR, old, local("2026-11-23 12:00"), local("2026-11-23 15:30"), LimitKind.HOURS)
    assert after.due_at == local("2026-11-24 13:30")


def test_the_version_names_every_year_a_count_used():
    counted = rules.due_at(CALENDAR, local("2026-12-25 10:00"), Limit(LimitKind.WORKING_DAYS, 5))
    assert rules.version_of(CALENDAR, rules.years_of(counted)) == "2026.1 2027.?"


def test_the_pack_has_the_limits_that_the_rooms_count_by():
    (pack,) = [one for one in shipped_packs() if one.code == DEFAULT_PACK]
    limits = {rule.code: (rule.limit.kind.value, rule.limit.amount) for rule in pack.rules}
    assert limits["request.dispatch"] == ("hours", 24)
    assert limits["request.handle"] == limits["request.extension"] == ("working_days", 5)
    assert limits["request.review"] == ("calendar_days", 30)
    assert limits["rectification.complete"] == ("working_days", 15)
    assert len(limits) >= 25
