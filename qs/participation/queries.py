"""What can be asked of participation: the lists of staff, and how much is open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.participation import rules
from qs.participation.models import (
    Consultation,
    ConsultationOpinion,
    Hearing,
    HearingRegistration,
    NegativeRating,
    Rating,
    RatingExclusion,
    RatingPoint,
    Suggestion,
    SuggestionSupport,
)
from qs.participation.terms import ConsultationStatus, HearingStatus, NegativeStatus, SuggestionStatus
from qs.periods import local_day
from qs.settings import settings
from qs.vault.redaction import redacted

READ = Permission.PARTICIPATION_READ
NEGATIVE_COLUMNS = (
    "negative_id",
    "rating_id",
    "service_id",
    "service",
    "service_en",
    "level",
    "comment",
    "status",
    "kind",
    "is_named",
    "opened_at",
    "due_at",
    "is_late",
    "rectification_id",
    "closed_at",
)
FLAGGED_COLUMNS = ("service_id", "service", "service_en", "day", "signals", "ratings", "satisfied", "rating_ids")
EXCLUSION_COLUMNS = (
    "exclusion_id",
    "service_id",
    "service",
    "service_en",
    "ground",
    "evidence",
    "ratings",
    "proposed_by",
    "proposer",
    "proposer_en",
    "proposed_at",
    "is_upheld",
    "decider",
    "decider_en",
    "decided_at",
    "decision_note",
)


def next_due(negative: NegativeRating) -> datetime | None:
    """The clock that runs now."""
    status = negative.status
    if status.is_over or status in (NegativeStatus.CALLED_BACK, NegativeStatus.APPEALED):
        return None
    if status is NegativeStatus.RECEIVED and negative.is_named:
        return negative.contact_due_at
    if status in (NegativeStatus.RECTIFIED, NegativeStatus.EXPLAINED):
        return negative.call_back_due_at
    return negative.answer_due_at


def negatives(session: Session, *, actor: Actor, now: datetime, is_over: bool = False) -> pd.DataFrame:
    """One row per negative rating in scope that is still open, the most pressing first: NEGATIVE_COLUMNS.

    `due_at`: the clock that runs now, empty where none does; `is_over`: instead those that are settled, newest first.
    """
    actor.check(READ)
    over = NegativeRating.status.in_([one for one in NegativeStatus if one.is_over])
    statement = (
        sa.select(NegativeRating, Rating.level, Rating.comment, Service.name, Service.name_en)
        .join(Rating, Rating.id == NegativeRating.rating_id)
        .join(Service, Service.id == NegativeRating.service_id)
        .where(NegativeRating.service_id.in_(visible_services(actor, READ)), over if is_over else ~over)
        .order_by(NegativeRating.id.desc())
    )
    rows = []
    for one, level, comment, service, service_en in session.execute(statement):
        due_at = next_due(one)
        rows.append(
            (
                one.id,
                one.rating_id,
                one.service_id,
                service,
                service_en or service,
                level.value,
                redacted(comment),
                one.status.value,
                "" if one.kind is None else one.kind.value,
                one.is_named,
                one.opened_at,
                due_at,
                rules.is_late(due_at, now),
                one.rectification_id,
                one.closed_at,
            )
        )
    if not is_over:
        rows.sort(key=lambda row: (row[11] is None, row[11] or row[10], row[0]))
    frame = pd.DataFrame(rows, columns=list(NEGATIVE_COLUMNS))
    kinds = {"negative_id": "int64", "rating_id": "int64", "service_id": "int64", "rectification_id": "Int64"}
    return frame.astype({**kinds, "is_named": bool, "is_late": bool})


def flagged(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per service and day with ratings marked for review and in no proposal, newest first: FLAGGED_COLUMNS.

    `rating_ids` is a tuple; `satisfied` counts the three satisfied levels.
    """
    actor.check(READ)

    statement = (
        sa.select(Rating, Service.name, Service.name_en)
        .join(Service, Service.id == Rating.service_id)
        .where(Rating.signals != "", Rating.exclusion_id.is_(None))
        .where(Rating.service_id.in_(visible_services(actor, READ)))
        .order_by(Rating.rated_at.desc(), Rating.id)
    )
    groups: dict[tuple[int, Any], list[Any]] = {}  # Any: a day; rows of the statement
    for rating, service, service_en in session.execute(statement):
        key = (rating.service_id, local_day(rating.rated_at, settings().zone))
        groups.setdefault(key, []).append((rating, service, service_en or service))
    rows = [
        (
            service_id,
            found[0][1],
            found[0][2],
            day,
            " ".join(dict.fromkeys(mark for rating, *_ in found for mark in rating.signals.split())),
            len(found),
            sum(not rating.level.is_negative for rating, *_ in found),
            tuple(rating.id for rating, *_ in found),
        )
        for (service_id, day), found in groups.items()
    ]
    return pd.DataFrame(rows, columns=list(FLAGGED_COLUMNS)).astype({"service_id": "int64", "ratings": "int64"})


