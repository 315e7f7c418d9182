"""What can be done with negative ratings: contact, sort, answer, call back, close; and exclusion by two people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.i18n import N_
from qs.observations.recording import Measure, Measured, record_measures
from qs.participation import rules
from qs.participation.loop import EXCLUDED, drop_order, due_of, subject_of
from qs.participation.models import NegativeRating, Rating, RatingExclusion
from qs.participation.ratings import event_id
from qs.participation.scope import acted_on, add_step, claim, exclusion_in_scope, may_reach, negative_in_scope
from qs.participation.terms import Ground, NegativeClass, NegativeStatus
from qs.settings import settings
from qs.texts import checked

NOTE = N_("Note")


class SamePerson(NotAllowed):
    """Whoever proposed an exclusion, or worked on the rating, does not decide about it."""

    code = "exclusion_same_person"


def contact_rater(session: Session, negative_id: int, *, note: str, version: int, actor: Actor, now: datetime) -> None:
    """Note that the rater was called and what the call verified; only where a contact was left."""
    negative = negative_in_scope(session, negative_id, Permission.RATINGS_REVIEW, actor)
    claim(negative, version)
    move(session, negative, NegativeStatus.CONTACTED, note=written(note), actor=actor, now=now)
    negative.contacted_at = now
    trace(session, "contacted_rater", negative, actor=actor, now=now)


def classify_negative(
    session: Session, negative_id: int, kind: NegativeClass, *, note: str, version: int, actor: Actor, now: datetime
) -> None:
    """Say what the verification found. What needs a plan gets the longer time, counted from the rating."""
    negative = negative_in_scope(session, negative_id, Permission.RATINGS_REVIEW, actor)
    claim(negative, version)
    move(session, negative, NegativeStatus.CLASSIFIED, note=written(note), actor=actor, now=now)
    negative.kind = kind
    if kind is NegativeClass.BY_PLAN:
        due = due_of(session, negative, "rating.rectify_complex", starts_at=negative.opened_at, actor=actor, now=now)
        negative.answer_due_id, negative.answer_due_at = due.due_id, due.due_at
    trace(session, "classified_negative", negative, actor=actor, now=now, kind_of_negative=kind.value)


def answer_negative(
    session: Session, negative_id: int, *, answer: str, version: int, actor: Actor, now: datetime
) -> None:
    """Write what was put right, or why it cannot be; the rater reads it with the receipt code."""
    negative = negative_in_scope(session, negative_id, Permission.PARTICIPATION_ANSWER, actor)
    claim(negative, version)
    if negative.kind is None:
        raise Conflict("negative_step_refused")
    text = checked(answer, field=N_("Answer to the rater"))
    move(session, negative, rules.answered_as(negative.kind), note=text, actor=actor, now=now)
    negative.answer, negative.answered_at, negative.answered_by = text, now, actor.person_id
    if negative.is_named:
        due = due_of(session, negative, "rating.call_back", starts_at=now, actor=actor, now=now)
        negative.call_back_due_id, negative.call_back_due_at = due.due_id, due.due_at
    trace(session, "answered_negative", negative, actor=actor, now=now)


def call_back(
    session: Session, negative_id: int, *, is_satisfied: bool, note: str, version: int, actor: Actor, now: datetime
) -> None:
    """Ask the rater whether it is settled. If not, it opens again once; the second time a supervisor closes it."""
    negative = negative_in_scope(session, negative_id, Permission.RATINGS_REVIEW, actor)
    claim(negative, version)
    rules.check_negative_step(negative.status, NegativeStatus.CALLED_BACK, is_named=negative.is_named)
    wanted = rules.after_call_back(is_satisfied=is_satisfied, reopen_count=negative.reopen_count)
    move(session, negative, wanted, note=written(note), actor=actor, now=now)
    negative.called_back_at, negative.is_satisfied = now, is_satisfied
    if wanted is NegativeStatus.CLASSIFIED:
        negative.reopen_count += 1
        due = due_of(session, negative, "rating.rectify", starts_at=now, actor=actor, now=now)
        negative.answer_due_id, negative.answer_due_at = due.due_id, due.due_at
        negative.answered_at, negative.answered_by = None, None
    trace(session, "called_back", negative, actor=actor, now=now, is_satisfied=is_satisfied)


def close_negative(
    session: Session, negative_id: int, *, note: str = "", version: int, actor: Actor, now: datetime
) -> None:
    """End the loop. Whoever answered does not close; a rater who is still dissatisfied needs a written reason."""
    negative = negative_in_scope(session, negative_id, Permission.RATINGS_REVIEW, actor)
    claim(negative, version)
    if negative.answered_by is not None and negative.answered_by == actor.person_id:
        raise NotAllowed("negative_needs_another")
    text = checked(note, field=NOTE, is_needed=negative.is_satisfied is False)
    move(session, negative, NegativeStatus.CLOSED, note=text, actor=actor, now=now)
    negative.closed_at = now
    trace(session, "closed_negative", negative, actor=actor, now=now)


def move(
    session: Session, negative: NegativeRating, wanted: NegativeStatus, *, note: str, actor: Actor, now: datetime
) -> None:
    rules.check_negative_step(negative.status, wanted, is_named=negative.is_named)
    add_step(session, subject_of(negative), negative.status, wanted, actor=actor, now=now, note=note)
    negative.status = wanted


def written(note: str) -> str:
    return checked(note, field=NOTE)


def trace(
    session: Session, done: str, negative: NegativeRating, *, actor: Actor, now: datetime, **facts: str | bool
) -> None:
    record(
        session,
        f"participation.{done}",
        subject_of(negative),
        actor=actor,
        now=now,
        service_id=negative.service_id,
        **facts,
    )


def propose_exclusion(
    session: Session, rating_ids: Sequence[int], ground: Ground, *, evidence: str, actor: Actor, now: datetime
) -> int:
    """Propose not to count some ratings of one service, with evidence; a second person decides. Returns the id.

    A unit may do so for its own services within its time of appeal, the supervision office at any time. Until the
    decision everything counts as before.
    """
    permission = Permission.RATINGS_REVIEW
    if not actor.has(permission):
        permission = Permission.PARTICIPATION_ANSWER
        actor.check(permission)
    text = checked(evidence, field=N_("Evidence"))
    ratings = ratings_in_scope(session, rating_ids, permission, actor)
    negatives = negatives_of(session, [rating.id for rating in ratings])
    if permission is Permission.PARTICIPATION_ANSWER:
        check_appeal_time(negatives, ratings, now)
    exclusion = RatingExclusion(
        service_id=ratings[0].service_id,
        ground=ground,
        evidence=text,
        proposed_by=actor.person_id,
        proposed_at=now,
        decision_note="",
    )
    session.add(exclusion)
    session.flush()
    for rating in ratings:
        rating.exclusion_id = exclusion.id
    for negative in negatives:
        if negative.status in rules.APPEALABLE:
            negative.before_appeal = negative.status
            negative.version += 1
            move(session, negative, NegativeStatus.APPEALED, note=text, actor=actor, now=now)
    record(
        session,
        "participation.proposed_exclusion",
        f"exclusion:{exclusion.id}",
        actor=actor,
        now=now,
        service_id=exclusion.service_id,
        ground=ground.value,
        ratings=len(ratings),
    )
    return exclusion.id


def ratings_in_scope(session: Session, rating_ids: Sequence[int], permission: Permission, actor: Actor) -> list[Rating]:
    """The ratings, all of one service in the actor's scope and none of them in a proposal that stands."""
    if not rating_ids:
        raise InvalidInput("exclusion_empty")
    statement = sa.select(Rating).where(Rating.id.in_(rating_ids)).order_by(Rating.id).with_for_update()
    ratings = list(session.scalars(statement))
    reached = {service_id: may_reach(session, service_id, permission, actor) for service_id in service_ids(ratings)}
    if len(ratings) != len(set(rating_ids)) or not all(reached.values()):
        raise NotFound("rating_unknown")
    if len(reached) > 1:
        raise InvalidInput("exclusion_several_services")
    standing = [rating.exclusion_id for rating in ratings if rating.exclusion_id is not None]
    rejected = sa.select(RatingExclusion.id).where(
        RatingExclusion.id.in_(standing), RatingExclusion.is_upheld.is_(False)
    )
    if set(standing) - set(session.scalars(rejected)):
        raise Conflict("exclusion_pending")
    return ratings


