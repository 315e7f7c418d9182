"""Databases for tests on one PostgreSQL: copied from a migrated one, swept after each test, used again renamed."""

from __future__ import annotations

import os
from itertools import count

import sqlalchemy as sa

MOST_USES = 40  # swept rows leave their pages behind; a database that was used so often is made anew
names = count(1)

# What a test may not leave changed: tables, columns, triggers, constraints and the revision of the schema.
FORM = """
    SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_trigger),
        (SELECT count(*) FROM pg_constraint), (SELECT string_agg(version_num, ' ') FROM alembic_version)"""
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
SWEEP = """
    DO $$
    DECLARE one record;
    BEGIN
        FOR one IN
            SELECT oid::regclass AS name FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
                AND pg_relation_size(oid) > 0
        LOOP
            EXECUTE format('DELETE FROM %s', one.name);
        END LOOP;
        FOR one IN SELECT schemaname, sequencename, start_value FROM pg_sequences WHERE last_value IS NOT NULL
        LOOP
            PERFORM setval(format('%I.%I', one.schemaname, one.sequencename)::regclass, one.start_value, false);
        END LOOP;
    END $$"""


class Databases:
    """Databases that look freshly migrated. Making one takes many times as long as sweeping one.

    The server's user must be a superuser: sweeping goes past the triggers that keep people from deleting.
    """

    def __init__(self, url: str, template: str, owner: str) -> None:
        self.url = url
        self.template = template
        self.owner = owner
        self.form = self.form_of(template)
        self.swept: list[str] = []
        self.uses: dict[str, int] = {}

    def take(self) -> str:
        """The name of a database in which nothing is stored.

        No name is given twice: what the app keeps, it keeps by the store's address, and one test would see what
        another one stored.
        """
        if not self.swept:
            name = self.made()
            self.uses[name] = 1
            return name
        swept, name = self.swept.pop(), self.next_name()
        admin_sql(self.url, f'ALTER DATABASE "{swept}" RENAME TO "{name}"')
        self.uses[name] = self.uses.pop(swept) + 1
        return name

    def give_back(self, name: str) -> None:
        """Sweep a database for the next test; one that was altered or has served long enough is dropped."""
        if self.uses[name] < MOST_USES and self.sweep(name):
            self.swept.append(name)
        else:
            self.drop(name)

    def close(self) -> None:
        while self.swept:
            self.drop(self.swept.pop())

    def made(self) -> str:
        name = self.next_name()
        admin_sql(self.url, f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return name

    def next_name(self) -> str:
        return f"qs_{self.owner}_{os.getpid()}_{next(names)}"

    def drop(self, name: str) -> None:
        admin_sql(self.url, f'DROP DATABASE "{name}" WITH (FORCE)')

    def sweep(self, name: str) -> bool:
        """Delete every row and set the sequences back. False when the database has not its first form any more."""
        admin_sql(on_database(self.url, name), ALONE, "SET session_replication_role = replica", SWEEP)
        return self.form_of(name) == self.form

    def form_of(self, name: str) -> tuple[object, ...]:
        engine = sa.create_engine(on_database(self.url, name))
        with engine.connect() as connection:
            found = tuple(connection.exec_driver_sql(FORM).one())
        engine.dispose()
        return found


def on_database(url: str, name: str) -> str:
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def admin_sql(url: str, *statements: str) -> None:
    """Run statements one by one, each by itself."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()
