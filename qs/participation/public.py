"""What the public may ask of participation: what a code lets one rate, what is listed, open and finished; no names."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.models import Area, Service
from qs.errors import NotFound
from qs.participation import rules
from qs.participation.models import (
    Consultation,
    ConsultationOpinion,
    Hearing,
    HearingRegistration,
    RatingPoint,
    Suggestion,
    SuggestionSupport,
)
from qs.participation.receipts import names_of, origin_of
from qs.participation.terms import ConsultationStatus, HearingStatus, PointInfo, Ratable, SuggestionStatus
from qs.periods import local_day
from qs.settings import settings
from qs.vault.redaction import redacted

SUGGESTION_COLUMNS = (
    "suggestion_id",
    "title",
    "title_en",
    "service_id",
    "service",
    "service_en",
    "status",
    "verdict",
    "answer",
    "answer_en",
    "proof",
    "proof_en",
    "received_at",
    "answered_at",
    "implemented_at",
    "supporters",
)
OPEN_COLUMNS = ("kind", "id", "title", "title_en", "area", "area_en", "opens_on", "closes_on", "holds_at", "count")


def ratable(session: Session, code: str, *, actor: Actor, now: datetime) -> Ratable:
    """What a code lets somebody rate, and what to offer. Raises NotFound or Conflict as rating itself does."""
    actor.check(Permission.PUBLIC_SPEAK)
    origin = origin_of(session, code, actor=actor, now=now)
    zone = settings().zone
    questions = rules.questionnaire_on(local_day(now, zone))
    point = origin.point
    if point is None and origin.receipt is not None and origin.receipt.point_id is not None:
        point = session.get(RatingPoint, origin.receipt.point_id)
    finished_at = origin.receipt.finished_at if origin.receipt is not None else origin.finished_at
    finished_on = None if finished_at is None else local_day(finished_at, zone)
    names = names_of(session, origin.service_id)
    return Ratable(
        service_id=origin.service_id,
        service=names.service,
        service_en=names.service_en,
        provider=names.provider,
        provider_en=names.provider_en,
        counter="" if point is None else point.counter,
        counter_en="" if point is None else point.counter_en or point.counter,
        channel=origin.channel,
        is_verified=origin.point is None,
        finished_on=finished_on,
        finished_at=finished_at,
        expires_at=None if finished_on is None else rules.expires_at(finished_on, zone),
        reasons=rules.reasons_for(questions, origin.channel),
        questionnaire=questions.version,
        before=None if origin.rating is None else origin.rating.level,
    )


def rating_point(session: Session, code: str, *, actor: Actor) -> PointInfo:
    """The rating point with a public code. Raises NotFound."""
    actor.check(Permission.PUBLIC_READ)
    point = session.scalar(sa.select(RatingPoint).where(RatingPoint.code == rules.plain_code(code)))
    if point is None:
        raise NotFound("rating_code_unknown")
    names = names_of(session, point.service_id)
    counter_en = point.counter_en or point.counter
    return PointInfo(
        point.id,
        point.code,
        point.service_id,
        names.service,
        names.service_en,
        point.counter,
        counter_en,
        point.is_open,
    )


def listed_suggestions(session: Session, *, actor: Actor, is_answered: bool | None = None) -> pd.DataFrame:
    """One row per suggestion on the public list, most supported first: SUGGESTION_COLUMNS.

    `is_answered`: only those with an answer ("you said, we did"), or only those without. The full text of a suggestion
    is never given, only the title the office has looked at.
    """
    actor.check(Permission.PUBLIC_READ)
    supporters = (
        sa.select(sa.func.count(SuggestionSupport.id))
        .where(SuggestionSupport.suggestion_id == Suggestion.id)
        .scalar_subquery()
        .label("supporters")
    )
    statement = (
        sa.select(
            Suggestion.id,
            Suggestion.title,
            sa.func.coalesce(Suggestion.title_en, ""),
            Suggestion.service_id,
            Service.name,
            sa.func.coalesce(Service.name_en, ""),
            Suggestion.status,
            Suggestion.verdict,
            Suggestion.answer,
            sa.func.coalesce(Suggestion.answer_en, ""),
            Suggestion.proof,
            sa.func.coalesce(Suggestion.proof_en, ""),
            Suggestion.received_at,
            Suggestion.answered_at,
            Suggestion.implemented_at,
            supporters,
        )
        .join(Service, Service.id == Suggestion.service_id)
        .where(Suggestion.is_shown)
        .order_by(supporters.desc(), Suggestion.id.desc())
    )
    answered = Suggestion.status.in_([SuggestionStatus.ANSWERED, SuggestionStatus.IMPLEMENTED])
    if is_answered is not None:
        statement = statement.where(answered if is_answered else ~answered)
    rows = [(row.id, redacted(row.title), *row[2:]) for row in session.execute(statement)]
    return pd.DataFrame(rows, columns=list(SUGGESTION_COLUMNS)).astype(
        {"suggestion_id": "int64", "supporters": "int64"}
    )


def answered_suggestions(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The suggestions with their answers, as `listed_suggestions`, newest answer first."""
    frame = listed_suggestions(session, actor=actor, is_answered=True)
    return frame.sort_values("answered_at", ascending=False, kind="stable", ignore_index=True)


