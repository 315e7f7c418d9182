"""How complaints are stored: the request, every step of its life, what was said, and each call-back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.complaints.terms import (
    PLACE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    Satisfaction,
    StepKind,
)
from qs.db import Model, enum_column

HASH_LENGTH = 64


class Request(Model):
    """One matter that somebody brought (诉求). Who it was stands in the vault, never here."""

    __tablename__ = "request"
    __table_args__ = (
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        sa.CheckConstraint("state <> 'closed' OR outcome IS NOT NULL", name="closed_has_outcome"),
        sa.CheckConstraint("(outcome = 'not_accepted') = (refusal IS NOT NULL)", name="refusal_has_reason"),
        sa.CheckConstraint("rework_count >= 0 AND rework_count <= 2", name="reworks_limited"),
        sa.CheckConstraint("version >= 1", name="version_positive"),
        sa.Index("ix_request_state_next_due_at", "state", "next_due_at"),
        sa.Index("ix_request_service_id_registered_at", "service_id", "registered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(16), unique=True)
    receipt_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    kind: Mapped[RequestKind] = mapped_column(enum_column(RequestKind))
    channel: Mapped[RequestChannel] = mapped_column(enum_column(RequestChannel))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    place: Mapped[str] = mapped_column(sa.String(PLACE_LENGTH), default="")
    brief: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")  # what the unit is told to handle
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    vault_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_person.id"), index=True)
    wants_reply: Mapped[bool]
    is_confidential: Mapped[bool]

    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))  # proposed by the reply, fixed at closing
    refusal: Mapped[Refusal | None] = mapped_column(enum_column(Refusal))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("provider.id"), index=True)  # handles it
    lead_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("provider.id"))  # ruled: cannot be returned
    handler_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answer: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    rework_count: Mapped[int] = mapped_column(default=0)
    supervised_at: Mapped[datetime | None]  # still not solved after the last rework

    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    due_at: Mapped[datetime | None]  # as in due_date, for putting lists in order
    is_provisional: Mapped[bool] = mapped_column(default=False)
    next_due_at: Mapped[datetime | None]  # the limit of the present step, or of handling where it has none
    overdue_at: Mapped[datetime | None]  # the limit that passed without an answer; stays whatever follows
    counted_at: Mapped[datetime | None]  # when its event of the on-time rate was recorded, once

    extension_asked_at: Mapped[datetime | None]
    extension_asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    extension_reason: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    extension_decided_at: Mapped[datetime | None]
    extension_decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    is_extended: Mapped[bool] = mapped_column(default=False)

    registered_at: Mapped[datetime] = mapped_column(index=True)
    registered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # empty: by the public
    dispatched_at: Mapped[datetime | None]
    returned_count: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]  # the last reply
    called_back_at: Mapped[datetime | None]  # the last one that reached somebody
    failed_call_count: Mapped[int] = mapped_column(default=0)  # since the last reply
    closed_at: Mapped[datetime | None] = mapped_column(index=True)


class RequestStep(Model):
    """One step in the life of a request; never changed."""

    __tablename__ = "request_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(enum_column(StepKind))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # empty: the public, or the system
    from_state: Mapped[RequestState | None] = mapped_column(enum_column(RequestState, is_checked=False))
    to_state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))  # the limit of the state entered
    due_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    is_told: Mapped[bool]  # the requester reads step and note


class CallBack(Model):
    """One attempt to call a requester back, and what was said; never changed."""

    __tablename__ = "call_back"
    __table_args__ = (
        sa.CheckConstraint(
            "(NOT is_reached AND was_contacted IS NULL AND is_solved IS NULL AND satisfaction IS NULL) OR "
            "(is_reached AND was_contacted IS NOT NULL AND is_solved IS NOT NULL AND satisfaction IS NOT NULL)",
            name="complete_when_reached",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)  # whose work was judged
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("provider.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    is_reached: Mapped[bool]
    was_contacted: Mapped[bool | None]
    is_solved: Mapped[bool | None]
    satisfaction: Mapped[Satisfaction | None] = mapped_column(enum_column(Satisfaction))
    comment: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class RequestCounter(Model):
    """The last number given in a year; its row is locked while a number is taken."""

    __tablename__ = "request_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Filing(Model):
    """One filing from a public address, as a keyed hash, for the limits; forgotten after a day."""

    __tablename__ = "request_filing"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), default="")
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    at: Mapped[datetime] = mapped_column(index=True)
