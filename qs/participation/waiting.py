"""What waits for a person in participation, by role and scope, the most pressing first."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.i18n import gettext, pick
from qs.participation import rules
from qs.participation.models import (
    Consultation,
    ConsultationOpinion,
    Hearing,
    HearingRegistration,
    NegativeRating,
    Rating,
    RatingExclusion,
    Suggestion,
)
from qs.participation.terms import (
    ConsultationStatus,
    Ground,
    HearingStatus,
    Level,
    NegativeStatus,
    SuggestionStatus,
)
from qs.participation.wording import LABELS
from qs.periods import local_day
from qs.settings import settings
from qs.waiting import Waiting

LISTED = 8
REVIEWED = (NegativeStatus.RECEIVED, NegativeStatus.CONTACTED, NegativeStatus.RECTIFIED, NegativeStatus.EXPLAINED)


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """At most eight lines of what this actor must do, what is due first on top."""
    if not actor.has(Permission.PARTICIPATION_READ):
        return []
    found = [
        *negatives_waiting(session, actor),
        *exclusions_waiting(session, actor),
        *suggestions_waiting(session, actor),
        *consultations_waiting(session, actor, now),
        *hearings_waiting(session, actor, now),
    ]
    found.sort(key=lambda one: (one.due_at is None, one.due_at or now))
    return found[:LISTED]


def negatives_waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Supervisors sort, call and close; whoever answers for a service answers what was sorted."""
    reviewed = visible_services(actor, Permission.RATINGS_REVIEW)
    answered = visible_services(actor, Permission.PARTICIPATION_ANSWER)
    is_reviewer = actor.has(Permission.RATINGS_REVIEW)
    mine = [
        NegativeRating.status.in_([*REVIEWED, NegativeStatus.CALLED_BACK]) & NegativeRating.service_id.in_(reviewed)
    ]
    if not is_reviewer:
        mine = [(NegativeRating.status == NegativeStatus.CLASSIFIED) & NegativeRating.service_id.in_(answered)]
    statement = (
        sa.select(NegativeRating, Rating.level, Service.name, Service.name_en)
        .join(Rating, Rating.id == NegativeRating.rating_id)
        .join(Service, Service.id == NegativeRating.service_id)
        .where(sa.or_(*mine))
        .order_by(NegativeRating.id)
    )
    lines = []
    for one, level, service, service_en in session.execute(statement):
        if one.answered_by is not None and one.answered_by == actor.person_id:
            continue  # somebody else closes what this person answered
        code, due_at = next_act(one)
        facts = {"service": pick(service, service_en), "level": level_words(level)}
        query = {"view": "ratings", "negative": str(one.id)}
        lines.append(Waiting(code, "participation", due_at, dict(facts), query))
    return lines


def next_act(negative: NegativeRating) -> tuple[str, datetime | None]:
    """The sentence for the next step of an open negative rating, and its clock."""
    if negative.status is NegativeStatus.RECEIVED and negative.is_named:
        return "negative_contact", negative.contact_due_at
    if negative.status in (NegativeStatus.RECEIVED, NegativeStatus.CONTACTED):
        return "negative_classify", negative.answer_due_at
    if negative.status is NegativeStatus.CLASSIFIED:
        return "negative_answer", negative.answer_due_at
    if negative.is_named and negative.status is not NegativeStatus.CALLED_BACK:
        return "negative_call_back", negative.call_back_due_at
    return "negative_close", None


def level_words(level: Level) -> str:
    return gettext(LABELS[Level][level])


