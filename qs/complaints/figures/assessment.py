"""Assessment months: where they begin and end when an office does not count by calendar months; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from qs.complaints.figures.rates import Boundary

MONTHS = 12
LATEST_DAY = 28  # every month has it
Month = tuple[int, int]  # year, month


@dataclass(frozen=True)
class Span:
    """An assessment month of the figures: its code (2026-03), its first moment, and the first one after it."""

    ground: str
    starts_at: datetime
    ends_at: datetime


def month_begins(month: Month, boundary: Boundary, zone: ZoneInfo) -> datetime:
    """The first moment of an assessment month, in UTC; the month is named after the one it ends in.

    With the 19th and noon, March runs from 19 February 12:00 to 19 March 12:00; with the 1st, it is the calendar's.
    """
    year, number = moved(month, -1) if boundary.day > 1 else month
    return datetime.combine(datetime(year, number, boundary.day), boundary.at, zone).astimezone(UTC)  # noqa: DTZ001 - the zone follows


def months_span(first: Month, count: int, boundary: Boundary, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first moment of a month to the end of the last of `count` months."""
    return month_begins(first, boundary, zone), month_begins(moved(first, count), boundary, zone)


def month_of(moment: datetime, boundary: Boundary, zone: ZoneInfo) -> Month:
    """The assessment month a moment belongs to; its first moment belongs to it, its last one to the next."""
    local = moment.astimezone(zone)
    months = [moved((local.year, local.month), step) for step in (-1, 0, 1)]
    return max(one for one in months if month_begins(one, boundary, zone) <= moment)


def day_span(moment: datetime, boundary: Boundary, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The daily window a moment lies in: with noon, from 12:00 to 12:00 of the next day."""
    local = moment.astimezone(zone)
    begins = datetime.combine(local.date(), boundary.at, zone)
    if local < begins:
        begins = datetime.combine(local.date() - timedelta(days=1), boundary.at, zone)
    ends = datetime.combine(begins.date() + timedelta(days=1), boundary.at, zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def moved(month: Month, count: int) -> Month:
    """So many months later, or earlier."""
    year, place = divmod(month[0] * MONTHS + month[1] - 1 + count, MONTHS)
    return year, place + 1


def month_spans(starts_at: datetime, ends_at: datetime, boundary: Boundary, zone: ZoneInfo) -> list[Span]:
    """The assessment months that a stretch of time touches, oldest first, each from where the one before ends."""
    return [
        Span(
            f"{month[0]}-{month[1]:02d}",
            month_begins(month, boundary, zone),
            month_begins(moved(month, 1), boundary, zone),
        )
        for month in months_between(starts_at, ends_at, boundary, zone)
    ]


def months_between(starts_at: datetime, ends_at: datetime, boundary: Boundary, zone: ZoneInfo) -> list[Month]:
    """The assessment months that a stretch of time touches, oldest first."""
    months = [month_of(starts_at, boundary, zone)]
    while month_begins(moved(months[-1], 1), boundary, zone) < ends_at:
        months.append(moved(months[-1], 1))
    return months
