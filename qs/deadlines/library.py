"""Calendar years and packs of time limits as reviewed text: read strictly, every problem named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from qs.deadlines import rules
from qs.deadlines.terms import (
    HolidayDefinition,
    Limit,
    LimitKind,
    PackDefinition,
    RuleDefinition,
    YearDefinition,
)
from qs.definitions import Entry, Tables, read_entries, tables_of
from qs.errors import InvalidInput, Problem
from qs.settings import SHIPPED_DATA

CALENDARS = SHIPPED_DATA / "calendars"
PACKS = SHIPPED_DATA / "packs"


class CalendarEntry(Entry):
    """The [[calendar]] of a year file."""

    year: int
    version: int
    title: str
    title_en: str
    notice: str
    published_on: date
    source: str


class HolidayEntry(Entry):
    """A [[holiday]] of a year file."""

    name: str
    name_en: str
    first_on: date
    last_on: date
    makeup_work: list[date]


class PackEntry(Entry):
    """The [[pack]] of a pack file."""

    version: int
    title: str
    title_en: str
    source: str
    source_en: str


class RuleEntry(Entry):
    """A [[rule]] of a pack file."""

    kind: str
    amount: int
    name: str
    name_en: str
    source: str
    source_en: str


def shipped_years() -> tuple[YearDefinition, ...]:
    """The calendar years that come with the program."""
    return tuple(read_year(path.name, path.read_bytes()) for path in sorted(CALENDARS.glob("*.toml")))


def shipped_packs() -> tuple[PackDefinition, ...]:
    """The packs of time limits that come with the program."""
    return tuple(read_pack(path.name, path.read_bytes()) for path in sorted(PACKS.glob("cn-*.toml")))


def read_year(file_name: str, content: bytes) -> YearDefinition:
    """One calendar year from a file's content. Raises InvalidInput with every problem."""
    problems: list[Problem] = []
    path = Path(file_name)
    tables = tables_of(file_name, content, {"calendar", "holiday"}, problems)
    heads = list(read_entries(path, tables, "calendar", CalendarEntry, problems))
    placed = list(read_entries(path, tables, "holiday", HolidayEntry, problems))
    if len(heads) != 1 and not problems:
        problems.append(Problem("calendar_file_without_year", where=file_name))
    if problems:
        raise InvalidInput(problems=problems)
    head = heads[0].entry
    holidays = tuple(
        HolidayDefinition(
            entry.code, entry.name, entry.name_en, entry.first_on, entry.last_on, tuple(entry.makeup_work)
        )
        for entry in (one.entry for one in placed)
    )
    fields = head.model_dump(exclude={"code"})
    year = YearDefinition(**fields, holidays=holidays)
    found = in_file(file_name, rules.year_problems(year))
    if found:
        raise InvalidInput(problems=found)
    return year


def read_pack(file_name: str, content: bytes) -> PackDefinition:
    """One pack of time limits from a file's content. Raises InvalidInput with every problem."""
    problems: list[Problem] = []
    path = Path(file_name)
    tables = tables_of(file_name, content, {"pack", "rule"}, problems)
    heads = list(read_entries(path, tables, "pack", PackEntry, problems))
    limits = read_rules(path, tables, problems)
    if len(heads) != 1 and not problems:
        problems.append(Problem("pack_without_head", where=file_name))
    if problems:
        raise InvalidInput(problems=problems)
    pack = PackDefinition(**heads[0].entry.model_dump(), rules=limits)
    found = in_file(file_name, rules.pack_problems(pack))
    if found:
        raise InvalidInput(problems=found)
    return pack


def read_rules(path: Path, tables: Tables, problems: list[Problem]) -> tuple[RuleDefinition, ...]:
    limits = []
    for placed in read_entries(path, tables, "rule", RuleEntry, problems):
        entry = placed.entry
        if entry.kind not in set(LimitKind):
            facts = {"key": "kind", "value": entry.kind}
            problems.append(Problem("value_of_wrong_kind", where=placed.where, facts=dict(facts)))
            continue
        limit = Limit(LimitKind(entry.kind), entry.amount)
        limits.append(RuleDefinition(entry.code, limit, entry.name, entry.name_en, entry.source, entry.source_en))
    return tuple(limits)


def in_file(file_name: str, problems: Iterable[Problem]) -> list[Problem]:
    """The problems, each placed in its file."""
    return [replace(one, where=f"{file_name} {one.where}" if one.where else file_name) for one in problems]
