"""Who may do what with topics: the office searches, proposes, adopts and closes; leaders plan and work for theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor, Role
from qs.topics import problems, scanning
from qs.topics.problems import steps_in_force
from qs.topics.terms import NewProblem, PlannedStep
from tests.rights.attempt import Attempt, Stage

OFFICE = frozenset({Role.SUPERVISOR})
LEADERS = frozenset({Role.SERVICE_LEADER})
Made = Any  # Any: what the row's preparation returns
LATER = timedelta(days=1)


def wanted(stage: Stage) -> NewProblem:
    return NewProblem(
        title="暖气不热",
        demand="室温不低于十八度。",
        service_id=stage.service_id,
        owner_id=stage.helper.person_id or 0,
        target_on=(stage.now + timedelta(days=90)).date(),
        month=stage.now.date(),
    )


def proposed(session: Session, stage: Stage) -> tuple[int, int]:
    """The id and version of a problem at its beginning; those below take it one step further each."""
    return problems.propose_problem(session, wanted(stage), actor=stage.helper, now=stage.now), 1


def by(stage: Stage, version: int, actor: Actor) -> dict[str, Any]:  # Any: circumstances
    return {"version": version, "actor": actor, "now": stage.now + LATER}


def adopted(session: Session, stage: Stage) -> tuple[int, int]:
    problem_id, version = proposed(session, stage)
    second = Actor(None, "second", "另一人", stage.helper.grants)
    problems.adopt_problem(session, problem_id, **by(stage, version, second))
    return problem_id, version + 1


def planned(session: Session, stage: Stage) -> tuple[int, int, int]:
    problem_id, version = adopted(session, stage)
    problems.plan_problem(session, problem_id, "方案", steps(stage), **by(stage, version, stage.helper))
    return problem_id, version + 1, steps_in_force(session, problem_id)[0].id


def finished(session: Session, stage: Stage) -> tuple[int, int]:
    problem_id, version, step_id = planned(session, stage)
    problems.finish_step(session, problem_id, step_id, **by(stage, version, stage.helper))
    return problem_id, version + 1


def closed(session: Session, stage: Stage) -> tuple[int, int]:
    problem_id, version = finished(session, stage)
    closer = Actor(None, "closer", "第三人", stage.helper.grants)
    problems.close_problem(session, problem_id, "已解决", **by(stage, version, closer))
    return problem_id, version + 1


def steps(stage: Stage) -> list[PlannedStep]:
    return [PlannedStep("更换管段", (stage.now + timedelta(days=20)).date())]


def row(
    name: str,
    allowed: frozenset[Role],
    prepare: Callable[[Session, Stage], Made],
    act: Callable[[Session, Stage, Made, Actor], object],
    *,
    is_office_wide: bool = True,
) -> Attempt:
    return Attempt(f"topics.{name}", allowed, prepare, act, is_office_wide=is_office_wide)


ATTEMPTS: tuple[Attempt, ...] = (
    row(
        "scanning.find_topics",
        OFFICE,
        lambda session, stage: None,
        lambda session, stage, made, actor: scanning.find_topics(session, actor=actor, now=stage.now),
    ),
    row(
        "problems.propose_problem",
        OFFICE,
        lambda session, stage: None,
        lambda session, stage, made, actor: problems.propose_problem(
            session, wanted(stage), actor=actor, now=stage.now
        ),
    ),
    row(
        "problems.adopt_problem",
        OFFICE,
        proposed,
        lambda session, stage, made, actor: problems.adopt_problem(session, made[0], **by(stage, made[1], actor)),
    ),
    row(
        "problems.decline_problem",
        OFFICE,
        proposed,
        lambda session, stage, made, actor: problems.decline_problem(
            session, made[0], "已有专项", **by(stage, made[1], actor)
        ),
    ),
    row(
        "problems.plan_problem",
        LEADERS,
        adopted,
        lambda session, stage, made, actor: problems.plan_problem(
            session, made[0], "方案", steps(stage), **by(stage, made[1], actor)
        ),
        is_office_wide=False,
    ),
    row(
        "problems.finish_step",
        LEADERS,
        planned,
        lambda session, stage, made, actor: problems.finish_step(
            session, made[0], made[2], **by(stage, made[1], actor)
        ),
        is_office_wide=False,
    ),
    row(
        "problems.close_problem",
        OFFICE,
        finished,
        lambda session, stage, made, actor: problems.close_problem(
            session, made[0], "已解决", **by(stage, made[1], actor)
        ),
    ),
    row(
        "problems.note_recurrences",
        OFFICE,
        closed,
        lambda session, stage, made, actor: problems.note_recurrences(
            session, actor=actor, now=stage.now + timedelta(days=60)
        ),
    ),
)
