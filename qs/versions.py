"""Counters raised in the transaction that changes something, so that every cached screen knows when to look again."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from qs.db import Model, enum_column


class Subject(StrEnum):
    """What a counter counts the changes of."""

    EVENTS = "events"
    DIRECTORY = "directory"
    STANDARDS = "standards"


class DataVersion(Model):
    """How often a subject has changed; the key of what is cached about it."""

    __tablename__ = "data_version"

    subject: Mapped[Subject] = mapped_column(enum_column(Subject), primary_key=True)
    version: Mapped[int]


def raise_version(session: Session, subject: Subject) -> None:
    """Count one change, in the caller's transaction."""
    raised = session.execute(
        sa.update(DataVersion).where(DataVersion.subject == subject).values(version=DataVersion.version + 1)
    )
    if raised.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult
        session.execute(sa.insert(DataVersion).values(subject=subject, version=1))


def data_versions(session: Session) -> tuple[int, ...]:
    """The present counters in the order of Subject: one small value that changes whenever any of them does."""
    counted = {row.subject: row.version for row in session.execute(sa.select(DataVersion.subject, DataVersion.version))}
    return tuple(counted.get(subject, 0) for subject in Subject)
