"""Taking a directory back from a file: say first what would change, then do exactly that, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

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
FIXED = ("sector", "area")  # of a service, once it is entered
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
        problems.extend(faults)
        for row, entry in entries:
            found = list(entry_problems(source.table, entry, grounds))
            problems.extend(replace(problem, row=row, where=where_of(source)) for problem in found)
            step = planned_row(source.table, row, entry, grounds.stored[source.table].get(str(entry["code"])))
            planned.extend([step] if step is not None else [])
            unchanged_count += step is None
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
    for row in plan.rows:
        values = arguments(session, row)
        if row.step is Step.ADD:
            ADD[row.table](session, code=row.code, **values, actor=actor, now=now)
        else:
            changed = {name: value for name, value in values.items() if name not in ("sector_id", "area_id")}
            CHANGE[row.table](session, row_id(session, row), **changed, actor=actor, now=now)
    counts = {f"{step}_{table}": plan.count(table, step) for table in Table for step in Step}
    told = {name: count for name, count in counts.items() if count}
    record(session, "directory.imported", "directory:all", actor=actor, now=now, file=file_name, **told)
