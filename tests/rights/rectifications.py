"""Who may take which step of a rectification."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Role
from qs.observations.actions import add_feed
from qs.observations.ingest import ingest
from qs.observations.recording import prepare_recording
from qs.periods import local_day
from qs.rectifications import actions, extensions
from qs.rectifications.models import Rectification, RectificationVerification
from qs.rectifications.rechecks import recheck_closed
from qs.rectifications.terms import Effect, NewPlan, Source, Verdict
from qs.settings import settings
from qs.standards.terms import Direction
from tests.rights.attempt import Attempt, Stage
from tests.rights.deadlines import ready
from tests.world import batch_of

ORDERERS = VERIFIERS = frozenset({Role.SUPERVISOR, Role.INSPECTOR})
UNIT = frozenset({Role.SERVICE_LEADER})
APPROVERS = frozenset({Role.SUPERVISOR})
MONTHS = timedelta(days=60)
NOTHING_YET = {
    "effect": Effect.TOO_FEW,
    "direction": Direction.UP,
    **{f"{side}_{name}": 0 for side in ("before", "after") for name in ("n", "numerator", "denominator", "square")},
}
WANTED = {"source": Source.RATING, "title": "候诊过长", "demand": "缩短候诊。"}


def prepared(session: Session, stage: Stage) -> None:
    ready(session, stage)
    prepare_recording(session, actor=SYSTEM, now=stage.now)


def ordered(session: Session, stage: Stage) -> int:
    prepared(session, stage)
    by = {"actor": stage.helper, "now": stage.now}
    return actions.order_rectification(session, service_id=stage.service_id, source_ref="rating:1", **WANTED, **by)


def version(session: Session, order: int) -> int:
    return session.scalars(sa.select(Rectification.version).where(Rectification.id == order)).one()


def plan(stage: Stage) -> NewPlan:
    return NewPlan("缺人", "增人", local_day(stage.now, settings().zone) + timedelta(days=3))


def planned(session: Session, stage: Stage) -> int:
    order = ordered(session, stage)
    actions.file_plan(session, order, plan(stage), version=1, actor=SYSTEM, now=stage.now)
    return order


def proved(session: Session, stage: Stage) -> int:
    order = planned(session, stage)
    actions.file_proof(session, order, "已办", version=2, actor=SYSTEM, now=stage.now)
    return order


def closed(session: Session, stage: Stage) -> int:
    order = proved(session, stage)
    verdict = {"version": 3, "actor": stage.helper, "now": stage.now}
    actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    return order


def closed_with_figures(session: Session, stage: Stage) -> int:
    """A closed order with enough figures before it and after its closing."""
    order = closed(session, stage)
    session.get_one(Rectification, order).indicator_id = stage.world.on_time
    session.execute(
        sa.update(RectificationVerification).values(
            **NOTHING_YET, before_since=stage.now, before_until=stage.now, after_since=stage.now, after_until=stage.now
        )
    )
    feed_id = add_feed(session, code="rights", name="数据源", actor=SYSTEM, now=stage.now).id
    events = [
        {
            "happened_at": stage.now + timedelta(days=days),
            "event_id": str(days),
            "service_id": stage.service_id,
            "indicator_id": stage.world.on_time,
            "area_id": stage.world.north,
            "numerator": 10.0,
            "denominator": 20.0,
        }
        for days in (-7, -5, -3, 3, 5, 7)
    ]
    ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=stage.now)
    return order


def asked(session: Session, stage: Stage) -> int:
    order = ordered(session, stage)
    extensions.ask_extension(session, order, "采购", version=1, actor=SYSTEM, now=stage.now)
    return order


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        "rectifications.actions.order_rectification",
        ORDERERS,
        prepare=prepared,
        act=lambda session, stage, made, actor: actions.order_rectification(
            session, service_id=stage.service_id, source_ref="rating:2", **WANTED, actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.actions.file_plan",
        UNIT,
        prepare=ordered,
        act=lambda session, stage, made, actor: actions.file_plan(
            session, made, plan(stage), version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.actions.file_proof",
        UNIT,
        prepare=planned,
        act=lambda session, stage, made, actor: actions.file_proof(
            session, made, "已办", version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.actions.verify_rectification",
        VERIFIERS,
        prepare=proved,
        act=lambda session, stage, made, actor: actions.verify_rectification(
            session, made, Verdict.CLOSED, "好", version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.actions.reopen_rectification",
        ORDERERS,
        prepare=closed,
        act=lambda session, stage, made, actor: actions.reopen_rectification(
            session, made, "又变差", version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.actions.withdraw_rectification",
        ORDERERS,
        prepare=ordered,
        act=lambda session, stage, made, actor: actions.withdraw_rectification(
            session, made, "误下", version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.extensions.ask_extension",
        UNIT,
        prepare=ordered,
        act=lambda session, stage, made, actor: extensions.ask_extension(
            session, made, "采购", version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.extensions.decide_extension",
        APPROVERS,
        prepare=asked,
        act=lambda session, stage, made, actor: extensions.decide_extension(
            session, made, "同意", is_granted=True, version=version(session, made), actor=actor, now=stage.now
        ),
    ),
    Attempt(
        "rectifications.actions.note_overdue",
        VERIFIERS,
        prepare=ordered,
        act=lambda session, stage, made, actor: actions.note_overdue(session, actor=actor, now=stage.now + MONTHS),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "rectifications.rechecks.recheck_closed",
        VERIFIERS,
        prepare=closed_with_figures,
        act=lambda session, stage, made, actor: recheck_closed(session, actor=actor, now=stage.now + MONTHS),
        is_scoped=False,
        is_office_wide=True,
    ),
)
