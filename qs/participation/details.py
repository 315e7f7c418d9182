"""One card of staff, whole: a negative rating, an exclusion, a suggestion, a consultation, a hearing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.deadlines.terms import Rule
from qs.directory.models import Area, Service
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.participation.hearing_dates import latest_days, notice_rule
from qs.participation.models import (
    Consultation,
    ConsultationOpinion,
    Hearing,
    HearingRegistration,
    NegativeRating,
    ParticipationStep,
    Rating,
    RatingExclusion,
    RatingReason,
    RatingReceipt,
    Suggestion,
    SuggestionSupport,
)
from qs.participation.queries import seen_suggestions
from qs.participation.rules import LatestDays
from qs.participation.scope import acted_on
from qs.participation.terms import Level, Reason, Station
from qs.vault.redaction import redacted

READ = Permission.PARTICIPATION_READ
APPLICANT_KINDS = {
    "registration_id": "int64",
    "number": "int64",
    "version": "int64",
    "is_chosen": "boolean",
    "is_present": "boolean",
}


@dataclass(frozen=True)
class NegativeDetail:
    """One negative rating with everything its card shows. `vault_id` only for those who may reveal who it was."""

    negative: NegativeRating
    level: Level
    reasons: tuple[Reason, ...]
    comment: str
    rated_at: datetime
    finished_at: datetime | None
    service: str
    service_en: str
    vault_id: int | None
    steps: tuple[Station, ...]


@dataclass(frozen=True)
class ExclusionDetail:
    """A proposal to exclude ratings: counts by level with and without them, and whether this actor may decide."""

    exclusion: RatingExclusion
    service: str
    service_en: str
    proposer: str
    proposer_en: str
    levels: dict[Level, int]  # of the ratings proposed
    all_levels: dict[Level, int]  # of all ratings with a receipt of the same 30 days, with them
    starts_at: datetime
    ends_at: datetime
    may_decide: bool


@dataclass(frozen=True)
class SuggestionDetail:
    suggestion: Suggestion
    service: str
    service_en: str
    supporters: int
    files: tuple[KeptFile, ...]
    steps: tuple[Station, ...]


@dataclass(frozen=True)
class ConsultationDetail:
    consultation: Consultation
    area: str
    area_en: str
    files: tuple[KeptFile, ...]
    opinions: pd.DataFrame  # opinion_id, text, gist, gist_en, verdict, reason, reason_en, received_at, version
    steps: tuple[Station, ...]


@dataclass(frozen=True)
class HearingDetail:
    """`latest`: the last days for notice and list; `notice`: the limit of the first.

    `applicants`: registration_id, number, side, capacity, main_points, gist, gist_en, is_chosen, is_present, verdict,
    reason, reason_en, registered_at, version.
    """

    hearing: Hearing
    notice: Rule
    latest: LatestDays
    area: str
    area_en: str
    files: tuple[KeptFile, ...]
    applicants: pd.DataFrame
    steps: tuple[Station, ...]


def negative_detail(session: Session, negative_id: int, *, actor: Actor) -> NegativeDetail:
    """One negative rating. Raises NotFound when there is none in the actor's scope."""
    actor.check(READ)
    row = session.execute(
        sa.select(NegativeRating, Rating, RatingReceipt.finished_at, Service.name, Service.name_en)
        .join(Rating, Rating.id == NegativeRating.rating_id)
        .outerjoin(RatingReceipt, RatingReceipt.id == Rating.receipt_id)
        .join(Service, Service.id == NegativeRating.service_id)
        .where(NegativeRating.id == negative_id)
        .where(NegativeRating.service_id.in_(visible_services(actor, READ)))
    ).one_or_none()
    if row is None:
        raise NotFound("negative_unknown")
    negative, rating, finished_at, service, service_en = row
    reasons = session.scalars(
        sa.select(RatingReason.reason).where(RatingReason.rating_id == rating.id).order_by(RatingReason.reason)
    )
    return NegativeDetail(
        negative=negative,
        level=rating.level,
        reasons=tuple(reasons),
        comment=redacted(rating.comment),
        rated_at=rating.rated_at,
        finished_at=finished_at,
        service=service,
        service_en=service_en or service,
        vault_id=rating.vault_id if actor.has(Permission.PERSONAL_REVEAL) else None,
        steps=steps_of(session, f"negative:{negative_id}"),
    )


