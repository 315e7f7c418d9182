"""Due dates that stay where they are, and move only by an extension, a pause, or a new count with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM
from qs.audit.models import AuditEntry
from qs.deadlines import actions, dues, loading, packs, queries
from qs.deadlines.library import shipped_packs, shipped_years
from qs.deadlines.models import CalendarYear, DueDate
from qs.deadlines.terms import ChangeKind, DayType, HolidayDefinition, Limit, LimitKind
from qs.deadlines.waiting import waiting
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.world import CLERK, MADE_AT, SUPERVISOR

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
BY = {"actor": PUBLIC}
(Y2024, Y2025, Y2026) = shipped_years()


@pytest.fixture
def office(store):
    with store.writing() as session:
        actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
    return store


def set_five(session, starts_at):
    return dues.set_due(session, "request:1", "request.handle", starts_at=starts_at, now=starts_at, **BY)


def local_days(due):
    return due.due_at.astimezone(ZONE).strftime("%m-%d %H:%M")


def year_2027():
    """A year such as a notice may bring: every public holiday once."""
    firsts = {"new-year": (1, 1), "spring": (2, 5), "qingming": (4, 5), "labour": (5, 1), "dragon-boat": (6, 9)}
    firsts |= {"mid-autumn": (9, 15), "national": (10, 1)}
    holidays = tuple(
        HolidayDefinition(code, code, code, date(2027, *first), date(2027, *first), ())
        for code, first in firsts.items()
    )
    return replace(Y2026, year=2027, title="t", title_en="t", notice="n", holidays=holidays)


def test_loading_again_changes_nothing(office):
    with office.writing() as session:
        assert actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT) == 0
        assert actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT) == 0
    with office.reading() as session:
        assert session.scalar(sa.select(sa.func.count(CalendarYear.id))) == 3
        assert session.scalar(sa.select(sa.func.count(AuditEntry.seq))) == 2


def test_a_due_date_is_kept_with_its_trace(office, now):
    with office.writing() as session:
        due = set_five(session, now)
    with office.reading() as session:
        trace = queries.trace_of(session, due.due_id, **BY)
    assert local_days(due) == "11-30 17:30"
    assert (trace.pack, trace.rule.code, trace.calendar_version) == ("cn-12345-5wd", "request.handle", "2026.1")
    assert [one.number for one in trace.days] == [None, 1, 2, 3, 4, None, None, 5]
    assert trace.days[5].type is DayType.WEEKEND


def test_an_unknown_limit_sets_nothing(office, now):
    with pytest.raises(queries.RuleUnknown), office.writing() as session:
        dues.set_due(session, "request:1", "request.someday", starts_at=now, now=now, **BY)


def test_a_later_calendar_moves_no_stored_due_date(office, now):
    with office.writing() as session:
        due = set_five(session, now)
        longer = HolidayDefinition("national", "国庆节", "National Day", date(2026, 11, 25), date(2026, 11, 27), ())
        others = tuple(one for one in Y2026.holidays if one.code != "national")
        actions.import_calendar(session, replace(Y2026, version=2, holidays=(*others, longer)), actor=CLERK, now=now)
        again = set_five(session, now)
    with office.reading() as session:
        assert local_days(queries.dues(session, [due.due_id], **BY)[due.due_id]) == "11-30 17:30"
    assert local_days(again) == "12-03 17:30"


def test_an_extension_counts_from_the_old_due_date_and_keeps_the_id(office, now):
    with office.writing() as session:
        due = set_five(session, now)
        later = dues.extend_due(session, due.due_id, "request.extension", reason="复杂", now=now, **BY)
        trace = queries.trace_of(session, due.due_id, **BY)
    assert (later.due_id, local_days(later)) == (due.due_id, "12-07 17:30")
    assert [(one.kind, one.reason) for one in trace.changes] == [(ChangeKind.EXTENDED, "复杂")]


def test_a_pause_stops_the_clock_and_its_working_time_is_added(office, now):
    with office.writing() as session:
        due = set_five(session, now)
        paused = dues.pause_due(session, due.due_id, reason="等待材料", now=now + DAY, **BY)
        resumed = dues.resume_due(session, due.due_id, reason="材料到", now=now + 4 * DAY, **BY)
    assert (local_days(paused), paused.paused_at) == ("11-30 17:30", now + DAY)
    assert (local_days(resumed), resumed.paused_at) == ("12-03 17:30", None)


def test_a_standing_clock_is_not_stopped_twice_nor_a_running_one_resumed(office, now):
    with office.writing() as session:
        due = set_five(session, now)
        with pytest.raises(Conflict, match="due_not_paused"):
            dues.resume_due(session, due.due_id, reason="", now=now, **BY)
        dues.pause_due(session, due.due_id, reason="", now=now, **BY)
        with pytest.raises(Conflict, match="due_paused"):
            dues.pause_due(session, due.due_id, reason="", now=now, **BY)


def test_another_limit_keeps_the_paused_days_and_the_extension(office, now):
    with office.writing() as session:
        due = set_five(session, now)
        dues.pause_due(session, due.due_id, reason="", now=now + DAY, **BY)
        dues.resume_due(session, due.due_id, reason="", now=now + 4 * DAY, **BY)
        changed = dues.recount_due(session, due.due_id, "rating.call_back", reason="改类", now=now + 4 * DAY, **BY)
    assert (changed.rule, local_days(changed)) == ("rating.call_back", "12-01 17:30")  # 3 + 3 paused, not 5


def test_provisional_due_dates_move_only_when_they_are_counted_again_with_a_reason(office, now):
    late = now + 32 * DAY  # 25 December
    with office.writing() as session:
        due = set_five(session, late)
        actions.import_calendar(session, year_2027(), actor=CLERK, now=late)
        unmoved = queries.dues(session, [due.due_id], **BY)[due.due_id]
    assert (due.is_provisional, local_days(due), unmoved.due_at) == (True, "01-01 17:30", due.due_at)
    with pytest.raises(InvalidInput), office.writing() as session:
        actions.recompute_provisional(session, reason=" ", actor=CLERK, now=late)
    with office.writing() as session:
        assert queries.provisional_count(session, now=late, year=2027, **BY) == 1
        assert actions.recompute_provisional(session, reason="新日历", actor=CLERK, now=late) == 1
        moved = queries.dues(session, [due.due_id], **BY)[due.due_id]
        assert (moved.is_provisional, local_days(moved)) == (False, "01-04 17:30")
    with pytest.raises(Conflict, match="recompute_nothing"), office.writing() as session:
        actions.recompute_provisional(session, reason="再来", actor=CLERK, now=late)


def test_only_those_who_keep_the_calendar_import_it(office, now):
    with pytest.raises(NotAllowed), office.writing() as session:
        actions.import_calendar(session, year_2027(), actor=SUPERVISOR, now=now)
    with pytest.raises(NotAllowed), office.writing() as session:
        actions.recompute_provisional(session, reason="新日历", actor=SUPERVISOR, now=now)


@pytest.mark.parametrize(("version", "code"), [(1, "calendar_year_known"), (0, "calendar_version_too_low")])
def test_a_year_is_replaced_by_a_newer_version_only(office, now, version, code):
    with pytest.raises(actions.CalendarKnown, match=code), office.writing() as session:
        actions.import_calendar(session, replace(Y2026, version=version), actor=CLERK, now=now)


def test_a_wrong_year_is_refused_whole(office, now):
    with pytest.raises(InvalidInput), office.writing() as session:
        actions.import_calendar(session, replace(year_2027(), holidays=()), actor=CLERK, now=now)
    with office.reading() as session:
        assert 2027 not in queries.calendar(session, **BY).years


def test_the_same_pack_version_with_other_limits_is_refused(office, now):
    pack = shipped_packs()[0]
    other = replace(pack, rules=(replace(pack.rules[0], limit=Limit(LimitKind.HOURS, 1)), *pack.rules[1:]))
    with pytest.raises(loading.PackDiffers), office.writing() as session:
        actions.load_packs(session, [other], actor=SYSTEM, now=now)


def test_an_unknown_due_date_is_said_to_be_unknown(office, now):
    with office.writing() as session:
        for act in (dues.pause_due, dues.resume_due):
            with pytest.raises(NotFound):
                act(session, 99, reason="", now=now, **BY)
        with pytest.raises(NotFound):
            queries.trace_of(session, 99, **BY)
        assert queries.dues(session, [99], **BY) == {}
        assert session.scalar(sa.select(sa.func.count(DueDate.id))) == 0


def test_the_coming_year_is_asked_for_from_november_on(office, now):
    def told(moment):
        with office.reading() as session:
            return [line.code for line in waiting(session, actor=CLERK, now=moment)]

    assert told(now) == ["calendar_soon"]
    assert told(now - 30 * DAY) == []
    with office.writing() as session:
        set_five(session, now + 32 * DAY)
    assert told(now) == ["calendar_missing"]
    with office.reading() as session:
        assert waiting(session, actor=SUPERVISOR, now=now) == []


def test_frames_have_the_same_columns_when_empty(store, office):
    with office.reading() as session:
        days = queries.year_days(session, 2026, **BY)
        assert list(days.columns) == list(queries.DAY_COLUMNS)
        assert len(days) == 365
        assert list(queries.calendar_years(session, **BY)["year"]) == [2024, 2025, 2026]
        assert list(packs.time_limits(session, **BY).columns) == list(packs.RULE_COLUMNS)
