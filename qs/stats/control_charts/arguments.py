"""What every chart asks of its arguments, refused by name where it is not so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.terms import MIN_CHART_POINTS, BoolArray, Direction, FloatArray, Gap


def series_values(values: ArrayLike, name: str = "values") -> FloatArray:
    """The values as (series, periods); NaN where missing."""
    observed = np.asarray(values, dtype=np.float64)
    if observed.ndim != 2 or observed.shape[1] == 0:
        raise ValueError(f"{name} must be (series, periods) with at least one period, not {observed.shape}")
    if np.isinf(observed).any():
        raise ValueError(f"{name} must be finite, or NaN where missing")
    return observed


def counts(values: ArrayLike, name: str) -> FloatArray:
    """Like `series_values`, and not below zero."""
    observed = series_values(values, name)
    if (observed < 0).any():
        raise ValueError(f"{name} must not be below zero")
    return observed


def marks(given: BoolArray | None, shape: tuple[int, ...], name: str) -> BoolArray:
    """Booleans of the shape of the values, all False if none are given."""
    if given is None:
        return np.zeros(shape, dtype=np.bool_)
    marked = np.asarray(given)
    if marked.shape != shape or marked.dtype != np.bool_:
        raise ValueError(f"{name} must be booleans of shape {shape}, not {marked.dtype} of {marked.shape}")
    return marked


def check_options(baseline_periods: int | None, gap: Gap, shift_length: int) -> None:
    if baseline_periods is not None and baseline_periods < MIN_CHART_POINTS:
        raise ValueError(f"baseline_periods must be at least {MIN_CHART_POINTS}, not {baseline_periods}")
    check_word(gap, get_args(Gap), "gap")
    if shift_length < 2:
        raise ValueError(f"shift_length must be at least 2 points, not {shift_length}")


def check_word(given: str, words: tuple[str, ...], name: str) -> None:
    if given not in words:
        raise ValueError(f"{name} must be one of {words}, not {given!r}")


def per_series(given: ArrayLike, series: int, name: str) -> FloatArray:
    """One number for each series, (series,), from one for all or one for each."""
    numbers = np.asarray(given, dtype=np.float64)
    if numbers.shape not in ((), (series,)):
        raise ValueError(f"{name} must be one for all or one for each of {series} series, not {numbers.shape}")
    return np.broadcast_to(numbers, (series,))


def positive(given: ArrayLike, series: int, name: str) -> FloatArray:
    """Like `per_series`, and above zero."""
    numbers = per_series(given, series, name)
    if not (numbers > 0).all():
        raise ValueError(f"{name} must be above zero")
    return numbers


def direction_signs(direction: Direction | Sequence[Direction], series: int) -> FloatArray:
    """Per series: +1 where up is better, -1 where down is, 0 where neither."""
    names = np.asarray(direction, dtype=np.str_)
    if not np.isin(names, list(Direction)).all():
        raise ValueError(f"direction must be made of {list(Direction)}")
    signs = (names == Direction.UP).astype(np.float64) - (names == Direction.DOWN)
    return per_series(signs, series, "direction")
