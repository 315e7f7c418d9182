"""The way in: throttled attempts, one-time tickets, sessions behind a cookie, and the way out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.access.models import ApiKey, Person, SignInAttempt, SignInTicket, WebSession
from qs.access.queries import actor_of, open_session
from qs.access.rules import (
    TOKEN_BYTES,
    Failures,
    Limits,
    SignInRefused,
    is_throttled,
    keyed_hash,
    token_hash,
    typed_username,
)
from qs.actor import Actor
from qs.audit.actions import locked_head, record
from qs.i18n import Language
from qs.settings import settings

VISITOR = Actor(person_id=None, username="visitor", name="")
TICKET_LIFE = timedelta(seconds=30)
ATTEMPT_LIFE = timedelta(days=1)  # how long attempts are kept for counting; the trail keeps them for good
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Attempt:
    """A recorded try: whose, and the hash to compare with; neither when the name is unknown."""

    attempt_id: int
    username: str
    person_id: int | None
    password_hash: str | None


@dataclass(frozen=True)
class Claimed:
    """A ticket turned into a session: the cookie's value in clear, and the person's language."""

    token: str
    language: Language | None


def begin_sign_in(session: Session, typed: str, *, address: str, actor: Actor, now: datetime) -> Attempt:
    """Record a try before any password is looked at. Raises SignInRefused when too many have failed lately.

    A try counts as failed until `finish_sign_in` says otherwise, so that many at once gain nothing.
    """
    locked_head(session)  # tries are counted one after another, in all processes
    username, secret = typed_username(typed), session.info["audit_key"]
    attempt = SignInAttempt(
        username_hash=keyed_hash(secret, "sign-in names", username),
        address_hash=keyed_hash(secret, "sign-in addresses", address),
        at=now,
    )
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPT_LIFE))
    if is_throttled(recent_failures(session, attempt, now=now), limits()):
        raise SignInRefused
    session.add(attempt)
    person = session.scalars(sa.select(Person).where(Person.username == username, Person.is_active)).one_or_none()
    session.flush()
    return Attempt(
        attempt_id=attempt.id,
        username=username,
        person_id=person.id if person else None,
        password_hash=person.password_hash if person else None,
    )


def limits() -> Limits:
    chosen = settings()
    return Limits(
        name=chosen.lockout_failures,
        address=chosen.lockout_address_failures,
        system=chosen.lockout_system_failures,
        window=timedelta(minutes=chosen.lockout_minutes),
    )


def recent_failures(session: Session, attempt: SignInAttempt, *, now: datetime) -> Failures:
    """Tries inside the window that did not succeed; of the name, those since its last success."""
    since = now - limits().window
    of_name = SignInAttempt.username_hash == attempt.username_hash
    last_success = session.scalar(
        sa.select(sa.func.max(SignInAttempt.id)).where(of_name, SignInAttempt.succeeded, SignInAttempt.at > since)
    )

    def count(*conditions: sa.ColumnElement[bool]) -> int:
        counted = sa.select(sa.func.count()).select_from(SignInAttempt)
        return session.scalar(counted.where(SignInAttempt.at > since, ~SignInAttempt.succeeded, *conditions)) or 0

    return Failures(
        name=count(of_name, SignInAttempt.id > (last_success or 0)),
        address=count(SignInAttempt.address_hash == attempt.address_hash),
        system=count(),
    )


def fail_sign_in(session: Session, attempt: Attempt, *, actor: Actor, now: datetime) -> None:
    """Leave a trace of a wrong name or password; an unknown name is not written down, it may be a password."""
    object = f"person:{attempt.person_id or 0}"
    record(session, "access.sign_in_failed", object, actor=actor, now=now, known=attempt.person_id is not None)


def accept_attempt(session: Session, attempt: Attempt) -> None:
    """Count the try as good: the password fitted."""
    session.execute(sa.update(SignInAttempt).where(SignInAttempt.id == attempt.attempt_id).values(succeeded=True))


def finish_sign_in(session: Session, attempt: Attempt, *, browser_hash: str, actor: Actor, now: datetime) -> str:
    """Mark the try as good and make a one-time ticket for this browser.

    Raises SignInRefused when the person was deactivated or got another password meanwhile.
    """
    person = session.get(Person, attempt.person_id) if attempt.person_id else None
    if person is None or not person.is_active or person.password_hash != attempt.password_hash:
        raise SignInRefused
    accept_attempt(session, attempt)
    session.execute(sa.delete(SignInTicket).where(SignInTicket.expires_at <= now))
    ticket = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignInTicket(
            ticket_hash=token_hash(ticket), person_id=person.id, browser_hash=browser_hash, expires_at=now + TICKET_LIFE
        )
    )
    record(session, "access.password_accepted", f"person:{person.id}", actor=actor, now=now)
    return ticket


def claim_ticket(session: Session, ticket: str, *, browser_hash: str, actor: Actor, now: datetime) -> Claimed:
    """Turn a ticket into a session, once, in the browser it was made for. Raises SignInRefused."""
    taken = session.execute(
        sa.delete(SignInTicket)
        .where(
            SignInTicket.ticket_hash == token_hash(ticket),
            SignInTicket.browser_hash == browser_hash,
            SignInTicket.expires_at > now,
        )
        .returning(SignInTicket.person_id)
    ).one_or_none()
    person = taken and session.get(Person, taken.person_id, options=[selectinload(Person.grants)])
    if person is None or not person.is_active:
        raise SignInRefused
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        WebSession(
            token_hash=token_hash(token),
            person_id=person.id,
            rights_epoch=person.rights_epoch,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=settings().session_hours),
        )
    )
    record(session, "access.signed_in", f"person:{person.id}", actor=actor_of(person), now=now)
    return Claimed(token, Language(person.language) if person.language else None)


def end_session(session: Session, kept_hash: str, *, actor: Actor, now: datetime) -> None:
    """Sign out in one browser; ending what has ended already changes nothing."""
    found = open_session(session, kept_hash, now=now)
    if found is not None:
        session.execute(sa.update(WebSession).where(WebSession.token_hash == kept_hash).values(ended_at=now))
        record(session, "access.signed_out", f"person:{found.actor.person_id}", actor=actor, now=now)


def touch_session(session: Session, kept_hash: str, *, now: datetime) -> None:
    """Note that a signed-in browser is in use. Written at most once a minute, so not an action with a trace."""
    session.execute(
        sa.update(WebSession)
        .where(WebSession.token_hash == kept_hash, WebSession.last_seen_at < now - TOUCH_EVERY)
        .values(last_seen_at=now)
    )


def touch_key(session: Session, key: str, *, now: datetime) -> None:
    """Note that an API key is in use, at most once a minute."""
    key_hash = keyed_hash(session.info["audit_key"], "api keys", key)
    stale = sa.or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - TOUCH_EVERY)
    session.execute(sa.update(ApiKey).where(ApiKey.key_hash == key_hash, stale).values(last_used_at=now))
