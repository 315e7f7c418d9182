"""What people decide about charts: from which period on a process counts as a new one, and why."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model


class Rebase(Model):
    """A mark on a chart: from here on new limits are computed, for a stated reason."""

    __tablename__ = "rebase"
    __table_args__ = (sa.Index(None, "service_id", "indicator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    starts_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(500))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
