"""How participation is stored: ratings with their receipts, the loop of the negative ones, suggestions, hearings."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.observations.terms import Channel
from qs.participation.terms import (
    Capacity,
    ConsultationStatus,
    Ground,
    HearingKind,
    HearingStatus,
    Level,
    NegativeClass,
    NegativeStatus,
    Reason,
    Side,
    Stage,
    SuggestionStatus,
    Verdict,
)

HASH_LENGTH = 64
COMMENT_LENGTH = 500
TEXT_LENGTH = 4000
TITLE_LENGTH = 120


class RatingPoint(Model):
    """A counter, window or page with a public code on it (a QR code): says where, never who."""

    __tablename__ = "rating_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    counter: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    counter_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    is_open: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class RatingReceipt(Model):
    """One finished matter that may be rated once: bound to service and day, not to a person; only the hash is kept."""

    __tablename__ = "rating_receipt"
    __table_args__ = (
        sa.Index("ix_rating_receipt_service_finished", "service_id", "finished_on"),
        sa.CheckConstraint("is_request = (request_number IS NOT NULL)", name="request_has_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), unique=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    point_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rating_point.id"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    is_request: Mapped[bool] = mapped_column(default=False)  # the receipt code of a closed request
    request_number: Mapped[str | None] = mapped_column(sa.String(40))
    finished_on: Mapped[date]
    finished_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    issued_at: Mapped[datetime]


class RatingExclusion(Model):
    """A proposal not to count some ratings of one service, and what a second person decided."""

    __tablename__ = "rating_exclusion"
    __table_args__ = (
        sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
        sa.CheckConstraint("(decided_at IS NULL) = (is_upheld IS NULL)", name="decided_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    ground: Mapped[Ground] = mapped_column(enum_column(Ground))
    evidence: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    is_upheld: Mapped[bool | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class Rating(Model):
    """One rating. With a receipt it is verified and there is at most one; without, it came from a public code."""

    __tablename__ = "rating"
    __table_args__ = (
        sa.Index("ix_rating_service_rated", "service_id", "rated_at"),
        sa.CheckConstraint("receipt_id IS NOT NULL OR point_id IS NOT NULL", name="has_origin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rating_receipt.id"), unique=True)
    point_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rating_point.id"))
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    level: Mapped[Level] = mapped_column(enum_column(Level))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    questionnaire: Mapped[int]
    comment: Mapped[str] = mapped_column(sa.String(COMMENT_LENGTH), default="")
    vault_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_person.id"))
    device_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), default="")  # another one every day
    rated_at: Mapped[datetime]
    change_count: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime | None]
    signals: Mapped[str] = mapped_column(sa.String(60), default="")  # values of Signal; marks for review only
    exclusion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rating_exclusion.id"), index=True)
    is_excluded: Mapped[bool] = mapped_column(default=False)


class RatingReason(Model):
    """One reason a rater ticked."""

    __tablename__ = "rating_reason"

    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("rating.id"), primary_key=True)
    reason: Mapped[Reason] = mapped_column(enum_column(Reason), primary_key=True)


class RatingFormer(Model):
    """What a rating said before its rater changed it."""

    __tablename__ = "rating_former"
    __table_args__ = (sa.UniqueConstraint("rating_id", "turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("rating.id"))
    turn: Mapped[int]
    level: Mapped[Level] = mapped_column(enum_column(Level))
    reasons: Mapped[str] = mapped_column(sa.String(200), default="")
    comment: Mapped[str] = mapped_column(sa.String(COMMENT_LENGTH), default="")
    said_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class NegativeRating(Model):
    """The loop of one verified negative rating. Due days are copied from due_date, which keeps how they were found."""

    __tablename__ = "negative_rating"
    __table_args__ = (sa.Index("ix_negative_rating_service_opened", "service_id", "opened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("rating.id"), unique=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    status: Mapped[NegativeStatus] = mapped_column(enum_column(NegativeStatus))
    before_appeal: Mapped[NegativeStatus | None] = mapped_column(enum_column(NegativeStatus, is_checked=False))
    kind: Mapped[NegativeClass | None] = mapped_column(enum_column(NegativeClass))
    is_named: Mapped[bool]
    rectification_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    rectification_ref: Mapped[str] = mapped_column(sa.String(40), default="")  # the source the order names
    rectification_at: Mapped[datetime | None]
    contact_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    contact_due_at: Mapped[datetime | None]
    answer_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    answer_due_at: Mapped[datetime]
    appeal_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    appeal_due_at: Mapped[datetime]
    call_back_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    call_back_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    contacted_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")  # what the rater reads
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    called_back_at: Mapped[datetime | None]
    is_satisfied: Mapped[bool | None]
    reopen_count: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ParticipationStep(Model):
    """One change of state of a negative rating, suggestion, consultation, opinion, hearing or registration."""

    __tablename__ = "participation_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(40), index=True)  # kind:id, as in the trail
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # empty: the public, or the system
    from_status: Mapped[str] = mapped_column(sa.String(20))
    to_status: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class Suggestion(Model):
    """What somebody proposes, and what the office made of it."""

    __tablename__ = "suggestion"
    __table_args__ = (
        sa.CheckConstraint(
            "(status IN ('answered', 'implemented')) = (verdict IS NOT NULL)", name="answered_with_verdict"
        ),
        sa.CheckConstraint("status = 'received' OR service_id IS NOT NULL", name="assigned_to_service"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), unique=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    vault_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_person.id"))
    status: Mapped[SuggestionStatus] = mapped_column(enum_column(SuggestionStatus))
    is_shown: Mapped[bool] = mapped_column(default=False)  # read by staff and fit for the public list
    verdict: Mapped[Verdict | None] = mapped_column(enum_column(Verdict))
    answer: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    answer_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    proof: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    proof_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    due_at: Mapped[datetime]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    implemented_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class SuggestionSupport(Model):
    """One supporter of a suggestion, known only as a device."""

    __tablename__ = "suggestion_support"
    __table_args__ = (sa.UniqueConstraint("suggestion_id", "device_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(sa.ForeignKey("suggestion.id"))
    device_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    at: Mapped[datetime]


class Consultation(Model):
    """A draft laid before the public for a period (公开征求意见)."""

    __tablename__ = "consultation"
    __table_args__ = (sa.CheckConstraint("closes_on >= opens_on", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(sa.String(200))
    explanation: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    explanation_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    short_reason: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    short_reason_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    status: Mapped[ConsultationStatus] = mapped_column(enum_column(ConsultationStatus))
    published_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    summary_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    summary_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    summary_due_at: Mapped[datetime | None]
    summarised_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ConsultationOpinion(Model):
    """One opinion on a consultation, each answered with a verdict and its reason."""

    __tablename__ = "consultation_opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"), index=True)
    receipt_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), unique=True)
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    gist: Mapped[str] = mapped_column(sa.String(300), default="")  # the office's wording for the public list
    gist_en: Mapped[str | None] = mapped_column(sa.String(300))
    vault_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_person.id"))
    received_at: Mapped[datetime]
    verdict: Mapped[Verdict | None] = mapped_column(enum_column(Verdict))
    reason: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    reason_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Hearing(Model):
    """A public hearing (听证会): notice, registration, list, record, answers."""

    __tablename__ = "hearing"
    __table_args__ = (sa.CheckConstraint("seats > 0", name="seats_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[HearingKind] = mapped_column(enum_column(HearingKind))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(sa.String(200))
    matter: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    matter_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    place: Mapped[str] = mapped_column(sa.String(200))
    place_en: Mapped[str | None] = mapped_column(sa.String(200))
    holds_at: Mapped[datetime]
    registration_closes_on: Mapped[date]
    seats: Mapped[int]
    selection_rule: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    selection_rule_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    consultation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consultation.id"))
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"))
    status: Mapped[HearingStatus] = mapped_column(enum_column(HearingStatus))
    noticed_at: Mapped[datetime | None]
    listed_at: Mapped[datetime | None]
    presider: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    record: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    record_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    recorded_at: Mapped[datetime | None]
    answer_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    answer_due_at: Mapped[datetime | None]
    report: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    report_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class HearingRegistration(Model):
    """One applicant for a hearing; chosen or not, everybody gets an answer."""

    __tablename__ = "hearing_registration"

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(sa.ForeignKey("hearing.id"), index=True)
    receipt_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH), unique=True)
    side: Mapped[Side] = mapped_column(enum_column(Side))
    capacity: Mapped[Capacity] = mapped_column(enum_column(Capacity))
    main_points: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    gist: Mapped[str] = mapped_column(sa.String(300), default="")  # the office's wording for the public report
    gist_en: Mapped[str | None] = mapped_column(sa.String(300))
    vault_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_person.id"))
    registered_at: Mapped[datetime]
    is_chosen: Mapped[bool | None]  # empty: not decided yet
    is_present: Mapped[bool | None]
    verdict: Mapped[Verdict | None] = mapped_column(enum_column(Verdict))
    reason: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    reason_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
