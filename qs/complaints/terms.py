"""The words of complaints: requests of all types, from receipt to call-back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qs.attachments.terms import Upload
from qs.i18n import Language
from qs.observations.terms import Channel


class RequestKind(StrEnum):
    """What the public wants (诉求类型)."""

    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"  # of wrongdoing
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class RequestChannel(StrEnum):
    """How the request came in."""

    WEB = "web"
    PHONE = "phone"
    COUNTER = "counter"
    LETTER = "letter"
    APP = "app"
    OPEN311 = "open311"  # another system, on somebody's behalf

    @property
    def met(self) -> Channel:
        """The same as an event names it."""
        return EVENT_CHANNELS[self]


EVENT_CHANNELS = {
    RequestChannel.WEB: Channel.ONLINE,
    RequestChannel.APP: Channel.ONLINE,
    RequestChannel.OPEN311: Channel.ONLINE,
    RequestChannel.PHONE: Channel.PHONE,
    RequestChannel.COUNTER: Channel.COUNTER,
    RequestChannel.LETTER: Channel.UNKNOWN,
}


class RequestState(StrEnum):
    """Where a request stands. How it ended is its outcome, which is another thing than closed."""

    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"  # the clock stands, with a coded reason and somebody's approval
    REPLIED = "replied"  # the centre verifies the reply
    VERIFIED = "verified"  # the requester is called back
    CALLED_BACK = "called_back"
    CLOSED = "closed"

    @property
    def is_worked_on(self) -> bool:
        """True while the time for handling runs."""
        return self in WORKED_ON


WORKED_ON = (RequestState.REGISTERED, RequestState.DISPATCHED, RequestState.RETURNED, RequestState.IN_PROGRESS)


class Outcome(StrEnum):
    """How a request ended: a fixed list, so that closed is never read as solved."""

    RESOLVED = "resolved"
    PARTLY_RESOLVED = "partly_resolved"
    EXPLAINED = "explained"
    PLANNED = "planned"
    NOT_ACCEPTED = "not_accepted"
    LEGAL_CHANNEL = "legal_channel"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"

    @property
    def is_handled(self) -> bool:
        """True for outcomes that count in the on-time rate: somebody had to do something about the matter."""
        return self not in (Outcome.NOT_ACCEPTED, Outcome.WITHDRAWN, Outcome.DUPLICATE)


REPLY_OUTCOMES = (
    Outcome.RESOLVED,
    Outcome.PARTLY_RESOLVED,
    Outcome.EXPLAINED,
    Outcome.PLANNED,
    Outcome.LEGAL_CHANNEL,
    Outcome.DUPLICATE,
)


class Refusal(StrEnum):
    """Why a request is not accepted; the reason and the right channel must be told."""

    LEGAL_PROCEDURE = "legal_procedure"
    SAME_MATTER = "same_matter"
    SECRET = "secret"
    BEYOND_REMIT = "beyond_remit"
    UNLAWFUL = "unlawful"
    EMERGENCY = "emergency"


class Urgency(StrEnum):
    """How quickly a matter must be taken up; packs of limits may give each its own time."""

    DANGER = "danger"  # to life or property, public events
    UTILITIES = "utilities"  # water, power, gas, heat, extreme weather
    GENERAL = "general"
    COMPLEX = "complex"  # several units, or inquiries that take long


class PauseReason(StrEnum):
    """Why the clock may stand still."""

    REQUESTER = "requester"  # who must say or hand in something first
    EXPERT = "expert"  # an appraisal or measurement under way
    PROCEDURE = "procedure"  # the result of another procedure is needed
    FORCE_MAJEURE = "force_majeure"


class Supervision(StrEnum):
    """How closely the office watches a request (督办), from the mildest."""

    DAILY = "daily"
    LISTED = "listed"  # 挂牌督办
    INTERVIEW = "interview"  # 约谈

    @property
    def rank(self) -> int:
        return tuple(Supervision).index(self)


class ExclusionReason(StrEnum):
    """Why a request is left out of the assessment of a unit (剔除); it stays in every count."""

    NO_LEGAL_BASIS = "no_legal_basis"
    BEYOND_POWER = "beyond_power"
    FORCE_MAJEURE = "force_majeure"
    MALICIOUS = "malicious"
    REPEATED = "repeated"
    MISDISPATCHED = "misdispatched"


class ReviewStage(StrEnum):
    """Who does not accept the result asks for a review, and once more for a second one; then it is final."""

    FIRST = "first"
    SECOND = "second"


class ReviewDecision(StrEnum):
    """What a review comes to."""

    UPHELD = "upheld"  # the result stands
    CHANGED = "changed"  # the outcome is put right on the file
    HANDLED_AGAIN = "handled_again"  # the unit has to do it again


class RecusalGround(StrEnum):
    """Why a person keeps out of a request (回避)."""

    CONCERNED = "concerned"  # the request is about this person
    RELATIVE = "relative"
    INTEREST = "interest"
    ASKED = "asked"  # the requester asked for it, and it was granted


class StepKind(StrEnum):
    """One step in the life of a request, as its history tells it."""

    REGISTERED = "registered"
    ADDED = "added"  # the requester said more
    ANSWERED = "answered"  # on the spot
    NOT_ACCEPTED = "not_accepted"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    RULED = "ruled"
    SIGNED = "signed"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    REPLIED = "replied"
    CALLED_BACK = "called_back"
    NOT_REACHED = "not_reached"
    SENT_BACK = "sent_back"  # rework
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TOLD = "told"  # a message to the requester
    NOTED = "noted"  # an internal note
    OVERDUE = "overdue"
    RECTIFICATION = "rectification"
    CLASSIFIED = "classified"  # type, urgency or pack of limits changed; paused time stays
    REASSIGNED = "reassigned"  # to another handler of the same unit
    PAUSE_ASKED = "pause_asked"
    PAUSED = "paused"
    PAUSE_REFUSED = "pause_refused"
    RESUMED = "resumed"
    VERIFIED = "verified"
    CO_UNIT_ASKED = "co_unit_asked"
    CO_UNIT_REPORTED = "co_unit_reported"
    REMINDED = "reminded"  # a rung of the ladder before or after the limit
    SUPERVISED = "supervised"
    MERGED = "merged"  # into a master request
    MERGE_TAKEN = "merge_taken"  # the master took in a duplicate
    RECUSED = "recused"
    RECUSAL_ASKED = "recusal_asked"  # by the requester
    RECUSAL_REFUSED = "recusal_refused"
    EXCLUSION_ASKED = "exclusion_asked"
    EXCLUDED = "excluded"
    EXCLUSION_REFUSED = "exclusion_refused"
    SPAM_MARKED = "spam_marked"
    SPAM_CLEARED = "spam_cleared"
    REVIEW_ASKED = "review_asked"
    REVIEW_DECIDED = "review_decided"
    REOPENED = "reopened"  # by a review that wants it handled again


FOR_UNITS = (StepKind.DISPATCHED, StepKind.RULED)  # the requester is told that it happened; the words are the unit's


class TemplatePurpose(StrEnum):
    """What prepared words are for."""

    REPLY = "reply"
    MESSAGE = "message"
    REFUSAL = "refusal"
    CALL_BACK = "call_back"  # the script of the call


class Satisfaction(StrEnum):
    """The five levels with their fixed wording."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class Clock(StrEnum):
    """What runs against a time limit in the life of a request."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    RULE = "rule"
    HANDLE = "handle"
    VERIFY = "verify"
    CALL_BACK = "call_back"
    RECUSAL = "recusal"  # a requester's wish that somebody keeps out waits for an answer


class Ground(StrEnum):
    """By what the figures of requests are taken apart."""

    SERVICE = "service"
    UNIT = "unit"
    KIND = "kind"
    CHANNEL = "channel"
    AREA = "area"
    URGENCY = "urgency"
    MONTH = "month"  # of assessment


# Local rules, to be adapted.
MOST_REWORKS = 2  # then the request is handed to supervision
MOST_PAUSES = 2  # of the clock of one request
MOST_CALLS = 3  # attempts without success before a request may be closed without a call-back
# Filings a public address may make, start values; nothing is dropped in silence: a refusal says what to do.
FILINGS_PER_HOUR = 10  # by one address
FILINGS_PER_SERVICE_AND_HOUR = 5  # by one address about one service
FILINGS_IN_FIVE_MINUTES = 2  # by one address
FILINGS_OF_ALL_PER_HOUR = 1000

TITLE_LENGTH, TEXT_LENGTH, PLACE_LENGTH = 80, 4000, 200
DISPATCH_RULE, RETURN_RULE, HANDLE_RULE = "request.dispatch", "request.return", "request.handle"
EXTENSION_RULE, REWORK_RULE, CALL_BACK_RULE = "request.extension", "request.rework", "request.call_back"
VERIFY_RULE, CO_UNIT_RULE = "request.verify", "request.co_unit"
REVIEW_RULE, REVIEW_DECIDE_RULE = "request.review", "request.review_decide"  # the time to ask, and to decide
SECOND_REVIEW_RULE, SECOND_REVIEW_DECIDE_RULE = "request.second_review", "request.second_review_decide"
RECUSAL_RULE = "request.recusal"  # the time to answer a requester's wish for a recusal
DEFAULT_PACK = "cn-12345-5wd"
STATEMENT, EDITED, WITHOUT_CO_UNITS = "statement", "edited", "without_co_units"  # codes of notes
PACK_LENGTH, REMEDY_LENGTH, CODE_TEXT_LENGTH = 64, 300, 40
EXTERNAL_ID_LENGTH = 100
REPEAT_DAYS = 30  # the same person about the same service again within so many days is a repeat


@dataclass(frozen=True)
class NewContact:
    """Who files a request, and in which language they are answered; kept in the vault, apart from the case."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    language: Language = Language.ZH

    @property
    def is_empty(self) -> bool:
        return not (self.name.strip() or self.phone.strip() or self.email.strip() or self.address.strip())


