"""What a receipt code shows beyond the request itself: its master, and what can be asked for after closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints import rules
from qs.complaints.aftermath.merges import people_count
from qs.complaints.aftermath.reviews import remedy_of, reviews_of
from qs.complaints.models import Request, RequestStep
from qs.complaints.protection.recusals import pending_wish
from qs.complaints.receipts import RequestStatus, StatusReview, StatusStep
from qs.complaints.terms import Outcome, RequestState, StepKind
from qs.deadlines.queries import is_provisional
from qs.directory.models import Provider
from qs.vault.redaction import redacted

TELLING = (StepKind.REPLIED, StepKind.TOLD, StepKind.CLOSED)  # whose words are for everybody who brought the matter
SHARED = (  # steps of a master that its merged requesters see
    *TELLING,
    StepKind.DISPATCHED,
    StepKind.RULED,
    StepKind.SIGNED,
    StepKind.EXTENDED,
    StepKind.PAUSED,
    StepKind.RESUMED,
    StepKind.VERIFIED,
    StepKind.SENT_BACK,
    StepKind.REOPENED,
)
ANSWERED = rules.ANSWERED | {RequestState.CLOSED}


def completed(
    session: Session, request: Request, status: RequestStatus, *, actor: Actor, now: datetime
) -> RequestStatus:
    """The status with the progress of the master, the reviews, and what the requester may ask for now."""
    if request.master_id is not None:
        status = shared(session, session.get_one(Request, request.master_id), status, now=now)
    remedy = remedy_of(session, request, actor=actor)
    may_ask = remedy.stage is not None and (remedy.until is None or now <= remedy.until)
    is_over = request.closed_at is not None and remedy.stage is not None and not may_ask
    is_open = request.state is not RequestState.CLOSED
    return replace(
        status,
        people_count=people_count(session, request.master_id or request.id),
        can_ask_review=may_ask,
        review_stage=remedy.stage if may_ask else None,
        review_until=remedy.until if may_ask else None,
        reviews=tuple(
            StatusReview(
                one.stage,
                one.asked_at,
                one.due_at,
                is_provisional(session, one.due_id),
                one.decision,
                one.reasons,
                one.decided_at,
            )
            for one in reviews_of(session, request.id, actor=actor)
        ),
        is_final=remedy.is_final or is_over,
        can_ask_recusal=is_open and pending_wish(session, request.id, actor=actor) is None,
        can_rate=status.can_rate and not request.is_spam,
    )


def shared(session: Session, master: Request, status: RequestStatus, *, now: datetime) -> RequestStatus:
    """The status of a merged request: where its master stands, without what that one's requester wrote."""
    unit = session.get(Provider, master.unit_id) if master.unit_id else None
    is_open = master.state is not RequestState.CLOSED
    told = sa.select(RequestStep).where(
        RequestStep.request_id == master.id, RequestStep.is_told, RequestStep.kind.in_(SHARED)
    )
    steps = [
        StatusStep(one.kind, one.at, redacted(one.note) if one.kind in TELLING else "")
        for one in session.scalars(told.order_by(RequestStep.at, RequestStep.id))
    ]
    return replace(
        status,
        is_merged=True,
        state=master.state,
        unit=unit.name if unit else "",
        unit_en=(unit.name_en or "") if unit else "",
        due_at=master.due_at,
        is_provisional=master.is_provisional,
        is_extended=master.is_extended,
        is_overdue=rules.is_overdue(master.state, master.due_at, now),
        outcome=None if is_open else master.outcome,
        refusal=master.refusal,
        answer=redacted(master.answer) if master.state in ANSWERED else "",
        closed_at=None if is_open else master.closed_at,
        steps=tuple(sorted([*status.steps, *steps], key=lambda one: one.at)),
        can_rate=not is_open and master.outcome is not Outcome.WITHDRAWN and status.service_id is not None,
        due_id=master.due_id,
    )