def service_ids(ratings: Sequence[Rating]) -> set[int]:
    return {rating.service_id for rating in ratings}


def negatives_of(session: Session, rating_ids: Sequence[int]) -> list[NegativeRating]:
    statement = sa.select(NegativeRating).where(NegativeRating.rating_id.in_(rating_ids)).with_for_update()
    return list(session.scalars(statement))


def check_appeal_time(negatives: Sequence[NegativeRating], ratings: Sequence[Rating], now: datetime) -> None:
    """A unit appeals against single negative ratings, and in time."""
    if len(negatives) != len(ratings):
        raise NotFound("negative_unknown")
    for negative in negatives:
        if now > negative.appeal_due_at:
            raise Conflict("exclusion_too_late", until=rules.last_day(negative.appeal_due_at, settings().zone))


def decide_exclusion(
    session: Session, exclusion_id: int, *, is_upheld: bool, note: str, actor: Actor, now: datetime
) -> None:
    """Uphold or reject a proposal, in writing. Upheld: the ratings leave every figure, and their number is published.

    Raises SamePerson for whoever proposed it or took a step with one of these ratings.
    """
    exclusion = exclusion_in_scope(session, exclusion_id, Permission.RATINGS_REVIEW, actor)
    if exclusion.is_upheld is not None:
        raise Conflict("exclusion_decided")
    ratings = list(session.scalars(sa.select(Rating).where(Rating.exclusion_id == exclusion_id).with_for_update()))
    negatives = negatives_of(session, [rating.id for rating in ratings])
    involved = acted_on(session, [subject_of(negative) for negative in negatives])
    if actor.person_id is not None and actor.person_id in involved | {exclusion.proposed_by}:
        raise SamePerson
    exclusion.is_upheld, exclusion.decision_note = is_upheld, written(note)
    exclusion.decided_by, exclusion.decided_at = actor.person_id, now
    if is_upheld:
        exclude(session, ratings, actor=actor, now=now)
    for negative in negatives:
        if negative.status is NegativeStatus.APPEALED:
            end_appeal(session, negative, is_upheld=is_upheld, note=exclusion.decision_note, actor=actor, now=now)
    record(
        session,
        "participation.decided_exclusion",
        f"exclusion:{exclusion_id}",
        actor=actor,
        now=now,
        service_id=exclusion.service_id,
        verdict="upheld" if is_upheld else "rejected",
        ratings=len(ratings),
    )


def exclude(session: Session, ratings: Sequence[Rating], *, actor: Actor, now: datetime) -> None:
    """Take ratings out of the figures: their events are corrected to nothing of nothing."""
    facts = []
    for rating in ratings:
        rating.is_excluded = True
        if rating.receipt_id is not None:
            facts.append(
                Measured(
                    Measure.RATING_SATISFACTION,
                    rating.service_id,
                    rating.rated_at,
                    f"{event_id(rating)}.excluded",
                    numerator=0.0,
                    denominator=0.0,
                    channel=rating.channel,
                    corrects=event_id(rating),
                )
            )
    record_measures(session, *facts, actor=actor, now=now)


def end_appeal(
    session: Session, negative: NegativeRating, *, is_upheld: bool, note: str, actor: Actor, now: datetime
) -> None:
    back = negative.before_appeal or NegativeStatus.RECEIVED
    wanted = NegativeStatus.EXCLUDED if is_upheld else back
    add_step(session, subject_of(negative), negative.status, wanted, actor=actor, now=now, note=note)
    negative.status, negative.before_appeal = wanted, None
    negative.version += 1
    if is_upheld:
        negative.closed_at = now
        session.flush()
        drop_order(session, negative, EXCLUDED, now=now)
