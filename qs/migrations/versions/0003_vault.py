"""Vault"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("contact_hash", sa.String(length=64), nullable=True),
        sa.Column("kept_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("erased_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("erased_by", sa.Integer(), nullable=True),
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
            nullable=True,
        ),
        sa.CheckConstraint("(erased_at IS NULL) = (ground IS NULL)", name=op.f("ck_vault_person_erased_with_ground")),
        sa.ForeignKeyConstraint(["erased_by"], ["person.id"], name=op.f("fk_vault_person_erased_by_person")),
        sa.ForeignKeyConstraint(["held_by"], ["person.id"], name=op.f("fk_vault_person_held_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_person")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_vault_person_pseudonym")),
    )
    with op.batch_alter_table("vault_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_person_contact_hash"), ["contact_hash"], unique=False)

    op.create_table(
        "vault_key",
        sa.Column("vault_id", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["vault_id"], ["vault_person.id"], name=op.f("fk_vault_key_vault_id_vault_person")),
        sa.PrimaryKeyConstraint("vault_id", name=op.f("pk_vault_key")),
    )
    op.create_table(
        "vault_reveal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vault_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("revealed_at", qs.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vault_reveal_person_id_person")),
        sa.ForeignKeyConstraint(["vault_id"], ["vault_person.id"], name=op.f("fk_vault_reveal_vault_id_vault_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_reveal")),
    )
    with op.batch_alter_table("vault_reveal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_reveal_vault_id"), ["vault_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("vault_reveal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_reveal_vault_id"))

    op.drop_table("vault_reveal")
    op.drop_table("vault_key")
    with op.batch_alter_table("vault_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_person_contact_hash"))

    op.drop_table("vault_person")
