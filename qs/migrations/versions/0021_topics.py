"""What people talk about, and the problem of the month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
