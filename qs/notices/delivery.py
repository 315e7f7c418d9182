"""Sending what is due: each message claimed first, so that no two processes send it, and tried again when it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from secrets import token_hex
from time import monotonic

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import SYSTEM
from qs.db import Database
from qs.i18n import Language
from qs.notices import actions, rules
from qs.notices.digests import gather_digest, people_with_digest
from qs.notices.envelopes import Envelope, Undelivered, footing, public_footing, whole_link
from qs.notices.mail import mail_message, send_mail
from qs.notices.models import NoticeWish, OutboxNotice
from qs.notices.queries import is_ready, language_of, wish_of
from qs.notices.terms import OF_THE_SERVER, Channel, Failure, NoticeState
from qs.notices.webhook import call_webhook
from qs.settings import Settings
from qs.vault.queries import personal
from qs.vault.rules import DataUnreadable

LOG = logging.getLogger("qs.incidents")
LEASE = timedelta(minutes=10)  # longer than the slowest attempt: after it a claim counts as abandoned
MOST_PER_RUN = 500


@dataclass
class Delivered:
    """What one run did. `stuck_count`: due, but nothing is set up to send them."""

    sent_count: int = 0
    failed_count: int = 0
    given_up_count: int = 0
    dropped_count: int = 0
    stuck_count: int = 0
    digest_count: int = 0
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True)
class Claim:
    """One message that this process alone may send, and how."""

    notice_id: int
    attempts: int
    server: str  # what the next message to it would meet as well
    send: Callable[[], None]


@dataclass(frozen=True)
class Recipient:
    """Where one message goes and what stands around its words; known only while it is sent."""

    channel: Channel
    address: str
    key: str  # names the message at every attempt
    signing_key: str  # of a webhook
    link: str
    office: str
    footing: str


def deliver(database: Database, chosen: Settings, now: datetime, *, rng: Random) -> Delivered:
    """Put due digests together, then send what is due. `now` is the beginning of the run; time goes on during it.

    A message is sent at least once and, as long as no process dies between the server's answer and its own note of
    it, exactly once; its Message-ID is the same at every attempt, so that a mailbox can tell.
    """
    begun, result, resting = monotonic(), Delivered(), set[str]()

    def moment() -> datetime:
        return now + timedelta(seconds=monotonic() - begun)

    with database.reading() as session:
        people = people_with_digest(session, now)
    for person_id in people:
        with database.writing() as session:
            gathered = gather_digest(session, person_id, moment(), staff_address=chosen.staff_address)
        result.digest_count += gathered is not None
    with database.reading() as session:
        due = list(session.scalars(due_notices(moment())))
    for notice_id in due:
        with database.writing() as session:
            claim = claimed(session, notice_id, moment(), chosen=chosen, resting=resting, result=result)
        if claim is not None:
            attempt(database, claim, moment, rng=rng, resting=resting, result=result)
    return result


def due_notices(now: datetime) -> sa.Select[int]:
    return (
        sa.select(OutboxNotice.id)
        .where(claimable(now))
        .order_by(OutboxNotice.due_at, OutboxNotice.id)
        .limit(MOST_PER_RUN)
    )


def claimable(now: datetime) -> sa.ColumnElement[bool]:
    """Due and unclaimed, or claimed by a process that has not finished within its lease."""
    row = OutboxNotice
    return sa.or_(
        sa.and_(row.state.in_((NoticeState.QUEUED, NoticeState.FAILED)), row.due_at <= now),
        sa.and_(row.state == NoticeState.SENDING, row.claimed_until <= now),
    )


def claimed(
    session: Session, notice_id: int, now: datetime, *, chosen: Settings, resting: set[str], result: Delivered
) -> Claim | None:
    """Claim one message; None when it is another's, unwanted, or cannot be sent now."""
    row = session.get(OutboxNotice, notice_id)
    if row is None:
        return None
    to = recipient_of(session, row, chosen)
    if to is None:
        result.dropped_count += taken(session, notice_id, now, state=NoticeState.DROPPED) is not None
        return None
    if not is_ready(to.channel, chosen):
        result.stuck_count += 1
        return None
    server = server_of(to.channel, to.address)
    if server in resting:
        return None
    attempts = taken(session, notice_id, now, state=NoticeState.SENDING, claimed_until=now + LEASE)
    if attempts is None:
        return None
    envelope = Envelope(
        key=to.key,
        topic=row.topic,
        kind=row.kind,
        strength=row.strength,
        subject=row.subject,
        body=row.body,
        link=to.link,
        office=to.office,
        footing=to.footing,
        sent_at=now,
    )
    return Claim(notice_id, attempts, server, partial(send, envelope, to.channel, to.address, to.signing_key, chosen))


