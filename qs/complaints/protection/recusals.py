"""Who keeps out of a request (回避): declared by oneself, decided by the office, or asked for by the requester."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.accused import accused_service_id
from qs.complaints.models import Request, RequestRecusal, RequestStep
from qs.complaints.queries import framed
from qs.complaints.reach import by_receipt, reached, taken
from qs.complaints.steps import IS_OPEN, limit_if_any, step, trace
from qs.complaints.terms import RECUSAL_RULE, RecusalGround, StepKind
from qs.deadlines.queries import dues
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.i18n import N_
from qs.texts import checked
from qs.vault.actions import reveal
from qs.vault.terms import Personal

P = Permission
REASON, WISH = N_("Reason"), N_("Wish for a recusal")
LIFTED = "lifted"
WISH_COLUMNS = ("request_id", "number", "text", "asked_at", "due_at")
CONCERNED = (P.COMPLAINTS_DISPATCH, P.COMPLAINTS_APPROVE, P.COMPLAINTS_HANDLE)  # rights of those who work on requests
PARTS = (  # steps by which a person works on a case or judges it
    StepKind.ANSWERED,
    StepKind.NOT_ACCEPTED,
    StepKind.SIGNED,
    StepKind.EXTENDED,
    StepKind.EXTENSION_REFUSED,
    StepKind.PAUSED,
    StepKind.PAUSE_REFUSED,
    StepKind.REPLIED,
    StepKind.VERIFIED,
    StepKind.CO_UNIT_REPORTED,
    StepKind.SENT_BACK,
    StepKind.CLOSED,
    StepKind.MERGED,
    StepKind.EXCLUDED,
    StepKind.REVIEW_DECIDED,
)


@dataclass(frozen=True)
class Recusal:
    """One person who keeps out of a request."""

    person_id: int
    person: str
    person_en: str
    ground: RecusalGround
    declared_at: datetime


@dataclass(frozen=True)
class Wish:
    """A requester's wish that somebody keeps out, not answered yet. `due_at`: of the answer, where a limit runs."""

    text: str
    asked_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Named:
    """Somebody who may sign in."""

    person_id: int
    username: str
    name: str
    name_en: str


