"""How surprising the latest period of a series is, and what it shows: a change, a drift, a target missed for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from qs.monitoring.windows import Matrix, last_present
from qs.stats.control_charts import (
    MIN_FIRM_POINTS,
    Assurance,
    Direction,
    EwmaPlan,
    Rule,
    best_steps,
    cusum,
    ewma,
    xmr,
)
from qs.stats.control_charts.changes import MIN_STEP_POINTS

DRIFT_PERIODS = 20  # the newest ones are held against those before them
LEAST_DRIFT_PERIODS = 8
DRIFT = EwmaPlan()
TESTS_OF_CHANGE = 3  # the latest point, the best step, the weighted mean: the smallest p of three is no single p
GRADUAL_P = 0.01  # how sure a lasting change must be before it is asked whether it was slow
LATEST_POINTS = 4  # whose mean is the level that a drift has reached
RANGE_FREEDOM = 0.62  # degrees of freedom of a mean moving range, per range: Wheeler, Advanced Topics in SPC (1995)

Columns = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the latest period of many series shows: all (series,). Unless `is_judged` the rest means nothing."""

    is_judged: Flags  # there are limits, made of enough periods
    column: Columns  # of the latest present period
    value: Vector
    mean: Vector
    lower: Vector
    upper: Vector
    sigma: Vector
    correlation: Vector  # of neighbouring periods, 0 where they do not follow each other
    side: Codes  # of the change: +1 high or rising, -1 low or falling, 0 none
    rule: Codes  # Rule of the chart; 0 where only the weighted mean of many periods tells
    is_gradual: Flags
    onset: Columns  # column of the first period of the change
    before: Vector  # level before it
    after: Vector  # level since
    p_change: Vector  # chance of anything like this in a stable series, NaN where not judged
    misses: Flags  # the limits say that the target cannot be reached
    p_target: Vector  # chance of such a mean if the true level were just on target, NaN without one


def evidence(values: Matrix, *, direction: list[Direction], target: Vector, segment_starts: Flags | None) -> Evidence:
    """Judge the latest present period of each series, (series, periods), oldest first, NaN where missing.

    `direction`, `target`: which way is better and what is to be reached, NaN for none. `segment_starts`: True where
    limits begin anew. The chance of a change is three times the smallest of three: that of the latest point (Student's
    t with the degrees of freedom of a mean moving range), of the best single step (over all places it could be at),
    and of the exponentially weighted mean of the newest periods against those before. Where neighbouring periods are
    alike, the variance of a mean is that of an AR(1) process.
    """
    charts = xmr(values, direction=direction, target=target, segment_starts=segment_starts, guard=True)
    rows, column = np.arange(len(values)), last_present(values)
    latest = (rows, column)
    own = of_latest_segment(values, segment_starts, column)
    present = ~np.isnan(own)
    count = present.sum(axis=1)
    mean, sigma = charts.mean[latest], (charts.upper[latest] - charts.mean[latest]) / 3
    is_judged = (count >= MIN_FIRM_POINTS) & (sigma > 0)
    spread = np.where(is_judged, sigma, 1.0)
    # In the variance of a mean a weak correlation counts too, proven or not.
    correlation = np.clip(np.nan_to_num(charts.correlation), 0.0, None)
    noise = spread * np.sqrt((1 + correlation) / (1 - correlation))  # of one period, as it counts in a mean
    freedom = np.maximum(RANGE_FREEDOM * (count - 1), 1.0)

    steps = stepped(own, noise, freedom)
    p_point = two_sided((values[latest] - np.where(is_judged, mean, 0.0)) / spread, freedom)
    drift = drifted(own, spread, noise, freedom)

    weak = charts.weak[latest]
    by_rule = np.where(weak, 0, charts.side[latest])
    # One wild point moves the weighted mean for months: it is a drift only while the points themselves lie that way.
    drifting = np.where(run_lengths(own, drift.base, drift.side, column) >= MIN_STEP_POINTS, drift.side, 0)
    side = np.where(is_judged, np.where(by_rule != 0, by_rule, drifting), 0).astype(np.int8)
    is_step = (steps.side == side) & (steps.p_value <= GRADUAL_P)
    run = run_starts(own, mean, side, column)
    lasts = run_lengths(own, mean, side, column) >= MIN_STEP_POINTS
    lasting = (np.minimum(steps.p_value, drift.p_value) <= GRADUAL_P) & lasts
    is_gradual = np.zeros(len(values), dtype=bool)
    for row in np.flatnonzero((side != 0) & lasting):
        is_gradual[row] = slides(own[row], int(steps.at[row]))
    onset, before, after = levels(own, steps, drift, run, mean, values[latest], is_step=is_step, is_gradual=is_gradual)
    p_change = np.minimum(TESTS_OF_CHANGE * np.minimum(np.minimum(p_point, steps.p_value), drift.p_value), 1.0)

    signs = np.array([{Direction.UP: 1, Direction.DOWN: -1}.get(one, 0) for one in direction])
    short = (target - mean) * signs / (noise / np.sqrt(np.maximum(count, 1)))  # in standard errors of the mean
    has_target = is_judged & ~np.isnan(target) & (signs != 0)
    return Evidence(
        is_judged=is_judged,
        column=column,
        value=values[latest],
        mean=mean,
        lower=charts.lower[latest],
        upper=charts.upper[latest],
        sigma=sigma,
        correlation=correlation,
        side=side,
        rule=np.where(by_rule != 0, charts.rule[latest], Rule.NONE).astype(np.int8),
        is_gradual=is_gradual,
        onset=np.clip(onset, 0, column),
        before=before,
        after=after,
        p_change=np.where(is_judged, p_change, np.nan),
        misses=has_target & np.array([found is Assurance.FAILS for found in charts.assurance]),
        p_target=np.where(has_target, student.sf(np.nan_to_num(short), freedom), np.nan),
    )


