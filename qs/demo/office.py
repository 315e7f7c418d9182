"""The invented city as the stories of its rooms need it: people, services, leaders, and the quarters to freeze."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor
from qs.directory.models import Service
from qs.periods import Grain, local_day, period_start, previous_starts
from qs.settings import settings

FROZEN_QUARTERS = 4
SEED = 20260101


@dataclass(frozen=True)
class Office:
    """The city as the stories of its rooms need it. Everything in it is invented."""

    people: dict[str, Actor]  # by username
    services: dict[str, int]  # ids by code
    leaders: dict[int, Actor]  # the leader of each service, by its id
    now: datetime
    quarters: tuple[datetime, ...]  # starts of the last complete quarters, oldest first, then of the running one

    def rng(self, room: str) -> np.random.Generator:
        """Random numbers of one room, the same at every building."""
        return np.random.default_rng([SEED, *room.encode()])

    def day(self, days_before: float) -> datetime:
        """The moment so many days before now."""
        return self.now - timedelta(days=days_before)

    def local(self, days_before: float) -> date:
        return local_day(self.day(days_before), settings().zone)


def office_of(session: Session, *, now: datetime) -> Office:
    people = actors_by_username(session)
    by_id = {actor.person_id: actor for actor in people.values()}
    rows = session.execute(sa.select(Service.id, Service.code, Service.leader_id)).all()
    return Office(
        people=people,
        services={row.code: row.id for row in rows},
        leaders={row.id: by_id[row.leader_id] for row in rows if row.leader_id is not None},
        now=now,
        quarters=tuple(
            previous_starts(
                period_start(now, Grain.QUARTER, settings().zone),
                Grain.QUARTER,
                settings().zone,
                count=FROZEN_QUARTERS + 1,
            )
        ),
    )
