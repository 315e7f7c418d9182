"""Opening hours: what they add up to, where a limit in them ends, and what a pause adds to any limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qs.deadlines import hours, rules
from qs.deadlines.terms import DayType, Limit, LimitKind, Reading, Window
from tests.deadlines.calendar import CALENDAR, ZONE, local

ZERO = timedelta()
HOUR = timedelta(hours=1)
LATE = replace(CALENDAR, windows=(Window(time(8), time(11)), Window(time(12), time(14)), Window(time(15), time(20))))
moments = st.integers(0, 950 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
lengths = st.integers(0, 9 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
calendars = st.sampled_from([CALENDAR, LATE])
kinds = st.sampled_from(list(LimitKind))


def due(start: str, amount: int, kind: LimitKind = LimitKind.OFFICE_HOURS) -> str:
    return rules.due_at(CALENDAR, local(start), Limit(kind, amount)).due_at.astimezone(ZONE).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-11-23 09:00", 3, "11-23 12:00"),  # with the window, not at the next opening
        ("2026-11-23 11:00", 2, "11-23 14:30"),  # over the noon break
        ("2026-11-23 07:15", 1, "11-23 10:00"),  # before opening
        ("2026-11-27 16:30", 2, "11-30 10:00"),  # over a weekend
        ("2026-02-13 17:30", 1, "02-14 10:00"),  # the Saturday before Spring Festival is worked
        ("2026-02-14 17:00", 1, "02-24 09:30"),  # nine days off follow
    ],
)
def test_a_limit_in_opening_hours_runs_only_while_the_office_is_open(start, amount, expected):
    assert due(start, amount) == expected


def test_urgent_hours_run_through_night_and_weekend():
    assert due("2026-11-27 16:30", 2, LimitKind.HOURS) == "11-27 18:30"
    assert due("2026-02-14 23:30", 24, LimitKind.HOURS) == "02-15 23:30"


def test_the_end_of_business_is_the_end_of_the_last_window():
    counted = rules.due_at(LATE, local("2026-11-23 10:00"), Limit(LimitKind.WORKING_DAYS, 1))
    assert counted.due_at == local("2026-11-24 20:00")
    assert (LATE.day_length, CALENDAR.day_length) == (10 * HOUR, 7 * HOUR)


def test_each_day_of_a_count_in_hours_says_what_it_added():
    days = rules.due_at(CALENDAR, local("2026-11-27 16:30"), Limit(LimitKind.OFFICE_HOURS, 2)).days
    assert [(one.day.day, one.type, one.seconds) for one in days] == [
        (27, DayType.WORK, 3600),
        (28, DayType.WEEKEND, 0),
        (29, DayType.WEEKEND, 0),
        (30, DayType.WORK, 3600),
    ]
    night = rules.due_at(CALENDAR, local("2026-11-27 23:00"), Limit(LimitKind.HOURS, 2)).days
    assert [one.seconds for one in night] == [3600, 3600]


def test_opening_hours_past_the_last_loaded_year_are_provisional_and_refused_when_strict():
    counted = rules.due_at(CALENDAR, local("2026-12-31 16:30"), Limit(LimitKind.OFFICE_HOURS, 2))
    assert counted.is_provisional
    with pytest.raises(rules.BeyondCalendar) as caught:
        rules.check_known(CALENDAR, counted)
    assert caught.value.facts == {"year": "2027"}
    rules.check_known(CALENDAR, rules.due_at(CALENDAR, local("2026-12-30 16:30"), Limit(LimitKind.OFFICE_HOURS, 2)))


@given(calendars, moments, lengths)
def test_the_open_time_up_to_where_it_ends_is_the_time_asked_for(calendar, begins, length):
    reached = hours.after_open_time(calendar, begins, length)
    assert hours.open_time(calendar, begins, reached.ends_at) == length
    assert sum(one.seconds for one in reached.days) == length // timedelta(seconds=1)


@given(calendars, moments, lengths, lengths)
def test_open_time_adds_up(calendar, begins, first, second):
    middle, end = begins + first, begins + first + second
    both = hours.open_time(calendar, begins, middle) + hours.open_time(calendar, middle, end)
    assert both == hours.open_time(calendar, begins, end)


@given(calendars, kinds, moments, moments)
def test_a_pause_of_no_time_adds_nothing(calendar, kind, due_at, paused_at):
    assert rules.after_pause(calendar, due_at, paused_at, paused_at, kind).due_at == due_at


@given(calendars, kinds, moments, moments, lengths)
def test_no_pause_brings_a_due_date_forward(calendar, kind, due_at, paused_at, length):
    assert rules.after_pause(calendar, due_at, paused_at, paused_at + length, kind).due_at >= due_at


@given(calendars, st.sampled_from([one for one in LimitKind if one is not LimitKind.HOURS]), moments, moments, lengths)
def test_a_pause_outside_working_time_adds_nothing(calendar, kind, due_at, paused_at, length):
    assume(hours.open_time(calendar, paused_at, paused_at + length) == ZERO)
    assert rules.after_pause(calendar, due_at, paused_at, paused_at + length, kind).due_at == due_at


@pytest.mark.parametrize("kind", [LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS, LimitKind.OFFICE_HOURS])
@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-11-27 17:30", "2026-11-30 09:00"),  # from close of business on Friday to opening on Monday
        ("2026-11-24 12:00", "2026-11-24 13:30"),  # over noon
        ("2026-10-01 00:00", "2026-10-08 09:00"),  # over National Day
    ],
)
def test_a_clock_stopped_outside_working_time_moves_nothing(kind, begins, ends):
    old = local("2026-12-01 17:30")
    assert rules.after_pause(CALENDAR, old, local(begins), local(ends), kind).due_at == old


@given(calendars, kinds, moments, st.lists(st.tuples(moments, lengths), min_size=2, max_size=4), st.randoms())
def test_the_order_of_pauses_does_not_matter(calendar, kind, due_at, pauses, random):
    def after(chosen):
        reached = due_at
        for begins, length in chosen:
            reached = rules.after_pause(calendar, reached, begins, begins + length, kind).due_at
        return reached

    shuffled = list(pauses)
    random.shuffle(shuffled)
    assert after(pauses) == after(shuffled)


@given(calendars, moments, st.integers(1, 20), moments, lengths)
def test_the_working_time_left_is_the_same_before_and_after_a_pause(calendar, starts_at, amount, paused_at, length):
    due_at = rules.due_at(calendar, starts_at, Limit(LimitKind.WORKING_DAYS, amount)).due_at
    assume(starts_at <= paused_at <= due_at)
    later = rules.after_pause(calendar, due_at, paused_at, paused_at + length, LimitKind.WORKING_DAYS).due_at
    left = rules.remaining(calendar, paused_at, due_at, LimitKind.WORKING_DAYS)
    assert rules.remaining(calendar, paused_at + length, later, LimitKind.WORKING_DAYS) == left


def test_a_late_matter_is_as_late_after_a_pause_as_before():
    old = local("2026-11-23 17:30")
    assert rules.remaining(CALENDAR, local("2026-11-24 12:00"), old, LimitKind.WORKING_DAYS) == -3 * HOUR
    later = rules.after_pause(
        CALENDAR, old, local("2026-11-24 12:00"), local("2026-11-26 12:00"), LimitKind.WORKING_DAYS
    )
    assert rules.remaining(CALENDAR, local("2026-11-26 12:00"), later.due_at, LimitKind.WORKING_DAYS) == -3 * HOUR


def test_half_a_day_paused_is_half_a_day_added():
    old = local("2026-11-30 17:30")
    kind = LimitKind.WORKING_DAYS
    later = rules.after_pause(CALENDAR, old, local("2026-11-24 09:00"), local("2026-11-24 12:00"), kind)
    assert later.due_at == local("2026-12-01 12:00")


@pytest.mark.parametrize("amount", [3, 5, 7, 10])
def test_short_days_of_the_reconsideration_law_are_working_days(amount):
    read = rules.limit_as_read(LimitKind.CALENDAR_DAYS, amount, Reading.RECONSIDERATION_2023)
    assert read == Limit(LimitKind.WORKING_DAYS, amount)


@pytest.mark.parametrize("amount", [2, 15, 30, 60])
def test_its_other_days_are_calendar_days(amount):
    read = rules.limit_as_read(LimitKind.CALENDAR_DAYS, amount, Reading.RECONSIDERATION_2023)
    assert read == Limit(LimitKind.CALENDAR_DAYS, amount)
    assert rules.limit_as_read(LimitKind.CALENDAR_DAYS, 5, Reading.PLAIN).kind is LimitKind.CALENDAR_DAYS


def test_calendar_days_roll_forward_only_where_the_rule_says_so():
    start = local("2026-11-23 10:00")
    rolled = rules.due_at(CALENDAR, start, Limit(LimitKind.CALENDAR_DAYS, 5))
    plain = rules.due_at(CALENDAR, start, Limit(LimitKind.CALENDAR_DAYS, 5, rolls_forward=False))
    assert (rolled.due_at, plain.due_at) == (local("2026-11-30 17:30"), local("2026-11-28 17:30"))


def test_before_an_event_days_are_counted_backwards_without_rolling():
    saturday, friday = date(2026, 11, 28), date(2026, 11, 27)
    assert rules.latest_day(CALENDAR, saturday, Limit(LimitKind.CALENDAR_DAYS, 7)) == date(2026, 11, 21)
    assert rules.latest_day(CALENDAR, friday, Limit(LimitKind.WORKING_DAYS, 5)) == date(2026, 11, 20)
    with pytest.raises(ValueError, match="in days"):
        rules.latest_day(CALENDAR, friday, Limit(LimitKind.HOURS, 5))


def test_a_ledger_tells_the_count_the_pause_and_the_extension_day_by_day():
    story = rules.ledger(
        CALENDAR,
        local("2026-11-23 10:00"),
        Limit(LimitKind.WORKING_DAYS, 5),
        pauses=[(local("2026-11-24 10:00"), local("2026-11-27 10:00"))],
        extension=Limit(LimitKind.WORKING_DAYS, 2),
    )
    assert (story.first.due_at, story.paused_to, story.due_at) == (
        local("2026-11-30 17:30"),
        local("2026-12-03 17:30"),
        local("2026-12-07 17:30"),
    )
    assert story.paused == 21 * HOUR
    told = {one.day.isoformat()[5:]: one for one in story.days}
    assert [told[f"11-{day}"].paused // HOUR for day in (24, 25, 26, 27)] == [6, 7, 7, 1]
    assert [day for day, one in told.items() if one.is_added] == ["12-01", "12-02", "12-03"]
    assert [(day, one.number) for day, one in told.items() if one.is_extension] == [("12-04", 1), ("12-07", 2)]
    assert told["11-30"].number == 5


def test_a_pause_of_a_night_limit_is_told_by_the_clock():
    begins, ends = local("2026-11-27 22:00"), local("2026-11-28 01:00")
    story = rules.ledger(CALENDAR, local("2026-11-27 20:00"), Limit(LimitKind.HOURS, 4), pauses=[(begins, ends)])
    assert story.due_at == local("2026-11-28 03:00")
    assert [one.paused // HOUR for one in story.days] == [2, 1]


@pytest.mark.parametrize(
    ("windows", "codes"),
    [
        ((), ["windows_none"]),
        ((Window(time(9), time(9)),), ["window_reversed"]),
        ((Window(time(9), time(12)), Window(time(11), time(17))), ["windows_overlap"]),
        (tuple(Window(time(8 + n), time(8 + n, 30)) for n in range(5)), ["windows_too_many"]),
        ((Window(time(9), time(12)), Window(time(12), time(17))), []),
    ],
)
def test_wrong_opening_hours_are_named(windows, codes):
    assert [one.code for one in hours.window_problems(windows)] == codes