def levels(
    own: Matrix,
    steps: Steps,
    drift: _Drift,
    run: Columns,
    mean: Vector,
    newest: Vector,
    *,
    is_step: Flags,
    is_gradual: Flags,
) -> tuple[Vector, Vector, Vector]:
    """When each change began, and the level before and after: as a slope, a step, or else a run tells it."""
    onset = np.where(is_step, steps.at, run)
    onset = np.where(is_gradual & (drift.onset >= 0), drift.onset, onset)
    rest = np.where(np.arange(own.shape[1]) < onset[:, None], own, np.nan)
    since = np.where(np.arange(own.shape[1]) >= onset[:, None], own, np.nan)
    before = np.where(is_gradual, drift.base, np.where(is_step, steps.before, mean_of(rest, mean)))
    after = np.where(is_gradual, newest_mean(own), np.where(is_step, steps.after, mean_of(since, newest)))
    return onset, before, after


@dataclass(frozen=True, eq=False)
class Steps:
    """The best single step of each series: `at` -1 and `p_value` 1 where there is none."""

    at: Columns  # first column after it
    side: NDArray[np.float64]  # +1 up, -1 down, 0 none
    before: Vector
    after: Vector
    p_value: Vector  # over all places where it could be


def stepped(own: Matrix, noise: Vector, freedom: Vector) -> Steps:
    """How surprising the best single step is, when one period counts with this noise in a mean."""
    steps, present = best_steps(own), ~np.isnan(own)
    newer = np.arange(own.shape[1]) >= steps.at[:, None]
    after_count, before_count = (present & newer).sum(axis=1), (present & ~newer).sum(axis=1)
    error = noise * np.sqrt(1 / np.maximum(before_count, 1) + 1 / np.maximum(after_count, 1))
    places = np.maximum(present.sum(axis=1) - 2 * MIN_STEP_POINTS + 1, 1)
    size, has_step = np.nan_to_num(steps.size), steps.at >= 0
    p_value = np.where(has_step, np.minimum(places * two_sided(size / error, freedom), 1.0), 1.0)
    return Steps(steps.at, np.where(has_step, np.sign(size), 0.0), steps.before, steps.after, p_value)


def of_latest_segment(values: Matrix, segment_starts: Flags | None, column: Columns) -> Matrix:
    """The values of the segment that the latest one lies in, NaN before."""
    if segment_starts is None:
        return values
    places = np.arange(values.shape[1])
    starts = np.where(segment_starts & (places <= column[:, None]), places, 0).max(axis=1)
    return np.where(places >= starts[:, None], values, np.nan)


def without_latest(values: Matrix) -> Matrix:
    """The series as they stood one present period earlier."""
    earlier = values.copy()
    earlier[np.arange(len(values)), last_present(values)] = np.nan
    return earlier


@dataclass(frozen=True, eq=False)
class _Drift:
    """What the weighted mean of the newest periods says against those before: all (series,)."""

    side: Codes
    p_value: Vector  # 1 where there are too few periods
    onset: Columns  # -1 without one
    base: Vector