def steps_of(session: Session, subject: str) -> tuple[Station, ...]:
    """The history of one object, oldest first; the public and the system have no name."""
    statement = (
        sa.select(ParticipationStep, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == ParticipationStep.person_id)
        .where(ParticipationStep.subject == subject)
        .order_by(ParticipationStep.at, ParticipationStep.id)
    )
    return tuple(
        Station(step.at, step.from_status, step.to_status, name or "", name_en or name or "", step.note)
        for step, name, name_en in session.execute(statement)
    )


def exclusion_detail(session: Session, exclusion_id: int, *, actor: Actor) -> ExclusionDetail:
    """One proposal with what it would change. Raises NotFound when there is none in the actor's scope."""
    actor.check(READ)
    row = session.execute(
        sa.select(RatingExclusion, Service.name, Service.name_en, Person.name, Person.name_en)
        .join(Service, Service.id == RatingExclusion.service_id)
        .outerjoin(Person, Person.id == RatingExclusion.proposed_by)
        .where(RatingExclusion.id == exclusion_id)
        .where(RatingExclusion.service_id.in_(visible_services(actor, READ)))
    ).one_or_none()
    if row is None:
        raise NotFound("exclusion_unknown")
    exclusion, service, service_en, proposer, proposer_en = row
    mine = list(session.scalars(sa.select(Rating).where(Rating.exclusion_id == exclusion_id)))
    last = max(rating.rated_at for rating in mine)
    starts_at, ends_at = last - timedelta(days=30), last + timedelta(seconds=1)
    around = session.execute(
        sa.select(Rating.level, sa.func.count())
        .where(Rating.service_id == exclusion.service_id, Rating.receipt_id.is_not(None))
        .where(Rating.rated_at >= starts_at, Rating.rated_at < ends_at)
        .where(sa.or_(~Rating.is_excluded, Rating.exclusion_id == exclusion_id))
        .group_by(Rating.level)
    )
    loops = session.scalars(
        sa.select(NegativeRating.id).where(NegativeRating.rating_id.in_([rating.id for rating in mine]))
    )
    involved = acted_on(session, [f"negative:{one}" for one in loops]) | {exclusion.proposed_by}
    is_open = exclusion.is_upheld is None and actor.has(Permission.RATINGS_REVIEW)
    verified = [rating.level for rating in mine if rating.receipt_id is not None]
    return ExclusionDetail(
        exclusion=exclusion,
        service=service,
        service_en=service_en or service,
        proposer=proposer or "",
        proposer_en=proposer_en or proposer or "",
        levels={level: verified.count(level) for level in Level},
        all_levels=dict.fromkeys(Level, 0) | {level: count for level, count in around},
        starts_at=starts_at,
        ends_at=ends_at,
        may_decide=is_open and actor.person_id not in involved,
    )


