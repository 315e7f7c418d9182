"""How releases and the disclosure calendar are stored. A published document never changes; a revision follows it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column
from qs.publication.terms import NOTE_LENGTH, STORY_LENGTH, ItemKind, ReleaseState

HASH_LENGTH = 64
TITLE_LENGTH = 200


class Release(Model):
    """One frozen quarter as it goes to the public: the counts behind it, and the document that is shown.

    `source` (canonical JSON) holds the counts before disclosure control and is never public; `content` is the document
    built from it, from which pages, files and feed are read.
    """

    __tablename__ = "publication_release"
    __table_args__ = (
        sa.UniqueConstraint("name", "revision"),
        sa.CheckConstraint("revision >= 1", name="revision_from_one"),
        sa.CheckConstraint("ends_at > starts_at", name="period_in_order"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> prepared_by_id", name="second_person"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_has_moment"),
        sa.CheckConstraint("revision = 1 OR note <> ''", name="revision_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20))  # of the frozen period
    revision: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    period_sha256: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    state: Mapped[ReleaseState] = mapped_column(enum_column(ReleaseState))
    source: Mapped[str] = mapped_column(sa.Text, deferred=True)
    source_sha256: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    content: Mapped[str] = mapped_column(sa.Text, deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH))  # what a revision changes; empty in the first
    note_en: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH))
    prepared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    version: Mapped[int]

    steps: Mapped[list[ReleaseStep]] = relationship(lazy="raise", order_by="ReleaseStep.id")
    stories: Mapped[list[ReleaseStory]] = relationship(
        lazy="raise", order_by="ReleaseStory.place", cascade="all, delete-orphan"
    )


class ReleaseStep(Model):
    """One change of state of a release."""

    __tablename__ = "release_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("publication_release.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    from_state: Mapped[ReleaseState | None] = mapped_column(enum_column(ReleaseState, is_checked=False))
    to_state: Mapped[ReleaseState] = mapped_column(enum_column(ReleaseState))
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH))


class ReleaseStory(Model):
    """One “you said, we did” of a release."""

    __tablename__ = "release_story"
    __table_args__ = (sa.UniqueConstraint("release_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("publication_release.id"), index=True)
    place: Mapped[int]
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service.id"))
    said: Mapped[str] = mapped_column(sa.String(STORY_LENGTH))
    said_en: Mapped[str] = mapped_column(sa.String(STORY_LENGTH))
    did: Mapped[str] = mapped_column(sa.String(STORY_LENGTH))
    did_en: Mapped[str] = mapped_column(sa.String(STORY_LENGTH))
    result: Mapped[str] = mapped_column(sa.String(STORY_LENGTH))
    result_en: Mapped[str] = mapped_column(sa.String(STORY_LENGTH))


class DisclosureItem(Model):
    """One thing that has to be made public by a day; whether it is late is computed."""

    __tablename__ = "disclosure_item"
    __table_args__ = (
        sa.UniqueConstraint("kind", "subject"),
        sa.CheckConstraint("(done_on IS NULL) = (done_recorded_at IS NULL)", name="done_with_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind))
    subject: Mapped[str] = mapped_column(sa.String(80))  # 2026Q3, 2026-10, consultation:3; by hand: a number of its own
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    title_en: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    due_on: Mapped[date] = mapped_column(index=True)
    due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))  # how the day was counted; empty by hand
    is_by_rule: Mapped[bool]
    entered_at: Mapped[datetime]
    done_on: Mapped[date | None]
    done_recorded_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))  # where it can be read
    release_id: Mapped[int | None] = mapped_column(sa.ForeignKey("publication_release.id"))
    version: Mapped[int]
