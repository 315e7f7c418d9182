"""Taking a directory back from a file: say first what would change, then do exactly that, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory import actions, queries, rules
from qs.directory.exchange import (
    COLUMNS,
    REFERENCES,
    SEPARATOR,
    Cell,
    Entry,
    Snapshot,
    SourceTable,
    as_stored,
    snapshot,
    where_of,
)
from qs.directory.models import Service
from qs.directory.terms import Table
from qs.errors import Conflict, InvalidInput, Problem
from qs.periods import EPOCH
from qs.tabular.cells import Parsed, days, whole_numbers

EDIT = Permission.DIRECTORY_EDIT
FAR_AHEAD = datetime(2200, 1, 1, tzinfo=UTC)  # a service may start or end on a day to come
TYPED = ("population", "starts_on", "ends_on")
PEOPLE = ("leader", "members")
FIXED = ("sector", "area")  # of a service, once it is entered
FIXED_IDS = ("sector_id", "area_id")
REQUIRED = ("department", "provider", "sector", "area", "starts_on")
ADD: dict[Table, Callable[..., object]] = {
    Table.SECTOR: actions.add_sector,
    Table.AREA: actions.add_area,
    Table.DEPARTMENT: actions.add_department,
    Table.PROVIDER: actions.add_provider,
    Table.GROUP: actions.add_group,
    Table.SERVICE: actions.add_service,
}
CHANGE: dict[Table, Callable[..., object]] = {
    Table.SECTOR: actions.change_sector,
    Table.AREA: actions.change_area,
    Table.DEPARTMENT: actions.change_department,
    Table.PROVIDER: actions.change_provider,
    Table.GROUP: actions.change_group,
    Table.SERVICE: actions.change_service,
}
LISTED_PROBLEMS = 1_000


class Step(StrEnum):
    """What an import does with one row."""

    ADD = "add"
    CHANGE = "change"


@dataclass(frozen=True)
class FieldChange:
    """One field of an entry: what is stored and what the file says."""

    column: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class PlannedRow:
    """One row that will change the directory; `row` is its spreadsheet row."""

    table: Table
    step: Step
    row: int
    code: str
    fields: tuple[FieldChange, ...]
    wanted: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Plan:
    """What an import will do: rows to add and to change, and how many are as they are."""

    rows: tuple[PlannedRow, ...]
    unchanged_count: int

    def count(self, table: Table, step: Step) -> int:
        return sum(1 for row in self.rows if row.table is table and row.step is step)


@dataclass(frozen=True)
class Grounds:
    """What rows are held against: what is stored, whom and what they may name, what the actor may not touch."""

    stored: Snapshot
    codes: Mapping[Table, Collection[str]]  # stored, or added by the same file
    usernames: Collection[str]
    hidden_services: Collection[str]  # codes in use outside the actor's scope


def plan_import(session: Session, sources: Sequence[SourceTable], *, actor: Actor) -> Plan:
    """What the file would do. Raises NotAllowed, or InvalidInput with every problem by sheet, row and column."""
    actor.check(EDIT)
    if any(source.table is not Table.SERVICE for source in sources):
        actor.check_everywhere(EDIT)
    grounds = grounds_of(session, sources, actor)
    problems: list[Problem] = []
    planned: list[PlannedRow] = []
    unchanged_count = 0
    for source in sources:
        entries, faults = read_entries(source, grounds.stored[source.table])
        for row, entry in entries:
            found = entry_problems(source.table, entry, grounds)
            faults.extend(replace(problem, row=row, where=where_of(source)) for problem in found)
            step = planned_row(source.table, row, entry, grounds.stored[source.table].get(str(entry["code"])))
            planned.extend([step] if step is not None else [])
            unchanged_count += step is None
        problems.extend(sorted(faults, key=lambda problem: problem.row or 0))
    if problems:
        raise InvalidInput(problems=problems[:LISTED_PROBLEMS], problem_count=len(problems))
    return Plan(tuple(planned), unchanged_count)


def apply_import(
    session: Session,
    sources: Sequence[SourceTable],
    *,
    expected: Plan,
    file_name: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Do what was shown before. Raises Conflict when the directory has changed since, so that it would do otherwise.

    Each entry leaves its own trace; one more says which file it came from.
    """
    plan = plan_import(session, sources, actor=actor)
    if plan != expected:
        raise Conflict("import_overtaken")
    for table, rows in groupby(plan.rows, key=attrgetter("table")):
        known = known_ids(session)
        for row in rows:
            values = arguments(dict(row.wanted), known)
            if row.step is Step.ADD:
                ADD[table](session, code=row.code, **values, actor=actor, now=now)
            else:
                changed = {name: value for name, value in values.items() if name not in FIXED_IDS}
                CHANGE[table](session, known[table][row.code], **changed, actor=actor, now=now)
    counts = {f"{step}_{table}": plan.count(table, step) for table in Table for step in Step}
    told = {name: count for name, count in counts.items() if count}
    record(session, "directory.imported", "directory:all", actor=actor, now=now, file=file_name, **told)


def grounds_of(session: Session, sources: Sequence[SourceTable], actor: Actor) -> Grounds:
    stored = snapshot(session, actor=actor, permission=EDIT)
    added = {source.table: source.text.columns["code"] for source in sources}
    codes = {
        table: {*entries, *(rules.clean(code) for code in added.get(table, ()))} for table, entries in stored.items()
    }
    usernames = set(session.scalars(sa.select(Person.username).where(Person.is_active)))
    hidden = set(session.scalars(sa.select(Service.code))) - stored[Table.SERVICE].keys()
    return Grounds(stored, codes, usernames, hidden)


