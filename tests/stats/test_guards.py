"""Points that follow each other are no news, a step is: by hand, and by seeded simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.control_charts import Direction, PointType, Rule, Variation, autocorrelation, xmr

NAN = float("nan")
SERIES, POINTS, STEPPED = 4000, 36, 8


def following(correlation: float, seed: int = 1) -> np.ndarray:
    """Series with a spread of 1 whose points follow each other, AR(1)."""
    noise = np.random.default_rng(seed).normal(size=(100 + POINTS, SERIES)) * np.sqrt(1 - correlation**2)
    level = np.zeros_like(noise)
    for point in range(1, len(noise)):
        level[point] = correlation * level[point - 1] + noise[point]
    return level[100:].T


def flagged_share(values: np.ndarray, *, guard: bool) -> float:
    found = xmr(values, direction=Direction.UP, guard=guard)
    return float(np.mean(found.variation != Variation.COMMON_CAUSE))


def stepped(values: np.ndarray, sigmas: float) -> np.ndarray:
    return values + sigmas * (np.arange(values.shape[1]) >= values.shape[1] - STEPPED)


def test_stable_series_that_follow_each_other_are_rarely_flagged():
    assert flagged_share(following(0.6), guard=False) > 0.15
    assert flagged_share(following(0.6), guard=True) <= 0.03
    assert flagged_share(following(0.3), guard=True) <= 0.03


def test_steps_of_three_sigmas_stay_found():
    assert flagged_share(stepped(following(0.0), 3), guard=True) >= 0.85


def test_a_step_is_not_taken_for_points_that_follow_each_other():
    values = stepped(following(0.0), 3)
    found = autocorrelation(values)
    assert np.mean(found.is_correlated) < 0.2
    assert np.mean(found.step_at == POINTS - STEPPED) > 0.8


def test_the_correlation_is_hardly_biased():
    assert np.mean(autocorrelation(following(0.0)).correlation) == pytest.approx(0, abs=0.12)
    assert np.mean(autocorrelation(following(0.6)).correlation) == pytest.approx(0.5, abs=0.12)


def test_limits_are_widened_by_what_the_moving_ranges_hide():
    values = following(0.6)
    known, plain, guarded = (
        autocorrelation(values),
        *(xmr(values, direction=Direction.UP, guard=guard) for guard in (False, True)),
    )
    reach, wide = plain.upper[:, 0] - plain.mean[:, 0], guarded.upper[:, 0] - guarded.mean[:, 0]
    assert wide == pytest.approx(reach * known.widening)
    assert guarded.correlation == pytest.approx(known.correlation)
    believed = known.correlation[known.is_correlated]
    assert known.widening[known.is_correlated] == pytest.approx(1 / np.sqrt(1 - believed))


def test_runs_of_correlated_points_are_weak_and_no_signal():
    slow = np.concatenate([np.sin(np.arange(60) / 60 * 6 * np.pi) * 3])[None, :]
    found = xmr(slow, direction=Direction.UP, guard=True)
    assert found.weak.any()
    assert (found.point_type[found.weak] == PointType.COMMON_CAUSE).all()
    assert (found.rule[found.weak] != Rule.OUTSIDE_LIMITS).all()


def test_a_proven_step_is_a_signal_in_spite_of_correlation():
    values = stepped(following(0.6), 12)
    found = xmr(values, direction=Direction.UP, guard=True)
    assert np.mean(found.variation == Variation.IMPROVEMENT_HIGH) > 0.9


def test_without_the_guard_nothing_is_weak_and_no_correlation_is_told():
    found = xmr(following(0.6)[:5], direction=Direction.UP)
    assert not found.weak.any()
    assert np.isnan(found.correlation).all()


def test_every_segment_is_guarded_on_its_own():
    slow = np.sin(np.arange(30) / 30 * 4 * np.pi) * 3
    calm = np.random.default_rng(0).permutation(np.arange(30)) / 10
    starts = np.arange(60)[None, :] == 30
    found = xmr([np.concatenate([slow, calm])], direction=Direction.UP, segment_starts=starts, guard=True)
    assert found.upper[0, -1] == pytest.approx(xmr([calm], direction=Direction.UP).upper[0, -1])
    assert found.weak[0, :30].any()


def test_nine_points_are_too_few_to_tell():
    found = autocorrelation([[1.0, 2, 3, 4, 5, 6, 7, 8, 9], [NAN] * 9])
    assert np.isnan(found.correlation).all()
    assert found.widening.tolist() == [1, 1]
    assert not found.is_correlated.any()


@pytest.mark.parametrize("level", [0.0, 0.1 + 0.2, -1e9])
def test_a_series_that_never_moves_follows_nothing(level):
    found = autocorrelation([[level] * 20])
    assert found.correlation.tolist() == [0]
    assert found.widening.tolist() == [1]


points = st.one_of(st.integers(-10, 10), st.just(NAN))


@given(row=st.lists(points, min_size=1, max_size=40), scale=st.floats(1e-3, 1e3), shift=st.integers(-100, 100))
@settings(deadline=None)
def test_another_unit_and_upside_down_change_nothing(row, scale, shift):
    values = np.array([row], dtype=float)
    before = autocorrelation(values)
    for changed in (values * scale, values + shift, -values):
        after = autocorrelation(changed)
        assert after.correlation == pytest.approx(before.correlation, nan_ok=True, abs=1e-6)
        assert (after.widening >= 1).all()
        assert np.isfinite(after.widening).all()
