"""What can be done with people, rights and keys; each leaves its trace. Passwords arrive here hashed already."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.access.models import ApiKey, Person, RoleGrant, WebSession
from qs.access.queries import active_administrator_count
from qs.access.rules import (
    HINT_CHARACTERS,
    KEY_PREFIX,
    TOKEN_BYTES,
    checked_name,
    checked_username,
    keyed_hash,
)
from qs.access.terms import KeyPurpose
from qs.actor import Actor, Grant, Permission
from qs.audit.actions import locked_head, record
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import Language


class UsernameTaken(Conflict):
    """Somebody has this username already."""

    code = "username_taken"


class LastAdministrator(Conflict):
    """Without this person nobody could manage people any more."""

    code = "last_administrator"


@dataclass(frozen=True)
class IssuedKey:
    """A new API key in clear: shown once, kept nowhere."""

    key_id: int
    clear: str


def add_person(
    session: Session,
    username: str,
    *,
    name: str,
    password_hash: str,
    grants: Sequence[Grant] = (),
    name_en: str | None = None,
    email: str | None = None,
    must_change_password: bool = True,
    is_invented: bool = False,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a person who may sign in, and return the id. Raises UsernameRefused, NameRefused or UsernameTaken."""
    actor.check_everywhere(Permission.PEOPLE_EDIT)
    wanted = checked_username(username)
    if session.scalar(sa.select(sa.exists().where(Person.username == wanted))):
        raise UsernameTaken(username=wanted)
    person = Person(
        username=wanted,
        name=checked_name(name),
        name_en=checked_name(name_en) if name_en else None,
        email=email or None,
        password_hash=password_hash,
        must_change_password=must_change_password,
        is_invented=is_invented,
        created_at=now,
        grants=grant_rows(grants),
    )
    session.add(person)
    session.flush()
    object = f"person:{person.id}"
    record(session, "access.person_added", object, actor=actor, now=now, username=wanted, grants=in_words(grants))
    return person.id


def change_person(
    session: Session, person_id: int, *, name: str, name_en: str | None, email: str | None, actor: Actor, now: datetime
) -> None:
    """Change how a person is named and reached. Raises NotFound or NameRefused."""
    actor.check_everywhere(Permission.PEOPLE_EDIT)
    person = found_person(session, person_id)
    wanted = {"name": checked_name(name), "name_en": checked_name(name_en) if name_en else None, "email": email or None}
    changed = [field for field, value in wanted.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, wanted[field])
    record(session, "access.person_changed", f"person:{person_id}", actor=actor, now=now, fields=changed)


def set_grants(session: Session, person_id: int, grants: Sequence[Grant], *, actor: Actor, now: datetime) -> None:
    """Give a person exactly these roles; they count from the person's next click. Raises LastAdministrator."""
    actor.check_everywhere(Permission.PEOPLE_EDIT)
    locked_head(session)  # two administrators removing each other must wait for one another
    administrators = active_administrator_count(session)
    person = found_person(session, person_id)
    before = [(row.role.value, row.scope_kind.value, row.scope_id) for row in person.grants]
    session.execute(sa.delete(RoleGrant).where(RoleGrant.person_id == person_id))
    session.expire(person, ["grants"])
    for row in grant_rows(grants):
        row.person_id = person_id
        session.add(row)
    session.flush()
    check_administrator_remains(session, administrators)
    was = [f"{role}/{kind}/{scope_id}" for role, kind, scope_id in before]
    object = f"person:{person_id}"
    record(session, "access.grants_set", object, actor=actor, now=now, before=was, after=in_words(grants))


