"""Inspections"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection_clause_mark",
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("is_safety", sa.Boolean(), nullable=False),
        sa.CheckConstraint("weight >= 0.1 AND weight <= 10", name=op.f("ck_inspection_clause_mark_weight_in_range")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_inspection_clause_mark_clause_id_clause")),
        sa.PrimaryKeyConstraint("clause_id", name=op.f("pk_inspection_clause_mark")),
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "routine",
                "special",
                "comprehensive",
                "unannounced",
                "follow_up",
                "event",
                name="inspectiontype",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "announced",
                "on_site",
                "findings_sent",
                "defended",
                "concluded",
                "closed",
                "cancelled",
                name="inspectionstate",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("inspector_count", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("pool", sa.JSON(), nullable=False),
        sa.Column("planned_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("planner_id", sa.Integer(), nullable=True),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("findings_sent_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("defended_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("concluded_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("letter_year", sa.Integer(), nullable=True),
        sa.Column("letter_number", sa.Integer(), nullable=True),
        sa.Column("opinion", sa.String(length=4000), nullable=False),
        sa.Column("opinion_en", sa.String(length=4000), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "excellent",
                "good",
                "needs_improvement",
                "inadequate",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=True,
        ),
        sa.Column("is_capped", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("item_count", sa.Integer(), nullable=True),
        sa.Column("conform_count", sa.Integer(), nullable=True),
        sa.Column("closed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("published_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("summary_en", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(letter_number IS NULL) = (concluded_at IS NULL)", name=op.f("ck_inspection_letter_when_concluded")
        ),
        sa.CheckConstraint("ends_on >= opens_on", name=op.f("ck_inspection_window_in_order")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_inspection_due_id_due_date")),
        sa.ForeignKeyConstraint(["planner_id"], ["person.id"], name=op.f("fk_inspection_planner_id_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_inspection_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("letter_year", "letter_number", name=op.f("uq_inspection_letter_year_letter_number")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inspection_open",
            ["service_id", "period"],
            unique=True,
            sqlite_where=sa.text("state IN ('planned', 'announced', 'on_site')"),
            postgresql_where=sa.text("state IN ('planned', 'announced', 'on_site')"),
        )
        batch_op.create_index(batch_op.f("ix_inspection_service_id"), ["service_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inspection_state"), ["state"], unique=False)

    op.create_table(
        "inspection_inspector",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_inspector_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inspection_inspector_person_id_person")),
        sa.PrimaryKeyConstraint("inspection_id", "person_id", name=op.f("pk_inspection_inspector")),
    )
    with op.batch_alter_table("inspection_inspector", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_inspector_person_id"), ["person_id"], unique=False)

    op.create_table(
        "inspection_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause_edition_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("is_safety", sa.Boolean(), nullable=False),
        sa.Column(
            "judgement",
            sa.Enum(
                "conform",
                "minor",
                "major",
                "not_applicable",
                name="judgement",
                native_enum=False,
                create_constraint=True,
                length=22,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("judged_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("judge_id", sa.Integer(), nullable=True),
        sa.Column("defence", sa.String(length=4000), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum("upheld", "withdrawn", name="verdict", native_enum=False, create_constraint=True, length=17),
            nullable=True,
        ),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("demand", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "verdict IS NULL OR judgement IN ('minor', 'major')", name=op.f("ck_inspection_item_verdict_on_finding")
        ),
        sa.CheckConstraint(
            "(judgement IS NULL) = (judged_at IS NULL)", name=op.f("ck_inspection_item_judged_with_time")
        ),
        sa.ForeignKeyConstraint(
            ["clause_edition_id"],
            ["clause_edition.id"],
            name=op.f("fk_inspection_item_clause_edition_id_clause_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_item_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["judge_id"], ["person.id"], name=op.f("fk_inspection_item_judge_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_item")),
        sa.UniqueConstraint(
            "inspection_id", "clause_edition_id", name=op.f("uq_inspection_item_inspection_id_clause_edition_id")
        ),
    )
    op.create_table(
        "inspection_recusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "leads",
                "answers",
                "declared",
                "stood_down",
                name="recusalreason",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_recusal_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inspection_recusal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_recusal")),
        sa.UniqueConstraint("inspection_id", "person_id", name=op.f("uq_inspection_recusal_inspection_id_person_id")),
    )
    op.create_table(
        "inspection_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "planned",
                "announced",
                "on_site",
                "findings_sent",
                "defended",
                "concluded",
                "closed",
                "cancelled",
                name="inspectionstate",
                native_enum=False,
                length=21,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "planned",
                "announced",
                "on_site",
                "findings_sent",
                "defended",
                "concluded",
                "closed",
                "cancelled",
                name="inspectionstate",
                native_enum=False,
                length=21,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_step_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inspection_step_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_step")),
    )
    with op.batch_alter_table("inspection_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_step_inspection_id"), ["inspection_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("inspection_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_step_inspection_id"))

    op.drop_table("inspection_step")
    op.drop_table("inspection_recusal")
    op.drop_table("inspection_item")
    with op.batch_alter_table("inspection_inspector", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_inspector_person_id"))

    op.drop_table("inspection_inspector")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_state"))
        batch_op.drop_index(batch_op.f("ix_inspection_service_id"))
        batch_op.drop_index(
            "ix_inspection_open",
            sqlite_where=sa.text("state IN ('planned', 'announced', 'on_site')"),
            postgresql_where=sa.text("state IN ('planned', 'announced', 'on_site')"),
        )

    op.drop_table("inspection")
    op.drop_table("inspection_clause_mark")
