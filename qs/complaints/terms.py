"""The words of complaints: requests of all types, from receipt to call-back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qs.attachments.terms import Upload
from qs.i18n import N_
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

    @property
    def met(self) -> Channel:
        """The same as an event names it."""
        return EVENT_CHANNELS[self]


EVENT_CHANNELS = {
    RequestChannel.WEB: Channel.ONLINE,
    RequestChannel.APP: Channel.ONLINE,
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
    REPLIED = "replied"
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


class Satisfaction(StrEnum):
    """The five levels with their fixed wording."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def points(self) -> float:
        """What the level counts in the satisfaction rate: 1, or BASIC_POINTS for basically satisfied."""
        if self in (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED):
            return 1.0
        return BASIC_POINTS if self is Satisfaction.BASICALLY_SATISFIED else 0.0


class Clock(StrEnum):
    """What runs against a time limit in the life of a request."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    RULE = "rule"
    HANDLE = "handle"
    CALL_BACK = "call_back"


class Ground(StrEnum):
    """By what the figures of requests are taken apart."""

    SERVICE = "service"
    UNIT = "unit"
    KIND = "kind"
    CHANNEL = "channel"
    AREA = "area"


# Local rules, to be adapted; the weights are those of a Beijing district's public implementation, not an official text.
BASIC_POINTS = 0.9
RESPONSE_WEIGHT, RESOLUTION_WEIGHT, SATISFACTION_WEIGHT = 0.1, 0.5, 0.4
MOST_REWORKS = 2  # then the request is handed to supervision
MOST_CALLS = 3  # attempts without success before a request may be closed without a call-back
# Filings a public address may make, start values; nothing is dropped in silence: a refusal says what to do.
FILINGS_PER_HOUR = 10  # by one address
FILINGS_PER_SERVICE_AND_HOUR = 5  # by one address about one service
FILINGS_IN_FIVE_MINUTES = 2  # by one address
FILINGS_OF_ALL_PER_HOUR = 1000

TITLE_LENGTH, TEXT_LENGTH, PLACE_LENGTH = 80, 4000, 200
DISPATCH_RULE, RETURN_RULE, HANDLE_RULE = "request.dispatch", "request.return", "request.handle"
EXTENSION_RULE, REWORK_RULE, CALL_BACK_RULE = "request.extension", "request.rework", "request.call_back"


@dataclass(frozen=True)
class NewContact:
    """Who files a request; kept in the vault, apart from the case."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""

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
    """One clock of a request: when it began, its limit, and when it stopped (None while it runs)."""

    clock: Clock
    starts_at: datetime
    due_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class StatusStep:
    """One step as the requester may see it."""

    kind: StepKind
    at: datetime
    text: str = ""  # what was told


