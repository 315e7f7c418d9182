"""What can be done with personal data: keep them encrypted, look at them for a reason, correct and erase them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.db import overwrite_deleted
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import Language
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked
from qs.vault import rules
from qs.vault.models import VaultKey, VaultPerson, VaultReveal
from qs.vault.queries import held_until, opened
from qs.vault.terms import Ground, Personal

REASON_LENGTH = 300


class PersonOnHold(Conflict):
    """The data are held for a procedure."""

    code = "person_on_hold"


def keep_person(
    session: Session,
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    language: Language = Language.ZH,
    actor: Actor,
    now: datetime,
) -> int:
    """Keep somebody's data under a key of their own; returns the id. Raises InvalidInput.

    Part of another room's act, which checks the right and leaves the trace.
    """
    personal = rules.cleaned(name, phone, email, address, language)
    secret, key, pseudonym = session.info["audit_key"], secrets.token_bytes(rules.KEY_BYTES), secrets.token_hex(16)
    person = VaultPerson(
        pseudonym=pseudonym,
        content=rules.sealed(key, secrets.token_bytes(rules.NONCE_BYTES), pseudonym, personal),
        contact_hash=rules.contact_hash(secret, local_day(now, settings().zone).year, personal),
        kept_at=now,
    )
    session.add(person)
    session.flush()
    wrapped = rules.wrapped(secret, secrets.token_bytes(rules.NONCE_BYTES), pseudonym, key)
    session.add(VaultKey(vault_id=person.id, wrapped=wrapped))
    return person.id


def retain_until(session: Session, vault_id: int, day: date | None, *, actor: Actor, now: datetime) -> None:
    """Set the last day of keeping, once the case is closed; None while it runs again.

    Part of another room's act, which checks the right and leaves the trace. Raises NotFound.
    """
    locked(session, vault_id).retain_until = day


def reveal(session: Session, vault_id: int, *, subject: str, reason: str, actor: Actor, now: datetime) -> Personal:
    """Somebody's data in clear, for a reason that is kept with who looked. `subject`: the case, as `request:12`.

    The caller has checked that the actor may see the case. Raises NotAllowed, InvalidInput, NotFound.
    """
    actor.check(Permission.PERSONAL_REVEAL)
    words = checked(reason, field="Reason", longest=REASON_LENGTH, is_long=False)
    if len(words) < rules.LEAST_REASON:
        raise InvalidInput("reveal_reason_short", least=rules.LEAST_REASON)
    person = locked(session, vault_id)
    key = session.get(VaultKey, vault_id)
    if key is None:
        raise NotFound("person_erased")
    personal = opened(session, person, key.wrapped)
    session.add(
        VaultReveal(
            vault_id=vault_id,
            subject=subject,
            reason=words,
            person_id=actor.person_id,
            username=actor.username,
            revealed_at=now,
        )
    )
    record(session, "vault.revealed", f"vault_person:{vault_id}", actor=actor, now=now, subject=subject)
    return personal


def correct_person(
    session: Session,
    vault_id: int,
    *,
    name: str,
    phone: str,
    email: str,
    address: str,
    language: Language = Language.ZH,
    actor: Actor,
    now: datetime,
) -> None:
    """Put other data in the place of somebody's, under the same key. Raises InvalidInput, NotFound.

    Part of another room's act, which has made sure who asks, and leaves the trace.
    """
    personal = rules.cleaned(name, phone, email, address, language)
    person = unerased(session, vault_id)
    secret = session.info["audit_key"]
    key = rules.unwrapped(secret, person.pseudonym, session.get_one(VaultKey, vault_id).wrapped)
    overwrite_deleted(session)
    person.content = rules.sealed(key, secrets.token_bytes(rules.NONCE_BYTES), person.pseudonym, personal)
    person.contact_hash = rules.contact_hash(secret, local_day(now, settings().zone).year, personal)
    session.flush()


def erase_person(session: Session, vault_id: int, *, ground: Ground, actor: Actor, now: datetime) -> None:
    """Destroy the key and the ciphertext; what stays is when, by whom and on what ground.

    A backup from before still holds both, so its own time limit ends what it keeps. Raises NotFound, PersonOnHold.
    """
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    shred(session, [unerased(session, vault_id)], ground=ground, actor=actor, now=now)
    record(session, "vault.erased", f"vault_person:{vault_id}", actor=actor, now=now, ground=ground.value)


def shred(session: Session, people: Sequence[VaultPerson], *, ground: Ground, actor: Actor, now: datetime) -> None:
    """Make these people unreadable: keys, ciphertext and contact hashes are gone and overwritten in the store.

    The reasons of those who looked go too, since they may name them. Raises PersonOnHold, and then nothing is changed.
    """
    ids = [person.id for person in people]
    held = held_until(session, ids, local_day(now, settings().zone))
    if held:
        raise PersonOnHold(until=max(held.values()).isoformat())
    overwrite_deleted(session)
    session.execute(sa.delete(VaultKey).where(VaultKey.vault_id.in_(ids)))
    session.execute(sa.update(VaultReveal).where(VaultReveal.vault_id.in_(ids)).values(reason=""))
    for person in people:
        person.content, person.contact_hash, person.retain_until = None, None, None
        person.erased_at, person.erased_by, person.ground = now, actor.person_id, ground
    session.flush()


def unerased(session: Session, vault_id: int) -> VaultPerson:
    person = locked(session, vault_id)
    if person.erased_at is not None:
        raise NotFound("person_erased")
    return person


def locked(session: Session, vault_id: int) -> VaultPerson:
    person = session.get(VaultPerson, vault_id, with_for_update=True)
    if person is None:
        raise NotFound("person_unknown")
    return person
