"""What waits for a person in rankings: complete quarters to freeze."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.rankings.models import FrozenPeriod
from qs.rankings.queries import unfrozen_quarters
from qs.waiting import Waiting

LISTED = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """The newest complete quarters that wait to be frozen, for those who may do it."""
    if not actor.has_everywhere(Permission.RANKINGS_FREEZE):
        return []
    frozen = session.scalar(sa.select(sa.func.max(FrozenPeriod.name))) or ""
    later = [name for name in unfrozen_quarters(session, actor=actor, now=now) if name > frozen]
    return [
        Waiting("period_to_freeze", screen="rankings", facts={"name": name}, query={"period": name})
        for name in later[-LISTED:]
    ]
