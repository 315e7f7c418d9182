"""The whole directory as tables: written for spreadsheets, read back strictly, compared with what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.directory.models import Area, Department, Provider, Sector, Service, SupervisionGroup
from qs.directory.queries import Named, english, group_members, ids_by_code, visible_services
from qs.directory.terms import Table
from qs.errors import InvalidInput, Problem
from qs.sheets import inert
from qs.tabular import Table as TextTable
from qs.tabular import read_table
from qs.tabular.terms import Encoding

MAX_ROWS = 50_000
SEPARATOR = "; "  # between the members of a group
COLUMNS: dict[Table, tuple[str, ...]] = {
    Table.SECTOR: ("code", "name", "name_en"),
    Table.AREA: ("code", "name", "name_en", "population"),
    Table.DEPARTMENT: ("code", "name", "name_en"),
    Table.PROVIDER: ("code", "name", "name_en", "department"),
    Table.GROUP: ("code", "name", "name_en", "leader", "members"),
    Table.SERVICE: (
        "code",
        "name",
        "name_en",
        "provider",
        "sector",
        "area",
        "leader",
        "group",
        "starts_on",
        "ends_on",
    ),
}
SHEETS = {table: f"{table}s" for table in Table}  # the same in every language, so that a file fits every reader
# The columns that name an entry of another table, and columns that name people by their user names.
REFERENCES = {
    "department": Table.DEPARTMENT,
    "provider": Table.PROVIDER,
    "sector": Table.SECTOR,
    "area": Table.AREA,
    "group": Table.GROUP,
}

Cell = str | int | date | tuple[str, ...] | None
Entry = Mapping[str, Cell]  # one entry by column; references by code, people by user name
Snapshot = Mapping[Table, Mapping[str, Entry]]  # table -> code -> entry


@dataclass(frozen=True)
class SourceTable:
    """One table of an uploaded file, still as text."""

    table: Table
    text: TextTable


def snapshot(session: Session, *, actor: Actor, permission: Permission = Permission.DIRECTORY_READ) -> Snapshot:
    """Every entry as it is exchanged; of the services those over which the actor holds the permission."""
    actor.check(permission)
    visible = Service.id.in_(visible_services(actor, permission))
    statements = selections() | {Table.SERVICE: service_selection().where(visible)}
    found = {
        table: {row.code: row._asdict() for row in session.execute(statement)}
        for table, statement in statements.items()
    }
    seats = group_members(session, actor=actor).groupby("group_id")["username"].agg(sorted)
    for code, group_id in ids_by_code(session, Table.GROUP).items():
        found[Table.GROUP][code]["members"] = tuple(seats.get(group_id, ()))
    return found


def selections() -> dict[Table, sa.Select[*tuple[Any, ...]]]:  # Any: texts and numbers
    """The entries of each table but the services, by code; the members of groups are missing."""
    return {
        Table.SECTOR: named(Sector),
        Table.AREA: named(Area).add_columns(Area.population),
        Table.DEPARTMENT: named(Department),
        Table.PROVIDER: named(Provider).add_columns(Department.code.label("department")).join(Department),
        Table.GROUP: named(SupervisionGroup)
        .add_columns(sa.func.coalesce(Person.username, "").label("leader"))
        .outerjoin(Person, Person.id == SupervisionGroup.leader_id),
    }


def named(model: type[Named] | type[Service]) -> sa.Select[*tuple[Any, ...]]:  # Any: texts and numbers
    return sa.select(model.code, model.name, english(model.name_en).label("name_en")).order_by(model.code)


def service_selection() -> sa.Select[*tuple[Any, ...]]:  # Any: texts and days
    return (
        named(Service)
        .add_columns(
            Provider.code.label("provider"),
            Sector.code.label("sector"),
            Area.code.label("area"),
            sa.func.coalesce(Person.username, "").label("leader"),
            sa.func.coalesce(SupervisionGroup.code, "").label("group"),
            Service.starts_on,
            Service.ends_on,
        )
        .join(Provider, Provider.id == Service.provider_id)
        .join(Sector, Sector.id == Service.sector_id)
        .join(Area, Area.id == Service.area_id)
        .outerjoin(Person, Person.id == Service.leader_id)
        .outerjoin(SupervisionGroup, SupervisionGroup.id == Service.group_id)
    )


def export_tables(session: Session, *, actor: Actor) -> dict[Table, pd.DataFrame]:
    """One frame for each table with the columns of COLUMNS, by code: what an import takes back unchanged."""
    found = snapshot(session, actor=actor)
    return {table: export_frame(COLUMNS[table], found[table]) for table in Table}


def export_frame(columns: tuple[str, ...], entries: Mapping[str, Entry]) -> pd.DataFrame:
    rows = [
        [SEPARATOR.join(cell) if isinstance(cell, tuple) else cell for cell in (entry[name] for name in columns)]
        for entry in entries.values()
    ]
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return frame.astype({"population": "Int64"}) if "population" in columns else frame


def sheets(tables: Mapping[Table, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames under the sheet names an import knows."""
    return {SHEETS[table]: frame for table, frame in tables.items()}


