"""The store keeps what the models promise, on both engines."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from qs import models
from qs.actor import SYSTEM
from qs.audit.actions import record
from qs.audit.models import AuditEntry
from qs.db import Database, make_engine
from tests.conftest import IS_POSTGRES
from tests.postgres import on_database


def test_the_migrated_store_is_the_one_the_models_describe(store):
    with store.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), models.Model.metadata)
    assert found == []


@pytest.mark.skipif(not IS_POSTGRES, reason="a test on SQLite has a file of its own")
def test_a_swept_database_is_empty_and_never_has_an_address_again(postgres_databases):
    found = []
    for _ in range(3):
        name = postgres_databases.take()
        store = Database(make_engine(on_database(postgres_databases.url, name)), audit_key=b"k" * 32)
        with store.writing() as session:
            session.add(models.standards.Clause(code="a"))
            session.flush()
            found.append((name, session.scalars(sa.select(models.standards.Clause.id)).all()))
        store.engine.dispose()
        postgres_databases.give_back(name)
    assert [ids for _, ids in found] == [[1], [1], [1]]
    assert len({name for name, _ in found}) == 3


def test_a_moment_without_a_time_zone_is_refused(store, now):
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that must be refused
    with pytest.raises(sa.exc.StatementError, match="time zone"), store.writing() as session:
        session.add(models.standards.Clause(code="a"))
        session.execute(sa.select(AuditEntry).where(AuditEntry.at > naive)).all()


def test_a_block_that_raises_leaves_nothing_behind(store, now):
    with pytest.raises(RuntimeError), store.writing() as session:
        record(session, "test.done", "test:1", actor=SYSTEM, now=now)
        raise RuntimeError
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_entries_are_numbered_without_gaps(store, now):
    for number in range(3):
        with store.writing() as session:
            record(session, "test.done", f"test:{number}", actor=SYSTEM, now=now)
    with store.reading() as session:
        assert session.scalars(sa.select(AuditEntry.seq).order_by(AuditEntry.seq)).all() == [1, 2, 3]
