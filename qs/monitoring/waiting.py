"""What waits for somebody about signals: strong ones nobody has dealt with, and new limits to decide on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Fact
from qs.i18n import pick
from qs.monitoring import wording
from qs.monitoring.models import Rebase, Signal
from qs.monitoring.signals import READ, SignalRow, as_row, signal_rows, told_of, urgency, with_indicators
from qs.monitoring.terms import Side, SignalKind, SignalStatus
from qs.notices.terms import Strength
from qs.waiting import Waiting

WAITING_LINES = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do about signals: strong ones nobody has dealt with, and new limits to decide on.

    A service leader is told of what got worse in the own services; a supervisor decides. What is in rectification or
    dismissed waits for nobody.
    """
    if not actor.has(Permission.SIGNALS_ACKNOWLEDGE) or not actor.has(READ):
        return []
    wanted = (
        [SignalStatus.NEW, SignalStatus.ACKNOWLEDGED] if actor.has(Permission.SIGNALS_DECIDE) else [SignalStatus.NEW]
    )
    statement = signal_rows(actor).where(
        Signal.status.in_(wanted),
        Signal.side == Side.CONCERN,
        Signal.strength.in_([Strength.ACT, Strength.REVIEW]),
        Signal.service_id.in_(visible_services(actor, Permission.SIGNALS_ACKNOWLEDGE)),
    )
    rows = with_indicators(session, [as_row(found) for found in session.execute(statement)], now)
    lines = [
        waiting_line(row)
        for row in sorted(rows, key=lambda row: (not row["is_own"], urgency(row)))
        if row["kind"] in ANSWERED[actor.has(Permission.SIGNALS_DECIDE), actor.has(Permission.FEEDS_EDIT)]
    ]
    return [*pending_rebases(session, actor, now), *lines][:WAITING_LINES]


EVERY_KIND = frozenset(SignalKind)
ANSWERED = {  # (decides, keeps feeds): the kinds somebody is asked about; silent feeds go to who keeps them
    (True, True): EVERY_KIND,
    (True, False): EVERY_KIND - {SignalKind.FEED_SILENT},
    (False, True): frozenset({SignalKind.FEED_SILENT}),
    (False, False): EVERY_KIND - {SignalKind.FEED_SILENT, SignalKind.MANIPULATION_SUSPECTED},
}


def waiting_line(row: SignalRow) -> Waiting:
    told = told_of(row)
    facts: dict[str, Fact] = {
        "what": wording.headline(told),
        "service": pick(row["service"], row["service_en"]),
        "onset": wording.day_words(row["onset_at"] or row["found_at"]),
    }
    code = "signal_act" if row["strength"] is Strength.ACT else "signal_review"
    return Waiting(code, "signals", facts=facts, query={"signal": str(row["signal_id"])})


def pending_rebases(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """New limits that somebody else proposed, for those who may approve them."""
    if not actor.has(Permission.LIVE_REBASE):
        return []
    who = aliased(Person)
    statement = (
        sa.select(Rebase, Service, who.name, who.name_en)
        .join(Service, Service.id == Rebase.service_id)
        .outerjoin(who, who.id == Rebase.person_id)
        .where(
            Rebase.approved_at.is_(None),
            Rebase.withdrawn_at.is_(None),
            Rebase.person_id.is_distinct_from(actor.person_id),
            Rebase.service_id.in_(visible_services(actor, Permission.LIVE_REBASE)),
        )
        .order_by(Rebase.id)
    )
    found = session.execute(statement).all()
    words = with_indicators(session, [{"indicator_id": mark.indicator_id} for mark, *_ in found], now)
    return [
        Waiting(
            "signal_rebase",
            "live",
            facts={
                "indicator": pick(named["indicator"], named["indicator_en"]),
                "service": pick(service.name, service.name_en),
                "name": pick(name or "", name_en),
            },
            query={"series": f"{service.code}|{named['indicator_code']}"},
        )
        for (_mark, service, name, name_en), named in zip(found, words, strict=True)
    ]