@dataclass(frozen=True)
class NewRequest:
    """A request as it comes in. Without a contact it is anonymous and nobody can be called back."""

    kind: RequestKind
    title: str
    text: str
    channel: RequestChannel = RequestChannel.WEB
    service_id: int | None = None
    area_id: int | None = None
    place: str = ""
    contact: NewContact | None = None
    wants_reply: bool = True
    is_confidential: bool = False
    files: tuple[Upload, ...] = ()
    remedy: str = ""  # what the requester wants done
    happened_on: date | None = None
    urgency: Urgency = Urgency.GENERAL
    pack: str = ""  # of time limits; empty: the one the office uses
    latitude: float | None = None  # WGS 84, degrees; both or neither
    longitude: float | None = None
    asks_recusal: str = ""  # of whom and why, in the requester's words
    external_id: str = ""  # what the sending system calls it; unique where given


@dataclass(frozen=True)
class Filed:
    """What the requester takes away: the code opens the status page and is shown once."""

    request_id: int
    number: str
    receipt_code: str


@dataclass(frozen=True)
class CallBackAnswer:
    """What a requester said when called back; nothing but `is_reached` when nobody answered."""

    is_reached: bool
    was_contacted: bool | None = None
    is_solved: bool | None = None
    satisfaction: Satisfaction | None = None
    comment: str = ""


@dataclass(frozen=True)
class Running:
    """One clock of a request: when it began, its limit, and when it stopped (None while it runs).

    `paused_at`: since when it stands; then what was left of it is left still.
    """

    clock: Clock
    starts_at: datetime
    due_at: datetime
    ended_at: datetime | None
    paused_at: datetime | None = None