def exclusions(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per proposal to exclude ratings in scope, undecided first, then newest: EXCLUSION_COLUMNS."""
    actor.check(READ)
    proposer, decider = aliased(Person), aliased(Person)
    count = sa.select(sa.func.count(Rating.id)).where(Rating.exclusion_id == RatingExclusion.id).scalar_subquery()
    statement = (
        sa.select(
            RatingExclusion.id,
            RatingExclusion.service_id,
            Service.name,
            sa.func.coalesce(Service.name_en, Service.name),
            RatingExclusion.ground,
            RatingExclusion.evidence,
            count,
            RatingExclusion.proposed_by,
            sa.func.coalesce(proposer.name, ""),
            sa.func.coalesce(proposer.name_en, proposer.name, ""),
            RatingExclusion.proposed_at,
            RatingExclusion.is_upheld,
            sa.func.coalesce(decider.name, ""),
            sa.func.coalesce(decider.name_en, decider.name, ""),
            RatingExclusion.decided_at,
            RatingExclusion.decision_note,
        )
        .join(Service, Service.id == RatingExclusion.service_id)
        .outerjoin(proposer, proposer.id == RatingExclusion.proposed_by)
        .outerjoin(decider, decider.id == RatingExclusion.decided_by)
        .where(RatingExclusion.service_id.in_(visible_services(actor, READ)))
        .order_by(RatingExclusion.decided_at.is_not(None), RatingExclusion.id.desc())
    )
    rows = [tuple(row) for row in session.execute(statement)]
    kinds = {"exclusion_id": "int64", "service_id": "int64", "ratings": "int64", "is_upheld": "boolean"}
    return pd.DataFrame(rows, columns=list(EXCLUSION_COLUMNS)).astype(kinds)


def points(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per rating point in scope, by service and counter.

    Columns: point_id, code, service_id, service, service_en, counter, counter_en, channel, is_open, ratings (from the
    public code alone), version.
    """
    actor.check(READ)
    loose = sa.select(sa.func.count(Rating.id)).where(Rating.point_id == RatingPoint.id).scalar_subquery()
    statement = (
        sa.select(
            RatingPoint.id,
            RatingPoint.code,
            RatingPoint.service_id,
            Service.name,
            sa.func.coalesce(Service.name_en, Service.name),
            RatingPoint.counter,
            sa.func.coalesce(RatingPoint.counter_en, RatingPoint.counter),
            RatingPoint.channel,
            RatingPoint.is_open,
            loose,
            RatingPoint.version,
        )
        .join(Service, Service.id == RatingPoint.service_id)
        .where(RatingPoint.service_id.in_(visible_services(actor, READ)))
        .order_by(Service.code, RatingPoint.id)
    )
    columns = ["point_id", "code", "service_id", "service", "service_en", "counter", "counter_en", "channel"]
    columns += ["is_open", "ratings", "version"]
    rows = [tuple(row) for row in session.execute(statement)]
    kinds = dict.fromkeys(("point_id", "service_id", "ratings", "version"), "int64")
    return pd.DataFrame(rows, columns=columns).astype({**kinds, "is_open": bool})


def seen_suggestions(actor: Actor) -> sa.ColumnElement[bool]:
    """Suggestions of services in scope; those without a service are for whoever reaches everything."""
    own = Suggestion.service_id.in_(visible_services(actor, READ))
    return sa.or_(own, Suggestion.service_id.is_(None)) if actor.has_everywhere(READ) else own


def suggestions(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per suggestion in scope, unanswered first by due date, then newest.

    Columns: suggestion_id, title, title_en, service_id, service, service_en, status, verdict, due_at, is_late,
    received_at, answered_at, supporters, is_shown.
    """
    actor.check(READ)
    supporters = (
        sa.select(sa.func.count(SuggestionSupport.id))
        .where(SuggestionSupport.suggestion_id == Suggestion.id)
        .scalar_subquery()
    )
    statement = (
        sa.select(Suggestion, Service.name, Service.name_en, supporters)
        .outerjoin(Service, Service.id == Suggestion.service_id)
        .where(seen_suggestions(actor))
        .order_by(Suggestion.answered_at.is_not(None), Suggestion.id.desc())
    )
    rows = [
        (
            one.id,
            one.title,
            one.title_en or one.title,
            one.service_id,
            service or "",
            service_en or service or "",
            one.status.value,
            "" if one.verdict is None else one.verdict.value,
            one.due_at,
            rules.is_late(one.due_at, now, one.answered_at),
            one.received_at,
            one.answered_at,
            count,
            one.is_shown,
        )
        for one, service, service_en, count in session.execute(statement)
    ]
    rows.sort(key=lambda row: (row[11] is not None, row[8].timestamp() if row[11] is None else -row[11].timestamp()))
    columns = ["suggestion_id", "title", "title_en", "service_id", "service", "service_en", "status", "verdict"]
    columns += ["due_at", "is_late", "received_at", "answered_at", "supporters", "is_shown"]
    kinds = {
        "suggestion_id": "int64",
        "service_id": "Int64",
        "supporters": "int64",
        "is_late": "bool",
        "is_shown": "bool",
    }
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def consultations(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per consultation, newest first: consultation_id, title, title_en, stage, opens_on, closes_on, status,
    opinions, unanswered, summary_due_at, summary_due_id, summarised_at."""
    actor.check(READ)
    opinions = sa.select(sa.func.count(ConsultationOpinion.id)).where(
        ConsultationOpinion.consultation_id == Consultation.id
    )
    statement = sa.select(
        Consultation,
        opinions.scalar_subquery(),
        opinions.where(ConsultationOpinion.verdict.is_(None)).scalar_subquery(),
    ).order_by(Consultation.opens_on.desc(), Consultation.id.desc())
    rows = [
        (
            one.id,
            one.title,
            one.title_en or one.title,
            one.stage.value,
            one.opens_on,
            one.closes_on,
            one.status.value,
            count,
            unanswered,
            one.summary_due_at,
            one.summary_due_id,
            one.summarised_at,
        )
        for one, count, unanswered in session.execute(statement)
    ]
    columns = ["consultation_id", "title", "title_en", "stage", "opens_on", "closes_on", "status", "opinions"]
    columns += ["unanswered", "summary_due_at", "summary_due_id", "summarised_at"]
    kinds = dict.fromkeys(("consultation_id", "opinions", "unanswered"), "int64")
    kinds["summary_due_id"] = "Int64"
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def hearings(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per hearing, newest first: hearing_id, title, title_en, kind, holds_at, registration_closes_on, seats,
    status, applicants, unanswered, answer_due_at, answer_due_id."""
    actor.check(READ)
    applicants = sa.select(sa.func.count(HearingRegistration.id)).where(HearingRegistration.hearing_id == Hearing.id)
    statement = sa.select(
        Hearing,
        applicants.scalar_subquery(),
        applicants.where(HearingRegistration.verdict.is_(None)).scalar_subquery(),
    ).order_by(Hearing.holds_at.desc(), Hearing.id.desc())
    rows = [
        (
            one.id,
            one.title,
            one.title_en or one.title,
            one.kind.value,
            one.holds_at,
            one.registration_closes_on,
            one.seats,
            one.status.value,
            count,
            unanswered,
            one.answer_due_at,
            one.answer_due_id,
        )
        for one, count, unanswered in session.execute(statement)
    ]
    columns = ["hearing_id", "title", "title_en", "kind", "holds_at", "registration_closes_on", "seats", "status"]
    columns += ["applicants", "unanswered", "answer_due_at", "answer_due_id"]
    kinds = dict.fromkeys(("hearing_id", "seats", "applicants", "unanswered"), "int64")
    kinds["answer_due_id"] = "Int64"
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def counts(session: Session, *, actor: Actor) -> dict[str, int]:
    """What is open, for the heading: suggestions without an answer, consultations and hearings that run."""
    actor.check(READ)
    unanswered = Suggestion.status.in_([SuggestionStatus.RECEIVED, SuggestionStatus.ASSIGNED])
    return {
        "suggestions": session.scalar(
            sa.select(sa.func.count(Suggestion.id)).where(unanswered, seen_suggestions(actor))
        )
        or 0,
        "consultations": session.scalar(
            sa.select(sa.func.count(Consultation.id)).where(Consultation.status == ConsultationStatus.PUBLISHED)
        )
        or 0,
        "hearings": session.scalar(
            sa.select(sa.func.count(Hearing.id)).where(
                Hearing.status.in_([HearingStatus.NOTICED, HearingStatus.LISTED, HearingStatus.HELD])
            )
        )
        or 0,
    }