def deactivate_person(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """End a person's access at once; the person stays in the trail. Raises LastAdministrator."""
    actor.check_everywhere(Permission.PEOPLE_EDIT)
    locked_head(session)
    administrators = active_administrator_count(session)
    person = found_person(session, person_id)
    person.is_active = False
    person.rights_epoch += 1
    session.flush()
    check_administrator_remains(session, administrators)
    record(session, "access.person_deactivated", f"person:{person_id}", actor=actor, now=now)


def reactivate_person(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Let a deactivated person sign in again."""
    actor.check_everywhere(Permission.PEOPLE_EDIT)
    found_person(session, person_id).is_active = True
    record(session, "access.person_reactivated", f"person:{person_id}", actor=actor, now=now)


def reset_password(session: Session, person_id: int, password_hash: str, *, actor: Actor, now: datetime) -> None:
    """Set an initial password that must be changed at once, and end every session of the person."""
    actor.check_everywhere(Permission.PEOPLE_EDIT)
    person = found_person(session, person_id)
    person.password_hash = password_hash
    person.must_change_password = True
    person.rights_epoch += 1
    record(session, "access.password_reset", f"person:{person_id}", actor=actor, now=now)


def change_own_password(
    session: Session, password_hash: str, *, keep_token_hash: str, actor: Actor, now: datetime
) -> None:
    """Change the actor's password and end every other session; the browser of `keep_token_hash` stays signed in."""
    person = found_person(session, actor.person_id)
    person.password_hash = password_hash
    person.must_change_password = False
    person.rights_epoch += 1
    session.execute(
        sa.update(WebSession)
        .where(WebSession.token_hash == keep_token_hash, WebSession.person_id == person.id)
        .values(rights_epoch=person.rights_epoch)
    )
    record(session, "access.password_changed", f"person:{person.id}", actor=actor, now=now)


def end_sessions(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Sign a person out everywhere: oneself, or anybody for who may edit people."""
    if person_id != actor.person_id:
        actor.check_everywhere(Permission.PEOPLE_EDIT)
    person = found_person(session, person_id)
    person.rights_epoch += 1
    session.execute(
        sa.update(WebSession)
        .where(WebSession.person_id == person_id, WebSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    record(session, "access.sessions_ended", f"person:{person_id}", actor=actor, now=now)


def choose_language(session: Session, language: Language, *, actor: Actor, now: datetime) -> None:
    """Remember the language the actor wants to read."""
    person = found_person(session, actor.person_id)
    person.language = language.value
    record(session, "access.language_chosen", f"person:{person.id}", actor=actor, now=now, language=language.value)


def issue_api_key(
    session: Session,
    name: str,
    *,
    purpose: KeyPurpose = KeyPurpose.EVENTS,
    feed_id: int | None = None,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> IssuedKey:
    """Make a key for a system that pushes events or files requests; it is returned in clear once and kept nowhere."""
    actor.check_everywhere(Permission.KEYS_EDIT)
    if purpose is not KeyPurpose.EVENTS and feed_id is not None:
        raise InvalidInput("key_of_requests_with_feed")
    clear = KEY_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    key = ApiKey(
        name=checked_name(name),
        key_hash=keyed_hash(session.info["audit_key"], "api keys", clear),
        hint=clear[:HINT_CHARACTERS],
        purpose=purpose,
        feed_id=feed_id,
        created_by_id=actor.person_id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    facts = {"hint": key.hint, "purpose": purpose.value, "feed_id": feed_id}
    record(session, "access.key_issued", f"api_key:{key.id}", actor=actor, now=now, **facts)
    return IssuedKey(key.id, clear)


def revoke_api_key(session: Session, key_id: int, *, actor: Actor, now: datetime) -> None:
    """End a key at once."""
    actor.check_everywhere(Permission.KEYS_EDIT)
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound(kind="api_key", id=key_id)
    key.revoked_at = key.revoked_at or now
    record(session, "access.key_revoked", f"api_key:{key_id}", actor=actor, now=now, hint=key.hint)


def found_person(session: Session, person_id: int | None) -> Person:
    person = session.get(Person, person_id, options=[selectinload(Person.grants)]) if person_id else None
    if person is None:
        raise NotFound(kind="person", id=person_id)
    return person


def grant_rows(grants: Sequence[Grant]) -> list[RoleGrant]:
    """One row for each role and scope object; the whole organisation is object 0."""
    cells = {
        (grant.role, grant.scope.kind, scope_id): None
        for grant in grants
        for scope_id in sorted(grant.scope.ids) or [0]
    }
    return [RoleGrant(role=role, scope_kind=kind, scope_id=scope_id) for role, kind, scope_id in cells]


def in_words(grants: Sequence[Grant]) -> list[str]:
    return [f"{row.role.value}/{row.scope_kind.value}/{row.scope_id}" for row in grant_rows(grants)]


def check_administrator_remains(session: Session, count_before: int) -> None:
    if count_before > 0 and active_administrator_count(session) == 0:
        raise LastAdministrator
