"""What waits for those to whom personal data are entrusted: wishes to be erased."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.vault.models import VaultErasure
from qs.waiting import Waiting

ANSWERED_WITHIN = timedelta(days=15)  # local rule; the law says in time


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """The wishes this person may decide on: not those whose asker they made sure of themselves."""
    if not actor.has_everywhere(Permission.PERSONAL_ERASE):
        return []
    row = VaultErasure
    others = sa.or_(row.checked_by_id.is_(None), row.checked_by_id != actor.person_id)
    statement = sa.select(sa.func.count(row.id), sa.func.min(row.asked_at)).where(row.decided_at.is_(None), others)
    count, oldest = session.execute(statement).one()
    if not count:
        return []
    due = oldest + ANSWERED_WITHIN
    return [Waiting("erasures_to_decide", "personal_data", due, {"count": count}, {"view": "wishes"})]
