"""What people talk about, and the problem of the month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import qs.db

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("centre", sa.JSON(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_table(
        "topic_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("scanned_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("text_count", sa.Integer(), nullable=False),
        sa.Column("before_count", sa.Integer(), nullable=False),
        sa.Column("read_count", sa.Integer(), nullable=False),
        sa.Column("tested_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_scan")),
        sa.UniqueConstraint("ends_on", name=op.f("uq_topic_scan_ends_on")),
    )
    op.create_table(
        "emerging_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("before_count", sa.Integer(), nullable=False),
        sa.Column("adjusted", sa.Double(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["scan_id"], ["topic_scan.id"], name=op.f("fk_emerging_word_scan_id_topic_scan")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_emerging_word_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emerging_word")),
        sa.UniqueConstraint("scan_id", "word", name=op.f("uq_emerging_word_scan_id_word")),
    )
    op.create_table(
        "topic_week",
        sa.Column("topic_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("before_count", sa.Integer(), nullable=False),
        sa.Column("adjusted", sa.Double(), nullable=True),
        sa.Column(
            "trend",
            sa.Enum(
                "new", "rising", "steady", "falling", name="trend", native_enum=False, create_constraint=True, length=15
            ),
            nullable=False,
        ),
        sa.CheckConstraint("count >= 0 AND before_count >= 0", name=op.f("ck_topic_week_counts_not_negative")),
        sa.ForeignKeyConstraint(["scan_id"], ["topic_scan.id"], name=op.f("fk_topic_week_scan_id_topic_scan")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_week_topic_id_topic")),
        sa.PrimaryKeyConstraint("topic_id", "scan_id", name=op.f("pk_topic_week")),
    )
    with op.batch_alter_table("topic_week", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_week_scan_id"), ["scan_id"], unique=False)

    op.create_table(
        "monthly_problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("demand", sa.String(length=4000), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("target_share", sa.Double(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "adopted",
                "in_progress",
                "closed",
                "recurred",
                "declined",
                name="problemstate",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("proposed_at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("adopted_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("adopted_by_id", sa.Integer(), nullable=True),
        sa.Column("plan_due_id", sa.Integer(), nullable=True),
        sa.Column("plan_due_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("plan", sa.String(length=4000), nullable=False),
        sa.Column("planned_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("result", sa.String(length=4000), nullable=False),
        sa.Column("closed_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("before_count", sa.Integer(), nullable=True),
        sa.Column("before_days", sa.Integer(), nullable=True),
        sa.Column("after_count", sa.Integer(), nullable=True),
        sa.Column("after_days", sa.Integer(), nullable=True),
        sa.Column("watched_on", sa.Date(), nullable=True),
        sa.Column("recurred_at", qs.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_monthly_problem_closed_has_moment")
        ),
        sa.CheckConstraint("adopted_by_id <> proposed_by_id", name=op.f("ck_monthly_problem_two_people")),
        sa.CheckConstraint("target_share >= 0 AND target_share < 1", name=op.f("ck_monthly_problem_target_is_share")),
        sa.CheckConstraint("version >= 1 AND round >= 1", name=op.f("ck_monthly_problem_version_positive")),
        sa.ForeignKeyConstraint(["adopted_by_id"], ["person.id"], name=op.f("fk_monthly_problem_adopted_by_id_person")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_monthly_problem_closed_by_id_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_monthly_problem_owner_id_person")),
        sa.ForeignKeyConstraint(["plan_due_id"], ["due_date.id"], name=op.f("fk_monthly_problem_plan_due_id_due_date")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_monthly_problem_proposed_by_id_person")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_monthly_problem_service_id_service")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_monthly_problem_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_problem")),
    )
    with op.batch_alter_table("monthly_problem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_monthly_problem_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_monthly_problem_service_id"), ["service_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_monthly_problem_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_monthly_problem_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "problem_co_unit",
        sa.Column("problem_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["monthly_problem.id"], name=op.f("fk_problem_co_unit_problem_id_monthly_problem")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_problem_co_unit_service_id_service")),
        sa.PrimaryKeyConstraint("problem_id", "service_id", name=op.f("pk_problem_co_unit")),
    )
    with op.batch_alter_table("problem_co_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_co_unit_service_id"), ["service_id"], unique=False)

    op.create_table(
        "problem_plan_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("plan_number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", qs.db.UtcDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_problem_plan_step_done_by_id_person")),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["monthly_problem.id"], name=op.f("fk_problem_plan_step_problem_id_monthly_problem")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_plan_step")),
        sa.UniqueConstraint(
            "problem_id", "plan_number", "place", name=op.f("uq_problem_plan_step_problem_id_plan_number_place")
        ),
    )
    op.create_table(
        "problem_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "proposed",
                "adopted",
                "declined",
                "planned",
                "step_done",
                "closed",
                "recurred",
                name="problemstepkind",
                native_enum=False,
                create_constraint=True,
                length=17,
            ),
            nullable=False,
        ),
        sa.Column("at", qs.db.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "proposed",
                "adopted",
                "in_progress",
                "closed",
                "recurred",
                "declined",
                name="problemstate",
                native_enum=False,
                length=19,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "proposed",
                "adopted",
                "in_progress",
                "closed",
                "recurred",
                "declined",
                name="problemstate",
                native_enum=False,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_problem_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["monthly_problem.id"], name=op.f("fk_problem_step_problem_id_monthly_problem")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_step")),
    )
    with op.batch_alter_table("problem_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_step_problem_id"), ["problem_id"], unique=False)

    op.create_table(
        "topic_request",
        sa.Column("request_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("closeness", sa.Double(), nullable=True),
        sa.Column("is_typical", sa.Boolean(), nullable=False),
        sa.Column("echoes_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("echoes_id <> request_id", name=op.f("ck_topic_request_echo_of_another")),
        sa.ForeignKeyConstraint(["echoes_id"], ["request.id"], name=op.f("fk_topic_request_echoes_id_request")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_topic_request_request_id_request")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_request_topic_id_topic")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_topic_request")),
    )
    with op.batch_alter_table("topic_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_request_echoes_id"), ["echoes_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_topic_request_topic_id"), ["topic_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("topic_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_request_topic_id"))
        batch_op.drop_index(batch_op.f("ix_topic_request_echoes_id"))

    op.drop_table("topic_request")
    with op.batch_alter_table("problem_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_step_problem_id"))

    op.drop_table("problem_step")
    op.drop_table("problem_plan_step")
    with op.batch_alter_table("problem_co_unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_co_unit_service_id"))

    op.drop_table("problem_co_unit")
    with op.batch_alter_table("monthly_problem", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_monthly_problem_topic_id"))
        batch_op.drop_index(batch_op.f("ix_monthly_problem_state"))
        batch_op.drop_index(batch_op.f("ix_monthly_problem_service_id"))
        batch_op.drop_index(batch_op.f("ix_monthly_problem_owner_id"))

    op.drop_table("monthly_problem")
    with op.batch_alter_table("topic_week", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_week_scan_id"))

    op.drop_table("topic_week")
    op.drop_table("emerging_word")
    op.drop_table("topic_scan")
    op.drop_table("topic")
