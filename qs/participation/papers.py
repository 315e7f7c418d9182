"""What became of a paper somebody handed in, by its receipt code: a rating, suggestion, opinion or registration."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.deadlines.queries import is_provisional
from qs.errors import NotFound
from qs.participation import rules
from qs.participation.models import (
    Consultation,
    ConsultationOpinion,
    Hearing,
    HearingRegistration,
    NegativeRating,
    ParticipationStep,
    Rating,
    RatingReceipt,
    Suggestion,
)
from qs.participation.receipts import names_of
from qs.participation.terms import ConsultationStatus, NegativeStatus, Paper, PaperStatus, PublicStep


def status_by_receipt(session: Session, code: str, *, actor: Actor, now: datetime) -> PaperStatus:
    """Where the matter stands that a receipt code of this room opens. Raises NotFound."""
    actor.check(Permission.PUBLIC_SPEAK)
    hashed = rules.code_hash(code)
    for find in (rating_status, suggestion_status, opinion_status, registration_status):
        found = find(session, hashed)
        if found is not None:
            return found
    raise NotFound("participation_receipt_unknown")


def rating_status(session: Session, hashed: str) -> PaperStatus | None:
    row = session.execute(
        sa.select(Rating, NegativeRating)
        .join(RatingReceipt, RatingReceipt.id == Rating.receipt_id)
        .outerjoin(NegativeRating, NegativeRating.rating_id == Rating.id)
        .where(RatingReceipt.code_hash == hashed)
    ).one_or_none()
    if row is None:
        return None
    rating, negative = row
    names = names_of(session, rating.service_id)
    shown = PaperStatus(
        paper=Paper.RATING,
        title=names.service,
        title_en=names.service_en,
        filed_at=rating.rated_at,
        status=rating.level,
        due_at=None,
        verdict=None,
        answer="",
        answered_at=None,
        steps=(),
    )
    if negative is None:
        return shown
    is_answered = negative.answered_at is not None and negative.status is not NegativeStatus.APPEALED
    return replace(
        shown,
        status=negative.status,
        due_at=negative.answer_due_at,
        is_provisional=is_provisional(session, negative.answer_due_id),
        answer=negative.answer if is_answered else "",
        answered_at=negative.answered_at if is_answered else None,
        steps=public_steps(session, f"negative:{negative.id}"),
    )


def suggestion_status(session: Session, hashed: str) -> PaperStatus | None:
    one = session.scalar(sa.select(Suggestion).where(Suggestion.receipt_hash == hashed))
    if one is None:
        return None
    return PaperStatus(
        paper=Paper.SUGGESTION,
        title=one.title,
        title_en=one.title_en or one.title,
        filed_at=one.received_at,
        status=one.status,
        due_at=one.due_at,
        is_provisional=is_provisional(session, one.due_id),
        verdict=one.verdict,
        answer=one.answer,
        answered_at=one.answered_at,
        steps=public_steps(session, f"suggestion:{one.id}"),
    )


def opinion_status(session: Session, hashed: str) -> PaperStatus | None:
    row = session.execute(
        sa.select(ConsultationOpinion, Consultation)
        .join(Consultation, Consultation.id == ConsultationOpinion.consultation_id)
        .where(ConsultationOpinion.receipt_hash == hashed)
    ).one_or_none()
    if row is None:
        return None
    one, asked = row
    is_over = asked.status is ConsultationStatus.SUMMARISED
    return PaperStatus(
        paper=Paper.OPINION,
        title=asked.title,
        title_en=asked.title_en or asked.title,
        filed_at=one.received_at,
        status=asked.status,
        due_at=asked.summary_due_at,
        is_provisional=is_provisional(session, asked.summary_due_id),
        verdict=one.verdict if is_over else None,
        answer=one.reason if is_over else "",
        answered_at=asked.summarised_at,
        steps=public_steps(session, f"consultation:{asked.id}"),
    )


def registration_status(session: Session, hashed: str) -> PaperStatus | None:
    row = session.execute(
        sa.select(HearingRegistration, Hearing)
        .join(Hearing, Hearing.id == HearingRegistration.hearing_id)
        .where(HearingRegistration.receipt_hash == hashed)
    ).one_or_none()
    if row is None:
        return None
    one, held = row
    return PaperStatus(
        paper=Paper.REGISTRATION,
        title=held.title,
        title_en=held.title_en or held.title,
        filed_at=one.registered_at,
        status=held.status,
        due_at=held.answer_due_at,
        is_provisional=is_provisional(session, held.answer_due_id),
        verdict=one.verdict,
        answer=one.reason,
        answered_at=one.answered_at,
        steps=public_steps(session, f"hearing:{held.id}"),
        is_chosen=one.is_chosen,
    )


def public_steps(session: Session, subject: str) -> tuple[PublicStep, ...]:
    """The stations of a matter, oldest first, without who took them and without internal notes."""
    statement = (
        sa.select(ParticipationStep.at, ParticipationStep.to_status)
        .where(ParticipationStep.subject == subject, ParticipationStep.to_status != ConsultationStatus.DRAFT.value)
        .order_by(ParticipationStep.at, ParticipationStep.id)
    )
    return tuple(PublicStep(at, code) for at, code in session.execute(statement))
