"""What can be asked of the trail: entries by time, person, action, object and words; nothing here changes it."""

from __future__ import annotations

import json

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.models import AuditEntry
from qs.audit.terms import Wanted

COLUMNS = ("seq", "at", "person_id", "username", "roles", "action", "object", "facts", "mac")


def entries(
    session: Session, wanted: Wanted, *, actor: Actor, limit: int | None = None, offset: int = 0
) -> pd.DataFrame:
    """One row per entry that is wanted, the latest first: COLUMNS.

    `at` is UTC, `roles` space-separated role codes, `facts` a dict; `person_id` is empty for systems.
    """
    actor.check_everywhere(Permission.AUDIT_READ)
    statement = (
        sa.select(*(getattr(AuditEntry, name) for name in COLUMNS))
        .where(*conditions(wanted))
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
        .offset(offset)
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(statement)], columns=list(COLUMNS))
    return frame.astype({"person_id": "Int64", "seq": "int64"}).assign(at=pd.to_datetime(frame["at"], utc=True))


def entry_count(session: Session, wanted: Wanted, *, actor: Actor) -> int:
    """How many entries are wanted."""
    actor.check_everywhere(Permission.AUDIT_READ)
    return session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*conditions(wanted))) or 0


def usernames(session: Session, *, actor: Actor) -> list[str]:
    """Everybody who has left an entry, people and systems, by name."""
    actor.check_everywhere(Permission.AUDIT_READ)
    return list(session.scalars(sa.select(AuditEntry.username).distinct().order_by(AuditEntry.username)))


def actions_taken(session: Session, *, actor: Actor) -> list[str]:
    """The codes of everything that was ever done here."""
    actor.check_everywhere(Permission.AUDIT_READ)
    return list(session.scalars(sa.select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """The search as conditions on entries. Facts are searched as they are stored: JSON in plain ASCII."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEntry.at < wanted.until)
    if wanted.username:
        found.append(AuditEntry.username == wanted.username)
    if wanted.action:
        found.append(AuditEntry.action == wanted.action)
    if wanted.object:
        every = AuditEntry.object.startswith(f"{wanted.object}:", autoescape=True)
        found.append(AuditEntry.object == wanted.object if ":" in wanted.object else every)
    if wanted.text:
        found.append(sa.cast(AuditEntry.facts, sa.Text).icontains(json.dumps(wanted.text)[1:-1], autoescape=True))
    return found
