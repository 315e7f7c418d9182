"""Changes of the store, one revision after another, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
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
    """Bring the store to the newest revision; safe to call from several processes at once."""
    with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        if is_postgresql(connection.dialect):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        command.upgrade(config(connection), "head")


def newest_revision() -> str | None:
    return ScriptDirectory(str(HERE)).get_current_head()
