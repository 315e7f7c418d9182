"""Evaluations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "self", "office", "third_party", name="subject", native_enum=False, create_constraint=True, length=19
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("created_at", qs.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_template")),
        sa.UniqueConstraint("subject", "number", name=op.f("uq_evaluation_template_subject_number")),
    )
    op.create_table(
        "evaluation_cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=6), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("opener_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_evaluation_cycle_quarter_in_order")),
        sa.ForeignKeyConstraint(["opener_id"], ["person.id"], name=op.f("fk_evaluation_cycle_opener_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_cycle")),
        sa.UniqueConstraint("name", name=op.f("uq_evaluation_cycle_name")),
    )
    op.create_table(
        "evaluation_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("enabler", "result", name="criterionkind", native_enum=False, create_constraint=True, length=15),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("guidance", sa.String(length=4000), nullable=False),
        sa.Column("guidance_en", sa.String(length=4000), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=True),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("weight > 0 AND weight <= 1", name=op.f("ck_evaluation_criterion_weight_is_a_share")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_evaluation_criterion_clause_id_clause")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_evaluation_criterion_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["evaluation_template.id"],
            name=op.f("fk_evaluation_criterion_template_id_evaluation_template"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_criterion")),
        sa.UniqueConstraint("template_id", "code", name=op.f("uq_evaluation_criterion_template_id_code")),
    )
    op.create_table(
        "evaluation_assignment",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["evaluation_cycle.id"], name=op.f("fk_evaluation_assignment_cycle_id_evaluation_cycle")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evaluation_assignment_person_id_person")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_evaluation_assignment_service_id_service")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "service_id", name=op.f("pk_evaluation_assignment")),
    )
    with op.batch_alter_table("evaluation_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_assignment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "evaluation_consensus",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["evaluation_cycle.id"], name=op.f("fk_evaluation_consensus_cycle_id_evaluation_cycle")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evaluation_consensus_person_id_person")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_evaluation_consensus_service_id_service")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "service_id", name=op.f("pk_evaluation_consensus")),
    )
    op.create_table(
        "evaluation_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "self", "office", "third_party", name="subject", native_enum=False, create_constraint=True, length=19
            ),
            nullable=False,
        ),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "change_requested",
                "reviewed",
                "approved",
                "not_reported",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("missing_reason", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'not_reported') = (missing_reason <> '')",
            name=op.f("ck_evaluation_sheet_reason_when_not_reported"),
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_evaluation_sheet_approver_id_person")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_evaluation_sheet_author_id_person")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["evaluation_cycle.id"], name=op.f("fk_evaluation_sheet_cycle_id_evaluation_cycle")
        ),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_evaluation_sheet_due_id_due_date")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_evaluation_sheet_reviewer_id_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_evaluation_sheet_service_id_service")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["evaluation_template.id"],
            name=op.f("fk_evaluation_sheet_template_id_evaluation_template"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_sheet")),
        sa.UniqueConstraint(
            "cycle_id", "service_id", "subject", name=op.f("uq_evaluation_sheet_cycle_id_service_id_subject")
        ),
    )
    with op.batch_alter_table("evaluation_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_sheet_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluation_sheet_service_id"), ["service_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluation_sheet_template_id"), ["template_id"], unique=False)

    op.create_table(
        "evaluation_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.String(length=4000), nullable=False),
        sa.Column("filer_id", sa.Integer(), nullable=True),
        sa.Column("filed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("upheld", "rejected", name="appealoutcome", native_enum=False, create_constraint=True, length=16),
            nullable=True,
        ),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_evaluation_appeal_outcome_when_decided")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_evaluation_appeal_approver_id_person")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_evaluation_appeal_due_id_due_date")),
        sa.ForeignKeyConstraint(["filer_id"], ["person.id"], name=op.f("fk_evaluation_appeal_filer_id_person")),
        sa.ForeignKeyConstraint(["judge_id"], ["person.id"], name=op.f("fk_evaluation_appeal_judge_id_person")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_evaluation_appeal_reviewer_id_person")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["evaluation_sheet.id"], name=op.f("fk_evaluation_appeal_sheet_id_evaluation_sheet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_appeal")),
    )
    with op.batch_alter_table("evaluation_appeal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evaluation_appeal_pending",
            ["sheet_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_evaluation_appeal_sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "evaluation_method",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("population", sa.String(length=4000), nullable=False),
        sa.Column("sampling", sa.String(length=4000), nullable=False),
        sa.Column("method", sa.String(length=4000), nullable=False),
        sa.Column("sample_size", sa.Integer(), nullable=False),
        sa.Column("response_count", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("margin_points", sa.Double(), nullable=False),
        sa.Column("has_no_conflict", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ended_on >= began_on", name=op.f("ck_evaluation_method_days_in_order")),
        sa.CheckConstraint(
            "margin_points >= 0 AND margin_points <= 50", name=op.f("ck_evaluation_method_margin_in_range")
        ),
        sa.CheckConstraint(
            "response_count >= 0 AND response_count <= sample_size",
            name=op.f("ck_evaluation_method_responses_in_sample"),
        ),
        sa.CheckConstraint("sample_size > 0", name=op.f("ck_evaluation_method_sample_not_empty")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["evaluation_sheet.id"], name=op.f("fk_evaluation_method_sheet_id_evaluation_sheet")
        ),
        sa.PrimaryKeyConstraint("sheet_id", name=op.f("pk_evaluation_method")),
    )
    op.create_table(
        "evaluation_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("scored_at", qs.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("score >= 0 AND score <= 100", name=op.f("ck_evaluation_score_score_in_range")),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["evaluation_criterion.id"],
            name=op.f("fk_evaluation_score_criterion_id_evaluation_criterion"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evaluation_score_person_id_person")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["evaluation_sheet.id"], name=op.f("fk_evaluation_score_sheet_id_evaluation_sheet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_score")),
        sa.UniqueConstraint("sheet_id", "criterion_id", name=op.f("uq_evaluation_score_sheet_id_criterion_id")),
    )
    op.create_table(
        "evaluation_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "submitted",
                "change_requested",
                "reviewed",
                "approved",
                "not_reported",
                name="sheetstate",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "submitted",
                "change_requested",
                "reviewed",
                "approved",
                "not_reported",
                name="sheetstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evaluation_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["evaluation_sheet.id"], name=op.f("fk_evaluation_step_sheet_id_evaluation_sheet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_step")),
    )
    with op.batch_alter_table("evaluation_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_step_sheet_id"), ["sheet_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("evaluation_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_step_sheet_id"))

    op.drop_table("evaluation_step")
    op.drop_table("evaluation_score")
    op.drop_table("evaluation_method")
    with op.batch_alter_table("evaluation_appeal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_appeal_sheet_id"))
        batch_op.drop_index(
            "ix_evaluation_appeal_pending",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.drop_table("evaluation_appeal")
    with op.batch_alter_table("evaluation_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_sheet_template_id"))
        batch_op.drop_index(batch_op.f("ix_evaluation_sheet_service_id"))
        batch_op.drop_index(batch_op.f("ix_evaluation_sheet_cycle_id"))

    op.drop_table("evaluation_sheet")
    op.drop_table("evaluation_consensus")
    with op.batch_alter_table("evaluation_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_assignment_person_id"))

    op.drop_table("evaluation_assignment")
    op.drop_table("evaluation_criterion")
    op.drop_table("evaluation_cycle")
    op.drop_table("evaluation_template")
