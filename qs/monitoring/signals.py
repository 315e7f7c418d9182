"""What can be asked of signals: the inbox, one signal with its history, the last scan, what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import SYSTEM, Actor, Permission
from qs.directory.models import Area, Provider, Sector, Service, SupervisionGroupMember
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.frames import members, named_rows
from qs.monitoring import wording
from qs.monitoring.models import Scan, Signal, SignalStep
from qs.monitoring.terms import Side, SignalFigures, SignalKind, SignalStatus, SignalStepKind
from qs.notices.terms import Strength
from qs.periods import local_day
from qs.rectifications.models import Rectification
from qs.rectifications.rules import number_of
from qs.rectifications.terms import Status
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation

READ = Permission.SIGNALS_READ
KEPT_IN_VIEW = timedelta(days=90)  # how long what is over stays in the list
INDICATOR_COLUMNS = ("indicator_code", "indicator", "indicator_en", "unit", "unit_en", "places", "aggregation")
COLUMNS = (
    "signal_id",
    "service_id",
    "service_code",
    "service",
    "service_en",
    "provider",
    "provider_en",
    "area",
    "area_en",
    "sector_code",
    "sector",
    "sector_en",
    "leader_id",
    "group_id",
    "indicator_id",
    *INDICATOR_COLUMNS,
    "kind",
    "side",
    "strength",
    "status",
    "grain",
    "period_starts_at",
    "onset_at",
    "is_present",
    "figures",
    "rectification_id",
    "found_at",
    "last_seen_at",
    "ended_at",
    "version",
    "is_own",
)
SignalRow = dict[str, Any]  # Any: COLUMNS, moments as datetimes


@dataclass(frozen=True)
class SignalLine:
    """One line of the timeline."""

    kind: SignalStepKind
    strength: Strength
    happened_at: datetime
    name: str
    name_en: str
    note: str


@dataclass(frozen=True)
class LinkedOrder:
    """The rectification of a signal, as far as it has come."""

    rectification_id: int
    number: str
    title: str
    title_en: str
    status: Status


@dataclass(frozen=True)
class SignalDetail:
    """One signal with everything that happened to it, the oldest first."""

    row: SignalRow
    steps: tuple[SignalLine, ...]
    order: LinkedOrder | None
    open_orders: tuple[LinkedOrder, ...]  # of the same service, to be linked instead of ordering anew

    @property
    def status(self) -> SignalStatus:
        return SignalStatus(self.row["status"])


@dataclass(frozen=True)
class Running:
    """A running signal of a series, as another screen needs it."""

    signal_id: int
    kind: SignalKind
    side: Side
    status: SignalStatus
    version: int

    @property
    def can_be_put_right(self) -> bool:
        return self.side is not Side.IMPROVEMENT and self.status is not SignalStatus.IN_RECTIFICATION


@dataclass(frozen=True)
class LastScan:
    """The last scan; `series_count` and `expected_false` of the whole office, whoever asks."""

    scanned_at: datetime
    series_count: int
    expected_false: float


def signals(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per signal in the actor's scope that runs, or ended in the last months: COLUMNS.

    Concerns first, then by strength, then by service. `kind`, `side`, `strength`, `status`, `grain`, `aggregation` are
    enum members; `figures` is SignalFigures; missing texts "", missing moments and ids None. `is_own`: the actor leads
    the service, or sits in its supervision group.
    """
    actor.check(READ)
    recent = sa.or_(Signal.ended_at.is_(None), Signal.ended_at >= now - KEPT_IN_VIEW)
    rows = [as_row(found) for found in session.execute(signal_rows(actor).where(recent))]
    named = sorted(with_indicators(session, rows, now), key=urgency)
    frame = pd.DataFrame(named, columns=list(COLUMNS), dtype=object)
    kept = {name: members(frame[name]) for name in ("kind", "side", "strength", "status", "grain", "aggregation")}
    return frame.assign(**kept)


def urgency(row: SignalRow) -> tuple[bool, int, int, str, int]:
    """Running before over, concerns before the rest, strong before weak, then by service."""
    sides, strengths = list(Side), list(Strength)
    return (
        row["ended_at"] is not None,
        sides.index(row["side"]),
        -strengths.index(row["strength"]),
        row["service_code"],
        row["signal_id"],
    )


def signal_rows(actor: Actor) -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as COLUMNS, less the indicator's
    seat = sa.select(SupervisionGroupMember.group_id).where(SupervisionGroupMember.person_id == actor.person_id)
    is_own = sa.func.coalesce(sa.or_(Service.leader_id == actor.person_id, Service.group_id.in_(seat)), sa.false())
    return (
        sa.select(
            Signal,
            Service.code.label("service_code"),
            Service.name.label("service"),
            sa.func.coalesce(Service.name_en, "").label("service_en"),
            Provider.name.label("provider"),
            sa.func.coalesce(Provider.name_en, "").label("provider_en"),
            Area.name.label("area"),
            sa.func.coalesce(Area.name_en, "").label("area_en"),
            Sector.code.label("sector_code"),
            Sector.name.label("sector"),
            sa.func.coalesce(Sector.name_en, "").label("sector_en"),
            Service.leader_id.label("leader_id"),
            Service.group_id.label("group_id"),
            is_own.label("is_own"),
        )
        .join(Service, Service.id == Signal.service_id)
        .join(Provider, Provider.id == Service.provider_id)
        .join(Area, Area.id == Service.area_id)
        .join(Sector, Sector.id == Service.sector_id)
        .where(Signal.service_id.in_(visible_services(actor, READ)))
    )


