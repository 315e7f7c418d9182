"""The Inspections screen: the list, planning, the checklist on site, the defence, and the letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.inspections import queries
from qs.inspections.terms import InspectionState, Judgement
from tests.inspections.world import build_team, concluded, defended, drawn, items, on_site, planned, sent, shown
from tests.world import enroll

MINOR = Judgement.MINOR


@pytest.fixture
def team(store):
    return build_team(store)


@pytest.fixture
def today():
    """Screens read the real clock, so what they show is made now."""
    return datetime.now(UTC)


def keys(screen):
    return {button.key for button in screen.button}


def texts(screen):
    return " ".join(one.value for one in (*screen.text, *screen.markdown))


def test_somebody_without_a_role_is_not_offered_the_screen(store, team, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"inspections\.py"):
        visit("inspections", "nobody")


def test_an_empty_office_is_told_what_will_be_here(team, visit):
    screen = visit("inspections", "chief")
    assert not screen.exception
    assert "No inspection has been planned yet" in texts(screen)


def test_a_supervisor_plans_and_the_draw_is_shown(store, team, visit):
    screen = visit("inspections", "chief", do="plan")
    screen.selectbox(key="plan_service").set_value(team.world.surgery)
    screen.number_input(key="plan_count").set_value(2)
    screen.text_area(key="plan_reason").set_value("年度计划")
    screen.button(key="plan_save").click().run()
    assert not screen.exception
    assert not screen.error
    assert "announce" in keys(screen)
    with store.reading() as session:
        assert len(shown(session, team, 1).inspectors) == 2


def test_a_plan_without_a_reason_is_refused_in_words(store, team, visit):
    screen = visit("inspections", "chief", do="plan")
    screen.selectbox(key="plan_service").set_value(team.world.surgery)
    screen.button(key="plan_save").click().run()
    assert "“Reason” is empty. Fill it in." in texts(screen)


def test_a_leader_is_not_shown_a_plan_nor_its_buttons(store, team, visit, today):
    with store.writing() as session:
        one = planned(session, team, today)
    screen = visit("inspections", "leader", inspection=str(one))
    assert "no such inspection" in screen.error[0].value
    assert "announce" not in keys(screen)


def test_a_tap_on_the_checklist_saves_the_judgement(store, team, visit, today):
    with store.writing() as session:
        one = on_site(session, team, today)
        inspector = drawn(session, team, one)[0].username
        item_id = items(session, one)[0].id
    screen = visit("inspections", inspector, inspection=str(one))
    assert not screen.exception
    screen.segmented_control(key=f"item_{item_id}_1").set_value(Judgement.CONFORM).run()
    assert not screen.error
    with store.reading() as session:
        assert items(session, one)[0].judgement is Judgement.CONFORM


def test_a_leader_hands_in_the_defence(store, team, visit, today):
    with store.writing() as session:
        one = sent(session, team, today, MINOR)
        finding = shown(session, team, one).findings[0]
    screen = visit("inspections", "leader", inspection=str(one))
    screen.text_area(key=f"defence_{finding.item_id}").set_value("已整改")
    screen.button(key="defence_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert shown(session, team, one).state is InspectionState.DEFENDED


def test_the_decision_names_what_is_missing_and_then_issues_the_letter(store, team, visit, today):
    with store.writing() as session:
        one = defended(session, team, today, MINOR)
        finding = shown(session, team, one).findings[0]
    screen = visit("inspections", "judge", inspection=str(one))
    screen.text_area(key="opinion").set_value("意见")
    screen.button(key="conclude").click().run()
    assert "Answer the defence" in screen.error[0].value
    screen.text_area(key=f"answer_{finding.item_id}").set_value("已复核")
    screen.text_area(key=f"demand_{finding.item_id}").set_value("限期改正")
    screen.button(key="conclude").click().run()
    assert not screen.error
    assert {"letter_zh_CN", "letter_en"} <= keys(screen)


def test_coverage_and_weights_have_their_own_view(store, team, visit, today):
    with store.writing() as session:
        concluded(session, team, today - timedelta(days=3), MINOR)
    screen = visit("inspections", "chief", view="coverage")
    assert "3 of 4 services were never inspected" in texts(screen).replace("\\", "")
    screen = visit("inspections", "chief", view="clauses")
    assert not screen.exception
    with store.reading() as session:
        assert len(queries.clause_marks(session, today.date(), actor=team.supervisor)) == 5
