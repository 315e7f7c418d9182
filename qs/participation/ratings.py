"""What can be done with ratings: points and receipts, rating itself, and marking what looks made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Permission
from qs.audit.actions import Fact, record
from qs.complaints.aftermath.spam import spam_numbers
from qs.deadlines.queries import is_provisional
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotAllowed
from qs.i18n import N_
from qs.observations.recording import Measure, Measured, record_measures
from qs.observations.terms import Channel
from qs.participation import manipulation, rules
from qs.participation.loop import open_negative, withdraw_negative
from qs.participation.models import (
    COMMENT_LENGTH,
    TITLE_LENGTH,
    NegativeRating,
    Rating,
    RatingFormer,
    RatingPoint,
    RatingReason,
    RatingReceipt,
)
from qs.participation.receipts import Origin, issued_row, new_code, origin_of, receipt_of_request
from qs.participation.scope import check_service, claim, point_in_scope
from qs.participation.terms import Answer, Contact, Level, NegativeStatus, Rated, RatedMoment, Reason, Signal, Suspicion
from qs.periods import local_day, start_of
from qs.settings import settings
from qs.texts import checked
from qs.vault.actions import keep_person


class StaffMayNotRate(NotAllowed):
    """Somebody who works here tried to rate."""

    code = "staff_may_not_rate"


def add_point(
    session: Session,
    service_id: int,
    *,
    counter: str,
    counter_en: str | None = None,
    channel: Channel = Channel.COUNTER,
    actor: Actor,
    now: datetime,
) -> int:
    """Give a counter, window or page of a service its public code. Returns the point's id."""
    check_service(session, service_id, Permission.PARTICIPATION_EDIT, actor)
    point = RatingPoint(
        code=new_code(rules.POINT_LENGTH),
        service_id=service_id,
        counter=checked(counter, field=N_("Counter or window"), longest=TITLE_LENGTH, is_long=False),
        counter_en=checked(counter_en or "", field=N_("The same in English"), longest=TITLE_LENGTH, is_needed=False)
        or None,
        channel=channel,
        created_at=now,
    )
    session.add(point)
    session.flush()
    record(
        session, "participation.added_point", f"rating_point:{point.id}", actor=actor, now=now, service_id=service_id
    )
    return point.id


