"""Text cells become numbers, days and moments: strictly, in ASCII, each refusal with its own cure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qs.errors import Fact, Problem
from qs.periods import local_day, start_of, to_microseconds

NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.0+)?", re.ASCII)  # spreadsheets and pandas write 12.0
SEPARATED = re.compile(r"[+-]?[0-9][0-9 .,'_\u00a0\u202f]*", re.ASCII)
NO_NUMBER = frozenset({"nan", "inf", "-inf", "+inf", "infinity", "-infinity", "null", "none", "na", "n/a", "#n/a"})
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
TWO_WAYS = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})", re.ASCII)
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
DIRECTIVES = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%d": r"(?P<day>[0-9]{1,2})",
    "%%": "%",
}
DIRECTIVE = re.compile("%.")
FIRST_YEAR = 1900
LARGEST_NUMBER = 1e15
SHOWN_CHARACTERS = 40
CLOCK_SKEW = timedelta(minutes=5)  # a sender's clock may run ahead by this much


class CellFault(Exception):
    """A cell that cannot be taken; never leaves this module."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Parsed:
    """A column of typed values: zero where the cell is empty or faulty.

    `faults`: position -> the problem, without its place.
    """

    values: NDArray[Any]  # Any: float64 or int64
    empty: NDArray[np.bool_]
    faults: dict[int, Problem]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """True where there is a value."""
        mask = ~self.empty
        mask[list(self.faults)] = False
        return mask


def numbers(cells: Sequence[str]) -> Parsed:
    """Numbers as float64."""
    return parsed(cells, parse_number, np.float64)


def whole_numbers(cells: Sequence[str]) -> Parsed:
    """Whole numbers as int64."""
    return parsed(cells, parse_whole_number, np.int64)


def days(cells: Sequence[str], *, now: datetime, zone: ZoneInfo, layout: str | None = None) -> Parsed:
    """Days as whole days since 1970 (int64). `layout` is a format such as %m_%Y; a missing day is the first."""
    today = local_day(now, zone)
    return parsed(cells, partial(day_number, layout=layout, today=today), np.int64)


def moments(cells: Sequence[str], *, now: datetime, zone: ZoneInfo, layout: str | None = None) -> Parsed:
    """Moments as UTC microseconds (int64): with a zone, on the local clock, or the first moment of a local day."""
    return parsed(cells, partial(moment_number, layout=layout, now=now, zone=zone), np.int64)


def parsed(cells: Sequence[str], parse: Callable[[str], float], kind: type[Any]) -> Parsed:  # Any: a numpy type
    """Parse each distinct cell once."""
    codes, distinct = pd.factorize(np.array(cells, dtype=object))
    values = np.zeros(len(distinct), dtype=kind)
    is_empty = np.zeros(len(distinct), dtype=bool)
    faulty: dict[int, CellFault] = {}
    for position, cell in enumerate(distinct):
        text = cell.strip(" ")
        if not text:
            is_empty[position] = True
            continue
        try:
            values[position] = parse(text)
        except CellFault as fault:
            fault.facts.setdefault("value", shown(text))
            faulty[position] = fault
    faults = {}
    if faulty:
        for place in np.flatnonzero(np.isin(codes, list(faulty))):
            found = faulty[int(codes[place])]
            faults[int(place)] = Problem(found.code, facts=found.facts)
    return Parsed(values[codes], is_empty[codes], faults)


def shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def parse_number(text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise CellFault(number_fault(text))
    value = float(text)
    if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
        raise CellFault("number_not_finite")
    return value


def number_fault(text: str) -> str:
    """Why the text is no number, in terms of what to mend."""
    if text.casefold() in NO_NUMBER:
        return "number_not_finite"
    if not text.isascii() and unicodedata.normalize("NFKC", text) != text:
        return "number_in_other_digits"
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        return "number_in_other_digits"
    if text.endswith("%"):
        return "number_with_percent"
    if SEPARATED.fullmatch(text):
        return "number_with_separators"
    return "not_a_number"


def parse_whole_number(text: str) -> int:
    if WHOLE_NUMBER.fullmatch(text):
        return int(text.partition(".")[0])
    parse_number(text)
    raise CellFault("not_a_whole_number")


def parse_day(text: str, *, layout: str | None, today: date) -> date:
    """The day a cell names. Raises CellFault, also for a day after today."""
    found = layout_pattern(layout).fullmatch(text) if layout else ISO_DAY.fullmatch(text)
    if found is None:
        raise day_fault(text, layout)
    parts = {name: int(part) for name, part in found.groupdict().items()} if layout else {}
    year, month, day_of_month = (
        (parts["year"], parts.get("month", 1), parts.get("day", 1)) if layout else map(int, found.groups())
    )
    try:
        day = date(year, month, day_of_month)
    except ValueError as error:
        raise CellFault("date_impossible") from error
    if day.year < FIRST_YEAR:
        raise CellFault("date_too_early")
    if day > today:
        raise CellFault("date_in_future")
    return day


def day_fault(text: str, layout: str | None) -> CellFault:
    if layout:
        return CellFault("date_in_other_format", format=layout)
    return CellFault("date_ambiguous" if TWO_WAYS.fullmatch(text) else "not_a_date")


@lru_cache(maxsize=64)
def layout_pattern(layout: str) -> re.Pattern[str]:
    """The pattern of a date format made of %Y, %m and %d with anything between.

    Raises ValueError for other directives, or without a year: mappings are checked before they are used.
    """
    directives = DIRECTIVE.findall(layout)
    if "%Y" not in directives or len(set(directives)) != len(directives) or not set(directives) <= set(DIRECTIVES):
        raise ValueError(f"{layout!r} is not a date format of %Y, %m and %d")
    pieces = DIRECTIVE.split(layout)
    between = [re.escape(piece) for piece in pieces]
    pattern = between[0] + "".join(
        DIRECTIVES[directive] + piece for directive, piece in zip(directives, between[1:], strict=True)
    )
    return re.compile(pattern, re.ASCII)


def day_number(text: str, *, layout: str | None, today: date) -> int:
    return (parse_day(text, layout=layout, today=today) - date(1970, 1, 1)).days


def moment_number(text: str, *, layout: str | None, now: datetime, zone: ZoneInfo) -> int:
    """UTC microseconds of a cell. Raises CellFault, also for a moment that lies more than five minutes ahead."""
    found = None if layout else MOMENT.fullmatch(text)
    if found is None:
        if not layout and ("T" in text or ":" in text):
            raise CellFault("not_a_moment")
        return to_microseconds(start_of(parse_day(text, layout=layout, today=local_day(now, zone)), zone))
    try:
        moment = datetime.fromisoformat(found.group().replace("Z", "+00:00"))
    except ValueError as error:
        raise CellFault("date_impossible") from error
    if moment.year < FIRST_YEAR:
        raise CellFault("date_too_early")
    if moment.year > now.year + 1:  # also keeps the last year of the calendar out of the arithmetic below
        raise CellFault("date_in_future")
    moment = moment.astimezone(UTC) if moment.tzinfo else on_the_local_clock(moment, zone)
    if moment > now + CLOCK_SKEW:
        raise CellFault("date_in_future")
    return to_microseconds(moment)


def on_the_local_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment a wall clock in the zone shows this, the first of two when clocks are set back."""
    utc = moment.replace(tzinfo=zone).astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != moment:
        raise CellFault("moment_not_on_the_clock")
    return utc