def exclusions_waiting(session: Session, actor: Actor) -> list[Waiting]:
    count = sa.select(sa.func.count(Rating.id)).where(Rating.exclusion_id == RatingExclusion.id).scalar_subquery()
    statement = (
        sa.select(RatingExclusion, count, Service.name, Service.name_en)
        .join(Service, Service.id == RatingExclusion.service_id)
        .where(RatingExclusion.is_upheld.is_(None))
        .where(RatingExclusion.service_id.in_(visible_services(actor, Permission.RATINGS_REVIEW)))
        .order_by(RatingExclusion.id)
    )
    return [
        Waiting(
            "exclusion_decide",
            "participation",
            None,
            {"service": pick(service, service_en), "ratings": ratings, "ground": gettext(LABELS[Ground][one.ground])},
            {"view": "exclusions", "exclusion": str(one.id)},
        )
        for one, ratings, service, service_en in session.execute(statement)
        if one.proposed_by is None or one.proposed_by != actor.person_id
    ]


def suggestions_waiting(session: Session, actor: Actor) -> list[Waiting]:
    """The supervision office assigns; those with the right over a service answer its suggestions."""
    lines = []
    if actor.has_everywhere(Permission.PARTICIPATION_ANSWER):
        received = session.execute(
            sa.select(sa.func.count(Suggestion.id), sa.func.min(Suggestion.due_at)).where(
                Suggestion.status == SuggestionStatus.RECEIVED
            )
        ).one()
        if received[0]:
            query = {"view": "suggestions"}
            lines.append(Waiting("suggestion_assign", "participation", received[1], {"n": received[0]}, query))
        return lines
    own = sa.select(Suggestion).where(
        Suggestion.status == SuggestionStatus.ASSIGNED,
        Suggestion.service_id.in_(visible_services(actor, Permission.PARTICIPATION_ANSWER)),
    )
    for one in session.scalars(own.order_by(Suggestion.due_at)):
        query = {"view": "suggestions", "suggestion": str(one.id)}
        facts = {"title": pick(one.title, one.title_en)}
        lines.append(Waiting("suggestion_answer", "participation", one.due_at, dict(facts), query))
    return lines


def consultations_waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    if not actor.has_everywhere(Permission.PARTICIPATION_EDIT):
        return []
    unanswered = (
        sa.select(sa.func.count(ConsultationOpinion.id))
        .where(ConsultationOpinion.consultation_id == Consultation.id, ConsultationOpinion.verdict.is_(None))
        .scalar_subquery()
    )
    statement = sa.select(Consultation, unanswered).where(
        Consultation.status == ConsultationStatus.PUBLISHED,
        Consultation.closes_on < local_day(now, settings().zone),
    )
    return [
        Waiting(
            "consultation_summarise",
            "participation",
            one.summary_due_at,
            {"title": pick(one.title, one.title_en), "n": count},
            {"view": "consultations", "consultation": str(one.id)},
        )
        for one, count in session.execute(statement)
    ]


def hearings_waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    if not actor.has_everywhere(Permission.PARTICIPATION_EDIT):
        return []
    applicants = sa.select(sa.func.count(HearingRegistration.id)).where(HearingRegistration.hearing_id == Hearing.id)
    statement = sa.select(
        Hearing,
        applicants.scalar_subquery(),
        applicants.where(HearingRegistration.verdict.is_(None)).scalar_subquery(),
    ).where(Hearing.status.in_([HearingStatus.NOTICED, HearingStatus.LISTED, HearingStatus.HELD]))
    lines = []
    today = local_day(now, settings().zone)
    for one, count, unanswered in session.execute(statement):
        title = pick(one.title, one.title_en)
        query = {"view": "hearings", "hearing": str(one.id)}
        if one.status is HearingStatus.NOTICED and not rules.takes_registrations(
            one.status, one.registration_closes_on, today
        ):
            facts = {"title": title, "n": count}
            lines.append(Waiting("hearing_choose", "participation", one.holds_at, dict(facts), query))
        elif one.status is HearingStatus.LISTED and now >= one.holds_at:
            lines.append(Waiting("hearing_record", "participation", None, {"title": title}, query))
        elif one.status is HearingStatus.HELD:
            facts = {"title": title, "n": unanswered}
            lines.append(Waiting("hearing_answer", "participation", one.answer_due_at, dict(facts), query))
    return lines
