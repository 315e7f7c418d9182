"""How personal data are stored: ciphertext here, each person's key in a table of its own, every look, hold and end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.vault.terms import ErasureRefusal, Ground, HoldReason, IdentityProof, Span


class VaultPerson(Model):
    """One person's data, encrypted as one piece; after erasure the tombstone that says when and on what ground."""

    __tablename__ = "vault_person"
    __table_args__ = (sa.CheckConstraint("(erased_at IS NULL) = (ground IS NULL)", name="erased_with_ground"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(sa.String(32), unique=True)  # random; bound into the ciphertext
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # nonce and AES-GCM ciphertext
    contact_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)  # HMAC with the key of the year
    kept_at: Mapped[datetime]
    retain_until: Mapped[date | None]  # as counted when the case was closed; the retention job counts anew
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
    reason: Mapped[str] = mapped_column(sa.String(300))  # emptied when the person is erased: it may name them
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    username: Mapped[str] = mapped_column(sa.String(64))
    revealed_at: Mapped[datetime]


class VaultHold(Model):
    """Somebody's data kept for a procedure, whatever the time of keeping says, until a day or its release."""

    __tablename__ = "vault_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    vault_id: Mapped[int] = mapped_column(sa.ForeignKey("vault_person.id"), index=True)
    reason: Mapped[HoldReason] = mapped_column(enum_column(HoldReason))
    reference: Mapped[str] = mapped_column(sa.String(80))  # the file number of the procedure, no names
    until: Mapped[date]  # the last day
    placed_at: Mapped[datetime]
    placed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class VaultErasure(Model):
    """Somebody's wish to have their data erased, who made sure that it is theirs, and what somebody else decided."""

    __tablename__ = "vault_erasure"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided_whole"),
        sa.CheckConstraint("(is_granted IS NOT NULL AND NOT is_granted) = (refusal IS NOT NULL)", name="refused_why"),
        sa.CheckConstraint("decided_by_id <> checked_by_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vault_id: Mapped[int] = mapped_column(sa.ForeignKey("vault_person.id"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(80))  # the case, as request:12
    reference: Mapped[str] = mapped_column(sa.String(40))  # its number, as people know it
    ground: Mapped[Ground] = mapped_column(enum_column(Ground))
    proof: Mapped[IdentityProof] = mapped_column(enum_column(IdentityProof))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # empty: the system, by the code
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    is_granted: Mapped[bool | None]
    refusal: Mapped[ErasureRefusal | None] = mapped_column(enum_column(ErasureRefusal))


class RetentionEdition(Model):
    """A time of keeping as the owner of the data set it; before the first one the time that comes with the program."""

    __tablename__ = "retention_edition"
    __table_args__ = (
        sa.UniqueConstraint("code", "effective_on"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40))
    amount: Mapped[int]
    span: Mapped[Span] = mapped_column(enum_column(Span))
    effective_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(300))
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class RetentionRun(Model):
    """One run of the retention job, or a trial of it: how much was due of each kind, and how much was erased."""

    __tablename__ = "retention_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    is_trial: Mapped[bool]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # empty: still running, or broken off and taken up by the next one
    username: Mapped[str] = mapped_column(sa.String(64))
    found: Mapped[list[Any]] = mapped_column(sa.JSON)  # Any: JSON; code, count and the oldest day of each kind
    erased_count: Mapped[int]
