"""Rankings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db
from qs.migrations.guards import allow_changes, forbid_changes

FROZEN_TABLES = ("frozen_period", "frozen_measure", "frozen_score")

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("indicators", sa.Double(), nullable=False),
        sa.Column("ratings", sa.Double(), nullable=False),
        sa.Column("requests", sa.Double(), nullable=False),
        sa.Column("inspections", sa.Double(), nullable=False),
        sa.Column("evaluations", sa.Double(), nullable=False),
        sa.Column("n_min", sa.Integer(), nullable=False),
        sa.Column("missing_limit", sa.Double(), nullable=False),
        sa.Column("recorded_at", qs.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "indicators > 0 AND ratings >= 0 AND requests >= 0 AND inspections >= 0 AND evaluations >= 0",
            name=op.f("ck_score_scheme_weights_not_negative"),
        ),
        sa.CheckConstraint(
            "missing_limit >= 0 AND missing_limit <= 0.5", name=op.f("ck_score_scheme_missing_limit_is_a_share")
        ),
        sa.CheckConstraint("n_min >= 1", name=op.f("ck_score_scheme_n_min_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_scheme")),
        sa.UniqueConstraint("effective_on", name=op.f("uq_score_scheme_effective_on")),
    )
    op.create_table(
        "frozen_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=6), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("starts_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("ends_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("frozen_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("draw_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(revision > 1) = (reason IS NOT NULL)", name=op.f("ck_frozen_period_later_revisions_have_a_reason")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_frozen_period_ends_after_start")),
        sa.CheckConstraint("frozen_at >= ends_at", name=op.f("ck_frozen_period_only_when_over")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_frozen_period_person_id_person")),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["score_scheme.id"], name=op.f("fk_frozen_period_scheme_id_score_scheme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_period")),
        sa.UniqueConstraint("name", "revision", name=op.f("uq_frozen_period_name_revision")),
    )
    op.create_table(
        "frozen_score",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "service", "department", "area", name="level", native_enum=False, create_constraint=True, length=18
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("service_count", sa.Integer(), nullable=False),
        sa.Column("missing_weight", sa.Double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("rank_mean", sa.Double(), nullable=True),
        sa.Column("rank_lower", sa.Integer(), nullable=True),
        sa.Column("rank_upper", sa.Integer(), nullable=True),
        sa.Column("joint_lower", sa.Integer(), nullable=True),
        sa.Column("joint_upper", sa.Integer(), nullable=True),
        sa.Column("p_top", sa.Double(), nullable=True),
        sa.Column("p_bottom", sa.Double(), nullable=True),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("is_ranked", sa.Boolean(), nullable=False),
        sa.Column(
            "why_not",
            sa.Enum(
                "no_figures",
                "too_few",
                "too_much_missing",
                name="whynot",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.CheckConstraint('is_ranked = ("rank" IS NOT NULL)', name=op.f("ck_frozen_score_ranked_have_a_rank")),
        sa.CheckConstraint("is_ranked = (why_not IS NULL)", name=op.f("ck_frozen_score_a_rank_or_a_reason")),
        sa.ForeignKeyConstraint(
            ["period_id"], ["frozen_period.id"], name=op.f("fk_frozen_score_period_id_frozen_period")
        ),
        sa.PrimaryKeyConstraint("period_id", "level", "subject_id", name=op.f("pk_frozen_score")),
    )
    op.create_table(
        "frozen_measure",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "indicators",
                "ratings",
                "requests",
                "inspections",
                "evaluations",
                name="group",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("event_count", sa.BigInteger(), nullable=False),
        sa.Column("numerator", sa.Double(), nullable=False),
        sa.Column("denominator", sa.Double(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("score_lower", sa.Double(), nullable=True),
        sa.Column("score_upper", sa.Double(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_frozen_measure_n_not_negative")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["indicator_edition.id"], name=op.f("fk_frozen_measure_edition_id_indicator_edition")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_frozen_measure_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["frozen_period.id"], name=op.f("fk_frozen_measure_period_id_frozen_period")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_frozen_measure_service_id_service")),
        sa.PrimaryKeyConstraint("period_id", "service_id", "measure", name=op.f("pk_frozen_measure")),
    )
    for table in FROZEN_TABLES:
        forbid_changes(table)


def downgrade() -> None:
    for table in FROZEN_TABLES:
        allow_changes(table)
    op.drop_table("frozen_measure")
    op.drop_table("frozen_score")
    op.drop_table("frozen_period")
    op.drop_table("score_scheme")
