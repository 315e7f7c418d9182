"""How topics are stored: the searches, the topics with their requests and weeks, and the problems of the month."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from qs.db import Model, enum_column
from qs.texts import SHORT
from qs.topics.terms import STEP_LENGTH, TEXT_LENGTH, TITLE_LENGTH, ProblemState, ProblemStepKind, Trend

WORD_LENGTH = 40


class TopicScan(Model):
    """One search for topics: the week it ends with, how many texts it read, and how much it tested."""

    __tablename__ = "topic_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    ends_on: Mapped[date] = mapped_column(unique=True)  # the last local day it looked at
    scanned_at: Mapped[datetime]
    text_count: Mapped[int]  # of the week
    before_count: Mapped[int]  # of the weeks it is compared with
    read_count: Mapped[int]  # of all texts that topics were looked for in
    tested_count: Mapped[int]  # words and topics


class Topic(Model):
    """A matter that several requests speak of, known by its own words; it stays the same from week to week."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[list[str | int]]] = mapped_column(sa.JSON)  # most telling first, with the requests that use it
    centre: Mapped[dict[str, float]] = mapped_column(sa.JSON)  # weights of its words, to know it again
    first_on: Mapped[date]  # the day of its first request
    found_on: Mapped[date]  # the end of the week in which it was found first
    last_on: Mapped[date]  # of its last request


class TopicRequest(Model):
    """What a search found about one request: its topic, and whose words it repeats."""

    __tablename__ = "topic_request"
    __table_args__ = (sa.CheckConstraint("echoes_id <> request_id", name="echo_of_another"),)

    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), primary_key=True, autoincrement=False)
    topic_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"), index=True)
    closeness: Mapped[float | None]  # cosine to the middle of the topic
    is_typical: Mapped[bool] = mapped_column(default=False)
    echoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("request.id"), index=True)  # the first in these words


class TopicWeek(Model):
    """How a topic stood in one search, over the whole office: counts, never only a share."""

    __tablename__ = "topic_week"
    __table_args__ = (sa.CheckConstraint("count >= 0 AND before_count >= 0", name="counts_not_negative"),)

    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("topic.id"), primary_key=True, autoincrement=False)
    scan_id: Mapped[int] = mapped_column(
        sa.ForeignKey("topic_scan.id"), primary_key=True, index=True, autoincrement=False
    )
    count: Mapped[int]
    before_count: Mapped[int]
    adjusted: Mapped[float | None]  # p value, for all that was looked at; empty where too few cases were there
    trend: Mapped[Trend] = mapped_column(enum_column(Trend))


class EmergingWord(Model):
    """A word that more requests used than usual in one search."""

    __tablename__ = "emerging_word"
    __table_args__ = (sa.UniqueConstraint("scan_id", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[int] = mapped_column(sa.ForeignKey("topic_scan.id"))
    word: Mapped[str] = mapped_column(sa.String(WORD_LENGTH))
    count: Mapped[int]
    before_count: Mapped[int]
    adjusted: Mapped[float]
    topic_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"))  # that most of its requests speak of


class Problem(Model):
    """A problem of the month (每月一题): one matter that the office has put right at its root."""

    __tablename__ = "monthly_problem"
    __table_args__ = (
        sa.CheckConstraint("target_share >= 0 AND target_share < 1", name="target_is_share"),
        sa.CheckConstraint("adopted_by_id <> proposed_by_id", name="two_people"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        sa.CheckConstraint("version >= 1 AND round >= 1", name="version_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=1)  # one more each time it has come back
    month: Mapped[date]  # its first day
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str | None] = mapped_column(sa.String(SHORT))
    demand: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    topic_id: Mapped[int | None] = mapped_column(sa.ForeignKey("topic.id"), index=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)  # leads
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    target_share: Mapped[float]
    target_on: Mapped[date]
    state: Mapped[ProblemState] = mapped_column(enum_column(ProblemState), index=True)
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    adopted_at: Mapped[datetime | None]
    adopted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    plan_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    plan_due_at: Mapped[datetime | None]
    plan: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    planned_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    before_count: Mapped[int | None]  # requests and days before it was adopted, and up to its closing
    before_days: Mapped[int | None]
    after_count: Mapped[int | None]
    after_days: Mapped[int | None]
    watched_on: Mapped[date | None]  # the last day of the months after closing that were looked at
    recurred_at: Mapped[datetime | None]


class ProblemCoUnit(Model):
    """A service that helps with a problem of the month."""

    __tablename__ = "problem_co_unit"

    problem_id: Mapped[int] = mapped_column(sa.ForeignKey("monthly_problem.id"), primary_key=True, autoincrement=False)
    service_id: Mapped[int] = mapped_column(
        sa.ForeignKey("service.id"), primary_key=True, index=True, autoincrement=False
    )


class ProblemPlanStep(Model):
    """One step of the plan of a problem; steps of an older plan stay."""

    __tablename__ = "problem_plan_step"
    __table_args__ = (sa.UniqueConstraint("problem_id", "plan_number", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(sa.ForeignKey("monthly_problem.id"))
    plan_number: Mapped[int]  # the newest is in force
    place: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(STEP_LENGTH))
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class ProblemStep(Model):
    """One thing that happened to a problem of the month; never changed."""

    __tablename__ = "problem_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(sa.ForeignKey("monthly_problem.id"), index=True)
    kind: Mapped[ProblemStepKind] = mapped_column(enum_column(ProblemStepKind))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # empty: by itself
    from_state: Mapped[ProblemState | None] = mapped_column(enum_column(ProblemState, is_checked=False))
    to_state: Mapped[ProblemState] = mapped_column(enum_column(ProblemState, is_checked=False))
    note: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")