def recipient_of(session: Session, row: OutboxNotice, chosen: Settings) -> Recipient | None:
    """Who gets a message and where, read at the moment of sending; None for who wants, or may be sent, nothing."""
    if row.person_id is None:
        return None if row.vault_id is None else requester(session, row, row.vault_id, chosen)
    kept, person = session.get(NoticeWish, row.person_id), session.get_one(Person, row.person_id)
    if kept is None or not kept.channel.leaves_the_house or not person.is_active:
        return None
    try:
        address = wish_of(session, kept).address
    except DataUnreadable:
        address = ""
    office, below = footing(language_of(person.language), chosen)
    return Recipient(
        channel=kept.channel,
        address=address,
        key=rules.message_key(row.person_id, row.dedupe_key),
        signing_key=rules.signing_key(session.info["audit_key"], row.person_id, address),
        link=whole_link(row.link, chosen),
        office=office,
        footing=below,
    )


def requester(session: Session, row: OutboxNotice, vault_id: int, chosen: Settings) -> Recipient | None:
    """Somebody who left an e-mail address with a request; None once they were erased or took it back."""
    try:
        found = personal(session, vault_id)
    except DataUnreadable:
        address, language = "", Language.ZH  # given up as unreadable
    else:
        if found is None or not found.email:
            return None
        address, language = found.email, found.language
    office, below = public_footing(language, chosen)
    return Recipient(
        channel=Channel.EMAIL,
        address=address,
        key=rules.requester_key(vault_id, row.dedupe_key),
        signing_key="",
        link=f"{chosen.public_url.rstrip('/')}{row.link}" if row.link else "",
        office=office,
        footing=below,
    )


def server_of(channel: Channel, address: str) -> str:
    target = rules.webhook_target(address) if channel is Channel.WEBHOOK else None
    return target.name if target else channel.value


def taken(
    session: Session,
    notice_id: int,
    now: datetime,
    *,
    state: NoticeState,
    claimed_until: datetime | None = None,
) -> int | None:
    """Compare-and-set: the number of this attempt, which is the claim; None when another process has the message."""
    attempts: int | None = session.scalar(
        sa.update(OutboxNotice)
        .where(OutboxNotice.id == notice_id, claimable(now))
        .values(state=state, claimed_until=claimed_until, attempts=OutboxNotice.attempts + 1)
        .returning(OutboxNotice.attempts)
        .execution_options(synchronize_session=False)
    )
    return attempts


def send(envelope: Envelope, channel: Channel, address: str, key: str, chosen: Settings) -> None:
    """Send one message. Raises Undelivered."""
    if not address:
        raise Undelivered(Failure.ADDRESS_UNREADABLE)
    if channel is Channel.EMAIL:
        send_mail(mail_message(envelope, address, chosen), chosen)
    else:
        call_webhook(envelope, address, key, chosen)


def attempt(
    database: Database,
    claim: Claim,
    moment: Callable[[], datetime],
    *,
    rng: Random,
    resting: set[str],
    result: Delivered,
) -> None:
    """Send a claimed message, outside any transaction, and note how it went."""
    try:
        claim.send()
    except Undelivered as error:
        note_failure(database, claim, error.failure, moment(), rng=rng, result=result)
        if error.failure in OF_THE_SERVER:
            resting.add(claim.server)
        return
    now = moment()
    with database.writing() as session:
        finish(session, claim, state=NoticeState.SENT, sent_at=now, last_error=None)
    result.sent_count += 1


def note_failure(
    database: Database, claim: Claim, failure: Failure, now: datetime, *, rng: Random, result: Delivered
) -> None:
    result.failures.append(failure)
    if not rules.is_hopeless(failure, claim.attempts):
        due = now + rules.pause_after(claim.attempts, rng)
        with database.writing() as session:
            finish(session, claim, state=NoticeState.FAILED, due_at=due, last_error=failure)
        result.failed_count += 1
        return
    incident = token_hex(4)
    with database.writing() as session:
        is_ours = actions.give_up(
            session, claim.notice_id, failure, attempts=claim.attempts, incident=incident, actor=SYSTEM, now=now
        )
    if is_ours:
        result.given_up_count += 1
        words = "incident %s: notice %s given up after %s attempts: %s"
        LOG.error(words, incident, claim.notice_id, claim.attempts, failure.value)


def finish(session: Session, claim: Claim, **values: object) -> None:
    """Note the end of an attempt, unless the lease ran out and another process took over."""
    session.execute(
        sa.update(OutboxNotice)
        .where(
            OutboxNotice.id == claim.notice_id,
            OutboxNotice.state == NoticeState.SENDING,
            OutboxNotice.attempts == claim.attempts,
        )
        .values(claimed_until=None, **values)
    )
