"""The Standards screen: the list, the card, the comparison of editions, and the forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from qs.actor import SYSTEM, Role
from qs.standards import actions, queries
from qs.standards.terms import Aggregation, Counting
from tests.world import MADE_AT, SUPERVISOR, build_world, enroll, on_time_edition

TIGHTER = replace(on_time_edition(), target=0.95, review_on=date(2099, 1, 1))
NEXT_YEAR = date(2026, 1, 1)


@pytest.fixture
def world(store):
    built = build_world(store)
    enroll(store, "boss", Role.SUPERVISOR)
    enroll(store, "reader", Role.INSPECTOR)
    with store.writing() as session:
        actions.add_indicator_edition(
            session, built.on_time, effective_on=NEXT_YEAR, content=TIGHTER, actor=SYSTEM, now=MADE_AT
        )
    return built


def listed(screen, key="indicators_1"):
    return next(frame.value for frame in screen.dataframe if frame.key == key)


def texts(screen):
    return [text.value for text in screen.text]


def keys(screen):
    return {button.key for button in screen.button}


def history(store, indicator_id):
    with store.reading() as session:
        return queries.indicator_history(session, indicator_id, actor=SUPERVISOR)


def test_somebody_without_a_role_is_not_offered_the_screen(store, world, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"standards\.py"):
        visit("standards", "nobody")


def test_the_list_shows_targets_with_their_sense(world, visit):
    frame = listed(visit("standards", "reader")).set_index("name")
    assert frame.loc["On time", "aim"] == "≥ 95.0%"
    assert frame.loc["Temperature", "aim"] == "18.0 ℃ to 24.0 ℃"
    assert frame.loc["Complaints per 1000", "aim"] == "—"
    assert frame.loc["On time", "weight"] == "50%"


def test_the_card_says_what_is_measured_and_a_reader_changes_nothing(world, visit):
    screen = visit("standards", "reader", indicator=str(world.on_time))
    assert not screen.exception
    assert {"Definition of On time", "Numerator in words", "Numerator divided by denominator", "5.0%"} <= set(
        texts(screen)
    )
    assert {"new_edition", "head_add"}.isdisjoint(keys(screen))


def test_editions_are_compared_side_by_side(world, visit):
    screen = visit("standards", "reader", indicator=str(world.on_time))
    shown = texts(screen)
    assert shown[-6:] == ["1 Jan 2025", "1 Jan 2026", "0.9", "0.95", "1 Jan 2027", "1 Jan 2099"]


def test_an_unknown_indicator_is_said_to_be_unknown(world, visit):
    assert "no such indicator" in visit("standards", "reader", indicator="999").error[0].value


def test_a_supervisor_adds_an_edition_filled_in_from_the_newest(store, world, visit):
    screen = visit("standards", "boss", indicator=str(world.on_time))
    screen.button(key="new_edition").click().run()
    key = f"edition_{world.on_time}"
    assert screen.number_input(key=f"{key}_target").value == 0.95
    screen.number_input(key=f"{key}_target").set_value(0.97)
    screen.button(key=f"{key}_save").click().run()
    assert not screen.error
    assert [edition.content.target for edition in history(store, world.on_time)] == [0.97, 0.95, 0.9]
    assert "new_edition" in keys(screen)


def test_an_edition_with_an_impossible_target_is_refused_in_words(store, world, visit):
    screen = visit("standards", "boss", indicator=str(world.on_time), do="edition")
    key = f"edition_{world.on_time}"
    screen.number_input(key=f"{key}_target").set_value(95.0)
    screen.button(key=f"{key}_save").click().run()
    assert "The target of a share lies between 0 and 1 (95 % is 0.95)." in texts(screen)
    assert len(history(store, world.on_time)) == 2


def test_a_supervisor_adds_an_indicator(store, world, visit):
    screen = visit("standards", "boss")
    screen.button(key="head_add").click().run()
    screen.text_input(key="new_indicator_code").set_value("new")
    for name in ("name", "numerator", "denominator", "unit", "source", "owner"):
        screen.text_input(key=f"new_indicator_{name}").set_value("文字")
    screen.text_area(key="new_indicator_definition").set_value("定义")
    screen.button(key="new_indicator_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert "new" in queries.indicators_by_code(session)


def test_clauses_have_their_own_list_card_and_forms(store, world, visit):
    screen = visit("standards", "boss", view="clause", clause="1")
    assert list(listed(screen, "clauses_1")["title"]) == ["On time"]
    screen.button(key="new_edition").click().run()
    screen.text_area(key="clause_edition_1_text").set_value("必须按时办理。")
    screen.button(key="clause_edition_1_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert len(queries.clause_history(session, 1, actor=SUPERVISOR)) == 2


def test_a_new_clause_without_words_is_refused(world, visit):
    screen = visit("standards", "boss", view="clause", do="add")
    screen.text_input(key="new_clause_code").set_value("c-9")
    screen.button(key="new_clause_save").click().run()
    assert "“Title” is empty. Fill it in." in texts(screen)


def test_an_overdue_review_is_marked_and_can_be_picked_out(store, world, visit):
    content = replace(on_time_edition(), name_en="Forgotten", review_on=date(2025, 2, 1))
    with store.writing() as session:
        actions.add_indicator(
            session,
            code="old",
            sector_id=None,
            counting=Counting(Aggregation.SHARE),
            effective_on=date(2025, 1, 1),
            content=content,
            actor=SYSTEM,
            now=MADE_AT,
        )
    frame = listed(visit("standards", "reader", state="review")).set_index("name")
    assert frame.loc["Forgotten", "review"] == "1 Feb 2025, overdue"
    assert "On time" not in frame.index


def test_a_coming_edition_can_be_picked_out(store, world, visit):
    soon = date.today() + timedelta(days=400)  # noqa: DTZ011 - screens read the real clock
    content = replace(TIGHTER, review_on=soon + timedelta(days=1), target=0.99)
    with store.writing() as session:
        actions.add_indicator_edition(
            session, world.on_time, effective_on=soon, content=content, actor=SYSTEM, now=MADE_AT
        )
    screen = visit("standards", "reader", state="coming")
    assert list(listed(screen)["name"]) == ["On time"]
