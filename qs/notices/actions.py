"""What can be done with notices: leave one in the outbox, choose how to be told, ask for a trial, send again."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, NotFound
from qs.i18n import gettext as _
from qs.i18n import moment, speaking
from qs.notices import rules
from qs.notices.models import NoticeWish, OutboxNotice
from qs.notices.queries import language_of, own_preference
from qs.notices.terms import DIGEST, ON_SCREEN, TRIAL, Channel, Failure, Notice, NoticeState, Rhythm, Strength, Wish
from qs.settings import settings
from qs.vault.rules import NONCE_BYTES

WAITING_STATES = (NoticeState.COLLECTED, NoticeState.QUEUED, NoticeState.FAILED)


class WishChanged(Conflict):
    """The person changed the wish in another window."""

    code = "notice_wish_changed"


class NowhereToGo(Conflict):
    """A trial was asked for by somebody who wants nothing."""

    code = "notice_nowhere_to_go"


class NotGivenUp(Conflict):
    """Only what was given up is sent again."""

    code = "notice_not_given_up"


def queue_notice(
    session: Session,
    person_id: int,
    notice: Notice,
    *,
    strength: Strength,
    dedupe_key: str,
    actor: Actor,
    now: datetime,
) -> int | None:
    """Leave a notice to a person in the outbox, to be sent if and when the transaction holds; returns its id.

    It stands on the person's screen, and goes where they chose besides. None when the person wants nothing of matters
    of this strength, works here no more, or was left one under this key before:
    `dedupe_key` names what is told (`signal:12:raised`), and nobody is told it twice. `notice` is in the language that
    `queries.listeners` gave. Part of another room's act, which has checked that the person may know, and leaves the
    trace.
    """
    person = session.get(Person, person_id)
    kept = session.get(NoticeWish, person_id)
    wish = ON_SCREEN
    if kept is not None:
        wish = Wish(kept.channel, least=kept.least, rhythm=kept.rhythm, hour=kept.hour, weekday=kept.weekday)
    if person is None or not person.is_active or not rules.wants(wish, strength):
        return None
    return inserted(session, person_id, notice, wish, now, strength=strength, dedupe_key=dedupe_key)


def queue_for_requester(
    session: Session, vault_id: int, notice: Notice, *, dedupe_key: str, actor: Actor, now: datetime
) -> int | None:
    """Leave a notice to somebody who left an e-mail address in the vault; returns its id, None when told before.

    The address is read when it is sent and kept nowhere else; who was erased by then is sent nothing. `notice` names a
    number and what happened, no words of the case. Part of another room's act, which leaves the trace.
    """
    return kept_notice(
        session, notice, now, strength=Strength.ACT, dedupe_key=dedupe_key, due_at=now, state=NoticeState.QUEUED,
        vault_id=vault_id,
    )  # fmt: skip


def inserted(
    session: Session,
    person_id: int,
    notice: Notice,
    wish: Wish,
    now: datetime,
    *,
    strength: Strength,
    dedupe_key: str,
) -> int | None:
    """The id of the new row; None when the key is taken, also by a transaction that ran beside this one."""
    return kept_notice(
        session,
        notice,
        now,
        strength=strength,
        dedupe_key=dedupe_key,
        due_at=rules.due_at(wish, now, settings().zone),
        state=first_state(wish),
        person_id=person_id,
    )


def first_state(wish: Wish) -> NoticeState:
    """How far a notice is as soon as it is written: on the screen, waiting for a digest, or waiting to be sent."""
    if not wish.channel.leaves_the_house:
        return NoticeState.SHOWN
    return NoticeState.QUEUED if wish.rhythm is Rhythm.AT_ONCE else NoticeState.COLLECTED


def kept_notice(
    session: Session,
    notice: Notice,
    now: datetime,
    *,
    strength: Strength,
    dedupe_key: str,
    due_at: datetime,
    state: NoticeState,
    person_id: int | None = None,
    vault_id: int | None = None,
) -> int | None:
    """The row of a notice to one of the two; None when the key is taken, also by a transaction beside this one."""
    recipient = OutboxNotice.person_id == person_id if person_id is not None else OutboxNotice.vault_id == vault_id
    taken = sa.select(OutboxNotice.id).where(recipient, OutboxNotice.dedupe_key == dedupe_key)
    if session.scalar(taken) is not None:
        return None
    clean = rules.cleaned_notice(notice)
    row = OutboxNotice(
        person_id=person_id,
        vault_id=vault_id,
        dedupe_key=dedupe_key,
        topic=clean.topic,
        kind=clean.kind,
        strength=strength,
        subject=clean.subject,
        body=clean.body,
        link=clean.link,
        state=state,
        queued_at=now,
        due_at=due_at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if session.scalar(taken) is None:
            raise  # another constraint: a programmer's mistake
        return None
    return row.id


def set_wish(session: Session, wish: Wish, *, version: int, actor: Actor, now: datetime) -> None:
    """Choose how oneself is told. What waits already follows the new wish: sent at once, collected, or dropped.

    Raises InvalidInput, WishChanged when `version` is not the one that was shown.
    """
    person_id = own_id(session, actor)
    wanted = rules.checked_wish(wish, webhook_hosts=frozenset(settings().webhook_hosts))
    kept = session.get(NoticeWish, person_id, with_for_update=True)
    if (kept.version if kept else 0) != version:
        raise WishChanged
    if kept is None:
        kept = NoticeWish(person_id=person_id, version=0)
        session.add(kept)
    secret, nonce = session.info["audit_key"], secrets.token_bytes(NONCE_BYTES)
    kept.channel, kept.least, kept.rhythm = wanted.channel, wanted.least, wanted.rhythm
    kept.hour, kept.weekday = wanted.hour, wanted.weekday
    kept.address = rules.sealed(secret, nonce, person_id, wanted.address) if wanted.address else None
    kept.version = version + 1
    session.flush()
    follow_wish(session, person_id, wanted, now)
    facts = {"channel": wanted.channel.value, "least": wanted.least.value, "rhythm": wanted.rhythm.value}
    record(session, "notices.wish_set", f"person:{person_id}", actor=actor, now=now, **facts)


def follow_wish(session: Session, person_id: int, wish: Wish, now: datetime) -> None:
    """Let what waits for a person follow a changed wish. A digest that was put together already goes out as it is."""
    waiting = sa.update(OutboxNotice).where(
        OutboxNotice.person_id == person_id,
        OutboxNotice.state.in_(WAITING_STATES),
        OutboxNotice.kind.not_in((DIGEST, TRIAL)),
    )
    if wish.channel is Channel.NONE:
        session.execute(waiting.values(state=NoticeState.DROPPED))
        return
    state = first_state(wish)
    due = rules.due_at(wish, now, settings().zone)
    session.execute(waiting.values(state=state, due_at=due, attempts=0))


def own_id(session: Session, actor: Actor) -> int:
    """The person who acts. Raises NotFound for the public and for machines."""
    if actor.person_id is None or session.get(Person, actor.person_id) is None:
        raise NotFound(kind="person", id=actor.person_id)
    return actor.person_id


def ask_for_trial(session: Session, *, actor: Actor, now: datetime) -> int:
    """Leave a notice to oneself that goes out at once, to see whether it arrives. Raises NowhereToGo."""
    person_id = own_id(session, actor)
    wish = own_preference(session, actor=actor).wish
    if not wish.channel.leaves_the_house:
        raise NowhereToGo
    language = session.scalar(sa.select(Person.language).where(Person.id == person_id))
    with speaking(language_of(language)):
        notice = Notice(
            topic=f"person:{person_id}",
            kind=TRIAL,
            subject=_("Trial notice"),
            body=_("You asked for this at {moment}. If you read it, notices reach you.").format(moment=moment(now)),
            link="/account",
        )
    at_once = Wish(wish.channel)
    key = f"trial:{now.isoformat()}"
    row_id = inserted(session, person_id, notice, at_once, now, strength=Strength.ACT, dedupe_key=key)
    if row_id is None:
        raise NotGivenUp  # pressed twice in one moment
    record(session, "notices.trial_asked", f"notice:{row_id}", actor=actor, now=now)
    return row_id


def mark_read(session: Session, *, actor: Actor, now: datetime, notice_id: int | None = None) -> int:
    """Note that the actor has read one of the own notices on the screen, or all of them. Returns how many were new."""
    person_id = own_id(session, actor)
    own = [OutboxNotice.person_id == person_id, OutboxNotice.read_at.is_(None)]
    if notice_id is not None:
        own.append(OutboxNotice.id == notice_id)
    ids = session.scalars(sa.update(OutboxNotice).where(*own).values(read_at=now).returning(OutboxNotice.id)).all()
    if ids:
        record(session, "notices.read", f"person:{person_id}", actor=actor, now=now, count=len(ids))
    return len(ids)


def give_up(
    session: Session, notice_id: int, failure: Failure, *, attempts: int, incident: str, actor: Actor, now: datetime
) -> bool:
    """End a claimed notice for good; `incident` is the number under which the log names it.

    False when another process has it by now: `attempts` is the claim, as delivery counts them.
    """
    actor.check_everywhere(Permission.NOTICES_SEND)
    ended = session.scalar(
        sa.update(OutboxNotice)
        .where(
            OutboxNotice.id == notice_id,
            OutboxNotice.state == NoticeState.SENDING,
            OutboxNotice.attempts == attempts,
        )
        .values(state=NoticeState.GIVEN_UP, claimed_until=None, last_error=failure, incident=incident)
        .returning(OutboxNotice.id)
    )
    if ended is None:
        return False
    facts = {"failure": failure.value, "attempts": attempts, "incident": incident}
    record(session, "notices.given_up", f"notice:{notice_id}", actor=actor, now=now, **facts)
    return True


def send_again(session: Session, notice_id: int, *, actor: Actor, now: datetime) -> None:
    """Put a notice that was given up back into the outbox, for as many attempts as a new one. Raises NotGivenUp."""
    actor.check_everywhere(Permission.NOTICES_SEND)
    row = session.get(OutboxNotice, notice_id, with_for_update=True)
    if row is None:
        raise NotFound("notice_unknown")
    if row.state is not NoticeState.GIVEN_UP:
        raise NotGivenUp
    row.state, row.due_at, row.attempts, row.incident = NoticeState.QUEUED, now, 0, None
    record(session, "notices.sent_again", f"notice:{notice_id}", actor=actor, now=now)
