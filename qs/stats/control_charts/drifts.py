"""Charts for small lasting drifts (EWMA and CUSUM): what single points hide adds up over periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.arguments import check_word, counts, per_series, positive, series_values
from qs.stats.control_charts.terms import CodeArray, FloatArray, IntArray

EwmaLimits = Literal["exact", "asymptotic"]  # as wide as the weighted mean varies by then, or as it will in the end


@dataclass(frozen=True)
class EwmaPlan:
    """`weight`: share of the newest point, 0 to 1. `limit_sigmas`: width of the limits in sigmas of the weighted mean.

    These come on average 500 points before a false alarm: Lucas & Saccucci (1990), Technometrics 32:1-12.
    """

    weight: float = 0.1
    limit_sigmas: float = 2.814

    def __post_init__(self) -> None:
        if not 0 < self.weight <= 1:
            raise ValueError(f"weight must be above 0 and at most 1, not {self.weight}")
        if not self.limit_sigmas > 0:
            raise ValueError(f"limit_sigmas must be above 0, not {self.limit_sigmas}")


@dataclass(frozen=True)
class CusumPlan:
    """`k`: the drift that is let pass, half the one to be found. `h`: the sum that is an alarm. Both in sigmas.

    These come on average 465 points before a false alarm on either side: Montgomery, table 9.3.
    """

    k: float = 0.5
    h: float = 5.0

    def __post_init__(self) -> None:
        if not self.k >= 0:
            raise ValueError(f"k must not be below 0, not {self.k}")
        if not self.h > 0:
            raise ValueError(f"h must be above 0, not {self.h}")


@dataclass(frozen=True, eq=False)
class Ewma:
    """(series, periods), in the unit of the values; a missing point leaves the weighted mean as it was."""

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    side: CodeArray  # +1 above, -1 below the limits, 0 between them or missing


@dataclass(frozen=True, eq=False)
class Cusum:
    """(series, periods), in sigmas (of counts: in counts); a missing point leaves the sums as they were."""

    high: FloatArray  # sum of what lies above the target, never below zero
    low: FloatArray  # sum of what lies below, never above zero
    side: CodeArray  # +1 or -1 where a sum has passed h, 0 otherwise or where missing
    onset: IntArray  # of a signal: the first point after the sum was last zero; -1 where there is none


def ewma(
    values: ArrayLike,
    *,
    target: ArrayLike,
    sigma: ArrayLike,
    plan: EwmaPlan | None = None,
    limits: EwmaLimits = "exact",
) -> Ewma:
    """Exponentially weighted moving averages, which begin at the target.

    `values`: (series, periods), any unit, oldest first, NaN where missing. `target`, `sigma`: level and spread of one
    point when all is well, one for all or one per series, in the same unit. Raises ValueError for arguments of the
    wrong shape and a sigma that is not above zero. Source: NIST/SEMATECH e-Handbook 6.3.2.4.
    """
    observed, used = series_values(values), plan or EwmaPlan()
    check_word(limits, get_args(EwmaLimits), "limits")
    aim, spread = _level(target, len(observed)), positive(sigma, len(observed), "sigma")
    present = ~np.isnan(observed)
    mean = np.empty(observed.shape)
    current = aim
    for period in range(observed.shape[1]):
        moved = used.weight * observed[:, period] + (1 - used.weight) * current
        current = np.where(present[:, period], moved, current)
        mean[:, period] = current
    seen = np.cumsum(present, axis=1)
    share = 1 - (1 - used.weight) ** (2 * seen) if limits == "exact" else np.ones(observed.shape)
    reach = used.limit_sigmas * spread[:, None] * np.sqrt(used.weight / (2 - used.weight) * share)
    lower, upper = aim[:, None] - reach, aim[:, None] + reach
    side = (mean > upper).astype(np.int8) - (mean < lower)
    return Ewma(mean, lower, upper, np.where(present, side, 0).astype(np.int8))


def cusum(values: ArrayLike, *, target: ArrayLike, sigma: ArrayLike, plan: CusumPlan | None = None) -> Cusum:
    """Sums of how far points lie from the target, on either side, beyond what is let pass.

    Arguments and errors as for `ewma`. The sums run on after a signal. Source: NIST/SEMATECH e-Handbook 6.3.2.3;
    Montgomery, Introduction to Statistical Quality Control, 9.1.
    """
    observed, used = series_values(values), plan or CusumPlan()
    aim, spread = _level(target, len(observed)), positive(sigma, len(observed), "sigma")
    distance = (observed - aim[:, None]) / spread[:, None]
    return _summed(distance - used.k, -distance - used.k, used.h)


def count_cusum(
    events: ArrayLike, *, expected: ArrayLike, times: float, h: float, exposure: ArrayLike | None = None
) -> Cusum:
    """Sums for rare events that might have become `times` as frequent (above 1: one side; below 1: the other).

    `events`: (series, periods), counts, NaN where missing. `expected`: events per unit of exposure when all is well,
    one for all or one per series. `exposure`: (series, periods), 1 if not given. `h`: the sum, in events, that is an
    alarm. Raises ValueError for arguments of the wrong shape, counts below zero, and times that is 1 or not above zero.
    Source: Lucas (1985), Technometrics 27:129-144.
    """
    seen = counts(events, "events")
    size = np.ones(seen.shape) if exposure is None else counts(exposure, "exposure")
    if size.shape != seen.shape:
        raise ValueError(f"exposure must have the shape of events, {seen.shape}, not {size.shape}")
    if not h > 0:
        raise ValueError(f"h must be above 0, not {h}")
    usual = positive(expected, len(seen), "expected")[:, None] * size
    beyond = seen - usual * count_reference(1.0, times)
    rises = np.full(seen.shape, times > 1)
    high = np.where(rises | np.isnan(beyond), beyond, -np.inf)
    low = np.where(~rises | np.isnan(beyond), -beyond, -np.inf)
    return _summed(high, low, h)


def count_reference(good: float, bad: float) -> float:
    """The count k of a CUSUM that tells a mean of `good` events from one of `bad` soonest: (b - g) / ln(b / g).

    Raises ValueError unless both are above zero and differ. Source: Lucas (1985), Technometrics 27:129-144.
    """
    if not (good > 0 and bad > 0 and good != bad):
        raise ValueError(f"the two means must be above zero and differ, not {good} and {bad}")
    return float((bad - good) / np.log(bad / good))


def _level(target: ArrayLike, series: int) -> FloatArray:
    level = per_series(target, series, "target")
    if not np.isfinite(level).all():
        raise ValueError("target must be finite")
    return level


def _summed(high_steps: FloatArray, low_steps: FloatArray, h: float) -> Cusum:
    """Both sums of steps, (series, periods), each kept from falling below zero; NaN leaves them as they were."""
    missing = np.isnan(high_steps)
    sums = np.zeros((2, *high_steps.shape))
    starts = np.zeros((2, *high_steps.shape), dtype=np.int64)
    for steps, line, start in zip((high_steps, low_steps), sums, starts, strict=True):
        current, begun = np.zeros(len(steps)), np.zeros(len(steps), dtype=np.int64)
        for period in range(steps.shape[1]):
            moved = np.maximum(0.0, current + steps[:, period])
            begun = np.where((current > 0) | missing[:, period], begun, period)
            current = np.where(missing[:, period], current, moved)
            line[:, period], start[:, period] = current, begun
    high, low = sums
    side = np.where(missing, 0, (high > h).astype(np.int8) - (low > h)).astype(np.int8)
    onset = np.where(side > 0, starts[0], np.where(side < 0, starts[1], -1))
    return Cusum(high, -low, side, onset)
