"""Packs of time limits with opening hours, articles and where each holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

EXTENSIONS = ["once", "by_law", "none"]
OLD_KINDS = ["working_days", "calendar_days", "hours"]
NEW_KINDS = [*OLD_KINDS, "office_hours"]


def one_of(column: str, words: list[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    op.create_table(
        "opening_hours",
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("windows", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_opening_hours_version_positive")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_opening_hours_person_id_person")),
        sa.PrimaryKeyConstraint("pack", "version", name=op.f("pk_opening_hours")),
    )
    op.create_table(
        "pack_choice",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("chosen_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_pack_choice_version_positive")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pack_choice_person_id_person")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_pack_choice")),
    )
    op.create_table(
        "service_level",
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "aim",
            sa.Enum("at_most", "at_least", name="aim", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "seconds", "minutes", "share", name="targetunit", native_enum=False, create_constraint=True, length=15
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("source_en", sa.String(length=300), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_service_level_amount_positive")),
        sa.ForeignKeyConstraint(["pack_id"], ["deadline_pack.id"], name=op.f("fk_service_level_pack_id_deadline_pack")),
        sa.PrimaryKeyConstraint("pack_id", "code", name=op.f("pk_service_level")),
    )
    with op.batch_alter_table("deadline_pack", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("region_en", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("approver", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("approver_en", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column(
                "extension",
                sa.Enum("once", "by_law", "none", name="extension", native_enum=False, length=14),
                server_default="once",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("without", sa.JSON(), server_default="[]", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_deadline_pack_extension"), sa.text(one_of("extension", EXTENSIONS))
        )

    with op.batch_alter_table("deadline_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("article", sa.String(length=100), server_default="", nullable=False))
        batch_op.add_column(sa.Column("is_local", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("rolls_forward", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("times", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("note_en", sa.String(length=300), server_default="", nullable=False))
        batch_op.drop_constraint(batch_op.f("ck_deadline_rule_limitkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_deadline_rule_limitkind"), sa.text(one_of("kind", NEW_KINDS)))
        batch_op.create_check_constraint(batch_op.f("ck_deadline_rule_times_positive"), sa.text("times > 0"))
    rule = sa.table("deadline_rule", sa.column("source", sa.String), sa.column("is_local", sa.Boolean))
    op.execute(rule.update().where(rule.c.source.startswith("本地规则")).values(is_local=True))

    with op.batch_alter_table("due_change", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "limit_kind",
                sa.Enum(
                    "working_days",
                    "calendar_days",
                    "hours",
                    "office_hours",
                    name="limitkind",
                    native_enum=False,
                    length=21,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("amount", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("law", sa.String(length=200), server_default="", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_due_change_limitkind"), sa.text(one_of("limit_kind", NEW_KINDS))
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_due_change_limit_whole"), sa.text("(limit_kind IS NULL) = (amount IS NULL)")
        )

    with op.batch_alter_table("due_date", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pack", sa.String(length=64), server_default="cn-12345-5wd", nullable=False))
        batch_op.add_column(sa.Column("urgency", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("windows", sa.String(length=80), server_default="09:00-12:00 13:30-17:30", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("due_date", schema=None) as batch_op:
        batch_op.drop_column("windows")
        batch_op.drop_column("urgency")
        batch_op.drop_column("pack")

    with op.batch_alter_table("due_change", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_due_change_limit_whole"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_due_change_limitkind"), type_="check")
        batch_op.drop_column("law")
        batch_op.drop_column("amount")
        batch_op.drop_column("limit_kind")

    kind = sa.table("deadline_rule", sa.column("kind", sa.String))
    op.execute(kind.update().where(kind.c.kind == "office_hours").values(kind="hours"))
    with op.batch_alter_table("deadline_rule", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_deadline_rule_times_positive"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_deadline_rule_limitkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_deadline_rule_limitkind"), sa.text(one_of("kind", OLD_KINDS)))
        batch_op.drop_column("note_en")
        batch_op.drop_column("note")
        batch_op.drop_column("times")
        batch_op.drop_column("rolls_forward")
        batch_op.drop_column("is_local")
        batch_op.drop_column("article")

    with op.batch_alter_table("deadline_pack", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_deadline_pack_extension"), type_="check")
        batch_op.drop_column("without")
        batch_op.drop_column("extension")
        batch_op.drop_column("approver_en")
        batch_op.drop_column("approver")
        batch_op.drop_column("region_en")
        batch_op.drop_column("region")

    op.drop_table("service_level")
    op.drop_table("pack_choice")
    op.drop_table("opening_hours")
