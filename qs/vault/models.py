"""How personal data are stored: ciphertext here, the key of each person in a table of its own, and every look."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.vault.terms import Ground


class VaultPerson(Model):
    """One person's data, encrypted as one piece; after erasure the tombstone that says when and on what ground."""

    __tablename__ = "vault_person"
    __table_args__ = (sa.CheckConstraint("(erased_at IS NULL) = (ground IS NULL)", name="erased_with_ground"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(sa.String(32), unique=True)  # random; bound into the ciphertext
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # nonce and AES-GCM ciphertext
    contact_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)  # HMAC with the key of the year
    kept_at: Mapped[datetime]
    retain_until: Mapped[date | None]  # the last day of keeping, once the case is closed
    held_until: Mapped[date | None]  # kept for a procedure; nothing but storage until then
    held_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    erased_at: Mapped[datetime | None]
    erased_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ground: Mapped[Ground | None] = mapped_column(enum_column(Ground))


class VaultKey(Model):
    """The data key of one person, wrapped by the installation's key. Deleting it makes every copy unreadable."""

    __tablename__ = "vault_key"

    vault_id: Mapped[int] = mapped_column(sa.ForeignKey("vault_person.id"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(sa.LargeBinary)


class VaultReveal(Model):
    """One look at who somebody is, with the reason given."""

    __tablename__ = "vault_reveal"

    id: Mapped[int] = mapped_column(primary_key=True)
    vault_id: Mapped[int] = mapped_column(sa.ForeignKey("vault_person.id"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(300))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    username: Mapped[str] = mapped_column(sa.String(64))
    revealed_at: Mapped[datetime]
