"""What can be asked of publication: what the public may see, the releases on their way, the disclosure calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload, undefer

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.deadlines.queries import dues, is_provisional
from qs.errors import NotFound
from qs.frames import members
from qs.periods import local_day
from qs.publication import rules
from qs.publication.document import Document
from qs.publication.models import DisclosureItem, Release, ReleaseStory
from qs.publication.published import figures_in, no_figures
from qs.publication.terms import ItemKind, PublishedFigures, ReleaseInfo, ReleaseState, ReportDue, Story
from qs.rankings import queries as rankings
from qs.settings import settings

READ, PREPARE, APPROVE = Permission.PUBLICATION_READ, Permission.PUBLICATION_PREPARE, Permission.PUBLICATION_APPROVE
RELEASE_COLUMNS = (
    "release_id",
    "name",
    "revision",
    "slug",
    "state",
    "prepared_by",
    "prepared_by_en",
    "prepared_at",
    "approved_by",
    "approved_by_en",
    "approved_at",
    "published_at",
    "sha256",
    "period_sha256",
    "note",
    "note_en",
    "version",
)
ITEM_COLUMNS = (
    "item_id",
    "kind",
    "subject",
    "title",
    "title_en",
    "due_on",
    "due_id",
    "is_provisional",
    "done_on",
    "state",
    "place",
    "is_by_rule",
    "release_id",
    "version",
)


class ReleaseUnknown(NotFound):
    """There is no such release, or none that this person may know of."""

    code = "release_unknown"


@dataclass(frozen=True)
class StepSeen:
    """One change of state, with who made it."""

    at: datetime
    person: str
    person_en: str
    to_state: ReleaseState
    note: str


@dataclass(frozen=True)
class ReleaseDetail:
    """One release as the people who prepare and approve it see it."""

    release_id: int
    name: str
    revision: int
    slug: str
    state: ReleaseState
    version: int
    prepared_by_id: int | None
    sha256: str
    period_sha256: str
    source_sha256: str
    note: str
    note_en: str
    published_at: datetime | None
    document: Document
    stories: tuple[Story, ...]
    steps: tuple[StepSeen, ...]


# --- What the public sees ---------------------------------------------------------------------------------------------


def published_figures(session: Session, *, actor: Actor) -> PublishedFigures:
    """Everything pages and kiosk may show, from the stored document of the newest published quarter.

    Of a quarter with revisions the newest one counts. Nothing here is computed from live data.
    """
    actor.check(Permission.PUBLIC_READ)
    infos = published(session)
    due = next_report(session)
    if not infos:
        return no_figures(due)
    document = Document.model_validate_json(published_content(session, infos[0].slug, actor=actor))
    return figures_in(document, infos, due)


def next_report(session: Session) -> ReportDue | None:
    """By when the next quarterly report must be out; None where none is awaited."""
    statement = (
        sa.select(DisclosureItem.due_on, DisclosureItem.due_id)
        .where(DisclosureItem.kind == ItemKind.QUARTERLY_REPORT, DisclosureItem.done_on.is_(None))
        .order_by(DisclosureItem.due_on)
        .limit(1)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else ReportDue(found.due_on, is_provisional(session, found.due_id))


def published(session: Session) -> tuple[ReleaseInfo, ...]:
    statement = (
        sa.select(Release)
        .where(Release.state == ReleaseState.PUBLISHED)
        .order_by(Release.starts_at.desc(), Release.revision.desc())
    )
    return tuple(info_of(release) for release in session.scalars(statement))


def info_of(release: Release) -> ReleaseInfo:
    zone = settings().zone
    last_day = local_day(release.ends_at, zone).toordinal() - 1
    if release.published_at is None:
        raise ValueError("the release is not published")
    return ReleaseInfo(
        release_id=release.id,
        name=release.name,
        revision=release.revision,
        slug=rules.slug(release.name, release.revision),
        starts_on=local_day(release.starts_at, zone),
        ends_on=date.fromordinal(last_day),
        published_at=release.published_at,
        sha256=release.sha256,
        period_sha256=release.period_sha256,
        note=release.note,
        note_en=release.note_en,
    )


def published_releases(session: Session, *, actor: Actor) -> tuple[ReleaseInfo, ...]:
    """All published releases, newest quarter and newest revision first."""
    actor.check(Permission.PUBLIC_READ)
    return published(session)


def published_content(session: Session, slug: str, *, actor: Actor) -> str:
    """The stored document of a published release, as it is hashed. Raises ReleaseUnknown."""
    actor.check(Permission.PUBLIC_READ)
    for info in published(session):
        if info.slug == slug:
            return session.scalars(sa.select(Release.content).where(Release.id == info.release_id)).one()
    raise ReleaseUnknown


def published_document(session: Session, slug: str, *, actor: Actor) -> Document:
    """The document of a published release. Raises ReleaseUnknown."""
    return Document.model_validate_json(published_content(session, slug, actor=actor))


# --- The releases on their way ----------------------------------------------------------------------------------------


def releases(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per release, newest quarter and revision first: RELEASE_COLUMNS. Missing names and moments are empty."""
    actor.check(READ)
    preparer, approver = aliased(Person), aliased(Person)
    statement = (
        sa.select(
            Release,
            *named(preparer, "prepared_by"),
            *named(approver, "approved_by"),
        )
        .outerjoin(preparer, preparer.id == Release.prepared_by_id)
        .outerjoin(approver, approver.id == Release.approved_by_id)
        .order_by(Release.starts_at.desc(), Release.revision.desc())
    )
    rows = [release_row(row[0], row._asdict()) for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(RELEASE_COLUMNS))
    return frame.assign(state=members(row["state"] for row in rows))


