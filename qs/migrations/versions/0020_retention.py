"""How long personal data are kept, and what erased them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
