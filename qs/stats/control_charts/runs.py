"""Runs: the four rules by which points of any control chart are more than noise, and Anhøj's two rules of a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from qs.stats.control_charts.arguments import per_series, series_values
from qs.stats.control_charts.terms import (
    NO_DIFFERENCE_SHARE,
    BoolArray,
    CodeArray,
    FloatArray,
    Gap,
    IntArray,
    Limits,
    Rule,
)

# The four rules are those of NHS England, Making Data Count; compare Nelson, Journal of Quality Technology 16 (1984).
TREND_POINTS = 7  # so six steps, all rising or all falling
NEAR_POINTS_NEEDED = 2
NEAR_WINDOW_POINTS = 3
SHIFT_POINTS = 7  # on one side of the mean; Wheeler takes 8, Nelson 9
CROSSING_CHANCE = 0.05  # Anhøj: fewer crossings than chance leaves in one series of twenty


@dataclass(frozen=True, eq=False)
class Broken:
    """Which rule each point breaks: (series, periods)."""

    rule: CodeArray  # values of Rule
    side: CodeArray  # +1 high or rising, -1 low or falling, 0 none


def rules_broken(
    values: FloatArray, limits: Limits, segment: IntArray, *, tolerance: FloatArray, gap: Gap, shift_length: int
) -> Broken:
    """The first rule each point breaks, in the order of Rule.

    `values`: (series, periods), oldest first, NaN where missing or without limits; such points break none.
    `segment`: (series, periods), a number that rises where limits are made anew; no run crosses that. `tolerance`:
    (series, 1), differences up to it are none. `gap`: a run closes up over a missing point ("skip") or breaks there.
    """
    zones = _zones(values, limits, tolerance)
    missing = np.isnan(values)
    if gap == "break" or not missing.any():
        return _first_rules(values, zones, segment, tolerance=tolerance, shift_length=shift_length)
    order = np.argsort(missing, axis=1, kind="stable")
    found = _first_rules(
        np.take_along_axis(values, order, axis=1),
        np.take_along_axis(zones, order, axis=1),
        np.take_along_axis(segment, order, axis=1),
        tolerance=tolerance,
        shift_length=shift_length,
    )
    rule, side = np.zeros_like(zones), np.zeros_like(zones)
    np.put_along_axis(rule, order, found.rule, axis=1)
    np.put_along_axis(side, order, found.side, axis=1)
    return Broken(rule, side)


# A zone is the number of lines (mean, near limit, limit) a point lies strictly beyond, negative when it is low.
_NEAR_LIMIT_ZONE = 2
_OUTSIDE_ZONE = 3


def _zones(values: FloatArray, limits: Limits, tolerance: FloatArray) -> CodeArray:
    zones = np.zeros(values.shape, dtype=np.int8)
    for line in (limits.mean, limits.near_upper, limits.upper):
        zones += values > line + tolerance
    for line in (limits.mean, limits.near_lower, limits.lower):
        zones -= values < line - tolerance
    return zones


def _first_rules(
    values: FloatArray, zones: CodeArray, segment: IntArray, *, tolerance: FloatArray, shift_length: int
) -> Broken:
    """The rules on points that stand next to each other, missing ones being on no side."""
    sides = {
        Rule.OUTSIDE_LIMITS: _signed(zones == _OUTSIDE_ZONE, zones == -_OUTSIDE_ZONE),
        Rule.TREND: _trend(values, segment, tolerance),
        Rule.TWO_OF_THREE: _signed(_two_of_three(zones, segment), _two_of_three(-zones, segment)),
        Rule.SHIFT: _signed(_shift(zones, segment, shift_length), _shift(-zones, segment, shift_length)),
    }
    rule, side = np.zeros_like(zones), np.zeros_like(zones)
    for weakest in sorted(sides, reverse=True):
        broken = sides[weakest] != 0
        np.copyto(rule, np.int8(weakest), where=broken)
        np.copyto(side, sides[weakest], where=broken)
    return Broken(rule, side)


def _signed(high: BoolArray, low: BoolArray) -> CodeArray:
    return high.astype(np.int8) - low.astype(np.int8)


def _trend(values: FloatArray, segment: IntArray, tolerance: FloatArray) -> CodeArray:
    """+1 on seven points that only rise, -1 on seven that only fall; a turning point goes with the step after it."""
    steps = np.diff(values, axis=1)
    rises, falls = steps > tolerance, steps < -tolerance
    rising = _mark(_whole_windows(rises, TREND_POINTS - 1), segment, TREND_POINTS)
    falling = _mark(_whole_windows(falls, TREND_POINTS - 1), segment, TREND_POINTS)
    side = _signed(rising, falling)
    turning = rising[:, :-1] & falling[:, :-1]
    np.copyto(side[:, :-1], _signed(rises, falls), where=turning)
    return side


def _two_of_three(zones: CodeArray, segment: IntArray) -> BoolArray:
    """High points near the limit that share three high neighbours with another such point."""
    near: BoolArray = zones == _NEAR_LIMIT_ZONE
    windows = _whole_windows(zones > 0, NEAR_WINDOW_POINTS)
    starts = windows.shape[1]
    near_points = np.zeros(windows.shape, dtype=np.int8)
    for i in range(NEAR_WINDOW_POINTS):
        near_points += near[:, i : i + starts]
    return near & _mark(windows & (near_points >= NEAR_POINTS_NEEDED), segment, NEAR_WINDOW_POINTS)


def _shift(zones: CodeArray, segment: IntArray, points: int) -> BoolArray:
    """High points in a row."""
    return _mark(_whole_windows(zones > 0, points), segment, points)


def _whole_windows(flags: BoolArray, width: int) -> BoolArray:
    """True where `width` flags in a row begin; one column for each place a window can begin, perhaps none."""
    starts = max(flags.shape[1] - width + 1, 0)
    whole = np.ones((len(flags), starts), dtype=np.bool_)
    for i in range(width):
        whole &= flags[:, i : i + starts]
    return whole


def _mark(windows: BoolArray, segment: IntArray, points: int) -> BoolArray:
    """All points of the windows, each `points` long, that lie in one segment: (series, periods)."""
    starts = windows.shape[1]
    within = windows & (segment[:, :starts] == segment[:, points - 1 :])
    marked = np.zeros(segment.shape, dtype=np.bool_)
    for i in range(points):
        marked[:, i : i + starts] |= within
    return marked


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs and crossings of the centre line: all (series,). Points on the line are in no run and are not counted."""

    useful_points: IntArray
    longest_run: IntArray
    longest_allowed: FloatArray  # NaN under two useful points, like the next
    crossings: IntArray
    crossings_needed: FloatArray
    is_signal: BoolArray  # the longest run is too long or the line is crossed too seldom