def read_entries(source: SourceTable, stored: Mapping[str, Entry]) -> tuple[list[tuple[int, Entry]], list[Problem]]:
    """The rows that can be read as entries, each with its spreadsheet row, and what is wrong with the others."""
    text, problems, faulty = source.text, [], set()
    typed = {name: typed_cells(name, text.columns[name]) for name in COLUMNS[source.table] if name in TYPED}
    for name, parsed in typed.items():
        for position, fault in parsed.faults.items():
            faulty.add(position)
            code = "not_a_date" if fault.code == "date_ambiguous" else fault.code  # no other format can be chosen here
            row = text.row_numbers[position]
            problems.append(replace(fault, code=code, row=row, column=name, where=where_of(source)))
    entries: list[tuple[int, Entry]] = []
    seen: set[str] = set()
    for position, row in enumerate(text.row_numbers):
        code = rules.clean(text.columns["code"][position])
        if code in seen:
            problems.append(Problem("code_repeated", row=row, column="code", where=where_of(source)))
        elif position not in faulty:
            values = {name: typed_cell(name, parsed, position) for name, parsed in typed.items()}
            entries.append((row, values | text_cells(source, position, stored.get(code, {})) | {"code": code}))
        seen.add(code)
    return entries, problems


def typed_cells(name: str, cells: Sequence[str]) -> Parsed:
    return whole_numbers(cells) if name == "population" else days(cells, now=FAR_AHEAD, zone=ZoneInfo("UTC"))


def typed_cell(name: str, parsed: Parsed, position: int) -> Cell:
    if parsed.empty[position]:
        return None
    value = int(parsed.values[position])
    return value if name == "population" else (EPOCH + timedelta(days=value)).date()


def text_cells(source: SourceTable, position: int, stored: Entry) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name in COLUMNS[source.table]:
        if name == "members":
            parts = source.text.columns[name][position].split(SEPARATOR.strip())
            cells[name] = tuple(sorted({part.strip() for part in parts if part.strip()}))
        elif name not in TYPED:
            cells[name] = as_stored(rules.clean(source.text.columns[name][position]), stored.get(name))
    return cells


def entry_problems(table: Table, entry: Entry, grounds: Grounds) -> Iterator[Problem]:
    """What is wrong with one row, each with its column."""
    stored = grounds.stored[table].get(str(entry["code"]), {})
    yield from rules.code_problems(str(entry["code"]))
    yield from rules.name_problems(str(entry["name"]), str(entry["name_en"]))
    if table is Table.AREA and isinstance(population := entry["population"], int):
        yield from rules.population_problems(population)
    if table is Table.SERVICE:
        yield from service_problems(entry, stored, grounds)
    for name, value in entry.items():
        if name in REQUIRED and not value:
            yield Problem("cell_empty", column=name)
        elif name in REFERENCES and value and value not in grounds.codes[REFERENCES[name]]:
            yield Problem(f"{name}_unknown", column=name)
        elif name in PEOPLE and value != stored.get(name):
            named = value if isinstance(value, tuple) else (value,)
            strange = [one for one in named if one and one not in grounds.usernames]
            yield from (Problem("username_unknown", column=name, facts={"value": str(one)}) for one in strange)


def service_problems(entry: Entry, stored: Entry, grounds: Grounds) -> Iterator[Problem]:
    if entry["code"] in grounds.hidden_services:
        yield Problem("service_unknown", column="code")
    if isinstance(first := entry["starts_on"], date):
        last = entry["ends_on"]
        yield from rules.period_problems(first, last if isinstance(last, date) else None)
    for name in FIXED:
        if stored and entry[name] and entry[name] != stored[name]:
            yield Problem(f"{name}_is_fixed", column=name, facts={"value": str(stored[name])})


def planned_row(table: Table, row: int, entry: Entry, stored: Entry | None) -> PlannedRow | None:
    """What to do about a row; None when it is as stored."""
    before = stored or {}
    names = [name for name in COLUMNS[table] if name != "code"]
    changes = tuple(
        FieldChange(name, before.get(name), entry[name])
        for name in names
        if stored is None or entry[name] != before[name]
    )
    if not changes:
        return None
    step = Step.ADD if stored is None else Step.CHANGE
    return PlannedRow(table, step, row, str(entry["code"]), changes, tuple((name, entry[name]) for name in names))


def known_ids(session: Session) -> dict[str, dict[str, int]]:
    """Table, or "person", -> code or user name -> id."""
    services = {code: row_id for code, row_id in session.execute(sa.select(Service.code, Service.id))}
    people = {name: row_id for name, row_id in session.execute(sa.select(Person.username, Person.id))}
    tables = {str(table): queries.ids_by_code(session, table) for table in queries.MODELS}
    return tables | {str(Table.SERVICE): services, "person": people}


def arguments(entry: Entry, known: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:  # Any: arguments of an action
    """The arguments of an add or change action for one entry: codes and user names become ids."""
    values: dict[str, Any] = {}  # Any: see above
    for name, value in entry.items():
        if name in REFERENCES:
            values[f"{name}_id"] = known[REFERENCES[name]][str(value)] if value else None
        elif name == "leader":
            values["leader_id"] = known["person"][str(value)] if value else None
        elif isinstance(value, tuple):
            values["member_ids"] = [known["person"][one] for one in value]
        else:
            values[name] = value
    return values
