"""What waits for those who keep the machine: notices given up, and notices without a way out."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.errors import Fact
from qs.notices.models import OutboxNotice
from qs.notices.queries import outlook
from qs.notices.terms import LABELS, Failure, NoticeState
from qs.waiting import Waiting


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What those who keep the machine must look at: notices given up, and notices without a way out."""
    if not actor.has_everywhere(Permission.NOTICES_SEND):
        return []
    found, seen = list[Waiting](), outlook(session, actor=actor)
    if seen.given_up_count:
        newest = session.scalar(
            sa.select(OutboxNotice.last_error)
            .where(OutboxNotice.state == NoticeState.GIVEN_UP)
            .order_by(OutboxNotice.id.desc())
            .limit(1)
        )
        facts: dict[str, Fact] = {"count": seen.given_up_count, "field": LABELS[Failure][newest] if newest else ""}
        found.append(Waiting("notices_given_up", "notices", due_at=now, facts=facts, query={"state": "given_up"}))
    if seen.stuck_count:
        found.append(Waiting("notices_stuck", "notices", due_at=now, facts={"count": seen.stuck_count}))
    return found
