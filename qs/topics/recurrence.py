"""Whether a problem was really put right, and whether it has come back: counts of months, tested exactly; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from qs.stats.comparison import wilson
from qs.stats.exact_tails import binomial_tails
from qs.topics.terms import LEVEL_MONTHS, MONTH_DAYS, Change, Month, Result

MONTH = timedelta(days=MONTH_DAYS)
LEAST_BACK = 5  # requests in a month or since the closing: fewer are no recurrence, whatever was before
# Twelve months are looked at in a year, each by itself and all together: a false alarm in 17 such years. Local rule.
RECURRENCE_P = 0.0025
SHOWN_P = 0.05  # from which fewer requests than before are called so


@dataclass(frozen=True)
class Recurrence:
    """How what came after a closing stands against the level reached: the last whole month, and all months together."""

    last: Change
    together: Change
    has_recurred: bool


def months(days: Sequence[date], anchor: date, first: date, last: date) -> list[Month]:
    """Requests per month of MONTH_DAYS days counted from `anchor` in both directions, oldest first.

    `days`: of the requests, in order. Only months that lie whole between the first and the last day are given.
    """
    start = anchor - ((anchor - first) // MONTH) * MONTH
    found = []
    while start + MONTH - timedelta(days=1) <= last:
        found.append(Month(start, counted(days, start, start + MONTH)))
        start += MONTH
    return found


def counted(days: Sequence[date], first: date, until: date) -> int:
    """How many of these days, in order, lie in [first, until)."""
    return bisect_left(days, until) - bisect_left(days, first)


def change(before_count: int, before_days: int, after_count: int, after_days: int) -> Change:
    """How the rate of requests has changed, with its 95 % interval and exact one-sided tests.

    Given both counts, those after follow a binomial whose share is after_days / (before_days + after_days) when the
    rate has not changed (Przyborowski & Wilenski 1940); the interval of the ratio is Wilson's of that share, turned
    into a ratio. Raises ValueError for times without days.
    """
    if before_days <= 0 or after_days <= 0:
        raise ValueError("both times last at least a day")
    both = before_count + after_count
    if both == 0:
        return Change(before_count, before_days, after_count, after_days, None, None, None, 1.0, 1.0)
    tails = binomial_tails(after_count, both, after_days / (before_days + after_days))
    around = wilson(after_count, both)
    exposure = before_days / after_days
    upper = float(around.upper)
    return Change(
        before_count,
        before_days,
        after_count,
        after_days,
        ratio=after_count / before_count * exposure if before_count else None,
        lower=float(around.lower) / (1 - float(around.lower)) * exposure if before_count else None,
        upper=upper / (1 - upper) * exposure if before_count and upper < 1 else None,
        p_fewer=float(tails.at_most),
        p_more=float(tails.at_least),
    )


def before_and_after(days: Sequence[date], adopted_on: date, until: date) -> Change:
    """The LEVEL_MONTHS before a problem was adopted, against the level reached up to a day (`after_start`)."""
    since = after_start(adopted_on, until)
    start = adopted_on - LEVEL_MONTHS * MONTH
    return change(
        counted(days, start, adopted_on),
        (adopted_on - start).days,
        counted(days, since, until),
        max((until - since).days, 1),
    )


def after_start(adopted_on: date, until: date) -> date:
    """Where the level reached begins: after the first half of the time since adoption, in which the plan was still to
    work, and at most LEVEL_MONTHS back.
    """
    half = adopted_on + timedelta(days=(until - adopted_on).days // 2)
    return min(max(half, until - LEVEL_MONTHS * MONTH), until - timedelta(days=1))


def result_of(found: Change, target_share: float) -> Result:
    """What came of a problem: reached needs both, fewer beyond chance and no more than the target."""
    if found.ratio is None or found.p_fewer > SHOWN_P:
        return Result.NOT_SHOWN
    return Result.REACHED if found.ratio <= target_share else Result.PARTLY


def recurrence(days: Sequence[date], level: Change, closed_on: date, last: date) -> Recurrence | None:
    """What came in whole months after a closing, against the level reached before it; None before the first is over.

    `level`: its second half is the level (`after_count` in `after_days`). It has come back when the last month alone,
    or all months since, hold at least LEAST_BACK requests and more than chance explains at RECURRENCE_P.
    """
    whole = [one for one in months(days, closed_on, closed_on, last) if one.starts_on >= closed_on]
    if not whole:
        return None
    newest = change(level.after_count, level.after_days, whole[-1].count, MONTH_DAYS)
    total = sum(one.count for one in whole)
    together = change(level.after_count, level.after_days, total, MONTH_DAYS * len(whole))
    has_recurred = any(one.after_count >= LEAST_BACK and one.p_more < RECURRENCE_P for one in (newest, together))
    return Recurrence(newest, together, has_recurred)


def alarm_count(level: Change) -> int:
    """The least number of requests in one month after closing that counts as a recurrence."""
    tried = np.arange(LEAST_BACK, LEAST_BACK + 10 * (level.after_count + LEAST_BACK))
    share = MONTH_DAYS / (MONTH_DAYS + level.after_days)
    tails = binomial_tails(tried, tried + level.after_count, share).at_least
    return int(tried[int(np.argmax(tails < RECURRENCE_P))])
