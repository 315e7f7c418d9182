"""Who may come in, who is in, and who holds which rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.access.models import ApiKey, Person, RoleGrant, WebSession
from qs.access.rules import KEY, grants, is_session_open, keyed_hash
from qs.access.terms import KeyPurpose
from qs.actor import Actor, Grant, Permission, Role
from qs.errors import NotFound
from qs.frames import members
from qs.i18n import Language, pick
from qs.settings import settings

PEOPLE_COLUMNS = ["person_id", "username", "name", "email", "roles", "is_active", "last_seen_at", "created_at"]
KEY_COLUMNS = ["key_id", "name", "hint", "purpose", "feed_id", "created_at", "expires_at", "revoked_at", "last_used_at"]
KEY_PERMISSIONS = {KeyPurpose.EVENTS: Permission.EVENTS_ADD, KeyPurpose.REQUESTS: Permission.COMPLAINTS_FORWARD}
SESSION_COLUMNS = ["token_hash", "created_at", "last_seen_at", "expires_at"]
DEMO_COLUMNS = ["username", "name", "role"]


@dataclass(frozen=True)
class OpenSession:
    """A signed-in browser as the database knows it at this moment."""

    token_hash: str
    actor: Actor
    name_en: str | None
    language: Language | None
    must_change_password: bool
    last_seen_at: datetime

    @property
    def person(self) -> Actor:
        """The actor, named in the language of the run."""
        return replace(self.actor, name=pick(self.actor.name, self.name_en))


@dataclass(frozen=True)
class PersonDetail:
    """One person with everything an administrator may see and change."""

    person_id: int
    username: str
    name: str
    name_en: str | None
    email: str | None
    is_active: bool
    must_change_password: bool
    grants: tuple[Grant, ...]
    created_at: datetime


def open_session(session: Session, token_hash: str, *, now: datetime) -> OpenSession | None:
    """The signed-in browser behind a cookie's hash, its rights read now; None when nobody is signed in there."""
    row = session.execute(
        sa.select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.token_hash == token_hash, Person.is_active)
        .options(selectinload(Person.grants))
    ).one_or_none()
    if row is None or not counts(row.WebSession, row.Person, now=now):
        return None
    person: Person = row.Person
    return OpenSession(
        token_hash=token_hash,
        actor=actor_of(person),
        name_en=person.name_en,
        language=Language(person.language) if person.language else None,
        must_change_password=person.must_change_password,
        last_seen_at=row.WebSession.last_seen_at,
    )


def counts(kept: WebSession, person: Person, *, now: datetime) -> bool:
    return is_session_open(
        created_epoch=kept.rights_epoch,
        present_epoch=person.rights_epoch,
        ended=kept.ended_at is not None,
        last_seen_at=kept.last_seen_at,
        expires_at=kept.expires_at,
        now=now,
        idle=timedelta(minutes=settings().session_idle_minutes),
    )


def actor_of(person: Person) -> Actor:
    """The person as an actor; needs `grants` loaded."""
    rows = [(grant.role, grant.scope_kind, grant.scope_id) for grant in person.grants]
    return Actor(person_id=person.id, username=person.username, name=person.name, grants=grants(rows))


def actors_by_username(session: Session) -> dict[str, Actor]:
    """Everybody who is active, with the rights of this moment, by username: for building a history."""
    kept = session.scalars(sa.select(Person).where(Person.is_active).options(selectinload(Person.grants)))
    return {person.username: actor_of(person) for person in kept}


def actor_of_session(session: Session, token_hash: str, *, now: datetime) -> Actor | None:
    """The actor of a signed-in browser with the rights of this moment; None when nobody is signed in there."""
    found = open_session(session, token_hash, now=now)
    return found.actor if found else None


