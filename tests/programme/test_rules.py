"""Dates from months, how a task stands, and progress by weight."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.errors import InvalidInput
from qs.programme import rules
from qs.programme.template import read_template
from qs.programme.terms import Party, Period, Phase, Status

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 1), 1, date(2026, 2, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 15), 2, date(2027, 1, 15)),
        (date(2026, 1, 1), 0.5, date(2026, 1, 16)),
        (date(2026, 1, 1), 0, date(2026, 1, 1)),
    ],
)
def test_months_are_calendar_months(day, months, expected):
    assert rules.add_months(day, months) == expected


def test_the_first_month_ends_on_its_last_day():
    assert rules.task_period(date(2026, 3, 1), 0, 1) == Period(date(2026, 3, 1), date(2026, 3, 31))


def test_the_template_takes_one_three_and_one_months_and_rewards_begin_in_the_sixth():
    tasks = {task.code: task for task in read_template().tasks}
    assert tasks["plan-measures"].months == 1
    assert (tasks["system-build"].from_month, tasks["system-build"].months) == (1, 3)
    assert (tasks["participation-platform"].from_month, tasks["participation-platform"].months) == (4, 1)
    assert tasks["incentives"].from_month == 6
    months = [task.from_month for task in read_template().tasks if task.phase is Phase.EVALUATION]
    assert [later - earlier for earlier, later in pairwise(months)] == [3] * 5


def test_every_party_has_a_duty_and_a_task():
    assert {duty.party for duty in read_template().duties} == set(Party)
    assert {task.party for task in read_template().tasks} == set(Party)


@pytest.mark.parametrize(
    ("today", "share", "done_on", "expected"),
    [
        (date(2026, 5, 31), 0.0, None, Status.NOT_STARTED),
        (date(2026, 5, 31), 0.1, None, Status.ON_TRACK),
        (date(2026, 6, 6), 0.0, None, Status.ON_TRACK),  # 6 of 30 days: exactly a fifth behind
        (date(2026, 6, 7), 0.0, None, Status.AT_RISK),
        (date(2026, 6, 30), 0.8, None, Status.ON_TRACK),
        (date(2026, 6, 30), 0.79, None, Status.AT_RISK),
        (date(2026, 7, 1), 0.99, None, Status.LATE),
        (date(2026, 7, 9), 1.0, date(2026, 7, 5), Status.DONE),
    ],
)
def test_how_a_task_stands_follows_from_its_dates_and_progress(today, share, done_on, expected):
    assert rules.status(JUNE, progress_share=share, done_on=done_on, today=today) is expected


@given(st.integers(-60, 400), st.floats(0, 1))
def test_a_task_past_its_last_day_is_late_and_never_before(days, share):
    today = JUNE.starts_on + timedelta(days=days)
    found = rules.status(JUNE, progress_share=share, done_on=None, today=today)
    assert (found is Status.LATE) == (today > JUNE.due_on)


def test_progress_of_the_whole_is_weighted():
    assert rules.weighted_progress([(1, 1.0), (3, 0.0)]) == 0.25
    assert rules.weighted_progress([]) is None


def test_progress_never_falls():
    rules.check_progress(0.5, before=0.5)
    for share in (0.4, 1.1):
        with pytest.raises(InvalidInput, match="progress_faulty"):
            rules.check_progress(share, before=0.5)


def test_other_dates_must_be_other_and_in_order():
    with pytest.raises(InvalidInput, match="dates_as_before"):
        rules.check_period(JUNE, JUNE)
    with pytest.raises(InvalidInput, match="dates_faulty"):
        rules.check_period(Period(date(2026, 6, 2), date(2026, 6, 1)), JUNE)


@pytest.mark.parametrize("text", ["", "  ", "x" * 501])
def test_a_reason_is_asked_for_and_limited(text):
    with pytest.raises(InvalidInput, match="reason_missing"):
        rules.checked_reason(text)
