"""After closing: a requester has the result looked at again by people without a part in it, twice at most (复核)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.measures import settle
from qs.complaints.models import Request, RequestReview
from qs.complaints.protection.recusals import check_no_part, had_part
from qs.complaints.queries import framed, readable
from qs.complaints.reach import by_receipt, reached, taken
from qs.complaints.steps import limit, reopen, step, trace
from qs.complaints.terms import (
    REPLY_OUTCOMES,
    REVIEW_DECIDE_RULE,
    REVIEW_RULE,
    SECOND_REVIEW_DECIDE_RULE,
    SECOND_REVIEW_RULE,
    Outcome,
    RequestState,
    ReviewDecision,
    ReviewStage,
    StepKind,
)
from qs.deadlines.queries import calendar, rule
from qs.deadlines.rules import due_at
from qs.errors import Conflict, InvalidInput
from qs.i18n import N_
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked

P = Permission
WHY, REASONS = N_("What is wrong with the result"), N_("Reasons")
ASKING = {ReviewStage.FIRST: REVIEW_RULE, ReviewStage.SECOND: SECOND_REVIEW_RULE}
DECIDING = {ReviewStage.FIRST: REVIEW_DECIDE_RULE, ReviewStage.SECOND: SECOND_REVIEW_DECIDE_RULE}
CHANGED_TO = tuple(one for one in REPLY_OUTCOMES if one is not Outcome.DUPLICATE)
REVIEW_COLUMNS = ("request_id", "number", "title", "stage", "asked_at", "due_at", "is_late", "may_decide")


@dataclass(frozen=True)
class Remedy:
    """What a requester may still do about a result: the stage that may be asked for, until when, or why nothing."""

    stage: ReviewStage | None = None
    until: datetime | None = None
    is_pending: bool = False
    is_final: bool = False


def ask_review(session: Session, code: str, text: str, *, actor: Actor, now: datetime) -> None:
    """Ask with the receipt code that a closed request is looked at again, or once more after the first decision.

    Also one that was not accepted. Raises NotFound, or Conflict while it is open, after the time for asking, while a
    review is pending, and after the second decision.
    """
    request = by_receipt(session, code, actor=actor)
    stage = begin_review(session, request, text, actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.asked_review", request, actor=actor, now=now, stage=stage.value)


def register_review(session: Session, request_id: int, text: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Ask for a review on behalf of a requester who calls or comes by; the same rules as for `ask_review`."""
    request = taken(session, request_id, version, P.COMPLAINTS_REGISTER, actor=actor)
    stage = begin_review(session, request, text, actor=actor, now=now)
    trace(session, "complaints.registered_review", request, actor=actor, now=now, stage=stage.value)


def begin_review(session: Session, request: Request, text: str, *, actor: Actor, now: datetime) -> ReviewStage:
    remedy = remedy_of(session, request, actor=actor)
    if remedy.is_pending:
        raise Conflict("review_pending")
    if remedy.stage is None:
        raise Conflict("review_final" if remedy.is_final else "review_not_closed")
    if remedy.until is not None and now > remedy.until:
        raise Conflict("review_too_late", until=local_day(remedy.until, settings().zone).isoformat())
    words = checked(text, field=WHY)
    due = limit(session, request, DECIDING[remedy.stage], actor=actor, now=now)
    session.add(
        RequestReview(
            request_id=request.id,
            stage=remedy.stage,
            text=words,
            asked_at=now,
            due_id=due.due_id,
            due_at=due.due_at,
        )
    )
    kind, code = StepKind.REVIEW_ASKED, remedy.stage.value
    step(session, request, kind, actor=actor, now=now, note=words, code=code, is_told=True)
    return remedy.stage


