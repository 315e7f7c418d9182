"""Who may know of which proposals, and who sees drafts and what is only being considered."""

from __future__ import annotations

import sqlalchemy as sa

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.incentives.models import IncentiveProposal
from qs.incentives.terms import TOLD

READ, DECIDE = Permission.INCENTIVES_READ, Permission.INCENTIVES_DECIDE


def sees_all(actor: Actor) -> bool:
    """True for the office and the auditor: they also see drafts and what is only being considered."""
    return actor.has_everywhere(READ)


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The proposals the actor may know of: in scope, and told, unless the actor decides or sees everything."""
    in_scope = IncentiveProposal.service_id.in_(visible_services(actor, READ))
    if sees_all(actor):
        return in_scope
    decides = IncentiveProposal.service_id.in_(visible_services(actor, DECIDE))
    return sa.and_(in_scope, sa.or_(IncentiveProposal.stage.in_(TOLD), decides))
