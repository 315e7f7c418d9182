"""Calendar years and packs of time limits as reviewed text: read strictly, every problem named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from qs.deadlines import rules
from qs.deadlines.terms import (
    Aim,
    Extension,
    HolidayDefinition,
    LimitKind,
    PackDefinition,
    Reading,
    RuleDefinition,
    TargetDefinition,
    TargetUnit,
    YearDefinition,
)
from qs.definitions import Entry, Tables, read_entries, tables_of
from qs.errors import InvalidInput, Problem
from qs.settings import SHIPPED_DATA

CALENDARS = SHIPPED_DATA / "calendars"
PACKS = SHIPPED_DATA / "packs"
Word = TypeVar("Word", bound=StrEnum)


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
    """The [[pack]] of a pack file. `without`: limits it has none of, which the default pack does not fill in."""

    version: int
    title: str
    title_en: str
    source: str
    source_en: str
    region: str
    region_en: str
    extension: str
    approver: str
    approver_en: str
    without: list[str]


class RuleEntry(Entry):
    """A [[rule]] of a pack file."""

    kind: str
    amount: int
    name: str
    name_en: str
    source: str
    source_en: str
    article: str = ""
    is_local: bool = False
    rolls_forward: bool = True
    reading: str = Reading.PLAIN.value
    times: int | None = None
    note: str = ""
    note_en: str = ""


class TargetEntry(Entry):
    """A [[target]] of a pack file: a service level that is documented, not counted."""

    aim: str
    amount: float
    unit: str
    name: str
    name_en: str
    source: str
    source_en: str


def shipped_years() -> tuple[YearDefinition, ...]:
    """The calendar years that come with the program."""
    return tuple(read_year(path.name, path.read_bytes()) for path in sorted(CALENDARS.glob("*.toml")))


def shipped_packs() -> tuple[PackDefinition, ...]:
    """The packs of time limits that come with the program."""
    return tuple(read_pack(path.name, path.read_bytes()) for path in sorted(PACKS.glob("*.toml")))


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
    tables = tables_of(file_name, content, {"pack", "rule", "target"}, problems)
    heads = list(read_entries(path, tables, "pack", PackEntry, problems))
    limits, targets = read_rules(path, tables, problems), read_targets(path, tables, problems)
    extension = read_word(Extension, heads[0].entry.extension, "extension", file_name, problems) if heads else None
    if len(heads) != 1 and not problems:
        problems.append(Problem("pack_without_head", where=file_name))
    if problems or extension is None:
        raise InvalidInput(problems=problems)
    head = heads[0].entry
    fields = head.model_dump(exclude={"extension", "without"})
    pack = PackDefinition(**fields, extension=extension, without=tuple(head.without), rules=limits, targets=targets)
    found = in_file(file_name, rules.pack_problems(pack))
    if found:
        raise InvalidInput(problems=found)
    return pack


def read_rules(path: Path, tables: Tables, problems: list[Problem]) -> tuple[RuleDefinition, ...]:
    limits = []
    for placed in read_entries(path, tables, "rule", RuleEntry, problems):
        entry = placed.entry
        kind = read_word(LimitKind, entry.kind, "kind", placed.where, problems)
        reading = read_word(Reading, entry.reading, "reading", placed.where, problems)
        if kind is None or reading is None:
            continue
        limit = rules.limit_as_read(kind, entry.amount, reading, rolls_forward=entry.rolls_forward)
        words = entry.model_dump(exclude={"kind", "amount", "rolls_forward", "reading"})
        limits.append(RuleDefinition(limit=limit, **words))
    return tuple(limits)


def read_targets(path: Path, tables: Tables, problems: list[Problem]) -> tuple[TargetDefinition, ...]:
    targets = []
    for placed in read_entries(path, tables, "target", TargetEntry, problems):
        entry = placed.entry
        aim = read_word(Aim, entry.aim, "aim", placed.where, problems)
        unit = read_word(TargetUnit, entry.unit, "unit", placed.where, problems)
        if aim is not None and unit is not None:
            targets.append(TargetDefinition(aim=aim, unit=unit, **entry.model_dump(exclude={"aim", "unit"})))
    return tuple(targets)


def read_word(kind: type[Word], value: str, key: str, where: str, problems: list[Problem]) -> Word | None:
    """A word of a fixed list; one that is not in it is added to the problems."""
    if value in set(kind):
        return kind(value)
    facts = {"key": key, "value": value}
    problems.append(Problem("value_of_wrong_kind", where=where, facts=dict(facts)))
    return None


def in_file(file_name: str, problems: Iterable[Problem]) -> list[Problem]:
    """The problems, each placed in its file."""
    return [replace(one, where=f"{file_name} {one.where}" if one.where else file_name) for one in problems]
