"""The Rectifications screen: board, list, one order with its next step, and the button below a signal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.rectifications import actions, details, extensions
from qs.rectifications.terms import Source, Status, Verdict
from tests.rectifications.world import Loop, build_loop, closed, ordered, plan
from tests.world import enroll

DAY = timedelta(days=1)
NOW = datetime.now(UTC)  # screens read the real clock


@pytest.fixture
def loop(store) -> Loop:
    return build_loop(store)


def keys(screen):
    return {button.key for button in screen.button}


def texts(screen):
    return [text.value for text in screen.text]


def titles(screen):
    return [one.value for one in screen.markdown if one.value.startswith("# ")]


def status_of(store, loop, order):
    with store.reading() as session:
        return details.rectification(session, order, actor=loop.supervisor, now=NOW).status


def test_somebody_without_a_role_is_not_offered_the_screen(store, loop, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"rectifications\.py"):
        visit("rectifications", "nobody")


def test_an_empty_office_is_told_where_orders_come_from(loop, visit):
    screen = visit("rectifications", "chief")
    assert not screen.exception
    assert titles(screen) == ["# Nothing has to be put right"]


def test_the_heading_is_the_finding_with_its_counts(store, loop, visit):
    with store.writing() as session:
        closed(session, loop, NOW - 60 * DAY)
        ordered(session, loop, NOW - 50 * DAY, ref="rating:2")
    screen = visit("rectifications", "chief")
    assert titles(screen) == ["# 1 rectification is overdue"]
    assert any("loop closed 50" in one.value for one in screen.markdown)


def test_the_board_opens_an_order_and_the_list_shows_it(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW)
    screen = visit("rectifications", "chief")
    screen.button(key=f"open_{order}").click().run()
    assert titles(screen) == ["# 候诊过长"]
    listed = visit("rectifications", "chief", view="list")
    frame = next(frame.value for frame in listed.dataframe if frame.key == "orders_1")
    assert list(frame["title"]) == ["候诊过长"]


def test_a_leader_hands_in_the_plan(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW)
    screen = visit("rectifications", "leader", rectification=str(order))
    screen.text_area(key=f"plan_cause_{order}").set_value("缺人")
    screen.text_area(key=f"plan_measures_{order}").set_value("增人")
    screen.button(key=f"plan_save_{order}").click().run()
    assert not screen.error
    assert status_of(store, loop, order) is Status.PLANNED


def test_a_plan_without_a_cause_is_refused_in_words(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW)
    screen = visit("rectifications", "leader", rectification=str(order))
    screen.button(key=f"plan_save_{order}").click().run()
    assert "“Why it happened” is empty. Fill it in." in texts(screen)
    assert status_of(store, loop, order) is Status.ORDERED


def test_who_was_slower_is_told_and_loses_nothing(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW)
    screen = visit("rectifications", "leader", rectification=str(order))
    with store.writing() as session:
        extensions.ask_extension(session, order, "采购", version=1, actor=loop.leader, now=NOW)
    screen.text_area(key=f"plan_cause_{order}").set_value("缺人")
    screen.text_area(key=f"plan_measures_{order}").set_value("增人")
    screen.button(key=f"plan_save_{order}").click().run()
    assert "Somebody was faster" in screen.error[0].value
    assert screen.text_area(key=f"plan_cause_{order}").value == "缺人"
    screen.button(key=f"plan_save_{order}").click().run()
    assert status_of(store, loop, order) is Status.PLANNED


def test_a_supervisor_sees_the_verdict_form_and_the_unit_does_not(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW, indicator_id=loop.world.on_time)
        actions.file_plan(session, order, plan(NOW), version=1, actor=loop.leader, now=NOW)
        actions.file_proof(session, order, "已办", version=2, actor=loop.leader, now=NOW)
    assert f"verify_save_{order}" not in keys(visit("rectifications", "leader", rectification=str(order)))
    screen = visit("rectifications", "second", rectification=str(order))
    screen.segmented_control(key=f"verify_verdict_{order}").set_value(Verdict.CLOSED)
    screen.text_area(key=f"verify_note_{order}").set_value("核实")
    screen.button(key=f"verify_save_{order}").click().run()
    assert not screen.error
    assert not screen.exception
    assert status_of(store, loop, order) is Status.CLOSED
    assert any("too few cases to tell" in one.value for one in screen.markdown)


def test_somebody_elses_order_is_as_if_it_did_not_exist(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW)
    screen = visit("rectifications", "other", rectification=str(order))
    assert "no such rectification" in screen.error[0].value
    assert "候诊过长" not in " ".join(texts(screen))


def test_a_supervisor_grants_an_extension_and_an_inspector_is_not_asked(store, loop, visit):
    with store.writing() as session:
        order = ordered(session, loop, NOW)
        extensions.ask_extension(session, order, "采购", version=1, actor=loop.leader, now=NOW)
    assert f"grant_{order}" not in keys(visit("rectifications", "looker", rectification=str(order)))
    screen = visit("rectifications", "chief", rectification=str(order))
    screen.button(key=f"grant_{order}").click().run()
    assert not screen.error
    with store.reading() as session:
        assert details.rectification(session, order, actor=loop.supervisor, now=NOW).extension.is_granted


def test_filters_narrow_the_board_and_its_figures(store, loop, visit):
    with store.writing() as session:
        ordered(session, loop, NOW)
        wanted = {"source": Source.SIGNAL, "service_id": loop.world.permits, "title": "许可超期"}
        ordered(session, loop, NOW, ref="4:1:2026-11-16", **wanted)
    screen = visit("rectifications", "chief", source="signal")
    assert any("许可超期" in one.value for one in screen.markdown)
    assert not any("候诊过长" in one.value for one in screen.markdown)