@dataclass(frozen=True)
class RequestStatus:
    """What a receipt code opens: where the matter stands, without personal data.

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


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    RequestKind: {
        RequestKind.CONSULTATION: N_("Consultation"),
        RequestKind.HELP: N_("Help"),
        RequestKind.COMPLAINT: N_("Complaint"),
        RequestKind.REPORT: N_("Report of wrongdoing"),
        RequestKind.SUGGESTION: N_("Suggestion"),
        RequestKind.PRAISE: N_("Praise"),
    },
    RequestChannel: {
        RequestChannel.WEB: N_("Public page"),
        RequestChannel.PHONE: N_("Hotline"),
        RequestChannel.COUNTER: N_("At the counter"),
        RequestChannel.LETTER: N_("Letter"),
        RequestChannel.APP: N_("Mobile app"),
    },
    RequestState: {
        RequestState.REGISTERED: N_("To be dispatched"),
        RequestState.DISPATCHED: N_("To be signed for"),
        RequestState.RETURNED: N_("Returned"),
        RequestState.IN_PROGRESS: N_("In progress"),
        RequestState.REPLIED: N_("To be called back"),
        RequestState.CALLED_BACK: N_("Called back"),
        RequestState.CLOSED: N_("Case closed"),
    },
    Outcome: {
        Outcome.RESOLVED: N_("Resolved"),
        Outcome.PARTLY_RESOLVED: N_("Partly resolved"),
        Outcome.EXPLAINED: N_("Explained, no legal basis"),
        Outcome.PLANNED: N_("Plan with a date"),
        Outcome.NOT_ACCEPTED: N_("Not accepted"),
        Outcome.LEGAL_CHANNEL: N_("Passed to the legal channel"),
        Outcome.WITHDRAWN: N_("Withdrawn"),
        Outcome.DUPLICATE: N_("Duplicate"),
    },
    Refusal: {
        Refusal.LEGAL_PROCEDURE: N_("In litigation, arbitration, reconsideration or petition"),
        Refusal.SAME_MATTER: N_("Same matter, in hand or finished, without new facts"),
        Refusal.SECRET: N_("Touches a state secret, a trade secret or privacy"),
        Refusal.BEYOND_REMIT: N_("Beyond the remit of public services"),
        Refusal.UNLAWFUL: N_("Against the law or public order"),
        Refusal.EMERGENCY: N_("An emergency for 110, 119, 120 or 122"),
    },
    StepKind: {
        StepKind.REGISTERED: N_("Registered"),
        StepKind.ADDED: N_("Requester added something"),
        StepKind.ANSWERED: N_("Answered on the spot"),
        StepKind.NOT_ACCEPTED: N_("Was not accepted"),
        StepKind.DISPATCHED: N_("Dispatched"),
        StepKind.RETURNED: N_("Returned by the unit"),
        StepKind.RULED: N_("Lead unit ruled"),
        StepKind.SIGNED: N_("Signed for"),
        StepKind.EXTENSION_ASKED: N_("Extension asked for"),
        StepKind.EXTENDED: N_("Extension approved"),
        StepKind.EXTENSION_REFUSED: N_("Extension refused"),
        StepKind.REPLIED: N_("Replied to"),
        StepKind.CALLED_BACK: N_("Requester called back"),
        StepKind.NOT_REACHED: N_("Call-back without success"),
        StepKind.SENT_BACK: N_("Sent back for rework"),
        StepKind.CLOSED: N_("Case closed"),
        StepKind.WITHDRAWN: N_("Withdrawn by the requester"),
        StepKind.TOLD: N_("Message to the requester"),
        StepKind.NOTED: N_("Internal note"),
        StepKind.OVERDUE: N_("Time limit passed"),
        StepKind.RECTIFICATION: N_("Rectification ordered"),
    },
    Satisfaction: {
        Satisfaction.VERY_SATISFIED: N_("Very satisfied"),
        Satisfaction.SATISFIED: N_("Satisfied"),
        Satisfaction.BASICALLY_SATISFIED: N_("Basically satisfied"),
        Satisfaction.DISSATISFIED: N_("Dissatisfied"),
        Satisfaction.VERY_DISSATISFIED: N_("Very dissatisfied"),
    },
    Clock: {
        Clock.DISPATCH: N_("Dispatch"),
        Clock.SIGN: N_("Signing"),
        Clock.RULE: N_("Ruling"),
        Clock.HANDLE: N_("Handling"),
        Clock.CALL_BACK: N_("Calling back"),
    },
    Ground: {
        Ground.SERVICE: N_("By service"),
        Ground.UNIT: N_("By unit"),
        Ground.KIND: N_("By type"),
        Ground.CHANNEL: N_("By channel"),
        Ground.AREA: N_("By area"),
    },
}
ERRORS: dict[str, str] = {
    "request_unknown": N_("There is no such request, or it is outside your responsibility."),
    "receipt_unknown": N_(
        "No request belongs to this code. Check the letters and digits, or ask the hotline with the day you filed it."
    ),
    "request_changed": N_(
        "Somebody has worked on this request in the meantime. Nothing of theirs was overwritten: look at it as it is "
        "now, then try again; what you typed is still here."
    ),
    "request_step_forbidden": N_(
        "This step does not fit where the request stands ({field}). Look at it as it is now; its next steps are shown."
    ),
    "request_closed": N_("This request is closed. File a new one and mention its number."),
    "request_service_missing": N_("Choose the service that is to handle the request."),
    "request_service_ended": N_("This service has ended. Choose the one that has taken its place."),
    "request_brief_missing": N_(
        "The unit will not see the requester's own words here. Write what is to be handled, "
        "without anything that tells who reported it."
    ),
    "return_too_late": N_("A request can be returned within 24 hours of dispatch only. Sign for it and handle it."),
    "return_ruled": N_("The lead unit of this request has been ruled, so it cannot be returned. Sign for it."),
    "extension_used": N_("The limit of this request was extended or refused before; that is possible once."),
    "extension_not_asked": N_("Nobody asked for an extension of this request."),
    "extension_too_late": N_(
        "The time limit has passed, so it cannot be extended any more. Reply as soon as you can; "
        "the request counts as late."
    ),
    "extension_pending": N_("An extension is still to be decided. Wait for the decision, or reply now."),
    "recusal_needed": N_(
        "You handled this request yourself, so somebody else must do this step. Leave it to a colleague."
    ),
    "recusal_of_department": N_(
        "This complaint concerns your own department, so you may not refuse it. Leave it to the supervision office."
    ),
    "outcome_not_for_reply": N_("This outcome is not for a reply. Choose another one."),
    "call_back_incomplete": N_(
        "Say whether the requester was contacted, whether the matter is solved, and how satisfied they are; "
        "or mark the call as not reached."
    ),
    "call_back_without_contact": N_(
        "This request is anonymous, so nobody can be called back. Close it on the strength of the reply."
    ),
    "call_back_needed": N_(
        "The requester waits for a call-back. Call first; after three calls without success it can be closed."
    ),
    "rework_used_up": N_(
        "This request was sent back twice already. It is now with supervision: order a rectification or close it."
    ),
    "additions_too_many": N_(
        "You have added to this request {count} times today. Nothing was lost: add the rest tomorrow, "
        "or call the hotline."
    ),
    "filings_too_many": N_(
        "From this connection {count} requests were filed within {minutes} minutes, which is as many as we take. "
        "Nothing was saved: keep your text, try again later, or call the hotline, which takes it at once."
    ),
    "filings_of_all_too_many": N_(
        "Very many requests are coming in just now. Nothing was saved: keep your text and try again in some minutes, "
        "or call the hotline."
    ),
}
ACTIONS: dict[str, str] = {
    "complaints.filed_request": N_("Filed a request"),
    "complaints.added_to_request": N_("Added to a request"),
    "complaints.withdrew_request": N_("Withdrew a request"),
    "complaints.answered_request": N_("Answered a request on the spot"),
    "complaints.refused_request": N_("Did not accept a request"),
    "complaints.dispatched_request": N_("Dispatched a request"),
    "complaints.returned_request": N_("Returned a request"),
    "complaints.ruled_request": N_("Ruled who leads a request"),
    "complaints.signed_request": N_("Signed for a request"),
    "complaints.asked_extension": N_("Asked for an extension"),
    "complaints.decided_extension": N_("Decided on an extension"),
    "complaints.replied_to_request": N_("Replied to a request"),
    "complaints.recorded_call_back": N_("Recorded a call-back"),
    "complaints.sent_back_request": N_("Sent a request back for rework"),
    "complaints.closed_request": N_("Closed a request"),
    "complaints.wrote_message": N_("Wrote a message about a request"),
    "complaints.noted_overdue": N_("Noted requests past their limit"),
    "complaints.rectified_request": N_("Ordered a rectification from a request"),
}
OBJECTS: dict[str, str] = {"request": N_("Request"), "requests": N_("Requests")}
FACTS: dict[str, str] = {
    "kind": N_("type"),
    "channel": N_("channel"),
    "outcome": N_("outcome"),
    "refusal": N_("reason"),
    "service": N_("service"),
    "is_approved": N_("approved"),
    "is_reached": N_("reached"),
    "is_told": N_("told to the requester"),
    "rework_count": N_("reworks"),
    "rectification": N_("rectification"),
}
WAITING: dict[str, tuple[str, str]] = {
    "requests_to_dispatch": (
        N_("Requests to dispatch: {count}"),
        N_("They wait for a unit; the limit for dispatch is 24 hours."),
    ),
    "request_to_rule": (
        N_("Rule who handles {number}"),
        N_("The unit has returned it; once ruled it cannot be returned again."),
    ),
    "requests_to_sign": (
        N_("Requests to sign for: {count}"),
        N_("Return what is not yours within 24 hours of dispatch."),
    ),
    "requests_overdue": (N_("Requests past their limit: {count}"), N_("Each counts as late until it is answered.")),
    "request_to_reply": (N_("Reply to {number}"), N_("{title}")),
    "request_to_reply_withheld": (
        N_("Reply to {number}"),
        N_("A confidential matter; its brief says what is to be handled."),
    ),
    "extension_to_decide": (
        N_("Decide on the extension of {number}"),
        N_("It can be approved until the limit passes; the requester is told."),
    ),
    "requests_to_call_back": (
        N_("Requesters to call back: {count}"),
        N_("Their judgement decides whether the matter is solved."),
    ),
    "requests_supervised": (
        N_("Requests sent back twice: {count}"),
        N_("Order a rectification, or close them with a reason."),
    ),
}
