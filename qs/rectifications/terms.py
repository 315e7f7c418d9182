"""The words of rectifications: orders to put something right, whatever raised them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.i18n import N_


class Source(StrEnum):
    """What raised an order. `source_ref` names it: `rating:12`, or for a signal service, indicator and period."""

    SIGNAL = "signal"
    RATING = "rating"
    REQUEST = "request"
    FINDING = "finding"
    EVALUATION = "evaluation"


class Status(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    PLANNED = "planned"
    PROVED = "proved"
    CLOSED = "closed"
    REOPENED = "reopened"  # the proof was sent back, or the matter came back after closing
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        return self not in (Status.CLOSED, Status.WITHDRAWN)

    @property
    def is_with_unit(self) -> bool:
        """True while the unit has to act; a proof handed in waits for the office."""
        return self in (Status.ORDERED, Status.PLANNED, Status.REOPENED)


class Stage(StrEnum):
    """Where an order stands for somebody who looks at the board: overdue comes before its step."""

    ORDERED = "ordered"
    PLANNED = "planned"
    PROVED = "proved"
    OVERDUE = "overdue"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """One thing that happened to an order."""

    ORDERED = "ordered"
    PLANNED = "planned"
    PROVED = "proved"
    CLOSED = "closed"
    SENT_BACK = "sent_back"
    REOPENED = "reopened"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    FOUND_OVERDUE = "found_overdue"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a verification decides."""

    CLOSED = "closed"
    SENT_BACK = "sent_back"


