"""What an importer must know of the directory and the standards, fetched once for a whole file or batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.models import Service
from qs.directory.queries import area_ids_by_code, visible_services
from qs.observations.mapping import Known
from qs.observations.services import KnownService
from qs.settings import settings
from qs.standards.library import LIBRARY_DIR, read_library
from qs.standards.models import Indicator, IndicatorEdition
from qs.standards.queries import indicators_by_code
from qs.standards.terms import IndicatorKey, Library

NOT_STORED = 0  # the id of an indicator that a library would add


def known_now(session: Session, *, library: Library | None = None, actor: Actor, now: datetime) -> Known:
    """Services the actor may add events for, and indicators: those in the standards and those of the library."""
    indicators = indicators_by_code(session)
    units = stored_units(session)
    for definition in library.indicators if library else ():
        indicators.setdefault(definition.code, IndicatorKey(NOT_STORED, None, definition.counting))
        own = names_of(definition.content.unit, definition.content.unit_en)
        units[definition.code] = units.get(definition.code, frozenset()) | own
    return Known(
        services=known_services(session, actor=actor),
        indicators=indicators,
        areas=area_ids_by_code(session),
        units=units,
        now=now,
        zone=settings().zone,
    )


def known_for(session: Session, *, service_codes: Iterable[str], actor: Actor, now: datetime) -> Known:
    """What a batch of events needs: only the services it names, no units."""
    return Known(
        services=known_services(session, codes=service_codes, actor=actor),
        indicators=indicators_by_code(session),
        areas=area_ids_by_code(session),
        units={},
        now=now,
        zone=settings().zone,
    )


def known_services(session: Session, *, codes: Iterable[str] | None = None, actor: Actor) -> dict[str, KnownService]:
    """Code -> service for which the actor may add events; all of them, or those with these codes."""
    allowed = visible_services(actor, Permission.EVENTS_ADD)
    statement = sa.select(Service.code, Service.id, Service.area_id).where(Service.id.in_(allowed))
    if codes is not None:
        statement = statement.where(Service.code.in_(list(codes)))
    rows = session.execute(statement)
    return {code: KnownService(service_id, area_id) for code, service_id, area_id in rows}


def stored_units(session: Session) -> dict[str, frozenset[str]]:
    """Indicator code -> every name its unit has had."""
    rows = session.execute(
        sa.select(Indicator.code, IndicatorEdition.unit, IndicatorEdition.unit_en).join(
            IndicatorEdition, IndicatorEdition.indicator_id == Indicator.id
        )
    )
    units: dict[str, frozenset[str]] = {}
    for code, unit, unit_en in rows:
        units[code] = units.get(code, frozenset()) | names_of(unit, unit_en)
    return units


def names_of(*names: str | None) -> frozenset[str]:
    return frozenset(name for name in names if name)


def shipped_library(name: str | None) -> Library | None:
    """The definitions a feed leans on, when it names a library that comes with the program."""
    shipped = {path.stem: path for path in LIBRARY_DIR.glob("*.toml")}
    return read_library([shipped[name]]) if name in shipped else None
