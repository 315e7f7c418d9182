"""Seasons: a seasonal service is no news, a step is not taken for its season."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.control_charts import Direction, Variation, without_season, xmr

NAN = float("nan")
SERIES = 2000
MONTHS = np.arange(36) % 12
WAVE = np.sin(2 * np.pi * MONTHS / 12)


def noise(seed: int, periods: int = 36) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(SERIES, periods))


def flagged_share(values: np.ndarray) -> float:
    found = xmr(values, direction=Direction.UP, guard=True)
    return float(np.mean(found.variation != Variation.COMMON_CAUSE))


def test_a_plain_season_is_taken_out_whole():
    effects = np.arange(12.0) - 5.5
    found = without_season([10 + effects[MONTHS] + 0.01 * noise(0)[0]], MONTHS)
    assert found.has_season.tolist() == [True]
    assert found.effects[0] == pytest.approx(effects, abs=0.05)
    assert found.adjusted[0] == pytest.approx([10.0] * 36, abs=0.05)


def test_a_seasonal_service_is_no_news():
    seasonal = noise(1) + 3 * WAVE
    found = without_season(seasonal, MONTHS)
    assert found.has_season.mean() > 0.95
    assert flagged_share(found.adjusted) < 0.045


def test_the_season_does_not_eat_a_step():
    changed = noise(2) + 3 * WAVE + 3 * (np.arange(36) >= 28)
    assert flagged_share(changed) < 0.1  # the season hides it
    assert flagged_share(without_season(changed, MONTHS).adjusted) > 0.8


def test_a_step_alone_is_no_season():
    changed = noise(3) + 3 * (np.arange(36) >= 28)
    found = without_season(changed, MONTHS)
    assert found.has_season.mean() < 0.05
    assert (found.adjusted[~found.has_season] == changed[~found.has_season]).all()
    assert (found.effects[~found.has_season] == 0).all()


def test_points_that_follow_each_other_are_no_season():
    drawn = np.random.default_rng(4).normal(size=(136, SERIES))
    for month in range(1, len(drawn)):
        drawn[month] = 0.6 * drawn[month - 1] + 0.8 * drawn[month]
    assert without_season(drawn[100:].T, MONTHS).has_season.mean() < 0.04


def test_twenty_four_months_are_enough_and_twenty_three_are_not():
    values = [5 * WAVE[:24] + 0.1 * noise(5)[0, :24]]
    assert without_season(values, MONTHS[:24]).has_season.tolist() == [True]
    short = without_season([values[0][:23]], MONTHS[:23])
    assert (short.enough.tolist(), short.has_season.tolist(), short.p_value.tolist()) == ([False], [False], [1.0])


def test_every_month_must_have_been_seen_twice():
    values = 5 * WAVE + 0.1 * noise(6)[0]
    values[[3, 15]] = NAN  # only one April is left
    assert without_season([values], MONTHS).enough.tolist() == [False]


def test_missing_months_stay_missing_and_harm_no_other_series():
    values = np.stack([5 * WAVE + 0.1 * noise(7)[0]] * 2)
    values[0, 4] = NAN
    found = without_season(values, MONTHS)
    assert np.flatnonzero(np.isnan(found.adjusted[0])).tolist() == [4]
    assert found.adjusted[1] == pytest.approx(without_season(values[1:], MONTHS).adjusted[0])


@pytest.mark.parametrize("level", [0.0, 0.1 + 0.2, 1e9])
def test_a_series_that_never_moves_has_no_season(level):
    found = without_season([[level] * 36], MONTHS)
    assert found.has_season.tolist() == [False]
    assert found.p_value.tolist() == [1.0]


def test_a_perfect_season_is_seen():
    found = without_season([3.0 * MONTHS], MONTHS)
    assert found.has_season.tolist() == [True]
    assert found.adjusted[0] == pytest.approx([16.5] * 36)


def test_quarters_and_days_of_the_week_are_seasons_too():
    days = np.arange(42) % 7
    found = without_season([10.0 * (days > 4) + noise(8, 42)[0]], days, months_per_year=7)
    assert found.has_season.tolist() == [True]
    assert found.effects.shape == (1, 7)


def test_a_handful_of_points_is_never_enough():
    assert without_season([[1.0, 5, 1, 5, 1, 5]], np.arange(6) % 2, months_per_year=2).enough.tolist() == [False]
    assert without_season([[1.0, 5] * 6], np.arange(12) % 2, months_per_year=2).has_season.tolist() == [True]


@given(scale=st.floats(0.01, 100), shift=st.integers(-100, 100), seed=st.integers(0, 50))
@settings(deadline=None, max_examples=30)
def test_another_unit_changes_no_season(scale, shift, seed):
    values = np.random.default_rng(seed).normal(size=(3, 36)) + WAVE
    before, after = without_season(values, MONTHS), without_season(values * scale + shift, MONTHS)
    assert after.has_season.tolist() == before.has_season.tolist()
    assert after.adjusted == pytest.approx(before.adjusted * scale + shift, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("months", "per_year", "word"),
    [(MONTHS[:5], 12, "months"), (MONTHS + 1, 12, "months"), (MONTHS * 1.0, 12, "months"), (MONTHS, 1, "per_year")],
)
def test_a_mistake_in_the_arguments_is_refused_by_name(months, per_year, word):
    with pytest.raises(ValueError, match=word):
        without_season(np.zeros((1, 36)), months, months_per_year=per_year)
