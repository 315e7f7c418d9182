"""Signals with their steps, what the last scan knew, and new limits that a second person approves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rebase") as batch_op:
        batch_op.add_column(sa.Column("approved_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("approved_at", qs.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_foreign_key(batch_op.f("fk_rebase_approved_by_person"), "person", ["approved_by"], ["id"])
    # Marks from before took effect at once: they count as approved, by the person who made them.
    op.execute("UPDATE rebase SET approved_by = person_id, approved_at = decided_at")
    with op.batch_alter_table("rebase") as batch_op:
        batch_op.alter_column("version", existing_type=sa.Integer(), server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_rebase_approved_with_moment"), "approved_at IS NOT NULL OR approved_by IS NULL"
        )
    op.create_table(
        "signal_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scanned_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("series_count", sa.Integer(), nullable=False),
        sa.Column("expected_false", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_scan")),
    )
    op.create_table(
        "watched_series",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("seen_as", sa.String(length=80), nullable=False),
        sa.Column("p_values", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_watched_series_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_watched_series_service_id_service")),
        sa.PrimaryKeyConstraint("service_id", "indicator_id", name=op.f("pk_watched_series")),
    )
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("running_key", sa.String(length=80), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "special_cause",
                "drift",
                "target_missed",
                "feed_silent",
                "season_broken",
                "manipulation_suspected",
                name="signalkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.Enum(
                "concern", "neutral", "improvement", name="side", native_enum=False, create_constraint=True, length=19
            ),
            nullable=False,
        ),
        sa.Column(
            "strength",
            sa.Enum("watch", "review", "act", name="strength", native_enum=False, create_constraint=True, length=14),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "acknowledged",
                "in_rectification",
                "dismissed",
                "rebased",
                "over",
                name="signalstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "grain",
            sa.Enum(
                "hour",
                "day",
                "week",
                "month",
                "quarter",
                name="grain",
                native_enum=False,
                create_constraint=True,
                length=15,
            ),
            nullable=False,
        ),
        sa.Column("period_starts_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("onset_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column(
            "dismissed_strength",
            sa.Enum("watch", "review", "act", name="strength", native_enum=False, length=14),
            nullable=True,
        ),
        sa.Column("rectification_id", sa.Integer(), nullable=True),
        sa.Column("found_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('over', 'rebased')) = (ended_at IS NOT NULL)", name=op.f("ck_signal_ended_with_moment")
        ),
        sa.CheckConstraint(
            "status <> 'in_rectification' OR rectification_id IS NOT NULL", name=op.f("ck_signal_with_rectification")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (running_key IS NOT NULL)", name=op.f("ck_signal_runs_under_its_key")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_signal_indicator_id_indicator")),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectification.id"], name=op.f("fk_signal_rectification_id_rectification")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_signal_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("running_key", name=op.f("uq_signal_running_key")),
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_rectification_id"), ["rectification_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_signal_service_id_indicator_id"), ["service_id", "indicator_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_signal_status"), ["status"], unique=False)

    op.create_table(
        "signal_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "found",
                "strengthened",
                "acknowledged",
                "dismissed",
                "came_back",
                "linked",
                "unlinked",
                "rebased",
                "over",
                "recovered",
                name="signalstepkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "from_status",
            sa.Enum(
                "new",
                "acknowledged",
                "in_rectification",
                "dismissed",
                "rebased",
                "over",
                name="signalstatus",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "new",
                "acknowledged",
                "in_rectification",
                "dismissed",
                "rebased",
                "over",
                name="signalstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "strength", sa.Enum("watch", "review", "act", name="strength", native_enum=False, length=14), nullable=False
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("happened_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signal_step_person_id_person")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_signal_step_signal_id_signal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_step")),
    )
    with op.batch_alter_table("signal_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_step_signal_id"), ["signal_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("signal_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_step_signal_id"))

    op.drop_table("signal_step")
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_status"))
        batch_op.drop_index(batch_op.f("ix_signal_service_id_indicator_id"))
        batch_op.drop_index(batch_op.f("ix_signal_rectification_id"))

    op.drop_table("signal")
    op.drop_table("watched_series")
    op.drop_table("signal_scan")
    with op.batch_alter_table("rebase") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_rebase_approved_with_moment"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_rebase_approved_by_person"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("approved_at")
        batch_op.drop_column("approved_by")
