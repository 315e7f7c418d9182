"""What a request must stand for in figures, worked out from its own rows: the other half of what was recorded; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from qs.complaints.figures.rates import Edition
from qs.complaints.terms import Outcome, RequestState, Satisfaction, StepKind
from qs.observations.recording import Measure, Measured
from qs.observations.terms import Channel

REQUEST_MEASURES = (
    Measure.REQUEST_ON_TIME,
    Measure.REQUEST_RESPONSE,
    Measure.REQUEST_RESOLUTION,
    Measure.REQUEST_SATISFACTION,
    Measure.REQUEST_SIGNED,
    Measure.REQUEST_FIRST_DISPATCH,
    Measure.REQUEST_REWORK,
    Measure.REQUEST_HOURS,
    Measure.REQUEST_REPEAT,
    Measure.REQUEST_REACHED,
)
SENT = (StepKind.DISPATCHED, StepKind.RULED)
RECEIVED = (StepKind.SIGNED, StepKind.RETURNED)
REPLIES = (StepKind.REPLIED, StepKind.ANSWERED)
STANDING = (RequestState.PAUSED, RequestState.CLOSED)  # no handling time passes in these
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Step:
    """One step of a request, as far as figures are concerned."""

    kind: StepKind
    at: datetime
    from_state: RequestState | None
    to_state: RequestState
    due_at: datetime | None


@dataclass(frozen=True)
class Call:
    """One attempt to call back; its answers are empty when nobody was reached."""

    call_id: int
    service_id: int
    at: datetime
    is_reached: bool
    was_contacted: bool | None
    is_solved: bool | None
    satisfaction: Satisfaction | None
    on: date  # the local day, by which the weights are chosen


@dataclass(frozen=True)
class Told:
    """A request with its steps and call-backs, oldest first."""

    request_id: int
    service_id: int | None
    channel: Channel
    is_assessed: bool  # neither left out of the assessment nor spam
    is_own_work: bool  # a report of wrongdoing that never went to a unit: the service it names did not handle it
    repeats: bool
    outcome: Outcome | None
    registered_at: datetime
    closed_at: datetime | None
    overdue_at: datetime | None
    counted_at: datetime | None
    rework_count: int
    steps: Sequence[Step]
    calls: Sequence[Call]

    @property
    def is_completed(self) -> bool:
        return self.closed_at is not None and self.outcome is not None and self.outcome.is_handled


@dataclass(frozen=True)
class Handled:
    """From when to when a request was handled, and the stretches in which no handling time passed."""

    begins: datetime
    ends: datetime
    stood: tuple[Span, ...]


@dataclass(frozen=True)
class Expected:
    """What must be among the events, and what may be: a signature overdue that nobody has noted yet."""

    certain: tuple[Measured, ...]
    possible: tuple[Measured, ...] = ()


def expected(told: Told, hours: float, edition_of_call: Sequence[Edition]) -> Expected:
    """The events of one request. `hours`: its handling time; `edition_of_call`: the weights of each call-back."""
    if not told.is_assessed:
        return Expected(())
    certain: list[Measured] = []
    possible: list[Measured] = []
    for call, edition in zip(told.calls, edition_of_call, strict=True):
        certain.extend(judged(call, told.channel, edition))
    if told.service_id is None or told.is_own_work:
        return Expected(tuple(certain))
    certain += [*on_time(told), *first_dispatch(told), *repeat(told), *completed(told, hours)]
    for one, is_sure in signatures(told):
        (certain if is_sure else possible).append(one)
    return Expected(tuple(certain), tuple(possible))


def fact(told: Told, measure: Measure, at: datetime, name: str, numerator: float) -> Measured:
    event_id = f"request:{told.request_id}:{name}" if name else f"request:{told.request_id}"
    return Measured(measure, told.service_id or 0, at, event_id, numerator, 1.0, told.channel)


def on_time(told: Told) -> Iterator[Measured]:
    if told.counted_at is not None:
        is_late = told.overdue_at is not None and told.overdue_at <= told.counted_at
        yield fact(told, Measure.REQUEST_ON_TIME, told.counted_at, "", float(not is_late))


def signatures(told: Told) -> Iterator[tuple[Measured, bool]]:
    """Each dispatch that was signed for, in time or late; False beside one whose lateness may not be noted yet."""
    for place, step in enumerate(told.steps):
        if step.kind not in SENT or step.due_at is None:
            continue
        answer = next((one for one in told.steps[place + 1 :] if one.kind in RECEIVED), None)
        if answer is not None and answer.kind is StepKind.RETURNED:
            continue
        in_time = answer is not None and answer.at <= step.due_at
        at = answer.at if answer is not None and in_time else step.due_at
        yield fact(told, Measure.REQUEST_SIGNED, at, "sign", float(in_time)), answer is not None


def first_dispatch(told: Told) -> Iterator[Measured]:
    answer = next((one for one in told.steps if one.kind in RECEIVED), None)
    if answer is not None:
        is_right = float(answer.kind is StepKind.SIGNED)
        yield fact(told, Measure.REQUEST_FIRST_DISPATCH, answer.at, "first_dispatch", is_right)


def repeat(told: Told) -> Iterator[Measured]:
    if any(one.kind in (StepKind.SIGNED, StepKind.ANSWERED) for one in told.steps):
        yield fact(told, Measure.REQUEST_REPEAT, told.registered_at, "repeat", float(told.repeats))


def completed(told: Told, hours: float) -> Iterator[Measured]:
    if told.closed_at is not None and told.is_completed:
        yield fact(told, Measure.REQUEST_REWORK, told.closed_at, "rework", float(told.rework_count > 0))
        yield fact(told, Measure.REQUEST_HOURS, told.closed_at, "hours", hours)


def judged(call: Call, channel: Channel, edition: Edition) -> Iterator[Measured]:
    """An attempt as an event of the reach rate, and a valid call-back as events of the three rates."""
    named = f"call_back:{call.call_id}"
    yield Measured(
        Measure.REQUEST_REACHED, call.service_id, call.at, f"{named}:reached", float(call.is_reached), 1.0, channel
    )
    if not call.is_reached:
        return
    numerators = {
        Measure.REQUEST_RESPONSE: float(bool(call.was_contacted)),
        Measure.REQUEST_RESOLUTION: float(bool(call.is_solved)),
        Measure.REQUEST_SATISFACTION: edition.points(call.satisfaction),
    }
    for measure, numerator in numerators.items():
        name = measure.removeprefix("request-")
        yield Measured(measure, call.service_id, call.at, f"{named}:{name}", numerator, 1.0, channel)


def handled(registered_at: datetime, closed_at: datetime, steps: Sequence[Step]) -> Handled:
    """From the registration to the last reply before the closing, or to the closing where nobody replied."""
    ends = max((one.at for one in steps if one.kind in REPLIES and one.at <= closed_at), default=closed_at)
    return Handled(registered_at, ends, tuple(stood(steps, ends)))


def stood(steps: Sequence[Step], ends: datetime) -> Iterator[Span]:
    """The stretches before `ends` in which the request was paused or lay closed."""
    since: datetime | None = None
    for one in steps:
        if since is None and one.to_state in STANDING and one.from_state not in STANDING:
            since = one.at
        elif since is not None and one.to_state not in STANDING:
            yield since, min(one.at, ends)
            since = None
    if since is not None and since < ends:
        yield since, ends
