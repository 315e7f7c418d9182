"""How complaints are stored: the request, every step of its life, what was said, and each call-back."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.complaints.terms import (
    CODE_TEXT_LENGTH,
    DEFAULT_PACK,
    PACK_LENGTH,
    PLACE_LENGTH,
    REMEDY_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    ExclusionReason,
    Outcome,
    PauseReason,
    RecusalGround,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    ReviewDecision,
    ReviewStage,
    Satisfaction,
    StepKind,
    Supervision,
    TemplatePurpose,
    Urgency,
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
        sa.CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name="paused_has_moment"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place_whole"),
        sa.CheckConstraint("master_id <> id", name="master_is_another"),
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
    remedy: Mapped[str] = mapped_column(sa.String(REMEDY_LENGTH), default="", server_default="")
    happened_on: Mapped[date | None]
    urgency: Mapped[Urgency] = mapped_column(enum_column(Urgency), default=Urgency.GENERAL, server_default="general")
    pack: Mapped[str] = mapped_column(sa.String(PACK_LENGTH), default=DEFAULT_PACK, server_default=DEFAULT_PACK)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    external_id: Mapped[str | None] = mapped_column(sa.String(100), unique=True)  # of the system that sent it
    repeats_id: Mapped[int | None] = mapped_column(sa.ForeignKey("request.id"))  # the same person and matter before
    master_id: Mapped[int | None] = mapped_column(sa.ForeignKey("request.id"), index=True)  # merged into it
    is_spam: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_excluded: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # from assessment

    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))  # proposed by the reply, fixed at closing
    refusal: Mapped[Refusal | None] = mapped_column(enum_column(Refusal))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("provider.id"), index=True)  # handles it
    lead_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("provider.id"))  # ruled: cannot be returned
    handler_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answer: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    rework_count: Mapped[int] = mapped_column(default=0)
    supervised_at: Mapped[datetime | None]  # under supervision since
    supervision: Mapped[Supervision | None] = mapped_column(enum_column(Supervision))  # the highest level so far
    rung: Mapped[int] = mapped_column(default=0, server_default="0")  # of the ladder of reminders, the last taken

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

    pause_reason: Mapped[PauseReason | None] = mapped_column(enum_column(PauseReason))  # asked for, or in force
    pause_asked_at: Mapped[datetime | None]
    pause_asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    paused_at: Mapped[datetime | None]  # the clock stands since

    registered_at: Mapped[datetime] = mapped_column(index=True)
    registered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # empty: by the public
    dispatched_at: Mapped[datetime | None]
    returned_count: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]  # the last reply
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    called_back_at: Mapped[datetime | None]  # the last one that reached somebody
    failed_call_count: Mapped[int] = mapped_column(default=0)  # since the last reply
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    redacted_at: Mapped[datetime | None]  # personal data in its words were blotted out


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
    code: Mapped[str] = mapped_column(sa.String(CODE_TEXT_LENGTH), default="", server_default="")  # of a coded reason
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


class CoUnit(Model):
    """A unit that helps the lead unit with a request, and what it reported (协办单位)."""

    __tablename__ = "request_co_unit"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "service_id"),
        sa.CheckConstraint("(reported_at IS NULL) = (report = '')", name="reported_with_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("provider.id"))
    task: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    due_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    is_stage_report: Mapped[bool] = mapped_column(default=False)  # not finished: reasons and progress
    report: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class RequestExclusion(Model):
    """A wish to leave a request out of the assessment, and what a second person decided."""

    __tablename__ = "request_exclusion"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided_whole"),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    reason: Mapped[ExclusionReason] = mapped_column(enum_column(ExclusionReason))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    is_granted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class RequestReview(Model):
    """A requester's wish to have a result looked at again by somebody else, and the decision (复核)."""

    __tablename__ = "request_review"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "stage"),
        sa.CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    stage: Mapped[ReviewStage] = mapped_column(enum_column(ReviewStage))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    asked_at: Mapped[datetime]
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decision: Mapped[ReviewDecision | None] = mapped_column(enum_column(ReviewDecision))
    reasons: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class RequestRecusal(Model):
    """A person who keeps out of a request: neither sees nor does anything about it (回避)."""

    __tablename__ = "request_recusal"
    __table_args__ = (sa.UniqueConstraint("request_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    ground: Mapped[RecusalGround] = mapped_column(enum_column(RecusalGround))
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class ReplyTemplate(Model):
    """Words that are often needed, for replies, messages and call-backs; {number}, {service}, {due} are filled in."""

    __tablename__ = "reply_template"
    __table_args__ = (sa.CheckConstraint("version >= 1", name="version_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    purpose: Mapped[TemplatePurpose] = mapped_column(enum_column(TemplatePurpose))
    kind: Mapped[RequestKind | None] = mapped_column(enum_column(RequestKind))  # empty: every type
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))
    sector_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sector.id"))  # empty: every sector
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    is_retired: Mapped[bool] = mapped_column(default=False)
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class CatalogueEntry(Model):
    """A line of the dispatch catalogue (派单目录): which service handles which matter, and by which words."""

    __tablename__ = "dispatch_catalogue"
    __table_args__ = (sa.CheckConstraint("version >= 1", name="version_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    matter: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    matter_en: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    words: Mapped[str] = mapped_column(sa.String(REMEDY_LENGTH))  # separated by spaces
    kind: Mapped[RequestKind | None] = mapped_column(enum_column(RequestKind))  # empty: every type
    urgency: Mapped[Urgency] = mapped_column(enum_column(Urgency), default=Urgency.GENERAL)
    pack: Mapped[str] = mapped_column(sa.String(PACK_LENGTH), default=DEFAULT_PACK)
    sector_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sector.id"))
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"))  # empty: every area
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))  # empty: the one of the sector nearest
    co_service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    is_retired: Mapped[bool] = mapped_column(default=False)
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class SpentChallenge(Model):
    """A proof of work that was used, so that it is used once; forgotten when the challenge has expired."""

    __tablename__ = "spent_challenge"

    hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(index=True)


class ContactCheck(Model):
    """A wrong number or address given with a receipt code, for the limit of tries; forgotten after a day."""

    __tablename__ = "request_contact_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), index=True)
    at: Mapped[datetime]


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
