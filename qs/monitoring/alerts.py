"""Who is told of a signal: the leader of the service, and the supervisors whose responsibility reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.i18n import gettext as _
from qs.i18n import speaking
from qs.monitoring import wording
from qs.monitoring.models import Signal
from qs.monitoring.signals import SignalRow, as_row, signal_rows, told_of, with_indicators
from qs.monitoring.terms import SignalKind
from qs.notices.actions import queue_notice
from qs.notices.queries import listeners
from qs.notices.terms import Notice

RAISED, STRENGTHENED = "signal.raised", "signal.strengthened"


def alert(
    session: Session, begun: Sequence[Signal], strengthened: Sequence[Signal], *, actor: Actor, now: datetime
) -> None:
    """Leave notices of what began and of what grew stronger, once for each strength; part of the scan."""
    kinds = {one.id: STRENGTHENED for one in strengthened} | {one.id: RAISED for one in begun}
    if not kinds:
        return
    found = session.execute(signal_rows(actor).where(Signal.id.in_(kinds)).order_by(Signal.id))
    rows = with_indicators(session, [as_row(one) for one in found], now)
    responsible = responsible_people(session, rows)
    for row in rows:
        for listener in listeners(session, responsible[row["signal_id"]], strength=row["strength"], actor=actor):
            with speaking(listener.language):
                notice = notice_of(row, kinds[row["signal_id"]])
            queue_notice(
                session,
                listener.person_id,
                notice,
                strength=row["strength"],
                dedupe_key=f"signal:{row['signal_id']}:{row['strength'].value}",
                actor=actor,
                now=now,
            )


def responsible_people(session: Session, rows: Sequence[SignalRow]) -> dict[int, set[int]]:
    """By signal: those who decide on signals of its service, its leader, and for a silent feed who keeps feeds."""
    people = list(actors_by_username(session).values())
    service_ids = {row["service_id"] for row in rows}
    deciding = reached(session, people, Permission.SIGNALS_DECIDE, service_ids)
    leading = reached(session, people, Permission.SIGNALS_READ, service_ids)
    keepers = {one.person_id for one in people if one.has(Permission.FEEDS_EDIT)}
    found: dict[int, set[int]] = {}
    for row in rows:
        told = set(deciding[row["service_id"]])
        if row["leader_id"] in leading[row["service_id"]]:
            told.add(row["leader_id"])
        if row["kind"] is SignalKind.FEED_SILENT:
            told |= leading[row["service_id"]] & keepers
        found[row["signal_id"]] = {one for one in told if one is not None}
    return found


def reached(
    session: Session, people: Sequence[Actor], right: Permission, service_ids: set[int]
) -> dict[int, set[int | None]]:
    """By service: the ids of those who hold the right over it."""
    found: dict[int, set[int | None]] = {service_id: set() for service_id in service_ids}
    for one in people:
        if one.has(right):
            for service_id in session.scalars(visible_services(one, right).where(Service.id.in_(service_ids))):
                found[service_id].add(one.person_id)
    return found


def notice_of(row: SignalRow, kind: str) -> Notice:
    """The notice in the language of the run: what, how sure, what next; no more than the screen shows."""
    facts = wording.facts_of(told_of(row))
    told = wording.explanation(told_of(row))
    subject = _("{what} · {service}").format(what=wording.headline(told_of(row)), service=facts["service"])
    body = "\n\n".join((told.what, told.how_sure, told.next_step))
    return Notice(f"signal:{row['signal_id']}", kind, subject, body, link=f"/signals?signal={row['signal_id']}")
