"""Who may do what in publication: public relations prepare, a supervisor approves, both for the whole office only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Role
from qs.periods import local_day
from qs.publication import actions
from qs.publication.terms import ItemKind, Story
from qs.settings import settings
from tests.rights.attempt import Attempt, Stage
from tests.rights.rankings import frozen_quarter

WRITERS, APPROVERS = frozenset({Role.PUBLIC_RELATIONS}), frozenset({Role.SUPERVISOR})
STORY = Story(None, "等候太久", "Waits are long", "增开窗口", "More desks")


def draft(session: Session, stage: Stage) -> int:
    period = frozen_quarter(session, stage)
    return actions.prepare_release(session, period, actor=SYSTEM, now=stage.now)


def submitted(session: Session, stage: Stage) -> int:
    release_id = draft(session, stage)
    actions.submit_release(session, release_id, version=1, actor=SYSTEM, now=stage.now)
    return release_id


def approved(session: Session, stage: Stage) -> int:
    release_id = submitted(session, stage)
    actions.approve_release(session, release_id, version=2, actor=stage.helper, now=stage.now)
    return release_id


def item(session: Session, stage: Stage) -> int:
    return add(session, stage, None, SYSTEM)


def frozen(session: Session, stage: Stage) -> None:
    frozen_quarter(session, stage)


def nothing(session: Session, stage: Stage) -> None:
    """What is prepared is the whole of it."""


def prepare(session: Session, stage: Stage, period: str, actor: Actor) -> object:
    return actions.prepare_release(session, period, actor=actor, now=stage.now)


def rebuild(session: Session, stage: Stage, release_id: int, actor: Actor) -> object:
    return actions.rebuild_release(session, release_id, version=1, actor=actor, now=stage.now)


def write(session: Session, stage: Stage, release_id: int, actor: Actor) -> object:
    return actions.write_stories(session, release_id, [STORY], version=1, actor=actor, now=stage.now)


def submit(session: Session, stage: Stage, release_id: int, actor: Actor) -> object:
    return actions.submit_release(session, release_id, version=1, actor=actor, now=stage.now)


def send_back(session: Session, stage: Stage, release_id: int, actor: Actor) -> object:
    return actions.send_back_release(session, release_id, reason="请补充", version=2, actor=actor, now=stage.now)


def approve(session: Session, stage: Stage, release_id: int, actor: Actor) -> object:
    return actions.approve_release(session, release_id, version=2, actor=actor, now=stage.now)


def publish(session: Session, stage: Stage, release_id: int, actor: Actor) -> object:
    return actions.publish_release(session, release_id, version=3, actor=actor, now=stage.now)


def refresh(session: Session, stage: Stage, subject: None, actor: Actor) -> object:
    return actions.refresh_calendar(session, actor=actor, now=stage.now)


def add(session: Session, stage: Stage, subject: None, actor: Actor) -> int:
    due_on = local_day(stage.now + timedelta(days=9), settings().zone)
    return actions.add_item(
        session, kind=ItemKind.OTHER, title="名单", title_en="List", due_on=due_on, actor=actor, now=stage.now
    )


def complete(session: Session, stage: Stage, item_id: int, actor: Actor) -> object:
    today = local_day(stage.now, settings().zone)
    return actions.complete_item(session, item_id, done_on=today, version=1, actor=actor, now=stage.now)


def office_wide(
    action: str, allowed: frozenset[Role], prepare: Callable[..., Any], act: Callable[..., object]
) -> Attempt:
    return Attempt(
        action=f"publication.actions.{action}",
        allowed=allowed,
        prepare=prepare,
        act=act,
        is_scoped=False,
        is_office_wide=True,
    )


ATTEMPTS = (
    office_wide("prepare_release", WRITERS, frozen_quarter, prepare),
    office_wide("rebuild_release", WRITERS, draft, rebuild),
    office_wide("write_stories", WRITERS, draft, write),
    office_wide("submit_release", WRITERS, draft, submit),
    office_wide("send_back_release", APPROVERS, submitted, send_back),
    office_wide("approve_release", APPROVERS, submitted, approve),
    office_wide("publish_release", WRITERS, approved, publish),
    office_wide("refresh_calendar", WRITERS, frozen, refresh),
    office_wide("add_item", WRITERS, nothing, add),
    office_wide("complete_item", WRITERS, item, complete),
)
