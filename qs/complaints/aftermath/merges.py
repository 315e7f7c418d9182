"""Duplicates: merged into the request that came first, taken apart again, and each requester called back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.measures import count_call, settle
from qs.complaints.models import CallBack, Request, RequestReview, RequestStep
from qs.complaints.queries import framed, readable
from qs.complaints.reach import check_not_handler, reached, taken
from qs.complaints.steps import IS_OPEN, close, limit, step, trace
from qs.complaints.terms import DISPATCH_RULE, MOST_CALLS, CallBackAnswer, Outcome, RequestState, StepKind
from qs.errors import Conflict, NotFound
from qs.i18n import N_
from qs.texts import checked
from qs.vault.actions import retain_until

P = Permission
REASON, REMARK = N_("Reason"), N_("Remark")
UNMERGE_DAYS = 7  # local rule
UNMERGED, PASSED_ON, CALLED = "unmerged", "passed_on", "called_back"
HANDED_ON = ("service_id", "area_id", "unit_id", "lead_unit_id", "handler_id", "brief", "dispatched_at", "signed_at")
ANSWERED = (RequestState.VERIFIED, RequestState.CALLED_BACK, RequestState.CLOSED)
CALL_COLUMNS = ("request_id", "number", "title", "master_id", "master_number", "failed_call_count")
MASS_COLUMNS = ("request_id", "number", "title", "state", "people_count")


def merge_request(
    session: Session, request_id: int, master_id: int, *, version: int, actor: Actor, now: datetime
) -> None:
    """Close a duplicate and let its requester follow the request that came first; its own duplicates move along.

    The matter counts once for time, by the clock of the first request; its people are all counted. Raises Conflict for
    a master that is closed or younger, and where words are withheld: those are answered one by one.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    if request.id == master_id:
        raise Conflict("merge_with_itself")
    statement = sa.select(Request).where(Request.id == master_id, reached(actor, P.COMPLAINTS_DISPATCH))
    master = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if master is None:
        raise NotFound("request_unknown")
    check_merge(request, master)
    moved = session.scalars(sa.select(Request).where(Request.master_id == request.id).with_for_update()).all()
    for one in [request, *moved]:
        one.master_id = master.id
    for one in moved:
        one.version += 1
    close(session, request, StepKind.MERGED, Outcome.DUPLICATE, actor=actor, now=now)
    request.counted_at = None  # the clock of the master, which began before, tells of the matter
    settle(session, request, now=now)
    step(session, master, StepKind.MERGE_TAKEN, actor=actor, now=now, note=request.number)
    master.version += 1
    trace(session, "complaints.merged_request", request, actor=actor, now=now, master=master.id, moved=len(moved))


def check_merge(request: Request, master: Request) -> None:
    """Raise Conflict unless the master is open, came first, and neither of the two is withheld."""
    if master.state is RequestState.CLOSED:
        raise Conflict("merge_master_closed")
    if any(rules.is_withheld(one.kind, is_confidential=one.is_confidential) for one in (request, master)):
        raise Conflict("merge_withheld")
    if (master.registered_at, master.id) > (request.registered_at, request.id):
        raise Conflict("merge_into_younger", number=master.number)