def as_row(found: sa.Row[*tuple[Any, ...]]) -> SignalRow:  # Any: see `signal_rows`
    signal: Signal = found[0]
    names = set(COLUMNS) & set(Signal.__table__.columns.keys())
    own = {name: getattr(signal, name) for name in names}
    joined = {name: value for name, value in found._asdict().items() if name != "Signal"}
    return own | joined | {"signal_id": signal.id, "figures": SignalFigures(**signal.figures)}


def with_indicators(session: Session, rows: list[SignalRow], now: datetime) -> list[SignalRow]:
    """The rows with the words of their indicators as they are in force."""
    nothing = dict.fromkeys(INDICATOR_COLUMNS, "") | {"places": 0, "aggregation": None}
    if not rows:
        return []
    editions = editions_on(session, local_day(now, settings().zone), actor=SYSTEM)
    known = {
        int(one.indicator_id): {
            "indicator_code": one.code,
            "indicator": one.name,
            "indicator_en": one.name_en,
            "unit": one.unit,
            "unit_en": one.unit_en,
            "places": int(one.places),
            "aggregation": Aggregation(one.aggregation),
        }
        for one in named_rows(editions)
    }
    return [row | known.get(row["indicator_id"] or 0, nothing) for row in rows]


def told_of(row: SignalRow) -> wording.Told:
    """What the sentences of a signal need."""
    return wording.Told(**{name: row[name] for name in wording.Told.__dataclass_fields__})


def signal(session: Session, signal_id: int, *, actor: Actor, now: datetime) -> SignalDetail:
    """One signal with its history. Raises NotFound."""
    actor.check(READ)
    found = session.execute(signal_rows(actor).where(Signal.id == signal_id)).one_or_none()
    if found is None:
        raise NotFound("signal_unknown")
    (row,) = with_indicators(session, [as_row(found)], now)
    return SignalDetail(
        row,
        steps=steps_of(session, signal_id),
        order=next(iter(orders(session, Rectification.id == row["rectification_id"])), None),
        open_orders=open_orders(session, row["service_id"], actor),
    )


def steps_of(session: Session, signal_id: int) -> tuple[SignalLine, ...]:
    statement = (
        sa.select(SignalStep, sa.func.coalesce(Person.name, ""), sa.func.coalesce(Person.name_en, ""))
        .outerjoin(Person, Person.id == SignalStep.person_id)
        .where(SignalStep.signal_id == signal_id)
        .order_by(SignalStep.happened_at, SignalStep.id)
    )
    return tuple(
        SignalLine(one.kind, one.strength, one.happened_at, name, name_en, one.note)
        for one, name, name_en in session.execute(statement)
    )


def open_orders(session: Session, service_id: int, actor: Actor) -> tuple[LinkedOrder, ...]:
    """The rectifications of a service that are not finished, the newest first; none for who may not see them."""
    if not actor.has(Permission.RECTIFICATIONS_READ):
        return ()
    is_open = Rectification.status.in_([status for status in Status if status.is_open])
    visible = Rectification.service_id.in_(visible_services(actor, Permission.RECTIFICATIONS_READ))
    return orders(session, Rectification.service_id == service_id, is_open, visible)


def orders(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[LinkedOrder, ...]:
    kept = session.scalars(sa.select(Rectification).where(*conditions).order_by(Rectification.id.desc()))
    return tuple(
        LinkedOrder(one.id, number_of(one.id, one.ordered_at), one.title, one.title_en or "", one.status)
        for one in kept
    )


def signals_of_series(session: Session, service_id: int, indicator_id: int, *, actor: Actor) -> list[Running]:
    """The running signals of one series, the strongest concern first."""
    if not actor.has(READ):
        return []
    statement = sa.select(Signal).where(
        Signal.service_id == service_id,
        Signal.indicator_id == indicator_id,
        Signal.ended_at.is_(None),
        Signal.service_id.in_(visible_services(actor, READ)),
    )
    sides, strengths = list(Side), list(Strength)
    found = sorted(
        session.scalars(statement), key=lambda one: (sides.index(one.side), -strengths.index(one.strength), one.id)
    )
    return [Running(one.id, one.kind, one.side, one.status, one.version) for one in found]


def last_scan(session: Session, *, actor: Actor) -> LastScan | None:
    """The last scan of the office; None before the first."""
    actor.check(READ)
    found = session.get(Scan, 1)
    return None if found is None else LastScan(found.scanned_at, found.series_count, found.expected_false)


RIGHTS = (
    Permission.SIGNALS_ACKNOWLEDGE,
    Permission.SIGNALS_DECIDE,
    Permission.LIVE_REBASE,
    Permission.RECTIFICATIONS_ORDER,
)


def rights_over(session: Session, service_id: int, *, actor: Actor) -> frozenset[Permission]:
    """What this person may do about the signals of one service."""
    return frozenset(
        right
        for right in RIGHTS
        if actor.has(right)
        and session.scalar(visible_services(actor, right).where(Service.id == service_id)) is not None
    )
