"""A small office that evaluates: an open cycle, a leader, supervisors enough to keep hands apart, a third party."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database
from qs.evaluations import actions, cycles
from qs.evaluations.models import Criterion, Sheet
from qs.evaluations.terms import Method, Scored, Subject
from qs.office import prepare_office
from qs.periods import local_day, quarter_name
from qs.settings import settings
from tests.world import MADE_AT, World, build_world, enroll


@dataclass(frozen=True)
class Panel:
    """The people of an evaluation, and the ids of its cycle."""

    world: World
    author: Actor
    reviewer: Actor
    approver: Actor
    judge: Actor
    leader: Actor
    evaluator: Actor
    rival: Actor
    cycle_id: int


def build_panel(store: Database, now: datetime) -> Panel:
    world = build_world(store)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    own = Scope(ScopeKind.SERVICES, frozenset({world.surgery}))
    people = {
        **{name: somebody(store, name, Role.SUPERVISOR) for name in ("author", "reviewer", "approver", "judge")},
        "leader": somebody(store, "leader", Grant(Role.SERVICE_LEADER, own)),
        "evaluator": somebody(store, "evaluator", Role.THIRD_PARTY),
        "rival": somebody(store, "rival", Role.THIRD_PARTY),
    }
    today = local_day(now, settings().zone)
    with store.writing() as session:
        cycle_id = cycles.open_cycle(
            session,
            quarter_name(today),
            service_ids=[world.surgery, world.permits],
            due_on=today + timedelta(days=14),
            actor=people["approver"],
            now=now,
        )
        cycles.assign_third_party(
            session,
            cycle_id,
            people["evaluator"].person_id or 0,
            [world.surgery],
            actor=people["approver"],
            now=now,
        )
    return Panel(world=world, cycle_id=cycle_id, **people)


def somebody(store: Database, username: str, grant: Grant | Role) -> Actor:
    person_id = enroll(store, username, grant)
    grants = (grant if isinstance(grant, Grant) else Grant(grant),)
    return Actor(person_id=person_id, username=username, name=username, grants=grants)


def sheet_id(session: Session, panel: Panel, subject: Subject, service_id: int | None = None) -> int:
    wanted = service_id or panel.world.surgery
    return session.scalars(sa.select(Sheet.id).where(Sheet.service_id == wanted, Sheet.subject == subject)).one()


def scores(session: Session, one: int, points: int | None = 80, note: str = "有据可查") -> dict[int, Scored]:
    ids = session.scalars(
        sa.select(Criterion.id)
        .join(Sheet, Sheet.template_id == Criterion.template_id)
        .where(Sheet.id == one)
        .order_by(Criterion.position)
    )
    return {criterion_id: Scored(points, note) for criterion_id in ids}


def step(session: Session, act: Any, one: int, *given: Any, actor: Actor, now: datetime, **more: Any) -> Any:
    """Any step on a sheet at its present version."""
    version = session.scalars(sa.select(Sheet.version).where(Sheet.id == one)).one()
    return act(session, one, *given, version=version, actor=actor, now=now, **more)


def method(now: datetime, **wanted: Any) -> Method:
    day = local_day(now, settings().zone)
    facts = {
        "population": "居民",
        "sampling": "系统抽样",
        "method": "电话访问",
        "sample_size": 200,
        "response_count": 120,
        "began_on": day - timedelta(days=9),
        "ended_on": day,
        "margin_points": 8.9,
        "has_no_conflict": True,
    }
    return Method(**{**facts, **wanted})


def submitted(session: Session, panel: Panel, now: datetime, subject: Subject, points: int = 80) -> int:
    one = sheet_id(session, panel, subject)
    actor = {Subject.SELF: panel.leader, Subject.OFFICE: panel.author, Subject.THIRD_PARTY: panel.evaluator}[subject]
    more = {"method": method(now)} if subject is Subject.THIRD_PARTY else {}
    step(session, actions.submit_sheet, one, scores(session, one, points), actor=actor, now=now, **more)
    return one


def approved(session: Session, panel: Panel, now: datetime, subject: Subject, points: int = 80) -> int:
    one = submitted(session, panel, now, subject, points)
    step(session, actions.review_sheet, one, actor=panel.reviewer, now=now)
    step(session, actions.approve_sheet, one, actor=panel.approver, now=now)
    return one
