"""What can be asked of the vault. The rooms ask for masked data; they have checked that the actor may see the case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.errors import NotFound
from qs.vault import rules
from qs.vault.models import VaultKey, VaultPerson, VaultReveal
from qs.vault.terms import Masked, Personal, Reveal

ERASED = Masked("", "", "", "", is_erased=True)


def masked(session: Session, ids: Collection[int], *, actor: Actor) -> dict[int, Masked]:
    """The masked data of these people; empty and marked where they were erased."""
    wanted = sorted(set(ids))
    statement = (
        sa.select(VaultPerson, VaultKey.wrapped)
        .outerjoin(VaultKey, VaultKey.vault_id == VaultPerson.id)
        .where(VaultPerson.id.in_(wanted))
    )
    return {
        person.id: ERASED if key is None else rules.masked(opened(session, person, key))
        for person, key in session.execute(statement)
    }


def opened(session: Session, person: VaultPerson, wrapped: bytes) -> Personal:
    """A person's data in clear: for masking, and for `actions.reveal`."""
    if person.content is None:
        raise NotFound("person_erased")
    key = rules.unwrapped(session.info["audit_key"], person.pseudonym, wrapped)
    return rules.opened(key, person.pseudonym, person.content)


def same_contact(session: Session, vault_id: int, *, actor: Actor) -> tuple[int, ...]:
    """The ids of other records with the same phone number (or e-mail address), taken in the same year."""
    own = sa.select(VaultPerson.contact_hash).where(VaultPerson.id == vault_id).scalar_subquery()
    statement = sa.select(VaultPerson.id).where(VaultPerson.contact_hash == own, VaultPerson.id != vault_id)
    return tuple(session.scalars(statement.order_by(VaultPerson.id)))


def reveals(session: Session, vault_id: int, *, actor: Actor) -> list[Reveal]:
    """Every look at who this person is, newest first: for those who may look themselves, and for auditors."""
    if not actor.has(Permission.AUDIT_READ):
        actor.check(Permission.PERSONAL_REVEAL)
    statement = sa.select(VaultReveal).where(VaultReveal.vault_id == vault_id).order_by(VaultReveal.id.desc())
    return [Reveal(one.username, one.revealed_at, one.subject, one.reason) for one in session.scalars(statement)]


def erasable(session: Session, day: date, *, actor: Actor) -> tuple[int, ...]:
    """The ids whose time of keeping is over on a day and that nothing holds."""
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    statement = sa.select(VaultPerson.id).where(
        VaultPerson.erased_at.is_(None),
        VaultPerson.retain_until < day,
        sa.or_(VaultPerson.held_until.is_(None), VaultPerson.held_until < day),
    )
    return tuple(session.scalars(statement.order_by(VaultPerson.id)))
