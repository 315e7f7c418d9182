"""What a request may do next, how its code reads, and when it is late; pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from qs.complaints.terms import (
    EXTERNAL_ID_LENGTH,
    FILINGS_IN_FIVE_MINUTES,
    FILINGS_OF_ALL_PER_HOUR,
    FILINGS_PER_HOUR,
    FILINGS_PER_SERVICE_AND_HOUR,
    MOST_CALLS,
    MOST_REWORKS,
    PLACE_LENGTH,
    REMEDY_LENGTH,
    REPLY_OUTCOMES,
    TEXT_LENGTH,
    TITLE_LENGTH,
    WORKED_ON,
    CallBackAnswer,
    Clock,
    NewContact,
    NewRequest,
    Outcome,
    RequestKind,
    RequestState,
    Running,
    StepKind,
)
from qs.complaints.wording import LABELS
from qs.errors import Conflict, InvalidInput, Problem
from qs.i18n import N_
from qs.texts import composed, text_problems

CODE_BYTES = 9  # 72 random bits; 13 letters carry 65 of them
CODE_LENGTH = 13
CODE_GROUPS = (4, 4, 5)
CODE_SIGNS = re.compile(r"[A-Z2-7]{13}")
MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})  # digits that the code never has
CONTACT_LENGTHS = {"name": 60, "phone": 40, "email": 200, "address": 200}
RECUSAL, EXTERNAL_ID = N_("Who should keep out of it"), N_("Number in the other system")
EARLIEST = date(1949, 10, 1)  # nothing a public service did lies before
CONTACT_LABELS = {"name": N_("Full name"), "phone": N_("Phone"), "email": N_("E-mail"), "address": N_("Address")}
TITLE, TEXT, PLACE, REMEDY = N_("Title"), N_("Text"), N_("Place"), N_("Remedy sought")
ANY = frozenset(RequestState)
OPEN = ANY - {RequestState.CLOSED}
HANDLED = frozenset({RequestState.IN_PROGRESS})
ANSWERED = frozenset({RequestState.REPLIED, RequestState.VERIFIED, RequestState.CALLED_BACK})
STEPS: Mapping[StepKind, tuple[frozenset[RequestState], RequestState | None]] = {
    # step: the states it may begin in, and the state it leads to (None: stays where it is)
    StepKind.ADDED: (OPEN, None),
    StepKind.ANSWERED: (frozenset({RequestState.REGISTERED}), RequestState.CLOSED),
    StepKind.NOT_ACCEPTED: (frozenset({RequestState.REGISTERED, RequestState.RETURNED}), RequestState.CLOSED),
    StepKind.CLASSIFIED: (OPEN - ANSWERED, None),
    StepKind.DISPATCHED: (frozenset({RequestState.REGISTERED, RequestState.RETURNED}), RequestState.DISPATCHED),
    StepKind.RETURNED: (frozenset({RequestState.DISPATCHED}), RequestState.RETURNED),
    StepKind.RULED: (frozenset({RequestState.RETURNED}), RequestState.DISPATCHED),
    StepKind.SIGNED: (frozenset({RequestState.DISPATCHED}), RequestState.IN_PROGRESS),
    StepKind.REASSIGNED: (frozenset({RequestState.IN_PROGRESS, RequestState.PAUSED}), None),
    StepKind.CO_UNIT_ASKED: (frozenset({RequestState.DISPATCHED, RequestState.IN_PROGRESS}), None),
    StepKind.CO_UNIT_REPORTED: (OPEN, None),
    StepKind.EXTENSION_ASKED: (HANDLED, None),
    StepKind.EXTENDED: (HANDLED, None),
    StepKind.EXTENSION_REFUSED: (HANDLED, None),
    StepKind.PAUSE_ASKED: (HANDLED, None),
    StepKind.PAUSED: (HANDLED, RequestState.PAUSED),
    StepKind.PAUSE_REFUSED: (HANDLED, None),
    StepKind.RESUMED: (frozenset({RequestState.PAUSED}), RequestState.IN_PROGRESS),
    StepKind.REPLIED: (HANDLED, RequestState.REPLIED),
    StepKind.VERIFIED: (frozenset({RequestState.REPLIED}), RequestState.VERIFIED),
    StepKind.CALLED_BACK: (frozenset({RequestState.VERIFIED}), RequestState.CALLED_BACK),
    StepKind.NOT_REACHED: (frozenset({RequestState.VERIFIED}), None),
    StepKind.SENT_BACK: (ANSWERED, RequestState.IN_PROGRESS),
    StepKind.CLOSED: (frozenset({RequestState.VERIFIED, RequestState.CALLED_BACK}), RequestState.CLOSED),
    StepKind.WITHDRAWN: (OPEN, RequestState.CLOSED),
    StepKind.MERGED: (OPEN, RequestState.CLOSED),
    StepKind.MERGE_TAKEN: (OPEN, None),
    StepKind.TOLD: (OPEN, None),
    StepKind.NOTED: (ANY, None),
    StepKind.OVERDUE: (frozenset(WORKED_ON), None),
    StepKind.REMINDED: (OPEN, None),
    StepKind.SUPERVISED: (OPEN, None),
    StepKind.RECTIFICATION: (ANY, None),
    StepKind.RECUSED: (ANY, None),
    StepKind.RECUSAL_ASKED: (OPEN, None),
    StepKind.RECUSAL_REFUSED: (OPEN, None),
    StepKind.EXCLUSION_ASKED: (ANY, None),
    StepKind.EXCLUDED: (ANY, None),
    StepKind.EXCLUSION_REFUSED: (ANY, None),
    StepKind.SPAM_MARKED: (ANY, None),
    StepKind.SPAM_CLEARED: (ANY, None),
    StepKind.REVIEW_ASKED: (frozenset({RequestState.CLOSED}), None),
    StepKind.REVIEW_DECIDED: (frozenset({RequestState.CLOSED}), None),
    StepKind.REOPENED: (frozenset({RequestState.CLOSED}), RequestState.IN_PROGRESS),
}


class IllegalStep(Conflict):
    """The request does not stand where this step begins."""

    code = "request_step_forbidden"


def state_after(state: RequestState, step: StepKind, *, has_unit: bool = True) -> RequestState:
    """Where a step leads. Raises IllegalStep when it does not begin in this state.

    What is opened again without ever having had a unit is to be dispatched first.
    """
    begins, leads_to = STEPS[step]
    if state not in begins:
        raise IllegalStep("request_closed" if state is RequestState.CLOSED else None, field=LABELS[RequestState][state])
    if step is StepKind.REOPENED and not has_unit:
        return RequestState.REGISTERED
    return leads_to or state


def leads_on(step: StepKind) -> bool:
    """True for a step into a state of its own, not one that leaves the request where it is."""
    return STEPS[step][1] is not None


def code_of(random_bytes: bytes) -> str:
    """A receipt code of 13 letters and digits (65 random bits), without signs that are easily confused."""
    return base64.b32encode(random_bytes).decode()[:CODE_LENGTH]


def shown_code(code: str) -> str:
    """The code in groups, as it is printed and read out."""
    first, second, _ = CODE_GROUPS
    return f"{code[:first]}-{code[first : first + second]}-{code[first + second :]}"


def typed_code(text: str) -> str | None:
    """The code somebody typed, whatever the case, blanks and hyphens; None when it cannot be one."""
    code = re.sub(r"[\s-]", "", text).upper().translate(MISREAD)
    return code if CODE_SIGNS.fullmatch(code) else None


def code_hash(code: str) -> str:
    """What is kept of a code: 65 random bits cannot be guessed back from it."""
    return sha256(code.encode()).hexdigest()


def number_of(year: int, count: int) -> str:
    return f"{year}-{count:06d}"


def content_problems(title: str, text: str, place: str, contact: NewContact) -> Iterator[Problem]:
    """What is wrong with the composed texts of a request and its contact."""
    yield from text_problems(title, field=TITLE, longest=TITLE_LENGTH, is_long=False)
    yield from text_problems(text, field=TEXT, longest=TEXT_LENGTH)
    yield from text_problems(place, field=PLACE, longest=PLACE_LENGTH, is_needed=False, is_long=False)
    for name, longest in CONTACT_LENGTHS.items():
        value = getattr(contact, name)
        yield from text_problems(value, field=CONTACT_LABELS[name], longest=longest, is_needed=False, is_long=False)


def composed_contact(contact: NewContact | None) -> NewContact:
    given = contact or NewContact()
    name, phone, email, address = (composed(getattr(given, name)) for name in CONTACT_LENGTHS)
    return NewContact(name, phone, email, address, given.language)


def is_withheld(kind: RequestKind, *, is_confidential: bool) -> bool:
    """True when the unit sees the brief only, not the requester's own words, place and files."""
    return is_confidential or kind is RequestKind.REPORT


