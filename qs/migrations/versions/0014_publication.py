"""Publication"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("starts_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("ends_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("period_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "sent_back",
                "approved",
                "published",
                name="releasestate",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("note_en", sa.String(length=500), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=True),
        sa.Column("prepared_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("published_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("revision = 1 OR note <> ''", name=op.f("ck_publication_release_revision_has_reason")),
        sa.CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_publication_release_published_has_moment")
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> prepared_by_id",
            name=op.f("ck_publication_release_second_person"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_publication_release_period_in_order")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_publication_release_revision_from_one")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_publication_release_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["person.id"], name=op.f("fk_publication_release_prepared_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_release")),
        sa.UniqueConstraint("name", "revision", name=op.f("uq_publication_release_name_revision")),
    )
    op.create_table(
        "release_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "submitted",
                "sent_back",
                "approved",
                "published",
                name="releasestate",
                native_enum=False,
                length=17,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "submitted",
                "sent_back",
                "approved",
                "published",
                name="releasestate",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_release_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["publication_release.id"], name=op.f("fk_release_step_release_id_publication_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_step")),
    )
    with op.batch_alter_table("release_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_step_release_id"), ["release_id"], unique=False)

    op.create_table(
        "disclosure_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "quarterly_report",
                "complaint_bulletin",
                "annual_plan",
                "consultation_summary",
                "hearing_feedback",
                "work_progress",
                "other",
                name="itemkind",
                native_enum=False,
                create_constraint=True,
                length=28,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=True),
        sa.Column("is_by_rule", sa.Boolean(), nullable=False),
        sa.Column("entered_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_recorded_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(done_on IS NULL) = (done_recorded_at IS NULL)", name=op.f("ck_disclosure_item_done_with_moment")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_disclosure_item_done_by_id_person")),
        sa.ForeignKeyConstraint(["due_id"], ["due_date.id"], name=op.f("fk_disclosure_item_due_id_due_date")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["publication_release.id"], name=op.f("fk_disclosure_item_release_id_publication_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_item")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_disclosure_item_kind_subject")),
    )
    with op.batch_alter_table("disclosure_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosure_item_due_on"), ["due_on"], unique=False)

    op.create_table(
        "release_story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("said_en", sa.String(length=300), nullable=False),
        sa.Column("did", sa.String(length=300), nullable=False),
        sa.Column("did_en", sa.String(length=300), nullable=False),
        sa.Column("result", sa.String(length=300), nullable=False),
        sa.Column("result_en", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["publication_release.id"], name=op.f("fk_release_story_release_id_publication_release")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_release_story_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_story")),
        sa.UniqueConstraint("release_id", "place", name=op.f("uq_release_story_release_id_place")),
    )
    with op.batch_alter_table("release_story", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_story_release_id"), ["release_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("release_story", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_story_release_id"))

    op.drop_table("release_story")
    with op.batch_alter_table("disclosure_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosure_item_due_on"))

    op.drop_table("disclosure_item")
    with op.batch_alter_table("release_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_step_release_id"))

    op.drop_table("release_step")
    op.drop_table("publication_release")
