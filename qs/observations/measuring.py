"""Counts from columns: what stands above and below the line in each row, whatever way a measure is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qs.observations.feeds import Amount
from qs.tabular.cells import Parsed


@dataclass(frozen=True)
class Counts:
    """Numerator and denominator of each row; only rows marked `present` mean anything.

    `reversed`: rows whose end lies before their beginning.
    """

    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    present: NDArray[np.bool_]
    reversed: NDArray[np.bool_]


def counted(above: Amount, below: Amount, columns: Mapping[str, Parsed], count: int) -> Counts:
    """Two amounts, each a column (less another) or a fixed number; empty or faulty cells leave a row out."""
    present = np.ones(count, dtype=bool)
    for parsed in columns.values():
        present &= parsed.sound
    return Counts(amounts(above, columns, count), amounts(below, columns, count), present, np.zeros(count, dtype=bool))


def amounts(amount: Amount, columns: Mapping[str, Parsed], count: int) -> NDArray[np.float64]:
    if amount.column is None:
        return np.full(count, amount.fixed)
    values = columns[amount.column].values
    if amount.minus is not None:
        values = values - columns[amount.minus].values
    return scaled(values, amount.scale)


def scaled(values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """The values times the scale; a scale such as 0.01 divides by 100, which keeps 70 % at exactly 0.7."""
    divisor = round(1 / scale)
    return values / divisor if scale < 1 and scale == 1 / divisor else values * scale


def days_between(begin: Parsed, end: Parsed) -> Counts:
    """Calendar days from one day to another; the same day is zero."""
    present = begin.sound & end.sound
    reversed_ = present & (end.values < begin.values)
    taken = (end.values - begin.values).astype(np.float64)
    return Counts(taken, np.ones(len(taken)), present & ~reversed_, reversed_)


def within_days(begin: Parsed, end: Parsed, days: int) -> Counts:
    """1 when at most so many working days (Monday to Friday) lie between the beginning and the end, otherwise 0.

    The day after the beginning is the first. What has not ended counts as 0 once its time has run out by the
    newest day of both columns, and is left out before.
    """
    started = begin.sound & (end.sound | end.empty)
    ended = started & end.sound
    reversed_ = ended & (end.values < begin.values)
    seen = np.concatenate([begin.values[begin.sound], end.values[end.sound]])
    newest = seen.max() if len(seen) else 0
    last = np.where(ended, end.values, newest)
    taken = working_days(begin.values, np.maximum(last, begin.values))
    within = ended & (taken <= days)
    is_over = ended | (taken > days)
    return Counts(within.astype(np.float64), np.ones(len(within)), started & is_over & ~reversed_, reversed_)


def working_days(begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mondays to Fridays after `begin` up to and with `end`; days since 1970."""
    first = (begin + 1).astype("datetime64[D]")
    counts: NDArray[np.int64] = np.busday_count(first, (end + 1).astype("datetime64[D]"))
    return counts
