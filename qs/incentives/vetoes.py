"""Veto items: what bars a service from every reward of a quarter, recorded by one person and lifted only by another."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotAllowed, NotFound
from qs.incentives import rules
from qs.incentives.cases import check_no_party, check_service, person_of
from qs.incentives.models import IncentiveVeto
from qs.incentives.terms import Veto

DECIDE = Permission.INCENTIVES_DECIDE


def record_veto(
    session: Session, service_id: int, kind: Veto, *, period: str, grounds: str, actor: Actor, now: datetime
) -> int:
    """Bar a service from every reward of a quarter. Returns the id of the veto item."""
    check_service(session, service_id, actor=actor)
    rules.check_period(period)
    kept = rules.checked_reason(grounds, "grounds")
    standing = sa.select(IncentiveVeto.id).where(
        IncentiveVeto.service_id == service_id,
        IncentiveVeto.period == period,
        IncentiveVeto.kind == kind,
        IncentiveVeto.lifted_at.is_(None),
    )
    if session.scalar(standing) is not None:
        raise Conflict("veto_recorded")
    veto = IncentiveVeto(
        service_id=service_id, period=period, kind=kind, grounds=kept, person_id=actor.person_id, recorded_at=now
    )
    session.add(veto)
    session.flush()
    record(
        session,
        "incentives.recorded_veto",
        f"incentive_veto:{veto.id}",
        actor=actor,
        now=now,
        service_id=service_id,
        period=period,
        kind=kind,
    )
    return veto.id


def lift_veto(session: Session, veto_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a veto item back; somebody other than who recorded it does this."""
    actor.check(DECIDE)
    person_id = person_of(actor)
    veto = session.scalars(
        sa.select(IncentiveVeto)
        .where(IncentiveVeto.id == veto_id, IncentiveVeto.service_id.in_(visible_services(actor, DECIDE)))
        .with_for_update()
    ).one_or_none()
    if veto is None:
        raise NotFound("veto_unknown")
    if veto.lifted_at is not None:
        raise Conflict("veto_lifted")
    if veto.person_id == person_id:
        raise NotAllowed("veto_own")
    check_no_party(session, veto.service_id, actor=actor)
    veto.lifted_reason = rules.checked_reason(reason)
    veto.lifted_by, veto.lifted_at = person_id, now
    record(session, "incentives.lifted_veto", f"incentive_veto:{veto_id}", actor=actor, now=now, kind=veto.kind)


def barred_services(session: Session, period: str) -> frozenset[int]:
    """The services that no reward of the quarter may reach."""
    statement = sa.select(IncentiveVeto.service_id).where(
        IncentiveVeto.period == period, IncentiveVeto.lifted_at.is_(None)
    )
    return frozenset(session.scalars(statement))


def check_no_veto(session: Session, service_id: int, period: str) -> None:
    if service_id in barred_services(session, period):
        raise Conflict("veto_bars_reward", period=period)
