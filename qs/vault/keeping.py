"""Reasons of looks, and people past their time: what the vault itself erases, for `qs.retention`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.db import overwrite_deleted
from qs.vault.actions import shred
from qs.vault.models import VaultPerson, VaultReveal
from qs.vault.terms import Ground


def old_reasons(cutoff: datetime) -> sa.Select[int, datetime]:
    """The looks of before a moment whose reason stands still."""
    row = VaultReveal
    return sa.select(row.id, row.revealed_at).where(row.revealed_at < cutoff, row.reason != "")


def empty_reasons(session: Session, reveal_ids: Sequence[int]) -> None:
    """Who looked, when and for which case stays."""
    overwrite_deleted(session)
    session.execute(sa.update(VaultReveal).where(VaultReveal.id.in_(reveal_ids)).values(reason=""))


def shred_people(session: Session, vault_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Destroy the keys of people past their time of keeping; each leaves a tombstone."""
    statement = sa.select(VaultPerson).where(VaultPerson.id.in_(vault_ids), VaultPerson.erased_at.is_(None))
    people = session.scalars(statement.order_by(VaultPerson.id).with_for_update()).all()
    shred(session, people, ground=Ground.RETENTION_OVER, actor=actor, now=now)