def declare_recusal(
    session: Session, request_id: int, ground: RecusalGround, text: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Keep out of a request oneself; from then on one neither sees nor edits it.

    A handler gives it back: somebody else of the unit goes on. Raises InvalidInput without a person or a ground.
    """
    permission = next((right for right in CONCERNED if actor.has(right)), P.COMPLAINTS_HANDLE)
    request = taken(session, request_id, version, permission, actor=actor)
    if actor.person_id is None or ground is RecusalGround.ASKED:
        raise InvalidInput("recusal_ground_not_own")
    keep_out(session, request, actor.person_id, ground, text, actor=actor, now=now)
    trace(session, "complaints.declared_recusal", request, actor=actor, now=now, ground=ground.value)


def recuse_person(
    session: Session,
    request_id: int,
    person_id: int,
    ground: RecusalGround,
    text: str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep somebody else out of a request. Raises NotFound for nobody, Conflict when the person is out already."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    keep_out(session, request, person_id, ground, text, actor=actor, now=now)
    facts = {"person": person_id, "ground": ground.value}
    trace(session, "complaints.recused_person", request, actor=actor, now=now, **facts)


def lift_recusal(
    session: Session, request_id: int, person_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Let a person back to a request because the ground was a mistake or is gone; the steps keep both."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    of_person = RequestRecusal.request_id == request.id, RequestRecusal.person_id == person_id
    held = session.scalar(sa.select(RequestRecusal).where(*of_person))
    if held is None:
        raise NotFound("recusal_unknown")
    note = checked(reason, field=REASON)
    session.delete(held)
    step(session, request, StepKind.RECUSED, actor=actor, now=now, note=note, code=LIFTED)
    trace(session, "complaints.lifted_recusal", request, actor=actor, now=now, person=person_id)


def ask_recusal(session: Session, code: str, text: str, *, actor: Actor, now: datetime) -> None:
    """Let the requester ask that somebody keeps out, with the receipt code; the office answers with reasons."""
    request = by_receipt(session, code, actor=actor)
    note = checked(text, field=WISH)
    rules.state_after(request.state, StepKind.RECUSAL_ASKED)
    if pending_wish(session, request.id, actor=actor) is not None:
        raise Conflict("recusal_pending")
    keep_wish(session, request, note, asked_at=now, actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.asked_recusal", request, actor=actor, now=now)


def keep_wish(
    session: Session, request: Request, words: str, *, asked_at: datetime, actor: Actor, now: datetime
) -> None:
    """Keep a requester's wish with the limit of its answer; that of the request itself runs on beside it."""
    due = limit_if_any(session, request, RECUSAL_RULE, starts_at=asked_at, actor=actor, now=now)
    step(session, request, StepKind.RECUSAL_ASKED, actor=actor, now=asked_at, note=words, is_told=True, beside=due)


def decide_recusal(
    session: Session,
    request_id: int,
    reasons: str,
    *,
    person_id: int | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Answer a requester's wish: the person named keeps out, or nobody does; the reasons are told.

    Raises Conflict when nobody asked, or when the person who decides is the one concerned.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    request = taken(session, request_id, version, P.COMPLAINTS_APPROVE, actor=actor)
    wish = pending_wish(session, request.id, actor=actor)
    if wish is None:
        raise Conflict("recusal_not_asked")
    if person_id is not None and person_id == actor.person_id:
        raise Conflict("recusal_own")
    note = checked(reasons, field=REASON)
    if person_id is None:
        step(session, request, StepKind.RECUSAL_REFUSED, actor=actor, now=now, note=note, is_told=True)
    else:
        ground = RecusalGround.ASKED
        keep_out(session, request, person_id, ground, note, actor=actor, now=now, is_told=True)
    is_late = wish.due_at is not None and now > wish.due_at
    facts = {"is_granted": person_id is not None, "person": person_id, "is_late": is_late}
    trace(session, "complaints.decided_recusal", request, actor=actor, now=now, **facts)


def keep_out(
    session: Session,
    request: Request,
    person_id: int,
    ground: RecusalGround,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    is_told: bool = False,
) -> None:
    note = checked(text, field=REASON)
    if session.get(Person, person_id) is None:
        raise NotFound("person_not_known")
    if person_id in recused_people(session, request.id):
        raise Conflict("recusal_known")
    session.add(
        RequestRecusal(
            request_id=request.id,
            person_id=person_id,
            ground=ground,
            declared_at=now,
            declared_by_id=actor.person_id,
        )
    )
    if request.handler_id == person_id:
        request.handler_id = None
    code = ground.value
    step(session, request, StepKind.RECUSED, actor=actor, now=now, note=note, code=code, is_told=is_told)


def pending_wish(session: Session, request_id: int, *, actor: Actor) -> Wish | None:
    """The requester's wish that is not answered yet, None without one; the caller checked that the actor may know."""
    statement = (
        sa.select(RequestStep)
        .where(RequestStep.request_id == request_id, answering())
        .order_by(RequestStep.id.desc())
        .limit(1)
    )
    last = session.scalar(statement)
    if last is None or last.kind is not StepKind.RECUSAL_ASKED:
        return None
    return Wish(last.note, last.at, due_moments(session, [last.due_id], actor=actor).get(last.due_id))


def due_moments(session: Session, due_ids: Iterable[int | None], *, actor: Actor) -> dict[int | None, datetime]:
    """By when each wish is to be answered, as its limit stands now; wishes from before the limit have none."""
    found = dues(session, [one for one in due_ids if one is not None], actor=actor)
    return {due_id: due.due_at for due_id, due in found.items()}


def answers_wish(kind: StepKind, code: str) -> bool:
    """True for a step that answers a requester's wish: refused, or somebody keeps out because of it."""
    return kind is StepKind.RECUSAL_REFUSED or (kind is StepKind.RECUSED and code == RecusalGround.ASKED.value)


def answering() -> sa.ColumnElement[bool]:
    """The steps that say where a requester's wish stands; the last of them tells."""
    is_granted = sa.and_(RequestStep.kind == StepKind.RECUSED, RequestStep.code == RecusalGround.ASKED.value)
    return sa.or_(RequestStep.kind.in_((StepKind.RECUSAL_ASKED, StepKind.RECUSAL_REFUSED)), is_granted)


def recusals_to_decide(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The wishes for a recusal that nobody has answered, oldest first: WISH_COLUMNS; for those who see everything.

    `due_at`: by when it is to be answered; empty where no limit runs.
    """
    actor.check_everywhere(P.COMPLAINTS_READ)
    last = (
        sa.select(sa.func.max(RequestStep.id).label("id"))
        .where(answering())
        .group_by(RequestStep.request_id)
        .subquery()
    )
    statement = (
        sa.select(Request.id, Request.number, RequestStep.note, RequestStep.at, RequestStep.due_id)
        .join(RequestStep, RequestStep.request_id == Request.id)
        .where(
            RequestStep.id.in_(sa.select(last.c.id)),
            RequestStep.kind == StepKind.RECUSAL_ASKED,
            IS_OPEN,
            reached(actor, P.COMPLAINTS_READ),
        )
        .order_by(RequestStep.at, RequestStep.id)
    )
    rows = session.execute(statement).all()
    until = due_moments(session, [due_id for *_wish, due_id in rows], actor=actor)
    return framed([(*wish, until.get(due_id)) for *wish, due_id in rows], WISH_COLUMNS)


def recused_people(session: Session, request_id: int) -> frozenset[int]:
    """The ids of everybody who keeps out of a request: nobody of them is shown, told or reminded of anything."""
    return frozenset(
        session.scalars(sa.select(RequestRecusal.person_id).where(RequestRecusal.request_id == request_id))
    )


def recusals_of(session: Session, request_id: int, *, actor: Actor) -> list[Recusal]:
    """Who keeps out of a request in the actor's scope, for those who see the whole of it. Raises NotAllowed."""
    actor.check_everywhere(P.COMPLAINTS_READ)
    statement = (
        sa.select(RequestRecusal, Person.name, Person.name_en)
        .join(Request, Request.id == RequestRecusal.request_id)
        .join(Person, Person.id == RequestRecusal.person_id)
        .where(Request.id == request_id, reached(actor, P.COMPLAINTS_READ))
        .order_by(RequestRecusal.id)
    )
    return [
        Recusal(one.person_id, name, name_en or "", one.ground, one.declared_at)
        for one, name, name_en in session.execute(statement)
    ]


def people_to_name(session: Session, *, actor: Actor) -> list[Named]:
    """Everybody who may sign in, by name: for naming who is to keep out of a request."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    statement = sa.select(Person.id, Person.username, Person.name, Person.name_en).where(Person.is_active)
    return [
        Named(one, username, name, name_en or "")
        for one, username, name, name_en in session.execute(statement.order_by(Person.name))
    ]


def had_part(session: Session, request: Request) -> frozenset[int]:
    """The ids of everybody who worked on a request or judged it, that of its master included."""
    ids = [one for one in (request.id, request.master_id) if one is not None]
    own = {
        request.handler_id,
        request.extension_asked_by_id,
        request.extension_decided_by_id,
        request.pause_asked_by_id,
        request.verified_by_id,
    }
    worked = sa.select(RequestStep.person_id).where(RequestStep.request_id.in_(ids), RequestStep.kind.in_(PARTS))
    return frozenset(one for one in own | set(session.scalars(worked)) if one is not None)


def check_no_part(session: Session, request: Request, actor: Actor) -> None:
    """Raise Conflict when the actor worked on the request or judged it before: nobody reviews own work."""
    if actor.person_id in had_part(session, request):
        raise Conflict("review_by_third_person")


def reveal_requester(session: Session, request_id: int, reason: str, *, actor: Actor, now: datetime) -> Personal:
    """Who the requester is, for a reason that is kept with who looked: the one door to the vault for a request.

    Neither for recused people nor for those of the unit that handles it, or that a report is about. Raises NotAllowed,
    NotFound, Conflict.
    """
    actor.check(P.PERSONAL_REVEAL)
    statement = sa.select(Request).where(Request.id == request_id, reached(actor, P.PERSONAL_REVEAL))
    request = session.scalar(statement)
    if request is None:
        raise NotFound("request_unknown")
    if is_of_unit(session, request, actor):
        raise NotAllowed("reveal_by_unit")
    if request.vault_person_id is None:
        raise Conflict("call_back_without_contact")
    subject = f"request:{request.id}"
    return reveal(session, request.vault_person_id, subject=subject, reason=reason, actor=actor, now=now)


def is_of_unit(session: Session, request: Request, actor: Actor) -> bool:
    """True for people of the unit that handles a request or that a report is about: who it was is nothing for them."""
    if actor.person_id is None:
        return False
    services = [one for one in (request.service_id, accused_service_id(session, request)) if one is not None]
    handled = sa.or_(Service.leader_id == actor.person_id, Service.id.in_(visible_services(actor, P.COMPLAINTS_HANDLE)))
    return session.scalar(sa.select(sa.func.count(Service.id)).where(Service.id.in_(services), handled)) != 0
