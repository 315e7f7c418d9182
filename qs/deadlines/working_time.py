"""Working time of many spans at once: the same count as `hours.open_time`, by arithmetic on whole columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from operator import attrgetter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qs.deadlines.terms import Calendar
from qs.periods import Moments, from_microseconds, local_day

HOUR = 3_600_000_000  # microseconds
SATURDAY = 5
EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday
Days = NDArray[np.int64]  # days since 1970


@dataclass(frozen=True, eq=False)
class Opening:
    """When the office was open in a stretch of days: one entry for each window, in order; UTC microseconds."""

    opens: Moments
    closes: Moments
    before: Moments  # how long it had been open when this window opened

    def passed(self, moments: Moments) -> Moments:
        """How long the office had been open at each moment, in microseconds since the beginning of the stretch."""
        if not len(self.opens):
            return np.zeros(len(moments), dtype=np.int64)
        place = np.maximum(np.searchsorted(self.opens, moments, side="right") - 1, 0)
        inside = np.minimum(moments, self.closes[place]) - self.opens[place]
        passed: Moments = self.before[place] + np.maximum(inside, 0)
        return passed


def worked_days(calendar: Calendar, first: date, last: date) -> NDArray[np.bool_]:
    """For each day from `first` to `last` whether it is worked: as the year's file names it, else by its weekday."""
    day = np.arange((last - first).days + 1) + (first - date(1970, 1, 1)).days
    worked = (day + EPOCH_WEEKDAY) % 7 < SATURDAY
    for special, kind in calendar.special.items():
        if first <= special <= last:
            worked[(special - first).days] = kind.is_worked
    return worked


def opening(calendar: Calendar, first: date, last: date) -> Opening:
    """When the office was open on the days from `first` to `last`."""
    days = np.datetime64(first, "D") + np.flatnonzero(worked_days(calendar, first, last))
    offsets = [since_midnight(at) for side in ("opens", "closes") for at in map(attrgetter(side), calendar.windows)]
    midnight = days.astype("datetime64[us]").astype(np.int64)
    local = (midnight[:, None] + np.array(offsets, dtype=np.int64)).astype("datetime64[us]")
    zoned = pd.DatetimeIndex(local.ravel()).tz_localize(
        calendar.zone, ambiguous=np.ones(local.size, dtype=bool), nonexistent="shift_forward"
    )
    moments = zoned.tz_convert("UTC").as_unit("us").asi8.reshape(len(days), 2, len(calendar.windows))
    opens, closes = moments[:, 0].ravel(), moments[:, 1].ravel()
    lengths = closes - opens
    return Opening(opens, closes, np.cumsum(lengths) - lengths)


def since_midnight(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000


def open_hours(calendar: Calendar, begins: Moments, ends: Moments) -> NDArray[np.float64]:
    """Hours the office was open between two moments (UTC microseconds), row by row; 0 where the end is not later."""
    if not len(begins):
        return np.zeros(0)
    first, last = int(begins.min()), int(max(begins.max(), ends.max()))
    span = opening(calendar, *(local_day(from_microseconds(at), calendar.zone) for at in (first, last)))
    hours: NDArray[np.float64] = np.maximum(span.passed(ends) - span.passed(begins), 0) / HOUR
    return hours


def days_of(moments: Moments, calendar: Calendar) -> Days:
    """The local day of each moment (UTC microseconds), as days since 1970."""
    local = pd.DatetimeIndex(moments.astype("datetime64[us]"), tz="UTC").tz_convert(calendar.zone).tz_localize(None)
    days: Days = local.to_numpy().astype("datetime64[D]").astype(np.int64)
    return days


def working_days(calendar: Calendar, begins: Moments, ends: Moments) -> Days:
    """Working days after the day of the first moment up to and with the day of the second; 0 where that is earlier."""
    if not len(begins):
        return np.zeros(0, dtype=np.int64)
    first, last = days_of(begins, calendar), days_of(ends, calendar)
    start = int(min(first.min(), last.min()))
    end = int(max(first.max(), last.max()))
    epoch = date(1970, 1, 1)
    worked = worked_days(calendar, epoch + timedelta(days=start), epoch + timedelta(days=end))
    count = np.cumsum(worked)
    taken: Days = np.maximum(count[last - start] - count[first - start], 0)
    return taken
