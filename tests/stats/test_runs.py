"""Runs and crossings of the centre line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.stats.control_charts import anhoej_runs

NAN = float("nan")


def test_runs_and_crossings_are_counted_about_the_median():
    found = anhoej_runs([[1.0, 2, 1, 8, 9, 8, 9, 1, 9, 1]])
    assert (found.useful_points[0], found.longest_run[0], found.crossings[0]) == (10, 4, 4)


def test_points_on_the_line_neither_count_nor_break_a_run():
    found = anhoej_runs([[1.0, 0, 1, NAN, 1, -1]], centre=0)
    assert (found.useful_points[0], found.longest_run[0], found.crossings[0]) == (4, 3, 1)


def test_too_long_a_run_or_too_few_crossings_are_a_signal():
    steady, parted = [1.0, -1] * 12, [1.0] * 12 + [-1.0] * 12
    found = anhoej_runs([steady, parted], centre=0)
    assert found.is_signal.tolist() == [False, True]
    assert found.longest_allowed.tolist() == [8, 8]  # log2(24) rounded, and three
    assert found.crossings_needed.tolist() == [8, 8]


def test_stable_series_are_rarely_signals():
    values = np.random.default_rng(1).normal(size=(5000, 24))
    assert anhoej_runs(values).is_signal.mean() < 0.1


def test_a_series_that_never_moves_or_is_empty_is_no_signal():
    found = anhoej_runs([[3.0] * 12, [NAN] * 12])
    assert found.is_signal.tolist() == [False, False]
    assert np.isnan(found.crossings_needed).all()


@given(row=st.lists(st.one_of(st.integers(-9, 9), st.just(NAN)), min_size=1, max_size=30))
def test_backwards_and_upside_down_runs_are_the_same(row):
    values = np.array([row], dtype=float)
    found = anhoej_runs(values)
    for changed in (anhoej_runs(values[:, ::-1]), anhoej_runs(-values)):
        assert changed.longest_run.tolist() == found.longest_run.tolist()
        assert changed.crossings.tolist() == found.crossings.tolist()


def test_a_mistake_in_the_arguments_is_refused_by_name():
    with pytest.raises(ValueError, match="centre"):
        anhoej_runs([[1.0, 2.0]], centre=[1, 2, 3])
