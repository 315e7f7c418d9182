"""The traps that other systems fell into (domain reference, section 5, numbers 5 to 9), each with its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM
from qs.deadlines import actions, dues, office, queries, rules
from qs.deadlines.library import CALENDARS, read_year, shipped_packs, shipped_years
from qs.deadlines.models import DueDate
from qs.deadlines.terms import DayType, Window
from qs.errors import InvalidInput
from tests.world import CLERK, MADE_AT

ZONE = ZoneInfo("Asia/Shanghai")
BY = {"actor": PUBLIC}
DAY = timedelta(days=1)
Y2026 = shipped_years()[-1]


@pytest.fixture
def ready(store):
    with store.writing() as session:
        actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
    return store


def set_five(session, starts_at, **how):
    return dues.set_due(session, "request:1", "request.handle", starts_at=starts_at, now=starts_at, **how, **BY)


def clock(due):
    return due.due_at.astimezone(ZONE).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("pack", "urgency", "without", "expected"),
    [
        ("cn-bj-tiered", "complex", "12-08 17:30", "12-11 17:30"),  # 15 calendar days, then 3 working days
        ("cn-market", None, "01-25 17:30", "01-28 17:30"),  # 45 working days, 2027 by weekends
        ("cn-12345-5wd", None, "11-30 17:30", "12-03 17:30"),
    ],
)
def test_trap_5_another_category_keeps_the_three_days_paused(ready, now, pack, urgency, without, expected):
    with ready.writing() as session:
        plain = set_five(session, now, pack=pack, urgency=urgency)
        due = set_five(session, now)
        dues.pause_due(session, due.due_id, reason="等待材料", now=now + DAY, **BY)
        dues.resume_due(session, due.due_id, reason="材料到", now=now + 4 * DAY, **BY)
        changed = dues.recount_due(
            session, due.due_id, "request.handle", pack=pack, urgency=urgency, reason="改类", now=now + 4 * DAY, **BY
        )
    assert (clock(plain), clock(changed)) == (without, expected)


def test_trap_6_nothing_but_extension_pause_and_recount_moves_a_due_date(ready, now):
    newer = [replace(one, version=one.version + 1) for one in shipped_packs()]
    with ready.writing() as session:
        due = set_five(session, now)
        longer = tuple(
            replace(one, last_on=date(2026, 10, 9)) if one.code == "national" else one for one in Y2026.holidays
        )
        actions.import_calendar(session, replace(Y2026, version=2, holidays=longer), actor=CLERK, now=now)
        actions.load_packs(session, newer, actor=CLERK, now=now)
        office.choose_pack(session, "cn-market", reason="试行", version=0, actor=CLERK, now=now)
        office.change_hours(session, (Window(time(8), time(12)),), reason="夏", version=0, actor=CLERK, now=now)
        dues.set_due(session, "request:1", "request.return", starts_at=now, now=now, **BY)
        stored = session.get_one(DueDate, due.due_id)
        assert (stored.due_at, stored.starts_at) == (due.due_at, due.starts_at)
        assert queries.trace_of(session, due.due_id, **BY).changes == ()


def test_trap_7_an_observance_in_a_file_is_refused_and_an_unnamed_day_stays_what_its_weekday_says(ready):
    text = (CALENDARS / "cn-2026.toml").read_text(encoding="utf-8")
    observance = '\n[[holiday]]\ncode = "women"\nname = "妇女节"\nname_en = "Women\'s Day"\nfirst_on = 2026-03-08\n'
    with pytest.raises(InvalidInput) as caught:
        read_year("cn-2026.toml", (text + observance + "last_on = 2026-03-08\nmakeup_work = []\n").encode())
    assert [one.code for one in caught.value.problems] == ["calendar_festival_unknown"]
    with ready.reading() as session:
        known = queries.calendar(session, **BY)
    named = rules.special_days(Y2026)
    days = [date(2026, 1, 1) + place * DAY for place in range(365)]
    for day in days:
        expected = named[day][0] if day in named else (DayType.WEEKEND if day.isoweekday() > 5 else DayType.WORK)
        assert known.special.get(day, rules.plain_type(day)) is expected


def test_trap_7_an_import_says_beforehand_what_would_change(ready):
    with ready.reading() as session:
        known = queries.calendar(session, **BY)
    shorter = tuple(replace(one, last_on=date(2026, 5, 4)) if one.code == "labour" else one for one in Y2026.holidays)
    (change,) = rules.day_changes(known, replace(Y2026, version=2, holidays=shorter))
    assert (change.day, change.before, change.after) == (date(2026, 5, 5), DayType.HOLIDAY, DayType.WORK)


def test_trap_8_make_up_saturdays_of_2026_count(ready, now):
    friday, saturday = now.replace(month=2, day=13), now.replace(month=2, day=14)
    with ready.writing() as session:
        over_the_first, over_the_second = set_five(session, friday), set_five(session, saturday)
        first = queries.trace_of(session, over_the_first.due_id, **BY).days
        second = queries.trace_of(session, over_the_second.due_id, **BY).days
    assert (clock(over_the_first), clock(over_the_second)) == ("02-27 17:30", "02-28 17:30")
    assert [(one.day.day, one.number) for one in first if one.type is DayType.MAKEUP_WORK] == [(14, 1)]
    assert [(one.day.day, one.number) for one in second if one.type is DayType.MAKEUP_WORK] == [(14, None), (28, 5)]


def test_trap_9_a_standing_clock_shows_what_is_left_and_runs_on_with_exactly_that(ready, now):
    with ready.writing() as session:
        due = set_five(session, now)
        paused = dues.pause_due(session, due.due_id, reason="鉴定", now=now + DAY, **BY)
        left = queries.remaining_time(session, paused, now=now + DAY, **BY)
        weeks_later = now + 22 * DAY
        assert queries.remaining_time(session, paused, now=weeks_later, **BY) == left == timedelta(hours=4 * 7 + 6)
        resumed = dues.resume_due(session, due.due_id, reason="鉴定完毕", now=weeks_later, **BY)
        assert queries.remaining_time(session, resumed, now=weeks_later, **BY) == left
        known = queries.calendar(session, **BY)
    stood = rules.working_time(known, now + DAY, weeks_later, due.kind)
    assert stood == 15 * timedelta(hours=7)  # three weeks of five days
    assert (clock(paused), clock(resumed)) == ("11-30 17:30", "12-21 17:30")


def test_every_due_date_of_an_object_can_be_found(ready, now):
    with ready.writing() as session:
        first, second = set_five(session, now), set_five(session, now, pack="cn-bj-tiered")
        assert queries.dues_of(session, "request:1", **BY) == [first, second]
        assert session.scalar(sa.select(sa.func.count(DueDate.id))) == 2
