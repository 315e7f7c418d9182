"""How rankings are stored: dated score schemes, and frozen periods that nobody can change.

The three frozen tables refuse UPDATE and DELETE in the store itself (migration 0010).
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.rankings.terms import Group, Level, WhyNot

MEASURE_LENGTH = 64
FROZEN_TABLES = ("frozen_period", "frozen_measure", "frozen_score")


class ScoreScheme(Model):
    """How scores are made from one day on; an edition never changes."""

    __tablename__ = "score_scheme"
    __table_args__ = (
        sa.CheckConstraint("n_min >= 1", name="n_min_positive"),
        sa.CheckConstraint("missing_limit >= 0 AND missing_limit <= 0.5", name="missing_limit_is_a_share"),
        sa.CheckConstraint(
            "indicators > 0 AND ratings >= 0 AND requests >= 0 AND inspections >= 0 AND evaluations >= 0",
            name="weights_not_negative",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    effective_on: Mapped[date] = mapped_column(unique=True)
    indicators: Mapped[float]
    ratings: Mapped[float]
    requests: Mapped[float]
    inspections: Mapped[float]
    evaluations: Mapped[float]
    n_min: Mapped[int]
    missing_limit: Mapped[float]
    recorded_at: Mapped[datetime]


class FrozenPeriod(Model):
    """One revision of one quarter as it was frozen; `sha256` is over everything frozen with it."""

    __tablename__ = "frozen_period"
    __table_args__ = (
        sa.UniqueConstraint("name", "revision"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("frozen_at >= ends_at", name="only_when_over"),
        sa.CheckConstraint("(revision > 1) = (reason IS NOT NULL)", name="later_revisions_have_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(6))
    revision: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    frozen_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("score_scheme.id"))
    method: Mapped[str] = mapped_column(sa.String(32))
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    draw_count: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class FrozenMeasure(Model):
    """What one service did on one measure in a frozen period: counts first, then what was made of them.

    `value` and its interval are in the indicator's unit, shares 0 to 1; `score` in points. `weight` is the share of
    the service's score the measure was given; zero for a measure that is kept but not scored.
    """

    __tablename__ = "frozen_measure"
    __table_args__ = (sa.CheckConstraint("n >= 0", name="n_not_negative"),)

    period_id: Mapped[int] = mapped_column(sa.ForeignKey("frozen_period.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(sa.String(MEASURE_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))  # an Aggregation, or "evaluation"
    part: Mapped[Group] = mapped_column(enum_column(Group))
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"))
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator_edition.id"))
    event_count: Mapped[int] = mapped_column(sa.BigInteger)
    numerator: Mapped[float]
    denominator: Mapped[float]
    n: Mapped[int] = mapped_column(sa.BigInteger)  # cases behind the value
    value: Mapped[float | None]
    lower: Mapped[float | None]
    upper: Mapped[float | None]
    score: Mapped[float | None]
    score_lower: Mapped[float | None]
    score_upper: Mapped[float | None]
    weight: Mapped[float]


class FrozenScore(Model):
    """The score and rank of one service, department or area in a frozen period, each with its uncertainty."""

    __tablename__ = "frozen_score"
    __table_args__ = (
        sa.CheckConstraint("is_ranked = (why_not IS NULL)", name="a_rank_or_a_reason"),
        sa.CheckConstraint('is_ranked = ("rank" IS NOT NULL)', name="ranked_have_a_rank"),
    )

    period_id: Mapped[int] = mapped_column(sa.ForeignKey("frozen_period.id"), primary_key=True)
    level: Mapped[Level] = mapped_column(enum_column(Level), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)  # of a service, department or area
    score: Mapped[float | None]
    lower: Mapped[float | None]
    upper: Mapped[float | None]
    n: Mapped[int] = mapped_column(sa.BigInteger)
    service_count: Mapped[int]  # services behind the score: 1 for a service
    missing_weight: Mapped[float]
    rank: Mapped[int | None]
    rank_mean: Mapped[float | None]
    rank_lower: Mapped[int | None]
    rank_upper: Mapped[int | None]
    joint_lower: Mapped[int | None]  # between which ranks it lies when all are compared at once
    joint_upper: Mapped[int | None]
    p_top: Mapped[float | None]
    p_bottom: Mapped[float | None]
    tier: Mapped[int | None]
    is_ranked: Mapped[bool]
    why_not: Mapped[WhyNot | None] = mapped_column(enum_column(WhyNot))
