"""Triggers that make a table append-only in the store itself: no program and no person at a prompt changes a row."""

from __future__ import annotations

from alembic import op

MESSAGE = "is frozen: rows are added, never changed or removed"


def forbid_changes(table: str) -> None:
    """Refuse UPDATE and DELETE on the table, and TRUNCATE where there is such a thing."""
    if op.get_bind().dialect.name != "postgresql":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {MESSAGE}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {MESSAGE}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_frozen()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
    )


def allow_changes(table: str) -> None:
    """Take the triggers away: only to go back to a revision without the table."""
    if op.get_bind().dialect.name != "postgresql":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
        return
    for verb in ("change", "truncate"):
        op.execute(f"DROP TRIGGER {table}_no_{verb} ON {table}")
    op.execute(f"DROP FUNCTION {table}_frozen()")
