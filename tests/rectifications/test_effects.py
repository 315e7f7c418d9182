"""What before and after may say: differences with their intervals, days that scatter, and whether it lasted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from qs.observations.spans import Span
from qs.rectifications.effects import Contrast, contrast, lasting
from qs.rectifications.terms import Effect, Lasting
from qs.standards.terms import Aggregation, Direction

START = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
COUNTS = some.integers(30, 5000)


def span(numerator: float, denominator: float, *, n: int | None = None, square: float = 0.0, since: int = 0) -> Span:
    """Twenty-eight days from the `since`th on."""
    count = int(denominator) if n is None else n
    value = numerator / denominator if denominator else None
    begins = START + since * DAY
    return Span(begins, begins + 28 * DAY, count, numerator, denominator, square, value)


def single(day: int, numerator: float, denominator: float, value: float | None = None) -> Span:
    since = START + day * DAY
    return Span(since, since + DAY, int(denominator), numerator, denominator, numerator**2, value)


def found(before: Span, after: Span, direction=Direction.UP, kind=Aggregation.SHARE, days=(), per=1.0) -> Contrast:
    return contrast(before, replace(after, since=before.until), days, kind, direction, per=per)


def effect(*args, **kwargs) -> Effect:
    return found(*args, **kwargs).effect


def test_a_share_that_rose_beyond_chance_is_better_where_more_is_better():
    assert effect(span(60, 100), span(90, 100)) is Effect.BETTER
    assert effect(span(60, 100), span(90, 100), Direction.DOWN) is Effect.WORSE
    assert effect(span(90, 100), span(60, 100)) is Effect.WORSE


def test_a_difference_within_chance_is_none():
    assert effect(span(85, 100), span(88, 100)) is Effect.NO_DIFFERENCE


def test_under_thirty_cases_on_either_side_nothing_is_said():
    assert found(span(10, 29), span(90, 100)) == Contrast(Effect.TOO_FEW)
    assert effect(span(60, 100), span(29, 29)) is Effect.TOO_FEW
    assert effect(span(3, 30), span(90, 100)) is Effect.BETTER


def test_no_figure_at_all_is_too_few():
    assert effect(span(0, 0), span(0, 0)) is Effect.TOO_FEW


def test_the_interval_of_two_shares_is_that_of_agresti_and_caffo():
    told = found(span(10, 40), span(30, 40))
    one, other = 11 / 42, 31 / 42
    reach = 1.959964 * (one * (1 - one) / 42 + other * (1 - other) / 42) ** 0.5
    assert told.difference == pytest.approx(0.5)
    assert (told.lower, told.upper) == pytest.approx((other - one - reach, other - one + reach), abs=1e-6)
    assert told.p < 0.001


def test_means_are_compared_by_their_spread():
    tight = [span(40.0 * mean, 40.0, square=40.0 * (mean**2 + 1)) for mean in (20.0, 15.0)]
    loose = [span(40.0 * mean, 40.0, square=40.0 * (mean**2 + 400)) for mean in (20.0, 15.0)]
    assert effect(*tight, Direction.DOWN, Aggregation.MEAN) is Effect.BETTER
    assert effect(*loose, Direction.DOWN, Aggregation.MEAN) is Effect.NO_DIFFERENCE


def test_rates_are_compared_as_counts_of_events_in_their_unit():
    before, after = span(100, 1000.0, n=100), span(50, 1000.0, n=50)
    told = found(before, after, Direction.DOWN, Aggregation.RATE, per=1000.0)
    assert told.effect is Effect.BETTER
    assert told.difference == pytest.approx(-50.0)
    assert told.upper == pytest.approx(-50 + 1.959964 * 150**0.5, abs=1e-4)


def test_counts_are_shown_but_not_compared_and_neither_way_is_better_within_a_band():
    assert effect(span(60, 100), span(90, 100), Direction.UP, Aggregation.COUNT) is Effect.NOT_COMPARED
    assert effect(span(60, 100), span(90, 100), Direction.BAND) is Effect.NOT_COMPARED


def two_months(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> tuple[Span, Span, list[Span]]:
    """Two spans of twenty-eight days, given as (numerator, denominator) of each day."""
    days = [single(place, *day) for place, day in enumerate([*first, *second])]
    sides = []
    for place, side in enumerate((first, second)):
        top, below = (sum(part) for part in zip(*side, strict=True))
        sides.append(span(top, below, since=28 * place))
    return *sides, days


def test_days_that_scatter_more_than_their_cases_widen_the_interval():
    calm = two_months([(60, 100)] * 28, [(63, 100)] * 28)
    wild = two_months([(30, 100), (90, 100)] * 14, [(33, 100), (93, 100)] * 14)
    assert contrast(*calm, Aggregation.SHARE, Direction.UP).effect is Effect.BETTER
    told = contrast(*wild, Aggregation.SHARE, Direction.UP)
    assert told.effect is Effect.NO_DIFFERENCE
    assert told.dispersion == pytest.approx(2800 * 2 * 0.09 / (54 * 0.24) * 1.009, rel=0.02)


def test_percentiles_are_compared_by_their_days_once_there_is_a_week_on_either_side():
    rng = np.random.default_rng(7)
    before = [single(place, 1, 1, value) for place, value in enumerate(rng.normal(60, 5, 28))]
    after = [single(28 + place, 1, 1, value) for place, value in enumerate(rng.normal(50, 5, 7))]
    sides = span(28, 28), span(7, 7, since=28)
    told = contrast(*sides, [*before, *after], Aggregation.PERCENTILE, Direction.DOWN)
    assert told.effect is Effect.BETTER
    assert told.lower < -10 < told.upper
    few = contrast(*sides, [*before, *after[:6]], Aggregation.PERCENTILE, Direction.DOWN)
    assert few.effect is Effect.TOO_FEW


def test_days_that_are_all_alike_still_give_a_verdict():
    days = [single(place, 1, 1, 60.0 if place < 28 else 50.0) for place in range(56)]
    told = contrast(span(28, 28), span(28, 28, since=28), days, Aggregation.PERCENTILE, Direction.DOWN)
    assert (told.effect, told.difference, told.p) == (Effect.BETTER, -10.0, 0.0)
    same = [replace(day, value=60.0) for day in days]
    told = contrast(span(28, 28), span(28, 28, since=28), same, Aggregation.PERCENTILE, Direction.DOWN)
    assert (told.effect, told.p) == (Effect.NO_DIFFERENCE, 1.0)


@given(COUNTS, COUNTS, some.floats(0, 1), some.floats(0, 1))
def test_changing_sides_turns_the_difference_round_and_nothing_else(n, m, share, other):
    one, two = span(round(n * share), n), span(round(m * other), m)
    told, turned = found(one, two), found(two, one)
    assert told.difference == pytest.approx(-turned.difference)
    assert (told.lower, told.upper) == pytest.approx((-turned.upper, -turned.lower))
    assert told.p == pytest.approx(turned.p)
    assert told.lower <= told.difference + 0.05 <= told.upper + 0.1
    assert -1 <= told.lower <= told.upper <= 1
    assert (told.effect is Effect.NO_DIFFERENCE) == (told.lower <= 0 <= told.upper)


@given(COUNTS, COUNTS, some.floats(0, 1), some.floats(0, 1))
def test_counting_what_failed_instead_says_the_same(n, m, share, other):
    hits, more = round(n * share), round(m * other)
    told = found(span(hits, n), span(more, m))
    mirrored = found(span(n - hits, n), span(m - more, m), Direction.DOWN)
    assert told.effect is mirrored.effect
    assert told.p == pytest.approx(mirrored.p)


def test_equal_services_are_rarely_told_to_have_changed():
    """Two months of the same service whose days differ by chance and by mood: about five in a hundred, not thirty."""
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(400):
        shares = rng.beta(80, 20, 56)
        hits = rng.binomial(100, shares)
        days = [(float(hit), 100.0) for hit in hits]
        told = contrast(*two_months(days[:28], days[28:]), Aggregation.SHARE, Direction.UP)
        wrong += told.effect is not Effect.NO_DIFFERENCE
    assert wrong <= 32


def told(effect: Effect, lower: float = 0.5, upper: float = 0.9) -> Contrast:
    return Contrast(effect, after_lower=lower, after_upper=upper)


SAME = told(Effect.NO_DIFFERENCE)


@pytest.mark.parametrize(
    ("since_order", "since_proof", "kept", "target", "expected"),
    [
        (told(Effect.TOO_FEW), SAME, Effect.BETTER, 0.95, None),
        (told(Effect.NOT_COMPARED), SAME, Effect.BETTER, 0.95, None),
        (told(Effect.BETTER), told(Effect.WORSE), Effect.BETTER, 0.95, Lasting.HELD),
        (told(Effect.WORSE), SAME, Effect.BETTER, None, Lasting.WORSE),
        (SAME, told(Effect.WORSE), Effect.BETTER, None, Lasting.LOST),
        (SAME, told(Effect.WORSE), Effect.NO_DIFFERENCE, None, Lasting.UNCLEAR),
        (SAME, SAME, Effect.TOO_FEW, 0.95, Lasting.NO_BETTER),
        (SAME, SAME, Effect.TOO_FEW, 0.9, Lasting.UNCLEAR),  # even at best on the target, not short of it
        (SAME, SAME, Effect.TOO_FEW, None, Lasting.UNCLEAR),
    ],
)
def test_an_order_is_opened_again_only_for_a_reason_in_the_figures(since_order, since_proof, kept, target, expected):
    assert lasting(since_order, since_proof, kept, target=target, direction=Direction.UP) is expected


def test_where_less_is_better_the_lower_end_is_the_favourable_one():
    by = {"target": 0.4, "direction": Direction.DOWN}
    assert lasting(SAME, SAME, None, **by) is Lasting.NO_BETTER
    assert lasting(SAME, SAME, None, **{**by, "target": 0.5}) is Lasting.UNCLEAR
