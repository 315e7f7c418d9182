"""The dispatch catalogue as a file: taken away and read in as TOML, CSV or XLSX, after a look at what would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.audit.actions import record
from qs.complaints.catalogue.entries import (
    EDIT,
    READ,
    Line,
    NewLine,
    check_line,
    composed_line,
    insert_line,
    lines,
    taken_line,
    update_line,
)
from qs.complaints.terms import DEFAULT_PACK, RequestKind, Urgency
from qs.definitions import tables_of
from qs.directory.models import Area, Sector, Service
from qs.errors import InvalidInput, Problem
from qs.settings import SHIPPED_DATA
from qs.sheets import inert
from qs.tabular import read_table
from qs.tabular.terms import Encoding

SHIPPED = SHIPPED_DATA / "complaints" / "catalogue.toml"  # of the invented city
COLUMNS = ("matter", "matter_en", "words", "kind", "urgency", "pack", "sector", "area", "service", "co_service")
NEEDED = ("matter", "words")
ENTRY, INVENTED = "entry", "invented"
CODED: dict[str, type[Sector | Area | Service]] = {
    "sector": Sector,
    "area": Area,
    "service": Service,
    "co_service": Service,
}
MAX_ROWS = 5_000


class Step(StrEnum):
    """What reading a file in does with one line."""

    ADD = "add"
    CHANGE = "change"


@dataclass(frozen=True)
class Written:
    """One line of a file, still as text; `row` is its row, or its number in a TOML file."""

    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Planned:
    """One line that would change the catalogue. `entry_id` and `version` are those of the line it changes."""

    row: int
    step: Step
    says: NewLine
    entry_id: int | None = None
    version: int = 1
    changed: tuple[str, ...] = ()  # names of the columns that differ


@dataclass(frozen=True)
class Plan:
    """What reading a file in would do. Lines that the file does not name stay as they are."""

    rows: tuple[Planned, ...]
    unchanged_count: int


def catalogue_rows(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per line in use, by id, with the columns of a file: COLUMNS, all texts, references by code."""
    actor.check(READ)
    codes = {name: {id: code for code, id in ids_by_code(session, name).items()} for name in CODED}
    rows = []
    for line in lines(session):
        if not line.is_retired:
            said = line.says
            references = {name: codes[name].get(getattr(said, f"{name}_id"), "") for name in CODED}
            kind = "" if said.kind is None else said.kind.value
            texts = {"matter": said.matter, "matter_en": said.matter_en, "words": said.words, "pack": said.pack}
            rows.append(texts | references | {"kind": kind, "urgency": said.urgency.value})
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def catalogue_toml(frame: pd.DataFrame) -> bytes:
    """The same as TOML, one [[entry]] per line, without what is empty or usual."""
    usual = {"urgency": Urgency.GENERAL.value, "pack": DEFAULT_PACK}
    parts = []
    for row in frame.to_dict("records"):
        said = [
            f"{name} = {quoted(str(value))}" for name, value in row.items() if value and usual.get(str(name)) != value
        ]
        parts.append("\n".join([f"[[{ENTRY}]]", *said]))
    return ("\n\n".join(parts) + "\n").encode()


def quoted(text: str) -> str:
    """The text as a TOML string."""
    signs = {"\\": "\\\\", '"': '\\"'}
    return '"' + "".join(signs.get(sign, sign) for sign in text) + '"'


def read_lines(data: bytes, *, file_name: str, encoding: Encoding | None = None) -> list[Written]:
    """The lines of a file. Raises InvalidInput with every problem by place, EncodingUnknown for a CSV file."""
    if file_name.casefold().endswith(".toml"):
        return toml_lines(data, file_name)
    table = read_table(data, file_name=file_name, encoding=encoding, max_rows=MAX_ROWS, may_be_empty=True)
    problems = [Problem("header_missing", row=1, facts={"name": name}) for name in NEEDED if name not in table.header]
    problems += [Problem("column_not_known", row=1, column=name) for name in table.header if name not in COLUMNS]
    if problems:
        raise InvalidInput(problems=problems)
    return [
        Written(row, {name: plain(table.columns[name][position]) for name in table.header})
        for position, row in enumerate(table.row_numbers)
    ]


def plain(cell: str) -> str:
    """The cell without the apostrophe that keeps spreadsheets from computing it."""
    return cell[1:] if cell.startswith("'") and inert(cell[1:]) == cell else cell


