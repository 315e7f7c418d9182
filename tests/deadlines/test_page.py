"""The Calendar and deadlines screen: the diagnostic count, the year, the pack, and the import."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from qs.actor import SYSTEM, Role
from qs.chart_style import palette
from qs.deadlines import actions, charts
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
