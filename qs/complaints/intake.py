"""How a request comes in: filed by the public or the hotline, added to, withdrawn; and how much the public may file."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.complaints import rules
from qs.complaints.aftermath.merges import pass_on
from qs.complaints.models import Filing, Request, RequestCounter, RequestStep
from qs.complaints.protection.recusals import keep_wish
from qs.complaints.reach import by_receipt, handling_service, reached
from qs.complaints.steps import close, keep_step, limits, step, trace
from qs.complaints.terms import (
    DISPATCH_RULE,
    HANDLE_RULE,
    REPEAT_DAYS,
    Filed,
    NewContact,
    NewRequest,
    Outcome,
    RequestChannel,
    RequestState,
    StepKind,
)
from qs.deadlines.queries import pack_in_use
from qs.errors import Conflict, InvalidInput, NotFound
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked, composed
from qs.vault.actions import keep_person
from qs.vault.queries import people_of

P = Permission
PUBLIC_CHANNELS = (RequestChannel.WEB, RequestChannel.APP)
ADDITIONS_PER_DAY = 10
# The number of a request is taken with statements of its own: the session would read and write the row each time.
IS_COUNTED = RequestCounter.year == sa.bindparam("counted")
HOLD = sa.select(RequestCounter.year).where(IS_COUNTED).with_for_update()
LAST = RequestCounter.last
COUNT_ON = sa.update(RequestCounter).where(IS_COUNTED).values(last=LAST + 1).returning(LAST)
FIVE_MINUTES, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)


def file_request(
    session: Session,
    wanted: NewRequest,
    *,
    actor: Actor,
    now: datetime,
    address: str = "",
    registered_at: datetime | None = None,
) -> Filed:
    """Register a request of any type, from the public, by the hotline or for another system; its time runs from now.

    `address`: a keyed hash of where the public files from, for the limits. `registered_at`: when it came in, if that
    was before now; its time runs from then. The receipt code is returned once and kept as a hash only. An external id
    that is known gives back the request that is there, unchanged and without a code.
    Raises InvalidInput naming every faulty text, or Conflict when the public files too often.
    """
    permission = next((right for right in (P.COMPLAINTS_REGISTER, P.COMPLAINTS_FORWARD) if actor.has(right)), None)
    is_public = permission is None
    permission = permission or P.PUBLIC_SPEAK
    actor.check(permission)
    came_at = registered_at or now
    rules.check_registered(came_at, now)
    service = None
    if wanted.service_id is None:
        actor.check_everywhere(permission)
    else:
        service = handling_service(session, wanted.service_id, permission, actor=actor, now=now)
    said = composed_request(wanted, local_day(now, settings().zone))
    if said.external_id and (known := filed_before(session, said.external_id, permission, actor=actor, now=now)):
        return known
    if is_public:
        check_limits(session, address, wanted.service_id, now=now)
    code = rules.code_of(secrets.token_bytes(rules.CODE_BYTES))
    request = new_request(session, said, rules.code_hash(code), is_public=is_public, actor=actor, now=now)
    request.registered_at = came_at
    request.area_id = wanted.area_id or (service.area_id if service else None)
    request.repeats_id = repeated(session, request, said.contact, actor=actor)
    session.add(request)
    session.flush()
    begin_time(session, request, came_at=came_at, actor=actor, now=now)
    if said.asks_recusal:
        keep_wish(session, request, said.asks_recusal, asked_at=came_at, actor=actor, now=now)
    files = keep_files(session, f"request:{request.id}", wanted.files, actor=actor, now=now) if wanted.files else ()
    facts = {"kind": request.kind.value, "channel": request.channel.value, "service": wanted.service_id}
    trace(session, "complaints.filed_request", request, actor=actor, now=now, files=len(files), **facts)
    return Filed(request.id, request.number, rules.shown_code(code))


def composed_request(wanted: NewRequest, today: date) -> NewRequest:
    """The request with its texts as they are kept. Raises InvalidInput naming everything that is faulty."""
    said = replace(
        wanted,
        title=composed(wanted.title),
        text=composed(wanted.text),
        place=composed(wanted.place),
        remedy=composed(wanted.remedy),
        asks_recusal=composed(wanted.asks_recusal),
        external_id=composed(wanted.external_id),
    )
    contact = rules.composed_contact(wanted.contact)
    problems = (
        *rules.content_problems(said.title, said.text, said.place, contact),
        *rules.location_problems(said, today),
    )
    if problems:
        raise InvalidInput(problems=problems)
    return replace(said, contact=None if contact.is_empty else contact)


def filed_before(
    session: Session, external_id: str, permission: Permission, *, actor: Actor, now: datetime
) -> Filed | None:
    """The request another system has sent under this id. One filing at a time holds the counter, so none slips through.

    Raises NotAllowed for the public, which has no system, and NotFound outside the actor's scope.
    """
    if permission is P.PUBLIC_SPEAK:
        actor.check(P.COMPLAINTS_FORWARD)
    held_year(session, now)
    found = session.execute(
        sa.select(Request.id, Request.number, reached(actor, permission).label("is_reached")).where(
            Request.external_id == external_id
        )
    ).one_or_none()
    if found is None:
        return None
    if not found.is_reached:
        raise NotFound("request_unknown")
    return Filed(found.id, found.number, "")


def repeated(session: Session, request: Request, contact: NewContact | None, *, actor: Actor) -> int | None:
    """The last request of the same person about the same service, or of the same type where none is known, of late.

    Asked before the request itself is stored.
    """
    if contact is None:
        return None
    since = request.registered_at - timedelta(days=REPEAT_DAYS)
    years = {local_day(at, settings().zone).year for at in (since, request.registered_at)}
    same = people_of(session, phone=contact.phone, email=contact.email, years=years, actor=actor)
    matter = Request.kind == request.kind if request.service_id is None else sa.true()
    statement = sa.select(Request.id).where(
        Request.vault_person_id.in_(same),
        Request.service_id.is_not_distinct_from(request.service_id),
        matter,
        Request.registered_at.between(since, request.registered_at),
    )
    return session.scalar(statement.order_by(Request.registered_at.desc(), Request.id.desc()).limit(1))


def new_request(
    session: Session, said: NewRequest, receipt_hash: str, *, is_public: bool, actor: Actor, now: datetime
) -> Request:
    """A request with its number, not stored yet; who is behind it goes to the vault. The public cannot claim a desk."""
    contact = said.contact
    return Request(
        number=next_number(session, now),
        receipt_hash=receipt_hash,
        version=1,
        kind=said.kind,
        channel=RequestChannel.WEB if is_public and said.channel not in PUBLIC_CHANNELS else said.channel,
        title=said.title,
        text=said.text,
        place=said.place,
        service_id=said.service_id,
        vault_person_id=None if contact is None else keep_person(session, **vars(contact), actor=actor, now=now),
        wants_reply=said.wants_reply,
        is_confidential=said.is_confidential,
        remedy=said.remedy,
        happened_on=said.happened_on,
        urgency=said.urgency,
        pack=said.pack or pack_in_use(session, actor=actor),
        latitude=said.latitude,
        longitude=said.longitude,
        external_id=said.external_id or None,
        state=RequestState.REGISTERED,
        registered_at=now,
        registered_by_id=actor.person_id,
        rework_count=0,
        returned_count=0,
        failed_call_count=0,
    )


def begin_time(session: Session, request: Request, *, came_at: datetime, actor: Actor, now: datetime) -> None:
    """Let the time for handling and the time for dispatch begin when it came in, and keep the first step."""
    both = (HANDLE_RULE, DISPATCH_RULE)
    handle, until = limits(session, request, both, starts_at=came_at, actor=actor, now=now)
    request.due_id, request.due_at, request.is_provisional = handle.due_id, handle.due_at, handle.is_provisional
    request.next_due_at = until.due_at
    first = StepKind.REGISTERED
    keep_step(session, request, first, from_state=None, at=came_at, actor=actor, until=until, is_told=True)


def next_number(session: Session, now: datetime) -> str:
    """The next number of the local year; two at the same moment wait for each other."""
    year = held_year(session, now)
    return rules.number_of(year, session.connection().execute(COUNT_ON, {"counted": year}).scalar_one())


def held_year(session: Session, now: datetime) -> int:
    """The local year, its counter held until the end of the transaction; begun with its first request."""
    year, connection = local_day(now, settings().zone).year, session.connection()
    if connection.execute(HOLD, {"counted": year}).one_or_none() is None:
        begin_year(session, year)
        connection.execute(HOLD, {"counted": year}).one()
    return year


def begin_year(session: Session, year: int) -> None:
    """Set the beginning of a year's numbers, unless somebody else does at the same moment."""
    try:
        with session.begin_nested():
            session.connection().execute(sa.insert(RequestCounter), {"year": year, "last": 0})
    except IntegrityError:
        return  # the other one has set it: waited for by the insert, it is there now


