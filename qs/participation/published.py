"""One consultation or hearing as published: what the public reads about it, its documents and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.directory.models import Area, Service
from qs.errors import NotFound
from qs.participation import rules
from qs.participation.models import Consultation, ConsultationOpinion, Hearing, HearingRegistration
from qs.participation.public import area
from qs.participation.terms import Capacity, ConsultationStatus, HearingKind, HearingStatus, Side, Stage, Verdict
from qs.periods import local_day
from qs.settings import settings


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
