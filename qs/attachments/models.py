"""How attached files are stored: in the database, so that one backup holds records and proofs together."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.attachments.terms import MediaType
from qs.db import Model, enum_column


class Attachment(Model):
    """One file that belongs to one record of any room, named as in the trail: `rectification:12`."""

    __tablename__ = "attachment"
    __table_args__ = (sa.CheckConstraint("byte_count > 0", name="not_empty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(sa.String(80), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[MediaType] = mapped_column(enum_column(MediaType))
    byte_count: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    kept_at: Mapped[datetime]
