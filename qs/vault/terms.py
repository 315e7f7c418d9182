"""The words of vault: personal data of requesters, apart from their cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qs.i18n import N_, Language


class Ground(StrEnum):
    """Why personal data were erased, as the Personal Information Protection Law, art. 47, lists it."""

    PURPOSE_REACHED = "purpose_reached"
    RETENTION_OVER = "retention_over"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"


class IdentityProof(StrEnum):
    """How it was made sure that who asks is who the data are about."""

    CODE_AND_CONTACT = "code_and_contact"  # the receipt code and the number or address kept with it
    CALLED_BACK = "called_back"
    IDENTITY_CARD = "identity_card"  # shown at the counter


class ErasureRefusal(StrEnum):
    """Why data are not erased although it was asked for; they are stored and protected, and nothing else."""

    CASE_OPEN = "case_open"
    LEGAL_PERIOD = "legal_period"
    HELD = "held"
    NOT_PROVEN = "not_proven"


class HoldReason(StrEnum):
    """For which procedure data are held."""

    LAWSUIT = "lawsuit"
    INSPECTION = "inspection"  # by a supervisory or disciplinary body
    REVIEW = "review"  # an appeal or reconsideration
    CRIME = "crime"  # handed to the police or the procurator


class Span(StrEnum):
    """The unit of a time of keeping."""

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class Act(StrEnum):
    """What happens when a time of keeping is over."""

    SHRED = "shred"  # the person's key is destroyed, their data are blotted out of words; a tombstone stays
    EMPTY = "empty"  # words are emptied; who, when and how many stay
    DELETE = "delete"
    KEEP = "keep"  # nothing: it holds no personal data of citizens
    NOT_STORED = "not_stored"


@dataclass(frozen=True)
class RetentionRule:
    """One line of the retention matrix: what is kept for how long, after what, what happens then, and who says so.

    `least`: the shortest time that may be set, in the same unit. `version`: how often it was set here.
    """

    code: str
    amount: int
    span: Span
    act: Act
    name: str
    name_en: str
    after: str
    after_en: str
    source: str
    source_en: str
    least: int
    version: int = 0


class PersonalKind(StrEnum):
    """Personal data that are found in what people write."""

    PHONE = "phone"
    IDENTITY = "identity"
    CARD = "card"
    PLATE = "plate"
    EMAIL = "email"


@dataclass(frozen=True)
class Personal:
    """Who somebody is, in clear. Never kept anywhere but on the screen it was revealed on.

    `language`: in which they want to be written and talked to.
    """

    name: str
    phone: str
    email: str
    address: str
    language: Language = Language.ZH


@dataclass(frozen=True)
class Masked:
    """Who somebody is, as far as a case needs it: first sign of the name, ends of the phone number."""

    name: str
    phone: str
    email: str
    address: str
    language: Language = Language.ZH
    is_erased: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.email or self.address)


@dataclass(frozen=True)
class DueLine:
    """How much of one kind is past its time of keeping, and since when the oldest counts."""

    code: str
    count: int
    oldest_on: date | None


@dataclass(frozen=True)
class Reveal:
    """One look at somebody's identity: by whom, when, for which case, and why."""

    username: str
    revealed_at: datetime
    subject: str
    reason: str


@dataclass(frozen=True)
class Hold:
    """Data held for a procedure: by whom, why, until which day, and whether it still stands."""

    hold_id: int
    vault_id: int
    reason: HoldReason
    reference: str
    until: date
    placed_at: datetime
    placed_by: str
    placed_by_en: str | None
    released_at: datetime | None


@dataclass(frozen=True)
class Erasure:
    """A wish to be erased: for which case, on what ground, how it was proven, and what became of it."""

    erasure_id: int
    vault_id: int
    subject: str
    reference: str
    ground: Ground
    proof: IdentityProof
    asked_at: datetime
    checked_by_id: int | None
    decided_at: datetime | None
    is_granted: bool | None
    refusal: ErasureRefusal | None


@dataclass(frozen=True)
class RunReport:
    """One run of the retention job, or a trial: what was due of each kind, and how much was erased."""

    run_id: int
    day: date
    is_trial: bool
    started_at: datetime
    ended_at: datetime | None
    username: str
    found: tuple[DueLine, ...]
    erased_count: int

    @property
    def due_count(self) -> int:
        return sum(line.count for line in self.found)


FIELDS: dict[str, str] = {
    "name": N_("Full name"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "address": N_("Address"),
}
