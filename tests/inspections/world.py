"""A small office that can inspect: calendars, indicators, and people with ids who may plan, inspect and answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database
from qs.inspections import actions, details, plans
from qs.inspections.details import InspectionDetail
from qs.inspections.models import Inspection, Item
from qs.inspections.terms import Defence, InspectionPlan, InspectionType, Judgement, Ruling, Verdict
from qs.office import prepare_office
from qs.periods import local_day
from qs.settings import settings
from tests.world import MADE_AT, World, build_world, enroll

SEED = "5eed5eed5eed"


@dataclass(frozen=True)
class Team:
    """The small office with a supervisor who plans, four who may be drawn, and a leader of surgery."""

    world: World
    supervisor: Actor
    judge: Actor
    inspectors: tuple[Actor, ...]
    leader: Actor

    def of(self, username: str) -> Actor:
        return next(one for one in (self.supervisor, self.judge, *self.inspectors) if one.username == username)


def build_team(store: Database) -> Team:
    world = build_world(store)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    own = Scope(ScopeKind.SERVICES, frozenset({world.surgery}))
    return Team(
        world=world,
        supervisor=somebody(store, "chief", Role.SUPERVISOR),
        judge=somebody(store, "judge", Role.SUPERVISOR),
        inspectors=tuple(somebody(store, name, Role.INSPECTOR) for name in ("anna", "bert", "cora")),
        leader=somebody(store, "leader", Grant(Role.SERVICE_LEADER, own)),
    )


def somebody(store: Database, username: str, grant: Grant | Role) -> Actor:
    person_id = enroll(store, username, grant)
    grants = (grant if isinstance(grant, Grant) else Grant(grant),)
    return Actor(person_id=person_id, username=username, name=username, grants=grants)


def plan_of(team: Team, now: datetime, **wanted: Any) -> InspectionPlan:
    today = local_day(now, settings().zone)
    facts = {
        "service_id": team.world.surgery,
        "type": InspectionType.ROUTINE,
        "reason": "年度计划",
        "opens_on": today,
        "ends_on": today + timedelta(days=6),
        "recused": (team.judge.person_id,),  # so that somebody is left to decide
    }
    return InspectionPlan(**{**facts, **wanted})


def planned(session: Session, team: Team, now: datetime, **wanted: Any) -> int:
    plan = plan_of(team, now, **wanted)
    return plans.plan_inspection(session, plan, seed=SEED, actor=team.supervisor, now=now)


def version(session: Session, inspection_id: int) -> int:
    return session.scalars(sa.select(Inspection.version).where(Inspection.id == inspection_id)).one()


def drawn(session: Session, team: Team, inspection_id: int) -> list[Actor]:
    shown = details.inspection(session, inspection_id, actor=team.supervisor)
    return [team.of(seat.username) for seat in shown.inspectors]


def step(session: Session, act: Any, inspection_id: int, *given: Any, actor: Actor, now: datetime, **more: Any) -> None:
    """Any step of an inspection at its present version."""
    act(session, inspection_id, *given, version=version(session, inspection_id), actor=actor, now=now, **more)


def on_site(session: Session, team: Team, now: datetime, **wanted: Any) -> int:
    inspection_id = planned(session, team, now, **wanted)
    if wanted.get("type") is not InspectionType.UNANNOUNCED:
        step(session, plans.announce_inspection, inspection_id, actor=team.supervisor, now=now)
    inspector = drawn(session, team, inspection_id)[0]
    step(session, actions.begin_inspection, inspection_id, actor=inspector, now=now)
    return inspection_id


def items(session: Session, inspection_id: int) -> list[Item]:
    own = sa.select(Item).where(Item.inspection_id == inspection_id)
    return list(session.scalars(own.order_by(Item.position)))


def sent(session: Session, team: Team, now: datetime, *found: Judgement) -> int:
    """Findings sent: the first items as given, the others conform."""
    inspection_id = on_site(session, team, now)
    inspector = drawn(session, team, inspection_id)[0]
    for place, item in enumerate(items(session, inspection_id)):
        judgement = found[place] if place < len(found) else Judgement.CONFORM
        note = "看到问题" if judgement.is_finding else ""
        actions.judge_item(session, item.id, judgement, note=note, version=1, actor=inspector, now=now)
    step(session, actions.send_findings, inspection_id, actor=inspector, now=now)
    return inspection_id


def finding_ids(session: Session, inspection_id: int) -> list[int]:
    return [item.id for item in items(session, inspection_id) if item.judgement and item.judgement.is_finding]


def defended(session: Session, team: Team, now: datetime, *found: Judgement, text: str = "已整改") -> int:
    inspection_id = sent(session, team, now, *found)
    said = {item_id: Defence(text) for item_id in finding_ids(session, inspection_id)}
    step(session, actions.answer_findings, inspection_id, said, actor=team.leader, now=now)
    return inspection_id


def concluded(session: Session, team: Team, now: datetime, *found: Judgement, verdict: Verdict = Verdict.UPHELD) -> int:
    inspection_id = defended(session, team, now, *found)
    ruled = {item_id: Ruling(verdict, "已复核", "限期改正") for item_id in finding_ids(session, inspection_id)}
    step(session, actions.conclude_inspection, inspection_id, ruled, actor=team.judge, now=now, opinion="意见")
    return inspection_id


def shown(session: Session, team: Team, inspection_id: int, actor: Actor | None = None) -> InspectionDetail:
    return details.inspection(session, inspection_id, actor=actor or team.supervisor)
