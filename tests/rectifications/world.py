"""A small office that can order rectifications: calendars, limits and indicators of its own, and people with ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database
from qs.deadlines.actions import load_calendars, load_packs
from qs.deadlines.library import shipped_packs, shipped_years
from qs.directory.models import Service
from qs.observations.ingest import ingest
from qs.observations.recording import prepare_recording
from qs.rectifications import actions
from qs.rectifications.terms import NewPlan, Source, Verdict
from tests.world import MADE_AT, World, add_feed, batch_of, build_world, enroll


@dataclass(frozen=True)
class Loop:
    """The small office with a leader of surgery, a second one of permits, a supervisor and an inspector."""

    world: World
    supervisor: Actor
    colleague: Actor
    inspector: Actor
    leader: Actor
    other_leader: Actor


def build_loop(store: Database) -> Loop:
    world = build_world(store)
    with store.writing() as session:
        load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
        prepare_recording(session, actor=SYSTEM, now=MADE_AT)
    own = Scope(ScopeKind.SERVICES, frozenset({world.surgery}))
    foreign = Scope(ScopeKind.SERVICES, frozenset({world.permits}))
    return Loop(
        world=world,
        supervisor=somebody(store, "chief", Role.SUPERVISOR),
        colleague=somebody(store, "second", Role.SUPERVISOR),
        inspector=somebody(store, "looker", Role.INSPECTOR),
        leader=somebody(store, "leader", Grant(Role.SERVICE_LEADER, own)),
        other_leader=somebody(store, "other", Grant(Role.SERVICE_LEADER, foreign)),
    )


def somebody(store: Database, username: str, grant: Grant | Role) -> Actor:
    person_id = enroll(store, username, grant)
    grants = (grant if isinstance(grant, Grant) else Grant(grant),)
    return Actor(person_id=person_id, username=username, name=username, grants=grants)


def ordered(session: Session, loop: Loop, now: datetime, *, ref: str = "rating:1", **wanted: object) -> int:
    """An order to surgery, by the supervisor."""
    facts = {"service_id": loop.world.surgery, "source": Source.RATING}
    facts |= {"title": "候诊过长", "demand": "两周内缩短候诊。"}
    return actions.order_rectification(session, source_ref=ref, **{**facts, **wanted}, actor=loop.supervisor, now=now)


def plan(now: datetime) -> NewPlan:
    return NewPlan("夜班缺一人", "增设夜间分诊", (now + timedelta(days=10)).date())


def closed(session: Session, loop: Loop, now: datetime, *, ref: str = "rating:1", **wanted: object) -> int:
    """An order planned after a day, proved after two days and closed after three."""
    day = timedelta(days=1)
    order = ordered(session, loop, now, ref=ref, **wanted)
    actions.file_plan(session, order, plan(now), version=1, actor=loop.leader, now=now + day)
    actions.file_proof(session, order, "已增设夜间分诊台", version=2, actor=loop.leader, now=now + 2 * day)
    actions.verify_rectification(
        session, order, Verdict.CLOSED, "现场核实", version=3, actor=loop.colleague, now=now + 3 * day
    )
    return order


def named_leader(store: Database, loop: Loop) -> None:
    """Let the leader of surgery be its leader in the directory, so that orders name a responsible person."""
    with store.writing() as session:
        service = session.get_one(Service, loop.world.surgery)
        service.leader_id = loop.leader.person_id


def take_in(store: Database, *events: dict[str, Any]) -> None:
    """Events of the small office."""
    feed_id = add_feed(store, silent_after_hours=24.0 * 10)
    with store.writing() as session:
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=max(one["happened_at"] for one in events))
