"""Writing rollup cells: adding to them, and replacing them, in the words of each engine."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.db import is_postgresql
from qs.observations.rollups import Cells
from qs.periods import Grain

POSTGRES_ARRAYS = {"grain": "text", "n": "bigint", "starts_at": "bigint", "bucket": "int"}
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
        statement = postgres_upsert(table.name, columns, keys)
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*cells.rows(grain), strict=True)))
    else:
        connection.exec_driver_sql(sqlite_upsert(table.name, columns, keys), list(cells.rows(grain)))


def sqlite_upsert(table: str, columns: list[str], keys: list[str]) -> str:
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(merges(table, columns, keys, engine=0))}"
    )


def postgres_upsert(table: str, columns: list[str], keys: list[str]) -> str:
    arrays = ", ".join(f"%s::{postgres_type(name)}[]" for name in columns)
    chosen = ", ".join(
        "timestamptz 'epoch' + starts_at * interval '1 microsecond'" if name == "starts_at" else name
        for name in columns
    )
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {chosen} FROM unnest({arrays}) AS incoming ({', '.join(columns)}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(merges(table, columns, keys, engine=1))}"
    )


def postgres_type(column: str) -> str:
    return POSTGRES_ARRAYS.get(column, "float8" if column in FLOATS else "int")


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