class Effect(StrEnum):
    """What the figures before the order and since the proof say, told honestly."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"  # none beyond chance
    TOO_FEW = "too_few"
    NOT_COMPARED = "not_compared"  # this way of counting gives no margin of chance


class Lasting(StrEnum):
    """What the figures some weeks after closing say: whether what was put right stayed so."""

    HELD = "held"
    UNCLEAR = "unclear"  # no difference beyond chance, and the target within reach
    WORSE = "worse"
    LOST = "lost"
    NO_BETTER = "no_better"

    @property
    def reopens(self) -> bool:
        """True when the order is opened again."""
        return self in (Lasting.WORSE, Lasting.LOST, Lasting.NO_BETTER)


@dataclass(frozen=True)
class NewPlan:
    """What the unit will do: why it happened, what is done, and by when."""

    cause: str
    measures: str
    finish_on: date


FIELDS: dict[str, str] = {
    "title": N_("Title"),
    "title_en": N_("Title in English"),
    "demand": N_("What has to be put right"),
    "demand_en": N_("What has to be put right, in English"),
    "cause": N_("Why it happened"),
    "measures": N_("What is done about it"),
    "finish_on": N_("Finished by"),
    "summary": N_("What was put right"),
    "note": N_("Finding"),
    "reason": N_("Reason"),
}
LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Source: {
        Source.SIGNAL: N_("Signal"),
        Source.RATING: N_("Negative rating"),
        Source.REQUEST: N_("Request"),
        Source.FINDING: N_("Inspection finding"),
        Source.EVALUATION: N_("Evaluation"),
    },
    Status: {
        Status.ORDERED: N_("Ordered"),
        Status.PLANNED: N_("Planned"),
        Status.PROVED: N_("Proved"),
        Status.CLOSED: N_("Closed"),
        Status.REOPENED: N_("Open again"),
        Status.WITHDRAWN: N_("Withdrawn"),
    },
    Stage: {
        Stage.ORDERED: N_("Awaiting plan"),
        Stage.PLANNED: N_("Being put right"),
        Stage.PROVED: N_("Awaiting verification"),
        Stage.OVERDUE: N_("Overdue"),
        Stage.CLOSED: N_("Closed"),
        Stage.WITHDRAWN: N_("Withdrawn"),
    },
    StepKind: {
        StepKind.ORDERED: N_("Rectification ordered"),
        StepKind.PLANNED: N_("Plan handed in"),
        StepKind.PROVED: N_("Proof handed in"),
        StepKind.CLOSED: N_("Verified and closed"),
        StepKind.SENT_BACK: N_("Proof sent back"),
        StepKind.REOPENED: N_("Opened again"),
        StepKind.EXTENSION_ASKED: N_("Extension asked for"),
        StepKind.EXTENSION_GRANTED: N_("Extension granted"),
        StepKind.EXTENSION_REFUSED: N_("Extension refused"),
        StepKind.FOUND_OVERDUE: N_("Found overdue"),
        StepKind.WITHDRAWN: N_("Order withdrawn"),
    },
    Verdict: {
        Verdict.CLOSED: N_("Put right: close it"),
        Verdict.SENT_BACK: N_("Not yet: send it back"),
    },
    Effect: {
        Effect.BETTER: N_("better than before, beyond chance"),
        Effect.WORSE: N_("worse than before, beyond chance"),
        Effect.NO_DIFFERENCE: N_("no difference beyond chance"),
        Effect.TOO_FEW: N_("too few cases to tell"),
        Effect.NOT_COMPARED: N_("shown side by side; chance cannot be ruled out for this kind of figure"),
    },
    Lasting: {
        Lasting.HELD: N_("it lasted: still better than before the order, beyond chance"),
        Lasting.UNCLEAR: N_("no difference from before beyond chance; the target is within reach"),
        Lasting.WORSE: N_("worse than before the order, beyond chance"),
        Lasting.LOST: N_("the gain seen at the verification is lost again"),
        Lasting.NO_BETTER: N_("no better than before beyond chance, and even at best short of the target"),
    },
}
ERRORS: dict[str, str] = {
    "rectification_unknown": N_("There is no such rectification, or it is outside your responsibility."),
    "rectification_exists": N_("A rectification was ordered for this already. Open it instead of ordering another."),
    "rectification_changed": N_(
        "Somebody was faster: the rectification has changed meanwhile. Your text is still here; "
        "look at the present state, then decide again."
    ),
    "rectification_step_impossible": N_("This step does not fit where the rectification stands. Look at its timeline."),
    "verifier_is_party": N_("Who planned, proved or answers for a rectification cannot verify it. Ask a colleague."),
    "approver_is_party": N_("Who asked for an extension cannot grant it. Ask a colleague."),
    "finish_in_past": N_("The day by which it is finished must not lie in the past."),
    "finish_after_due": N_("{day} lies after the due date, {due}. Finish earlier, or ask for an extension first."),
    "extension_used": N_("An extension was asked for already; there is only one."),
    "extension_too_late": N_("The due date is past. An extension must be asked for before."),
    "extension_not_pending": N_("No extension waits for a decision."),
    "source_ref_invalid": N_("What raised the order is not named correctly."),
}
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "rectifications.ordered": N_("Ordered a rectification"),
    "rectifications.planned": N_("Handed in a rectification plan"),
    "rectifications.proved": N_("Handed in the proof of a rectification"),
    "rectifications.verified": N_("Verified a rectification"),
    "rectifications.reopened": N_("Opened a rectification again"),
    "rectifications.withdrew": N_("Withdrew a rectification"),
    "rectifications.asked_extension": N_("Asked for an extension of a rectification"),
    "rectifications.decided_extension": N_("Decided on an extension of a rectification"),
    "rectifications.noted_overdue": N_("Noted overdue rectifications"),
    "rectifications.rechecked": N_("Looked again at closed rectifications"),
}
OBJECTS: dict[str, str] = {  # what an entry of the trail is about: the word before the colon
    "rectification": N_("Rectification"),
    "rectifications": N_("Rectifications"),
}
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "source": N_("source"),
    "source_ref": N_("raised by"),
    "rule": N_("time limit"),
    "due_at": N_("due"),
    "verdict": N_("verdict"),
    "is_on_time": N_("in time"),
    "is_granted": N_("granted"),
    "round": N_("round"),
    "ids": N_("which"),
    "reopened": N_("opened again"),
    "unclosed": N_("open for a month past the due date"),
}
WAITING: dict[str, tuple[str, str]] = {  # what waits for somebody: the line, and why
    "rectification_plan": (N_("Hand in the plan: {title}"), N_("{service} · ordered {ordered}")),
    "rectification_proof": (N_("Prove what was done: {title}"), N_("{service} · plan handed in")),
    "rectification_again": (N_("Put right again: {title}"), N_("{service} · sent back or open again")),
    "rectification_relapse": (
        N_("Opened again by the figures: {title}"),
        N_("{service} · {field}"),
    ),
    "rectification_verify": (N_("Verify the proof: {title}"), N_("{service} · proof of {proved}")),
    "rectification_extension": (
        N_("Decide on an extension: {title}"),
        N_("{service} · the unit asks for more time"),
    ),
    "rectification_overdue": (
        N_("Chase an overdue rectification: {title}"),
        N_("{service} · {responsible} answers"),
    ),
}
