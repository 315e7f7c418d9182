"""How measured facts are stored: events keyed by time, and rollups keyed by what screens ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column, one_of
from qs.observations.terms import EVENT_ID_LENGTH, Channel
from qs.periods import Grain
from qs.texts import LONG

GRAIN_CHECK = one_of("grain", (Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH))
CLUSTERED = {"sqlite_with_rowid": False}  # the key is the table: no second index to maintain


class Feed(Model):
    """A source of events: a file layout or a system that pushes."""

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    mapping: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # Any: as TOML; for file feeds
    silent_after_hours: Mapped[float | None]  # expected at least this often; empty: never called silent
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    event_count: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # new events it has brought
    last_happened_at: Mapped[datetime | None]  # of all it has sent
    last_received_at: Mapped[datetime | None]


class Event(Model):
    """One measured fact. Append-only; a correction is another event that names the one it replaces."""

    __tablename__ = "event"
    __table_args__ = (
        sa.PrimaryKeyConstraint("happened_at", "event_id"),
        sa.CheckConstraint("denominator >= 0", name="denominator_not_negative"),
        sa.CheckConstraint(one_of("channel", Channel), name="channel"),
        sa.Index(
            "ix_event_corrects",
            "happened_at",
            "corrects",
            sqlite_where=sa.text("corrects IS NOT NULL"),
            postgresql_where=sa.text("corrects IS NOT NULL"),
        ),
        CLUSTERED,
    )

    happened_at: Mapped[datetime]
    event_id: Mapped[str] = mapped_column(sa.String(EVENT_ID_LENGTH))
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    numerator: Mapped[float]
    denominator: Mapped[float]
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, is_checked=False))
    feed_id: Mapped[int] = mapped_column(sa.ForeignKey("feed.id"))
    corrects: Mapped[str | None] = mapped_column(sa.String(EVENT_ID_LENGTH))


class Figures:
    """The sums kept for every cell of a rollup: enough for shares, rates, means, spreads and extremes.

    Cells name services, areas, sectors and indicators without foreign keys: a cell is made of events, which have them,
    and `verify rollups` finds any other. Checking them again would double the time that writing cells takes.
    """

    n: Mapped[int] = mapped_column(sa.BigInteger)  # events
    numerator: Mapped[float]  # sum of numerators
    denominator: Mapped[float]  # sum of denominators
    square: Mapped[float]  # sum of squared numerators
    lowest: Mapped[float]  # smallest numerator
    highest: Mapped[float]  # largest numerator


class Rollup(Figures, Model):
    """What one service did on one indicator in one hour, local day, week or month."""

    __tablename__ = "rollup"
    __table_args__ = (
        sa.PrimaryKeyConstraint("grain", "indicator_id", "starts_at", "service_id"),
        sa.CheckConstraint(GRAIN_CHECK, name="grain"),
        CLUSTERED,
    )

    grain: Mapped[str] = mapped_column(sa.String(8))
    indicator_id: Mapped[int]
    starts_at: Mapped[datetime]
    service_id: Mapped[int]


class AreaRollup(Figures, Model):
    """What all services of one sector did on one indicator in one area and period."""

    __tablename__ = "area_rollup"
    __table_args__ = (
        sa.PrimaryKeyConstraint("grain", "indicator_id", "starts_at", "area_id", "sector_id"),
        sa.CheckConstraint(GRAIN_CHECK, name="grain"),
        CLUSTERED,
    )

    grain: Mapped[str] = mapped_column(sa.String(8))
    indicator_id: Mapped[int]
    starts_at: Mapped[datetime]
    area_id: Mapped[int]
    sector_id: Mapped[int]


class RollupBucket(Model):
    """The histogram of a service's single values in one period: how many fell into each logarithmic bucket."""

    __tablename__ = "rollup_bucket"
    __table_args__ = (
        sa.PrimaryKeyConstraint("grain", "indicator_id", "starts_at", "service_id", "bucket"),
        sa.CheckConstraint(GRAIN_CHECK, name="grain"),
        CLUSTERED,
    )

    grain: Mapped[str] = mapped_column(sa.String(8))
    indicator_id: Mapped[int]
    starts_at: Mapped[datetime]
    service_id: Mapped[int]
    bucket: Mapped[int]
    n: Mapped[int] = mapped_column(sa.BigInteger)


class AreaRollupBucket(Model):
    """The histogram of all single values of one sector in one area and period."""

    __tablename__ = "area_rollup_bucket"
    __table_args__ = (
        sa.PrimaryKeyConstraint("grain", "indicator_id", "starts_at", "area_id", "sector_id", "bucket"),
        sa.CheckConstraint(GRAIN_CHECK, name="grain"),
        CLUSTERED,
    )

    grain: Mapped[str] = mapped_column(sa.String(8))
    indicator_id: Mapped[int]
    starts_at: Mapped[datetime]
    area_id: Mapped[int]
    sector_id: Mapped[int]
    bucket: Mapped[int]
    n: Mapped[int] = mapped_column(sa.BigInteger)


class Stream(Model):
    """All events of one service on one indicator, seen from far: since when, until when, how many."""

    __tablename__ = "stream"

    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), primary_key=True)
    feed_id: Mapped[int] = mapped_column(sa.ForeignKey("feed.id"))  # the feed of the latest batch
    first_happened_at: Mapped[datetime]
    last_happened_at: Mapped[datetime]
    last_received_at: Mapped[datetime]
    event_count: Mapped[int] = mapped_column(sa.BigInteger)


class FeedReminder(Model):
    """One reminder to those who run a feed that nothing comes from it about a service, with what was expected.

    It is over as soon as something comes: that follows from the stream and is not stored.
    """

    __tablename__ = "feed_reminder"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_with_words"),
        sa.Index(None, "feed_id", "service_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(sa.ForeignKey("feed.id"))
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"))
    silent_since: Mapped[datetime]  # the last event there was
    expected_count: Mapped[float | None]  # by the service's own rate; empty where there is none yet
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.String(LONG), default="")
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ImportRun(Model):
    """One file that was loaded: by whom, from which feed, and what became of its rows."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(sa.ForeignKey("feed.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(255))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    imported_at: Mapped[datetime]
    row_count: Mapped[int]
    refused_row_count: Mapped[int]  # rows left out on the person's explicit wish
    event_count: Mapped[int]
    new_count: Mapped[int]
    differing_ids: Mapped[list[str]] = mapped_column(sa.JSON)  # there already with other values; a hundred at most
