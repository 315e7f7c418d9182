"""The store: engines for SQLite and PostgreSQL, sessions for the edges, and the column types every model uses."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from qs.columns import accept_arrays
from qs.periods import from_microseconds, to_microseconds
from qs.settings import Settings, settings

SECRET_BYTES = 32
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=FAST",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, integer microseconds on SQLite. Refuses naive values."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:  # Any: SQLAlchemy's own signature
        return dialect.type_descriptor(sa.DateTime(timezone=True) if is_postgresql(dialect) else sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value if is_postgresql(dialect) else to_microseconds(value)

    def process_result_value(self, value: datetime | int | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else from_microseconds(value)


def is_postgresql(dialect: sa.Dialect) -> bool:
    return dialect.name == "postgresql"


def microseconds_of(
    column: sa.SQLColumnExpression[datetime] | sa.SQLColumnExpression[datetime | None], dialect: sa.Dialect
) -> sa.ColumnElement[int]:
    """A moment's column as whole microseconds since 1970, for reading many rows without making datetimes."""
    if is_postgresql(dialect):
        return sa.cast(sa.func.extract("epoch", column) * 1_000_000, sa.BigInteger)
    return sa.type_coerce(column, sa.BigInteger)


def stored_text(column: sa.SQLColumnExpression[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """A column as it is stored, before any type reads it: text on PostgreSQL, bytes on SQLite, which keeps anything."""
    return sa.cast(column, sa.Text if is_postgresql(dialect) else sa.LargeBinary)


def enum_column(kind: type[StrEnum], *, is_checked: bool = True) -> sa.Enum:
    """An enum stored by value, guarded by a check constraint; unchecked where the table has its own, `one_of`."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=is_checked,
        validate_strings=True,
        length=max(len(member.value) for member in kind) + 8,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition that a column holds one of these plain words, for tables that are written by the million.

    SQLite builds a list of `IN` anew for every row, which takes longer than writing the row.
    """
    return " OR ".join(f"{column} = '{value}'" for value in values)


class Model(DeclarativeBase):
    """Base of every table; constraints are named so that migrations can speak of them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute


def make_engine(url: str) -> sa.Engine:
    """An engine for SQLite (WAL, FULL, our own BEGIN) or PostgreSQL (checked connections, bounded waits)."""
    if sa.make_url(url).get_backend_name() == "sqlite":
        return make_sqlite_engine(url)
    engine = sa.create_engine(
        url,
        pool_size=10,
        max_overflow=40,
        pool_pre_ping=True,
        connect_args={
            "options": "-c timezone=UTC -c lock_timeout=30s -c statement_timeout=600s "
            "-c idle_in_transaction_session_timeout=120s"
        },
    )
    event.listen(engine, "connect", lambda connection, record: accept_arrays(connection))
    return engine


def make_sqlite_engine(url: str) -> sa.Engine:
    path = sa.make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url, pool_size=10, max_overflow=40, connect_args={"timeout": 30, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # the driver sends no BEGIN of its own
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "")
        connection.exec_driver_sql(f"BEGIN {mode}".strip())

    return engine


class Database:
    """One store with its audit key: what an edge holds to open transactions."""

    def __init__(self, engine: sa.Engine, *, audit_key: bytes) -> None:
        self.engine = engine
        self.audit_key = audit_key
        self._writer = engine.execution_options(sqlite_begin="IMMEDIATE")
        one_state = {"isolation_level": "REPEATABLE READ"} if is_postgresql(engine.dialect) else {}
        self._reader = engine.execution_options(**one_state)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store and keeps nothing."""
        with Session(self._reader, info={"audit_key": self.audit_key}) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with Session(self._writer, info={"audit_key": self.audit_key}) as session, session.begin():
            yield session

    def fold_log(self) -> bool:
        """SQLite: move the write-ahead log into the file and cut it off, so that nothing erased is left in it.

        True when it is done; False while somebody still reads an older state. PostgreSQL keeps its log by itself.
        """
        if is_postgresql(self.engine.dialect):
            return True
        with closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            told = cursor.fetchone()
        return told is not None and told[0] == 0  # 1: busy


def know_sizes(session: Session) -> None:
    """PostgreSQL: count the tables as this transaction sees them, as the last thing after filling them in one go.

    It plans by what it counted last. Where that was nothing, it reads a table whole again and again, and a page may
    take minutes until its autovacuum comes by. SQLite plans by its indexes alone.
    """
    connection = session.connection()
    if is_postgresql(connection.dialect):
        connection.exec_driver_sql("ANALYZE")


def overwrite_deleted(session: Session) -> None:
    """Let this transaction overwrite what it deletes, also on pages that become free (SQLite, secure_delete=ON).

    The write-ahead log holds the old pages until `Database.fold_log`. PostgreSQL overwrites when it vacuums.
    """
    connection = session.connection()
    if not is_postgresql(connection.dialect):
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def read_or_make_secret(path: Path) -> bytes:
    """The installation's secret from its 0600 file; made on first use, never stored in the database."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(SECRET_BYTES), encoding="ascii")
    secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"the secret in {path.name} is shorter than {SECRET_BYTES} bytes")
    return secret


def open_database(chosen: Settings) -> Database:
    return Database(make_engine(chosen.url), audit_key=read_or_make_secret(chosen.secret_file))


@lru_cache(maxsize=1)
def database() -> Database:
    """The store of this process, opened on first use."""
    return open_database(settings())
