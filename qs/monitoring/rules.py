"""What is computed of rollups for the screen: values, silence, the pattern at the end, and what is most urgent."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from qs.monitoring.terms import Pattern, Standing
from qs.notices.terms import Strength
from qs.periods import Grain
from qs.standards.terms import Aggregation, Direction, Frequency
from qs.stats.control_charts import Direction as Better
from qs.stats.control_charts import Rule

CHARTED_PERIODS = {Grain.DAY: 42, Grain.WEEK: 40, Grain.MONTH: 36}  # complete periods on a chart
# How long a series may stay quiet, by how often it is collected: weekends, month ends and holidays are no silence.
QUIET_HOURS = {
    Frequency.HOUR: 24.0,
    Frequency.DAY: 96.0,
    Frequency.WEEK: 15 * 24.0,
    Frequency.MONTH: 62 * 24.0,
    Frequency.QUARTER: 190 * 24.0,
}
COARSEST = {
    Frequency.HOUR: Grain.DAY,
    Frequency.DAY: Grain.DAY,
    Frequency.WEEK: Grain.WEEK,
    Frequency.MONTH: Grain.MONTH,
    Frequency.QUARTER: Grain.MONTH,
}
SILENCE_TO_ACT = 3  # times the allowed silence
REARM_PERIODS = 2  # complete ones without a condition, before a signal is over and may come again
PERIOD_LENGTHS = {Grain.DAY: timedelta(days=1), Grain.WEEK: timedelta(days=7), Grain.MONTH: timedelta(days=30.44)}
GRAIN_ORDER = (Grain.DAY, Grain.WEEK, Grain.MONTH)
URGENCY = {standing: place for place, standing in enumerate(Standing)}
PATTERNS = {
    (Rule.OUTSIDE_LIMITS, 1): Pattern.OUTSIDE_HIGH,
    (Rule.OUTSIDE_LIMITS, -1): Pattern.OUTSIDE_LOW,
    (Rule.TREND, 1): Pattern.RISING,
    (Rule.TREND, -1): Pattern.FALLING,
    (Rule.TWO_OF_THREE, 1): Pattern.NEAR_HIGH,
    (Rule.TWO_OF_THREE, -1): Pattern.NEAR_LOW,
    (Rule.SHIFT, 1): Pattern.ABOVE_MEAN,
    (Rule.SHIFT, -1): Pattern.BELOW_MEAN,
}


def charted_grain(wanted: Grain, frequency: Frequency) -> Grain:
    """The grain a series is charted in: the wanted one, but never finer than it is collected."""
    return max(wanted, COARSEST[frequency], key=GRAIN_ORDER.index)


def better(direction: Direction) -> Better:
    """Which way is better, for a chart; a band has no better way."""
    return {Direction.UP: Better.UP, Direction.DOWN: Better.DOWN, Direction.BAND: Better.NEUTRAL}[direction]


def period_values(
    aggregation: Aggregation, numerator: NDArray[np.float64], denominator: NDArray[np.float64], per: float
) -> NDArray[np.float64]:
    """The value of each period from its sums; missing (NaN) where there is no denominator, never zero."""
    if aggregation is Aggregation.COUNT:
        return numerator
    divided = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=divided, where=denominator > 0)
    return divided * per if aggregation is Aggregation.RATE else divided


def is_silent(quiet: timedelta, *, silent_after_hours: float | None, frequency: Frequency) -> bool:
    """True when a live feed has been quiet for longer than its frequency explains; a closed history never is."""
    if silent_after_hours is None:
        return False
    return quiet > allowed_silence(silent_after_hours, frequency)


def pattern_of(rule: int, side: int) -> Pattern:
    return PATTERNS.get((Rule(rule), side), Pattern.NONE)


def least_gap(tolerance: float, sigma: float) -> float:
    """From where on a difference matters, in the unit of the indicator: its tolerance, or one sigma without one."""
    return float(tolerance) if tolerance > 0 else sigma


def strength_of(*, stands: bool, matters: bool, stood_before: bool, mattered_before: bool) -> Strength:
    """How much a signal asks for (statistics.md 2.10), once the limits of its chart say that it is there.

    `stands`: it survives that so many series are watched. `matters`: the gap is as large as what matters. Both in one
    period call for review, both in two periods running for action.
    """
    if not (stands and matters):
        return Strength.WATCH
    return Strength.ACT if stood_before and mattered_before else Strength.REVIEW


def strength_of_silence(quiet: timedelta, allowed: timedelta) -> Strength:
    """A silent feed blinds the office: to be looked at in any case, and acted on when it stays silent."""
    return Strength.ACT if quiet >= SILENCE_TO_ACT * allowed else Strength.REVIEW


def is_stronger(one: Strength, other: Strength) -> bool:
    return one.reaches(other) and one is not other


def allowed_silence(silent_after_hours: float, frequency: Frequency) -> timedelta:
    return timedelta(hours=max(silent_after_hours, QUIET_HOURS[frequency]))


def periods_between(earlier: datetime, later: datetime, grain: Grain) -> int:
    """How many periods lie from the start of one to the start of the other."""
    return round((later - earlier) / PERIOD_LENGTHS[grain])


def is_rearmed(last_shown: datetime, shown: datetime, grain: Grain) -> bool:
    """Whether something that was over may be found anew: two complete periods without it lie between."""
    return periods_between(last_shown, shown, grain) > REARM_PERIODS
