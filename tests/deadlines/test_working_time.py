"""Working time of many spans at once agrees with a naive count, whatever the calendar, the zone and the hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.deadlines import hours, rules
from qs.deadlines.terms import Calendar, DayType, Window
from qs.deadlines.working_time import open_hours, working_days
from qs.periods import local_day, to_microseconds

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPECIAL = {
    date(2026, 2, 14): DayType.MAKEUP_WORK,
    date(2026, 2, 16): DayType.HOLIDAY,
    date(2026, 2, 17): DayType.HOLIDAY,
    date(2026, 2, 28): DayType.MAKEUP_WORK,
}
FIRST = datetime(2026, 2, 9, tzinfo=UTC)
minutes = st.integers(0, 60 * 24 * 40)


def calendar(zone: str = "Asia/Shanghai", windows: tuple[Window, ...] | None = None) -> Calendar:
    known = MappingProxyType(SPECIAL)
    if windows is None:
        return Calendar(ZoneInfo(zone), MappingProxyType({2026: 1}), known)
    return Calendar(ZoneInfo(zone), MappingProxyType({2026: 1}), known, windows)


def column(moments):
    return np.array([to_microseconds(one) for one in moments], dtype=np.int64)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("2026-02-12 10:00", "2026-02-12 11:30", 1.5),
        ("2026-02-12 11:00", "2026-02-12 14:00", 1.5),  # the lunch hour does not count
        ("2026-02-12 17:00", "2026-02-14 09:30", 8.0),  # half an hour, Friday, half an hour of the make-up Saturday
        ("2026-02-15 09:00", "2026-02-17 17:00", 0.0),  # Sunday and two days off
        ("2026-02-13 12:00", "2026-02-13 11:00", 0.0),  # the end lies before the beginning
    ],
)
def test_only_opening_hours_of_worked_days_count(begins, ends, expected):
    span = [datetime.fromisoformat(one).replace(tzinfo=SHANGHAI) for one in (begins, ends)]
    assert open_hours(calendar(), column(span[:1]), column(span[1:])).tolist() == [expected]


@given(
    st.lists(st.tuples(minutes, minutes), min_size=1, max_size=20), st.sampled_from(["Asia/Shanghai", "Europe/London"])
)
def test_the_column_agrees_with_counting_span_by_span(spans, zone):
    known = calendar(zone, (Window(time(8, 30), time(12)), Window(time(13), time(17, 15)), Window(time(19), time(20))))
    begins = [FIRST + timedelta(minutes=one) for one, _ in spans]
    ends = [FIRST + timedelta(minutes=one) for _, one in spans]
    found = open_hours(known, column(begins), column(ends))
    wanted = [hours.open_time(known, one, other) / timedelta(hours=1) for one, other in zip(begins, ends, strict=True)]
    assert found == pytest.approx(wanted)


@given(st.lists(st.tuples(minutes, minutes), min_size=1, max_size=20))
def test_working_days_agree_with_counting_day_by_day(spans):
    known = calendar()
    begins = [FIRST + timedelta(minutes=one) for one, _ in spans]
    ends = [FIRST + timedelta(minutes=one) for _, one in spans]
    days = [(local_day(one, SHANGHAI), local_day(other, SHANGHAI)) for one, other in zip(begins, ends, strict=True)]
    wanted = [max(rules.working_days_between(known, first, last), 0) for first, last in days]
    assert working_days(known, column(begins), column(ends)).tolist() == wanted


def test_no_spans_make_no_hours():
    nothing = column([])
    assert open_hours(calendar(), nothing, nothing).tolist() == []
    assert working_days(calendar(), nothing, nothing).tolist() == []


def test_a_stretch_without_a_worked_day_has_no_hours():
    weekend = [datetime(2026, 3, 7, 1, tzinfo=UTC)], [datetime(2026, 3, 8, 9, tzinfo=UTC)]
    assert open_hours(calendar(), *map(column, weekend)).tolist() == [0.0]
