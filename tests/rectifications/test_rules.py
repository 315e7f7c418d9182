"""Rules of rectifications: which step may follow, what is late, and what before and after may say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from qs.errors import InvalidInput
from qs.observations.spans import Span
from qs.rectifications import rules
from qs.rectifications.terms import Effect, Stage, Status
from qs.standards.terms import Aggregation, Direction

DUE = datetime(2026, 12, 14, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def span(numerator: float, denominator: float, *, n: int | None = None, square: float = 0.0) -> Span:
    count = int(denominator) if n is None else n
    return Span(DUE, DUE, count, numerator, denominator, square, numerator / denominator if denominator else None)


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


def effect(before: Span, after: Span, direction: Direction = Direction.UP, kind: Aggregation = Aggregation.SHARE):
    return rules.effect_of(before, after, kind, direction)


def test_a_share_that_rose_beyond_chance_is_better_where_more_is_better():
    assert effect(span(60, 100), span(90, 100)) is Effect.BETTER
    assert effect(span(60, 100), span(90, 100), Direction.DOWN) is Effect.WORSE
    assert effect(span(90, 100), span(60, 100)) is Effect.WORSE


def test_a_difference_within_chance_is_none():
    assert effect(span(85, 100), span(88, 100)) is Effect.NO_DIFFERENCE


def test_under_thirty_cases_on_either_side_nothing_is_said():
    assert effect(span(10, 29), span(90, 100)) is Effect.TOO_FEW
    assert effect(span(60, 100), span(29, 29)) is Effect.TOO_FEW
    assert effect(span(3, 30), span(90, 100)) is Effect.BETTER


def test_no_figure_at_all_is_too_few():
    assert effect(span(0, 0), span(0, 0)) is Effect.TOO_FEW


def test_means_are_compared_by_their_spread():
    tight = [span(40.0 * mean, 40.0, square=40.0 * (mean**2 + 1)) for mean in (20.0, 15.0)]
    loose = [span(40.0 * mean, 40.0, square=40.0 * (mean**2 + 400)) for mean in (20.0, 15.0)]
    assert effect(*tight, Direction.DOWN, Aggregation.MEAN) is Effect.BETTER
    assert effect(*loose, Direction.DOWN, Aggregation.MEAN) is Effect.NO_DIFFERENCE


def test_rates_are_compared_as_counts_of_events():
    before, after = span(100, 1000.0, n=100), span(50, 1000.0, n=50)
    assert effect(before, after, Direction.DOWN, Aggregation.RATE) is Effect.BETTER


@pytest.mark.parametrize("kind", [Aggregation.PERCENTILE, Aggregation.COUNT])
def test_percentiles_and_counts_are_shown_but_not_compared(kind):
    assert effect(span(60, 100), span(90, 100), Direction.UP, kind) is Effect.NOT_COMPARED


def test_within_a_band_neither_way_is_better():
    assert effect(span(60, 100), span(90, 100), Direction.BAND) is Effect.NOT_COMPARED