def location_problems(said: NewRequest, today: date) -> Iterator[Problem]:
    """What is wrong with the remedy, the day, the place on the map and the names other systems gave a request."""
    yield from text_problems(said.remedy, field=REMEDY, longest=REMEDY_LENGTH, is_needed=False)
    yield from text_problems(said.asks_recusal, field=RECUSAL, is_needed=False)
    yield from text_problems(
        said.external_id, field=EXTERNAL_ID, longest=EXTERNAL_ID_LENGTH, is_needed=False, is_long=False
    )
    if said.happened_on is not None and not EARLIEST <= said.happened_on <= today:
        yield Problem("happened_implausible")
    if (said.latitude is None) != (said.longitude is None):
        yield Problem("place_half")
    elif not (-90 <= (said.latitude or 0) <= 90 and -180 <= (said.longitude or 0) <= 180):  # NaN is not between either
        yield Problem("place_impossible")


def check_registered(registered_at: datetime, now: datetime) -> None:
    """Raise InvalidInput unless a request came in before now."""
    if registered_at > now:
        raise InvalidInput("registered_in_future")


def check_reply_outcome(outcome: Outcome) -> None:
    if outcome not in REPLY_OUTCOMES:
        raise InvalidInput("outcome_not_for_reply")


def check_call_back(answer: CallBackAnswer) -> None:
    """Raise InvalidInput unless a reached requester answered all three questions, and an unreached one none."""
    answers = (answer.was_contacted, answer.is_solved, answer.satisfaction)
    if any(one is None for one in answers) if answer.is_reached else any(one is not None for one in answers):
        raise InvalidInput("call_back_incomplete")


