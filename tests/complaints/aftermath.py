"""More people and shorthands for what stands beside the straight line of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Role
from qs.complaints.figures.verify import verify_requests
from qs.complaints.models import Request
from qs.complaints.terms import RequestState
from qs.db import Database
from qs.observations.models import Event
from qs.observations.recording import Measure
from qs.observations.verify import verify_rollups
from qs.settings import settings
from qs.standards.models import Indicator
from tests.complaints.desk import Desk, at_stage, build_desk
from tests.world import enroll, person


@dataclass(frozen=True)
class Office:
    """The desk with two more supervisors, so that nobody has to judge own work."""

    desk: Desk
    second: Actor
    third: Actor


def build_office(store: Database) -> Office:
    desk = build_desk(store)

    def supervisor(username: str) -> Actor:
        return person(Role.SUPERVISOR, username=username, person_id=enroll(store, username, Role.SUPERVISOR))

    return Office(desk, supervisor("second.boss"), supervisor("third.boss"))


def closed(session: Session, desk: Desk, now: datetime, **others: object) -> int:
    return at_stage(session, desk, RequestState.CLOSED, now, **others)


def stored(session: Session, request_id: int) -> Request:
    """The row as it stands in the store."""
    return session.get_one(Request, request_id, populate_existing=True)


def by(session: Session, request_id: int, actor: Actor, now: datetime) -> dict[str, object]:
    """The circumstances of the next act: the version as it is now."""
    return {"version": stored(session, request_id).version, "actor": actor, "now": now}


def counted(session: Session, measure: Measure) -> tuple[float, float]:
    """Numerator and denominator of all events that count, after corrections."""
    later = sa.orm.aliased(Event)
    corrected = sa.exists().where(later.happened_at == Event.happened_at, later.corrects == Event.event_id)
    sums = sa.select(
        sa.func.coalesce(sa.func.sum(Event.numerator), 0.0), sa.func.coalesce(sa.func.sum(Event.denominator), 0.0)
    )
    statement = sums.join(Indicator, Indicator.id == Event.indicator_id).where(Indicator.code == measure, ~corrected)
    return tuple(session.execute(statement).one())


def check_figures(session: Session) -> None:
    """What every screen reads agrees with the events, and the events with what the requests say."""
    assert not verify_requests(session, actor=SYSTEM).differences
    assert not verify_rollups(session, actor=SYSTEM, zone=settings().zone).difference_count
