"""Deadlines"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deadline_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("source_en", sa.String(length=300), nullable=False),
        sa.Column("loaded_at", qs.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_pack")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_deadline_pack_code_version")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("notice", sa.String(length=100), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("loaded_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_calendar_year_version_positive")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_year_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_year")),
        sa.UniqueConstraint("year", "version", name=op.f("uq_calendar_year_year_version")),
    )
    op.create_table(
        "deadline_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "working_days",
                "calendar_days",
                "hours",
                name="limitkind",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("source_en", sa.String(length=300), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_deadline_rule_amount_positive")),
        sa.ForeignKeyConstraint(["pack_id"], ["deadline_pack.id"], name=op.f("fk_deadline_rule_pack_id_deadline_pack")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rule")),
        sa.UniqueConstraint("pack_id", "code", name=op.f("uq_deadline_rule_pack_id_code")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("calendar_year_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "work",
                "weekend",
                "holiday",
                "makeup_work",
                name="daytype",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.CheckConstraint("type IN ('holiday', 'makeup_work')", name=op.f("ck_calendar_day_type_is_special")),
        sa.ForeignKeyConstraint(
            ["calendar_year_id"], ["calendar_year.id"], name=op.f("fk_calendar_day_calendar_year_id_calendar_year")
        ),
        sa.PrimaryKeyConstraint("calendar_year_id", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "due_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("calendar_version", sa.String(length=200), nullable=False),
        sa.Column("starts_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("computed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("paused_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["deadline_rule.id"], name=op.f("fk_due_date_rule_id_deadline_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_date")),
    )
    with op.batch_alter_table("due_date", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_date_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_date_subject"), ["subject"], unique=False)

    op.create_table(
        "due_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "extended",
                "paused",
                "resumed",
                "recomputed",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("calendar_version", sa.String(length=200), nullable=False),
        sa.Column("due_before", qs.db.UtcDateTime(), nullable=False),
        sa.Column("due_after", qs.db.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("paused_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("changed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_due_change_due_id_due_date")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_due_change_person_id_person")),
        sa.ForeignKeyConstraint(["rule_id"], ["deadline_rule.id"], name=op.f("fk_due_change_rule_id_deadline_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_change")),
    )
    with op.batch_alter_table("due_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_change_due_id"), ["due_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("due_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_due_change_due_id"))

    op.drop_table("due_change")
    with op.batch_alter_table("due_date", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_due_date_subject"))
        batch_op.drop_index(batch_op.f("ix_due_date_due_at"))

    op.drop_table("due_date")
    op.drop_table("calendar_day")
    op.drop_table("deadline_rule")
    op.drop_table("calendar_year")
    op.drop_table("deadline_pack")