def read_source(
    data: bytes, *, file_name: str, table: Table | None = None, encoding: Encoding | None = None
) -> tuple[SourceTable, ...]:
    """The tables of an uploaded file: all sheets of a workbook, or the one a CSV file holds (`table` says which).

    Raises InvalidInput for what cannot be read, an unknown sheet, or a header that does not fit the table.
    """
    first = read_sheet(data, file_name, None, encoding)
    found: tuple[SourceTable, ...] = ()
    if not first.sheets:
        found = (SourceTable(table or table_named(file_name), first),)
    else:
        known = {name: table for table, name in SHEETS.items()}
        strange = [Problem("sheet_not_known", where=name) for name in first.sheets if name not in known]
        if strange:
            raise InvalidInput(problems=strange)
        found = tuple(SourceTable(known[name], read_sheet(data, file_name, name, None)) for name in first.sheets)
    problems = [problem for source in found for problem in header_problems(source)]
    if problems:
        raise InvalidInput(problems=problems)
    return tuple(sorted(found, key=lambda source: list(Table).index(source.table)))


def read_sheet(data: bytes, file_name: str, sheet: str | None, encoding: Encoding | None) -> TextTable:
    try:
        return read_table(
            data, file_name=file_name, sheet=sheet, encoding=encoding, max_rows=MAX_ROWS, may_be_empty=True
        )
    except InvalidInput as error:
        if sheet is None:
            raise
        placed = [replace(problem, where=sheet) for problem in error.problems]
        raise InvalidInput(error.reason, problems=placed, problem_count=error.problem_count, **error.facts) from error


def table_named(file_name: str) -> Table:
    """The table a CSV file is named after, as an export names it. Raises InvalidInput when it is named otherwise."""
    stem = file_name.rpartition("/")[2].partition(".")[0].casefold()
    found = next((table for table, name in SHEETS.items() if stem.endswith(name)), None)
    if found is None:
        raise InvalidInput("table_not_said")
    return found


def header_problems(source: SourceTable) -> Iterator[Problem]:
    """The header must hold exactly the columns of its table, in any order."""
    where, wanted = where_of(source), COLUMNS[source.table]
    for name in wanted:
        if name not in source.text.header:
            yield Problem("header_missing", where=where, row=1, facts={"name": name})
    for name in source.text.header:
        if name not in wanted:
            yield Problem("column_not_known", where=where, row=1, column=name)


def where_of(source: SourceTable) -> str | None:
    """The sheet to name in a problem; a CSV file is one table and needs none."""
    return source.text.sheet


def as_stored(text: str, stored: Cell) -> str:
    """A cell as it is stored: without the apostrophe that keeps spreadsheets from computing it."""
    if isinstance(stored, str) and text in (stored, inert(stored)):
        return stored
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text
