"""Figures on one scale: reckoned by hand, and what shift, scale, order and missing units may not change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.composites import distance_to_target, goalposts, min_max, percentile_ranks, z_scores

NAN = float("nan")
figure = st.one_of(st.integers(-1000, 1000).map(float), st.just(NAN))
figures = st.lists(figure, min_size=1, max_size=12)
METHODS = [min_max, z_scores, percentile_ranks]


def same(found, expected):
    assert found == pytest.approx(np.array(expected, dtype=float), abs=1e-9, nan_ok=True)


def test_the_worst_has_nothing_and_the_best_everything():
    same(min_max([2.0, 4.0, 3.0, NAN]).values, [0, 100, 50, NAN])
    same(min_max([2.0, 4.0, 3.0], directions=-1, scale=(1, 5)).values, [5, 1, 3])


def test_a_z_score_goes_by_the_sample_deviation():
    same(z_scores([1.0, 2.0, 3.0, NAN]).values, [-1, 0, 1, NAN])
    same(z_scores([1.0, 2.0, 3.0], directions=-1).values, [1, 0, -1])


def test_a_percentile_rank_is_the_share_of_the_others_that_are_worse():
    same(percentile_ranks([10.0, 20.0, 20.0, 30.0, NAN]).values, [0, 100 / 3, 100 / 3, 100, NAN])
    same(percentile_ranks([10.0, 20.0, 30.0], directions=-1).values, [100, 50, 0])


def test_goalposts_hold_at_both_ends_and_may_stand_either_way_round():
    same(goalposts([10.0, 20.0, 52.5, 90.0, NAN], 20, 85), [0, 0, 50, 100, NAN])
    same(goalposts([0.0, 5.0, 10.0, 20.0], 10, 0), [100, 50, 0, 0])
    same(goalposts([[1.0, 1.0], [2.0, 2.0]], [0, 4], [4, 0]), [[25, 75], [50, 50]])


def test_the_way_to_a_target_starts_at_the_worst_unit_and_ends_there():
    same(distance_to_target([0.0, 40.0, 80.0, 100.0, NAN], 80).values, [0, 50, 100, 100, NAN])
    same(distance_to_target([30.0, 20.0, 10.0], 10, directions=-1).values, [0, 50, 100])


def test_when_all_meet_the_target_all_have_everything():
    same(distance_to_target([90.0, 90.0, NAN], 80).values, [100, 100, NAN])
    same(distance_to_target([60.0, 60.0], 80).values, [50, 50])


@pytest.mark.parametrize(("method", "middle"), [(min_max, 50), (z_scores, 0), (percentile_ranks, 50)])
def test_a_column_without_differences_stands_in_the_middle_and_is_flagged(method, middle):
    found = method([[0.1 + 0.2, 1.0], [0.3, 2.0], [NAN, 3.0]])
    assert found.is_constant.tolist() == [True, False]
    same(found.values[:, 0], [middle, middle, NAN])
    same(method([7.0]).values, [middle])


@pytest.mark.parametrize("method", METHODS)
def test_a_column_without_figures_stays_empty(method):
    assert np.isnan(method([[NAN], [NAN]]).values).all()
    assert method(np.zeros((0, 3))).values.shape == (0, 3)


def test_draws_are_measured_by_the_scale_of_the_estimates():
    draws = np.array([[1.0, 2.0], [3.0, 4.0]])
    same(min_max(draws, reference=[1.0, 3.0]).values, [[0, 50], [100, 150]])
    same(z_scores(draws, reference=[1.0, 3.0]).values * np.sqrt(2), [[-1, 0], [1, 2]])
    assert min_max(draws, reference=[1.0, 3.0]).is_constant.tolist() == [False, False]


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(figures, st.integers(-50, 50), st.sampled_from([0.25, 1.0, 8.0]), st.randoms(use_true_random=False))
def test_unit_zero_point_and_order_change_nothing(method, values, shift, factor, shuffler):
    seen = np.array(values)
    direct = method(seen).values
    same(method(factor * seen + shift).values, direct)
    order = list(range(len(seen)))
    shuffler.shuffle(order)
    same(method(seen[order]).values, direct[order])
    assert (np.isnan(direct) == np.isnan(seen)).all()


@pytest.mark.parametrize("method", [min_max, z_scores])
@settings(deadline=None)
@given(figures)
def test_turning_the_direction_mirrors_the_scale(method, values):
    up, down = method(values).values, method(values, directions=-1).values
    total = up + down
    same(total[~np.isnan(total)], np.full((~np.isnan(total)).sum(), 100.0 if method is min_max else 0.0))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: min_max([1.0, np.inf]), "finite or missing"),
        (lambda: min_max(3.0), "at least one axis"),
        (lambda: min_max([1.0, 2.0], directions=0), "directions must be"),
        (lambda: min_max([1.0, 2.0], scale=(5, 5)), "a scale goes up"),
        (lambda: goalposts([1.0], 3, 3), "differ"),
        (lambda: distance_to_target([1.0], NAN), "targets must be finite"),
    ],
)
def test_what_cannot_be_normalised_is_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        wrong()
