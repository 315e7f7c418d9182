"""How long personal data are kept, and what erased them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

import qs.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OLD_STATES = ["collected", "queued", "sending", "sent", "failed", "given_up", "in_digest", "dropped"]
NEW_STATES = [*OLD_STATES, "shown"]
OLD_CHANNELS = ["email", "webhook", "none"]
NEW_CHANNELS = [*OLD_CHANNELS, "screen"]
TO_ONE = "(person_id IS NULL) <> (vault_id IS NULL)"
WITH_ADDRESS = "(channel {}) = (address IS NULL)"


def exchange(batch_op: BatchOperations, table: str, name: str, rule: str) -> None:
    """Put another condition in the place of the one that a table has under this name."""
    batch_op.drop_constraint(batch_op.f(f"ck_{table}_{name}"), type_="check")
    batch_op.create_check_constraint(batch_op.f(f"ck_{table}_{name}"), sa.text(rule))


def one_of(column: str, words: list[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("started_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("erased_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    with op.batch_alter_table("retention_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_run_day"), ["day"], unique=False)

    op.create_table(
        "retention_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column(
            "span",
            sa.Enum(
                "hours", "days", "months", "years", name="span", native_enum=False, create_constraint=True, length=14
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("set_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_retention_edition_amount_positive")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_retention_edition_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_edition")),
        sa.UniqueConstraint("code", "effective_on", name=op.f("uq_retention_edition_code_effective_on")),
    )
    op.create_table(
        "vault_erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vault_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "purpose_reached",
                "retention_over",
                "consent_withdrawn",
                "unlawful",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column(
            "proof",
            sa.Enum(
                "code_and_contact",
                "called_back",
                "identity_card",
                name="identityproof",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column(
            "refusal",
            sa.Enum(
                "case_open",
                "legal_period",
                "held",
                "not_proven",
                name="erasurerefusal",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_vault_erasure_decided_whole")),
        sa.CheckConstraint(
            "(is_granted IS NOT NULL AND NOT is_granted) = (refusal IS NOT NULL)",
            name=op.f("ck_vault_erasure_refused_why"),
        ),
        sa.CheckConstraint("decided_by_id <> checked_by_id", name=op.f("ck_vault_erasure_two_people")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_vault_erasure_checked_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_vault_erasure_decided_by_id_person")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault_person.id"], name=op.f("fk_vault_erasure_vault_id_vault_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_erasure")),
    )
    with op.batch_alter_table("vault_erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_erasure_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_vault_erasure_vault_id"), ["vault_id"], unique=False)

    op.create_table(
        "vault_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vault_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "lawsuit",
                "inspection",
                "review",
                "crime",
                name="holdreason",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("placed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name=op.f("fk_vault_hold_placed_by_id_person")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_vault_hold_released_by_id_person")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault_person.id"], name=op.f("fk_vault_hold_vault_id_vault_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_hold")),
    )
    with op.batch_alter_table("vault_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_hold_vault_id"), ["vault_id"], unique=False)

    op.create_table(
        "request_contact_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_contact_check_request_id_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_contact_check")),
    )
    with op.batch_alter_table("request_contact_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_contact_check_request_id"), ["request_id"], unique=False)

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vault_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("read_at", qs.db.UtcDateTime(), nullable=True))
        batch_op.alter_column("person_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_notice_vault_id"), ["vault_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_notice_vault_id_dedupe_key"), ["vault_id", "dedupe_key"])
        batch_op.create_foreign_key(batch_op.f("fk_notice_vault_id_vault_person"), "vault_person", ["vault_id"], ["id"])
        exchange(batch_op, "notice", "noticestate", one_of("state", NEW_STATES))
        batch_op.create_check_constraint(batch_op.f("ck_notice_to_one_recipient"), sa.text(TO_ONE))

    with op.batch_alter_table("notice_wish", schema=None) as batch_op:
        exchange(batch_op, "notice_wish", "channel", one_of("channel", NEW_CHANNELS))
        exchange(batch_op, "notice_wish", "channel_with_address", WITH_ADDRESS.format("IN ('none', 'screen')"))

    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("redacted_at", qs.db.UtcDateTime(), nullable=True))

    op.execute(  # holds of before had no reason; a review is what they were for
        "INSERT INTO vault_hold (vault_id, reason, reference, until, placed_at, placed_by_id) "
        "SELECT id, 'review', '', held_until, kept_at, held_by FROM vault_person WHERE held_until IS NOT NULL"
    )
    with op.batch_alter_table("vault_person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_vault_person_held_by_person"), type_="foreignkey")
        batch_op.drop_column("held_by")
        batch_op.drop_column("held_until")


def downgrade() -> None:
    with op.batch_alter_table("vault_person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_until", sa.DATE(), nullable=True))
        batch_op.add_column(sa.Column("held_by", sa.INTEGER(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_vault_person_held_by_person"), "person", ["held_by"], ["id"])
    op.execute(
        "UPDATE vault_person SET held_until = "
        "(SELECT max(until) FROM vault_hold WHERE vault_id = vault_person.id AND released_at IS NULL)"
    )

    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_column("redacted_at")

    op.execute("DELETE FROM notice WHERE vault_id IS NOT NULL OR state = 'shown'")
    op.execute("UPDATE notice_wish SET channel = 'none' WHERE channel = 'screen'")
    with op.batch_alter_table("notice_wish", schema=None) as batch_op:
        exchange(batch_op, "notice_wish", "channel", one_of("channel", OLD_CHANNELS))
        exchange(batch_op, "notice_wish", "channel_with_address", WITH_ADDRESS.format("= 'none'"))

    with op.batch_alter_table("notice", schema=None) as batch_op:
        exchange(batch_op, "notice", "noticestate", one_of("state", OLD_STATES))
        batch_op.drop_constraint(batch_op.f("ck_notice_to_one_recipient"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_notice_vault_id_vault_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_notice_vault_id_dedupe_key"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_notice_vault_id"))
        batch_op.alter_column("person_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("read_at")
        batch_op.drop_column("vault_id")

    with op.batch_alter_table("request_contact_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_contact_check_request_id"))

    op.drop_table("request_contact_check")
    with op.batch_alter_table("vault_hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_hold_vault_id"))

    op.drop_table("vault_hold")
    with op.batch_alter_table("vault_erasure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_erasure_vault_id"))
        batch_op.drop_index(batch_op.f("ix_vault_erasure_asked_at"))

    op.drop_table("vault_erasure")
    op.drop_table("retention_edition")
    with op.batch_alter_table("retention_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_run_day"))

    op.drop_table("retention_run")
