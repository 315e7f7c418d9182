"""What can be decided about a chart: that a process counts as a new one from some period on, and taking that back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotFound
from qs.monitoring.models import Rebase
from qs.observations.models import Stream
from qs.versions import Subject, raise_version

REASON_LENGTH = 500


class ReasonMissing(InvalidInput):
    """A mark without a reason explains nothing."""

    code = "reason_missing"


class AlreadyRebased(Conflict):
    """The same period is marked already."""

    code = "already_rebased"


def mark_rebase(
    session: Session,
    service_id: int,
    indicator_id: int,
    starts_at: datetime,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Rebase:
    """From this period on compute new limits for one chart.

    Raises NotAllowed, NotFound for a series out of sight, ReasonMissing, or AlreadyRebased.
    """
    actor.check(Permission.LIVE_REBASE)
    check_in_sight(session, service_id, indicator_id, actor)
    words = reason.strip()[:REASON_LENGTH]
    if not words:
        raise ReasonMissing
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
    subject = f"rebase:{mark.id}"
    record(
        session,
        "chart.rebased",
        subject,
        actor=actor,
        now=now,
        service_id=service_id,
        indicator_id=indicator_id,
        starts_at=starts_at.isoformat(),
    )
    return mark


def withdraw_rebase(session: Session, rebase_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a mark back; it stays on record. Raises NotAllowed or NotFound."""
    actor.check(Permission.LIVE_REBASE)
    mark = session.get(Rebase, rebase_id)
    if mark is None or mark.withdrawn_at is not None:
        raise NotFound
    check_in_sight(session, mark.service_id, mark.indicator_id, actor)
    mark.withdrawn_at = now
    raise_version(session, Subject.STANDARDS)
    record(session, "chart.rebase_withdrawn", f"rebase:{mark.id}", actor=actor, now=now)


def check_in_sight(session: Session, service_id: int, indicator_id: int, actor: Actor) -> None:
    """Raise NotFound unless there is such a series within the actor's scope."""
    known = sa.select(Stream.service_id).where(
        Stream.service_id == service_id,
        Stream.indicator_id == indicator_id,
        Stream.service_id.in_(visible_services(actor, Permission.LIVE_REBASE)),
    )
    if session.execute(known).first() is None:
        raise NotFound
