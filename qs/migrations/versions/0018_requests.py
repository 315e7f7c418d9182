"""The whole desk: pauses, verification, co-handling units, reviews, exclusions, recusals, templates, the catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

import qs.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# The words a column may hold, before and after: a list grows, and no stored word changes its meaning.
OLD_STATES = "registered dispatched returned in_progress replied called_back closed".split()
NEW_STATES = [*OLD_STATES, "paused", "verified"]
OLD_CHANNELS = "web phone counter letter app".split()
NEW_CHANNELS = [*OLD_CHANNELS, "open311"]
OLD_STEPS = (
    "registered added answered not_accepted dispatched returned ruled signed extension_asked "
    "extended extension_refused replied called_back not_reached sent_back closed withdrawn told "
    "noted overdue rectification "
).split()
NEW_STEPS = [
    *OLD_STEPS,
    *(
        "classified reassigned pause_asked paused pause_refused resumed verified co_unit_asked co_unit_reported "
        "reminded supervised merged merge_taken recused recusal_asked recusal_refused exclusion_asked excluded "
        "exclusion_refused spam_marked spam_cleared review_asked review_decided reopened "
    ).split(),
]

NEW_RULES = {
    "paused_has_moment": "(state = 'paused') = (paused_at IS NOT NULL)",
    "place_whole": "(latitude IS NULL) = (longitude IS NULL)",
    "master_is_another": "master_id <> id",
    "urgency": "urgency IN ('danger', 'utilities', 'general', 'complex')",
    "supervision": "supervision IN ('daily', 'listed', 'interview')",
    "pausereason": "pause_reason IN ('requester', 'expert', 'procedure', 'force_majeure')",
}

def one_of(column: str, words: list[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def exchange(batch_op: BatchOperations, table: str, name: str, column: str, words: list[str]) -> None:
    """Put another list of words in the place of the one that a column may hold."""
    batch_op.drop_constraint(batch_op.f(f"ck_{table}_{name}"), type_="check")
    batch_op.create_check_constraint(batch_op.f(f"ck_{table}_{name}"), sa.text(one_of(column, words)))


def upgrade() -> None:
    op.create_table(
        "spent_challenge",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("spent_at", qs.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_spent_challenge")),
    )
    with op.batch_alter_table("spent_challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spent_challenge_spent_at"), ["spent_at"], unique=False)

    op.create_table(
        "reply_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "reply",
                "message",
                "refusal",
                "call_back",
                name="templatepurpose",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
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
            nullable=True,
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
        sa.Column("sector_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("edited_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_reply_template_version_positive")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_reply_template_edited_by_id_person")),
        sa.ForeignKeyConstraint(["sector_id"], ["sector.id"], name=op.f("fk_reply_template_sector_id_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_table(
        "dispatch_catalogue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=80), nullable=False),
        sa.Column("matter_en", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
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
            nullable=True,
        ),
        sa.Column(
            "urgency",
            sa.Enum(
                "danger",
                "utilities",
                "general",
                "complex",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("sector_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("co_service_id", sa.Integer(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("edited_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_dispatch_catalogue_version_positive")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_dispatch_catalogue_area_id_area")),
        sa.ForeignKeyConstraint(
            ["co_service_id"], ["service.id"], name=op.f("fk_dispatch_catalogue_co_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["edited_by_id"], ["person.id"], name=op.f("fk_dispatch_catalogue_edited_by_id_person")
        ),
        sa.ForeignKeyConstraint(["sector_id"], ["sector.id"], name=op.f("fk_dispatch_catalogue_sector_id_sector")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_dispatch_catalogue_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_catalogue")),
    )
    op.create_table(
        "request_co_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("reported_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("is_stage_report", sa.Boolean(), nullable=False),
        sa.Column("report", sa.String(length=4000), nullable=False),
        sa.CheckConstraint(
            "(reported_at IS NULL) = (report = '')", name=op.f("ck_request_co_unit_reported_with_words")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_request_co_unit_asked_by_id_person")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_request_co_unit_due_id_due_date")),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["person.id"], name=op.f("fk_request_co_unit_reported_by_id_person")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_co_unit_request_id_request")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_request_co_unit_service_id_service")),
        sa.ForeignKeyConstraint(["unit_id"], ["provider.id"], name=op.f("fk_request_co_unit_unit_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_co_unit")),
        sa.UniqueConstraint("request_id", "service_id", name=op.f("uq_request_co_unit_request_id_service_id")),
    )
    with op.batch_alter_table("request_co_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_co_unit_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_co_unit_service_id"), ["service_id"], unique=False)

    op.create_table(
        "request_exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "no_legal_basis",
                "beyond_power",
                "force_majeure",
                "malicious",
                "repeated",
                "misdispatched",
                name="exclusionreason",
                native_enum=False,
                create_constraint=True,
                length=22,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.String(length=4000), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_request_exclusion_decided_whole")
        ),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_request_exclusion_two_people")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_request_exclusion_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_request_exclusion_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_exclusion_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_exclusion")),
    )
    with op.batch_alter_table("request_exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_exclusion_request_id"), ["request_id"], unique=False)

    op.create_table(
        "request_recusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "concerned",
                "relative",
                "interest",
                "asked",
                name="recusalground",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("declared_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["person.id"], name=op.f("fk_request_recusal_declared_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_request_recusal_person_id_person")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_recusal_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_recusal")),
        sa.UniqueConstraint("request_id", "person_id", name=op.f("uq_request_recusal_request_id_person_id")),
    )
    with op.batch_alter_table("request_recusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_recusal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_recusal_request_id"), ["request_id"], unique=False)

    op.create_table(
        "request_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("first", "second", name="reviewstage", native_enum=False, create_constraint=True, length=14),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "upheld",
                "changed",
                "handled_again",
                name="reviewdecision",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=True,
        ),
        sa.Column("reasons", sa.String(length=4000), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_request_review_decided_whole")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_request_review_decided_by_id_person")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_request_review_due_id_due_date")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_review_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_review")),
        sa.UniqueConstraint("request_id", "stage", name=op.f("uq_request_review_request_id_stage")),
    )
    with op.batch_alter_table("request_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_review_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_review_request_id"), ["request_id"], unique=False)

    with op.batch_alter_table("request", schema=None) as batch_op:
        exchange(batch_op, "request", "requeststate", "state", NEW_STATES)
        exchange(batch_op, "request", "requestchannel", "channel", NEW_CHANNELS)
        batch_op.add_column(sa.Column("remedy", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("happened_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "urgency",
                sa.String(length=17),
                server_default="general",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("pack", sa.String(length=64), server_default="cn-12345-5wd", nullable=False))
        batch_op.add_column(sa.Column("latitude", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("longitude", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("external_id", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("repeats_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("master_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_spam", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("is_excluded", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(
            sa.Column(
                "supervision",
                sa.String(length=17),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column(
                "pause_reason",
                sa.String(length=21),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("pause_asked_at", qs.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("pause_asked_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("paused_at", qs.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("verified_at", qs.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("verified_by_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_request_master_id"), ["master_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_request_external_id"), ["external_id"])
        batch_op.create_foreign_key(batch_op.f("fk_request_master_id_request"), "request", ["master_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_request_pause_asked_by_id_person"), "person", ["pause_asked_by_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_request_repeats_id_request"), "request", ["repeats_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_request_verified_by_id_person"), "person", ["verified_by_id"], ["id"]
        )

        for name, rule in NEW_RULES.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_request_{name}"), sa.text(rule))

    with op.batch_alter_table("request_step", schema=None) as batch_op:
        exchange(batch_op, "request_step", "stepkind", "kind", NEW_STEPS)
        exchange(batch_op, "request_step", "requeststate", "to_state", NEW_STATES)
        batch_op.add_column(sa.Column("code", sa.String(length=40), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("request_step", schema=None) as batch_op:
        exchange(batch_op, "request_step", "stepkind", "kind", OLD_STEPS)
        exchange(batch_op, "request_step", "requeststate", "to_state", OLD_STATES)
        batch_op.drop_column("code")

    with op.batch_alter_table("request", schema=None) as batch_op:
        exchange(batch_op, "request", "requeststate", "state", OLD_STATES)
        exchange(batch_op, "request", "requestchannel", "channel", OLD_CHANNELS)
        for name in NEW_RULES:
            batch_op.drop_constraint(batch_op.f(f"ck_request_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_request_verified_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_request_repeats_id_request"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_request_pause_asked_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_request_master_id_request"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_request_external_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_request_master_id"))
        batch_op.drop_column("verified_by_id")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("pause_asked_by_id")
        batch_op.drop_column("pause_asked_at")
        batch_op.drop_column("pause_reason")
        batch_op.drop_column("rung")
        batch_op.drop_column("supervision")
        batch_op.drop_column("is_excluded")
        batch_op.drop_column("is_spam")
        batch_op.drop_column("master_id")
        batch_op.drop_column("repeats_id")
        batch_op.drop_column("external_id")
        batch_op.drop_column("longitude")
        batch_op.drop_column("latitude")
        batch_op.drop_column("pack")
        batch_op.drop_column("urgency")
        batch_op.drop_column("happened_on")
        batch_op.drop_column("remedy")

    with op.batch_alter_table("request_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_review_request_id"))
        batch_op.drop_index(batch_op.f("ix_request_review_due_at"))

    op.drop_table("request_review")
    with op.batch_alter_table("request_recusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_recusal_request_id"))
        batch_op.drop_index(batch_op.f("ix_request_recusal_person_id"))

    op.drop_table("request_recusal")
    with op.batch_alter_table("request_exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_exclusion_request_id"))

    op.drop_table("request_exclusion")
    with op.batch_alter_table("request_co_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_co_unit_service_id"))
        batch_op.drop_index(batch_op.f("ix_request_co_unit_request_id"))

    op.drop_table("request_co_unit")
    op.drop_table("dispatch_catalogue")
    op.drop_table("reply_template")
    with op.batch_alter_table("spent_challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spent_challenge_spent_at"))

    op.drop_table("spent_challenge")
