"""How the trail is stored: numbered entries, each carrying a keyed hash over itself and the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model


class AuditEntry(Model):
    """One thing somebody did. Never updated, never deleted; holds ids and field names, no personal data."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index(None, "at"), sa.Index(None, "object"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    person_id: Mapped[int | None]
    username: Mapped[str] = mapped_column(sa.String(64), index=True)
    roles: Mapped[str] = mapped_column(sa.String(200))  # space-separated role codes at that moment
    action: Mapped[str] = mapped_column(sa.String(64), index=True)
    object: Mapped[str] = mapped_column(sa.String(100))  # kind:id
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # Any: JSON; from, to, reason and counts
    mac: Mapped[str] = mapped_column(sa.String(64))  # HMAC-SHA256 over the previous mac and this entry


class AuditHead(Model):
    """The end of the chain: one row, locked by whoever appends."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    mac: Mapped[str] = mapped_column(sa.String(64))
