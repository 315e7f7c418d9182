"""What can be done with signals: take note, dismiss, have it put right, end. New limits and the scan are handed on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotFound
from qs.monitoring.models import Signal
from qs.monitoring.rebasing import REASON_LENGTH, approve_rebase, propose_rebase, withdraw_rebase
from qs.monitoring.scanning import scan
from qs.monitoring.steps import add_step, end_signal
from qs.monitoring.terms import FIELDS, Side, SignalStatus, SignalStepKind
from qs.rectifications import actions as rectifications
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Source, Status
from qs.texts import checked

__all__ = [
    "REASON_LENGTH",
    "acknowledge_signal",
    "approve_rebase",
    "close_signal",
    "dismiss_signal",
    "link_signal",
    "order_for_signal",
    "propose_rebase",
    "scan",
    "withdraw_rebase",
]
ACKNOWLEDGE, DECIDE = Permission.SIGNALS_ACKNOWLEDGE, Permission.SIGNALS_DECIDE


class SignalChanged(Conflict):
    """Somebody else was faster, or the scan was."""

    code = "signal_changed"


def acknowledge_signal(
    session: Session, signal_id: int, note: str = "", *, version: int, actor: Actor, now: datetime
) -> None:
    """Say that somebody knows of it, perhaps with a remark. Raises NotAllowed, NotFound, Conflict, InvalidInput."""
    signal = taken(session, signal_id, ACKNOWLEDGE, version, actor)
    if signal.status is not SignalStatus.NEW:
        raise Conflict("signal_step_impossible")
    words = checked(note, field=FIELDS["note"], is_needed=False)
    move(session, signal, SignalStatus.ACKNOWLEDGED, SignalStepKind.ACKNOWLEDGED, words, actor, now)
    record(session, "monitoring.acknowledged", object_of(signal), actor=actor, now=now, service_id=signal.service_id)


def dismiss_signal(session: Session, signal_id: int, reason: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Say that nothing needs doing, and why. It comes back only if it grows stronger, or anew after it was over.

    Raises NotAllowed, NotFound, Conflict, InvalidInput.
    """
    signal = taken(session, signal_id, DECIDE, version, actor)
    if not signal.status.waits:
        raise Conflict("signal_step_impossible")
    words = checked(reason, field=FIELDS["reason"])
    signal.dismissed_strength = signal.strength
    move(session, signal, SignalStatus.DISMISSED, SignalStepKind.DISMISSED, words, actor, now)
    facts = {"service_id": signal.service_id, "strength": signal.strength.value}
    record(session, "monitoring.dismissed", object_of(signal), actor=actor, now=now, **facts)


def order_for_signal(
    session: Session,
    signal_id: int,
    *,
    title: str,
    demand: str,
    title_en: str = "",
    demand_en: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Order a rectification because of a signal, and link the two: one act. Returns the rectification's id.

    Raises NotAllowed, NotFound, Conflict, AlreadyOrdered, InvalidInput.
    """
    signal = taken(session, signal_id, DECIDE, version, actor)
    check_can_be_put_right(signal)
    order_id = rectifications.order_rectification(
        session,
        service_id=signal.service_id,
        source=Source.SIGNAL,
        source_ref=source_ref(session, signal),
        title=title,
        title_en=title_en,
        demand=demand,
        demand_en=demand_en,
        indicator_id=signal.indicator_id,
        actor=actor,
        now=now,
    )
    link(session, signal, order_id, actor, now)
    return order_id


def link_signal(
    session: Session, signal_id: int, rectification_id: int, *, version: int, actor: Actor, now: datetime
) -> None:
    """Say that a rectification of the same service, ordered already, puts this right.

    Raises NotAllowed, NotFound, Conflict.
    """
    signal = taken(session, signal_id, DECIDE, version, actor)
    check_can_be_put_right(signal)
    reach = visible_services(actor, DECIDE)
    order = session.scalars(
        sa.select(Rectification).where(Rectification.id == rectification_id, Rectification.service_id.in_(reach))
    ).one_or_none()
    if order is None:
        raise NotFound("rectification_unknown")
    if order.service_id != signal.service_id:
        raise Conflict("signal_other_service")
    if order.status is Status.WITHDRAWN:
        raise Conflict("signal_step_impossible")
    link(session, signal, order.id, actor, now)


def close_signal(
    session: Session, signal_id: int, note: str = "", *, version: int, actor: Actor, now: datetime
) -> None:
    """End a signal that the newest figures do not show any more, without waiting for the second period.

    Raises NotAllowed, NotFound, Conflict, InvalidInput.
    """
    signal = taken(session, signal_id, DECIDE, version, actor)
    if signal.is_present:
        raise Conflict("signal_still_there")
    words = checked(note, field=FIELDS["note"], is_needed=False)
    end_signal(session, signal, SignalStepKind.OVER, SignalStatus.OVER, words, actor=actor, now=now)
    record(session, "monitoring.ended", object_of(signal), actor=actor, now=now, service_id=signal.service_id)


def taken(session: Session, signal_id: int, right: Permission, version: int, actor: Actor) -> Signal:
    """A running signal for changing, when the actor has the right over its service and saw its present state."""
    actor.check(right)
    signal = session.get(Signal, signal_id, with_for_update=True, populate_existing=True)
    reach = visible_services(actor, right)
    if signal is None or session.scalar(reach.where(Service.id == signal.service_id)) is None:
        raise NotFound("signal_unknown")
    if signal.ended_at is not None:
        raise Conflict("signal_ended")
    if signal.version != version:
        raise SignalChanged
    return signal


def check_can_be_put_right(signal: Signal) -> None:
    if signal.side is Side.IMPROVEMENT:
        raise Conflict("signal_not_bad")
    if signal.status is SignalStatus.IN_RECTIFICATION:
        raise Conflict("signal_step_impossible")


def move(
    session: Session,
    signal: Signal,
    wanted: SignalStatus,
    kind: SignalStepKind,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let the signal stand somewhere else, and keep the step."""
    before, signal.status = signal.status, wanted
    signal.version += 1
    add_step(session, signal, kind, before, note, actor, now)


def link(session: Session, signal: Signal, rectification_id: int, actor: Actor, now: datetime) -> None:
    signal.rectification_id, signal.dismissed_strength = rectification_id, None
    move(session, signal, SignalStatus.IN_RECTIFICATION, SignalStepKind.LINKED, "", actor, now)
    facts = {"service_id": signal.service_id, "rectification_id": rectification_id}
    record(session, "monitoring.linked", object_of(signal), actor=actor, now=now, **facts)


def source_ref(session: Session, signal: Signal) -> str:
    """What the order names as raised by: the signal, and, after an order that was withdrawn, how many there were."""
    if signal.rectification_id is None:
        return object_of(signal)
    own = sa.or_(
        Rectification.source_ref == object_of(signal), Rectification.source_ref.startswith(f"{object_of(signal)}.")
    )
    before = sa.select(sa.func.count()).where(Rectification.source == Source.SIGNAL, own)
    count = session.scalar(before) or 0
    return f"{object_of(signal)}.{count + 1}" if count else object_of(signal)


def object_of(signal: Signal) -> str:
    return f"signal:{signal.id}"
