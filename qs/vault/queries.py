"""What can be asked of the vault. The rooms ask for masked data; they have checked that the actor may see the case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.errors import NotFound
from qs.vault import rules
from qs.vault.models import VaultHold, VaultKey, VaultPerson, VaultReveal
from qs.vault.terms import Masked, Personal, Reveal

ERASED = Masked("", "", "", "", is_erased=True)
REVEAL_COLUMNS = ("reveal_id", "revealed_at", "username", "subject", "reason")
LOOKS_SHOWN = 500


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


def people_of(session: Session, *, phone: str, email: str, years: Collection[int], actor: Actor) -> tuple[int, ...]:
    """The ids of records with this phone number (or e-mail address without one) taken in these years."""
    personal, secret = Personal("", phone, email, ""), session.info["audit_key"]
    hashes = {rules.contact_hash(secret, year, personal) for year in years} - {None}
    statement = sa.select(VaultPerson.id).where(VaultPerson.contact_hash.in_(hashes))
    return tuple(session.scalars(statement.order_by(VaultPerson.id)))


def reveals(session: Session, vault_id: int, *, actor: Actor) -> list[Reveal]:
    """Every look at who this person is, newest first: for those who may look themselves, and for auditors."""
    if not actor.has(Permission.AUDIT_READ):
        actor.check(Permission.PERSONAL_REVEAL)
    statement = sa.select(VaultReveal).where(VaultReveal.vault_id == vault_id).order_by(VaultReveal.id.desc())
    return [Reveal(one.username, one.revealed_at, one.subject, one.reason) for one in session.scalars(statement)]


def held_until(session: Session, ids: Collection[int], day: date) -> dict[int, date]:
    """The last day of the hold on each of these people who is held on a day; nobody else is in it."""
    statement = (
        sa.select(VaultHold.vault_id, sa.func.max(VaultHold.until))
        .where(VaultHold.vault_id.in_(sorted(set(ids))), stands(day))
        .group_by(VaultHold.vault_id)
    )
    return {vault_id: until for vault_id, until in session.execute(statement)}


def stands(day: date) -> sa.ColumnElement[bool]:
    """The condition on VaultHold that it holds on a day."""
    return sa.and_(VaultHold.released_at.is_(None), VaultHold.until >= day)


def is_held(vault_id: sa.ColumnElement[int | None], day: date) -> sa.ColumnElement[bool]:
    """The condition that the person whom a column names is held on a day; false where there is nobody."""
    return sa.exists().where(VaultHold.vault_id == vault_id, stands(day))


def is_kept(vault_id: sa.ColumnElement[int | None]) -> sa.ColumnElement[bool]:
    """The condition that the data of the person whom a column names were not erased yet."""
    return sa.exists().where(VaultPerson.id == vault_id, VaultPerson.erased_at.is_(None))


def personal(session: Session, vault_id: int) -> Personal | None:
    """Somebody's data in clear for the machine's own use, shown to nobody; None once they were erased.

    For comparing what a requester types, for blotting a name out of a text, and for the address of a mail to be sent.
    """
    person, key = session.get(VaultPerson, vault_id), session.get(VaultKey, vault_id)
    return None if person is None or key is None else opened(session, person, key.wrapped)


def reveal_rows(session: Session, *, actor: Actor, most: int = LOOKS_SHOWN) -> pd.DataFrame:
    """The newest looks at who requesters are, for auditors and for whom the data are entrusted to: REVEAL_COLUMNS.

    Never who was looked at: the case only. `reason` is empty where the person was erased since.
    """
    check_overseer(actor)
    row = VaultReveal
    statement = (
        sa.select(row.id, row.revealed_at, row.username, row.subject, row.reason).order_by(row.id.desc()).limit(most)
    )
    return pd.DataFrame([tuple(found) for found in session.execute(statement)], columns=list(REVEAL_COLUMNS))


def check_overseer(actor: Actor) -> None:
    """Raise NotAllowed unless the actor oversees how personal data are kept: without ever seeing them."""
    actor.check_everywhere(Permission.PERSONAL_OVERSEE)
