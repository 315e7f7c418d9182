"""The life of a problem of the month: proposed, adopted by a second person, planned, closed, and watched on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.audit.models import AuditEntry
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.periods import local_day
from qs.settings import settings
from qs.topics import details, problems
from qs.topics.models import Problem, ProblemStep
from qs.topics.problems import ProblemChanged, ProblemStepForbidden, steps_in_force
from qs.topics.terms import PlannedStep, ProblemState, Result
from tests.topics.room import (
    DAY,
    adopted,
    build_room,
    closed,
    file_about,
    planned,
    proposed,
    searched,
    state_of,
    topic_named,
    wanted_problem,
)

S = ProblemState


@pytest.fixture
def room(store):
    return build_room(store)


def trail(session):
    return list(session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("topics."))))


def test_a_problem_goes_from_proposal_to_its_result(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = closed(session, desk, second, now, now + 60 * DAY)
        problem = state_of(session, problem_id)
        assert problem.state is S.CLOSED
        assert problem.version == 6
        kinds = session.scalars(sa.select(ProblemStep.kind).order_by(ProblemStep.id)).all()
        assert [one.value for one in kinds] == ["proposed", "adopted", "planned", "step_done", "step_done", "closed"]
        assert len(trail(session)) == 6


def test_who_proposes_does_not_adopt_or_decline(store, room, now):
    desk, _ = room
    with store.writing() as session:
        problem_id = proposed(session, desk, now)
    for act in (
        lambda session: problems.adopt_problem(session, problem_id, version=1, actor=desk.supervisor, now=now),
        lambda session: problems.decline_problem(session, problem_id, "不", version=1, actor=desk.supervisor, now=now),
    ):
        with pytest.raises(Conflict, match="problem_own_proposal"), store.writing() as session:
            act(session)
    with store.reading() as session:
        assert state_of(session, problem_id).version == 1


def test_an_adopted_problem_has_a_limit_for_its_plan(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem = state_of(session, adopted(session, desk, second, now))
        assert problem.plan_due_id is not None
        # Monday 10:00: five working days end on the next Monday at the end of business.
        assert local_day(problem.plan_due_at, settings().zone) == (now + 7 * DAY).date()


def test_a_declined_proposal_says_why_and_is_over(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = proposed(session, desk, now)
        with pytest.raises(InvalidInput):
            problems.decline_problem(session, problem_id, " ", version=1, actor=second, now=now)
        session.rollback()
    with store.writing() as session:
        problem_id = proposed(session, desk, now)
        problems.decline_problem(session, problem_id, "已有专项", version=1, actor=second, now=now)
        assert state_of(session, problem_id).state is S.DECLINED
        with pytest.raises(ProblemStepForbidden):
            problems.adopt_problem(session, problem_id, version=2, actor=second, now=now)


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"title": " "}, "invalid_input"),
        ({"demand": ""}, "invalid_input"),
        ({"target_share": 1.0}, "problem_target_share"),
        ({"owner_id": 999_999}, "problem_owner_unfit"),
    ],
)
def test_a_proposal_that_is_not_whole_is_refused(store, room, now, others, reason):
    desk, _ = room
    with pytest.raises(InvalidInput, match=reason), store.writing() as session:
        proposed(session, desk, now, **others)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Problem.id))) == 0


def test_the_target_lies_after_today(store, room, now):
    desk, _ = room
    wanted = replace(wanted_problem(desk, now), target_on=local_day(now, settings().zone))
    with pytest.raises(InvalidInput, match="problem_target_passed"), store.writing() as session:
        problems.propose_problem(session, wanted, actor=desk.supervisor, now=now)


def test_the_owner_must_be_able_to_answer_for_the_service(store, room, now):
    desk, _ = room
    with pytest.raises(InvalidInput, match="problem_owner_unfit"), store.writing() as session:
        proposed(session, desk, now, owner_id=desk.foreign_leader.person_id)
    with store.reading() as session:
        owners = details.possible_owners(session, desk.world.emergency, actor=desk.supervisor)
        assert [one[0] for one in owners] == [desk.leader.person_id]


def test_a_topic_is_one_problem_at_a_time(store, room, now):
    desk, _ = room
    with store.writing() as session:
        for number in range(6):
            file_about(session, desk, "暖气", now - DAY, number=number)
    searched(store, now)
    with store.writing() as session:
        topic_id = topic_named(session, "暖气", "供热", "室温")
        proposed(session, desk, now, topic_id=topic_id)
    with pytest.raises(Conflict, match="problem_known"), store.writing() as session:
        proposed(session, desk, now, topic_id=topic_id)
    with pytest.raises(NotFound), store.writing() as session:
        proposed(session, desk, now, topic_id=topic_id + 1)


def test_a_plan_needs_steps_that_end_before_the_target(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = adopted(session, desk, second, now)
    late = [PlannedStep("慢慢来", (now + 91 * DAY).date())]
    many = [PlannedStep("一步", now.date())] * 13
    for steps, reason in ((late, "problem_step_after_target"), ([], "problem_plan_empty"), (many, "too_long")):
        with pytest.raises(InvalidInput, match=reason), store.writing() as session:
            problems.plan_problem(session, problem_id, "方案", steps, version=2, actor=desk.leader, now=now)
    with store.reading() as session:
        assert state_of(session, problem_id).state is S.ADOPTED


def test_a_new_plan_takes_the_place_of_the_old_one(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = planned(session, desk, second, now)
        steps = [PlannedStep("整段更换", (now + 20 * DAY).date())]
        problems.plan_problem(session, problem_id, "新方案", steps, version=3, actor=desk.leader, now=now + 2 * DAY)
        assert [one.text for one in steps_in_force(session, problem_id)] == ["整段更换"]


def test_a_step_is_finished_once_and_only_one_of_the_plan_in_force(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = planned(session, desk, second, now)
        step_id = steps_in_force(session, problem_id)[0].id
        problems.finish_step(session, problem_id, step_id, version=3, actor=desk.leader, now=now + 2 * DAY)
        with pytest.raises(Conflict, match="problem_step_known"):
            problems.finish_step(session, problem_id, step_id, version=4, actor=desk.leader, now=now + 2 * DAY)
        with pytest.raises(NotFound):
            problems.finish_step(session, problem_id, 999, version=5, actor=desk.leader, now=now + 2 * DAY)


def test_somebody_elses_service_is_as_if_it_did_not_exist(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = adopted(session, desk, second, now)
    steps = [PlannedStep("一步", (now + DAY).date())]
    with pytest.raises(NotFound), store.writing() as session:
        problems.plan_problem(session, problem_id, "方案", steps, version=2, actor=desk.foreign_leader, now=now)
    with pytest.raises(NotAllowed), store.writing() as session:
        problems.plan_problem(session, problem_id, "方案", steps, version=2, actor=second, now=now)
    with store.reading() as session:
        assert details.problems(session, actor=desk.foreign_leader) == []
        with pytest.raises(NotFound):
            details.problem_detail(session, problem_id, actor=desk.foreign_leader, now=now)


def test_a_helping_service_sees_the_problem_but_does_not_answer_for_it(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = adopted(session, desk, second, now, co_service_ids=(desk.world.permits,))
    with store.reading() as session:
        detail = details.problem_detail(session, problem_id, actor=desk.foreign_leader, now=now)
    assert detail.co_services == (("许可", "Permits"),)
    assert not detail.may_answer
    assert not detail.may_decide


def test_of_two_people_at_once_one_is_told(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = adopted(session, desk, second, now)
    with pytest.raises(ProblemChanged), store.writing() as session:
        problems.adopt_problem(session, problem_id, version=1, actor=second, now=now)


def test_it_is_closed_when_its_steps_are_done_and_not_by_its_owner(store, room, now):
    desk, second = room
    with store.writing() as session:
        problem_id = planned(session, desk, second, now)
        with pytest.raises(Conflict, match="problem_steps_open"):
            problems.close_problem(session, problem_id, "好了", version=3, actor=second, now=now + DAY)
        session.rollback()
    own = replace(second, person_id=desk.leader.person_id)
    with store.writing() as session:
        problem_id = planned(session, desk, second, now)
        with pytest.raises(Conflict, match="problem_own_work"):
            problems.close_problem(session, problem_id, "好了", version=3, actor=own, now=now + DAY)


def heating(session, desk, first, days, per_day, *, number=0):
    """Requests about heating, so many a day on average."""
    for day in range(days):
        for _ in range(int((day + 1) * per_day) - int(day * per_day)):
            number += 1
            file_about(session, desk, "暖气", first + day * DAY, number=number)
    return number


@pytest.fixture
def halved(store, room, now):
    """Twelve a month before a problem was adopted, three a month when it was closed after 120 days."""
    desk, second = room
    start = now - 90 * DAY
    with store.writing() as session:
        number = heating(session, desk, start, 90, 0.4)
        heating(session, desk, now, 120, 0.1, number=number)
    searched(store, now)
    with store.writing() as session:
        topic_id = topic_named(session, "暖气", "供热", "室温")
        problem_id = adopted(session, desk, second, now, topic_id=topic_id, target_on=(now + 200 * DAY).date())
    searched(store, now + 120 * DAY)
    at = now + 120 * DAY
    with store.writing() as session:
        steps = [PlannedStep("更换", (now + 30 * DAY).date())]
        problems.plan_problem(session, problem_id, "方案", steps, version=2, actor=desk.leader, now=now + DAY)
        step_id = steps_in_force(session, problem_id)[0].id
        problems.finish_step(session, problem_id, step_id, version=3, actor=desk.leader, now=now + 20 * DAY)
        problems.close_problem(session, problem_id, "已更换", version=4, actor=second, now=at)
    return problem_id, at


def test_the_result_keeps_the_requests_before_and_after(store, room, halved):
    desk, _ = room
    problem_id, closed_at = halved
    with store.reading() as session:
        problem = state_of(session, problem_id)
        assert (problem.before_count, problem.before_days) == (36, 90)
        assert (problem.after_count, problem.after_days) == (6, 60)
        detail = details.problem_detail(session, problem_id, actor=desk.supervisor, now=closed_at + DAY)
    assert detail.result is Result.REACHED
    assert detail.change.ratio == pytest.approx(6 / 36 * 90 / 60)
    assert set(detail.months["phase"]) == {"before", "during"}


def test_what_comes_back_is_opened_again_by_itself(store, room, halved):
    desk, _ = room
    problem_id, closed_at = halved
    with store.writing() as session:
        heating(session, desk, closed_at + DAY, 28, 0.6, number=500)
    later = closed_at + 31 * DAY
    searched(store, later)
    with store.writing() as session:
        assert problems.note_recurrences(session, actor=SYSTEM, now=closed_at + 29 * DAY) == 0
        assert problems.note_recurrences(session, actor=SYSTEM, now=later) == 1
        problem = state_of(session, problem_id)
        assert (problem.state, problem.round, problem.closed_at) == (S.RECURRED, 2, None)
        detail = details.problem_detail(session, problem_id, actor=desk.supervisor, now=later)
    assert detail.months["phase"].tolist()[-1] == "after"
    assert detail.months["count"].iloc[-1] >= detail.months["alarm"].iloc[-1]


def test_what_stays_as_it_was_closed_is_looked_at_once_a_month_and_stays_closed(store, room, halved):
    desk, _ = room
    problem_id, closed_at = halved
    with store.writing() as session:
        heating(session, desk, closed_at + DAY, 58, 0.1, number=500)
    later = closed_at + 61 * DAY
    searched(store, later)
    with store.writing() as session:
        assert problems.note_recurrences(session, actor=SYSTEM, now=later) == 0
        assert problems.note_recurrences(session, actor=SYSTEM, now=later + DAY) == 0
        assert state_of(session, problem_id).state is S.CLOSED
        assert trail(session).count("topics.noted_recurrences") == 1


def test_a_problem_without_a_topic_counts_the_requests_of_its_service(store, room, now):
    desk, second = room
    with store.writing() as session:
        for number in range(10):
            file_about(session, desk, "公交", now - timedelta(days=number + 2), number=number)
        problem_id = adopted(session, desk, second, now)
        detail = details.problem_detail(session, problem_id, actor=desk.supervisor, now=now + 40 * DAY)
    assert detail.change.before_count == 10
