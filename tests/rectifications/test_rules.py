"""Rules of rectifications: which step may follow, and what is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from qs.errors import InvalidInput
from qs.rectifications import rules
from qs.rectifications.terms import Stage, Status

DUE = datetime(2026, 12, 14, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("status", Status)
def test_only_the_named_steps_follow(status):
    for wanted in Status:
        if wanted in rules.NEXT[status]:
            rules.check_step(status, wanted)
        else:
            with pytest.raises(rules.StepImpossible):
                rules.check_step(status, wanted)


def test_an_order_is_late_only_after_its_due_moment_and_only_while_the_unit_must_act():
    assert not rules.is_overdue(Status.PLANNED, DUE, DUE)
    assert rules.is_overdue(Status.PLANNED, DUE, DUE + SECOND)
    assert not rules.is_overdue(Status.PROVED, DUE, DUE + SECOND)
    assert not rules.is_overdue(Status.CLOSED, DUE, DUE + SECOND)


def test_overdue_comes_before_the_step_on_the_board():
    assert rules.stage_of(Status.ORDERED, DUE, DUE, is_planned=False) is Stage.ORDERED
    assert rules.stage_of(Status.ORDERED, DUE, DUE + SECOND, is_planned=False) is Stage.OVERDUE
    assert rules.stage_of(Status.REOPENED, DUE, DUE, is_planned=True) is Stage.PLANNED
    assert rules.stage_of(Status.REOPENED, DUE, DUE, is_planned=False) is Stage.ORDERED
    assert rules.stage_of(Status.PROVED, DUE, DUE + SECOND, is_planned=True) is Stage.PROVED


def test_a_proof_at_the_due_moment_is_in_time():
    assert rules.is_on_time(DUE, DUE)
    assert not rules.is_on_time(DUE + SECOND, DUE)


def test_a_late_plan_may_promise_any_day_from_today():
    rules.check_finish(date(2026, 12, 20), date(2026, 12, 16), date(2026, 12, 14))
    with pytest.raises(InvalidInput):
        rules.check_finish(date(2026, 12, 15), date(2026, 12, 16), date(2026, 12, 14))
