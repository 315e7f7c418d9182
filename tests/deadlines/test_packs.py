"""The five packs: what their files say, which limit holds under which pack and urgency, and how each extends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM
from qs.audit.models import AuditEntry
from qs.deadlines import actions, dues, library, office, packs, queries, rules
from qs.deadlines.library import read_pack, shipped_packs, shipped_years
from qs.deadlines.models import OpeningHours, PackChoice
from qs.deadlines.terms import (
    DEFAULT_PACK,
    USUAL_WINDOWS,
    Aim,
    ByLaw,
    Extension,
    Limit,
    LimitKind,
    TargetUnit,
    Window,
)
from qs.errors import Conflict, InvalidInput, NotAllowed
from tests.world import CLERK, MADE_AT, SUPERVISOR

ZONE = ZoneInfo("Asia/Shanghai")
BY = {"actor": PUBLIC}
DAY = timedelta(days=1)
W, C, H = LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS, LimitKind.HOURS
STATED = {  # domain reference 6.3, row by row
    "cn-12345-5wd": {
        "request.dispatch": (H, 24),
        "request.return": (H, 24),
        "request.handle": (W, 5),
        "request.extension": (W, 5),
    },
    "cn-bj-tiered": {
        "request.dispatch.danger": (H, 1),
        "request.dispatch.utilities": (H, 2),
        "request.dispatch": (H, 24),
        "request.handle.danger": (H, 2),
        "request.handle.utilities": (H, 24),
        "request.handle": (C, 7),
        "request.handle.complex": (C, 15),
    },
    "cn-xinfang": {
        "request.dispatch": (C, 15),
        "request.return": (W, 5),
        "request.handle": (C, 60),
        "request.extension": (C, 30),
        "request.review": (C, 30),
        "request.review_decide": (C, 30),
        "request.second_review": (C, 30),
        "request.second_review_decide": (C, 30),
    },
    "cn-market": {
        "request.return": (W, 7),
        "request.handle": (W, 45),
        "request.check": (W, 15),
        "request.tell_reporter": (W, 5),
    },
    "iso-10002": {},  # the standard sets no numbers
}
MARKET = (library.PACKS / "cn-market.toml").read_text(encoding="utf-8")
PACKS = {one.code: one for one in shipped_packs()}


@pytest.fixture
def ready(store):
    with store.writing() as session:
        actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
    return store


def set_one(session, now, pack=None, urgency=None, rule="request.handle"):
    return dues.set_due(session, "request:1", rule, starts_at=now, pack=pack, urgency=urgency, now=now, **BY)


def clock(due):
    return due.due_at.astimezone(ZONE).strftime("%m-%d %H:%M")


def test_five_packs_are_shipped():
    assert set(PACKS) == set(STATED)


@pytest.mark.parametrize("code", STATED)
def test_a_pack_has_the_limits_that_its_sources_state(code):
    limits = {one.code: (one.limit.kind, one.limit.amount) for one in PACKS[code].rules}
    assert STATED[code].items() <= limits.items()


@pytest.mark.parametrize("code", STATED)
def test_every_limit_names_its_source_and_is_a_local_rule_or_not(code):
    for one in PACKS[code].rules:
        assert one.source
        assert one.source_en
        assert one.is_local == one.source.startswith("本地规则") == one.source_en.startswith("Local rule"), one.code


def test_every_number_under_iso_10002_is_a_local_rule():
    assert all(one.is_local for one in PACKS["iso-10002"].rules)


def test_packs_extend_once_by_law_or_not_at_all():
    allowed = {code: one.extension for code, one in PACKS.items()}
    assert allowed["cn-bj-tiered"] is Extension.BY_LAW
    assert allowed["cn-market"] is Extension.NONE
    assert {allowed[code] for code in ("cn-12345-5wd", "cn-xinfang", "iso-10002")} == {Extension.ONCE}


def test_the_hotline_has_the_service_levels_of_its_standard():
    levels = {one.code: (one.aim, one.amount, one.unit) for one in PACKS[DEFAULT_PACK].targets}
    assert levels == {
        "hotline.answer": (Aim.AT_MOST, 15, TargetUnit.SECONDS),
        "hotline.connected": (Aim.AT_LEAST, 0.95, TargetUnit.SHARE),
        "hotline.answered_in_time": (Aim.AT_LEAST, 0.8, TargetUnit.SHARE),
        "hotline.media": (Aim.AT_MOST, 3, TargetUnit.MINUTES),
    }


def test_hearing_days_of_the_reconsideration_law_are_working_days():
    rules = {one.code: one.limit for one in PACKS[DEFAULT_PACK].rules}
    assert rules["hearing.notice_reconsideration"] == Limit(W, 5)
    assert rules["hearing.notice_rule_making"] == Limit(C, 20, rolls_forward=False)


@pytest.mark.parametrize(
    ("pack", "urgency", "found"),
    [
        ("cn-bj-tiered", "danger", ("cn-bj-tiered", "request.handle.danger")),
        ("cn-bj-tiered", "general", ("cn-bj-tiered", "request.handle")),  # no tier of its own
        ("cn-bj-tiered", None, ("cn-bj-tiered", "request.handle")),
        ("cn-xinfang", "danger", ("cn-xinfang", "request.handle")),
        (DEFAULT_PACK, "complex", (DEFAULT_PACK, "request.handle")),
        (None, None, (DEFAULT_PACK, "request.handle")),
    ],
)
def test_the_limit_for_the_urgency_goes_before_the_plain_one(ready, pack, urgency, found):
    with ready.reading() as session:
        rule = queries.rule(session, "request.handle", pack=pack, urgency=urgency, **BY)
    assert (rule.pack, rule.code) == found


@pytest.mark.parametrize("pack", STATED)
@pytest.mark.parametrize(
    "code",
    [
        *("request.dispatch", "request.return", "request.handle", "request.rework", "request.call_back"),
        *("request.verify", "request.co_unit", "request.review", "request.review_decide", "request.second_review"),
        *("request.second_review_decide", "request.recusal", "rating.contact", "rectification.complete"),
        *("evaluation.appeal_decide", "incentive.appeal", "hearing.answer", "suggestion.answer"),
    ],
)
def test_what_a_pack_lacks_is_taken_from_the_default_pack(ready, pack, code):
    with ready.reading() as session:
        rule = queries.rule(session, code, pack=pack, **BY)
    assert rule.pack in (pack, DEFAULT_PACK)


def test_a_default_tier_goes_before_the_default_plain_limit_when_a_pack_has_neither(ready):
    with ready.reading() as session:
        assert queries.rule(session, "request.dispatch", pack="cn-market", urgency="danger", **BY).limit.amount == 1


def test_nothing_stands_in_for_a_limit_that_a_pack_does_without(ready, now):
    with ready.reading() as session, pytest.raises(queries.RuleNotInPack):
        queries.rule(session, "request.extension", pack="cn-market", **BY)


def test_an_unknown_pack_sets_nothing(ready, now):
    with pytest.raises(queries.PackUnknown), ready.writing() as session:
        set_one(session, now, pack="cn-somewhere")


def test_a_due_date_keeps_pack_urgency_rule_article_calendar_hours_and_trace(ready, now):
    with ready.writing() as session:
        due = set_one(session, now, pack="cn-xinfang", urgency="complex")
    with ready.reading() as session:
        trace = queries.trace_of(session, due.due_id, **BY)
    assert (trace.due.pack, trace.due.urgency, trace.rule.code, trace.rule.article) == (
        "cn-xinfang",
        "complex",
        "request.handle",
        "22–36",
    )
    assert (trace.calendar_version, trace.windows, len(trace.days)) == ("2026.1 2027.?", USUAL_WINDOWS, 61)
    assert trace.due.is_provisional


@pytest.mark.parametrize(
    ("pack", "urgency", "expected"),
    [
        (DEFAULT_PACK, None, "11-30 17:30"),
        ("cn-bj-tiered", "danger", "11-23 12:00"),
        ("cn-bj-tiered", "utilities", "11-24 10:00"),
        ("cn-bj-tiered", "general", "11-30 17:30"),
        ("cn-bj-tiered", "complex", "12-08 17:30"),
        ("cn-xinfang", None, "01-22 17:30"),  # the 60th day
        ("iso-10002", None, "12-07 17:30"),
    ],
)
def test_one_morning_is_due_at_these_moments_under_the_packs(ready, now, pack, urgency, expected):
    with ready.writing() as session:
        assert clock(set_one(session, now, pack, urgency)) == expected


def test_an_acknowledgement_within_an_opening_hour_waits_for_the_office_to_open(ready, now):
    night = now + timedelta(hours=11)  # 21:00
    with ready.writing() as session:
        due = set_one(session, night, "iso-10002", rule="request.acknowledge")
        trace = queries.trace_of(session, due.due_id, **BY)
    assert clock(due) == "11-24 10:00"
    assert [one.seconds for one in trace.days] == [0, 3600]


def test_an_extension_follows_the_pack_of_the_due_date_and_is_given_once(ready, now):
    with ready.writing() as session:
        due = set_one(session, now, "cn-xinfang")
        later = dues.extend_due(session, due.due_id, "request.extension", reason="复杂", now=now, **BY)
    assert (clock(due), clock(later)) == ("01-22 17:30", "02-22 17:30")  # 21 February 2027 is a Sunday
    with pytest.raises(dues.ExtensionUsed), ready.writing() as session:
        dues.extend_due(session, due.due_id, "request.extension", reason="再延", now=now, **BY)


def test_a_pack_without_extensions_gives_none(ready, now):
    with ready.writing() as session:
        due = set_one(session, now, "cn-market")
    with pytest.raises(queries.RuleNotInPack), ready.writing() as session:
        dues.extend_due(session, due.due_id, "request.extension", reason="延期", now=now, **BY)


def test_where_only_a_law_extends_it_must_be_named(ready, now):
    law = ByLaw(Limit(W, 3), "某条例第12条")
    with ready.writing() as session:
        due, usual = set_one(session, now, "cn-bj-tiered"), set_one(session, now)
    with pytest.raises(Conflict, match="extension_by_law_only"), ready.writing() as session:
        dues.extend_due(session, due.due_id, "request.extension", reason="延期", now=now, **BY)
    with pytest.raises(Conflict, match="extension_not_by_law"), ready.writing() as session:
        dues.extend_due(session, usual.due_id, "request.extension", reason="延期", now=now, by_law=law, **BY)
    with ready.writing() as session:
        later = dues.extend_due(session, due.due_id, "request.extension", reason="", now=now, by_law=law, **BY)
        again = dues.recount_due(session, due.due_id, "request.handle", reason="核对", now=now, **BY)
        (change, _) = queries.trace_of(session, due.due_id, **BY).changes
    assert clock(later) == clock(again) == "12-03 17:30"
    assert change.law == "某条例第12条"


def test_another_pack_in_use_touches_only_due_dates_to_come(ready, now):
    with ready.writing() as session:
        before = set_one(session, now)
        office.choose_pack(session, "cn-xinfang", reason="信访专用", version=0, actor=CLERK, now=now)
        after = set_one(session, now)
        unmoved = queries.dues(session, [before.due_id], **BY)[before.due_id]
    assert (clock(before), clock(unmoved), clock(after)) == ("11-30 17:30", "11-30 17:30", "01-22 17:30")
    assert (before.pack, after.pack) == (DEFAULT_PACK, "cn-xinfang")
    with ready.reading() as session:
        chosen = queries.chosen_pack(session, **BY)
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (chosen.pack, chosen.version, chosen.reason) == ("cn-xinfang", 1, "信访专用")
    assert entry.action == "deadlines.chose_pack"


def test_choosing_a_pack_needs_the_right_a_reason_and_the_present_state(ready, now):
    attempts = [
        (SUPERVISOR, "cn-market", "理由", 0, NotAllowed),
        (CLERK, "cn-market", " ", 0, InvalidInput),
        (CLERK, "cn-somewhere", "理由", 0, queries.PackUnknown),
        (CLERK, DEFAULT_PACK, "理由", 0, Conflict),
        (CLERK, "cn-market", "理由", 3, Conflict),
    ]
    for actor, pack, reason, version, refusal in attempts:
        with pytest.raises(refusal), ready.writing() as session:
            office.choose_pack(session, pack, reason=reason, version=version, actor=actor, now=now)
    with ready.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PackChoice)) == 0


def test_other_opening_hours_hold_for_due_dates_to_come_and_stored_ones_keep_theirs(ready, now):
    short = (Window(time(9), time(12)), Window(time(14), time(16)))
    with ready.writing() as session:
        before = set_one(session, now)
        office.change_hours(session, short, reason="夏令时", version=0, actor=CLERK, now=now)
        after = set_one(session, now)
        dues.pause_due(session, before.due_id, reason="", now=now + DAY, **BY)
        resumed = dues.resume_due(session, before.due_id, reason="", now=now + 2 * DAY, **BY)
        again = dues.recount_due(session, before.due_id, "request.handle", reason="核对", now=now, **BY)
    assert (clock(before), clock(after)) == ("11-30 17:30", "11-30 16:00")
    assert (clock(resumed), clock(again)) == ("12-01 17:30", "12-01 16:00")


def test_a_pack_may_have_hours_of_its_own_and_give_them_back(ready, now):
    early = (Window(time(7), time(15)),)
    with ready.writing() as session:
        office.change_hours(session, early, pack="iso-10002", reason="试行", version=0, actor=CLERK, now=now)
        assert clock(set_one(session, now, "iso-10002")) == "12-07 15:00"
        assert clock(set_one(session, now)) == "11-30 17:30"
        office.change_hours(session, (), pack="iso-10002", reason="结束试行", version=1, actor=CLERK, now=now)
        assert clock(set_one(session, now, "iso-10002")) == "12-07 17:30"
        assert not queries.has_own_hours(session, "iso-10002", **BY)


def test_wrong_or_unchanged_opening_hours_are_refused(ready, now):
    good = (Window(time(8), time(12)),)
    attempts = [
        (SUPERVISOR, good, "", 0, NotAllowed),
        (CLERK, (), "", 0, InvalidInput),
        (CLERK, (Window(time(9), time(8)),), "", 0, InvalidInput),
        (CLERK, USUAL_WINDOWS, "", 0, Conflict),
        (CLERK, good, "", 2, Conflict),
        (CLERK, good, "cn-somewhere", 0, queries.PackUnknown),
    ]
    for actor, windows, pack, version, refusal in attempts:
        with pytest.raises(refusal), ready.writing() as session:
            office.change_hours(session, windows, pack=pack, reason="理由", version=version, actor=actor, now=now)
    with ready.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OpeningHours)) == 0


def test_the_preview_names_the_limits_that_other_hours_would_move(ready, now):
    with ready.reading() as session:
        same = packs.hours_effect(session, USUAL_WINDOWS, pack="", now=now, **BY)
        longer = packs.hours_effect(session, (Window(time(9), time(18)),), pack="", now=now, **BY)
    assert same.empty
    moved = longer.set_index("code")
    assert "request.handle" in moved.index
    assert "request.dispatch" not in moved.index  # day and night
    assert (moved.loc["request.handle", "after"] - moved.loc["request.handle", "before"]) == timedelta(minutes=30)


def test_packs_stand_side_by_side(ready):
    with ready.reading() as session:
        found = packs.compared_limits(session, **BY).set_index(["pack", "code", "urgency"])
        frame = packs.packs(session, **BY).set_index("code")
        levels = packs.service_levels(session, **BY)
    assert found.loc[("cn-bj-tiered", "request.handle", "danger"), "rule"].limit == Limit(H, 2)
    assert found.loc[("cn-xinfang", "request.handle", "danger"), "rule"].limit == Limit(C, 60)
    assert found.loc[("cn-market", "request.extension", ""), "rule"] is None
    assert not found.loc[("cn-market", "request.dispatch", ""), "is_own"]
    assert frame.loc["cn-xinfang", "limits"] == 8
    assert len(levels) == 4


def test_limits_usable_under_a_pack_are_its_own_and_the_default_ones_it_lacks(ready):
    with ready.reading() as session:
        found = {one.code: one.pack for one in packs.usable_limits(session, pack="cn-market", **BY)}
    assert found["request.handle"] == "cn-market"
    assert found["rating.contact"] == DEFAULT_PACK
    assert "request.extension" not in found
    assert found["request.dispatch.danger"] == DEFAULT_PACK


def test_a_pack_that_has_what_it_says_it_lacks_is_refused():
    text = MARKET.replace('without = ["request.extension"]', 'without = ["request.handle"]')
    with pytest.raises(InvalidInput) as caught:
        read_pack("cn-market.toml", text.encode())
    assert [one.code for one in caught.value.problems] == ["pack_rule_in_without"]


@pytest.mark.parametrize(
    ("old", "new"),
    [('extension = "none"', 'extension = "twice"'), ('kind = "working_days"', 'kind = "weeks"')],
)
def test_a_word_outside_its_list_is_refused(old, new):
    with pytest.raises(InvalidInput) as caught:
        read_pack("p.toml", MARKET.replace(old, new, 1).encode())
    assert "value_of_wrong_kind" in {one.code for one in caught.value.problems}


def test_one_provisional_due_date_is_counted_again_with_a_reason(ready, now):
    late = now + 32 * DAY  # 25 December
    with ready.writing() as session:
        due = set_one(session, late)
        listed = packs.provisional_dues(session, actor=CLERK, now=late)
        assert list(listed["due_id"]) == [due.due_id]
    with pytest.raises(InvalidInput), ready.writing() as session:
        actions.recount_one(session, due.due_id, reason=" ", actor=CLERK, now=late)
    with pytest.raises(Conflict, match="due_passed"), ready.writing() as session:
        actions.recount_one(session, due.due_id, reason="核对", actor=CLERK, now=late + 60 * DAY)
    with ready.writing() as session:
        again = actions.recount_one(session, due.due_id, reason="核对", actor=CLERK, now=late)
    assert (again.due_at, again.is_provisional) == (due.due_at, True)
    with ready.writing() as session:
        known = set_one(session, now)
    with pytest.raises(Conflict, match="due_not_provisional"), ready.writing() as session:
        actions.recount_one(session, known.due_id, reason="核对", actor=CLERK, now=now)
    with pytest.raises(NotAllowed), ready.reading() as session:
        packs.provisional_dues(session, actor=SUPERVISOR, now=late)


def test_years_are_loaded_without_a_gap(ready, now):
    with ready.reading() as session:
        known = queries.calendar(session, **BY)
    assert [rules.year_gap(known, year) for year in (2020, 2023, 2026, 2027, 2029)] == [2023, None, None, None, 2027]
    days = {"first_on": date(2029, 1, 1), "last_on": date(2029, 1, 1), "makeup_work": ()}
    holidays = tuple(replace(one, **days | at(place)) for place, one in enumerate(shipped_years()[-1].holidays))
    with pytest.raises(InvalidInput, match="calendar_year_gap"), ready.writing() as session:
        year = replace(shipped_years()[-1], year=2029, holidays=holidays)
        actions.import_calendar(session, year, actor=CLERK, now=now)


def at(place):
    day = date(2029, 1 + place, 1)
    return {"first_on": day, "last_on": day}
