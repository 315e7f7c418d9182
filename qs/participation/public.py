"""What the public may ask of participation: what a code lets one rate, what is open, what was answered; no names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.directory.models import Area, Service
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
    RatingPoint,
    RatingReceipt,
    Suggestion,
    SuggestionSupport,
)
from qs.participation.receipts import names_of, origin_of
from qs.participation.terms import (
    Capacity,
    ConsultationStatus,
    HearingKind,
    HearingStatus,
    NegativeStatus,
    Paper,
    PaperStatus,
    PointInfo,
    PublicStep,
    Ratable,
    Side,
    Stage,
    SuggestionStatus,
    Verdict,
)
from qs.periods import local_day
from qs.settings import settings

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


@dataclass(frozen=True)
class Treated:
    """One opinion or applicant as published: the office's own short wording, what became of it, and why."""

    gist: str
    gist_en: str
    verdict: Verdict
    reason: str
    reason_en: str


@dataclass(frozen=True)
class Listed:
    """One participant on the published list; nobody is named."""

    number: int
    side: Side
    capacity: Capacity
    is_present: bool | None


@dataclass(frozen=True)
class PublicConsultation:
    """A published consultation. Summary and `treated` are empty until it is summarised."""

    consultation_id: int
    title: str
    title_en: str
    explanation: str
    explanation_en: str
    stage: Stage
    area: str
    area_en: str
    service: str
    service_en: str
    opens_on: date
    closes_on: date
    short_reason: str
    short_reason_en: str
    status: ConsultationStatus
    is_open: bool
    opinion_count: int
    summary: str
    summary_en: str
    summary_due_at: datetime | None
    summarised_at: datetime | None
    documents: tuple[KeptFile, ...]
    treated: tuple[Treated, ...]


@dataclass(frozen=True)
class PublicHearing:
    """A hearing of which notice was given. List, record and report are empty until they are published."""

    hearing_id: int
    kind: HearingKind
    title: str
    title_en: str
    matter: str
    matter_en: str
    place: str
    place_en: str
    area: str
    area_en: str
    holds_at: datetime
    registration_closes_on: date
    seats: int
    selection_rule: str
    selection_rule_en: str
    status: HearingStatus
    is_open: bool
    applicant_count: int
    participants: tuple[Listed, ...]
    presider: str
    record: str
    record_en: str
    report: str
    report_en: str
    answer_due_at: datetime | None
    published_at: datetime | None
    documents: tuple[KeptFile, ...]
    treated: tuple[Treated, ...]


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
    rows = [tuple(row) for row in session.execute(statement)]
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


def consultation(session: Session, consultation_id: int, *, actor: Actor, now: datetime) -> PublicConsultation:
    """One consultation as the public sees it. Raises NotFound for a draft."""
    actor.check(Permission.PUBLIC_READ)
    found = session.execute(
        sa.select(Consultation, Area, Service)
        .outerjoin(Area, Area.id == Consultation.area_id)
        .outerjoin(Service, Service.id == Consultation.service_id)
        .where(Consultation.id == consultation_id, Consultation.status != ConsultationStatus.DRAFT)
    ).one_or_none()
    if found is None:
        raise NotFound("consultation_unknown")
    one, place, service = found
    opinions = list(
        session.scalars(
            sa.select(ConsultationOpinion)
            .where(ConsultationOpinion.consultation_id == consultation_id)
            .order_by(ConsultationOpinion.id)
        )
    )
    is_over = one.status is ConsultationStatus.SUMMARISED
    place_name, place_name_en = area(place)
    return PublicConsultation(
        consultation_id=one.id,
        title=one.title,
        title_en=one.title_en or "",
        explanation=one.explanation,
        explanation_en=one.explanation_en or "",
        stage=one.stage,
        area=place_name,
        area_en=place_name_en,
        service="" if service is None else service.name,
        service_en="" if service is None else service.name_en or service.name,
        opens_on=one.opens_on,
        closes_on=one.closes_on,
        short_reason=one.short_reason or "",
        short_reason_en=one.short_reason_en or "",
        status=one.status,
        is_open=rules.takes_opinions(one.status, one.opens_on, one.closes_on, local_day(now, settings().zone)),
        opinion_count=len(opinions),
        summary=one.summary if is_over else "",
        summary_en=(one.summary_en or "") if is_over else "",
        summary_due_at=one.summary_due_at,
        summarised_at=one.summarised_at,
        documents=tuple(files_of(session, f"consultation:{one.id}", actor=actor)),
        treated=treated(opinions) if is_over else (),
    )


def treated(rows: list[ConsultationOpinion] | list[HearingRegistration]) -> tuple[Treated, ...]:
    return tuple(
        Treated(row.gist, row.gist_en or "", row.verdict, row.reason, row.reason_en or "")
        for row in rows
        if row.verdict is not None
    )


def hearing(session: Session, hearing_id: int, *, actor: Actor, now: datetime) -> PublicHearing:
    """One hearing as the public sees it. Raises NotFound for a draft."""
    actor.check(Permission.PUBLIC_READ)
    found = session.execute(
        sa.select(Hearing, Area)
        .outerjoin(Area, Area.id == Hearing.area_id)
        .where(Hearing.id == hearing_id, Hearing.status != HearingStatus.DRAFT)
    ).one_or_none()
    if found is None:
        raise NotFound("hearing_unknown")
    one, place = found
    applicants = list(
        session.scalars(
            sa.select(HearingRegistration)
            .where(HearingRegistration.hearing_id == hearing_id)
            .order_by(HearingRegistration.id)
        )
    )
    is_over = one.status is HearingStatus.PUBLISHED
    place_name, place_name_en = area(place)
    return PublicHearing(
        hearing_id=one.id,
        kind=one.kind,
        title=one.title,
        title_en=one.title_en or "",
        matter=one.matter,
        matter_en=one.matter_en or "",
        place=one.place,
        place_en=one.place_en or "",
        area=place_name,
        area_en=place_name_en,
        holds_at=one.holds_at,
        registration_closes_on=one.registration_closes_on,
        seats=one.seats,
        selection_rule=one.selection_rule,
        selection_rule_en=one.selection_rule_en or "",
        status=one.status,
        is_open=rules.takes_registrations(one.status, one.registration_closes_on, local_day(now, settings().zone)),
        applicant_count=len(applicants),
        participants=tuple(
            Listed(number, row.side, row.capacity, row.is_present if is_over else None)
            for number, row in enumerate((row for row in applicants if row.is_chosen), start=1)
        ),
        presider=one.presider if is_over else "",
        record=one.record if is_over else "",
        record_en=(one.record_en or "") if is_over else "",
        report=one.report,
        report_en=one.report_en or "",
        answer_due_at=one.answer_due_at,
        published_at=one.published_at,
        documents=tuple(files_of(session, f"hearing:{one.id}", actor=actor)),
        treated=treated(applicants) if is_over else (),
    )


def document(session: Session, kind: str, row_id: int, file_id: int, *, actor: Actor, now: datetime) -> bytes:
    """The content of one document of a published consultation or hearing. Raises NotFound."""
    if kind == "consultation":
        consultation(session, row_id, actor=actor, now=now)
    elif kind == "hearing":
        hearing(session, row_id, actor=actor, now=now)
    else:
        raise NotFound("attachment_unknown")
    return file_content(session, f"{kind}:{row_id}", file_id, actor=actor)


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
