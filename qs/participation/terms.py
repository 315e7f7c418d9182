"""The words of participation: ratings, suggestions, consultations and hearings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from qs.observations.terms import Channel


class Level(StrEnum):
    """The five levels with their fixed wording (国办发〔2019〕51号); the value is the number of stars."""

    VERY_SATISFIED = "5"
    SATISFIED = "4"
    BASICALLY_SATISFIED = "3"
    DISSATISFIED = "2"
    VERY_DISSATISFIED = "1"

    @property
    def stars(self) -> int:
        return int(self.value)

    @property
    def points(self) -> int:
        """100, 80, 60, 40, 20: an even scale for the mean (local rule)."""
        return self.stars * 20

    @property
    def is_negative(self) -> bool:
        return self.stars <= 2


class Reason(StrEnum):
    """What a rater may tick; which are offered depends on the level and the channel (rules.QUESTIONNAIRES)."""

    QUICK = "quick"
    ONE_VISIT = "one_visit"
    CLEAR = "clear"
    KIND = "kind"
    COMPETENT = "competent"
    GOOD_PLACE = "good_place"
    EASY_ONLINE = "easy_online"
    GUIDE_RIGHT = "guide_right"
    WAITED_LONG = "waited_long"
    CAME_AGAIN = "came_again"
    UNCLEAR = "unclear"
    UNKIND = "unkind"
    NOT_DONE = "not_done"
    POOR_PLACE = "poor_place"
    HARD_ONLINE = "hard_online"
    GUIDE_WRONG = "guide_wrong"
    SLOW_ONLINE = "slow_online"
    OTHER = "other"


class NegativeStatus(StrEnum):
    """Where a negative rating stands on its way to being settled."""

    RECEIVED = "received"
    CONTACTED = "contacted"
    CLASSIFIED = "classified"
    RECTIFIED = "rectified"
    EXPLAINED = "explained"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    APPEALED = "appealed"  # an exclusion is proposed, a second person decides
    EXCLUDED = "excluded"

    @property
    def is_over(self) -> bool:
        return self in (NegativeStatus.CLOSED, NegativeStatus.EXCLUDED)


class NegativeClass(StrEnum):
    """What the verification found."""

    AT_ONCE = "at_once"  # clear and reasonable: put right at once
    BY_PLAN = "by_plan"  # complex: ledger, plan and date
    NO_BASIS = "no_basis"  # no legal basis: explain in writing


class Ground(StrEnum):
    """Why a rating is not counted; decided by a second person, counted and published."""

    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"
    MANIPULATED = "manipulated"
    SPAM = "spam"


class Signal(StrEnum):
    """What made ratings look strange, of a group but for `SPAM`. None of these excludes anything.

    `SAME_SECOND` stands on older marks only; it has become a case of `RHYTHM`. `SPAM`: the request that was rated is
    marked as spam.
    """

    BURST = "burst"
    LEVELS = "levels"
    DEVICES = "devices"
    TEXTS = "texts"
    RHYTHM = "rhythm"
    SAME_SECOND = "same_second"
    SPAM = "spam"


class SuggestionStatus(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    IMPLEMENTED = "implemented"


class Verdict(StrEnum):
    """What became of what somebody proposed (采纳情况)."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"


class Stage(StrEnum):
    """When people are asked: while a service is designed, or while it runs."""

    DESIGN = "design"
    IMPLEMENTATION = "implementation"


class ConsultationStatus(StrEnum):
    """What the office did; whether opinions are taken now follows from the days."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUMMARISED = "summarised"


class HearingKind(StrEnum):
    """Which rules of time apply."""

    RULE_MAKING = "rule_making"
    DECISION = "decision"


class HearingStatus(StrEnum):
    DRAFT = "draft"
    NOTICED = "noticed"
    LISTED = "listed"  # participants chosen, list published
    HELD = "held"
    PUBLISHED = "published"


class Side(StrEnum):
    """Where an applicant stands on the matter of a hearing."""

    SUPPORTING = "supporting"
    OPPOSING = "opposing"
    OTHER = "other"


class Capacity(StrEnum):
    """In which capacity somebody takes part; all that the published list says of a person."""

    RESIDENT = "resident"
    SERVICE_USER = "service_user"
    EXPERT = "expert"
    ORGANISATION = "organisation"


class Paper(StrEnum):
    """What a receipt code belongs to."""

    RATING = "rating"
    SUGGESTION = "suggestion"
    OPINION = "opinion"
    REGISTRATION = "registration"


@dataclass(frozen=True)
class Contact:
    """How somebody may be reached, if they want to be; kept in the vault and nowhere else."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Answer:
    """What a rater says. Only the level is asked for; a contact makes it a real-name rating."""

    level: Level
    reasons: tuple[Reason, ...] = ()
    comment: str = ""
    contact: Contact | None = None