def suggestion_detail(session: Session, suggestion_id: int, *, actor: Actor) -> SuggestionDetail:
    """One suggestion. Raises NotFound when there is none in the actor's scope."""
    actor.check(READ)
    row = session.execute(
        sa.select(Suggestion, Service.name, Service.name_en)
        .outerjoin(Service, Service.id == Suggestion.service_id)
        .where(Suggestion.id == suggestion_id, seen_suggestions(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("suggestion_unknown")
    one, service, service_en = row
    supporters = sa.select(sa.func.count(SuggestionSupport.id)).where(SuggestionSupport.suggestion_id == suggestion_id)
    return SuggestionDetail(
        suggestion=one,
        service=service or "",
        service_en=service_en or service or "",
        supporters=session.scalar(supporters) or 0,
        files=tuple(files_of(session, f"suggestion:{suggestion_id}", actor=actor)),
        steps=steps_of(session, f"suggestion:{suggestion_id}"),
    )


def consultation_detail(session: Session, consultation_id: int, *, actor: Actor) -> ConsultationDetail:
    """One consultation with all opinions, for staff. Raises NotFound."""
    actor.check(READ)
    row = session.execute(
        sa.select(Consultation, Area)
        .outerjoin(Area, Area.id == Consultation.area_id)
        .where(Consultation.id == consultation_id)
    ).one_or_none()
    if row is None:
        raise NotFound("consultation_unknown")
    one, area = row
    opinions = session.scalars(
        sa.select(ConsultationOpinion)
        .where(ConsultationOpinion.consultation_id == consultation_id)
        .order_by(ConsultationOpinion.verdict.is_not(None), ConsultationOpinion.id)
    )
    columns = ["opinion_id", "text", "gist", "gist_en", "verdict", "reason", "reason_en", "received_at", "version"]
    rows = [
        (
            opinion.id,
            redacted(opinion.text),
            opinion.gist,
            opinion.gist_en or "",
            "" if opinion.verdict is None else opinion.verdict.value,
            opinion.reason,
            opinion.reason_en or "",
            opinion.received_at,
            opinion.version,
        )
        for opinion in opinions
    ]
    return ConsultationDetail(
        consultation=one,
        area="" if area is None else area.name,
        area_en="" if area is None else area.name_en or area.name,
        files=tuple(files_of(session, f"consultation:{consultation_id}", actor=actor)),
        opinions=pd.DataFrame(rows, columns=columns).astype({"opinion_id": "int64", "version": "int64"}),
        steps=steps_of(session, f"consultation:{consultation_id}"),
    )


def hearing_detail(session: Session, hearing_id: int, *, actor: Actor) -> HearingDetail:
    """One hearing with its applicants, for staff; who they are stands in the vault alone. Raises NotFound."""
    actor.check(READ)
    row = session.execute(
        sa.select(Hearing, Area).outerjoin(Area, Area.id == Hearing.area_id).where(Hearing.id == hearing_id)
    ).one_or_none()
    if row is None:
        raise NotFound("hearing_unknown")
    one, area = row
    applicants = session.scalars(
        sa.select(HearingRegistration)
        .where(HearingRegistration.hearing_id == hearing_id)
        .order_by(HearingRegistration.id)
    )
    rows = [
        (
            applicant.id,
            number,
            applicant.side.value,
            applicant.capacity.value,
            applicant.main_points,
            applicant.gist,
            applicant.gist_en or "",
            applicant.is_chosen,
            applicant.is_present,
            "" if applicant.verdict is None else applicant.verdict.value,
            applicant.reason,
            applicant.reason_en or "",
            applicant.registered_at,
            applicant.version,
        )
        for number, applicant in enumerate(applicants, start=1)
    ]
    columns = ["registration_id", "number", "side", "capacity", "main_points", "gist", "gist_en", "is_chosen"]
    columns += ["is_present", "verdict", "reason", "reason_en", "registered_at", "version"]
    return HearingDetail(
        hearing=one,
        notice=notice_rule(session, one.kind, actor=actor),
        latest=latest_days(session, one.kind, one.holds_at, actor=actor),
        area="" if area is None else area.name,
        area_en="" if area is None else area.name_en or area.name,
        files=tuple(files_of(session, f"hearing:{hearing_id}", actor=actor)),
        applicants=pd.DataFrame(rows, columns=columns).astype(APPLICANT_KINDS),
        steps=steps_of(session, f"hearing:{hearing_id}"),
    )


def staff_document(session: Session, kind: str, row_id: int, file_id: int, *, actor: Actor) -> bytes:
    """One file of a suggestion, consultation or hearing that the actor may see. Raises NotFound."""
    if kind == "suggestion":
        suggestion_detail(session, row_id, actor=actor)
    else:
        actor.check(READ)
    return file_content(session, f"{kind}:{row_id}", file_id, actor=actor)
