"""Notices"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column(
            "strength",
            sa.Enum("watch", "review", "act", name="strength", native_enum=False, create_constraint=True, length=14),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "collected",
                "queued",
                "sending",
                "sent",
                "failed",
                "given_up",
                "in_digest",
                "dropped",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("queued_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("due_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", qs.db.UtcDateTime(), nullable=True),
        sa.Column("sent_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column(
            "last_error",
            sa.Enum(
                "mail_unreachable",
                "mail_unprotected",
                "mail_sign_in",
                "mail_refused",
                "recipient_refused",
                "name_unknown",
                "webhook_unreachable",
                "webhook_unprotected",
                "webhook_refused",
                "webhook_gone",
                "webhook_redirected",
                "host_not_allowed",
                "address_private",
                "address_unreadable",
                name="failure",
                native_enum=False,
                create_constraint=True,
                length=27,
            ),
            nullable=True,
        ),
        sa.Column("incident", sa.String(length=16), nullable=True),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'given_up') = (incident IS NOT NULL)", name=op.f("ck_notice_given_up_with_incident")
        ),
        sa.CheckConstraint("(state = 'in_digest') = (digest_id IS NOT NULL)", name=op.f("ck_notice_digest_named")),
        sa.CheckConstraint(
            "(state = 'sending') = (claimed_until IS NOT NULL)", name=op.f("ck_notice_claimed_with_lease")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notice_sent_with_moment")),
        sa.ForeignKeyConstraint(["digest_id"], ["notice.id"], name=op.f("fk_notice_digest_id_notice")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "dedupe_key", name=op.f("uq_notice_person_id_dedupe_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_state_due_at"), ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_topic"), ["topic"], unique=False)

    op.create_table(
        "notice_wish",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("email", "webhook", "none", name="channel", native_enum=False, create_constraint=True, length=15),
            nullable=False,
        ),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column(
            "least",
            sa.Enum("watch", "review", "act", name="strength", native_enum=False, create_constraint=True, length=14),
            nullable=False,
        ),
        sa.Column(
            "rhythm",
            sa.Enum("at_once", "daily", "weekly", name="rhythm", native_enum=False, create_constraint=True, length=15),
            nullable=False,
        ),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column(
            "weekday",
            sa.Enum(
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
                name="weekday",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(channel = 'none') = (address IS NULL)", name=op.f("ck_notice_wish_channel_with_address")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_notice_wish_hour_of_a_day")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_wish_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_wish")),
    )


def downgrade() -> None:
    op.drop_table("notice_wish")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_topic"))
        batch_op.drop_index(batch_op.f("ix_notice_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_notice_person_id"))

    op.drop_table("notice")
