"""What waits for whom: the second person decides, the owner plans and works, what came back comes first."""

from __future__ import annotations

import pytest

from qs.actor import SYSTEM
from qs.sentences import waiting_sentences
from qs.topics import problems
from qs.topics.problems import steps_in_force
from qs.topics.waiting import waiting
from tests.topics.room import DAY, adopted, build_room, closed, planned, proposed, searched, surge


@pytest.fixture
def room(store):
    return build_room(store)


def codes(session, actor, now):
    lines = waiting(session, actor=actor, now=now)
    assert all(all(waiting_sentences(line)) for line in lines)
    return [line.code for line in lines]


def test_a_proposal_waits_for_the_second_person_and_not_for_who_made_it(store, room, now):
    desk, second = room
    with store.writing() as session:
        proposed(session, desk, now)
        assert codes(session, second, now) == ["problem_to_adopt"]
        assert codes(session, desk.supervisor, now) == []
        assert codes(session, desk.leader, now) == []


def test_the_plan_waits_for_the_leading_service_until_its_limit(store, room, now):
    desk, second = room
    with store.writing() as session:
        adopted(session, desk, second, now)
        (line,) = waiting(session, actor=desk.leader, now=now)
        assert line.code == "problem_to_plan"
        assert line.due_at is not None
        assert codes(session, desk.foreign_leader, now) == []


def test_a_step_is_mentioned_a_week_before_its_day(store, room, now):
    desk, second = room
    with store.writing() as session:
        planned(session, desk, second, now)
        assert codes(session, desk.leader, now + 2 * DAY) == []
        assert codes(session, desk.leader, now + 3 * DAY) == ["problem_step_due"]


def test_the_result_waits_for_the_office_when_the_steps_are_done(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = planned(session, desk, second, now)
        for version, step in enumerate(steps_in_force(session, problem_id), 3):
            done = {"version": version, "actor": desk.leader, "now": now + 2 * DAY}
            problems.finish_step(session, problem_id, step.id, **done)
        assert codes(session, desk.supervisor, now + 2 * DAY) == ["problem_to_close"]


def test_what_came_back_waits_for_both(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = closed(session, desk, second, now, now + 60 * DAY)
        problem = session.get(problems.Problem, problem_id)
        problem.closed_at = None
        problems.take_step(session, problem, problems.K.RECURRED, actor=SYSTEM, now=now + 90 * DAY)
        assert codes(session, desk.leader, now + 91 * DAY) == ["problem_recurred"]
        assert codes(session, second, now + 91 * DAY) == ["problem_recurred"]


def test_topics_that_stand_out_are_told_to_the_office_only(store, room, now):
    desk, _ = room
    with store.writing() as session:
        surge(session, desk, now)
    searched(store, now)
    with store.reading() as session:
        assert codes(session, desk.supervisor, now) == ["topics_emerging"]
        assert codes(session, desk.leader, now) == []
