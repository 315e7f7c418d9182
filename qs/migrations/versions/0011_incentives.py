"""Incentives"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incentive_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=True),
        sa.Column("retired_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("retired_by", sa.Integer(), nullable=True),
        sa.Column("retired_reason", sa.String(length=2000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["retired_by"], ["person.id"], name=op.f("fk_incentive_rule_retired_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_incentive_rule_name")),
    )
    op.create_table(
        "incentive_start",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("set_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incentive_start_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_start")),
    )
    op.create_table(
        "incentive_rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "consequence",
            sa.Enum(
                "praise",
                "role_model",
                "recommendation",
                "reminder",
                "interview",
                "circular",
                "listed",
                "accountability",
                name="consequence",
                native_enum=False,
                create_constraint=True,
                length=22,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("adopter_id", sa.Integer(), nullable=True),
        sa.Column("adopted_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(adopted_at IS NULL) = (adopter_id IS NULL)", name=op.f("ck_incentive_rule_version_adopted_by_somebody")
        ),
        sa.CheckConstraint("adopter_id <> author_id", name=op.f("ck_incentive_rule_version_adopted_by_another")),
        sa.ForeignKeyConstraint(
            ["adopter_id"], ["person.id"], name=op.f("fk_incentive_rule_version_adopter_id_person")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_incentive_rule_version_author_id_person")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["incentive_rule.id"], name=op.f("fk_incentive_rule_version_rule_id_incentive_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_rule_version")),
        sa.UniqueConstraint("rule_id", "number", name=op.f("uq_incentive_rule_version_rule_id_number")),
    )
    op.create_table(
        "incentive_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "score",
                "rank",
                "rank_share",
                "tier",
                "p_top",
                "p_bottom",
                "measure",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column(
            "comparison",
            sa.Enum(
                "at_least",
                "above",
                "at_most",
                "below",
                name="comparison",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("at_bound", sa.Boolean(), nullable=False),
        sa.Column("quarters", sa.Integer(), nullable=False),
        sa.Column("min_n", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(subject = 'measure') = (measure <> '')", name=op.f("ck_incentive_condition_measure_when_asked")
        ),
        sa.CheckConstraint("min_n >= 0", name=op.f("ck_incentive_condition_min_n_not_negative")),
        sa.CheckConstraint("quarters >= 1", name=op.f("ck_incentive_condition_quarters_positive")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["incentive_rule_version.id"],
            name=op.f("fk_incentive_condition_version_id_incentive_rule_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_condition")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_incentive_condition_version_id_position")),
    )
    op.create_table(
        "incentive_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("period_sha256", sa.String(length=64), nullable=False),
        sa.Column("rule_version_id", sa.Integer(), nullable=True),
        sa.Column(
            "proposed",
            sa.Enum(
                "praise",
                "role_model",
                "recommendation",
                "reminder",
                "interview",
                "circular",
                "listed",
                "accountability",
                name="consequence",
                native_enum=False,
                length=22,
            ),
            nullable=False,
        ),
        sa.Column(
            "consequence",
            sa.Enum(
                "praise",
                "role_model",
                "recommendation",
                "reminder",
                "interview",
                "circular",
                "listed",
                "accountability",
                name="consequence",
                native_enum=False,
                create_constraint=True,
                length=22,
            ),
            nullable=False,
        ),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("grounds_en", sa.String(length=2000), nullable=True),
        sa.Column("proposer_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "proposed",
                "declined",
                "notice",
                "decided",
                "effective",
                "appealed",
                "withdrawn",
                "published",
                "closed",
                "forwarded",
                "granted",
                "refused",
                "revoked",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("notice_due_id", sa.Integer(), nullable=True),
        sa.Column("appeal_due_id", sa.Integer(), nullable=True),
        sa.Column("concluded_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("certificate", sa.String(length=40), nullable=True),
        sa.Column("approval_number", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "proposed = 'praise' OR proposed = 'role_model' OR proposed = 'recommendation' OR proposed = 'reminder' OR proposed = 'interview' OR proposed = 'circular' OR proposed = 'listed' OR proposed = 'accountability'",
            name=op.f("ck_incentive_proposal_proposed_known"),
        ),
        sa.CheckConstraint(
            "rule_version_id IS NOT NULL OR grounds <> ''", name=op.f("ck_incentive_proposal_rule_or_grounds")
        ),
        sa.ForeignKeyConstraint(
            ["appeal_due_id"], ["due_date.id"], name=op.f("fk_incentive_proposal_appeal_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(
            ["notice_due_id"], ["due_date.id"], name=op.f("fk_incentive_proposal_notice_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(["proposer_id"], ["person.id"], name=op.f("fk_incentive_proposal_proposer_id_person")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["incentive_rule_version.id"],
            name=op.f("fk_incentive_proposal_rule_version_id_incentive_rule_version"),
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_incentive_proposal_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_proposal")),
        sa.UniqueConstraint("certificate", name=op.f("uq_incentive_proposal_certificate")),
        sa.UniqueConstraint(
            "rule_version_id",
            "period",
            "service_id",
            name=op.f("uq_incentive_proposal_rule_version_id_period_service_id"),
        ),
    )
    with op.batch_alter_table("incentive_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incentive_proposal_period"), ["period"], unique=False)
        batch_op.create_index(batch_op.f("ix_incentive_proposal_service_id"), ["service_id"], unique=False)

    op.create_table(
        "incentive_veto",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "falsified_data",
                "retaliation",
                "leaked_reporter",
                "safety_accident",
                name="veto",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("lifted_reason", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_incentive_veto_lifted_by_somebody")
        ),
        sa.CheckConstraint("lifted_by <> person_id", name=op.f("ck_incentive_veto_lifted_by_another")),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name=op.f("fk_incentive_veto_lifted_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incentive_veto_person_id_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_incentive_veto_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_veto")),
    )
    with op.batch_alter_table("incentive_veto", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incentive_veto_service_id"), ["service_id"], unique=False)

    op.create_table(
        "incentive_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=False),
        sa.Column("filed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "lighter",
                "rejected",
                name="appealoutcome",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column(
            "lighter",
            sa.Enum(
                "praise",
                "role_model",
                "recommendation",
                "reminder",
                "interview",
                "circular",
                "listed",
                "accountability",
                name="consequence",
                native_enum=False,
                create_constraint=True,
                length=22,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_incentive_appeal_decided_or_not")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_incentive_appeal_decided_by_person")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_incentive_appeal_due_id_due_date")),
        sa.ForeignKeyConstraint(["filed_by"], ["person.id"], name=op.f("fk_incentive_appeal_filed_by_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["incentive_proposal.id"], name=op.f("fk_incentive_appeal_proposal_id_incentive_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_appeal")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_incentive_appeal_proposal_id")),
    )
    op.create_table(
        "incentive_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "vote",
            sa.Enum("approve", "decline", name="vote", native_enum=False, create_constraint=True, length=15),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incentive_decision_person_id_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["incentive_proposal.id"],
            name=op.f("fk_incentive_decision_proposal_id_incentive_proposal"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_decision")),
        sa.UniqueConstraint("proposal_id", "person_id", name=op.f("uq_incentive_decision_proposal_id_person_id")),
    )
    op.create_table(
        "incentive_input",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("period_sha256", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("n", sa.Double(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("met", "not_met", "missing", name="outcome", native_enum=False, create_constraint=True, length=15),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["incentive_proposal.id"], name=op.f("fk_incentive_input_proposal_id_incentive_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_input")),
        sa.UniqueConstraint(
            "proposal_id", "position", "period", name=op.f("uq_incentive_input_proposal_id_position_period")
        ),
    )
    op.create_table(
        "incentive_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_upheld IS NULL)", name=op.f("ck_incentive_objection_answered_or_not")
        ),
        sa.CheckConstraint("answered_by <> recorded_by", name=op.f("ck_incentive_objection_answered_by_another")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_incentive_objection_answered_by_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["incentive_proposal.id"],
            name=op.f("fk_incentive_objection_proposal_id_incentive_proposal"),
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_incentive_objection_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_objection")),
    )
    with op.batch_alter_table("incentive_objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incentive_objection_proposal_id"), ["proposal_id"], unique=False)

    op.create_table(
        "incentive_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "from_stage",
            sa.Enum(
                "proposed",
                "declined",
                "notice",
                "decided",
                "effective",
                "appealed",
                "withdrawn",
                "published",
                "closed",
                "forwarded",
                "granted",
                "refused",
                "revoked",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum(
                "proposed",
                "declined",
                "notice",
                "decided",
                "effective",
                "appealed",
                "withdrawn",
                "published",
                "closed",
                "forwarded",
                "granted",
                "refused",
                "revoked",
                name="stage",
                native_enum=False,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "to_stage = 'proposed' OR to_stage = 'declined' OR to_stage = 'notice' OR to_stage = 'decided' OR to_stage = 'effective' OR to_stage = 'appealed' OR to_stage = 'withdrawn' OR to_stage = 'published' OR to_stage = 'closed' OR to_stage = 'forwarded' OR to_stage = 'granted' OR to_stage = 'refused' OR to_stage = 'revoked'",
            name=op.f("ck_incentive_step_to_stage_known"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incentive_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["incentive_proposal.id"], name=op.f("fk_incentive_step_proposal_id_incentive_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incentive_step")),
    )
    with op.batch_alter_table("incentive_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incentive_step_proposal_id"), ["proposal_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incentive_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incentive_step_proposal_id"))

    op.drop_table("incentive_step")
    with op.batch_alter_table("incentive_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incentive_objection_proposal_id"))

    op.drop_table("incentive_objection")
    op.drop_table("incentive_input")
    op.drop_table("incentive_decision")
    op.drop_table("incentive_appeal")
    with op.batch_alter_table("incentive_veto", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incentive_veto_service_id"))

    op.drop_table("incentive_veto")
    with op.batch_alter_table("incentive_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incentive_proposal_service_id"))
        batch_op.drop_index(batch_op.f("ix_incentive_proposal_period"))

    op.drop_table("incentive_proposal")
    op.drop_table("incentive_condition")
    op.drop_table("incentive_rule_version")
    op.drop_table("incentive_start")
    op.drop_table("incentive_rule")
