"""Participation"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "participation_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("from_status", sa.String(length=20), nullable=False),
        sa.Column("to_status", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participation_step_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation_step")),
    )
    with op.batch_alter_table("participation_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participation_step_subject"), ["subject"], unique=False)

    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("explanation", sa.String(length=4000), nullable=False),
        sa.Column("explanation_en", sa.String(length=4000), nullable=True),
        sa.Column(
            "stage",
            sa.Enum("design", "implementation", name="stage", native_enum=False, create_constraint=True, length=22),
            nullable=False,
        ),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("short_reason", sa.String(length=4000), nullable=True),
        sa.Column("short_reason_en", sa.String(length=4000), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "summarised",
                name="consultationstatus",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("published_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("summary_en", sa.String(length=4000), nullable=True),
        sa.Column("summary_due_id", sa.Integer(), nullable=True),
        sa.Column("summary_due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("summarised_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_consultation_days_in_order")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_consultation_area_id_area")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_consultation_service_id_service")),
        sa.ForeignKeyConstraint(
            ["summary_due_id"], ["due_date.id"], name=op.f("fk_consultation_summary_due_id_due_date")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_table(
        "rating_exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "mistaken",
                "malicious",
                "manipulated",
                "spam",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.String(length=4000), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("decision_note", sa.String(length=4000), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_upheld IS NULL)", name=op.f("ck_rating_exclusion_decided_whole")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_rating_exclusion_two_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_rating_exclusion_decided_by_person")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_rating_exclusion_proposed_by_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rating_exclusion_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_exclusion")),
    )
    with op.batch_alter_table("rating_exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_exclusion_service_id"), ["service_id"], unique=False)

    op.create_table(
        "rating_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(length=120), nullable=False),
        sa.Column("counter_en", sa.String(length=120), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "unknown",
                "counter",
                "online",
                "phone",
                "terminal",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rating_point_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_point")),
        sa.UniqueConstraint("code", name=op.f("uq_rating_point_code")),
    )
    with op.batch_alter_table("rating_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_point_service_id"), ["service_id"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("vault_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "assigned",
                "answered",
                "implemented",
                name="suggestionstatus",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "adopted", "partly", "not_adopted", name="verdict", native_enum=False, create_constraint=True, length=19
            ),
            nullable=True,
        ),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("answer_en", sa.String(length=4000), nullable=True),
        sa.Column("proof", sa.String(length=4000), nullable=False),
        sa.Column("proof_en", sa.String(length=4000), nullable=True),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("received_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("answered_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("implemented_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('answered', 'implemented')) = (verdict IS NOT NULL)",
            name=op.f("ck_suggestion_answered_with_verdict"),
        ),
        sa.CheckConstraint(
            "status = 'received' OR service_id IS NOT NULL", name=op.f("ck_suggestion_assigned_to_service")
        ),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_suggestion_due_id_due_date")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_suggestion_service_id_service")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault_person.id"], name=op.f("fk_suggestion_vault_id_vault_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_suggestion_receipt_hash")),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suggestion_service_id"), ["service_id"], unique=False)

    op.create_table(
        "consultation_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("gist", sa.String(length=300), nullable=False),
        sa.Column("gist_en", sa.String(length=300), nullable=True),
        sa.Column("vault_id", sa.Integer(), nullable=True),
        sa.Column("received_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "adopted", "partly", "not_adopted", name="verdict", native_enum=False, create_constraint=True, length=19
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("reason_en", sa.String(length=4000), nullable=True),
        sa.Column("answered_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_consultation_opinion_consultation_id_consultation")
        ),
        sa.ForeignKeyConstraint(
            ["vault_id"], ["vault_person.id"], name=op.f("fk_consultation_opinion_vault_id_vault_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_opinion")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_consultation_opinion_receipt_hash")),
    )
    with op.batch_alter_table("consultation_opinion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_opinion_consultation_id"), ["consultation_id"], unique=False)

    op.create_table(
        "hearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rule_making", "decision", name="hearingkind", native_enum=False, create_constraint=True, length=19
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("matter", sa.String(length=4000), nullable=False),
        sa.Column("matter_en", sa.String(length=4000), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("place_en", sa.String(length=200), nullable=True),
        sa.Column("holds_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("registration_closes_on", sa.Date(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("selection_rule", sa.String(length=4000), nullable=False),
        sa.Column("selection_rule_en", sa.String(length=4000), nullable=True),
        sa.Column("consultation_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "noticed",
                "listed",
                "held",
                "published",
                name="hearingstatus",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("noticed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("listed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("presider", sa.String(length=120), nullable=False),
        sa.Column("record", sa.String(length=4000), nullable=False),
        sa.Column("record_en", sa.String(length=4000), nullable=True),
        sa.Column("recorded_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("answer_due_id", sa.Integer(), nullable=True),
        sa.Column("answer_due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("report", sa.String(length=4000), nullable=False),
        sa.Column("report_en", sa.String(length=4000), nullable=True),
        sa.Column("published_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_hearing_seats_positive")),
        sa.ForeignKeyConstraint(["answer_due_id"], ["due_date.id"], name=op.f("fk_hearing_answer_due_id_due_date")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_hearing_area_id_area")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_hearing_consultation_id_consultation")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_hearing_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
    )
    op.create_table(
        "rating_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "unknown",
                "counter",
                "online",
                "phone",
                "terminal",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("is_request", sa.Boolean(), nullable=False),
        sa.Column("request_number", sa.String(length=40), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=False),
        sa.Column("finished_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("issued_at", qs.db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "is_request = (request_number IS NOT NULL)", name=op.f("ck_rating_receipt_request_has_number")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["rating_point.id"], name=op.f("fk_rating_receipt_point_id_rating_point")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rating_receipt_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_receipt")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_rating_receipt_code_hash")),
    )
    with op.batch_alter_table("rating_receipt", schema=None) as batch_op:
        batch_op.create_index("ix_rating_receipt_service_finished", ["service_id", "finished_on"], unique=False)

    op.create_table(
        "suggestion_support",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name=op.f("fk_suggestion_support_suggestion_id_suggestion")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_support")),
        sa.UniqueConstraint(
            "suggestion_id", "device_hash", name=op.f("uq_suggestion_support_suggestion_id_device_hash")
        ),
    )
    op.create_table(
        "hearing_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "supporting", "opposing", "other", name="side", native_enum=False, create_constraint=True, length=18
            ),
            nullable=False,
        ),
        sa.Column(
            "capacity",
            sa.Enum(
                "resident",
                "service_user",
                "expert",
                "organisation",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("main_points", sa.String(length=4000), nullable=False),
        sa.Column("gist", sa.String(length=300), nullable=False),
        sa.Column("gist_en", sa.String(length=300), nullable=True),
        sa.Column("vault_id", sa.Integer(), nullable=True),
        sa.Column("registered_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=True),
        sa.Column("is_present", sa.Boolean(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "adopted", "partly", "not_adopted", name="verdict", native_enum=False, create_constraint=True, length=19
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("reason_en", sa.String(length=4000), nullable=True),
        sa.Column("answered_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearing.id"], name=op.f("fk_hearing_registration_hearing_id_hearing")
        ),
        sa.ForeignKeyConstraint(
            ["vault_id"], ["vault_person.id"], name=op.f("fk_hearing_registration_vault_id_vault_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_registration")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_hearing_registration_receipt_hash")),
    )
    with op.batch_alter_table("hearing_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hearing_registration_hearing_id"), ["hearing_id"], unique=False)

    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("point_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("5", "4", "3", "2", "1", name="level", native_enum=False, create_constraint=True, length=9),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "unknown",
                "counter",
                "online",
                "phone",
                "terminal",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("questionnaire", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("vault_id", sa.Integer(), nullable=True),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("rated_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("change_count", sa.Integer(), nullable=False),
        sa.Column("changed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("signals", sa.String(length=60), nullable=False),
        sa.Column("exclusion_id", sa.Integer(), nullable=True),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        sa.CheckConstraint("receipt_id IS NOT NULL OR point_id IS NOT NULL", name=op.f("ck_rating_has_origin")),
        sa.ForeignKeyConstraint(
            ["exclusion_id"], ["rating_exclusion.id"], name=op.f("fk_rating_exclusion_id_rating_exclusion")
        ),
        sa.ForeignKeyConstraint(["point_id"], ["rating_point.id"], name=op.f("fk_rating_point_id_rating_point")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["rating_receipt.id"], name=op.f("fk_rating_receipt_id_rating_receipt")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rating_service_id_service")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault_person.id"], name=op.f("fk_rating_vault_id_vault_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_rating_receipt_id")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_exclusion_id"), ["exclusion_id"], unique=False)
        batch_op.create_index("ix_rating_service_rated", ["service_id", "rated_at"], unique=False)

    op.create_table(
        "negative_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "contacted",
                "classified",
                "rectified",
                "explained",
                "called_back",
                "closed",
                "appealed",
                "excluded",
                name="negativestatus",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column(
            "before_appeal",
            sa.Enum(
                "received",
                "contacted",
                "classified",
                "rectified",
                "explained",
                "called_back",
                "closed",
                "appealed",
                "excluded",
                name="negativestatus",
                native_enum=False,
                length=19,
            ),
            nullable=True,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "at_once",
                "by_plan",
                "no_basis",
                name="negativeclass",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("rectification_id", sa.Integer(), nullable=True),
        sa.Column("rectification_ref", sa.String(length=40), nullable=False),
        sa.Column("rectification_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("contact_due_id", sa.Integer(), nullable=True),
        sa.Column("contact_due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("answer_due_id", sa.Integer(), nullable=True),
        sa.Column("answer_due_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("appeal_due_id", sa.Integer(), nullable=True),
        sa.Column("appeal_due_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("call_back_due_id", sa.Integer(), nullable=True),
        sa.Column("call_back_due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("opened_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("contacted_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("answered_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("called_back_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("is_satisfied", sa.Boolean(), nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("closed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_due_id"], ["due_date.id"], name=op.f("fk_negative_rating_answer_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_negative_rating_answered_by_person")),
        sa.ForeignKeyConstraint(
            ["appeal_due_id"], ["due_date.id"], name=op.f("fk_negative_rating_appeal_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(
            ["call_back_due_id"], ["due_date.id"], name=op.f("fk_negative_rating_call_back_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(
            ["contact_due_id"], ["due_date.id"], name=op.f("fk_negative_rating_contact_due_id_due_date")
        ),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_negative_rating_rating_id_rating")),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectification.id"], name=op.f("fk_negative_rating_rectification_id_rectification")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_negative_rating_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negative_rating")),
        sa.UniqueConstraint("rating_id", name=op.f("uq_negative_rating_rating_id")),
    )
    with op.batch_alter_table("negative_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_negative_rating_rectification_id"), ["rectification_id"], unique=False)
        batch_op.create_index("ix_negative_rating_service_opened", ["service_id", "opened_at"], unique=False)

    op.create_table(
        "rating_former",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("5", "4", "3", "2", "1", name="level", native_enum=False, create_constraint=True, length=9),
            nullable=False,
        ),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("said_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("replaced_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_rating_former_rating_id_rating")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_former")),
        sa.UniqueConstraint("rating_id", "turn", name=op.f("uq_rating_former_rating_id_turn")),
    )
    op.create_table(
        "rating_reason",
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "quick",
                "one_visit",
                "clear",
                "kind",
                "competent",
                "good_place",
                "easy_online",
                "guide_right",
                "waited_long",
                "came_again",
                "unclear",
                "unkind",
                "not_done",
                "poor_place",
                "hard_online",
                "guide_wrong",
                "slow_online",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_rating_reason_rating_id_rating")),
        sa.PrimaryKeyConstraint("rating_id", "reason", name=op.f("pk_rating_reason")),
    )


def downgrade() -> None:
    op.drop_table("rating_reason")
    op.drop_table("rating_former")
    with op.batch_alter_table("negative_rating", schema=None) as batch_op:
        batch_op.drop_index("ix_negative_rating_service_opened")
        batch_op.drop_index(batch_op.f("ix_negative_rating_rectification_id"))

    op.drop_table("negative_rating")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index("ix_rating_service_rated")
        batch_op.drop_index(batch_op.f("ix_rating_exclusion_id"))

    op.drop_table("rating")
    with op.batch_alter_table("hearing_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearing_registration_hearing_id"))

    op.drop_table("hearing_registration")
    op.drop_table("suggestion_support")
    with op.batch_alter_table("rating_receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_rating_receipt_service_finished")

    op.drop_table("rating_receipt")
    op.drop_table("hearing")
    with op.batch_alter_table("consultation_opinion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultation_opinion_consultation_id"))

    op.drop_table("consultation_opinion")
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suggestion_service_id"))

    op.drop_table("suggestion")
    with op.batch_alter_table("rating_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_point_service_id"))

    op.drop_table("rating_point")
    with op.batch_alter_table("rating_exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_exclusion_service_id"))

    op.drop_table("rating_exclusion")
    op.drop_table("consultation")
    with op.batch_alter_table("participation_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participation_step_subject"))

    op.drop_table("participation_step")
