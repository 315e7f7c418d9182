"""The Hot topics screen: the finding, a topic, mass requests, and a problem of the month from proposal to result."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from qs.topics.models import Problem
from qs.topics.terms import ProblemState
from tests.topics.room import DAY, adopted, build_room, file_about, planned, proposed, searched, state_of, topic_named
from tests.world import enroll


@pytest.fixture
def room(store):
    return build_room(store)


@pytest.fixture
def lately():
    """The real moment: screens read the real clock."""
    return datetime.now(UTC)


@pytest.fixture
def heated(store, room, lately):
    """Six requests about heating yesterday, and nothing before."""
    desk, _ = room
    with store.writing() as session:
        for number in range(6):
            file_about(session, desk, "暖气", lately - DAY, number=number)
    searched(store, lately)
    with store.reading() as session:
        return topic_named(session, "暖气", "供热", "室温")


def words(screen):
    return " ".join([*(one.value for one in screen.text), *(one.value for one in screen.markdown)])


def keys(screen):
    return {button.key for button in screen.button}


def test_somebody_without_a_role_is_not_offered_the_screen(store, room, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"topics\.py"):
        visit("topics", "nobody")


def test_before_the_first_search_the_screen_says_what_will_be_here(store, room, visit):
    screen = visit("topics", "boss")
    assert not screen.exception
    assert "Nobody has looked for topics yet" in words(screen)


def test_a_topic_shows_its_requests_and_where_they_come_from(store, heated, visit):
    screen = visit("topics", "boss")
    assert not screen.exception
    assert "Requests that stand for it" in words(screen)
    assert "South 6" in words(screen)
    assert any(key.startswith("case_") for key in keys(screen))


def test_somebody_with_other_services_sees_no_topic(store, heated, visit):
    screen = visit("topics", "foreign")
    assert not screen.exception
    assert "No topic yet" in words(screen)
    assert "head_propose" not in keys(screen)


def test_a_supervisor_makes_a_topic_the_problem_of_the_month(store, room, heated, visit):
    screen = visit("topics", "boss", topic=str(heated), do="propose")
    assert not screen.exception, screen.exception
    screen.text_area("propose_demand").set_value("室温不低于十八度。")
    screen.button("propose_save").click().run()
    assert not screen.exception
    with store.reading() as session:
        problem = session.scalars(sa.select(Problem)).one()
        assert (problem.topic_id, problem.state) == (heated, ProblemState.PROPOSED)


def test_who_proposed_it_is_told_that_somebody_else_adopts(store, room, visit, lately):
    desk, _ = room
    with store.writing() as session:
        problem_id = proposed(session, desk, lately)
    screen = visit("topics", "boss", problem=str(problem_id))
    assert "adopt" not in keys(screen)
    screen = visit("topics", "second-boss", problem=str(problem_id))
    screen.button("adopt").click().run()
    with store.reading() as session:
        assert state_of(session, problem_id).state is ProblemState.ADOPTED


def test_the_leading_service_finishes_a_step(store, room, visit, lately):
    desk, second = room
    with store.writing() as session:
        problem_id = planned(session, desk, second, lately - 2 * DAY)
    screen = visit("topics", "leader", problem=str(problem_id))
    screen.button("finish_save").click().run()
    assert not screen.exception
    assert "Finished a step of the plan" in words(screen)


def test_a_problem_outside_the_own_services_is_as_if_it_did_not_exist(store, room, visit, lately):
    desk, second = room
    with store.writing() as session:
        problem_id = adopted(session, desk, second, lately)
    screen = visit("topics", "foreign", problem=str(problem_id))
    assert not screen.exception
    assert "There is no such problem" in " ".join(one.value for one in screen.error)


def test_the_problems_stand_as_cards(store, room, visit, lately):
    desk, second = room
    with store.writing() as session:
        planned(session, desk, second, lately - 2 * DAY)
    screen = visit("topics", "boss", view="problems")
    assert "Plan under way" in words(screen)
    assert "Cold radiators" in words(screen)


def test_mass_and_repeat_requests_are_listed(store, room, visit, lately):
    desk, _ = room
    with store.writing() as session:
        for number in range(5):
            file_about(
                session, desk, "暖气", lately - DAY, number=number, title="请接通暖气", text="三年没有供上暖气了。"
            )
    searched(store, lately)
    screen = visit("topics", "boss", view="mass")
    assert not screen.exception
    assert "5 alike" in words(screen)
