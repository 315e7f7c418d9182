"""New limits: one person proposes that a process counts as a new one from some period on, a second one approves."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.monitoring.models import Rebase, Signal
from qs.monitoring.steps import end_signal
from qs.monitoring.terms import FIELDS, SignalKind, SignalStatus, SignalStepKind
from qs.observations.models import Stream
from qs.texts import checked, composed
from qs.versions import Subject, raise_version

REASON_LENGTH = 500
REBASE = Permission.LIVE_REBASE


class ReasonMissing(InvalidInput):
    """A mark without a reason explains nothing."""

    code = "reason_missing"


class AlreadyRebased(Conflict):
    """The same period is marked already."""

    code = "already_rebased"


class RebaseChanged(Conflict):
    """Somebody else decided on the mark meanwhile."""

    code = "rebase_changed"


class ApproverProposed(NotAllowed):
    """Nobody approves what they proposed."""

    code = "approver_proposed"


def propose_rebase(
    session: Session,
    service_id: int,
    indicator_id: int,
    starts_at: datetime,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Propose new limits of one chart from this period on; none moves before somebody else agrees. Returns the id.

    Raises NotAllowed, NotFound for a series out of sight, ReasonMissing, AlreadyRebased, InvalidInput.
    """
    actor.check(REBASE)
    check_in_sight(session, service_id, indicator_id, actor)
    if not composed(reason):
        raise ReasonMissing
    words = checked(reason, field=FIELDS["reason"], longest=REASON_LENGTH)
    same = sa.select(Rebase.id).where(
        Rebase.service_id == service_id,
        Rebase.indicator_id == indicator_id,
        Rebase.starts_at == starts_at,
        Rebase.withdrawn_at.is_(None),
    )
    if session.execute(same).first() is not None:
        raise AlreadyRebased
    mark = Rebase(
        service_id=service_id,
        indicator_id=indicator_id,
        starts_at=starts_at,
        reason=words,
        person_id=actor.person_id,
        decided_at=now,
    )
    session.add(mark)
    session.flush()
    raise_version(session, Subject.STANDARDS)
    record(
        session,
        "chart.rebase_proposed",
        f"rebase:{mark.id}",
        actor=actor,
        now=now,
        service_id=service_id,
        indicator_id=indicator_id,
        starts_at=starts_at.isoformat(),
    )
    return mark.id


def approve_rebase(session: Session, rebase_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Let new limits apply that somebody else proposed; signals of change on that chart end with it.

    Raises NotAllowed, ApproverProposed, NotFound, RebaseChanged, Conflict.
    """
    mark = taken_mark(session, rebase_id, version, actor)
    if mark.approved_at is not None:
        raise Conflict("rebase_not_pending")
    if actor.person_id is not None and actor.person_id == mark.person_id:
        raise ApproverProposed
    mark.approved_by, mark.approved_at = actor.person_id, now
    mark.version += 1
    raise_version(session, Subject.STANDARDS)
    running = sa.select(Signal).where(
        Signal.service_id == mark.service_id,
        Signal.indicator_id == mark.indicator_id,
        Signal.kind.in_([kind for kind in SignalKind if kind.is_change]),
        Signal.ended_at.is_(None),
    )
    for signal in session.scalars(running.order_by(Signal.id)).all():
        kind, status = SignalStepKind.REBASED, SignalStatus.REBASED
        end_signal(session, signal, kind, status, mark.reason, actor=actor, now=now)
    record(session, "chart.rebased", f"rebase:{mark.id}", actor=actor, now=now, starts_at=mark.starts_at.isoformat())


def withdraw_rebase(session: Session, rebase_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Take a mark back, or refuse one that was proposed; it stays on record.

    Raises NotAllowed, NotFound, RebaseChanged.
    """
    mark = taken_mark(session, rebase_id, version, actor)
    mark.withdrawn_at = now
    mark.version += 1
    raise_version(session, Subject.STANDARDS)
    record(session, "chart.rebase_withdrawn", f"rebase:{mark.id}", actor=actor, now=now)


def taken_mark(session: Session, rebase_id: int, version: int, actor: Actor) -> Rebase:
    """A mark that was not taken back, for changing, as the person saw it."""
    actor.check(REBASE)
    mark = session.get(Rebase, rebase_id, with_for_update=True, populate_existing=True)
    if mark is None or mark.withdrawn_at is not None:
        raise NotFound("rebase_unknown")
    check_in_sight(session, mark.service_id, mark.indicator_id, actor)
    if mark.version != version:
        raise RebaseChanged
    return mark


def check_in_sight(session: Session, service_id: int, indicator_id: int, actor: Actor) -> None:
    """Raise NotFound unless there is such a series within the actor's scope."""
    known = sa.select(Stream.service_id).where(
        Stream.service_id == service_id,
        Stream.indicator_id == indicator_id,
        Stream.service_id.in_(visible_services(actor, REBASE)),
    )
    if session.execute(known).first() is None:
        raise NotFound
