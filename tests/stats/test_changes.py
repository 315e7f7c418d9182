"""Dating changes: single steps with a range of dates, and all changes of a long series."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.control_charts import best_steps, change_points

NAN = float("nan")


def test_a_plain_step_is_dated_at_its_first_point():
    found = best_steps([[1.0] * 6 + [3.0] * 9])
    assert (found.at[0], found.earliest[0], found.latest[0]) == (6, 6, 6)
    assert (found.before[0], found.after[0], found.size[0]) == pytest.approx((1, 3, 2))


def test_missing_points_are_no_dates():
    found = best_steps([[1.0] * 6 + [NAN] + [3.0] * 6])
    assert found.at[0] == 7


def test_a_step_near_the_end_needs_fewer_points_if_asked():
    assert best_steps([[0.0] * 12 + [5.0] * 2], min_points=2).at[0] == 12


def test_too_few_points_have_no_step():
    found = best_steps([[1.0] * 9, [NAN] * 9])
    assert found.at.tolist() == found.earliest.tolist() == found.latest.tolist() == [-1, -1]
    assert np.isnan(found.size).all()


def test_the_range_of_dates_holds_the_true_one_nearly_always():
    values = np.random.default_rng(5).normal(size=(3000, 40)) + 1.5 * (np.arange(40) >= 25)
    found = best_steps(values)
    assert np.mean((found.earliest <= 25) & (found.latest >= 25)) > 0.93
    assert np.mean(found.latest - found.earliest) < 12


def test_several_changes_are_found_at_their_dates():
    noise = np.random.default_rng(6).normal(scale=0.3, size=60)
    assert change_points(noise + np.repeat([0.0, 4, 1], 20)) == [20, 40]


def test_a_stable_series_has_no_change():
    assert change_points(np.random.default_rng(7).normal(size=100)) == []
    assert change_points([0.1 + 0.2] * 50) == []
    assert change_points([5.0] * 3) == change_points([]) == []


def test_a_missing_point_is_passed_over():
    values = np.repeat([0.0, 4], 20) + np.tile([0.1, -0.1], 20)
    values[[3, 20]] = NAN
    assert change_points(values) == [21]


def cheapest(values: np.ndarray, min_points: int, penalty: float) -> float:
    """The least cost of all divisions, tried one by one."""
    count = len(values)
    costs = []
    for changes in range(count // min_points):
        for starts in combinations(range(min_points, count), changes):
            edges = [0, *starts, count]
            if min(np.diff(edges)) >= min_points:
                parts = np.split(values, starts)
                costs.append(sum(((part - part.mean()) ** 2).sum() for part in parts) + penalty * changes)
    return min(costs)


@given(row=st.lists(st.integers(0, 9), min_size=6, max_size=14), penalty=st.integers(1, 20))
@settings(deadline=None, max_examples=60)
def test_no_other_division_is_cheaper(row, penalty):
    values = np.array(row, dtype=float)
    starts = change_points(values, min_points=2, penalty=penalty)
    parts = np.split(values, starts)
    cost = sum(((part - part.mean()) ** 2).sum() for part in parts) + penalty * len(starts)
    assert cost == pytest.approx(cheapest(values, 2, penalty))


@pytest.mark.parametrize(
    ("mistake", "word"),
    [
        (lambda: best_steps([1.0, 2.0]), "values"),
        (lambda: best_steps([[1.0]], min_points=0), "min_points"),
        (lambda: change_points([[1.0]]), "values"),
        (lambda: change_points([float("inf")]), "finite"),
        (lambda: change_points([1.0], min_points=0), "min_points"),
    ],
)
def test_a_mistake_in_the_arguments_is_refused_by_name(mistake, word):
    with pytest.raises(ValueError, match=word):
        mistake()
