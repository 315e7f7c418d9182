"""The signals of the invented city: the scan ran every week, and people dealt with what it found."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM
from qs.demo.office import Office
from qs.monitoring import actions
from qs.monitoring.models import Signal
from qs.monitoring.terms import LEVEL_KINDS, Side, SignalKind, SignalStatus
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Source
from qs.settings import SHIPPED_DATA
from qs.standards.models import Indicator

TEXTS = SHIPPED_DATA / "demo" / "signals.toml"
WEEKS = 10
ONE_HOUR = timedelta(hours=1)
Text = Mapping[str, Any]  # Any: what TOML holds


def play(session: Session, office: Office) -> None:
    """Scan as of every week of the last months and as of now; after each scan people do what the story says."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    for weeks in range(WEEKS, -1, -1):
        now = office.day(7.0 * weeks)
        actions.scan(session, actor=SYSTEM, now=now)
        for story in texts["story"]:
            if story["days"] >= 7 * weeks:
                deal_with(session, office, story, weeks)
        link_orders(session, office, weeks)


def deal_with(session: Session, office: Office, story: Text, weeks: int) -> None:
    """One person acknowledges or dismisses the signal of a story, once it is there and its day has come."""
    kind = SignalKind(story["kind"])
    kinds = LEVEL_KINDS if kind in LEVEL_KINDS else (kind,)
    signal = running(session, office.services[story["service"]], story["indicator"], kinds)
    if signal is None or signal.status is not SignalStatus.NEW:
        return
    at = min(max(office.day(story["days"]), signal.found_at + ONE_HOUR), office.day(7.0 * weeks) + ONE_HOUR, office.now)
    act = actions.dismiss_signal if story["act"] == "dismiss" else actions.acknowledge_signal
    act(session, signal.id, story["words"], version=signal.version, actor=office.people[story["who"]], now=at)


def link_orders(session: Session, office: Office, weeks: int) -> None:
    """Whoever finds an open order for the same figure running links the two."""
    now = office.day(7.0 * weeks)
    statement = (
        sa.select(Signal, Rectification)
        .join(
            Rectification,
            sa.and_(Rectification.service_id == Signal.service_id, Rectification.indicator_id == Signal.indicator_id),
        )
        .where(
            Rectification.source == Source.SIGNAL,
            Rectification.ordered_at <= now,
            Rectification.status != "withdrawn",
            sa.or_(Rectification.closed_at.is_(None), Rectification.closed_at > now),
            Signal.ended_at.is_(None),
            Signal.side == Side.CONCERN,
            Signal.kind != SignalKind.FEED_SILENT,
            Signal.status != SignalStatus.IN_RECTIFICATION,
        )
        .order_by(Signal.id)
    )
    for signal, order in session.execute(statement).all():
        at = min(max(signal.found_at, order.ordered_at) + ONE_HOUR, office.now)
        actor = office.people["chen.jing"]
        actions.link_signal(session, signal.id, order.id, version=signal.version, actor=actor, now=at)


def running(session: Session, service_id: int, indicator: str, kinds: tuple[SignalKind, ...]) -> Signal | None:
    statement = (
        sa.select(Signal)
        .join(Indicator, Indicator.id == Signal.indicator_id)
        .where(
            Signal.service_id == service_id,
            Indicator.code == indicator,
            Signal.kind.in_(kinds),
            Signal.side != Side.NEUTRAL,
            Signal.ended_at.is_(None),
        )
    )
    return session.scalars(statement.order_by(Signal.id)).first()
