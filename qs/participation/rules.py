"""What is allowed in participation and what follows from what: reasons offered, dates, sides; pure."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from qs.errors import Conflict, InvalidInput
from qs.observations.terms import Channel
from qs.participation.terms import (
    ConsultationStatus,
    HearingStatus,
    Level,
    NegativeClass,
    NegativeStatus,
    Questionnaire,
    Reason,
    Side,
    SuggestionStatus,
)
from qs.periods import local_day, start_of

CODE_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # base32 of RFC 4648: 5 bits a sign
RECEIPT_LENGTH = 13  # 65 random bits
POINT_LENGTH = 8
READ_AS = str.maketrans({"0": "O", "1": "I", "8": "B", " ": None, "-": None})
RATING_DAYS = 30  # how long a receipt is valid; local rule
ATTACH_DAYS = 14  # negative ratings of a service join its open rectification for so long; local rule
RECEIPTS_AT_ONCE = 1000
REOPENINGS = 1  # an unsatisfied rater reopens once; the second time a supervisor decides

CONSULTATION_DAYS = 30  # 重大行政决策程序暂行条例, article 15
REGISTRATION_DAYS = 3  # that registration stays open at least; local rule
SIDES_APART = 1  # by how many the sides may differ while the smaller one has applicants left; local rule

COUNTERS = (Channel.COUNTER, Channel.TERMINAL, Channel.PHONE, Channel.UNKNOWN)
COUNTER_POSITIVE = (Reason.QUICK, Reason.ONE_VISIT, Reason.CLEAR, Reason.KIND, Reason.COMPETENT, Reason.GOOD_PLACE)
COUNTER_NEGATIVE = (
    Reason.WAITED_LONG,
    Reason.CAME_AGAIN,
    Reason.UNCLEAR,
    Reason.UNKIND,
    Reason.NOT_DONE,
    Reason.POOR_PLACE,
    Reason.OTHER,
)
ONLINE_POSITIVE = (Reason.QUICK, Reason.GUIDE_RIGHT, Reason.EASY_ONLINE, Reason.ONE_VISIT)
ONLINE_NEGATIVE = (
    Reason.SLOW_ONLINE,
    Reason.GUIDE_WRONG,
    Reason.HARD_ONLINE,
    Reason.UNCLEAR,
    Reason.NOT_DONE,
    Reason.OTHER,
)
# The sub-indicators follow GB/T 39734-2020: at the counter efficiency, competence and attitude; online efficiency,
# accuracy of the guide, convenience and ease of the platform. A version in use never changes: a new one is added.
QUESTIONNAIRES = (
    Questionnaire(
        version=1,
        effective_on=date(2025, 1, 1),
        positive={**dict.fromkeys(COUNTERS, COUNTER_POSITIVE), Channel.ONLINE: ONLINE_POSITIVE},
        negative={**dict.fromkeys(COUNTERS, COUNTER_NEGATIVE), Channel.ONLINE: ONLINE_NEGATIVE},
    ),
)


def questionnaire_on(day: date) -> Questionnaire:
    """The version in force; the first one before its day, so that nothing old is without questions."""
    return next((one for one in reversed(QUESTIONNAIRES) if one.effective_on <= day), QUESTIONNAIRES[0])


def reasons_for(questionnaire: Questionnaire, channel: Channel) -> dict[Level, tuple[Reason, ...]]:
    """The reasons offered for each level; the middle one may tell what was missing."""
    fine, poor = questionnaire.positive[channel], questionnaire.negative[channel]
    return {level: fine if level.stars >= 4 else poor for level in Level}


def check_reasons(chosen: Iterable[Reason], offered: Collection[Reason]) -> tuple[Reason, ...]:
    """The chosen reasons, each once. Raises InvalidInput for one that was not offered."""
    found = tuple(dict.fromkeys(chosen))
    for reason in found:
        if reason not in offered:
            raise InvalidInput("reason_not_offered", value=str(reason))
    return found


def plain_code(typed: str) -> str:
    """A code as it is kept: capitals, without blanks and hyphens; 0, 1 and 8 are read as the letters they look like."""
    return typed.upper().translate(READ_AS)


def shown_code(code: str) -> str:
    """A receipt code in groups, as it is printed: ABCD-EFGH-IJKLM."""
    return "-".join((code[:4], code[4:8], code[8:])) if len(code) == RECEIPT_LENGTH else code


def code_hash(code: str) -> str:
    return hashlib.sha256(f"qs receipt {plain_code(code)}".encode()).hexdigest()


def device_hash(key: bytes, device: str, day: date) -> str:
    """A device as it is kept: another value every day, so that nobody can be followed from one day to the next."""
    if not device:
        return ""
    return hmac.new(key, f"device {day.isoformat()} {device}".encode(), hashlib.sha256).hexdigest()


def supporter_hash(key: bytes, device: str, suggestion_id: int) -> str:
    """A device as the supporter of one suggestion; the same device is another value on every suggestion."""
    return hmac.new(key, f"supporter {suggestion_id} {device}".encode(), hashlib.sha256).hexdigest()


def expires_at(finished_on: date, zone: ZoneInfo) -> datetime:
    """The end of the last day on which a matter finished on this day may be rated."""
    return start_of(finished_on + timedelta(days=RATING_DAYS + 1), zone)


def last_day(ends_at: datetime, zone: ZoneInfo) -> str:
    """The last day before a moment, for a sentence."""
    return local_day(ends_at - timedelta(seconds=1), zone).isoformat()


def attaches_since(now: datetime) -> datetime:
    """Negative ratings join a rectification of the same service that was ordered since then."""
    return now - timedelta(days=ATTACH_DAYS)


NEGATIVE_STEPS: dict[NegativeStatus, frozenset[NegativeStatus]] = {
    NegativeStatus.RECEIVED: frozenset({NegativeStatus.CONTACTED, NegativeStatus.CLASSIFIED, NegativeStatus.APPEALED}),
    NegativeStatus.CONTACTED: frozenset({NegativeStatus.CLASSIFIED, NegativeStatus.APPEALED}),
    NegativeStatus.CLASSIFIED: frozenset({NegativeStatus.RECTIFIED, NegativeStatus.EXPLAINED, NegativeStatus.APPEALED}),
    NegativeStatus.RECTIFIED: frozenset({NegativeStatus.CALLED_BACK, NegativeStatus.CLASSIFIED, NegativeStatus.CLOSED}),
    NegativeStatus.EXPLAINED: frozenset({NegativeStatus.CALLED_BACK, NegativeStatus.CLASSIFIED, NegativeStatus.CLOSED}),
    NegativeStatus.CALLED_BACK: frozenset({NegativeStatus.CLOSED}),
    NegativeStatus.CLOSED: frozenset(),
    NegativeStatus.APPEALED: frozenset(
        {NegativeStatus.EXCLUDED, NegativeStatus.RECEIVED, NegativeStatus.CONTACTED, NegativeStatus.CLASSIFIED}
    ),
    NegativeStatus.EXCLUDED: frozenset(),
}
APPEALABLE = frozenset(one for one, nexts in NEGATIVE_STEPS.items() if NegativeStatus.APPEALED in nexts)


def next_steps(status: NegativeStatus, *, is_named: bool) -> frozenset[NegativeStatus]:
    """Where a negative rating may go from here: with a name it is contacted first and called back before it closes."""
    found = NEGATIVE_STEPS[status]
    if is_named:
        skipped = {NegativeStatus.RECEIVED: NegativeStatus.CLASSIFIED}
        skipped |= dict.fromkeys((NegativeStatus.RECTIFIED, NegativeStatus.EXPLAINED), NegativeStatus.CLOSED)
        return found - {skipped.get(status)}
    return found - {NegativeStatus.CONTACTED, NegativeStatus.CALLED_BACK}


def check_negative_step(status: NegativeStatus, wanted: NegativeStatus, *, is_named: bool) -> None:
    if wanted in (NegativeStatus.CONTACTED, NegativeStatus.CALLED_BACK) and not is_named:
        raise Conflict("negative_is_anonymous")
    if wanted not in next_steps(status, is_named=is_named):
        raise Conflict("negative_step_refused")


def answered_as(kind: NegativeClass) -> NegativeStatus:
    return NegativeStatus.EXPLAINED if kind is NegativeClass.NO_BASIS else NegativeStatus.RECTIFIED


def after_call_back(*, is_satisfied: bool, reopen_count: int) -> NegativeStatus:
    """Still not satisfied: open again once; the second time a supervisor looks at it and closes."""
    if is_satisfied or reopen_count >= REOPENINGS:
        return NegativeStatus.CALLED_BACK
    return NegativeStatus.CLASSIFIED


def check_suggestion_step(status: SuggestionStatus, wanted: SuggestionStatus) -> None:
    order = list(SuggestionStatus)
    is_reassigned = status is wanted is SuggestionStatus.ASSIGNED
    if not is_reassigned and order.index(wanted) != order.index(status) + 1:
        raise Conflict("suggestion_step_refused")


def consultation_days(opens_on: date, closes_on: date) -> int:
    """How long a consultation lasts, the last day counted and the first not, as periods in days are."""
    return (closes_on - opens_on).days


def check_consultation_days(opens_on: date, closes_on: date, *, short_reason: str) -> None:
    """At least 30 days, or a reason that is published. Raises InvalidInput."""
    if closes_on < opens_on:
        raise InvalidInput("consultation_ends_first")
    if consultation_days(opens_on, closes_on) < CONSULTATION_DAYS and not short_reason.strip():
        raise InvalidInput("consultation_too_short", days=CONSULTATION_DAYS)


def takes_opinions(status: ConsultationStatus, opens_on: date, closes_on: date, today: date) -> bool:
    return status is ConsultationStatus.PUBLISHED and opens_on <= today <= closes_on


@dataclass(frozen=True)
class LatestDays:
    """The last day on which notice of a hearing may be given and its list published, and how long before it that is."""

    notice_on: date
    notice_days: int
    list_on: date
    list_days: int


def check_hearing_days(latest: LatestDays, *, notice_on: date, registration_closes_on: date) -> None:
    """Notice, registration and list in their order and with their minimum days. Raises InvalidInput."""
    if notice_on > latest.notice_on:
        raise InvalidInput("hearing_notice_too_late", days=latest.notice_days)
    if (registration_closes_on - notice_on).days < REGISTRATION_DAYS:
        raise InvalidInput("registration_too_short", days=REGISTRATION_DAYS)
    if registration_closes_on >= latest.list_on:
        raise InvalidInput("registration_closes_late", days=latest.list_days + 1)


def takes_registrations(status: HearingStatus, registration_closes_on: date, today: date) -> bool:
    return status is HearingStatus.NOTICED and today <= registration_closes_on


def check_list_day(latest: LatestDays, *, today: date) -> None:
    if today > latest.list_on:
        raise Conflict("list_too_late", days=latest.list_days)


def check_sides(chosen: Sequence[Side], applied: Sequence[Side], *, seats: int) -> None:
    """Enough seats, and sides roughly equal: they differ by more than one only where the smaller has nobody left."""
    if not chosen:
        raise InvalidInput("participants_none")
    if len(chosen) > seats:
        raise InvalidInput("participants_too_many", seats=seats)
    taken, there = Counter(chosen), Counter(applied)
    smaller = min((Side.SUPPORTING, Side.OPPOSING), key=lambda side: taken[side])
    larger = Side.OPPOSING if smaller is Side.SUPPORTING else Side.SUPPORTING
    if taken[larger] - taken[smaller] > SIDES_APART and taken[smaller] < there[smaller]:
        raise InvalidInput("participants_unbalanced", supporting=taken[Side.SUPPORTING], opposing=taken[Side.OPPOSING])


def is_late(due_at: datetime | None, now: datetime, done_at: datetime | None = None) -> bool:
    """Done after its time, or not done when its time is over."""
    return due_at is not None and (done_at or now) > due_at
