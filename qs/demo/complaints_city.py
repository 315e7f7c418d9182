"""The city as its requests see it: services with their leaders, the desk, office hours, and one case to be played."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Role
from qs.complaints.models import Request
from qs.complaints.terms import NewRequest
from qs.deadlines.hours import is_worked
from qs.deadlines.terms import Calendar
from qs.demo.office import Office
from qs.directory.models import Area, Provider, Service
from qs.settings import SHIPPED_DATA, settings

TEXTS = SHIPPED_DATA / "demo" / "complaints.toml"
OPERATORS = ("ren.jia", "su.ting")
SUPERVISORS = ("chen.jing", "zhou.wei", "sun.li")
GROUPS = {  # services that belong to no family, and families known by the end of their code
    "hospital-1-ae": "ae",
    "hospital-2-ae": "ae",
    "hospital-1-clinics": "clinics",
    "tcm-hospital-clinics": "clinics",
    "city-library": "library",
    "youth-palace": "culture-centre",
    "sports-park": "sports-hall",
    "qinghe-care-home": "care-home",
    "donghu-care-centre": "care-home",
    "welfare-institute": "care-home",
    "shiqiao-care-home": "care-home",
}


@dataclass(frozen=True)
class Place:
    """A service with what its requests need to know of it."""

    service_id: int
    code: str
    name: str
    group: str
    area: str
    leader: Actor
    head: Actor | None
    starts_on: date


@dataclass
class Case:
    """One request to be played: what is said, and what will come of it."""

    place: Place
    at: datetime
    wanted: NewRequest
    answer: str
    brief: str
    rng: np.random.Generator
    quality: float = 0.86  # how likely it is solved and in time
    returned: str = ""  # the reason a unit gives
    plan: dict[str, Any] = field(default_factory=dict)  # Any: what a story fixes
    request: Request | None = None  # once it is filed; held, so that none of its turns has to read it again
    code: str = ""  # the receipt, as its requester keeps it

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)


@dataclass(frozen=True)
class City:
    """Everything the cases are drawn from."""

    session: Session
    office: Office
    texts: dict[str, Any]  # Any: as the file defines it
    places: dict[str, Place]
    known: Calendar

    def operator(self, rng: np.random.Generator) -> Actor:
        return self.office.people[OPERATORS[int(rng.integers(len(OPERATORS)))]]

    def supervisor(self, rng: np.random.Generator) -> Actor:
        return self.office.people[SUPERVISORS[int(rng.integers(len(SUPERVISORS)))]]

    def at_work(self, moment: datetime, rng: np.random.Generator) -> datetime:
        """The same moment, or the next one at which an office is open."""
        local = moment.astimezone(settings().zone)
        opens = local.replace(hour=8, minute=int(rng.integers(31, 60)))
        if is_worked(self.known, local.date()) and opens.hour <= local.hour < 17:
            return moment
        if local.hour >= opens.hour or not is_worked(self.known, local.date()):
            opens += timedelta(days=1)
        while not is_worked(self.known, opens.date()):
            opens += timedelta(days=1)
        return opens.astimezone(moment.tzinfo) + timedelta(minutes=float(rng.integers(5, 300)))


@cache
def texts() -> dict[str, Any]:  # Any: as the file defines it
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def places(session: Session, office: Office) -> dict[str, Place]:
    """The services that have a leader, by code."""
    statement = (
        sa.select(
            Service.id, Service.code, Service.name, Service.starts_on, Area.code.label("area"), Provider.department_id
        )
        .join(Provider, Provider.id == Service.provider_id)
        .join(Area, Area.id == Service.area_id)
        .order_by(Service.code)
    )
    found = {}
    for row in session.execute(statement):
        leader = office.leaders.get(row.id)
        if leader is None:
            continue
        group = GROUPS.get(row.code) or row.code.removeprefix(f"{row.area}-")
        head = head_of(office, row.department_id)
        found[row.code] = Place(row.id, row.code, row.name, group, row.area, leader, head, row.starts_on)
    return found


def head_of(office: Office, department_id: int) -> Actor | None:
    for actor in office.people.values():
        for grant in actor.grants:
            if grant.role is Role.DEPARTMENT_HEAD and department_id in grant.scope.ids:
                return actor
    return None