def anhoej_runs(values: ArrayLike, centre: ArrayLike | None = None) -> Runs:
    """Whether each series runs on one side of its centre for longer, or crosses it more rarely, than chance does it.

    `values`: (series, periods), oldest first, NaN where missing. `centre`: one for all or one for each, in the same
    unit; without it the median of each series. About one stable series of twenty is a signal, whatever its length.
    Raises ValueError for arguments of the wrong shape. Source: Anhøj & Olesen (2014), PLoS ONE 9:e113825; longest run
    log2(n) + 3 after Schilling (2012), Mathematics Magazine 85:141-149.
    """
    observed = series_values(values)
    line = _medians(observed) if centre is None else per_series(centre, len(observed), "centre")[:, None]
    tolerance = NO_DIFFERENCE_SHARE * np.fmax.reduce(np.abs(observed), axis=1, initial=0.0, keepdims=True)
    side = _signed(observed > line + tolerance, observed < line - tolerance)
    useful = np.count_nonzero(side, axis=1)
    side = np.take_along_axis(side, np.argsort(side == 0, axis=1, kind="stable"), axis=1)  # the useful ones first
    run, longest, crossings = (np.zeros(len(side), dtype=np.int64) for _ in range(3))
    before = np.zeros(len(side), dtype=np.int8)
    for now in side.T:
        crossings += now * before < 0
        run = np.where(now == 0, 0, np.where(now == before, run + 1, 1))
        longest = np.maximum(longest, run)
        before = now
    enough = useful >= 2
    allowed = np.where(enough, np.round(np.log2(np.maximum(useful, 2))) + 3, np.nan)
    needed = np.where(enough, binom.ppf(CROSSING_CHANCE, np.maximum(useful - 1, 1), 0.5), np.nan)
    is_signal = (longest > allowed) | (crossings < needed)
    return Runs(useful, longest, allowed, crossings, needed, is_signal)


def _medians(observed: FloatArray) -> FloatArray:
    """(series, 1), NaN where all is missing."""
    ordered = np.sort(observed, axis=1)  # NaN comes last
    rows = np.arange(len(observed))
    middle = np.maximum(np.count_nonzero(~np.isnan(observed), axis=1) - 1, 0)
    medians: FloatArray = (ordered[rows, middle // 2] + ordered[rows, middle - middle // 2]) / 2
    return medians[:, None]
