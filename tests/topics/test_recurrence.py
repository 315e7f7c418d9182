"""Whether a problem was put right and whether it has come back, with numbers to check by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from qs.topics.recurrence import (
    LEAST_BACK,
    alarm_count,
    before_and_after,
    change,
    months,
    recurrence,
    result_of,
)
from qs.topics.terms import MONTH_DAYS, Result

CLOSED = date(2026, 6, 1)
LEVEL = change(90, 90, 12, 90)  # thirty a month before, four a month when it was closed


def spread(count: int, first: date, days: int = MONTH_DAYS) -> list[date]:
    return sorted(first + timedelta(days=one * days // max(count, 1)) for one in range(count))


def test_months_are_counted_from_the_anchor_in_both_directions():
    days = [*spread(3, CLOSED - timedelta(days=30)), *spread(5, CLOSED)]
    found = months(days, CLOSED, CLOSED - timedelta(days=45), CLOSED + timedelta(days=29))
    assert [(one.starts_on, one.count) for one in found] == [(CLOSED - timedelta(days=30), 3), (CLOSED, 5)]


def test_a_month_that_is_not_over_is_not_shown():
    assert months([CLOSED], CLOSED, CLOSED, CLOSED + timedelta(days=28)) == []


def test_half_as_many_in_the_same_time_is_a_ratio_of_one_half_with_its_interval():
    found = change(40, 90, 20, 90)
    assert found.ratio == pytest.approx(0.5)
    assert found.lower < 0.5 < found.upper < 1
    assert found.p_fewer == pytest.approx(binomtest(20, 60, 0.5, alternative="less").pvalue)


def test_the_time_counts_not_only_the_number():
    assert change(30, 90, 10, 30).ratio == pytest.approx(1.0)


def test_nothing_before_gives_no_ratio():
    found = change(0, 90, 4, 90)
    assert (found.ratio, found.lower, found.upper) == (None, None, None)
    assert change(0, 90, 0, 90).p_more == 1.0
    with pytest.raises(ValueError, match="at least a day"):
        change(1, 0, 1, 30)


def test_a_result_needs_fewer_requests_than_chance_explains():
    assert result_of(change(40, 90, 20, 90), 0.5) is Result.REACHED
    assert result_of(change(40, 90, 24, 90), 0.5) is Result.PARTLY
    assert result_of(change(8, 90, 5, 90), 0.5) is Result.NOT_SHOWN
    assert result_of(change(0, 90, 0, 90), 0.5) is Result.NOT_SHOWN


def test_the_level_reached_leaves_out_the_time_in_which_the_plan_began():
    adopted = date(2026, 3, 1)
    days = [*spread(60, adopted - timedelta(days=90), 90), *spread(40, adopted, 30), *spread(4, date(2026, 4, 16), 46)]
    found = before_and_after(days, adopted, CLOSED)
    assert (found.before_count, found.before_days) == (60, 90)
    assert (found.after_count, found.after_days) == (4, 46)


def test_nothing_can_have_come_back_before_a_month_is_over():
    assert recurrence([CLOSED], LEVEL, CLOSED, CLOSED + timedelta(days=28)) is None


def test_a_month_far_above_the_level_is_a_recurrence():
    found = recurrence(spread(14, CLOSED), LEVEL, CLOSED, CLOSED + timedelta(days=29))
    assert found.has_recurred
    assert found.last.p_more == pytest.approx(binomtest(14, 26, 30 / 120, alternative="greater").pvalue)


def test_the_level_itself_is_no_recurrence():
    assert not recurrence(spread(5, CLOSED), LEVEL, CLOSED, CLOSED + timedelta(days=29)).has_recurred


def test_several_months_somewhat_above_the_level_are_a_recurrence_together():
    level = change(180, 90, 36, 90)  # twelve a month when it was closed
    days = [day for one in range(6) for day in spread(21, CLOSED + timedelta(days=30 * one))]
    found = recurrence(days, level, CLOSED, CLOSED + timedelta(days=179))
    assert found.last.p_more > 0.0025
    assert found.has_recurred


def test_four_requests_are_no_recurrence_whatever_was_before():
    nothing = change(90, 90, 0, 90)
    assert not recurrence(spread(4, CLOSED), nothing, CLOSED, CLOSED + timedelta(days=29)).has_recurred
    assert recurrence(spread(LEAST_BACK, CLOSED), nothing, CLOSED, CLOSED + timedelta(days=29)).has_recurred


@given(st.integers(0, 60), st.integers(30, 90))
def test_the_alarm_is_the_first_count_that_is_a_recurrence(count, days):
    level = change(90, 90, count, days)
    alarm = alarm_count(level)
    last = CLOSED + timedelta(days=29)
    assert recurrence(spread(alarm, CLOSED), level, CLOSED, last).has_recurred
    assert not recurrence(spread(alarm - 1, CLOSED), level, CLOSED, last).has_recurred


def test_a_year_without_change_is_seldom_called_a_recurrence():
    """The level itself is only counted for three months; twelve looks at four a month, 100 years."""
    rng = np.random.default_rng(3)
    false = 0
    for _ in range(100):
        level = change(90, 90, int(rng.poisson(12)), 90)
        counts = rng.poisson(4, 12)
        days = [day for one, many in enumerate(counts) for day in spread(int(many), CLOSED + timedelta(days=30 * one))]
        false += any(
            recurrence(days, level, CLOSED, CLOSED + timedelta(days=30 * looks - 1)).has_recurred
            for looks in range(1, 13)
        )
    assert false / 100 <= 0.06