def check_limits(session: Session, address: str, service_id: int | None, *, now: datetime) -> None:
    """Keep this filing of the public, unless its address or everybody together filed too much lately."""
    session.connection().execute(sa.delete(Filing).where(Filing.at < now - DAY))
    own, count = Filing.address == address, sa.func.count(Filing.id)
    of_all, by_address, about, lately = session.execute(
        sa.select(
            count,
            count.filter(own),
            count.filter(own, Filing.service_id == service_id),
            count.filter(own, Filing.at > now - FIVE_MINUTES),
        ).where(Filing.at > now - HOUR)
    ).one()
    if address:
        rules.check_filings(of_all, by_address, about if service_id else 0, lately)
    else:
        rules.check_filings(of_all, 0, 0, 0)
    session.add(Filing(address=address, service_id=service_id, at=now))


def add_to_request(
    session: Session, code: str, text: str, files: Sequence[Upload] = (), *, actor: Actor, now: datetime
) -> None:
    """Let the requester say more while the request is open; the time limit stays as it is."""
    request = by_receipt(session, code, actor=actor)
    note = checked(text, field=rules.TEXT)
    said = sa.select(sa.func.count(RequestStep.id)).where(
        RequestStep.request_id == request.id,
        RequestStep.kind == StepKind.ADDED,
        RequestStep.at > now - timedelta(days=1),
    )
    if (session.scalar(said) or 0) >= ADDITIONS_PER_DAY:
        raise Conflict("additions_too_many", count=ADDITIONS_PER_DAY)
    step(session, request, StepKind.ADDED, actor=actor, now=now, note=note, is_told=True)
    kept = keep_files(session, f"request:{request.id}", files, actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.added_to_request", request, actor=actor, now=now, files=len(kept))


def withdraw_request(session: Session, code: str, *, actor: Actor, now: datetime) -> None:
    """End a request because its requester does not want it any more."""
    request = by_receipt(session, code, actor=actor)
    close(session, request, StepKind.WITHDRAWN, Outcome.WITHDRAWN, actor=actor, now=now)
    pass_on(session, request, actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.withdrew_request", request, actor=actor, now=now)
