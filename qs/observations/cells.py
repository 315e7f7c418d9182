"""Writing rollup cells: adding to them, and replacing them, in the words of each engine."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.db import is_postgresql
from qs.observations.inserting import insert_rows
from qs.observations.rollups import Cells
from qs.periods import Grain

FLOATS = {"numerator", "denominator", "square", "lowest", "highest"}
MERGED = {"lowest": ("min", "least"), "highest": ("max", "greatest")}  # SQLite's and PostgreSQL's name


def add_cells(session: Session, table: sa.Table, grain: Grain, cells: Cells) -> None:
    """Add the figures to those already in the table's cells. Cells come sorted by key, so writers never deadlock."""
    if not len(cells):
        return
    connection = session.connection()
    columns = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key.columns]
    if is_postgresql(connection.dialect):
        values = tuple(typed(name, column) for name, column in zip(columns[1:], cells.columns, strict=True))
        connection.exec_driver_sql(postgres_upsert(table.name, grain, columns, keys), values)
    else:
        into, row = f"{table.name} ({', '.join(columns)})", f"('{grain}'{', ?' * (len(columns) - 1)})"
        told = [column.tolist() for column in cells.columns]
        insert_rows(connection, into, row, told, on_conflict(table.name, columns, keys, engine=0))


def typed(name: str, column: NDArray[np.generic]) -> NDArray[np.generic]:
    return column.astype("datetime64[us]") if name == "starts_at" else column


def postgres_upsert(table: str, grain: Grain, columns: list[str], keys: list[str]) -> str:
    """All rows at once, as one array for each column but the grain."""
    arrays = ", ".join(f"%s::{array_type(name)}[]" for name in columns[1:])
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT '{grain}', incoming.* FROM unnest({arrays}) AS incoming ({', '.join(columns[1:])}) "
        f"{on_conflict(table, columns, keys, engine=1)}"
    )


def array_type(column: str) -> str:
    return "timestamptz" if column == "starts_at" else "float8" if column in FLOATS else "bigint"


def on_conflict(table: str, columns: list[str], keys: list[str], *, engine: int) -> str:
    merged = ", ".join(merges(table, columns, keys, engine=engine))
    return f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {merged}"


def merges(table: str, columns: Iterable[str], keys: Iterable[str], *, engine: int) -> list[str]:
    """How each figure of a cell takes in another: sums add, extremes compare."""
    rules = []
    for name in columns:
        if name in keys:
            continue
        if name in MERGED:
            rules.append(f"{name} = {MERGED[name][engine]}({table}.{name}, excluded.{name})")
        else:
            rules.append(f"{name} = {table}.{name} + excluded.{name}")
    return rules
