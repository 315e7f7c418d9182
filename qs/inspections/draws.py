"""The draw of inspectors: who may go, who is recused and why, and whom the seed picks (双随机)."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor
from qs.directory.models import Provider, Service
from qs.directory.queries import ServiceDetail
from qs.errors import Conflict, NotAllowed
from qs.inspections import rules
from qs.inspections.models import Inspection, Inspector, Recusal
from qs.inspections.terms import RecusalReason


def add_draw(
    session: Session, inspection: Inspection, service: ServiceDetail, *, recused: Collection[int]
) -> list[str]:
    """Keep the pool in the order of the draw, the recusals and the people drawn. Returns the names drawn.

    Raises Conflict when fewer than asked for are left after recusal.
    """
    part = {
        "service_id": service.service_id,
        "provider_id": service.provider_id,
        "department_id": service.department_id,
    }
    people = actors_by_username(session)
    pool = []
    for name, person in people.items():
        if not rules.may_inspect(person, **part):
            continue
        reason = rules.recusal_of(person, leader_id=service.leader_id, **part)
        if reason is None and person.person_id in recused:
            reason = RecusalReason.DECLARED
        if reason is None:
            pool.append(name)
        else:
            session.add(Recusal(inspection_id=inspection.id, person_id=person.person_id, reason=reason))
    if len(pool) < inspection.inspector_count:
        needed = inspection.inspector_count
        raise Conflict("inspection_pool_too_small", found=len(pool), needed=needed)
    inspection.pool = rules.draw_order(pool, inspection.seed)
    drawn = inspection.pool[: inspection.inspector_count]
    for place, name in enumerate(drawn, start=1):
        session.add(Inspector(inspection_id=inspection.id, person_id=people[name].person_id, place=place))
    session.flush()
    return drawn


def next_in_draw(session: Session, inspection: Inspection) -> int:
    """The first in the order of the draw who neither goes nor has stood down. Raises Conflict when nobody is left."""
    people = actors_by_username(session)
    taken = set(session.scalars(sa.select(Inspector.person_id).where(Inspector.inspection_id == inspection.id))) | set(
        session.scalars(sa.select(Recusal.person_id).where(Recusal.inspection_id == inspection.id))
    )
    for name in inspection.pool:
        person = people.get(name)
        if person is not None and person.person_id is not None and person.person_id not in taken:
            return person.person_id
    raise Conflict("inspection_nobody_left")


def check_not_recused(session: Session, inspection: Inspection, actor: Actor) -> None:
    """Raise NotAllowed for somebody who was on site or answers for the service: nobody judges the own findings."""
    own = sa.select(Inspector.person_id).where(
        Inspector.inspection_id == inspection.id, Inspector.person_id == actor.person_id
    )
    service = session.execute(
        sa.select(Service.leader_id, Service.provider_id, Provider.department_id)
        .join(Provider, Provider.id == Service.provider_id)
        .where(Service.id == inspection.service_id)
    ).one()
    reason = rules.recusal_of(
        actor,
        leader_id=service.leader_id,
        service_id=inspection.service_id,
        provider_id=service.provider_id,
        department_id=service.department_id,
    )
    if actor.person_id is not None and (reason is not None or session.scalar(own) is not None):
        raise NotAllowed("inspection_recused")
