"""What must exist before a file's events can be stored: indicators, and services named for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

import numpy as np
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.actions import add_area, add_department, add_provider, add_services, load_sectors
from qs.directory.library import read_sectors
from qs.directory.queries import (
    area_ids_by_code,
    department_ids_by_code,
    provider_ids_by_code,
    sector_ids_by_code,
    service_ids_by_code,
)
from qs.directory.terms import NewService
from qs.errors import InvalidInput, NotAllowed
from qs.observations.feeds import FeedMapping
from qs.observations.mapping import Mapped
from qs.observations.reference import shipped_library
from qs.observations.services import EntryDraft, ServiceDraft
from qs.periods import from_microseconds, local_day
from qs.settings import settings
from qs.standards.actions import load_library
from qs.standards.queries import indicators_by_code


def load_definitions(session: Session, mapping: FeedMapping, *, actor: Actor, now: datetime) -> None:
    """Load the library a feed leans on when one of its indicators is missing."""
    library = shipped_library(mapping.library)
    present = indicators_by_code(session)
    if library is None or all(indicator.code in present for indicator in library.indicators):
        return
    if not actor.has(Permission.STANDARDS_LOAD):
        raise NotAllowed("library_to_load", library=mapping.library)
    load_missing_sectors(session, {one.sector for one in library.indicators if one.sector}, actor=actor, now=now)
    load_library(session, library, actor=actor, now=now)


def load_missing_sectors(session: Session, wanted: set[str], *, actor: Actor, now: datetime) -> None:
    """Add the sectors of the national monitoring when one that is needed is not there."""
    if not wanted <= set(sector_ids_by_code(session)):
        load_sectors(session, read_sectors(), actor=actor, now=now)


def begin_services(session: Session, mapped: Mapped, *, feed_code: str, actor: Actor, now: datetime) -> int:
    """Enter the services a file names for the first time, each from the day of its first event; returns how many."""
    named = set(mapped.events.service.tolist())
    present = service_ids_by_code(session, actor=actor, permission=Permission.EVENTS_ADD)
    drafts = [one for one in mapped.new_services if one.service.code in named and one.service.code not in present]
    if not drafts:
        return 0
    if not actor.has(Permission.DIRECTORY_EDIT):
        raise NotAllowed("services_to_begin", count=len(drafts), value=drafts[0].service.code)
    load_missing_sectors(session, {draft.sector for draft in drafts}, actor=actor, now=now)
    sectors = sector_ids_by_code(session)
    if unknown := [draft.sector for draft in drafts if draft.sector not in sectors]:
        raise InvalidInput("sector_unknown", value=unknown[0])

    def area(one: EntryDraft) -> int:
        return add_area(session, code=one.code, name=one.name, name_en=one.name_en, actor=actor, now=now).id

    def department(one: EntryDraft) -> int:
        return add_department(session, code=one.code, name=one.name, name_en=one.name_en, actor=actor, now=now).id

    areas = completed(area_ids_by_code(session), (draft.area for draft in drafts), area)
    departments = completed(department_ids_by_code(session), (draft.department for draft in drafts), department)
    providers = begin_providers(session, drafts, departments, actor=actor, now=now)
    first_days = first_days_of(mapped)
    rows = [
        NewService(
            code=draft.service.code,
            name=draft.service.name,
            name_en=draft.service.name_en,
            provider_id=providers[draft.provider.code],
            sector_id=sectors[draft.sector],
            area_id=areas[draft.area.code],
            starts_on=first_days[draft.service.code],
        )
        for draft in drafts
    ]
    return len(add_services(session, rows, feed=feed_code, actor=actor, now=now))


def begin_providers(
    session: Session, drafts: Iterable[ServiceDraft], departments: Mapping[str, int], *, actor: Actor, now: datetime
) -> dict[str, int]:
    """The ids of all providers by code, those of the drafts among them."""
    providers = provider_ids_by_code(session)
    for draft in drafts:
        one = draft.provider
        if one.code not in providers:
            providers[one.code] = add_provider(
                session,
                code=one.code,
                name=one.name,
                name_en=one.name_en,
                department_id=departments[draft.department.code],
                actor=actor,
                now=now,
            ).id
    return providers


def completed(
    present: Mapping[str, int], wanted: Iterable[EntryDraft], add: Callable[[EntryDraft], int]
) -> dict[str, int]:
    ids = dict(present)
    for one in wanted:
        if one.code not in ids:
            ids[one.code] = add(one)
    return ids


def first_days_of(mapped: Mapped) -> dict[str, date]:
    """The local day of the first event of each service."""
    names, codes = np.unique(mapped.events.service.astype(str), return_inverse=True)
    firsts = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(firsts, codes, mapped.events.happened_at)
    zone = settings().zone
    return {
        str(name): local_day(from_microseconds(int(first)), zone) for name, first in zip(names, firsts, strict=True)
    }
