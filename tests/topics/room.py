"""Builders of the room of topics: requests about planted matters on planted days, and a problem at any stage."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Role
from qs.complaints import intake
from qs.complaints.terms import NewContact, NewRequest, RequestChannel, RequestKind
from qs.db import Database
from qs.topics import problems
from qs.topics.models import Problem, Topic
from qs.topics.problems import steps_in_force
from qs.topics.scanning import find_topics
from qs.topics.terms import NewProblem, PlannedStep
from tests.complaints.desk import Desk, build_desk
from tests.topics.planted import CHINESE
from tests.world import enroll, person

DAY = timedelta(days=1)
ENDINGS = ("请尽快处理。", "住户意见很大，希望有个说法。", "之前反映过，没有下文。", "老人受不了，麻烦核实。")


def build_room(store: Database) -> tuple[Desk, Actor]:
    """The complaint desk, and a second supervisor."""
    desk = build_desk(store)
    second = person(Role.SUPERVISOR, username="second-boss", person_id=enroll(store, "second-boss", Role.SUPERVISOR))
    return desk, second


def file_about(session: Session, desk: Desk, matter: str, at: datetime, *, number: int = 0, **others: object) -> int:
    """One request about a planted matter, in its own words; numbers vary the words and the telephone."""
    phrases, ending = CHINESE[matter]
    said = [phrases[(number + place) % len(phrases)] for place in range(3)]
    values: dict[str, object] = {
        "kind": RequestKind.COMPLAINT,
        "title": said[0],
        "text": f"{said[1]}，{said[2]}，{ending}，{ENDINGS[number % len(ENDINGS)]}",
        "channel": RequestChannel.PHONE,
        "service_id": desk.world.emergency,
        "contact": NewContact(phone=f"170{number:08d}"),
    }
    wanted = NewRequest(**(values | others))  # type: ignore[arg-type]  # a test names the fields it varies
    return intake.file_request(session, wanted, actor=SYSTEM, now=at).request_id


def surge(session: Session, desk: Desk, now: datetime) -> None:
    """Buses and waste as every week for nine weeks; heating once a week, and twice a day in the last one."""
    number = 0
    for back in range(1, 64):
        at = now - back * DAY
        matters = ["公交"] * (back % 2) + ["垃圾"] * (back % 3 == 0)
        matters += ["暖气"] * (2 if back <= 7 else back % 7 == 0)
        for matter in matters:
            number += 1
            service = desk.world.permits if matter == "垃圾" else desk.world.emergency
            file_about(session, desk, matter, at, number=number, service_id=service)


def topic_named(session: Session, *words: str) -> int:
    """The topic that one of these words names."""
    found = [one.id for one in session.scalars(sa.select(Topic)) if set(words) & {word for word, _ in one.words}]
    assert len(found) == 1, found
    return found[0]


def wanted_problem(desk: Desk, now: datetime, **others: object) -> NewProblem:
    values: dict[str, object] = {
        "title": "暖气不热",
        "title_en": "Cold radiators",
        "demand": "室温不低于十八度。",
        "service_id": desk.world.emergency,
        "owner_id": desk.leader.person_id,
        "target_on": (now + 90 * DAY).date(),
        "month": now.date(),
    }
    return NewProblem(**(values | others))  # type: ignore[arg-type]  # a test names the fields it varies


def proposed(session: Session, desk: Desk, now: datetime, **others: object) -> int:
    return problems.propose_problem(session, wanted_problem(desk, now, **others), actor=desk.supervisor, now=now)


def adopted(session: Session, desk: Desk, second: Actor, now: datetime, **others: object) -> int:
    problem_id = proposed(session, desk, now, **others)
    problems.adopt_problem(session, problem_id, version=1, actor=second, now=now)
    return problem_id


def planned(session: Session, desk: Desk, second: Actor, now: datetime, **others: object) -> int:
    problem_id = adopted(session, desk, second, now, **others)
    steps = [PlannedStep("逐户测温", (now + 10 * DAY).date()), PlannedStep("更换管段", (now + 30 * DAY).date())]
    problems.plan_problem(session, problem_id, "管网老化。", steps, version=2, actor=desk.leader, now=now + DAY)
    return problem_id


def closed(session: Session, desk: Desk, second: Actor, now: datetime, closed_at: datetime, **others: object) -> int:
    problem_id = planned(session, desk, second, now, **others)
    for version, step in enumerate(steps_in_force(session, problem_id), 3):
        done = {"version": version, "actor": desk.leader, "now": closed_at - DAY}
        problems.finish_step(session, problem_id, step.id, **done)
    problems.close_problem(session, problem_id, "已更换。", version=5, actor=second, now=closed_at)
    return problem_id


def state_of(session: Session, problem_id: int) -> Problem:
    return session.scalars(
        sa.select(Problem).where(Problem.id == problem_id).execution_options(populate_existing=True)
    ).one()


def searched(store: Database, now: datetime) -> date:
    with store.writing() as session:
        return find_topics(session, actor=SYSTEM, now=now).ends_on
