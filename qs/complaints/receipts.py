"""What a receipt code opens: where a matter stands, as its requester may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qs.attachments.terms import KeptFile
from qs.complaints.terms import Outcome, Refusal, RequestKind, RequestState, ReviewDecision, ReviewStage, StepKind


@dataclass(frozen=True)
class StatusStep:
    """One step as the requester may see it."""

    kind: StepKind
    at: datetime
    text: str = ""  # what was told
    files: tuple[KeptFile, ...] = ()  # sent with it; of the requester's own request only, never of its master


@dataclass(frozen=True)
class StatusReview:
    """A review as its requester may see it; empty decision and reasons while it is pending."""

    stage: ReviewStage
    asked_at: datetime
    due_at: datetime | None
    is_provisional: bool  # the day may move once the calendar of its year is published
    decision: ReviewDecision | None
    reasons: str
    decided_at: datetime | None


@dataclass(frozen=True)
class RequestStatus:
    """What a receipt code opens: where the matter stands, without personal data.

    A merged request shows where its master stands, without what that one's requester wrote (`is_merged`).
    `review_stage` may be asked for until `review_until`, when `can_ask_review`; `is_final`: no remedy is left.

    `outcome`, `answer`, `closed_at` are empty until there is one. `is_overdue`: the limit has passed without an answer.
    """

    request_id: int
    number: str
    kind: RequestKind
    state: RequestState
    service_id: int | None
    service: str
    service_en: str
    unit: str
    unit_en: str
    registered_at: datetime
    due_at: datetime | None
    is_provisional: bool
    is_extended: bool
    is_overdue: bool
    outcome: Outcome | None
    refusal: Refusal | None
    answer: str
    closed_at: datetime | None
    steps: tuple[StatusStep, ...]
    can_add: bool
    can_withdraw: bool
    can_rate: bool
    due_id: int | None = None  # how the limit was counted
    is_merged: bool = False
    people_count: int = 1  # requests about the same matter, this one included
    can_ask_review: bool = False
    review_stage: ReviewStage | None = None
    review_until: datetime | None = None
    reviews: tuple[StatusReview, ...] = ()
    is_final: bool = False
    can_ask_recusal: bool = False