def actor_of_key(session: Session, key: str, *, now: datetime) -> Actor | None:
    """What an API key may do: add events (only to its own feed, if it has one) or file requests; None for no key."""
    if not KEY.fullmatch(key):
        return None
    found = session.scalars(
        sa.select(ApiKey).where(
            ApiKey.key_hash == keyed_hash(session.info["audit_key"], "api keys", key),
            ApiKey.revoked_at.is_(None),
            sa.or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
    ).one_or_none()
    if found is None:
        return None
    allowed = frozenset({KEY_PERMISSIONS[found.purpose]})
    return Actor(person_id=None, username=f"key:{found.hint}", name=found.name, extra=allowed, feed_id=found.feed_id)


def people(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per person, by username: PEOPLE_COLUMNS; `roles` is a tuple of Role, `last_seen_at` empty if never."""
    actor.check(Permission.PEOPLE_READ)
    latest = sa.select(WebSession.person_id, sa.func.max(WebSession.last_seen_at).label("at"))
    seen = {row.person_id: row.at for row in session.execute(latest.group_by(WebSession.person_id))}
    kept = session.scalars(sa.select(Person).options(selectinload(Person.grants)).order_by(Person.username))
    rows = [
        (
            person.id,
            person.username,
            pick(person.name, person.name_en),
            person.email,
            actor_of(person).roles,
            person.is_active,
            seen.get(person.id),
            person.created_at,
        )
        for person in kept
    ]
    return pd.DataFrame(rows, columns=PEOPLE_COLUMNS)


def person_detail(session: Session, person_id: int, *, actor: Actor) -> PersonDetail:
    """One person with rights. Raises NotFound."""
    actor.check(Permission.PEOPLE_READ)
    person = session.get(Person, person_id, options=[selectinload(Person.grants)])
    if person is None:
        raise NotFound(kind="person", id=person_id)
    return PersonDetail(
        person_id=person.id,
        username=person.username,
        name=person.name,
        name_en=person.name_en,
        email=person.email,
        is_active=person.is_active,
        must_change_password=person.must_change_password,
        grants=actor_of(person).grants,
        created_at=person.created_at,
    )


def api_keys(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per API key, newest first: KEY_COLUMNS. Keys themselves are kept nowhere."""
    actor.check(Permission.KEYS_EDIT)
    kept = session.scalars(sa.select(ApiKey).order_by(ApiKey.id.desc())).all()
    rows = [
        (
            key.id,
            key.name,
            key.hint,
            key.purpose,
            key.feed_id,
            key.created_at,
            key.expires_at,
            key.revoked_at,
            key.last_used_at,
        )
        for key in kept
    ]
    frame = pd.DataFrame(rows, columns=KEY_COLUMNS)
    return frame.assign(purpose=members(key.purpose for key in kept))


def open_sessions(session: Session, *, actor: Actor, now: datetime, person_id: int | None = None) -> pd.DataFrame:
    """The signed-in browsers of the actor, or of somebody else for who may read people, the last used first.

    SESSION_COLUMNS.
    """
    wanted = actor.person_id if person_id is None else person_id
    if wanted != actor.person_id:
        actor.check(Permission.PEOPLE_READ)
    rows = session.execute(
        sa.select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.person_id == wanted, WebSession.ended_at.is_(None))
        .order_by(WebSession.last_seen_at.desc())
    )
    found = [
        (kept.token_hash, kept.created_at, kept.last_seen_at, kept.expires_at)
        for kept, person in rows
        if counts(kept, person, now=now)
    ]
    return pd.DataFrame(found, columns=SESSION_COLUMNS)


def ended_among(session: Session, token_hashes: frozenset[str], *, now: datetime) -> frozenset[str]:
    """Which of these cookie hashes no longer belong to an open session: their sockets must be closed."""
    rows = session.execute(
        sa.select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.token_hash.in_(token_hashes), Person.is_active)
    )
    return token_hashes - {kept.token_hash for kept, person in rows if counts(kept, person, now=now)}


def invented_people(session: Session) -> pd.DataFrame:
    """The people of the demo city, for the sign-in page of a demo installation: DEMO_COLUMNS, by first role."""
    kept = session.scalars(
        sa.select(Person).where(Person.is_invented, Person.is_active).options(selectinload(Person.grants))
    )
    order = list(Role)
    found = sorted(kept, key=lambda person: (order.index(first_role(person)), person.username))
    rows = [(person.username, pick(person.name, person.name_en), first_role(person)) for person in found]
    return pd.DataFrame(rows, columns=DEMO_COLUMNS)


def first_role(person: Person) -> Role:
    return person.grants[0].role if person.grants else Role.AUDITOR


def has_administrator(session: Session) -> bool:
    """Whether anybody can manage people: false only before the installation is finished."""
    return active_administrator_count(session) > 0


def active_administrator_count(session: Session) -> int:
    """How many active people hold the administrator's role."""
    return (
        session.scalar(
            sa.select(sa.func.count(sa.distinct(Person.id)))
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(Person.is_active, RoleGrant.role == Role.ADMINISTRATOR)
        )
        or 0
    )