def open_now(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """What takes opinions or registrations today, the earliest end first: OPEN_COLUMNS.

    `kind`: consultation | hearing; `opens_on` is empty for hearings, `holds_at` for consultations; `count`: opinions,
    or applicants so far.
    """
    actor.check(Permission.PUBLIC_READ)
    today = local_day(now, settings().zone)
    opinions = sa.select(sa.func.count(ConsultationOpinion.id)).where(
        ConsultationOpinion.consultation_id == Consultation.id
    )
    applicants = sa.select(sa.func.count(HearingRegistration.id)).where(HearingRegistration.hearing_id == Hearing.id)
    consultations = session.execute(
        sa.select(Consultation, Area, opinions.scalar_subquery())
        .outerjoin(Area, Area.id == Consultation.area_id)
        .where(Consultation.status == ConsultationStatus.PUBLISHED)
        .where(Consultation.opens_on <= today, Consultation.closes_on >= today)
    )
    hearings = session.execute(
        sa.select(Hearing, Area, applicants.scalar_subquery())
        .outerjoin(Area, Area.id == Hearing.area_id)
        .where(Hearing.status == HearingStatus.NOTICED, Hearing.registration_closes_on >= today)
    )
    rows = [
        ("consultation", one.id, one.title, one.title_en or "", *area(place), one.opens_on, one.closes_on, None, count)
        for one, place, count in consultations
    ]
    rows += [
        (
            "hearing",
            one.id,
            one.title,
            one.title_en or "",
            *area(place),
            None,
            one.registration_closes_on,
            one.holds_at,
            count,
        )
        for one, place, count in hearings
    ]
    rows.sort(key=lambda row: (row[7], row[0], row[1]))
    return pd.DataFrame(rows, columns=list(OPEN_COLUMNS)).astype({"id": "int64", "count": "int64"})


def area(place: Area | None) -> tuple[str, str]:
    return ("", "") if place is None else (place.name, place.name_en or place.name)


def finished_now(session: Session, *, actor: Actor) -> pd.DataFrame:
    """Consultations summarised and hearings published, newest first: kind, id, title, title_en, published_at, count."""
    actor.check(Permission.PUBLIC_READ)
    opinions = sa.select(sa.func.count(ConsultationOpinion.id)).where(
        ConsultationOpinion.consultation_id == Consultation.id
    )
    applicants = sa.select(sa.func.count(HearingRegistration.id)).where(HearingRegistration.hearing_id == Hearing.id)
    consultations = sa.select(Consultation, opinions.scalar_subquery()).where(
        Consultation.status == ConsultationStatus.SUMMARISED
    )
    hearings = sa.select(Hearing, applicants.scalar_subquery()).where(Hearing.status == HearingStatus.PUBLISHED)
    rows = [
        ("consultation", one.id, one.title, one.title_en or "", one.summarised_at, count)
        for one, count in session.execute(consultations)
    ]
    rows += [
        ("hearing", one.id, one.title, one.title_en or "", one.published_at, count)
        for one, count in session.execute(hearings)
    ]
    rows.sort(key=lambda row: row[4], reverse=True)
    columns = ["kind", "id", "title", "title_en", "published_at", "count"]
    return pd.DataFrame(rows, columns=columns).astype({"id": "int64", "count": "int64"})
