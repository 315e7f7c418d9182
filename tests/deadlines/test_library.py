"""Calendar files: what the shipped ones say, and what a wrong one is refused for."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from qs.deadlines import rules
from qs.deadlines.library import CALENDARS, read_pack, read_year, shipped_years
from qs.deadlines.terms import Calendar, DayType
from qs.errors import InvalidInput

GOOD = (CALENDARS / "cn-2026.toml").read_text(encoding="utf-8")


def codes_of(text: str) -> set[str]:
    with pytest.raises(InvalidInput) as caught:
        read_year("cn.toml", text.encode())
    return {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize(("year", "off", "made_up"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)])
def test_the_shipped_years_have_the_days_of_their_notices(year, off, made_up):
    (found,) = [one for one in shipped_years() if one.year == year]
    kinds = [kind for kind, _ in rules.special_days(found).values()]
    assert (kinds.count(DayType.HOLIDAY), kinds.count(DayType.MAKEUP_WORK)) == (off, made_up)


def test_no_year_is_shipped_before_its_notice_is_published():
    assert max(year.year for year in shipped_years()) == 2026


def test_an_observance_never_becomes_a_day_off():
    more = '\n[[holiday]]\ncode = "teachers"\nname = "教师节"\nname_en = "Teachers\' Day"\nfirst_on = 2026-09-10\n'
    assert codes_of(GOOD + more + "last_on = 2026-09-10\nmakeup_work = []\n") == {"calendar_festival_unknown"}


def test_a_missing_public_holiday_is_an_error():
    without = GOOD.replace('code = "dragon-boat"', 'code = "labour"')
    assert "calendar_festival_missing" in codes_of(without)


def test_two_festivals_may_share_their_days():
    merged = next(year for year in shipped_years() if year.year == 2025)
    assert {holiday.code for holiday in merged.holidays} >= {"national-mid-autumn"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[2026-01-04]", "[2026-01-05]", "calendar_makeup_on_weekday"),
        ("[2026-01-04]", "[2025-01-04]", "calendar_day_outside_year"),
        ("[2026-01-04]", "[2026-02-15]", "calendar_day_twice"),
        ("last_on = 2026-01-03", "last_on = 2025-12-31", "calendar_days_reversed"),
        ("last_on = 2026-02-23", "last_on = 2026-02-27", "calendar_days_too_many"),
        ("version = 1", 'version = "1"', "value_of_wrong_kind"),
        ('notice = "国办发明电〔2025〕7号"\n', "", "key_missing"),
        ("[[calendar]]", "[[almanac]]", "key_unknown"),
        ("year = 2026", "year = 1926", "calendar_year_implausible"),
        ("[[calendar]]", "[[calendar", "file_not_toml"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(old, new, code):
    assert code in codes_of(GOOD.replace(old, new, 1))


def test_a_file_describes_one_year():
    assert codes_of("") == {"calendar_file_without_year"}


def test_the_preview_names_the_days_a_file_would_change():
    (year,) = [one for one in shipped_years() if one.year == 2026]
    empty = Calendar(ZoneInfo("Asia/Shanghai"))
    changes = rules.day_changes(empty, year)
    first = changes[0]
    assert (first.day, first.before, first.after, first.name) == (
        date(2026, 1, 1),
        DayType.WORK,
        DayType.HOLIDAY,
        "元旦",
    )
    assert len(changes) == 33 + 6


def test_a_pack_with_an_unknown_way_of_counting_is_refused():
    head = '[[pack]]\ncode = "p"\nversion = 1\ntitle = "t"\ntitle_en = "t"\nsource = "s"\nsource_en = "s"\n'
    head += 'region = ""\nregion_en = ""\nextension = "once"\napprover = ""\napprover_en = ""\nwithout = []\n'
    rule = (
        '[[rule]]\ncode = "r"\nkind = "weeks"\namount = 1\nname = "n"\nname_en = "n"\nsource = "s"\nsource_en = "s"\n'
    )
    with pytest.raises(InvalidInput) as caught:
        read_pack("p.toml", (head + rule).encode())
    assert caught.value.problems[0].code == "value_of_wrong_kind"
    with pytest.raises(InvalidInput) as caught:
        read_pack("p.toml", (head + rule.replace("weeks", "hours").replace("amount = 1", "amount = 0")).encode())
    assert caught.value.problems[0].code == "limit_amount_implausible"
