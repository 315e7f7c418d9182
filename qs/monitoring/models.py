"""What is kept of watching: marks on charts, signals with every step, and how far the last scan has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.monitoring.terms import Side, SignalKind, SignalStatus, SignalStepKind
from qs.notices.terms import Strength
from qs.periods import Grain
from qs.texts import LONG


class Rebase(Model):
    """A mark on a chart: from here on new limits are computed, for a stated reason, once a second person approved."""

    __tablename__ = "rebase"
    __table_args__ = (
        sa.Index(None, "service_id", "indicator_id"),
        sa.CheckConstraint("approved_at IS NOT NULL OR approved_by IS NULL", name="approved_with_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    starts_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(500))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # who proposed it
    decided_at: Mapped[datetime]  # when it was proposed
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Signal(Model):
    """Something the figures show that chance does not explain, from the first scan that saw it until it is over.

    At most one runs per service, indicator, kind and side: `running_key` is theirs while it runs, then empty.
    """

    __tablename__ = "signal"
    __table_args__ = (
        sa.Index(None, "service_id", "indicator_id"),
        sa.CheckConstraint("(ended_at IS NULL) = (running_key IS NOT NULL)", name="runs_under_its_key"),
        sa.CheckConstraint("(status IN ('over', 'rebased')) = (ended_at IS NOT NULL)", name="ended_with_moment"),
        sa.CheckConstraint("status <> 'in_rectification' OR rectification_id IS NOT NULL", name="with_rectification"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    running_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"))
    kind: Mapped[SignalKind] = mapped_column(enum_column(SignalKind))
    side: Mapped[Side] = mapped_column(enum_column(Side))
    strength: Mapped[Strength] = mapped_column(enum_column(Strength))
    status: Mapped[SignalStatus] = mapped_column(enum_column(SignalStatus), index=True)
    grain: Mapped[Grain] = mapped_column(enum_column(Grain))
    period_starts_at: Mapped[datetime]  # the newest period that shows it
    onset_at: Mapped[datetime | None]  # since when, as far as can be told
    is_present: Mapped[bool]  # in the newest period judged
    figures: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # Any: numbers; SignalFigures, those it has
    dismissed_strength: Mapped[Strength | None] = mapped_column(enum_column(Strength, is_checked=False))
    rectification_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rectification.id"), index=True)
    found_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]  # by a scan, in the newest period that shows it
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class SignalStep(Model):
    """One thing that happened to a signal: who, when, from where to where."""

    __tablename__ = "signal_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    signal_id: Mapped[int] = mapped_column(sa.ForeignKey("signal.id"), index=True)
    kind: Mapped[SignalStepKind] = mapped_column(enum_column(SignalStepKind))
    from_status: Mapped[SignalStatus | None] = mapped_column(enum_column(SignalStatus, is_checked=False))
    to_status: Mapped[SignalStatus] = mapped_column(enum_column(SignalStatus, is_checked=False))
    strength: Mapped[Strength] = mapped_column(enum_column(Strength, is_checked=False))
    note: Mapped[str] = mapped_column(sa.String(LONG))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    username: Mapped[str] = mapped_column(sa.String(64))
    happened_at: Mapped[datetime]


class WatchedSeries(Model):
    """What the last scan knew of one series: as of which figures, how surprising they are, and what they show.

    Kept so that the next scan looks at changed series only, and yet weighs all of them together.
    """

    __tablename__ = "watched_series"

    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), primary_key=True)
    seen_as: Mapped[str] = mapped_column(sa.String(80))  # the state of its figures, of the standards and of the clock
    p_values: Mapped[dict[str, float]] = mapped_column(sa.JSON)  # by test, of the newest period and the one before
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)  # Any: numbers and words; as scanning keeps them


class Scan(Model):
    """The last scan: when, how many series it watched, and how many of them would look like signals by chance."""

    __tablename__ = "signal_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    scanned_at: Mapped[datetime]
    series_count: Mapped[int]
    expected_false: Mapped[float]
