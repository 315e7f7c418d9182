"""How wishes and messages are stored: the outbox is written in the transaction of what it tells about."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.notices.terms import Channel, Failure, NoticeState, Rhythm, Strength, Weekday


class NoticeWish(Model):
    """How one person wants to be told; the address only as ciphertext, gone when the person wants nothing."""

    __tablename__ = "notice_wish"
    __table_args__ = (
        sa.CheckConstraint("(channel IN ('none', 'screen')) = (address IS NULL)", name="channel_with_address"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    address: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # nonce and AES-GCM ciphertext
    least: Mapped[Strength] = mapped_column(enum_column(Strength))
    rhythm: Mapped[Rhythm] = mapped_column(enum_column(Rhythm))
    hour: Mapped[int]
    weekday: Mapped[Weekday] = mapped_column(enum_column(Weekday))
    version: Mapped[int]


class OutboxNotice(Model):
    """One message to one person: what it says, how far it has come, and when it is tried next.

    To somebody who works here, or to a requester, whose address stands in the vault and is read only when sending.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "dedupe_key"),
        sa.UniqueConstraint("vault_id", "dedupe_key"),
        sa.CheckConstraint("(person_id IS NULL) <> (vault_id IS NULL)", name="to_one_recipient"),
        sa.Index(None, "state", "due_at"),
        sa.CheckConstraint("(state = 'in_digest') = (digest_id IS NOT NULL)", name="digest_named"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_with_moment"),
        sa.CheckConstraint("(state = 'sending') = (claimed_until IS NOT NULL)", name="claimed_with_lease"),
        sa.CheckConstraint("(state = 'given_up') = (incident IS NOT NULL)", name="given_up_with_incident"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    vault_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_person.id"), index=True)  # a requester
    dedupe_key: Mapped[str] = mapped_column(sa.String(160))
    topic: Mapped[str] = mapped_column(sa.String(80), index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    strength: Mapped[Strength] = mapped_column(enum_column(Strength))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    link: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[NoticeState] = mapped_column(enum_column(NoticeState))
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]  # when it goes out, or is tried again
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # on the screen, by the person
    last_error: Mapped[Failure | None] = mapped_column(enum_column(Failure))
    incident: Mapped[str | None] = mapped_column(sa.String(16))  # the number under which the log names it
    digest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("notice.id"))