def decide_review(
    session: Session,
    request_id: int,
    decision: ReviewDecision,
    reasons: str,
    *,
    outcome: Outcome | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide a pending review: the result stands, is put right (`outcome`), or the matter is handled again.

    By somebody who neither handled the request nor judged it, nor decided the first review. The requester is told the
    reasons. Raises Conflict `review_by_third_person` or `review_not_asked`, InvalidInput for an outcome that does not
    fit the decision.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    review = session.scalar(pending(request.id))
    if review is None:
        raise Conflict("review_not_asked")
    check_no_part(session, request, actor)
    check_decision(request, decision, outcome)
    review.decision, review.reasons = decision, checked(reasons, field=REASONS)
    review.decided_at, review.decided_by_id = now, actor.person_id
    kind, code = StepKind.REVIEW_DECIDED, decision.value
    step(session, request, kind, actor=actor, now=now, note=review.reasons, code=code, is_told=True)
    if decision is ReviewDecision.CHANGED and outcome is not None:
        change_outcome(session, request, outcome, now=now)
    if decision is ReviewDecision.HANDLED_AGAIN:
        matter = matter_of(session, request)
        if matter.state is RequestState.CLOSED:
            reopen(session, matter, actor=actor, now=now, note=review.reasons)
            matter.version += matter is not request
    facts = {"stage": review.stage.value, "decision": decision.value, "is_late": is_late(review, now)}
    trace(session, "complaints.decided_review", request, actor=actor, now=now, **facts)


def check_decision(request: Request, decision: ReviewDecision, outcome: Outcome | None) -> None:
    """Raise InvalidInput unless a changed result names another outcome, and only that one names any."""
    if decision is not ReviewDecision.CHANGED:
        if outcome is not None:
            raise InvalidInput("review_outcome_idle")
        return
    if request.master_id is not None:
        raise Conflict("review_of_duplicate")
    if outcome not in CHANGED_TO or outcome is request.outcome:
        raise InvalidInput("review_outcome_needed")


def change_outcome(session: Session, request: Request, outcome: Outcome, *, now: datetime) -> None:
    """Put the outcome on the file right; what had not counted in the on-time rate counts now, once, when it closed."""
    request.outcome, request.refusal = outcome, None
    request.counted_at = request.counted_at or request.overdue_at or request.closed_at
    settle(session, request, now=now)


def is_late(review: RequestReview, now: datetime) -> bool:
    return review.due_at is not None and (review.decided_at or now) > review.due_at


def pending(request_id: int) -> sa.Select[RequestReview]:
    return sa.select(RequestReview).where(RequestReview.request_id == request_id, RequestReview.decided_at.is_(None))


def matter_of(session: Session, request: Request) -> Request:
    """The request in which the matter is handled: the master of one that was merged, locked, or itself."""
    if request.master_id is None:
        return request
    statement = sa.select(Request).where(Request.id == request.master_id).with_for_update()
    return session.scalars(statement).one()


def reviews_of(session: Session, request_id: int, *, actor: Actor) -> list[RequestReview]:
    """The reviews of a request, the first one first; the caller has checked that the actor may see it."""
    statement = sa.select(RequestReview).where(RequestReview.request_id == request_id)
    return list(session.scalars(statement.order_by(RequestReview.id)))


def remedy_of(session: Session, request: Request, *, actor: Actor) -> Remedy:
    """What the requester may ask for now, and until when; the stage is None while the request is open."""
    earlier = reviews_of(session, request.id, actor=actor)
    if any(one.decided_at is None for one in earlier):
        return Remedy(is_pending=True)
    if len(earlier) == len(ReviewStage):
        return Remedy(is_final=True)
    if request.outcome is Outcome.WITHDRAWN:
        return Remedy(is_final=True)
    matter = session.get(Request, request.master_id) if request.master_id is not None else request
    if matter is None or matter.closed_at is None or request.closed_at is None:
        return Remedy()
    stage = tuple(ReviewStage)[len(earlier)]
    ended = [matter.closed_at, request.closed_at, *(one.decided_at for one in earlier if one.decided_at is not None)]
    return Remedy(stage, window_ends(session, request, ASKING[stage], max(ended), actor=actor))


def window_ends(session: Session, request: Request, code: str, starts_at: datetime, *, actor: Actor) -> datetime:
    """Until when a review may be asked for, by the pack of limits of the request."""
    used = rule(session, code, actor=actor, pack=request.pack)
    known = calendar(session, actor=actor, pack=request.pack)
    return due_at(known, starts_at, used.limit).due_at


def reviews_to_decide(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """The pending reviews of the whole office, most pressing first: REVIEW_COLUMNS.

    `may_decide`: the actor had no part in the case. `title` is "" where the actor may read the brief only.
    """
    actor.check_everywhere(P.COMPLAINTS_READ)
    statement = (
        sa.select(RequestReview, Request, readable(actor, Request.title).label("title"))
        .join(Request, Request.id == RequestReview.request_id)
        .where(RequestReview.decided_at.is_(None), reached(actor, P.COMPLAINTS_READ))
        .order_by(RequestReview.due_at, RequestReview.id)
    )
    may_judge = actor.has_everywhere(P.COMPLAINTS_APPROVE)
    rows = [
        (
            request.id,
            request.number,
            title,
            review.stage,
            review.asked_at,
            review.due_at,
            is_late(review, now),
            may_judge and actor.person_id not in had_part(session, request),
        )
        for review, request, title in session.execute(statement)
    ]
    return framed(rows, REVIEW_COLUMNS)
