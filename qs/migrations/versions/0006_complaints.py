"""Complaints"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_request_counter")),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "consultation",
                "help",
                "complaint",
                "report",
                "suggestion",
                "praise",
                name="requestkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "phone",
                "counter",
                "letter",
                "app",
                name="requestchannel",
                native_enum=False,
                create_constraint=True,
                length=15,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("brief", sa.String(length=4000), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("vault_person_id", sa.Integer(), nullable=True),
        sa.Column("wants_reply", sa.Boolean(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "dispatched",
                "returned",
                "in_progress",
                "replied",
                "called_back",
                "closed",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "resolved",
                "partly_resolved",
                "explained",
                "planned",
                "not_accepted",
                "legal_channel",
                "withdrawn",
                "duplicate",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=True,
        ),
        sa.Column(
            "refusal",
            sa.Enum(
                "legal_procedure",
                "same_matter",
                "secret",
                "beyond_remit",
                "unlawful",
                "emergency",
                name="refusal",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=True,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("rework_count", sa.Integer(), nullable=False),
        sa.Column("supervised_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("next_due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("overdue_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("counted_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("extension_asked_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("extension_asked_by_id", sa.Integer(), nullable=True),
        sa.Column("extension_reason", sa.String(length=4000), nullable=False),
        sa.Column("extension_decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("extension_decided_by_id", sa.Integer(), nullable=True),
        sa.Column("is_extended", sa.Boolean(), nullable=False),
        sa.Column("registered_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.Column("dispatched_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("returned_count", sa.Integer(), nullable=False),
        sa.Column("signed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("replied_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("called_back_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("failed_call_count", sa.Integer(), nullable=False),
        sa.Column("closed_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'not_accepted') = (refusal IS NOT NULL)", name=op.f("ck_request_refusal_has_reason")
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_request_closed_has_moment")),
        sa.CheckConstraint("state <> 'closed' OR outcome IS NOT NULL", name=op.f("ck_request_closed_has_outcome")),
        sa.CheckConstraint("rework_count >= 0 AND rework_count <= 2", name=op.f("ck_request_reworks_limited")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_request_version_positive")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_request_area_id_area")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_request_due_id_due_date")),
        sa.ForeignKeyConstraint(
            ["extension_asked_by_id"], ["person.id"], name=op.f("fk_request_extension_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["extension_decided_by_id"], ["person.id"], name=op.f("fk_request_extension_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["handler_id"], ["person.id"], name=op.f("fk_request_handler_id_person")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["provider.id"], name=op.f("fk_request_lead_unit_id_provider")),
        sa.ForeignKeyConstraint(["registered_by_id"], ["person.id"], name=op.f("fk_request_registered_by_id_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_request_service_id_service")),
        sa.ForeignKeyConstraint(["unit_id"], ["provider.id"], name=op.f("fk_request_unit_id_provider")),
        sa.ForeignKeyConstraint(
            ["vault_person_id"], ["vault_person.id"], name=op.f("fk_request_vault_person_id_vault_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("number", name=op.f("uq_request_number")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_request_receipt_hash")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_handler_id"), ["handler_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_registered_at"), ["registered_at"], unique=False)
        batch_op.create_index("ix_request_service_id_registered_at", ["service_id", "registered_at"], unique=False)
        batch_op.create_index("ix_request_state_next_due_at", ["state", "next_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_vault_person_id"), ["vault_person_id"], unique=False)

    op.create_table(
        "request_filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_request_filing_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_filing")),
    )
    with op.batch_alter_table("request_filing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_filing_at"), ["at"], unique=False)

    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("is_reached", sa.Boolean(), nullable=False),
        sa.Column("was_contacted", sa.Boolean(), nullable=True),
        sa.Column("is_solved", sa.Boolean(), nullable=True),
        sa.Column(
            "satisfaction",
            sa.Enum(
                "very_satisfied",
                "satisfied",
                "basically_satisfied",
                "dissatisfied",
                "very_dissatisfied",
                name="satisfaction",
                native_enum=False,
                create_constraint=True,
                length=27,
            ),
            nullable=True,
        ),
        sa.Column("comment", sa.String(length=4000), nullable=False),
        sa.CheckConstraint(
            "(NOT is_reached AND was_contacted IS NULL AND is_solved IS NULL AND satisfaction IS NULL) OR (is_reached AND was_contacted IS NOT NULL AND is_solved IS NOT NULL AND satisfaction IS NOT NULL)",
            name=op.f("ck_call_back_complete_when_reached"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_back_person_id_person")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_call_back_request_id_request")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_call_back_service_id_service")),
        sa.ForeignKeyConstraint(["unit_id"], ["provider.id"], name=op.f("fk_call_back_unit_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    with op.batch_alter_table("call_back", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_back_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_back_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_back_service_id"), ["service_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_back_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "request_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "registered",
                "added",
                "answered",
                "not_accepted",
                "dispatched",
                "returned",
                "ruled",
                "signed",
                "extension_asked",
                "extended",
                "extension_refused",
                "replied",
                "called_back",
                "not_reached",
                "sent_back",
                "closed",
                "withdrawn",
                "told",
                "noted",
                "overdue",
                "rectification",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "registered",
                "dispatched",
                "returned",
                "in_progress",
                "replied",
                "called_back",
                "closed",
                name="requeststate",
                native_enum=False,
                length=19,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "registered",
                "dispatched",
                "returned",
                "in_progress",
                "replied",
                "called_back",
                "closed",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_request_step_due_id_due_date")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_request_step_person_id_person")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_step_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_step")),
    )
    with op.batch_alter_table("request_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_step_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("request_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_step_request_id"))

    op.drop_table("request_step")
    with op.batch_alter_table("call_back", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_back_unit_id"))
        batch_op.drop_index(batch_op.f("ix_call_back_service_id"))
        batch_op.drop_index(batch_op.f("ix_call_back_request_id"))
        batch_op.drop_index(batch_op.f("ix_call_back_at"))

    op.drop_table("call_back")
    with op.batch_alter_table("request_filing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_filing_at"))

    op.drop_table("request_filing")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_vault_person_id"))
        batch_op.drop_index(batch_op.f("ix_request_unit_id"))
        batch_op.drop_index("ix_request_state_next_due_at")
        batch_op.drop_index("ix_request_service_id_registered_at")
        batch_op.drop_index(batch_op.f("ix_request_registered_at"))
        batch_op.drop_index(batch_op.f("ix_request_handler_id"))
        batch_op.drop_index(batch_op.f("ix_request_closed_at"))
        batch_op.drop_index(batch_op.f("ix_request_area_id"))

    op.drop_table("request")
    op.drop_table("request_counter")
