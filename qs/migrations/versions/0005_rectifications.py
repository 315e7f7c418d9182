"""Rectifications"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rectification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "signal",
                "rating",
                "request",
                "finding",
                "evaluation",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("source_ref", sa.String(length=80), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("demand", sa.String(length=4000), nullable=False),
        sa.Column("demand_en", sa.String(length=4000), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "ordered",
                "planned",
                "proved",
                "closed",
                "reopened",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("plan_due_id", sa.Integer(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=False),
        sa.Column("rework_due_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("measured_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("ordered_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("planned_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("proved_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_rectification_closed_with_moment")
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_rectification_round_positive")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_rectification_due_id_due_date")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_rectification_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(["plan_due_id"], ["due_date.id"], name=op.f("fk_rectification_plan_due_id_due_date")),
        sa.ForeignKeyConstraint(["responsible_id"], ["person.id"], name=op.f("fk_rectification_responsible_id_person")),
        sa.ForeignKeyConstraint(
            ["rework_due_id"], ["due_date.id"], name=op.f("fk_rectification_rework_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rectification_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_rectification_source_source_ref")),
    )
    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_responsible_id"), ["responsible_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rectification_service_id"), ["service_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rectification_status"), ["status"], unique=False)

    op.create_table(
        "rectification_extension",
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_rectification_extension_decided_with_answer")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_rectification_extension_asked_by_person")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_rectification_extension_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_extension_rectification_id_rectification"),
        ),
        sa.PrimaryKeyConstraint("rectification_id", name=op.f("pk_rectification_extension")),
    )
    op.create_table(
        "rectification_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=4000), nullable=False),
        sa.Column("measures", sa.String(length=4000), nullable=False),
        sa.Column("finish_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rectification_plan_person_id_person")),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_plan_rectification_id_rectification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_plan")),
    )
    with op.batch_alter_table("rectification_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_plan_rectification_id"), ["rectification_id"], unique=False)

    op.create_table(
        "rectification_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rectification_proof_person_id_person")),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_proof_rectification_id_rectification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_proof")),
    )
    with op.batch_alter_table("rectification_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_proof_rectification_id"), ["rectification_id"], unique=False)

    op.create_table(
        "rectification_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ordered",
                "planned",
                "proved",
                "closed",
                "sent_back",
                "reopened",
                "extension_asked",
                "extension_granted",
                "extension_refused",
                "found_overdue",
                "withdrawn",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column(
            "from_status",
            sa.Enum(
                "ordered",
                "planned",
                "proved",
                "closed",
                "reopened",
                "withdrawn",
                name="status",
                native_enum=False,
                length=17,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "ordered",
                "planned",
                "proved",
                "closed",
                "reopened",
                "withdrawn",
                name="status",
                native_enum=False,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("happened_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rectification_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_step_rectification_id_rectification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_step")),
    )
    with op.batch_alter_table("rectification_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_step_rectification_id"), ["rectification_id"], unique=False)

    op.create_table(
        "rectification_verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=False),
        sa.Column("proof_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("closed", "sent_back", name="verdict", native_enum=False, create_constraint=True, length=17),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
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
        sa.Column("before_since", qs.db.UtcDateTime(), nullable=True),
        sa.Column("before_until", qs.db.UtcDateTime(), nullable=True),
        sa.Column("before_n", sa.BigInteger(), nullable=True),
        sa.Column("before_numerator", sa.Double(), nullable=True),
        sa.Column("before_denominator", sa.Double(), nullable=True),
        sa.Column("before_square", sa.Double(), nullable=True),
        sa.Column("before_value", sa.Double(), nullable=True),
        sa.Column("after_since", qs.db.UtcDateTime(), nullable=True),
        sa.Column("after_until", qs.db.UtcDateTime(), nullable=True),
        sa.Column("after_n", sa.BigInteger(), nullable=True),
        sa.Column("after_numerator", sa.Double(), nullable=True),
        sa.Column("after_denominator", sa.Double(), nullable=True),
        sa.Column("after_square", sa.Double(), nullable=True),
        sa.Column("after_value", sa.Double(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rectification_verification_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["proof_id"],
            ["rectification_proof.id"],
            name=op.f("fk_rectification_verification_proof_id_rectification_proof"),
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"],
            ["rectification.id"],
            name=op.f("fk_rectification_verification_rectification_id_rectification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_verification")),
    )
    with op.batch_alter_table("rectification_verification", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_verification_rectification_id"), ["rectification_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("rectification_verification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_verification_rectification_id"))

    op.drop_table("rectification_verification")
    with op.batch_alter_table("rectification_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_step_rectification_id"))

    op.drop_table("rectification_step")
    with op.batch_alter_table("rectification_proof", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_proof_rectification_id"))

    op.drop_table("rectification_proof")
    with op.batch_alter_table("rectification_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_plan_rectification_id"))

    op.drop_table("rectification_plan")
    op.drop_table("rectification_extension")
    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_status"))
        batch_op.drop_index(batch_op.f("ix_rectification_service_id"))
        batch_op.drop_index(batch_op.f("ix_rectification_responsible_id"))

    op.drop_table("rectification")
