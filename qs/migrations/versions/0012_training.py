"""Training"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "university",
                "institution",
                "own",
                name="partnerkind",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("name", name=op.f("uq_partner_name")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "induction",
                "post",
                "professional",
                "in_service",
                name="coursekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("goal", sa.String(length=2000), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("hours > 0 AND hours <= 400", name=op.f("ck_course_hours_in_range")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_course_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_course_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_indicator_id"), ["indicator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "trainee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_trainee_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainee")),
        sa.UniqueConstraint("number", name=op.f("uq_trainee_number")),
    )
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trainee_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "course_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "cancelled",
                name="sessionstate",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_course_session_capacity_positive")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_session_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_session")),
    )
    with op.batch_alter_table("course_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_session_course_id"), ["course_id"], unique=False)

    op.create_table(
        "talent_programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("criteria", sa.String(length=2000), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("grant_minor", sa.BigInteger(), nullable=False),
        sa.Column("obligation_months", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "notice", "granted", name="talentstate", native_enum=False, create_constraint=True, length=15
            ),
            nullable=False,
        ),
        sa.Column("chosen_by", sa.Integer(), nullable=True),
        sa.Column("notice_due_id", sa.Integer(), nullable=True),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("granted_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("grant_minor >= 0", name=op.f("ck_talent_programme_grant_not_negative")),
        sa.CheckConstraint("granted_by <> chosen_by", name=op.f("ck_talent_programme_granted_by_another")),
        sa.CheckConstraint("obligation_months > 0", name=op.f("ck_talent_programme_obligation_positive")),
        sa.CheckConstraint("quota > 0", name=op.f("ck_talent_programme_quota_positive")),
        sa.ForeignKeyConstraint(["chosen_by"], ["person.id"], name=op.f("fk_talent_programme_chosen_by_person")),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_talent_programme_granted_by_person")),
        sa.ForeignKeyConstraint(
            ["notice_due_id"], ["due_date.id"], name=op.f("fk_talent_programme_notice_due_id_due_date")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talent_programme")),
    )
    op.create_table(
        "training_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "course_chosen",
                "dismissed",
                name="needstate",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=False,
        ),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("settled_at", qs.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_training_need_course_id_course")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_training_need_service_id_service")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_training_need_taken_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_need")),
        sa.UniqueConstraint("service_id", "measure", "period", name=op.f("uq_training_need_service_id_measure_period")),
    )
    with op.batch_alter_table("training_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_need_service_id"), ["service_id"], unique=False)

    op.create_table(
        "course_place",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column(
            "attendance",
            sa.Enum(
                "registered",
                "attended",
                "absent",
                name="attendance",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("certificate", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "attendance = 'attended' OR (hours = 0 AND certificate IS NULL)",
            name=op.f("ck_course_place_earned_by_coming"),
        ),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_course_place_hours_not_negative")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk_course_place_session_id_course_session")
        ),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name=op.f("fk_course_place_trainee_id_trainee")),
        sa.PrimaryKeyConstraint("session_id", "trainee_id", name=op.f("pk_course_place")),
        sa.UniqueConstraint("certificate", name=op.f("uq_course_place_certificate")),
    )
    with op.batch_alter_table("course_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_place_trainee_id"), ["trainee_id"], unique=False)

    op.create_table(
        "nomination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talent_id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column("nominated_by", sa.Integer(), nullable=True),
        sa.Column("nominated_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "nominated",
                "chosen",
                "not_chosen",
                "granted",
                name="nominationstate",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "serving",
                "fulfilled",
                "left_early",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=18,
            ),
            nullable=True,
        ),
        sa.Column("outcome_at", qs.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["nominated_by"], ["person.id"], name=op.f("fk_nomination_nominated_by_person")),
        sa.ForeignKeyConstraint(
            ["talent_id"], ["talent_programme.id"], name=op.f("fk_nomination_talent_id_talent_programme")
        ),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name=op.f("fk_nomination_trainee_id_trainee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint("talent_id", "trainee_id", name=op.f("uq_nomination_talent_id_trainee_id")),
    )
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nomination_talent_id"), ["talent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_trainee_id"), ["trainee_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nomination_trainee_id"))
        batch_op.drop_index(batch_op.f("ix_nomination_talent_id"))

    op.drop_table("nomination")
    with op.batch_alter_table("course_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_place_trainee_id"))

    op.drop_table("course_place")
    with op.batch_alter_table("training_need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_need_service_id"))

    op.drop_table("training_need")
    op.drop_table("talent_programme")
    with op.batch_alter_table("course_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_session_course_id"))

    op.drop_table("course_session")
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trainee_provider_id"))

    op.drop_table("trainee")
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_partner_id"))
        batch_op.drop_index(batch_op.f("ix_course_indicator_id"))

    op.drop_table("course")
    op.drop_table("partner")