def drifted(values: Matrix, sigma: Vector, noise: Vector, freedom: Vector) -> _Drift:
    """The mean that the newest periods are held against is itself uncertain; that counts in the p value."""
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    newest = np.minimum(DRIFT_PERIODS, count - MIN_FIRM_POINTS)
    enough = newest >= LEAST_DRIFT_PERIODS
    rank = np.cumsum(present, axis=1)
    is_base = present & (rank <= (count - newest)[:, None])
    base = mean_of(np.where(is_base, values, np.nan), np.zeros(len(values)))
    watched = np.where(is_base | ~enough[:, None], np.nan, values)
    rows, column = np.arange(len(values)), last_present(values)
    weighted = ewma(watched, target=base, sigma=sigma, plan=DRIFT)
    seen = np.maximum(newest, 1)
    kept = (1 - DRIFT.weight) ** seen
    share = DRIFT.weight / (2 - DRIFT.weight) * (1 - kept**2) + (1 - kept) ** 2 / np.maximum(count - newest, 1)
    errors = np.where(enough, (weighted.mean[rows, column] - base) / (noise * np.sqrt(share)), 0.0)
    sums = cusum(watched, target=base, sigma=sigma)
    return _Drift(
        side=np.where(np.abs(errors) > DRIFT.limit_sigmas, np.sign(errors), 0).astype(np.int8),
        p_value=np.where(enough, two_sided(errors, freedom), 1.0),
        onset=np.where(enough, sums.onset[rows, column], -1),
        base=base,
    )


def two_sided(errors: Vector, freedom: Vector) -> Vector:
    """The chance of being so many standard errors away, on either side."""
    p: Vector = 2 * student.sf(np.abs(np.nan_to_num(errors)), freedom)
    return p


def mean_of(values: Matrix, otherwise: Vector) -> Vector:
    """The mean of what is present in each row, or the other value where nothing is."""
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    total = np.where(present, values, 0.0).sum(axis=1)
    means: Vector = np.where(count > 0, total / np.maximum(count, 1), otherwise)
    return means


def newest_mean(values: Matrix) -> Vector:
    """The mean of the last few present values of each row."""
    present = ~np.isnan(values)
    rank = present.sum(axis=1)[:, None] - np.cumsum(present, axis=1)
    return mean_of(np.where(present & (rank < LATEST_POINTS), values, np.nan), np.full(len(values), np.nan))


def run_starts(values: Matrix, mean: Vector, side: Codes, column: Columns) -> Columns:
    """The column from which on every present value lies on the given side of the mean; the latest one at the latest."""
    places = np.arange(values.shape[1])
    other = ~np.isnan(values) & ((values - mean[:, None]) * side[:, None] <= 0) & (places <= column[:, None])
    last_other = np.where(other.any(axis=1), values.shape[1] - 1 - other[:, ::-1].argmax(axis=1), -1)
    following = ~np.isnan(values) & (places > last_other[:, None])
    starts: Columns = np.where(following.any(axis=1), following.argmax(axis=1), column)
    return np.minimum(starts, column)


def run_lengths(values: Matrix, mean: Vector, side: Codes, column: Columns) -> Columns:
    """How many present values up to the latest one lie on the given side of the mean without a break."""
    starts = run_starts(values, mean, side, column)
    lengths: Columns = (~np.isnan(values) & (np.arange(values.shape[1]) >= starts[:, None])).sum(axis=1)
    return lengths


def slides(values: Vector, step_at: int) -> bool:
    """Whether a line that bends once explains one series better than a single step at `step_at` does."""
    known = np.flatnonzero(~np.isnan(values))
    points, moments = values[known], known.astype(np.float64)
    if step_at < 0 or len(points) < 2 * MIN_STEP_POINTS:
        return False
    older = known < step_at
    step_error = sum(float(((part - part.mean()) ** 2).sum()) for part in (points[older], points[~older]))
    bends = moments[: len(moments) - MIN_STEP_POINTS]
    ramps = np.maximum(moments[None, :] - bends[:, None], 0.0)
    ramps -= ramps.mean(axis=1, keepdims=True)
    centred = points - points.mean()
    explained = (ramps @ centred) ** 2 / np.maximum((ramps**2).sum(axis=1), np.finfo(np.float64).tiny)
    return float((centred**2).sum() - explained.max()) < step_error
