"""Seasons: what every January brings, told apart from what has changed, so that a seasonal service is no news."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f as f_distribution

from qs.stats.control_charts.arguments import series_values
from qs.stats.control_charts.changes import MIN_STEP_POINTS
from qs.stats.control_charts.guards import GREATEST_CORRELATION
from qs.stats.control_charts.terms import NO_DIFFERENCE_SHARE, BoolArray, FloatArray, IntArray

MIN_SEASON_CYCLES = 2  # of every month there must be so many, so 24 months in all
SEASON_CHANCE = 0.02  # so rarely is a season seen in a series that has none

# How points follow each other is known neither before a season is taken out (a true one looks like drifting) nor after
# (a chance one hides it). The first makes a cautious test; the second one that must be passed so many times better.
BOLD_TIMES = 20.0


@dataclass(frozen=True, eq=False)
class Seasons:
    """What the time of year does to each series: all (series,) unless said otherwise, in the unit of the values."""

    adjusted: FloatArray  # (series, periods), the values less the effect of their month; as they were without a season
    effects: FloatArray  # (series, months), around zero; zero where there is no season
    has_season: BoolArray
    enough: BoolArray  # points to tell: every month has been seen at least twice
    p_value: FloatArray  # of the season; 1 where there are not enough points


def without_season(values: ArrayLike, months: ArrayLike, *, months_per_year: int = 12) -> Seasons:
    """Take the effects of the months out of each series that has a season.

    `values`: (series, periods), any unit, oldest first, NaN where missing. `months`: (periods,), whole numbers from 0
    to months_per_year - 1 (or quarters, or days of the week, with their number). Effects are estimated together with
    the single step that explains most besides them: else a step in the last months would be taken for their season.
    A season is there when the months explain more than chance does in one series of fifty; below, nothing is taken
    out, because that too would cost certainty. Raises ValueError for arguments of the wrong shape or months out of
    range. Source: least squares with indicators of months, Wooldridge, Introductory Econometrics, 10.5; F test of
    their exclusion with the step chosen anew under either assumption.
    """
    observed = series_values(values)
    calendar = _calendar(months, observed.shape[1], months_per_year)
    adjusted, effects = observed.copy(), np.zeros((len(observed), months_per_year))
    p_value, enough = np.ones(len(observed)), np.zeros(len(observed), dtype=np.bool_)
    patterns, kind = np.unique(~np.isnan(observed), axis=0, return_inverse=True)
    for number, present in enumerate(patterns):
        counted = np.bincount(calendar[present], minlength=months_per_year)
        if counted.min() < MIN_SEASON_CYCLES or counted.sum() < max(2 * MIN_STEP_POINTS, months_per_year + 2):
            continue
        rows = np.flatnonzero(kind.ravel() == number)
        found, chance = _fitted(observed[np.ix_(rows, np.flatnonzero(present))], calendar[present], months_per_year)
        seasonal = chance < SEASON_CHANCE
        enough[rows], p_value[rows] = True, chance
        effects[rows[seasonal]] = found[seasonal]
        adjusted[rows[seasonal]] -= found[seasonal][:, calendar]
    return Seasons(adjusted, effects, p_value < SEASON_CHANCE, enough, p_value)


def _calendar(months: ArrayLike, periods: int, months_per_year: int) -> IntArray:
    if months_per_year < 2:
        raise ValueError(f"months_per_year must be at least 2, not {months_per_year}")
    given = np.asarray(months)
    if given.shape != (periods,) or given.dtype.kind not in "iu":
        raise ValueError(f"months must be {periods} whole numbers, not {given.dtype} of {given.shape}")
    if (given < 0).any() or (given >= months_per_year).any():
        raise ValueError(f"months must lie between 0 and {months_per_year - 1}")
    return given.astype(np.int64)


def _fitted(values: FloatArray, calendar: IntArray, months_per_year: int) -> tuple[FloatArray, FloatArray]:
    """Effects of the months, (series, months), and their p value, (series,), of series that miss nothing."""
    count = values.shape[1]
    month = np.eye(months_per_year)[calendar]  # (periods, months)
    starts = np.arange(MIN_STEP_POINTS, count - MIN_STEP_POINTS + 1)
    steps = (np.arange(count) >= starts[:, None]).astype(np.float64)  # (starts, periods)
    level = values - values.mean(axis=1, keepdims=True)
    centred = steps - steps.mean(axis=1, keepdims=True)
    single, error_without = _best_step(level, centred)
    to_month_means = month / month.sum(axis=0)
    within = level - level @ to_month_means @ month.T
    step, error_with = _best_step(within, steps - steps @ to_month_means @ month.T)
    stepless = level - step[:, :1] * steps[step[:, 1].astype(np.int64)]
    means = stepless @ to_month_means
    effects = means - means.mean(axis=1, keepdims=True)
    rounding = count * (NO_DIFFERENCE_SHARE * np.abs(values).max(axis=1)) ** 2
    explained = np.maximum(error_without - error_with, 0.0)
    left = np.maximum(error_with, np.maximum(rounding, np.finfo(np.float64).tiny))
    tested, spare = months_per_year - 1, count - months_per_year - 1
    ratio = (explained / tested) / (left / spare)
    without = _independent_share(level - single[:, :1] * centred[single[:, 1].astype(np.int64)])
    beside = _independent_share(stepless - means @ month.T)
    cautious = f_distribution.sf(ratio, tested * without, spare * without)
    bold = f_distribution.sf(ratio, tested * beside, spare * beside) * BOLD_TIMES
    chance = np.where(explained > rounding, np.clip(np.fmin(cautious, bold), 0.0, 1.0), 1.0)
    return effects, chance


def _independent_share(residual: FloatArray) -> FloatArray:
    """How many independent points each point is worth in a sum of squares, where neighbours follow each other.

    With correlation r it is (1 - r^2) / (1 + r^2): Bartlett (1935), JRSS 98:536-543.
    """
    squares = (residual**2).sum(axis=1)
    count = residual.shape[1]
    raw = (residual[:, 1:] * residual[:, :-1]).sum(axis=1) / np.where(squares > 0, squares, 1.0)
    correlation = np.clip(raw + (1 + 5 * raw) / count, 0.0, GREATEST_CORRELATION)
    share: FloatArray = (1 - correlation**2) / (1 + correlation**2)
    return share


def _best_step(values: FloatArray, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Size and number of the step that explains most, (series, 2), and the squared error it leaves, (series,)."""
    squares = (steps**2).sum(axis=1)
    possible = squares > NO_DIFFERENCE_SHARE
    safe = np.where(possible, squares, 1.0)
    along = values @ steps.T  # (series, starts)
    gain = np.where(possible, along**2 / safe, -1.0)
    rows, best = np.arange(len(values)), np.argmax(gain, axis=1)
    error: FloatArray = np.maximum((values**2).sum(axis=1) - np.maximum(gain[rows, best], 0.0), 0.0)
    size = np.where(possible[best], along[rows, best] / safe[best], 0.0)
    return np.column_stack([size, best.astype(np.float64)]), error
