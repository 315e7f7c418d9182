"""Leaving a request out of the assessment of its unit (剔除): a coded reason, two people, nothing deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.measures import settle
from qs.complaints.models import Request, RequestExclusion
from qs.complaints.protection.recusals import is_of_unit
from qs.complaints.queries import framed, readable
from qs.complaints.reach import check_not_handler, reached, taken
from qs.complaints.steps import step, trace
from qs.complaints.terms import ExclusionReason, StepKind
from qs.errors import Conflict, InvalidInput
from qs.frames import members
from qs.i18n import N_
from qs.texts import checked

P = Permission
EXPLANATION, REASON = N_("Explanation"), N_("Reason")
REVERSED = "reversed"
ASKED_COLUMNS = ("request_id", "number", "title", "reason", "is_reversal", "text", "asked_at", "asked_by_id")
COUNT_COLUMNS = ("reason", "asked", "granted", "refused", "reversed", "standing")


@dataclass(frozen=True)
class Wish:
    """One wish to exclude a request, or to take its exclusion back, and what came of it."""

    reason: ExclusionReason
    is_reversal: bool
    text: str
    asked_at: datetime
    asked_by_id: int | None
    decided_at: datetime | None
    decided_by_id: int | None
    is_granted: bool | None
    decision: str


def ask_exclusion(
    session: Session,
    request_id: int,
    reason: ExclusionReason,
    text: str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask that a request does not count against its unit, by the unit or by the office; somebody else decides."""
    request = asked_of(session, request_id, version, actor=actor)
    if request.is_excluded:
        raise Conflict("exclusion_given")
    keep_wish(session, request, reason, text, code=reason.value, actor=actor, now=now)
    trace(session, "complaints.asked_exclusion", request, actor=actor, now=now, reason=reason.value)


