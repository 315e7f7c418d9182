"""A partner, a course, a session with two members of staff, and the people who decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from qs.actor import SYSTEM, Actor, Role
from qs.office import prepare_office
from qs.training import actions
from qs.training.terms import CourseKind, NewCourse, PartnerKind
from tests.world import World, build_world, enroll, person

ENTERED_AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
HELD_AT = ENTERED_AT + timedelta(days=14)


@dataclass(frozen=True)
class School:
    """The ids of a small training room."""

    world: World
    keeper: Actor
    partner: int
    course: int
    session: int
    first: int
    second: int


def course(partner_id: int, *, code: str = "flow", hours: float = 24.0) -> NewCourse:
    return NewCourse(code, "窗口排队", CourseKind.POST, partner_id, hours, "减少等候", "Queues")


def trainee(session, world: World, number: str, keeper: Actor) -> int:
    return actions.add_trainee(
        session,
        number=number,
        name=f"学员{number}",
        provider_id=world.hospital,
        post="窗口岗",
        joined_on=ENTERED_AT.date(),
        actor=keeper,
        now=ENTERED_AT,
    )


@pytest.fixture
def school(store):
    world = build_world(store)
    keeper = person(Role.HUMAN_RESOURCES, username="keeper", person_id=enroll(store, "keeper", Role.HUMAN_RESOURCES))
    by = {"actor": keeper, "now": ENTERED_AT}
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=ENTERED_AT)
        partner = actions.add_partner(session, name="大学", kind=PartnerKind.UNIVERSITY, **by)
        course_id = actions.add_course(session, course(partner), **by)
        planned = actions.plan_session(session, course_id, starts_at=HELD_AT, place="204 室", capacity=2, **by)
        first, second = (trainee(session, world, number, keeper) for number in ("001", "002"))
    return School(world, keeper, partner, course_id, planned, first, second)


@pytest.fixture
def deciders(store):
    return [
        person(Role.SUPERVISOR, username=name, person_id=enroll(store, name, Role.SUPERVISOR))
        for name in ("chooser", "granter")
    ]
