"""Changes of the store, one revision after another, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from qs.db import Database, is_postgresql

HERE = Path(__file__).parent
MIGRATION_LOCK = 7_315_001  # advisory lock: of several starting processes one migrates, the others wait


def config(connection: sa.Connection | None = None) -> Config:
    chosen = Config()
    chosen.set_main_option("script_location", str(HERE))
    chosen.attributes["connection"] = connection
    return chosen


def upgrade(database: Database) -> None:
    """Bring the store to the newest revision; safe to call from several processes at once.

    SQLite builds a table anew to change its rules, so what points at it is checked at the end instead of all along.
    """
    engine = database.engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection, unchecked(connection), connection.begin():
        if is_postgresql(connection.dialect):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(config(connection), "head")
        if before not in (None, newest_revision()):
            check_references(connection)


@contextmanager
def unchecked(connection: sa.Connection) -> Iterator[None]:
    """SQLite's checks of references off for this connection; they can be switched outside a transaction only."""
    if is_postgresql(connection.dialect):
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_references(connection: sa.Connection) -> None:
    """Raise RuntimeError when a row points at one that is not there; nothing is committed then."""
    if is_postgresql(connection.dialect):
        return
    if dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError(f"after the change of the store a row of {dangling[0]} points at no row of {dangling[2]}")


def newest_revision() -> str | None:
    return ScriptDirectory(str(HERE)).get_current_head()
