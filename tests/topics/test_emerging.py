"""What stands out stands out beyond chance: exact tests, many looks allowed for, counts scaled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from qs.topics.emerging import standing
from qs.topics.terms import LEAST_CASES, Trend


def test_twenty_three_against_six_expected_is_rising():
    found = standing([23], [48], now_total=100, before_total=800)
    assert found.expected[0] == pytest.approx(6.0)
    assert found.trends == (Trend.RISING,)
    assert found.p[0] == pytest.approx(2 * binomtest(23, 71, 1 / 9, alternative="greater").pvalue)


def test_a_matter_nobody_wrote_about_before_is_new_from_five_cases():
    assert standing([6, 4], [0, 0], now_total=100, before_total=800).trends == (Trend.NEW, Trend.STEADY)


def test_what_has_nearly_stopped_is_falling():
    assert standing([1], [120], now_total=100, before_total=800).trends == (Trend.FALLING,)


def test_twice_as_many_of_everything_is_a_busy_week_and_no_topic():
    found = standing([20, 40, 12], [80, 160, 48], now_total=200, before_total=800)
    assert set(found.trends) == {Trend.STEADY}


def test_too_few_cases_are_not_looked_at():
    found = standing([2], [2], now_total=10, before_total=80)
    assert np.isnan(found.p[0])
    assert found.trends == (Trend.STEADY,)


def test_without_weeks_before_nothing_is_compared():
    found = standing([9], [0], now_total=9, before_total=0)
    assert np.isnan(found.expected[0])
    assert found.trends == (Trend.STEADY,)


def test_counts_above_their_total_are_a_mistake():
    with pytest.raises(ValueError, match="within their totals"):
        standing([5], [0], now_total=4, before_total=10)


def test_pure_chance_stands_out_in_at_most_one_search_of_twenty():
    """Nothing has changed: 200 matters, 400 searches; some false finding in at most 5 % of the searches."""
    rng = np.random.default_rng(7)
    shares = rng.dirichlet(np.full(200, 0.5))
    false = 0
    for _ in range(400):
        before, now = rng.multinomial(800, shares), rng.multinomial(100, shares)
        false += any(
            trend is not Trend.STEADY for trend in standing(now, before, now_total=100, before_total=800).trends
        )
    assert false / 400 <= 0.05


def test_a_matter_that_trebled_is_found_among_two_hundred():
    rng = np.random.default_rng(8)
    found = 0
    for _ in range(100):
        before, now = rng.poisson(8.0, 200) * 4, rng.poisson(4.0, 200)
        now[17] = rng.poisson(24.0)
        stood = standing(now, before, now_total=int(now.sum()), before_total=int(before.sum()))
        found += stood.trends[17] in (Trend.NEW, Trend.RISING)
    assert found >= 95


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200)), min_size=1, max_size=20),
    st.integers(2, 6),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter_and_more_of_the_same_is_at_least_as_clear(pairs, factor, random):
    now, before = np.array(pairs).T
    totals = {"now_total": int(now.sum()) + 50, "before_total": int(before.sum()) + 400}
    found = standing(now, before, **totals)
    order = list(range(len(pairs)))
    random.shuffle(order)
    shuffled = standing(now[order], before[order], **totals)
    np.testing.assert_allclose(shuffled.p, found.p[order])
    scaled = standing(now * factor, before * factor, **{name: total * factor for name, total in totals.items()})
    np.testing.assert_allclose(scaled.expected, found.expected * factor)
    np.testing.assert_allclose(scaled.share, found.share)
    is_high = [trend in (Trend.NEW, Trend.RISING) for trend in found.trends]
    assert all(now[place] >= LEAST_CASES for place, high in enumerate(is_high) if high)
