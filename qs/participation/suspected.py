"""Which services have ratings that look made and that nobody has decided on."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.participation.models import Rating, RatingExclusion
from qs.participation.terms import Signal

COLUMNS = ("service_id", "rating_count", "mark_count", "first_rated_at")


def ratings_under_suspicion(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per service in the actor's scope with marked ratings that wait for people, by id: COLUMNS.

    Without those of requests marked as spam: nobody made these to move the figures.
    `mark_count`: the different marks they bear. A rating waits until a proposal not to count it has been decided on.
    """
    actor.check(Permission.PARTICIPATION_READ)
    statement = (
        sa.select(Rating.service_id, Rating.signals, Rating.rated_at)
        .outerjoin(RatingExclusion, RatingExclusion.id == Rating.exclusion_id)
        .where(
            Rating.signals.not_in(("", Signal.SPAM.value)),
            Rating.rated_at < now,
            sa.or_(RatingExclusion.decided_at.is_(None), RatingExclusion.decided_at > now),
            Rating.service_id.in_(visible_services(actor, Permission.PARTICIPATION_READ)),
        )
    )
    found: dict[int, tuple[int, set[str], datetime]] = {}
    for service_id, marks, rated_at in session.execute(statement):
        count, known, first = found.get(service_id, (0, set(), rated_at))
        found[service_id] = (count + 1, known | set(marks.split()), min(first, rated_at))
    rows = [(service_id, count, len(known), first) for service_id, (count, known, first) in sorted(found.items())]
    return pd.DataFrame(rows, columns=list(COLUMNS))
