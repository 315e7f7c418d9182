"""The ladder of reminders and supervision as reviewed text, and which rung a request has reached; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from qs.complaints.terms import Supervision
from qs.deadlines.hours import is_worked
from qs.deadlines.rules import extended
from qs.deadlines.terms import Calendar, Limit, LimitKind
from qs.definitions import Entry, Placed, read_entries, read_tables
from qs.errors import InvalidInput, Problem
from qs.periods import local_day
from qs.settings import SHIPPED_DATA

LADDER = SHIPPED_DATA / "complaints" / "ladder.toml"
RUNG, ONE_DAY = "rung", timedelta(days=1)
MOST_DAYS = 60


class When(StrEnum):
    """What puts a request on a rung."""

    USED_SHARE = "used_share"
    WORKING_DAYS_BEFORE = "working_days_before"
    OVERDUE = "overdue"
    WORKING_DAYS_AFTER = "working_days_after"
    REWORKS = "reworks"


class Told(StrEnum):
    """Who is told on a rung."""

    HANDLER = "handler"
    UNIT = "unit"
    HEAD = "head"
    SUPERVISORS = "supervisors"


@dataclass(frozen=True)
class Rung:
    """One rung: when it is reached, who is told, and the supervision it brings."""

    code: str
    when: When
    amount: int  # percent, working days, or reworks
    to: tuple[Told, ...]
    level: Supervision | None
    name: str
    name_en: str


@dataclass(frozen=True)
class Ladder:
    """The rungs of time in their order, and those of reworks."""

    rungs: tuple[Rung, ...]
    reworks: tuple[Rung, ...]

    def place(self, number: int) -> Rung:
        """The rung with this number; the first is 1."""
        return self.rungs[number - 1]


class RungEntry(Entry):
    """A [[rung]] of the file."""

    when: str
    amount: int
    to: list[str]
    level: str
    name: str
    name_en: str


@lru_cache(maxsize=4)
def read_ladder(path: Path = LADDER) -> Ladder:
    """The ladder of a file. Raises InvalidInput naming every fault."""
    problems: list[Problem] = []
    tables = read_tables(path, {RUNG}, problems)
    placed = list(read_entries(path, tables, RUNG, RungEntry, problems))
    codes = [one.entry.code for one in placed]
    for one in placed:
        problems.extend(faults(one, codes))
    if problems:
        raise InvalidInput(problems=problems)
    rungs = [rung_of(one.entry) for one in placed]
    by_time = tuple(one for one in rungs if one.when is not When.REWORKS)
    return Ladder(by_time, tuple(one for one in rungs if one.when is When.REWORKS))


def faults(placed: Placed[RungEntry], codes: list[str]) -> list[Problem]:
    one, found = placed.entry, []
    if codes.count(one.code) > 1:
        found.append(Problem("defined_twice", where=placed.where))
    is_known = one.when in list(When) and one.to and set(one.to) <= set(Told)
    if not is_known or (one.level and one.level not in list(Supervision)) or not 0 <= one.amount <= MOST_DAYS:
        found.append(Problem("rung_faulty", where=placed.where))
    return found


def rung_of(one: RungEntry) -> Rung:
    level = Supervision(one.level) if one.level else None
    told = tuple(Told(name) for name in one.to)
    return Rung(one.code, When(one.when), one.amount, told, level, one.name, one.name_en)


def level_of(ladder: Ladder, calendar: Calendar, due_at: datetime, now: datetime) -> Supervision | None:
    """How closely a request so far past its limit is watched; None before the first rung with a level."""
    late = [rung for rung in ladder.rungs if rung.level is not None and rung.when is When.WORKING_DAYS_AFTER]
    over = [rung.level for rung in late if now >= moment_of(rung, due_at, due_at, calendar)]
    return over[-1] if over else None


def moment_of(rung: Rung, starts_at: datetime, due_at: datetime, calendar: Calendar) -> datetime:
    """When a request reaches a rung of time. The limit itself is not late; a moment after it is."""
    if rung.when is When.USED_SHARE:
        return starts_at + (due_at - starts_at) * rung.amount / 100
    if rung.when is When.WORKING_DAYS_BEFORE:
        return working_days_before(due_at, rung.amount, calendar)
    if rung.when is When.WORKING_DAYS_AFTER:
        return extended(calendar, due_at, Limit(LimitKind.WORKING_DAYS, rung.amount)).due_at
    return due_at + timedelta(microseconds=1)


def working_days_before(due_at: datetime, count: int, calendar: Calendar) -> datetime:
    """The same time of day so many working days earlier."""
    local, day = due_at.astimezone(calendar.zone), local_day(due_at, calendar.zone)
    while count:
        day -= ONE_DAY
        count -= is_worked(calendar, day)
    return local.replace(year=day.year, month=day.month, day=day.day).astimezone(due_at.tzinfo)


def reached(ladder: Ladder, starts_at: datetime, due_at: datetime, now: datetime, calendar: Calendar) -> int:
    """The number of the highest rung of time that a request has reached, 0 on the ground.

    A rung whose moment does not lie after the beginning of the limit is left out: two hours have no working day before.
    """
    found = 0
    for number, rung in enumerate(ladder.rungs, start=1):
        moment = moment_of(rung, starts_at, due_at, calendar)
        if starts_at < moment <= now:
            found = number
    return found
