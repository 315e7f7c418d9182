"""The Calendar and deadlines screen: the diagnostic count, the year, the pack, and the import."""

from __future__ import annotations

from datetime import date, time

import pandas as pd
import pytest

from qs.actor import SYSTEM, Role
from qs.chart_style import palette
from qs.deadlines import actions, charts, dues, queries
from qs.deadlines.library import shipped_packs, shipped_years
from tests.world import MADE_AT, enroll


@pytest.fixture
def office(store):
    with store.writing() as session:
        actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
    enroll(store, "boss", Role.SUPERVISOR)
    enroll(store, "clerk", Role.INFORMATION_TECHNOLOGY)
    return store


def listed(screen):
    return screen.dataframe[0].value


def words(screen):
    return " ".join(one.value for one in screen.markdown)


def test_somebody_without_a_role_is_not_offered_the_screen(store, office, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"deadlines\.py"):
        visit("deadlines", "nobody")


def test_the_count_shows_every_day_with_its_type_and_number(office, visit):
    screen = visit("deadlines", "boss")
    screen.date_input(key="count_day").set_value(date(2026, 2, 12)).run()
    assert not screen.exception
    frame = listed(screen)
    assert frame.iloc[0]["number"] == "event day"
    assert list(frame.loc[frame["type"] == "Make-up working day", "number"]) == ["2"]
    assert (frame["type"] == "Day off").sum() == 9
    assert set(frame.loc[frame["type"] == "Day off", "number"]) == {"not counted"}
    assert "12 Feb 2026 is not counted; 5 working days after it end on 26 Feb 2026" in words(screen).replace("\\", "")


def test_past_the_last_loaded_year_the_screen_says_provisional(office, visit):
    screen = visit("deadlines", "boss")
    screen.date_input(key="count_day").set_value(date(2026, 12, 30)).run()
    assert "calendar is not loaded" in screen.warning[0].value


def test_the_pack_stands_as_a_table(office, visit):
    frame = listed(visit("deadlines", "boss", view="limits")).set_index("code")
    assert frame.loc["request.handle", "limit"] == "5 working days"
    assert frame.loc["rectification.complete", "source"] == "Local rule (configurable)"


def test_the_year_names_its_notice(office, visit):
    screen = visit("deadlines", "boss", view="year")
    assert not screen.exception
    assert any("www.gov.cn" in text.value for text in screen.text)


def test_only_those_who_keep_the_calendar_are_offered_the_import(office, visit):
    offered = visit("deadlines", "clerk").segmented_control(key="view_choice").options
    not_offered = visit("deadlines", "boss").segmented_control(key="view_choice").options
    assert len(offered) == len(not_offered) + 1


def test_the_year_chart_draws_a_square_for_each_day_and_misses_no_column():
    frame = pd.DataFrame(columns=list(charts.COLUMNS))
    spec = charts.year_chart(frame, colours=palette(dark=False)).to_dict()
    squares = spec["layer"][0]["encoding"]
    assert (squares["x"]["type"], squares["color"]["field"]) == ("ordinal", "type")
    with pytest.raises(ValueError, match="day_of_month"):
        charts.year_chart(frame.drop(columns="day_of_month"), colours=palette(dark=False))


def test_a_pause_and_an_extension_are_told_day_by_day(office, visit):
    screen = visit("deadlines", "boss")
    screen.date_input(key="count_day").set_value(date(2026, 11, 23)).run()
    screen.checkbox(key="count_paused").set_value(True).run()
    screen.checkbox(key="count_extended").set_value(True).run()
    assert not screen.exception
    frame = listed(screen)
    assert list(frame.loc[frame["paused"] != "", "paused"]) == ["7 h", "7 h", "7 h"]
    assert (frame["number"] == "for the pause").sum() == 3
    assert frame.iloc[-1]["number"] == "extension, 5"
    told = words(screen).replace("\\", "")
    assert "Due 10 Dec 2026 17:30" in told
    assert "3 working days of working time, so the limit ends on 3 Dec 2026 17:30" in told


def test_another_pack_and_urgency_count_by_the_hour(office, visit):
    screen = visit("deadlines", "boss")
    screen.selectbox(key="count_pack").set_value("cn-bj-tiered").run()
    screen.selectbox(key="count_urgency_request.handle").set_value("danger").run()
    screen.date_input(key="count_day").set_value(date(2026, 11, 27)).run()
    assert not screen.exception
    assert "Due 27 Nov 2026 11:00" in words(screen).replace("\\", "")
    assert list(listed(screen)["number"]) == ["2 h, 2 h in all"]


def test_the_strict_count_refuses_beyond_the_loaded_years(office, visit):
    screen = visit("deadlines", "boss")
    screen.toggle(key="count_strict").set_value(True).run()
    screen.date_input(key="count_day").set_value(date(2026, 12, 30)).run()
    assert not screen.exception
    assert any("2027" in one.value for one in screen.error)
    assert "Due " not in words(screen)


def test_packs_stand_side_by_side_as_limits_and_as_dates(office, visit):
    frame = listed(visit("deadlines", "boss", view="compare")).set_index("limit")
    assert frame.loc["Handling: Danger to life or property", "cn-bj-tiered"] == "2 hours"
    assert frame.loc["Dispatch", "cn-market"] == "24 hours *"
    assert frame.loc["Extension", "cn-bj-tiered"] == "Only as a law allows"
    dates = listed(visit("deadlines", "boss", view="compare", shown="dates"))
    assert not dates.empty


def test_a_pack_is_chosen_with_a_reason_and_shown_as_in_use(office, visit):
    screen = visit("deadlines", "clerk", view="hours")
    screen.selectbox(key="new_pack").set_value("cn-xinfang").run()
    screen.text_input(key="pack_reason").set_value("信访专用")
    screen.button(key="choose_pack_save").click().run()
    assert not screen.exception
    with office.reading() as session:
        assert queries.pack_in_use(session, actor=SYSTEM) == "cn-xinfang"
    again = visit("deadlines", "boss", view="hours")
    assert any("信访专用" in text.value for text in again.text)
    assert not [one for one in again.button if one.key == "choose_pack_save"]


def test_opening_hours_are_changed_after_a_look_at_what_they_move(office, visit):
    screen = visit("deadlines", "clerk", view="hours")
    screen.time_input(key="closes__0_1").set_value(time(18)).run()
    assert "would end at another moment" in words(screen)
    screen.text_input(key="hours_reason").set_value("夏令时")
    screen.button(key="change_hours_save").click().run()
    assert not screen.exception
    with office.reading() as session:
        assert queries.calendar(session, actor=SYSTEM).closes_at == time(18)
    screen.button(key="change_hours_save").click().run()
    assert screen.error  # a reason is needed, and nothing would change


def test_one_provisional_due_date_is_picked_and_counted_again(office, visit, now):
    with office.writing() as session:
        due = dues.set_due(
            session, "hearing:1", "hearing.answer", starts_at=now.replace(month=12, day=28), actor=SYSTEM, now=now
        )
    screen = visit("deadlines", "clerk", view="import")
    assert list(listed(screen)["what"]) == ["Hearing 1"]
    screen.text_input(key="recount_reason").set_value("核对")
    screen.button(key="recount_save").click().run()
    assert not screen.exception
    with office.reading() as session:
        (change,) = queries.changes_of(session, due.due_id)
    assert change.reason == "核对"
