"""The sectors of the national monitoring as reviewed text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qs.definitions import Entry, read_entries, read_tables
from qs.directory import rules
from qs.directory.terms import SectorDefinition
from qs.errors import InvalidInput, Problem
from qs.settings import SHIPPED_DATA

SECTORS_FILE = SHIPPED_DATA / "directory" / "sectors.toml"


class SectorEntry(Entry):
    """A [[sector]] of the file."""

    name: str
    name_en: str | None = None


def read_sectors(path: Path = SECTORS_FILE) -> tuple[SectorDefinition, ...]:
    """The sectors of a file. Raises InvalidInput with every problem."""
    problems: list[Problem] = []
    sectors: list[SectorDefinition] = []
    tables = read_tables(path, {"sector"}, problems)
    for placed in read_entries(path, tables, "sector", SectorEntry, problems):
        sector = SectorDefinition(placed.entry.code, placed.entry.name, placed.entry.name_en)
        if any(sector.code == other.code for other in sectors):
            problems.append(Problem("defined_twice", where=placed.where))
        problems.extend(replace(problem, where=placed.where) for problem in sector_problems(sector))
        sectors.append(sector)
    if problems:
        raise InvalidInput(problems=problems)
    return tuple(sectors)


def sector_problems(sector: SectorDefinition) -> Iterator[Problem]:
    yield from rules.code_problems(sector.code)
    yield from rules.name_problems(rules.clean(sector.name), rules.clean(sector.name_en))
