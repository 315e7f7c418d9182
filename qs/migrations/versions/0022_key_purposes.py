"""A key says what it is for: events, or requests for citizens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=16), server_default="events", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_api_key_keypurpose"), sa.text("purpose IN ('events', 'requests')")
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_api_key_feed_takes_events"), sa.text("purpose = 'events' OR feed_id IS NULL")
        )


def downgrade() -> None:
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_api_key_feed_takes_events"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_api_key_keypurpose"), type_="check")
        batch_op.drop_column("purpose")
