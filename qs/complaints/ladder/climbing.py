"""Climbing the ladder: requests that reached a rung since the last time, who is told, and how closely they are watched.

A late run tells the highest rung only. A rung counts for the limit it was reached under: when an extension, a pause or
a rework moves the limit, the rungs after the new one are taken again. Notices hold number, service and limit, no words
of the case and nobody's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints.ladder.rungs import Ladder, Rung, Told, When, reached, read_ladder
from qs.complaints.models import Request, RequestStep
from qs.complaints.reach import reached as in_reach
from qs.complaints.steps import step, supervise
from qs.complaints.terms import WORKED_ON, RequestState, StepKind
from qs.deadlines.queries import calendar, dues
from qs.directory.models import Service
from qs.i18n import gettext as _
from qs.i18n import moment, pick, speaking
from qs.notices.actions import queue_notice
from qs.notices.queries import listeners
from qs.notices.terms import Notice, Strength

P = Permission
NOTICE = "request.ladder"


def climb_ladder(session: Session, *, actor: Actor, now: datetime) -> int:
    """Remind of, and supervise, every open request that reached a rung since the last time. Returns how many.

    Running it again at the same moment changes nothing. A paused request stands still.
    """
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    ladder, known = read_ladder(), calendar(session, actor=actor)
    statement = sa.select(Request).where(Request.state.in_(WORKED_ON), Request.due_at.is_not(None))
    requests = session.scalars(statement.order_by(Request.id).with_for_update()).all()
    limits = dues(session, [one.due_id for one in requests if one.due_id is not None], actor=actor)
    people = Crew(session)
    climbed = 0
    for request in requests:
        due = limits.get(request.due_id) if request.due_id is not None else None
        due_at = request.due_at
        if due is None or due_at is None or due.starts_at is None:
            continue
        place = reached(ladder, due.starts_at, due_at, now, known)
        for rung, key in taken(session, request, ladder, place, due_at):
            climb(session, request, rung, key, people, actor=actor, now=now)
            climbed += 1
        request.rung = place  # lower than before when the limit moved: what lies above is to be climbed again
    if climbed:
        record(session, "complaints.climbed_ladder", "requests:open", actor=actor, now=now, count=climbed)
    return climbed


def taken(
    session: Session, request: Request, ladder: Ladder, place: int, due_at: datetime
) -> Iterator[tuple[Rung, str]]:
    """The rungs to take now, each with what names it among notices: the highest of time, and one of reworks."""
    if place > request.rung:
        rung = ladder.place(place)
        yield rung, f"request:{request.id}:{rung.code}:{due_at:%Y%m%dT%H%M}"
    for rung in ladder.reworks:
        if request.rework_count >= rung.amount and not is_reminded(session, request, rung):
            yield rung, f"request:{request.id}:{rung.code}:{request.rework_count}"


def is_reminded(session: Session, request: Request, rung: Rung) -> bool:
    """True once this rung of reworks was taken: it is so once in the life of a request."""
    of_it = (RequestStep.request_id == request.id, RequestStep.kind == StepKind.REMINDED, RequestStep.code == rung.code)
    return session.scalar(sa.select(RequestStep.id).where(*of_it).limit(1)) is not None


def climb(
    session: Session, request: Request, rung: Rung, key: str, people: Crew, *, actor: Actor, now: datetime
) -> None:
    """Take one rung: keep it in the history, raise the supervision, and tell those concerned."""
    is_raised = rung.level is not None and supervise(session, request, rung.level, actor=actor, now=now)
    request.version += is_raised
    if not is_raised or rung.when is When.REWORKS:
        step(session, request, StepKind.REMINDED, actor=actor, now=now, code=rung.code)
    session.flush()
    told = {one for name in rung.to for one in people.told(request, name)}
    service = session.get(Service, request.service_id) if request.service_id is not None else None
    for listener in listeners(session, told, strength=Strength.ACT, actor=actor):
        with speaking(listener.language):
            notice = notice_of(request, rung, service)
        queue_notice(session, listener.person_id, notice, strength=Strength.ACT, dedupe_key=key, actor=actor, now=now)


def notice_of(request: Request, rung: Rung, service: Service | None) -> Notice:
    """The notice in the language of the run: the number, the service it lies with, and until when."""
    name = pick(service.name, service.name_en) if service is not None else _("not dispatched yet")
    due = moment(request.due_at) if request.due_at is not None else ""
    return Notice(
        topic=f"request:{request.id}",
        kind=NOTICE,
        subject=_("{what}: request {number}").format(what=pick(rung.name, rung.name_en), number=request.number),
        body=_("{service} · time limit {due}").format(service=name, due=due),
        link=f"/complaints?request={request.id}",
    )


class Crew:
    """The people of one run: read once, asked for every request that climbs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people = [one for one in actors_by_username(session).values() if one.has(P.COMPLAINTS_READ)]

    def told(self, request: Request, name: Told) -> set[int]:
        """The ids of those meant who may read this request now: recused people may not, nor an accused unit."""
        service = self.session.get(Service, request.service_id) if request.service_id is not None else None
        leader_id = service.leader_id if service is not None else None
        if name is Told.HANDLER and request.handler_id is None:
            is_sent = request.state is RequestState.DISPATCHED
            wanted = (
                [one for one in self.people if one.person_id == leader_id]
                if is_sent
                else self.holding(P.COMPLAINTS_DISPATCH)
            )
        elif name is Told.HANDLER:
            wanted = [one for one in self.people if one.person_id == request.handler_id]
        elif name is Told.UNIT:
            wanted = [one for one in self.people if one.person_id == leader_id]
        elif name is Told.HEAD:
            wanted = [one for one in self.holding(P.COMPLAINTS_APPROVE) if not one.has_everywhere(P.COMPLAINTS_APPROVE)]
        else:
            wanted = [one for one in self.people if one.has_everywhere(P.COMPLAINTS_APPROVE)]
        return {one.person_id for one in wanted if one.person_id is not None and self.may_read(one, request)}

    def holding(self, permission: Permission) -> list[Actor]:
        return [one for one in self.people if one.has(permission)]

    def may_read(self, person: Actor, request: Request) -> bool:
        own = sa.select(Request.id).where(Request.id == request.id, in_reach(person, P.COMPLAINTS_READ))
        return self.session.scalar(own) is not None