@dataclass(frozen=True)
class Ratable:
    """What a code lets somebody rate, and what to offer. `finished_at` is empty for a rating point's public code."""

    service_id: int
    service: str
    service_en: str
    provider: str
    provider_en: str
    counter: str
    counter_en: str
    channel: Channel
    is_verified: bool  # with a receipt; false for the public code of a rating point
    finished_on: date | None
    finished_at: datetime | None
    expires_at: datetime | None
    reasons: dict[Level, tuple[Reason, ...]]
    questionnaire: int
    before: Level | None = None  # the rating given earlier with this code, which a new one replaces


@dataclass(frozen=True)
class Rated:
    """What became of a rating: ids and the days by which the rater hears more."""

    rating_id: int
    service_id: int
    level: Level
    is_verified: bool
    is_change: bool
    contact_due_at: datetime | None = None  # only for a negative rating with a name
    answer_due_at: datetime | None = None  # only for a negative rating
    is_contact_provisional: bool = False  # these days may move once the calendar of their year is published
    is_answer_provisional: bool = False


@dataclass(frozen=True)
class PointInfo:
    """A rating point as its public page shows it."""

    point_id: int
    code: str
    service_id: int
    service: str
    service_en: str
    counter: str
    counter_en: str
    is_open: bool


@dataclass(frozen=True)
class Kept:
    """What somebody sent in, with the receipt code that is shown once."""

    id: int
    receipt_code: str
    due_at: datetime | None = None
    is_provisional: bool = False  # the day may move once the calendar of its year is published


@dataclass(frozen=True)
class PublicStep:
    """One station of a matter as the public sees it: no names."""

    at: datetime
    code: str  # value of the status it came to


@dataclass(frozen=True)
class PaperStatus:
    """What a receipt code shows. No personal data: what the person wrote is not repeated."""

    paper: Paper
    title: str
    title_en: str
    filed_at: datetime
    status: StrEnum
    due_at: datetime | None
    verdict: Verdict | None
    answer: str
    answered_at: datetime | None
    steps: tuple[PublicStep, ...]
    is_chosen: bool | None = None  # of an applicant for a hearing; empty until the list is published
    is_provisional: bool = False  # the day may move once the calendar of its year is published


@dataclass(frozen=True)
class NewConsultation:
    """A consultation as it is drafted. Days are local."""

    title: str
    explanation: str
    stage: Stage
    opens_on: date
    closes_on: date
    title_en: str | None = None
    explanation_en: str | None = None
    short_reason: str | None = None
    short_reason_en: str | None = None
    service_id: int | None = None
    area_id: int | None = None


@dataclass(frozen=True)
class NewHearing:
    """A hearing as it is drafted."""

    kind: HearingKind
    title: str
    matter: str
    place: str
    holds_at: datetime
    registration_closes_on: date
    seats: int
    selection_rule: str
    title_en: str | None = None
    matter_en: str | None = None
    place_en: str | None = None
    selection_rule_en: str | None = None
    consultation_id: int | None = None
    service_id: int | None = None
    area_id: int | None = None


@dataclass(frozen=True)
class HearingRecord:
    """What is kept of a hearing: who came (ids of registrations), who presided, what was said."""

    presider: str
    is_presider_independent: bool
    attended: frozenset[int]
    text: str
    text_en: str | None = None


@dataclass(frozen=True)
class Station:
    """One line of a history."""

    at: datetime
    from_status: str
    to_status: str
    person: str
    person_en: str
    note: str


@dataclass(frozen=True)
class Questionnaire:
    """One version of what is asked; a version in use never changes."""

    version: int
    effective_on: date
    positive: dict[Channel, tuple[Reason, ...]]
    negative: dict[Channel, tuple[Reason, ...]]


@dataclass(frozen=True)
class RatedMoment:
    """What the check for manipulation looks at."""

    rating_id: int
    service_id: int
    rated_at: datetime
    level: Level = Level.VERY_SATISFIED
    device_hash: str = ""  # empty also where one device stands there for everybody
    text: str = ""


@dataclass(frozen=True)
class Suspicion:
    """Ratings of one service and a few days with at least two independent signals."""

    signals: tuple[Signal, ...]
    rating_ids: tuple[int, ...] = field(default_factory=tuple)
