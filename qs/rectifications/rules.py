"""Which step may follow which, who may verify, and when an order is late."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from qs.errors import Conflict, InvalidInput, NotAllowed
from qs.rectifications.terms import Stage, Status

GIVEN_UP = timedelta(days=30)  # past its due date an order still open counts as not closed (local rule)
NEXT: dict[Status, frozenset[Status]] = {
    Status.ORDERED: frozenset({Status.PLANNED, Status.WITHDRAWN}),
    Status.PLANNED: frozenset({Status.PLANNED, Status.PROVED, Status.WITHDRAWN}),
    Status.PROVED: frozenset({Status.CLOSED, Status.REOPENED, Status.WITHDRAWN}),
    Status.REOPENED: frozenset({Status.PLANNED, Status.PROVED, Status.WITHDRAWN}),
    Status.CLOSED: frozenset({Status.REOPENED}),
    Status.WITHDRAWN: frozenset(),
}


class StepImpossible(Conflict):
    """The order is not where this step begins."""

    code = "rectification_step_impossible"


class ChangedMeanwhile(Conflict):
    """Somebody else was faster."""

    code = "rectification_changed"


class VerifierIsParty(NotAllowed):
    """Nobody verifies what they planned, proved or answer for."""

    code = "verifier_is_party"


def check_step(present: Status, wanted: Status) -> None:
    """Raise StepImpossible unless the step may follow."""
    if wanted not in NEXT[present]:
        raise StepImpossible


def check_version(present: int, seen: int) -> None:
    """Raise ChangedMeanwhile unless the person saw the present state."""
    if present != seen:
        raise ChangedMeanwhile


def check_verifier(person_id: int | None, parties: Collection[int | None]) -> None:
    """Raise VerifierIsParty for somebody who had a hand in it."""
    if person_id is not None and person_id in parties:
        raise VerifierIsParty


def check_finish(finish_on: date, today: date, due_on: date) -> None:
    """Raise InvalidInput unless the planned end lies between today and the due date.

    Once the due date is past any day from today on may be promised; the order stays late.
    """
    if finish_on < today:
        raise InvalidInput("finish_in_past")
    if due_on >= today and finish_on > due_on:
        raise InvalidInput("finish_after_due", day=finish_on.isoformat(), due=due_on.isoformat())


def is_overdue(status: Status, due_at: datetime, now: datetime) -> bool:
    """True when the unit still has to act and its time is over. A proof that waits for the office is not late."""
    return status.is_with_unit and now > due_at


def stage_of(status: Status, due_at: datetime, now: datetime, *, is_planned: bool) -> Stage:
    """The column of the board an order belongs to."""
    if is_overdue(status, due_at, now):
        return Stage.OVERDUE
    if status is Status.REOPENED:
        return Stage.PLANNED if is_planned else Stage.ORDERED
    return Stage(status.value)


def is_on_time(proved_at: datetime, due_at: datetime) -> bool:
    """True when the accepted proof was handed in by the order's due date, extension included."""
    return proved_at <= due_at


def number_of(rectification_id: int, ordered_at: datetime) -> str:
    """How an order is called on paper: ZG2026-0012."""
    return f"ZG{ordered_at.year}-{rectification_id:04d}"
