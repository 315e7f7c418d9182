"""Building the invented city through the actions that people use: its office first, then everything that happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from qs.access.actions import add_person, set_grants
from qs.access.queries import invented_people
from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database
from qs.demo.content import read_city
from qs.demo.events import StreamEvents, city_events
from qs.demo.terms import City, Person, RoleOver
from qs.directory import actions as directory
from qs.directory.queries import area_ids_by_code, sector_ids_by_code, service_ids_by_code
from qs.directory.terms import NewService
from qs.observations.actions import add_feed
from qs.observations.ingest import ingest
from qs.observations.terms import Batch
from qs.periods import local_day
from qs.standards.actions import load_library
from qs.standards.queries import indicators_by_code

OFFICE_AGE = timedelta(days=600)  # how long before now the office was set up: before its first event
OFFICE_SHARE = 0.02  # of the work, as progress shows it

Ids = Mapping[str, int]


@dataclass(frozen=True)
class Built:
    """What stands after building."""

    service_count: int
    person_count: int
    event_count: int


@dataclass(frozen=True)
class Keys:
    """The keys of everything events speak of, by code."""

    services: Ids
    areas: Ids
    indicators: Ids
    feeds: Ids


def is_built(database: Database) -> bool:
    """Whether the store holds the city already: it does when an invented person lives there."""
    with database.reading() as session:
        return not invented_people(session).empty


def build_city(
    database: Database,
    *,
    now: datetime,
    password_hash: str,
    progress: Callable[[float], None] | None = None,
) -> Built:
    """Build the city with eighteen months of events up to `now`: all of it in one transaction, or nothing.

    Everybody gets the same password. `progress` hears the share done, from 0 to 1. Raises Conflict where the store
    holds other things under the same codes.
    """
    city = read_city()
    with database.writing() as session:
        feeds = build_office(session, city, now=now, password_hash=password_hash)
        tell(progress, OFFICE_SHARE)
        event_count = fill(session, city, feeds, now=now, progress=progress)
    return Built(len(city.services), len(city.people), event_count)


def tell(progress: Callable[[float], None] | None, share: float) -> None:
    if progress is not None:
        progress(share)


def build_office(session: Session, city: City, *, now: datetime, password_hash: str) -> Ids:
    """The office as it was set up before the first event; returns the feeds by code."""
    founded = now - OFFICE_AGE
    directory.load_sectors(session, city.sectors, actor=SYSTEM, now=founded)
    people = add_people(session, city, password_hash=password_hash, now=founded)
    clerk = acting(city, people, Role.INFORMATION_TECHNOLOGY)
    providers = add_organisation(session, city, actor=clerk, now=founded)
    groups = add_groups(session, city, people, actor=clerk, now=founded)
    services = add_services(session, city, people, providers, groups, actor=clerk, now=founded, today=now)
    administrator = acting(city, people, Role.ADMINISTRATOR)
    departments = {department.code: number for department, number in departments_of(session, city)}
    scopes = {ScopeKind.DEPARTMENT: departments, ScopeKind.PROVIDER: providers, ScopeKind.SERVICES: services}
    for person in city.people:
        grants = [grant(role, scopes) for role in person.roles]
        set_grants(session, people[person.username], grants, actor=administrator, now=founded)
    load_library(session, city.library, actor=acting(city, people, Role.SUPERVISOR), now=founded)
    return {
        feed.code: add_feed(
            session,
            code=feed.code,
            name=feed.name,
            name_en=feed.name_en,
            silent_after_hours=feed.silent_after_hours,
            actor=clerk,
            now=founded,
        )
        for feed in city.feeds
    }
