"""Builders of the complaint desk: the small office with its calendar, its people, and requests at any stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from qs.actor import PUBLIC, SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.complaints import actions, details, intake
from qs.complaints.handling import call_backs
from qs.complaints.terms import (
    CallBackAnswer,
    Filed,
    NewContact,
    NewRequest,
    Outcome,
    RequestChannel,
    RequestKind,
    RequestState,
    Satisfaction,
)
from qs.db import Database
from qs.errors import QualityError
from qs.office import prepare_office
from tests.world import MADE_AT, World, build_world, enroll, person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SATISFIED = CallBackAnswer(True, True, True, Satisfaction.SATISFIED)
UNSOLVED = CallBackAnswer(True, True, False, Satisfaction.DISSATISFIED)
NOBODY = CallBackAnswer(False)


@dataclass(frozen=True)
class Desk:
    """The small office with people who exist: requests are about the emergency room unless a test says otherwise."""

    world: World
    hotline: Actor
    other_hotline: Actor
    supervisor: Actor
    leader: Actor
    head: Actor
    foreign_leader: Actor


def build_desk(store: Database) -> Desk:
    world = build_world(store)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    own = Scope(ScopeKind.SERVICES, frozenset({world.emergency, world.surgery}))
    health = Scope(ScopeKind.DEPARTMENT, frozenset({world.health_department}))
    foreign = Scope(ScopeKind.SERVICES, frozenset({world.permits}))

    def somebody(username: str, role: Role, scope: Scope | None = None) -> Actor:
        grant = Grant(role) if scope is None else Grant(role, scope)
        person_id = enroll(store, username, grant)
        return person(role, grant.scope, username=username, person_id=person_id)

    return Desk(
        world=world,
        hotline=somebody("hotline", Role.HOTLINE_OPERATOR),
        other_hotline=somebody("second", Role.HOTLINE_OPERATOR),
        supervisor=somebody("boss", Role.SUPERVISOR),
        leader=somebody("leader", Role.SERVICE_LEADER, own),
        head=somebody("head", Role.DEPARTMENT_HEAD, health),
        foreign_leader=somebody("foreign", Role.SERVICE_LEADER, foreign),
    )


def wanted(desk: Desk, **others: object) -> NewRequest:
    values: dict[str, object] = {
        "kind": RequestKind.COMPLAINT,
        "title": "急诊等了三个小时",
        "text": "夜里没有分诊台，等了三个小时。",
        "channel": RequestChannel.PHONE,
        "service_id": desk.world.emergency,
        "contact": NewContact("张三", "17000001234"),
    }
    return NewRequest(**(values | others))  # type: ignore[arg-type]  # a test names the fields it varies


def file(session: Session, desk: Desk, now: datetime, **others: object) -> Filed:
    return intake.file_request(session, wanted(desk, **others), actor=desk.hotline, now=now)


def file_publicly(session: Session, desk: Desk, now: datetime, *, address: str = "", **others: object) -> Filed:
    found = wanted(desk, channel=RequestChannel.WEB, **others)
    return intake.file_request(session, found, actor=PUBLIC, now=now, address=address)


def version(session: Session, desk: Desk, request_id: int) -> int:
    return details.request_detail(session, request_id, actor=desk.supervisor).version


STAGES = (
    RequestState.REGISTERED,
    RequestState.DISPATCHED,
    RequestState.IN_PROGRESS,
    RequestState.REPLIED,
    RequestState.VERIFIED,
    RequestState.CALLED_BACK,
    RequestState.CLOSED,
)


def at_stage(session: Session, desk: Desk, stage: RequestState, now: datetime, **others: object) -> int:
    """A request taken as far as a stage, an hour for each step. Returns its id."""
    request_id = file(session, desk, now, **others).request_id
    steps = [
        lambda v, at: actions.dispatch_request(
            session,
            request_id,
            service_id=desk.world.emergency,
            brief="核查",
            version=v,
            actor=desk.hotline,
            now=at,
        ),
        lambda v, at: actions.sign_request(session, request_id, version=v, actor=desk.leader, now=at),
        lambda v, at: actions.reply_request(
            session, request_id, "已增加分诊", outcome=Outcome.RESOLVED, version=v, actor=desk.leader, now=at
        ),
        lambda v, at: call_backs.verify_reply(session, request_id, version=v, actor=desk.hotline, now=at),
        lambda v, at: call_backs.record_call_back(
            session, request_id, SATISFIED, version=v, actor=desk.hotline, now=at
        ),
        lambda v, at: call_backs.close_request(
            session, request_id, outcome=Outcome.RESOLVED, version=v, actor=desk.hotline, now=at
        ),
    ]
    for number, step in enumerate(steps[: STAGES.index(stage)], start=1):
        step(number, now + number * HOUR)
    return request_id


def refused(
    session: Session,
    kind: type[QualityError],
    reason: str,
    act: Callable[..., object],
    *parts: object,
    **circumstances: object,
) -> None:
    """The act is refused, and nothing of it is left: an edge rolls its transaction back."""
    with pytest.raises(kind) as found, session.begin_nested():
        act(*parts, **circumstances)
    session.expire_all()
    assert found.value.reason == reason
