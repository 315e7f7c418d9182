"""Tests kept with verifications, closed orders looked at again, and reminders to those who run a feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("silent_since", qs.db.UtcDateTime(), nullable=False),
        sa.Column("expected_count", sa.Double(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_feed_reminder_answered_with_words")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_feed_reminder_answered_by_person")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_feed_reminder_asked_by_person")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_reminder_feed_id_feed")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_feed_reminder_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_reminder")),
    )
    with op.batch_alter_table("feed_reminder", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_feed_reminder_feed_id_service_id_asked_at"),
            ["feed_id", "service_id", "asked_at"],
            unique=False,
        )

    op.create_table(
        "rectification_recheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("verification_id", sa.Integer(), nullable=False),
        sa.Column(
            "lasting",
            sa.Enum(
                "held",
                "unclear",
                "worse",
                "lost",
                "no_better",
                name="lasting",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("checked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "better",
                "worse",
                "no_difference",
                "too_few",
                "not_compared",
                name="effect",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=True,
        ),
        sa.Column(
            "direction", sa.Enum("up", "down", "band", name="direction", native_enum=False, length=12), nullable=True
        ),
        sa.Column("before_since", qs.db.UtcDateTime(), nullable=True),
        sa.Column("before_until", qs.db.UtcDateTime(), nullable=True),
        sa.Column("before_n", sa.BigInteger(), nullable=True),
        sa.Column("before_numerator", sa.Double(), nullable=True),
        sa.Column("before_denominator", sa.Double(), nullable=True),
        sa.Column("before_square", sa.Double(), nullable=True),
        sa.Column("before_value", sa.Double(), nullable=True),
        sa.Column("before_lower", sa.Double(), nullable=True),
        sa.Column("before_upper", sa.Double(), nullable=True),
        sa.Column("after_since", qs.db.UtcDateTime(), nullable=True),
        sa.Column("after_until", qs.db.UtcDateTime(), nullable=True),
        sa.Column("after_n", sa.BigInteger(), nullable=True),
        sa.Column("after_numerator", sa.Double(), nullable=True),
        sa.Column("after_denominator", sa.Double(), nullable=True),
        sa.Column("after_square", sa.Double(), nullable=True),
        sa.Column("after_value", sa.Double(), nullable=True),
        sa.Column("after_lower", sa.Double(), nullable=True),
        sa.Column("after_upper", sa.Double(), nullable=True),
        sa.Column("dispersion", sa.Double(), nullable=True),
        sa.Column("difference", sa.Double(), nullable=True),
        sa.Column("difference_lower", sa.Double(), nullable=True),
        sa.Column("difference_upper", sa.Double(), nullable=True),
        sa.Column("p", sa.Double(), nullable=True),
        sa.Column("days", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_recheck_rectification_id_rectification"),
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["rectification_verification.id"], name="fk_rectification_recheck_verification"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_recheck")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_rectification_recheck_verification_id")),
    )
    with op.batch_alter_table("rectification_recheck", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_recheck_rectification_id"), ["rectification_id"], unique=False
        )

    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_at", qs.db.UtcDateTime(), nullable=True))

    with op.batch_alter_table("rectification_verification", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "direction",
                sa.Enum("up", "down", "band", name="direction", native_enum=False, length=12),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("before_lower", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("before_upper", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("after_lower", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("after_upper", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("dispersion", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("difference", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("difference_lower", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("difference_upper", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("p", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("days", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rectification_verification", schema=None) as batch_op:
        batch_op.drop_column("days")
        batch_op.drop_column("p")
        batch_op.drop_column("difference_upper")
        batch_op.drop_column("difference_lower")
        batch_op.drop_column("difference")
        batch_op.drop_column("dispersion")
        batch_op.drop_column("after_upper")
        batch_op.drop_column("after_lower")
        batch_op.drop_column("before_upper")
        batch_op.drop_column("before_lower")
        batch_op.drop_column("direction")

    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.drop_column("counted_at")

    with op.batch_alter_table("rectification_recheck", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_recheck_rectification_id"))

    op.drop_table("rectification_recheck")
    with op.batch_alter_table("feed_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_reminder_feed_id_service_id_asked_at"))

    op.drop_table("feed_reminder")
