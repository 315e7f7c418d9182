"""The weights of the three rates as reviewed text: read strictly from a file, each edition in force from a day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache
from pathlib import Path

from qs.complaints.figures.assessment import LATEST_DAY
from qs.complaints.figures.rates import Boundary, Edition, edition_on
from qs.definitions import Entry, read_entries, read_tables
from qs.errors import InvalidInput, Problem
from qs.settings import SHIPPED_DATA, settings

WEIGHTS_FILE = SHIPPED_DATA / "complaints" / "three_rates.toml"


class EditionEntry(Entry):
    """An [[edition]] of the file."""

    effective_on: date
    basic_points: float
    response: float
    resolution: float
    satisfaction: float
    month_begins_on: int = 1
    day_begins_at: time = time()
    source: str
    source_en: str


def editions() -> tuple[Edition, ...]:
    """The editions of this installation. Raises InvalidInput naming everything wrong with the file."""
    return read_editions(settings().three_rates_file or WEIGHTS_FILE)


def in_force(day: date) -> Edition:
    """The edition in force on a local day."""
    return edition_on(editions(), day)


@lru_cache(maxsize=4)
def read_editions(path: Path) -> tuple[Edition, ...]:
    problems: list[Problem] = []
    tables = read_tables(path, {"edition"}, problems)
    placed = list(read_entries(path, tables, "edition", EditionEntry, problems))
    found = [edition_of(one.entry) for one in placed]
    for one, edition in zip(placed, found, strict=True):
        problems.extend(edition_problems(one.where, edition))
    days = [one.effective_on for one in found]
    if not found or len(set(days)) < len(days):
        problems.append(Problem("rate_editions_unclear", where=path.name))
    if problems:
        raise InvalidInput(problems=tuple(problems))
    return tuple(sorted(found, key=lambda one: one.effective_on))


def edition_of(entry: EditionEntry) -> Edition:
    boundary = Boundary(entry.month_begins_on, entry.day_begins_at)
    weights = (entry.basic_points, entry.response, entry.resolution, entry.satisfaction)
    return Edition(entry.code, entry.effective_on, *weights, boundary, entry.source, entry.source_en)


def edition_problems(where: str, edition: Edition) -> Iterator[Problem]:
    """Weights outside 0 to 1 or that do not make 1, and a month that begins on a day some months lack."""
    shares = (edition.basic_points, edition.response, edition.resolution, edition.satisfaction)
    if not (edition.is_whole and all(0 <= share <= 1 for share in shares)):
        yield Problem("rate_weights_not_whole", where=where)
    if not 1 <= edition.boundary.day <= LATEST_DAY:
        yield Problem("rate_month_begin_implausible", where=where, facts={"value": str(edition.boundary.day)})
