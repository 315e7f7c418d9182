"""The Evaluations screen: the overview, one's own sheets, filling in, review, approval and appeal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qs.evaluations import details
from qs.evaluations.models import Sheet
from qs.evaluations.terms import SheetState, Subject
from qs.rectifications.queries import rectifications
from tests.evaluations.world import approved, build_panel, sheet_id, submitted
from tests.world import enroll


@pytest.fixture
def today():
    """Screens read the real clock, so what they show is made now."""
    return datetime.now(UTC)


@pytest.fixture
def panel(store, today):
    return build_panel(store, today)


def keys(screen):
    return {button.key for button in screen.button}


def texts(screen):
    return " ".join(one.value for one in (*screen.text, *screen.markdown))


def test_somebody_without_a_role_is_not_offered_the_screen(store, panel, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"evaluations\.py"):
        visit("evaluations", "nobody")


def test_the_overview_shows_services_against_assessors(panel, visit):
    screen = visit("evaluations", "approver")
    assert not screen.exception
    frame = next(one.value for one in screen.dataframe if one.key == "services_1")
    assert frame["service"].tolist() == ["Surgery", "Permits"]
    assert frame["third_party"].tolist() == ["In draft", ""]


def test_a_third_party_is_shown_its_own_sheets_alone(store, panel, visit):
    screen = visit("evaluations", "evaluator")
    assert not screen.exception
    frame = next(one.value for one in screen.dataframe if one.key == "mine_1")
    assert frame["service"].tolist() == ["Surgery"]
    with store.reading() as session:
        other = sheet_id(session, panel, Subject.SELF)
    screen = visit("evaluations", "evaluator", sheet=str(other))
    assert "no such sheet" in screen.error[0].value


def test_a_leader_fills_in_and_submits(store, panel, visit):
    with store.reading() as session:
        one = sheet_id(session, panel, Subject.SELF)
        criteria = [item.criterion_id for item in details.sheet(session, one, actor=panel.leader).criteria]
    screen = visit("evaluations", "leader", sheet=str(one))
    key = f"sheet_{one}_1"
    screen.button(key=f"{key}_submit").click().run()
    assert "6 criteria have no score yet." in screen.error[0].value.replace("\\", "")
    for criterion_id in criteria:
        screen.number_input(key=f"{key}_score_{criterion_id}").set_value(75)
        screen.text_area(key=f"{key}_note_{criterion_id}").set_value("有据")
    screen.button(key=f"{key}_submit").click().run()
    assert not screen.error
    with store.reading() as session:
        assert session.get_one(Sheet, one).state is SheetState.SUBMITTED


def test_review_and_approval_are_offered_to_different_people(store, panel, visit, today):
    with store.writing() as session:
        one = submitted(session, panel, today, Subject.OFFICE)
    assert "review_confirm" not in keys(visit("evaluations", "author", sheet=str(one)))
    screen = visit("evaluations", "reviewer", sheet=str(one))
    screen.button(key="review_confirm").click().run()
    assert not screen.error
    assert "approve" not in keys(screen)
    screen = visit("evaluations", "approver", sheet=str(one))
    screen.button(key="approve").click().run()
    assert not screen.error
    with store.reading() as session:
        assert session.get_one(Sheet, one).state is SheetState.APPROVED


def test_a_leader_reads_the_result_and_appeals(store, panel, visit, today):
    with store.writing() as session:
        one = approved(session, panel, today, Subject.OFFICE)
    screen = visit("evaluations", "leader", sheet=str(one))
    assert "80.0 of 100" in texts(screen).replace("\\", "")
    screen.button(key="appeal_save").click().run()
    assert "“Grounds” is empty. Fill it in." in texts(screen)
    screen.text_area(key="appeal_grounds").set_value("数据缺失")
    screen.button(key="appeal_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert len(details.sheet(session, one, actor=panel.leader).appeals) == 1


@pytest.mark.parametrize("part", ["mine", "third_party", "templates"])
def test_the_other_parts_open(panel, visit, part):
    assert not visit("evaluations", "approver", view=part).exception


def test_what_an_approved_sheet_found_wanting_is_ordered_to_be_put_right(store, panel, visit, today):
    with store.writing() as session:
        one = approved(session, panel, today, Subject.OFFICE)
        criterion = details.sheet(session, one, actor=panel.approver).criteria[0].criterion_id
    assert not [key for key in keys(visit("evaluations", "leader", sheet=str(one))) if key.startswith("rectify_")]
    screen = visit("evaluations", "judge", sheet=str(one))
    screen.button(key=f"rectify_save_{criterion}").click().run()
    assert not screen.error
    with store.reading() as session:
        orders = rectifications(session, actor=panel.judge, now=today)
    assert orders["source_ref"].tolist() == [f"criterion:{one}:{criterion}"]
    assert f"order_{criterion}" in keys(visit("evaluations", "leader", sheet=str(one)))


def test_an_order_needs_a_demand_and_a_sheet_that_is_approved(store, panel, visit, today):
    with store.writing() as session:
        one = approved(session, panel, today, Subject.OFFICE)
        other = submitted(session, panel, today, Subject.SELF)
        criterion = details.sheet(session, one, actor=panel.approver).criteria[0].criterion_id
    screen = visit("evaluations", "judge", sheet=str(one))
    screen.text_area(key=f"rectify_demand_{criterion}").set_value(" ")
    screen.button(key=f"rectify_save_{criterion}").click().run()
    assert "is empty. Fill it in." in texts(screen)
    assert not [key for key in keys(visit("evaluations", "judge", sheet=str(other))) if key.startswith("rectify_")]
