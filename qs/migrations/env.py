"""How Alembic reaches the store: over the connection it is given."""

from __future__ import annotations

from alembic import context

from qs.models import Model

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="qs.db.",
)
context.run_migrations()
