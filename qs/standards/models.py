"""How standards are stored: an identity with dated editions; an edition never changes once written."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.standards.terms import Aggregation, Direction, Frequency

TEXT_LENGTH = 2000


class Clause(Model):
    """One requirement of a service standard (标准条款), through all its editions."""

    __tablename__ = "clause"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sector_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sector.id"), index=True)  # empty: every sector

    editions: Mapped[list[ClauseEdition]] = relationship(lazy="raise", order_by="ClauseEdition.effective_on")


class ClauseEdition(Model):
    """The wording of a clause from one day on."""

    __tablename__ = "clause_edition"
    __table_args__ = (sa.UniqueConstraint("clause_id", "effective_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clause_id: Mapped[int] = mapped_column(sa.ForeignKey("clause.id"))
    effective_on: Mapped[date]
    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str | None] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    text_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    source: Mapped[str] = mapped_column(sa.String(300))
    source_en: Mapped[str | None] = mapped_column(sa.String(300))
    recorded_at: Mapped[datetime]


class Indicator(Model):
    """One thing measured (指标), through all its editions. Its way of counting never changes: events depend on it."""

    __tablename__ = "indicator"
    __table_args__ = (
        sa.CheckConstraint("(aggregation = 'percentile') = (percentile IS NOT NULL)", name="percentile_when_asked"),
        sa.CheckConstraint("percentile > 0 AND percentile < 1", name="percentile_is_a_share"),
        sa.CheckConstraint("per > 0", name="per_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sector_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sector.id"), index=True)  # empty: every sector
    aggregation: Mapped[Aggregation] = mapped_column(enum_column(Aggregation))
    percentile: Mapped[float | None]
    per: Mapped[float] = mapped_column(default=1.0)

    editions: Mapped[list[IndicatorEdition]] = relationship(lazy="raise", order_by="IndicatorEdition.effective_on")


class IndicatorEdition(Model):
    """What an indicator means and what is aimed at, from one day on."""

    __tablename__ = "indicator_edition"
    __table_args__ = (
        sa.UniqueConstraint("indicator_id", "effective_on"),
        sa.CheckConstraint("(direction = 'band') = (target_high IS NOT NULL)", name="band_has_two_targets"),
        sa.CheckConstraint("target_high >= target", name="band_in_order"),
        sa.CheckConstraint("tolerance >= 0", name="tolerance_not_negative"),
        sa.CheckConstraint("weight >= 0 AND weight <= 1", name="weight_is_a_share"),
        sa.CheckConstraint("places >= 0 AND places <= 6", name="places_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    effective_on: Mapped[date]
    clause_id: Mapped[int | None] = mapped_column(sa.ForeignKey("clause.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    definition: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    definition_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    numerator: Mapped[str] = mapped_column(sa.String(300))  # what is counted above the line, in words
    numerator_en: Mapped[str | None] = mapped_column(sa.String(300))
    denominator: Mapped[str] = mapped_column(sa.String(300))
    denominator_en: Mapped[str | None] = mapped_column(sa.String(300))
    unit: Mapped[str] = mapped_column(sa.String(40))
    unit_en: Mapped[str | None] = mapped_column(sa.String(40))
    direction: Mapped[Direction] = mapped_column(enum_column(Direction))
    frequency: Mapped[Frequency] = mapped_column(enum_column(Frequency))
    source: Mapped[str] = mapped_column(sa.String(300))
    source_en: Mapped[str | None] = mapped_column(sa.String(300))
    owner: Mapped[str] = mapped_column(sa.String(200))
    review_on: Mapped[date]
    target: Mapped[float | None]  # in the indicator's unit, shares 0 to 1; the lower edge of a band
    target_high: Mapped[float | None]  # the upper edge of a band
    tolerance: Mapped[float] = mapped_column(default=0.0)  # in the unit of the target
    weight: Mapped[float] = mapped_column(default=0.0)
    places: Mapped[int] = mapped_column(default=1)  # decimals on screen
    recorded_at: Mapped[datetime]