def is_call_back_due(*, has_contact: bool, wants_reply: bool, failed_calls: int) -> bool:
    """True when a replied request may not be closed without a call-back."""
    return has_contact and wants_reply and failed_calls < MOST_CALLS


def is_rework_possible(rework_count: int) -> bool:
    return rework_count < MOST_REWORKS


def check_filings(of_all: int, by_address: int, about_service: int, in_five_minutes: int) -> None:
    """Raise Conflict when the public filed as often as the limits allow; the counts are those of the last hour."""
    if of_all >= FILINGS_OF_ALL_PER_HOUR:
        raise Conflict("filings_of_all_too_many")
    if in_five_minutes >= FILINGS_IN_FIVE_MINUTES:
        raise Conflict("filings_too_many", count=in_five_minutes, minutes=5)
    if by_address >= FILINGS_PER_HOUR:
        raise Conflict("filings_too_many", count=by_address, minutes=60)
    if about_service >= FILINGS_PER_SERVICE_AND_HOUR:
        raise Conflict("filings_too_many", count=about_service, minutes=60)


def is_overdue(state: RequestState, due_at: datetime | None, now: datetime) -> bool:
    """True when nobody has replied and the limit has passed; at the limit itself it has not."""
    return state.is_worked_on and due_at is not None and now > due_at


def used_share(started_at: datetime, due_at: datetime, now: datetime) -> float:
    """How much of the time is used up, 0 to 1."""
    whole = (due_at - started_at) / timedelta(seconds=1)
    return min(max((now - started_at) / timedelta(seconds=1) / whole, 0.0), 1.0) if whole > 0 else 1.0


STARTERS = {
    StepKind.REGISTERED: Clock.DISPATCH,
    StepKind.DISPATCHED: Clock.SIGN,
    StepKind.RULED: Clock.SIGN,
    StepKind.RETURNED: Clock.RULE,
    StepKind.REPLIED: Clock.VERIFY,
    StepKind.VERIFIED: Clock.CALL_BACK,
    StepKind.RECUSAL_ASKED: Clock.RECUSAL,
}
ENDINGS = (StepKind.WITHDRAWN, StepKind.MERGED)
STOPPERS = {
    Clock.DISPATCH: (StepKind.DISPATCHED, StepKind.ANSWERED, StepKind.NOT_ACCEPTED, *ENDINGS),
    Clock.SIGN: (StepKind.SIGNED, StepKind.RETURNED, *ENDINGS),
    Clock.RULE: (StepKind.RULED, StepKind.DISPATCHED, StepKind.NOT_ACCEPTED, *ENDINGS),
    Clock.HANDLE: (StepKind.REPLIED, StepKind.ANSWERED, StepKind.NOT_ACCEPTED, *ENDINGS),
    Clock.VERIFY: (StepKind.VERIFIED, StepKind.SENT_BACK, *ENDINGS),
    Clock.CALL_BACK: (StepKind.CALLED_BACK, StepKind.SENT_BACK, StepKind.CLOSED, *ENDINGS),
    Clock.RECUSAL: (
        StepKind.RECUSED,
        StepKind.RECUSAL_REFUSED,
        StepKind.ANSWERED,
        StepKind.NOT_ACCEPTED,
        StepKind.CLOSED,
        *ENDINGS,
    ),
}


def clocks(steps: Iterable[tuple[StepKind, datetime, datetime | None]], due_at: datetime | None) -> list[Running]:
    """The clocks of a request from its steps (kind, at, limit of the state entered), oldest first; the last of each.

    `due_at`: the limit for handling, which runs from the registration, or from the last rework. Of the recusals only
    those that answer a requester's wish are given.
    """
    found: dict[Clock, Running] = {}
    for kind, at, until in steps:
        for clock, running in found.items():
            if running.ended_at is None and kind in STOPPERS[clock]:
                found[clock] = replace(running, ended_at=at)
        if kind in STARTERS and until is not None:
            clock = STARTERS[kind]
            found[clock] = Running(clock, at, until, None)
        if kind in (StepKind.REGISTERED, StepKind.SENT_BACK, StepKind.REOPENED) and due_at is not None:
            found[Clock.HANDLE] = Running(Clock.HANDLE, at, due_at, None)
        if kind in (StepKind.PAUSED, StepKind.RESUMED) and Clock.HANDLE in found:
            found[Clock.HANDLE] = replace(found[Clock.HANDLE], paused_at=at if kind is StepKind.PAUSED else None)
        if kind is StepKind.CLASSIFIED and until is not None:  # the limit of the present step was counted anew
            found |= {
                clock: replace(running, due_at=until)
                for clock, running in found.items()
                if running.ended_at is None and clock in (Clock.DISPATCH, Clock.SIGN, Clock.RULE)
            }
    return [found[clock] for clock in Clock if clock in found]