def named(person: type[Person], name: str) -> tuple[sa.Label[str], sa.Label[str]]:
    return (
        sa.func.coalesce(person.name, "").label(name),
        sa.func.coalesce(person.name_en, "").label(f"{name}_en"),
    )


def release_row(release: Release, facts: dict[str, Any]) -> dict[str, Any]:  # Any: texts beside the release
    own = ("name", "revision", "state", "prepared_at", "approved_at", "published_at", "sha256", "period_sha256")
    return {
        **{name: getattr(release, name) for name in (*own, "note", "note_en", "version")},
        "release_id": release.id,
        "slug": rules.slug(release.name, release.revision),
        **{name: facts[name] for name in ("prepared_by", "prepared_by_en", "approved_by", "approved_by_en")},
    }


def release_detail(session: Session, release_id: int, *, actor: Actor) -> ReleaseDetail:
    """One release with its document, its stories and its way so far. Raises ReleaseUnknown."""
    actor.check(READ)
    release = session.scalars(
        sa.select(Release)
        .where(Release.id == release_id)
        .options(undefer(Release.content), selectinload(Release.steps), selectinload(Release.stories))
    ).one_or_none()
    if release is None:
        raise ReleaseUnknown
    people = {step.person_id for step in release.steps if step.person_id is not None}
    names = {person.id: person for person in session.scalars(sa.select(Person).where(Person.id.in_(people)))}
    steps = []
    for step in release.steps:
        who = names.get(step.person_id) if step.person_id is not None else None
        words = (who.name, who.name_en or who.name) if who else ("", "")
        steps.append(StepSeen(step.at, *words, step.to_state, step.note))
    own = ("name", "revision", "state", "version", "prepared_by_id", "sha256", "period_sha256", "source_sha256")
    return ReleaseDetail(
        release_id=release.id,
        slug=rules.slug(release.name, release.revision),
        document=Document.model_validate_json(release.content),
        stories=tuple(story_of(story) for story in release.stories),
        steps=tuple(steps),
        **{name: getattr(release, name) for name in (*own, "note", "note_en", "published_at")},
    )


def story_of(story: ReleaseStory) -> Story:
    return Story(story.service_id, story.said, story.said_en, story.did, story.did_en, story.result, story.result_en)


def periods_to_report(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The frozen quarters that have no release yet, oldest first: name, starts_at, ends_at, frozen_at, sha256."""
    actor.check(READ)
    frame = rankings.frozen_periods(session, actor=actor)
    begun = set(session.scalars(sa.select(Release.name)))
    columns = ["name", "starts_at", "ends_at", "frozen_at", "sha256"]
    open_ones: pd.DataFrame = frame.loc[~frame["name"].isin(begun), columns]
    return open_ones.sort_values("starts_at").reset_index(drop=True)


# --- The calendar -----------------------------------------------------------------------------------------------------


def disclosure_items(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per item of the disclosure calendar, by due day: ITEM_COLUMNS. `state` is computed for today.

    `is_provisional`: the day may move once the calendar of its year is published.
    """
    actor.check(READ)
    today = local_day(now, settings().zone)
    items = session.scalars(sa.select(DisclosureItem).order_by(DisclosureItem.due_on, DisclosureItem.id)).all()
    due = dues(session, [item.due_id for item in items if item.due_id is not None], actor=actor)
    computed = ("item_id", "state", "is_provisional")
    rows: list[dict[str, Any]] = [  # Any: values of a row
        {
            **{name: getattr(item, name) for name in ITEM_COLUMNS if name not in computed},
            "item_id": item.id,
            "state": rules.item_state(item.due_on, item.done_on, today),
            "is_provisional": item.due_id in due and due[item.due_id].is_provisional,
        }
        for item in items
    ]
    frame = pd.DataFrame(rows, columns=list(ITEM_COLUMNS)).astype({"due_id": "Int64", "release_id": "Int64"})
    return frame.assign(**{name: members(row[name] for row in rows) for name in ("kind", "state")})
