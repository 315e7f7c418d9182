"""What taking part keeps of people, since when it is no longer needed, and how it is erased: for `qs.retention`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from qs.db import overwrite_deleted
from qs.participation.models import (
    ConsultationOpinion,
    Hearing,
    HearingRegistration,
    NegativeRating,
    Rating,
    RatingFormer,
    Suggestion,
)
from qs.periods import local_day
from qs.settings import settings
from qs.vault.blotting import blotted
from qs.vault.queries import is_held, is_kept, personal

Found = sa.Select[int, datetime]  # an id, and since when it is no longer needed
OWN_WORDS: tuple[tuple[Any, tuple[InstrumentedAttribute[str], ...]], ...] = (  # Any: a model with a `vault_id`
    (Rating, (Rating.comment,)),
    (Suggestion, (Suggestion.title, Suggestion.text)),
    (ConsultationOpinion, (ConsultationOpinion.text, ConsultationOpinion.gist)),
    (HearingRegistration, (HearingRegistration.main_points, HearingRegistration.gist)),
)


def ends() -> sa.Subquery:
    """vault_id, ended_at: of everybody who left a way to be reached; nothing while their matter is not answered."""
    rated = sa.case((NegativeRating.id.is_(None), Rating.rated_at), else_=NegativeRating.closed_at)
    parts = (
        sa.select(Rating.vault_id, sa.type_coerce(rated, Rating.rated_at.type).label("ended_at")).outerjoin(
            NegativeRating, NegativeRating.rating_id == Rating.id
        ),
        sa.select(Suggestion.vault_id, sa.func.coalesce(Suggestion.implemented_at, Suggestion.answered_at)),
        sa.select(ConsultationOpinion.vault_id, ConsultationOpinion.answered_at),
        sa.select(HearingRegistration.vault_id, Hearing.published_at).join(
            Hearing, Hearing.id == HearingRegistration.hearing_id
        ),
    )
    return sa.union_all(*parts).subquery()


def identities(cutoff: datetime, now: datetime) -> Found:
    """The people in the vault all of whose matters ended before a moment, with the last end."""
    one = ends()
    last = sa.func.max(one.c.ended_at)
    return (
        sa.select(one.c.vault_id, last.label("ended_at"))
        .where(is_kept(one.c.vault_id), ~is_held(one.c.vault_id, local_day(now, settings().zone)))
        .group_by(one.c.vault_id)
        .having(sa.func.count() == sa.func.count(one.c.ended_at), last < cutoff)
    )


def is_over(session: Session, vault_id: int) -> bool:
    """True when no matter of this person waits for an answer."""
    one = ends()
    statement = sa.select(sa.func.count()).where(one.c.vault_id == vault_id, one.c.ended_at.is_(None))
    return not session.scalar(statement)


def rating_words(cutoff: datetime, now: datetime) -> Found:
    """The ratings of before a moment that say something in words, now or before they were changed."""
    said_before = sa.exists().where(RatingFormer.rating_id == Rating.id, RatingFormer.comment != "")
    has_words = sa.or_(Rating.comment != "", said_before)
    return sa.select(Rating.id, Rating.rated_at).where(Rating.rated_at < cutoff, has_words)


def rating_devices(cutoff: datetime, now: datetime) -> Found:
    """The ratings of before a moment that carry the mark of a device."""
    return sa.select(Rating.id, Rating.rated_at).where(Rating.rated_at < cutoff, Rating.device_hash != "")


def empty_words(session: Session, rating_ids: Sequence[int]) -> None:
    """Level, reasons and counts stay."""
    overwrite_deleted(session)
    session.execute(sa.update(Rating).where(Rating.id.in_(rating_ids)).values(comment=""))
    session.execute(sa.update(RatingFormer).where(RatingFormer.rating_id.in_(rating_ids)).values(comment=""))


def empty_devices(session: Session, rating_ids: Sequence[int]) -> None:
    overwrite_deleted(session)
    session.execute(sa.update(Rating).where(Rating.id.in_(rating_ids)).values(device_hash=""))


def empty_person(session: Session, vault_id: int) -> None:
    """Blot one person out of what they wrote, before the key is destroyed."""
    overwrite_deleted(session)
    known = personal(session, vault_id)
    for model, columns in OWN_WORDS:
        for row in session.scalars(sa.select(model).where(model.vault_id == vault_id)):
            for column in columns:
                setattr(
                    row, column.key, blotted(getattr(row, column.key), known)[: getattr(column.type, "length", None)]
                )
    session.flush()