def close_point(session: Session, point_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Take a code out of use; what was rated with it stays."""
    point = point_in_scope(session, point_id, Permission.PARTICIPATION_EDIT, actor)
    claim(point, version)
    if not point.is_open:
        raise Conflict("point_closed")
    point.is_open = False
    record(
        session,
        "participation.closed_point",
        f"rating_point:{point_id}",
        actor=actor,
        now=now,
        service_id=point.service_id,
    )


def issue_receipts(
    session: Session,
    service_id: int,
    *,
    count: int,
    finished_on: date,
    channel: Channel = Channel.COUNTER,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Receipt codes for matters a service finished on a day. They are shown this once; only hashes are kept."""
    check_service(session, service_id, Permission.PARTICIPATION_EDIT, actor)
    today = local_day(now, settings().zone)
    if not 1 <= count <= rules.RECEIPTS_AT_ONCE or finished_on > today:
        raise InvalidInput("receipt_count_refused", most=rules.RECEIPTS_AT_ONCE)
    codes = [new_code() for _ in range(count)]
    finished_at = now if finished_on == today else start_of(finished_on, settings().zone)
    session.execute(
        sa.insert(RatingReceipt), [issued_row(service_id, code, channel, finished_on, finished_at) for code in codes]
    )
    facts: dict[str, Fact] = {"count": count, "finished_on": finished_on.isoformat()}
    record(session, "participation.issued_receipts", f"rating_receipts:{service_id}", actor=actor, now=now, **facts)
    return codes


def rate(session: Session, code: str, answer: Answer, *, device: str = "", actor: Actor, now: datetime) -> Rated:
    """Rate with a receipt, with the code of a closed request, or with the public code of a rating point.

    A receipt and a request rate once; the same code again within its time changes the rating, and the former one is
    kept. Only the public rates. Raises NotFound, Conflict or InvalidInput.
    """
    actor.check(Permission.PUBLIC_SPEAK)
    if actor.person_id is not None:
        raise StaffMayNotRate
    origin = origin_of(session, code, actor=actor, now=now)
    answer = checked_answer(answer, origin, now)
    if origin.rating is not None:
        rated = change_rating(session, origin.rating, answer, actor=actor, now=now)
    else:
        rated = first_rating(session, origin, code, answer, device, actor=actor, now=now)
    done = "participation.changed_rating" if rated.is_change else "participation.rated"
    facts = {"level": rated.level.stars, "is_verified": rated.is_verified, "is_named": answer.contact is not None}
    record(session, done, f"rating:{rated.rating_id}", actor=actor, now=now, service_id=rated.service_id, **facts)
    return rated


def checked_answer(answer: Answer, origin: Origin, now: datetime) -> Answer:
    """The answer with what was offered and nothing else; an empty contact is none."""
    questions = rules.questionnaire_on(local_day(now, settings().zone))
    offered = rules.reasons_for(questions, origin.channel)[answer.level]
    contact = answer.contact
    if contact is not None and not (contact.name.strip() or contact.phone.strip() or contact.email.strip()):
        contact = None
    return replace(
        answer,
        reasons=rules.check_reasons(answer.reasons, offered),
        comment=checked(answer.comment, field=N_("Comment"), longest=COMMENT_LENGTH, is_needed=False),
        contact=contact,
    )


def first_rating(
    session: Session, origin: Origin, code: str, answer: Answer, device: str, *, actor: Actor, now: datetime
) -> Rated:
    receipt = origin.receipt
    if origin.request_number is not None:
        receipt = receipt_of_request(session, origin, code, now=now)
    today = local_day(now, settings().zone)
    rating = Rating(
        receipt_id=None if receipt is None else receipt.id,
        point_id=None if origin.point is None else origin.point.id,
        service_id=origin.service_id,
        level=answer.level,
        channel=origin.channel,
        questionnaire=rules.questionnaire_on(today).version,
        comment=answer.comment,
        vault_id=kept_contact(session, answer.contact, actor=actor, now=now),
        device_hash=rules.device_hash(session.info["audit_key"], device, today),
        rated_at=now,
        change_count=0,
        signals="",
        is_excluded=False,
    )
    session.add(rating)
    session.flush()
    keep_reasons(session, rating.id, answer.reasons)
    if receipt is None:  # a public code proves nothing: kept apart, never in a figure
        return Rated(rating.id, rating.service_id, rating.level, is_verified=False, is_change=False)
    record_measures(session, measured(rating, event_id(rating)), actor=actor, now=now)
    negative = open_negative(session, rating, actor=SYSTEM, now=now) if rating.level.is_negative else None
    return rated_of(session, rating, negative, is_change=False)


def change_rating(session: Session, rating: Rating, answer: Answer, *, actor: Actor, now: datetime) -> Rated:
    """Replace what was said with the same code; the former level and words are kept.

    Once a negative rating has been verified, or an exclusion proposed, nothing changes any more.
    """
    negative = session.scalar(sa.select(NegativeRating).where(NegativeRating.rating_id == rating.id).with_for_update())
    is_settled = negative is not None and negative.status not in (NegativeStatus.RECEIVED, NegativeStatus.CLOSED)
    if rating.exclusion_id is not None or is_settled or (negative is not None and negative.answered_at is not None):
        raise Conflict("rating_settled")
    former_event = event_id(rating)
    session.add(
        RatingFormer(
            rating_id=rating.id,
            turn=rating.change_count,
            level=rating.level,
            reasons=" ".join(reasons_of(session, rating.id)),
            comment=rating.comment,
            said_at=rating.changed_at or rating.rated_at,
            replaced_at=now,
        )
    )
    session.execute(sa.delete(RatingReason).where(RatingReason.rating_id == rating.id))
    rating.level, rating.comment = answer.level, answer.comment
    rating.change_count += 1
    rating.changed_at = now
    if answer.contact is not None:
        rating.vault_id = kept_contact(session, answer.contact, actor=actor, now=now)
    keep_reasons(session, rating.id, answer.reasons)
    record_measures(session, measured(rating, event_id(rating), corrects=former_event), actor=actor, now=now)
    if negative is not None and not rating.level.is_negative:
        withdraw_negative(session, negative, actor=actor, now=now)
    elif rating.level.is_negative:
        negative = open_negative(session, rating, actor=SYSTEM, now=now)
    return rated_of(session, rating, negative if rating.level.is_negative else None, is_change=True)


def rated_of(session: Session, rating: Rating, negative: NegativeRating | None, *, is_change: bool) -> Rated:
    rated = Rated(rating.id, rating.service_id, rating.level, is_verified=True, is_change=is_change)
    if negative is None:
        return rated
    return replace(
        rated,
        contact_due_at=negative.contact_due_at,
        answer_due_at=negative.answer_due_at,
        is_contact_provisional=is_provisional(session, negative.contact_due_id),
        is_answer_provisional=is_provisional(session, negative.answer_due_id),
    )


def kept_contact(session: Session, contact: Contact | None, *, actor: Actor, now: datetime) -> int | None:
    if contact is None:
        return None
    return keep_person(session, name=contact.name, phone=contact.phone, email=contact.email, actor=actor, now=now)


def keep_reasons(session: Session, rating_id: int, reasons: tuple[Reason, ...]) -> None:
    if reasons:
        session.execute(sa.insert(RatingReason), [{"rating_id": rating_id, "reason": one} for one in reasons])


def reasons_of(session: Session, rating_id: int) -> list[str]:
    return list(session.scalars(sa.select(RatingReason.reason).where(RatingReason.rating_id == rating_id)))


def event_id(rating: Rating) -> str:
    """The event of a rating as it stands: `rating:12`, after changes `rating:12.2`."""
    return f"rating:{rating.id}.{rating.change_count}" if rating.change_count else f"rating:{rating.id}"


def measured(rating: Rating, event: str, *, corrects: str = "") -> Measured:
    """One valid rating: 1 for the three satisfied levels, of 1."""
    return Measured(
        Measure.RATING_SATISFACTION,
        rating.service_id,
        rating.rated_at,
        event,
        numerator=0.0 if rating.level.is_negative else 1.0,
        denominator=1.0,
        channel=rating.channel,
        corrects=corrects,
    )


def mark_suspicious(session: Session, *, since: datetime, rng: np.random.Generator, actor: Actor, now: datetime) -> int:
    """Mark ratings that look made, for people to review; excludes nothing. Returns how many were newly marked.

    Also those of requests that are marked as spam, as long as they are, whenever they were given: no single person's
    mark takes a rating out of the figures, but the figures are shown with and without it, and two people may.
    Looks at the services in the actor's scope, all at once, and at the days from `since` on. What two people excluded
    is no longer looked at, so that a campaign does not become what is usual. The same `rng` finds the same.
    """
    actor.check(Permission.RATINGS_REVIEW)
    zone = settings().zone
    first, last = local_day(since, zone), local_day(now, zone)
    before = start_of(first - timedelta(days=manipulation.LOOKED_BACK_DAYS), zone)
    services = visible_services(actor, Permission.RATINGS_REVIEW)
    found = manipulation.suspicions(
        moments_between(session, services, before, now),
        first,
        last,
        rated_since=rated_since(session, services),
        zone=zone,
        rng=rng,
    )
    marked = sum(mark(session, one) for one in found) + mark_spam(session, services)
    record(
        session,
        "participation.marked_suspicious",
        "rating:all",
        actor=actor,
        now=now,
        ratings=marked,
        groups=len(found),
    )
    return marked


def moments_between(
    session: Session, services: sa.Select[int], starts_at: datetime, ends_at: datetime
) -> list[RatedMoment]:
    """What the check looks at. A terminal or a rating point on site stands there for everybody: it is no device."""
    rows = session.execute(
        sa.select(
            Rating.id,
            Rating.service_id,
            Rating.rated_at,
            Rating.level,
            sa.case((stands_on_site(), ""), else_=Rating.device_hash),
            Rating.comment,
        )
        .outerjoin(RatingPoint, RatingPoint.id == Rating.point_id)
        .where(Rating.rated_at >= starts_at, Rating.rated_at < ends_at, ~Rating.is_excluded)
        .where(Rating.service_id.in_(services))
    )
    return [RatedMoment(one, service, at, Level(level), device, text) for one, service, at, level, device, text in rows]


def stands_on_site() -> sa.ColumnElement[bool]:
    is_point = RatingPoint.channel.in_((Channel.COUNTER, Channel.TERMINAL))
    return sa.or_(Rating.channel == Channel.TERMINAL, sa.func.coalesce(is_point, sa.false()))


def rated_since(session: Session, services: sa.Select[int]) -> dict[int, date]:
    """From when on each service could be rated: its first receipt, or its first rating by a public code."""
    zone = settings().zone
    found = session.execute(
        sa.select(RatingReceipt.service_id, sa.func.min(RatingReceipt.finished_on))
        .where(RatingReceipt.service_id.in_(services))
        .group_by(RatingReceipt.service_id)
    )
    days: dict[int, date] = {service_id: day for service_id, day in found}
    loose = session.execute(
        sa.select(Rating.service_id, sa.func.min(Rating.rated_at))
        .where(Rating.service_id.in_(services), Rating.receipt_id.is_(None))
        .group_by(Rating.service_id)
    )
    for service_id, rated_at in loose:
        day = local_day(rated_at, zone)
        days[service_id] = min(days.get(service_id, day), day)
    return days


def mark_spam(session: Session, services: sa.Select[int]) -> int:
    """Let the marks of ratings follow those of the requests they are about. Returns how many were newly marked."""
    of_spam = sa.select(RatingReceipt.id).where(RatingReceipt.request_number.in_(spam_numbers()))
    undecided = (Rating.exclusion_id.is_(None), Rating.service_id.in_(services), Rating.receipt_id.is_not(None))
    session.execute(
        sa.update(Rating)
        .where(*undecided, Rating.signals == Signal.SPAM, Rating.receipt_id.not_in(of_spam))
        .values(signals="")
    )
    newly = session.execute(
        sa.update(Rating)
        .where(*undecided, Rating.signals == "", Rating.receipt_id.in_(of_spam))
        .values(signals=Signal.SPAM.value)
        .returning(Rating.id)
    )
    return len(newly.all())


def mark(session: Session, suspicion: Suspicion) -> int:
    changed = session.execute(
        sa.update(Rating)
        .where(Rating.id.in_(suspicion.rating_ids), Rating.signals.in_(("", Signal.SPAM.value)))
        .values(signals=" ".join(suspicion.signals))
        .returning(Rating.id)
    )
    return len(changed.all())
