"""The Programme screen: who may come in, a plan written and adopted, a report, a refusal."""

from __future__ import annotations

import pytest

from qs.actor import Role
from qs.programme import queries
from tests.world import SUPERVISOR, build_world, enroll


@pytest.fixture
def office(store):
    enroll(store, "chair", Role.SUPERVISOR)
    enroll(store, "deputy", Role.SUPERVISOR)
    enroll(store, "trainer", Role.HUMAN_RESOURCES)
    return build_world(store)


def button(screen, key):
    return next(found for found in screen.button if found.key == key)


def plan(store):
    with store.reading() as session:
        return queries.plan(session, actor=SUPERVISOR)


def test_a_stranger_is_not_let_in(store, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"programme\.py"):
        visit("programme", "nobody")


def test_a_plan_is_written_by_one_and_adopted_by_another(store, office, visit):
    screen = visit("programme", "chair")
    assert "No implementation plan yet" in screen.markdown[0].value
    screen.text_input[0].set_value("实施方案")
    next(found for found in screen.button if found.label == "Write the plan").click().run()
    assert not screen.exception
    assert plan(store).adopted_at is None
    assert "adopt_plan" not in {found.key for found in visit("programme", "chair").button}
    second = visit("programme", "deputy")
    button(second, "adopt_plan").click().run()
    assert not second.exception
    assert plan(store).adopted_at is not None


def test_a_plan_without_a_name_is_refused_in_a_sentence(store, office, visit):
    screen = visit("programme", "chair")
    next(found for found in screen.button if found.label == "Write the plan").click().run()
    assert "name of 1 to 200 characters" in screen.error[0].value
    assert plan(store) is None


def test_the_adopted_plan_shows_its_chart_and_its_tasks(store, adopted, visit):
    enroll(store, "reader", Role.AUDITOR)
    screen = visit("programme", "reader")
    assert not screen.exception
    assert screen.get("vega_lite_chart") or screen.get("arrow_vega_lite_chart")
    listed = visit("programme", "reader", view="task", phase="system")
    assert len(listed.dataframe[0].value) == 4


def test_somebody_who_is_not_in_charge_sees_no_form(store, task_id, visit):
    enroll(store, "reader", Role.AUDITOR)
    screen = visit("programme", "reader", view="task", task=str(task_id))
    assert not screen.exception
    assert not [found for found in screen.button if found.label == "Report progress"]


def test_a_report_moves_the_task(store, task_id, visit):
    screen = visit("programme", "author", view="task", task=str(task_id))
    screen.slider[0].set_value(60)
    next(found for found in screen.text_input if found.label.startswith("What was done")).set_value("初稿已成")
    button(screen, f"report_{task_id}_save").click().run()
    assert not screen.exception
    with store.reading() as session:
        steps = queries.steps(session, task_id, actor=SUPERVISOR)
    assert steps.iloc[0]["progress_share"] == 0.6


def test_the_responsibilities_name_all_five_parties(store, office, visit):
    screen = visit("programme", "trainer", view="people")
    shown = " ".join(found.value for found in screen.markdown)
    for party in ("Supervision group", "Information technology", "Human resources", "Public relations"):
        assert party in shown
    assert "4 services have no leader" in shown
