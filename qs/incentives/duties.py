"""What somebody has to do about a proposal: by right, by scope, and never in one's own matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.incentives.cases import involved, own_services
from qs.incentives.models import IncentiveProposal
from qs.incentives.terms import Stage

EDIT, DECIDE, APPEAL = Permission.INCENTIVES_EDIT, Permission.INCENTIVES_DECIDE, Permission.INCENTIVES_APPEAL


@dataclass(frozen=True)
class Desk:
    """What one person may do, over which services, and for which services the person answers."""

    person_id: int | None
    edits: frozenset[int]
    decides: frozenset[int]
    appeals: frozenset[int]
    own: frozenset[int]


def desk_of(session: Session, *, actor: Actor) -> Desk:
    def reach(right: Permission) -> frozenset[int]:
        return frozenset(session.scalars(visible_services(actor, right))) if actor.has(right) else frozenset()

    return Desk(actor.person_id, reach(EDIT), reach(DECIDE), reach(APPEAL), own_services(session, actor=actor))


def duty(proposal: IncentiveProposal, desk: Desk, *, due_at: datetime | None, now: datetime) -> str:
    """What this person has to do about a proposal now: a code of WAITING, or ""."""
    service_id, stage = proposal.service_id, proposal.stage
    is_over = due_at is not None and now > due_at
    may_decide = service_id in desk.decides and service_id not in desk.own and desk.person_id is not None
    if stage is Stage.PROPOSED and may_decide:
        signed = {proposal.proposer_id, *(one.person_id for one in proposal.decisions)}
        return "" if desk.person_id in signed else "incentive_to_decide"
    if stage is Stage.DECIDED and service_id in desk.edits:
        return "incentive_to_tell"
    if stage is Stage.NOTICE and any(one.answered_at is None for one in proposal.objections):
        recorded = {one.recorded_by for one in proposal.objections if one.answered_at is None}
        return "incentive_objection" if may_decide and desk.person_id not in recorded else ""
    if stage is Stage.APPEALED and may_decide and desk.person_id not in involved(proposal):
        return "incentive_appeal_to_decide"
    if stage is Stage.EFFECTIVE and service_id in desk.appeals and not proposal.appeals and not is_over:
        return "incentive_may_appeal"
    has_run = (stage is Stage.NOTICE and is_over) or (stage is Stage.EFFECTIVE and (is_over or proposal.appeals))
    return "incentive_to_conclude" if has_run and service_id in desk.edits else ""
