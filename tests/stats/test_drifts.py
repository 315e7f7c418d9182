"""Drift charts: weighted means and sums, their onsets, and how long they run before an alarm."""

import numpy as np
import pytest

from qs.stats.control_charts import CusumPlan, EwmaPlan, average_run_length, count_cusum, count_reference, cusum, ewma

NAN = float("nan")


def test_the_weighted_mean_moves_by_its_share_of_the_way():
    found = ewma([[2.0, 0.0]], target=0, sigma=1, plan=EwmaPlan(weight=0.5, limit_sigmas=3))
    assert found.mean.tolist() == [[1.0, 0.5]]
    assert found.upper[0] == pytest.approx([3 * 0.5, 3 * np.sqrt(1 / 3 * (1 - 0.5**4))])


def test_asymptotic_limits_are_the_same_from_the_beginning():
    found = ewma([[2.0, 0.0]], target=0, sigma=1, plan=EwmaPlan(0.5, 3), limits="asymptotic")
    assert found.upper[0] == pytest.approx([np.sqrt(3)] * 2)


def test_a_missing_point_leaves_the_mean_and_the_sums_as_they_were():
    assert ewma([[1.0, NAN, 1.0]], target=0, sigma=1).mean[0] == pytest.approx([0.1, 0.1, 0.19])
    found = cusum([[9.0, NAN, 0.0]], target=0, sigma=1)
    assert found.high[0].tolist() == [8.5, 8.5, 8.0]
    assert found.side[0].tolist() == [1, 0, 1]
    assert found.onset[0].tolist() == [0, -1, 0]


def test_a_small_drift_adds_up_to_a_signal_with_its_onset():
    found = cusum([[0.0, 0, 0, *[1.5] * 6]], target=0, sigma=1)
    assert found.high[0].tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 6]
    assert found.side[0].tolist() == [0] * 8 + [1]
    assert found.onset[0, -1] == 3


def test_a_drift_downwards_is_the_mirror_of_one_upwards():
    values = np.random.default_rng(2).normal(0.5, 1, size=(20, 40))
    up, down = cusum(values, target=0, sigma=1), cusum(-values, target=0, sigma=1)
    assert (up.high == -down.low).all()
    assert (up.side == -down.side).all()
    assert (up.onset == down.onset).all()


def test_another_unit_changes_no_drift():
    values = np.random.default_rng(3).normal(size=(20, 40))
    one, other = cusum(values, target=0, sigma=1), cusum(values * 60 + 7, target=7, sigma=60)
    assert other.high == pytest.approx(one.high)
    assert ewma(values * 60 + 7, target=7, sigma=60).mean == pytest.approx(
        ewma(values, target=0, sigma=1).mean * 60 + 7
    )


def test_each_series_has_a_level_of_its_own():
    found = cusum([[10.0] * 20, [20.0] * 20], target=[10, 10], sigma=[1, 1])
    assert found.side[:, -1].tolist() == [0, 1]


def test_the_reference_count_lies_between_both_means():
    assert count_reference(2, 4) == pytest.approx(2 / np.log(2))
    assert count_reference(4, 2) == pytest.approx(2 / np.log(2))


def test_rare_events_that_double_become_a_signal():
    quiet, busy = [0.0, 1, 0, 0, 1, 0], [1.0, 2, 1, 2, 1, 2]
    found = count_cusum([[*quiet, *busy]], expected=0.3, times=3, h=3)
    assert found.side[0, :6].tolist() == [0] * 6
    assert found.side[0, -1] == 1
    assert found.onset[0, -1] == 6
    assert not found.low.any()


def test_events_that_become_rarer_are_summed_on_the_other_side():
    found = count_cusum([[0.0] * 10], expected=2, times=0.5, h=4, exposure=[[1.0] * 10])
    assert found.side[0, -1] == -1
    assert not found.high.any()


@pytest.mark.parametrize(("k", "h", "shift", "published"), [(0.5, 4, 0, 168), (0.5, 5, 0, 465), (0.5, 5, 1, 10.4)])
def test_run_lengths_of_sums_are_the_published_ones(k, h, shift, published):
    assert average_run_length(CusumPlan(k, h), shift=shift) == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize(
    ("weight", "limit", "shift", "published"),
    [(0.1, 2.814, 0, 500), (0.4, 3.054, 0, 500), (0.1, 2.814, 0.25, 106), (0.1, 2.814, 1, 10.3), (1, 3, 0, 370.4)],
)
def test_run_lengths_of_weighted_means_are_the_published_ones(weight, limit, shift, published):
    assert average_run_length(EwmaPlan(weight, limit), shift=shift) == pytest.approx(published, rel=0.005)


def test_run_lengths_agree_with_simulated_runs():
    values = np.random.default_rng(4).normal(1.0, 1, size=(4000, 80))
    first = np.argmax(cusum(values, target=0, sigma=1).side > 0, axis=1) + 1
    assert first.mean() == pytest.approx(average_run_length(CusumPlan(), shift=1), rel=0.03)


def test_either_direction_takes_equally_long_and_endless_runs_are_infinite():
    assert average_run_length(CusumPlan(), shift=-1) == pytest.approx(average_run_length(CusumPlan(), shift=1))
    assert average_run_length(CusumPlan(h=50)) == np.inf


@pytest.mark.parametrize(
    ("mistake", "word"),
    [
        (lambda: EwmaPlan(weight=0), "weight"),
        (lambda: EwmaPlan(limit_sigmas=0), "limit_sigmas"),
        (lambda: CusumPlan(k=-1), "k must"),
        (lambda: CusumPlan(h=0), "h must"),
        (lambda: cusum([[1.0]], target=0, sigma=0), "sigma"),
        (lambda: cusum([[1.0]], target=NAN, sigma=1), "target"),
        (lambda: ewma([[1.0]], target=0, sigma=1, limits="none"), "limits"),
        (lambda: count_reference(1, 1), "differ"),
        (lambda: count_cusum([[1.0]], expected=1, times=2, h=0), "h must"),
        (lambda: count_cusum([[1.0]], expected=1, times=2, h=1, exposure=[[1.0, 2.0]]), "exposure"),
        (lambda: average_run_length(CusumPlan(), shift=NAN), "shift"),
    ],
)
def test_a_mistake_in_the_arguments_is_refused_by_name(mistake, word):
    with pytest.raises(ValueError, match=word):
        mistake()