def unmerge_request(
    session: Session, request_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Take a request that was merged by mistake out again, within UNMERGE_DAYS; its clock never stood still."""
    request = taken(session, request_id, version, P.COMPLAINTS_DISPATCH, actor=actor)
    if request.master_id is None:
        raise Conflict("not_merged")
    if now - merged_at(session, request.id) > timedelta(days=UNMERGE_DAYS):
        raise Conflict("unmerge_too_late", days=UNMERGE_DAYS)
    asked = sa.select(RequestReview.id).where(
        RequestReview.request_id == request.id, RequestReview.decided_at.is_(None)
    )
    if session.scalar(asked) is not None:
        raise Conflict("review_pending")
    note = checked(reason, field=REASON)
    master_id = request.master_id
    stand_alone(session, request, note, UNMERGED, actor=actor, now=now)
    trace(session, "complaints.unmerged_request", request, actor=actor, now=now, master=master_id)


def stand_alone(session: Session, request: Request, note: str, code: str, *, actor: Actor, now: datetime) -> None:
    """Open a merged request again with the limit it had; one that was late before counts as late again."""
    until = None if request.unit_id else limit(session, request, DISPATCH_RULE, actor=actor, now=now)
    request.master_id = request.closed_at = request.outcome = None
    kind = StepKind.REOPENED
    step(session, request, kind, actor=actor, now=now, note=note, code=code, is_told=True, until=until)
    if request.vault_person_id is not None:
        retain_until(session, request.vault_person_id, None, actor=actor, now=now)
    request.counted_at = request.overdue_at
    settle(session, request, now=now)


def pass_on(session: Session, master: Request, *, actor: Actor, now: datetime) -> None:
    """Let the first of the requests merged into one that was withdrawn go on in its place, with the same unit.

    Part of another act, which leaves the trace: what one person withdraws, the others still want.
    """
    statement = sa.select(Request).where(Request.master_id == master.id)
    merged = session.scalars(statement.order_by(Request.registered_at, Request.id).with_for_update()).all()
    if not merged:
        return
    first, *others = merged
    for name in HANDED_ON:
        setattr(first, name, getattr(master, name))
    stand_alone(session, first, "", PASSED_ON, actor=actor, now=now)
    for one in others:
        one.master_id = first.id
    for one in merged:
        one.version += 1


def merged_at(session: Session, request_id: int) -> datetime:
    """When a request was merged the last time."""
    statement = sa.select(RequestStep.at).where(
        RequestStep.request_id == request_id, RequestStep.kind == StepKind.MERGED
    )
    return session.scalars(statement.order_by(RequestStep.id.desc()).limit(1)).one()


def record_merged_call_back(
    session: Session, request_id: int, answer: CallBackAnswer, *, version: int, actor: Actor, now: datetime
) -> None:
    """Keep what the requester of a merged request said about the answer to its master, or that nobody picked up.

    Each of them is called once the answer is verified; what they say counts for the unit that handled the master.
    """
    request = taken(session, request_id, version, P.COMPLAINTS_CALL_BACK, actor=actor)
    rules.check_call_back(answer)
    comment = checked(answer.comment, field=REMARK, is_needed=False)
    master = None if request.master_id is None else session.get(Request, request.master_id)
    if master is None:
        raise Conflict("not_merged")
    check_not_handler(master, actor)
    if not is_call_due(session, request, master):
        raise Conflict("merged_call_not_due")
    call = CallBack(
        request_id=request.id,
        service_id=master.service_id,
        unit_id=master.unit_id,
        at=now,
        person_id=actor.person_id,
        is_reached=answer.is_reached,
        was_contacted=answer.was_contacted,
        is_solved=answer.is_solved,
        satisfaction=answer.satisfaction,
        comment=comment,
    )
    session.add(call)
    step(session, request, StepKind.NOTED, actor=actor, now=now, note=comment, code=CALLED)
    if answer.is_reached:
        request.called_back_at = now
    else:
        request.failed_call_count += 1
    count_call(session, request, call, now=now)
    facts = {"is_reached": answer.is_reached, "master": master.id}
    trace(session, "complaints.recorded_merged_call_back", request, actor=actor, now=now, **facts)


def is_call_due(session: Session, request: Request, master: Request) -> bool:
    return session.scalar(calls_due().where(Request.id == request.id)) is not None and master.unit_id is not None


def calls_due() -> sa.Select[int]:
    """The ids of merged requests whose requester is to be called about the answer to the master."""
    master = aliased(Request)
    said = sa.exists().where(CallBack.request_id == Request.id, CallBack.is_reached, CallBack.at >= master.verified_at)
    return (
        sa.select(Request.id)
        .join(master, master.id == Request.master_id)
        .where(
            master.state.in_(ANSWERED),
            master.verified_at.is_not(None),
            master.unit_id.is_not(None),
            Request.vault_person_id.is_not(None),
            Request.wants_reply,
            Request.failed_call_count < MOST_CALLS,
            ~said,
        )
    )


def merged_calls(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The merged requests whose requester is still to be called, oldest first: CALL_COLUMNS."""
    actor.check(P.COMPLAINTS_CALL_BACK)
    master = aliased(Request)
    statement = (
        sa.select(
            Request.id,
            Request.number,
            readable(actor, Request.title).label("title"),
            Request.master_id,
            master.number,
            Request.failed_call_count,
        )
        .join(master, master.id == Request.master_id)
        .where(Request.id.in_(calls_due()), reached(actor, P.COMPLAINTS_CALL_BACK))
        .order_by(Request.registered_at, Request.id)
    )
    return framed(session.execute(statement).all(), CALL_COLUMNS)


def mass_requests(session: Session, *, actor: Actor, least: int = 2) -> pd.DataFrame:
    """The open requests that several people brought, most people first: MASS_COLUMNS.

    `people_count`: requests about the matter, the first one included; `least` of them or more.
    """
    actor.check(P.COMPLAINTS_READ)
    merged = aliased(Request)
    people = sa.func.count(merged.id) + 1
    statement = (
        sa.select(Request.id, Request.number, readable(actor, Request.title).label("title"), Request.state, people)
        .join(merged, merged.master_id == Request.id)
        .where(IS_OPEN, reached(actor, P.COMPLAINTS_READ))
        .group_by(Request.id)
        .having(people >= least)
        .order_by(people.desc(), Request.id)
    )
    return framed(session.execute(statement).all(), MASS_COLUMNS)


def people_count(session: Session, request_id: int) -> int:
    """How many requests one matter stands for: itself and those merged into it."""
    merged = sa.select(sa.func.count(Request.id)).where(Request.master_id == request_id)
    return 1 + (session.scalar(merged) or 0)
