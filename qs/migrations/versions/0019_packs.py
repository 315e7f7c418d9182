"""Packs of time limits with opening hours, articles and where each holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
