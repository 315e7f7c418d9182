"""How a signal is moved: every step is kept, and one that ended frees its key for the next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.monitoring.models import Signal, SignalStep
from qs.monitoring.terms import SignalStatus, SignalStepKind


def end_signal(
    session: Session,
    signal: Signal,
    kind: SignalStepKind,
    status: SignalStatus,
    note: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a signal end; its step says why."""
    before, signal.status = signal.status, status
    signal.ended_at, signal.running_key, signal.is_present = now, None, False
    signal.version += 1
    add_step(session, signal, kind, before, note, actor, now)


def add_step(
    session: Session,
    signal: Signal,
    kind: SignalStepKind,
    before: SignalStatus | None,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        SignalStep(
            signal_id=signal.id,
            kind=kind,
            from_status=before,
            to_status=signal.status,
            strength=signal.strength,
            note=note,
            person_id=actor.person_id,
            username=actor.username,
            happened_at=now,
        )
    )
    session.flush()
