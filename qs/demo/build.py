"""Building the invented city through the actions that people use: its office first, then everything that happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from sqlalchemy.orm import Session

from qs.access.actions import add_person, set_grants
from qs.access.queries import invented_people
from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database, know_sizes
from qs.demo.content import read_city
from qs.demo.events import StreamEvents, city_events
from qs.demo.rooms import play_rooms
from qs.demo.terms import City, RoleOver
from qs.directory import actions as directory
from qs.directory.queries import area_ids_by_code, sector_ids_by_code, service_ids_by_code
from qs.directory.terms import NewService
from qs.observations.actions import add_feed, load_feeds
from qs.observations.ingest import ingest
from qs.observations.terms import Batch
from qs.office import prepare_office
from qs.periods import from_microseconds, local_day
from qs.retention import run_retention
from qs.standards.actions import load_library
from qs.standards.queries import indicators_by_code

OFFICE_AGE = timedelta(days=600)  # how long before now the office was set up: before its first event
OFFICE_SHARE = 0.02  # of the work, as progress shows it
DRAWN_SHARE = 0.05  # of the work with events
EVENTS_SHARE = 0.25  # the rest is the story of the rooms

Ids = Mapping[str, int]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Built:
    """What stands after building."""

    service_count: int
    person_count: int
    event_count: int


@dataclass(frozen=True)
class Keys:
    """The keys of what events speak of, by code."""

    services: Ids
    areas: Ids
    indicators: Ids


def is_built(database: Database) -> bool:
    """Whether the city stands in this store: it does when invented people live there."""
    with database.reading() as session:
        return not invented_people(session).empty


def build_city(
    database: Database,
    *,
    now: datetime,
    password_hash: str,
    city: City | None = None,
    has_stories: bool = True,
    progress: Progress = lambda share: None,
) -> Built:
    """Build the city with eighteen months of events up to `now`: all of it in one transaction, or nothing.

    What is past its time of keeping by then is erased at the end.

    Everybody gets the same password. `city`: the one to build, when it is not the shipped one; the stories of the rooms
    are about the shipped one, and need all of it. `progress` hears the share done, from 0 to 1. Raises Conflict where
    the store holds something else under a code of the city.
    """
    city = city or read_city()
    with database.writing() as session:
        feeds = build_office(session, city, now=now, password_hash=password_hash)
        progress(OFFICE_SHARE * EVENTS_SHARE)
        event_count = play_history(session, city, feeds, now=now, progress=lambda share: progress(EVENTS_SHARE * share))
        if has_stories:
            play_rooms(session, now=now, progress=lambda share: progress(EVENTS_SHARE + (1 - EVENTS_SHARE) * share))
        know_sizes(session)
    run_retention(database, actor=SYSTEM, now=now)  # as every night: nothing stands past its time
    progress(1.0)
    return Built(len(city.services), len(city.people), event_count)


def build_office(session: Session, city: City, *, now: datetime, password_hash: str) -> dict[str, int]:
    """The office as it was set up before the first event, by the people whose work that is; returns feed ids by code.

    People come before services, which name their leaders, and rights after them, because they name services.
    """
    founded = now - OFFICE_AGE
    directory.load_sectors(session, city.sectors, actor=SYSTEM, now=founded)
    people = add_people(session, city, password_hash=password_hash, now=founded)
    clerk = somebody(city, people, Role.INFORMATION_TECHNOLOGY)
    scopes = add_directory(session, city, people, actor=clerk, now=founded, today=now)
    administrator = somebody(city, people, Role.ADMINISTRATOR)
    for person in city.people:
        grants = [Grant(role.role, scope(role, scopes)) for role in person.roles]
        set_grants(session, people[person.username], grants, actor=administrator, now=founded)
    load_library(session, city.library, actor=somebody(city, people, Role.SUPERVISOR), now=founded)
    load_feeds(session, actor=clerk, now=founded)
    prepare_office(session, actor=SYSTEM, now=founded)
    return {
        feed.code: add_feed(
            session,
            code=feed.code,
            name=feed.name,
            name_en=feed.name_en,
            silent_after_hours=feed.silent_after_hours,
            actor=clerk,
            now=founded,
        ).id
        for feed in city.feeds
    }


def add_people(session: Session, city: City, *, password_hash: str, now: datetime) -> dict[str, int]:
    """Everybody by username. The first to come is the administrator, with the right to manage people."""
    first = username_of(city, Role.ADMINISTRATOR)
    return {
        person.username: add_person(
            session,
            person.username,
            name=person.name,
            name_en=person.name_en,
            password_hash=password_hash,
            grants=[Grant(Role.ADMINISTRATOR)] if person.username == first else [],
            must_change_password=False,
            is_invented=True,
            actor=SYSTEM,
            now=now,
        )
        for person in sorted(city.people, key=lambda person: person.username != first)
    }


def username_of(city: City, role: Role) -> str:
    """The first person who holds the role over everything."""
    return next(
        person.username
        for person in city.people
        for held in person.roles
        if held.role is role and held.scope is ScopeKind.ALL
    )


def somebody(city: City, people: Ids, role: Role) -> Actor:
    """The person who does this kind of work for the whole office."""
    username = username_of(city, role)
    name = next(person.name for person in city.people if person.username == username)
    return Actor(person_id=people[username], username=username, name=name, grants=(Grant(role),))


def add_directory(
    session: Session, city: City, people: Ids, *, actor: Actor, now: datetime, today: datetime
) -> dict[ScopeKind, Ids]:
    """Areas, departments, providers, groups and services; returns the ids a role can be limited to."""
    for area in city.areas:
        directory.add_area(
            session,
            code=area.code,
            name=area.name,
            name_en=area.name_en,
            population=area.population,
            actor=actor,
            now=now,
        )
    departments = {
        department.code: directory.add_department(
            session, code=department.code, name=department.name, name_en=department.name_en, actor=actor, now=now
        ).id
        for department in city.departments
    }
    providers = {
        provider.code: directory.add_provider(
            session,
            code=provider.code,
            name=provider.name,
            name_en=provider.name_en,
            department_id=departments[provider.department],
            actor=actor,
            now=now,
        ).id
        for provider in city.providers
    }
    groups = add_groups(session, city, people, actor=actor, now=now)
    wanted = new_services(session, city, people, providers, groups, today=today)
    services = directory.add_services(session, wanted, actor=actor, now=now)
    return {ScopeKind.DEPARTMENT: departments, ScopeKind.PROVIDER: providers, ScopeKind.SERVICES: services}


def add_groups(session: Session, city: City, people: Ids, *, actor: Actor, now: datetime) -> dict[str, int]:
    return {
        group.code: directory.add_group(
            session,
            code=group.code,
            name=group.name,
            name_en=group.name_en,
            leader_id=people[group.leader],
            member_ids=[people[member] for member in group.members],
            actor=actor,
            now=now,
        ).id
        for group in city.groups
    }


def new_services(
    session: Session, city: City, people: Ids, providers: Ids, groups: Ids, *, today: datetime
) -> list[NewService]:
    sectors, areas = sector_ids_by_code(session), area_ids_by_code(session)
    return [
        NewService(
            code=service.code,
            name=service.name,
            name_en=service.name_en,
            provider_id=providers[service.provider],
            sector_id=sectors[service.sector],
            area_id=areas[service.area],
            leader_id=people[service.leader],
            group_id=groups[service.group],
            starts_on=service.starts_on(local_day(today, city.zone)),
        )
        for service in city.services
    ]


def scope(role: RoleOver, ids: Mapping[ScopeKind, Ids]) -> Scope:
    return Scope(role.scope, frozenset(ids[role.scope][code] for code in role.codes) if role.codes else frozenset())


def play_history(session: Session, city: City, feeds: Ids, *, now: datetime, progress: Progress) -> int:
    """Ingest everything that happened up to `now`, feed by feed, each as it was last heard of; returns how many."""
    batches = history_by_feed(city, keys_of(session), until=now)
    total = sum(len(batch) for batch in batches.values())
    done = 0

    def tell(part: int) -> None:
        progress(DRAWN_SHARE + (1 - DRAWN_SHARE) * (done + part) / total)

    tell(0)
    for code, batch in batches.items():
        heard_at = from_microseconds(int(batch.happened_at[-1]))
        ingest(session, batch, feed_id=feeds[code], actor=SYSTEM, now=heard_at, progress=tell)
        done += len(batch)
    return total


def keys_of(session: Session) -> Keys:
    return Keys(
        services=service_ids_by_code(session, actor=SYSTEM),
        areas=area_ids_by_code(session),
        indicators={code: key.indicator_id for code, key in indicators_by_code(session).items()},
    )


def history_by_feed(city: City, keys: Keys, *, until: datetime) -> dict[str, Batch]:
    """The events of each feed in order of time; the feed that was quiet longest comes first."""
    streams = sorted(city_events(city, until=until), key=lambda stream: stream.plan.feed)
    batches = {code: batch_of(list(part), keys) for code, part in groupby(streams, key=lambda stream: stream.plan.feed)}
    heard = sorted(batches, key=lambda code: int(batches[code].happened_at[-1]))
    return {code: batches[code] for code in heard}


def batch_of(streams: Sequence[StreamEvents], keys: Keys) -> Batch:
    """The events of several streams as one batch, in order of time."""
    services = [stream.plan.service for stream in streams]
    happened_at = np.concatenate([stream.happened_at for stream in streams])
    order = np.argsort(happened_at, kind="stable")
    return Batch(
        happened_at=happened_at[order],
        event_id=np.concatenate([stream.event_id for stream in streams])[order],
        service_id=repeated([keys.services[service.code] for service in services], streams)[order],
        indicator_id=repeated([keys.indicators[stream.plan.measure.code] for stream in streams], streams)[order],
        numerator=np.concatenate([stream.numerator for stream in streams])[order],
        denominator=np.concatenate([stream.denominator for stream in streams])[order],
        area_id=repeated([keys.areas[service.area] for service in services], streams)[order],
        channel=np.concatenate([stream.channel for stream in streams])[order],
        corrects=np.full(len(order), "", dtype=np.object_),
    )


def repeated(ids: Sequence[int], streams: Sequence[StreamEvents]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Each stream's id once for each of its events."""
    return np.repeat(np.array(ids, dtype=np.int64), [len(stream) for stream in streams])
