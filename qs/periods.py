"""Hours, local days, weeks, months and quarters: where a period starts and which one a moment belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MICROSECONDS = 1_000_000
MOMENTS_KEPT = 4096  # whose period is remembered: screens ask for the same ones over and over
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Moments = NDArray[np.int64]  # microseconds since 1970 in UTC


class Grain(StrEnum):
    """The length of a period; all but quarters are kept as rollups."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


PANDAS_PERIOD = {Grain.WEEK: "W-SUN", Grain.MONTH: "M", Grain.QUARTER: "Q-DEC"}


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970; refuses a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def period_starts(moments: Moments, grain: Grain, zone: ZoneInfo) -> Moments:
    """The start of the period each moment lies in, as UTC microseconds, in the same order.

    Days, weeks (from Monday), months and quarters are local to `zone`; hours are clock hours of UTC.
    """
    hour = 3600 * MICROSECONDS
    if grain is Grain.HOUR:
        return moments // hour * hour
    distinct_hours, inverse = np.unique(moments // hour * hour, return_inverse=True)
    local = pd.DatetimeIndex(distinct_hours.astype("datetime64[us]"), tz="UTC").tz_convert(zone).tz_localize(None)
    starts = local.normalize() if grain is Grain.DAY else local.to_period(PANDAS_PERIOD[grain]).to_timestamp()
    utc = starts.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC").as_unit("us")
    result: Moments = utc.asi8[inverse]
    return result


@lru_cache(maxsize=MOMENTS_KEPT)
def period_start(moment: datetime, grain: Grain, zone: ZoneInfo) -> datetime:
    """The start of the period the moment lies in, in UTC."""
    starts = period_starts(np.array([to_microseconds(moment)], dtype=np.int64), grain, zone)
    return from_microseconds(int(starts[0]))


def previous_starts(moment: datetime, grain: Grain, zone: ZoneInfo, *, count: int) -> list[datetime]:
    """The starts of the `count` periods that end with the one holding `moment`, oldest first."""
    starts = [period_start(moment, grain, zone)]
    while len(starts) < count:
        starts.append(period_start(starts[-1] - timedelta(hours=1), grain, zone))
    return starts[::-1]


def next_start(moment: datetime, grain: Grain, zone: ZoneInfo) -> datetime:
    """The start of the period after the one holding `moment`."""
    longest = {
        Grain.HOUR: timedelta(hours=1),
        Grain.DAY: timedelta(hours=26),
        Grain.WEEK: timedelta(days=7, hours=2),
        Grain.MONTH: timedelta(days=32),
        Grain.QUARTER: timedelta(days=93),
    }[grain]
    return period_start(period_start(moment, grain, zone) + longest, grain, zone)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def quarter_name(day: date) -> str:
    """The quarter a day lies in, as people write it: 2026Q3."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_days(name: str) -> tuple[date, date]:
    """The first day of a quarter and the first day after it. Raises ValueError for anything but a quarter's name."""
    year, _, number = name.partition("Q")
    if not (len(year) == 4 and year.isascii() and year.isdecimal() and number in ("1", "2", "3", "4")):
        raise ValueError(f"{name!r} is not the name of a quarter")
    first = date(int(year), 3 * int(number) - 2, 1)
    return first, date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
