"""How unlikely a silence is: by hand, by simulation, and what may change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from qs.stats.silences import rhythm, silence_chance

GAPS = some.dictionaries(some.integers(1, 60), some.integers(1, 40), min_size=1, max_size=12)


def known(gaps: dict[int, int], events: int | None = None):
    return rhythm(list(gaps), list(gaps.values()), sum(gaps.values()) if events is None else events)


def test_what_was_expected_is_the_rate_times_the_days():
    found = known({3: 100}, events=120)
    assert (found.day_count, found.expected(30)) == (300, pytest.approx(12.0))


def test_the_chance_by_rate_is_the_beta_binomial_one():
    found = known({10: 10})  # ten days with something in a hundred: draws with 10.5 against 90.5
    by_hand = np.prod([(90.5 + day) / (101 + day) for day in range(20)])
    assert silence_chance(found, 20) == pytest.approx(by_hand)


def test_weekends_are_no_silence_and_a_week_without_anything_is():
    workdays = known({1: 204, 3: 51})  # a year of weeks from Monday to Friday
    assert silence_chance(workdays, 2) > 0.1
    assert silence_chance(workdays, 7) < 0.01


def test_a_season_that_was_silent_last_year_may_be_so_again():
    seasonal = known({1: 150, 215: 1})
    assert silence_chance(seasonal, 60) > 0.3
    assert silence_chance(known({1: 365}), 60) < 0.01


def test_a_service_rated_once_a_month_is_not_silent_after_three_weeks():
    assert silence_chance(known({30: 12}), 21) > 0.3
    assert silence_chance(known({1: 360}), 21) < 0.01


def test_a_month_expected_and_nothing_come_is_unlikely():
    """Twelve expected in thirty days, none came: exp(-12) by rate alone, bounded by what a year can show."""
    assert silence_chance(known({2: 90, 3: 60}, events=146), 30) == pytest.approx(1 / 361)


def test_too_little_is_said_of_nothing():
    for gaps in ({40: 2}, {1: 27}):
        assert not known(gaps).is_known
        with pytest.raises(ValueError, match="not known"):
            silence_chance(known(gaps), 3)
    assert known({9: 2, 10: 1}).is_known


@pytest.mark.parametrize("wrong", [([0], [1], 1), ([1], [-1], 1), ([1], [1], -1)])
def test_impossible_gaps_are_refused(wrong):
    with pytest.raises(ValueError, match="gaps"):
        rhythm(*wrong)


@given(GAPS, some.integers(0, 400))
def test_a_longer_silence_is_never_likelier(gaps, days):
    found = known(gaps)
    if found.is_known:
        chances = [silence_chance(found, days + more) for more in range(4)]
        assert all(0 < chance <= 1 for chance in chances)
        assert chances == sorted(chances, reverse=True)
    assert known({7: 10}).expected(days) == pytest.approx(days / 7)


@given(GAPS, some.integers(1, 100))
def test_the_order_in_which_gaps_are_told_changes_nothing(gaps, days):
    found, turned = known(gaps), known(dict(reversed(gaps.items())))
    if found.is_known:
        assert silence_chance(found, days) == silence_chance(turned, days)


def test_services_that_go_on_as_ever_are_rarely_called_silent():
    """Two thousand services of every size, seen on a day drawn at random: at most one in a hundred is called silent."""
    rng = np.random.default_rng(5)
    called = judged = 0
    for share in rng.uniform(0.02, 0.9, 2000):
        came = np.flatnonzero(rng.random(365 + 200) < share)
        today = 365 + int(rng.integers(100, 200))
        came = came[came < today]
        gaps = np.diff(came[came > came[-1] - 365])
        if not len(gaps):
            continue
        found = rhythm(gaps, np.ones_like(gaps), len(gaps))
        if found.is_known:
            judged += 1
            called += silence_chance(found, today - int(came[-1]) - 1) < 0.01
    assert judged > 1900
    assert called / judged <= 0.01