def ask_reversal(session: Session, request_id: int, text: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Ask that an excluded request counts again; decided by somebody else, as the exclusion was."""
    request = asked_of(session, request_id, version, actor=actor)
    if not request.is_excluded:
        raise Conflict("exclusion_not_given")
    reason = wishes_of(session, request.id)[-1].reason
    keep_wish(session, request, reason, text, code=REVERSED, actor=actor, now=now)
    trace(session, "complaints.asked_reversal", request, actor=actor, now=now, reason=reason.value)


def asked_of(session: Session, request_id: int, version: int, *, actor: Actor) -> Request:
    permission = P.COMPLAINTS_APPROVE if actor.has(P.COMPLAINTS_APPROVE) else P.COMPLAINTS_HANDLE
    request = taken(session, request_id, version, permission, actor=actor)
    if request.unit_id is None:
        raise InvalidInput("exclusion_without_unit")
    if session.scalar(undecided(request.id)) is not None:
        raise Conflict("exclusion_pending")
    return request


def keep_wish(
    session: Session, request: Request, reason: ExclusionReason, text: str, *, code: str, actor: Actor, now: datetime
) -> None:
    words = checked(text, field=EXPLANATION)
    session.add(
        RequestExclusion(request_id=request.id, reason=reason, text=words, asked_at=now, asked_by_id=actor.person_id)
    )
    step(session, request, StepKind.EXCLUSION_ASKED, actor=actor, now=now, note=words, code=code)


def decide_exclusion(
    session: Session, request_id: int, text: str, *, is_granted: bool, version: int, actor: Actor, now: datetime
) -> None:
    """Decide what somebody asked for, with reasons: leave the request out of the rates, or let it count again.

    By a second person of the office who neither asked, nor handled the request, nor belongs to its unit. Its events
    are corrected, so that every figure drawn from them follows. Raises Conflict.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    wish = session.scalar(undecided(request.id))
    if wish is None:
        raise Conflict("exclusion_not_asked")
    check_not_handler(request, actor)
    is_asker = actor.person_id is not None and wish.asked_by_id == actor.person_id
    if is_asker or is_of_unit(session, request, actor):
        raise Conflict("exclusion_by_second_person")
    words = checked(text, field=REASON)
    is_reversal = request.is_excluded
    wish.decided_at, wish.decided_by_id, wish.is_granted, wish.decision = now, actor.person_id, is_granted, words
    request.is_excluded = is_granted != is_reversal
    kind = StepKind.EXCLUDED if request.is_excluded else StepKind.EXCLUSION_REFUSED
    code = REVERSED if is_reversal and is_granted else wish.reason.value
    step(session, request, kind, actor=actor, now=now, note=words, code=code)
    if is_granted:
        settle(session, request, now=now)
    facts = {"reason": wish.reason.value, "is_granted": is_granted, "is_reversal": is_reversal}
    trace(session, "complaints.decided_exclusion", request, actor=actor, now=now, **facts)


def undecided(request_id: int) -> sa.Select[RequestExclusion]:
    of_request = RequestExclusion.request_id == request_id
    return sa.select(RequestExclusion).where(of_request, RequestExclusion.decided_at.is_(None))


def wishes_of(session: Session, request_id: int) -> list[Wish]:
    """Every wish about one request, oldest first; the caller has checked that the actor may see it."""
    statement = sa.select(RequestExclusion).where(RequestExclusion.request_id == request_id)
    return told(list(session.scalars(statement.order_by(RequestExclusion.id))))


def told(rows: list[RequestExclusion]) -> list[Wish]:
    """The wishes of one request in their order; one asked while it was excluded is about taking that back."""
    found: list[Wish] = []
    is_excluded = False
    for one in rows:
        found.append(
            Wish(
                one.reason,
                is_excluded,
                one.text,
                one.asked_at,
                one.asked_by_id,
                one.decided_at,
                one.decided_by_id,
                one.is_granted,
                one.decision,
            )
        )
        is_excluded = is_excluded != bool(one.is_granted)
    return found


def exclusions_to_decide(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The wishes nobody has decided on, oldest first: ASKED_COLUMNS; for those who see the whole office."""
    actor.check_everywhere(P.COMPLAINTS_READ)
    statement = (
        sa.select(
            Request.id,
            Request.number,
            readable(actor, Request.title).label("title"),
            RequestExclusion.reason,
            Request.is_excluded,
            RequestExclusion.text,
            RequestExclusion.asked_at,
            RequestExclusion.asked_by_id,
        )
        .join(Request, Request.id == RequestExclusion.request_id)
        .where(RequestExclusion.decided_at.is_(None), reached(actor, P.COMPLAINTS_READ))
        .order_by(RequestExclusion.asked_at, RequestExclusion.id)
    )
    return framed(session.execute(statement).all(), ASKED_COLUMNS)


def exclusions_by_reason(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> pd.DataFrame:
    """How many exclusions were asked for and decided in [starts_at, ends_at), one row per reason: COUNT_COLUMNS.

    `reversed`: taken back again; `standing`: granted by the end of the period and in force then. Counts only, for
    everybody: no request, unit or person can be told from them.
    """
    actor.check(P.PUBLIC_READ if actor.has(P.PUBLIC_READ) else P.COMPLAINTS_READ)
    statement = sa.select(RequestExclusion).where(RequestExclusion.asked_at < ends_at)
    rows: dict[int, list[RequestExclusion]] = {}
    for one in session.scalars(statement.order_by(RequestExclusion.id)):
        rows.setdefault(one.request_id, []).append(one)
    counts = {reason: dict.fromkeys(COUNT_COLUMNS[1:], 0) for reason in ExclusionReason}
    for wishes in map(told, rows.values()):
        for wish in wishes:
            count_wish(counts[wish.reason], wish, starts_at, ends_at)
    frame = pd.DataFrame({name: [row[name] for row in counts.values()] for name in COUNT_COLUMNS[1:]}, dtype="int64")
    frame.insert(0, "reason", members(ExclusionReason))
    return frame


def count_wish(counts: dict[str, int], wish: Wish, starts_at: datetime, ends_at: datetime) -> None:
    counts["asked"] += not wish.is_reversal and starts_at <= wish.asked_at
    if wish.decided_at is None or wish.decided_at >= ends_at:
        return
    if wish.is_granted:
        counts["standing"] += -1 if wish.is_reversal else 1
    if wish.decided_at >= starts_at:
        counts["reversed"] += bool(wish.is_granted) and wish.is_reversal
        counts["granted"] += bool(wish.is_granted) and not wish.is_reversal
        counts["refused"] += not wish.is_granted and not wish.is_reversal