def toml_lines(data: bytes, file_name: str) -> list[Written]:
    problems: list[Problem] = []
    listed = tables_of(file_name, data, {ENTRY, INVENTED}, problems).get(ENTRY, [])
    found = []
    for number, cells in enumerate(listed if isinstance(listed, list) else [listed], start=1):
        if not isinstance(cells, dict) or not all(isinstance(value, str) for value in cells.values()):
            problems.append(Problem("value_of_wrong_kind", row=number, facts={"key": ENTRY, "value": str(cells)[:100]}))
            continue
        problems += [Problem("key_unknown", row=number, facts={"key": key}) for key in cells if key not in COLUMNS]
        found.append(Written(number, cells))
    if problems:
        raise InvalidInput(problems=problems)
    return found


def shipped_lines(path: Path = SHIPPED) -> list[Written]:
    """The catalogue of the invented city."""
    return toml_lines(path.read_bytes(), path.name)


def plan_catalogue(session: Session, written: Sequence[Written], *, actor: Actor) -> Plan:
    """What reading these lines in would do; a line is known by its matter and area.

    Raises InvalidInput with every problem by row and column: unknown codes, faulty texts, the same line twice.
    """
    actor.check_everywhere(EDIT)
    ids = {name: ids_by_code(session, name) for name in CODED}
    kept = {(line.says.matter, line.says.area_id): line for line in lines(session) if not line.is_retired}
    problems: list[Problem] = []
    planned: list[Planned] = []
    seen: set[tuple[str, int | None]] = set()
    unchanged = 0
    for one in written:
        faults = list(cell_problems(one, ids))
        if faults:
            problems += faults
            continue
        says = composed_line(said_by(one.cells, ids))
        key = (says.matter, says.area_id)
        if key in seen:
            problems.append(Problem("catalogue_line_twice", row=one.row, column="matter"))
            continue
        seen.add(key)
        problems += line_faults(session, one.row, says)
        found = kept.get(key)
        if found is None:
            planned.append(Planned(one.row, Step.ADD, says))
        elif changes := changed_columns(found, says):
            planned.append(Planned(one.row, Step.CHANGE, says, found.entry_id, found.version, changes))
        else:
            unchanged += 1
    if problems:
        raise InvalidInput(problems=problems)
    return Plan(tuple(planned), unchanged)


def ids_by_code(session: Session, name: str) -> dict[str, int]:
    model = CODED[name]
    return {row.code: row.id for row in session.execute(sa.select(model.code, model.id))}


def cell_problems(one: Written, ids: Mapping[str, Mapping[str, int]]) -> Iterator[Problem]:
    """Which cells name something that is not there."""
    known: dict[str, object] = {**ids, "kind": set(RequestKind), "urgency": set(Urgency)}
    for name, codes in known.items():
        text = one.cells.get(name, "").strip()
        if text and text not in codes:  # type: ignore[operator]  # mappings and sets of texts
            yield Problem("catalogue_code_unknown", row=one.row, column=name, facts={"code": text})


def said_by(cells: Mapping[str, str], ids: Mapping[str, Mapping[str, int]]) -> NewLine:
    """The line that sound cells make."""
    cell = {name: cells.get(name, "").strip() for name in COLUMNS}
    return NewLine(
        matter=cell["matter"],
        words=cell["words"],
        matter_en=cell["matter_en"],
        kind=RequestKind(cell["kind"]) if cell["kind"] else None,
        urgency=Urgency(cell["urgency"] or Urgency.GENERAL),
        pack=cell["pack"] or DEFAULT_PACK,
        sector_id=ids["sector"].get(cell["sector"]),
        area_id=ids["area"].get(cell["area"]),
        service_id=ids["service"].get(cell["service"]),
        co_service_id=ids["co_service"].get(cell["co_service"]),
    )


def line_faults(session: Session, row: int, says: NewLine) -> list[Problem]:
    """What the catalogue would refuse about a line, each with its row."""
    try:
        check_line(session, says, but=None, may_be_there=True)
    except InvalidInput as error:
        return [Problem(one.code, row=row, facts=one.facts) for one in error.problems]
    return []


def changed_columns(kept: Line, says: NewLine) -> tuple[str, ...]:
    return tuple(
        name
        for name in COLUMNS
        if getattr(kept.says, f"{name}_id" if name in CODED else name)
        != getattr(says, f"{name}_id" if name in CODED else name)
    )


def load_catalogue(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> int:
    """Do what was planned, or nothing: add and change lines. Returns how many.

    Raises EntryChanged or MatterTwice when somebody has changed the catalogue since the plan was made.
    """
    actor.check_everywhere(EDIT)
    for one in plan.rows:
        if one.entry_id is None:
            insert_line(session, one.says, actor=actor, now=now)
        else:
            update_line(session, taken_line(session, one.entry_id, one.version), one.says, actor=actor, now=now)
    if plan.rows:
        object_name = "dispatch_catalogue:file"
        record(session, "complaints.loaded_catalogue", object_name, actor=actor, now=now, count=len(plan.rows))
    return len(plan.rows)
