"""What can be done in publication: prepare, approve and publish releases, and keep the disclosure calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload, undefer

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotFound
from qs.periods import local_day
from qs.publication import calendar, rules
from qs.publication.building import build, needed_rows, shares
from qs.publication.counts import hidden_of, name_of
from qs.publication.document import Document, Source, Text, canonical, sha256
from qs.publication.gathering import frozen_period, gather
from qs.publication.models import DisclosureItem, Release, ReleaseStep, ReleaseStory
from qs.publication.queries import ReleaseUnknown, story_of
from qs.publication.terms import ItemKind, ReleaseState, Story
from qs.settings import settings
from qs.texts import checked

PREPARE, APPROVE = Permission.PUBLICATION_PREPARE, Permission.PUBLICATION_APPROVE


class ReleaseOpen(Conflict):
    """There is a release of this quarter on its way already."""

    code = "release_open"


class ItemChanged(Conflict):
    """The item of the calendar is not in the state this step needs."""

    code = "item_done"


# --- Preparing --------------------------------------------------------------------------------------------------------


def prepare_release(
    session: Session,
    period: str,
    *,
    note: str = "",
    note_en: str = "",
    stories: Sequence[Story] = (),
    actor: Actor,
    now: datetime,
) -> int:
    """Build the report of a frozen quarter, or a revision of a published one, which says what it changes. Its id.

    Raises PeriodNotFrozen, ReleaseOpen, or InvalidInput for a revision without a reason.
    """
    actor.check_everywhere(PREPARE)
    earlier = list(session.scalars(sa.select(Release).where(Release.name == period).order_by(Release.revision)))
    if earlier and earlier[-1].state is not ReleaseState.PUBLISHED:
        raise ReleaseOpen(period=period)
    needed = "revision_without_reason" if earlier else None
    words = rules.check_note(note, needed=needed), rules.check_note(note_en, needed=needed)
    told = rules.check_stories(stories)
    frozen = frozen_period(session, period)
    release = Release(
        name=period,
        revision=len(earlier) + 1,
        starts_at=frozen["starts_at"].to_pydatetime(),
        ends_at=frozen["ends_at"].to_pydatetime(),
        period_sha256=frozen["sha256"],
        state=ReleaseState.DRAFT,
        note=words[0],
        note_en=words[1],
        prepared_by_id=actor.person_id,
        prepared_at=now,
        version=1,
        stories=stored_stories(told),
        **built(session, period, words, told, len(earlier) + 1, now),
    )
    session.add(release)
    session.flush()
    step(session, release, None, actor, now)
    record(
        session,
        "publication.prepared_release",
        subject(release),
        actor=actor,
        now=now,
        period=period,
        revision=release.revision,
        sha256=release.sha256,
    )
    return release.id


def built(
    session: Session, period: str, note: tuple[str, str], stories: Sequence[Story], revision: int, now: datetime
) -> dict[str, str]:
    """The two documents of a release with their hashes."""
    source = gather(
        session,
        period,
        stories,
        previous=previous_shares(session, period),
        already_hidden=hidden_before(session, period, revision),
        now=now,
    )
    document = build(source, revision=revision, note=Text(zh=note[0], en=note[1]))
    rules.check_complete(document, needed_rows(source))
    kept, shown = canonical(source), canonical(document)
    return {"source": kept, "source_sha256": sha256(kept), "content": shown, "sha256": sha256(shown)}


def previous_shares(session: Session, period: str) -> tuple[dict[str, float], dict[str, float]]:
    """The published rates of the quarter before, from its stored document: nothing new becomes known by comparing."""
    starts_at = frozen_period(session, period)["starts_at"].to_pydatetime()
    content = session.scalar(
        sa.select(Release.content)
        .where(Release.ends_at == starts_at, Release.state == ReleaseState.PUBLISHED)
        .order_by(Release.revision.desc())
        .limit(1)
    )
    return ({}, {}) if content is None else shares(Document.model_validate_json(content))


def hidden_before(session: Session, period: str, revision: int) -> list[str]:
    """The cells that the earlier editions of this quarter hid: no later one may show them."""
    sources = session.scalars(sa.select(Release.source).where(Release.name == period, Release.revision < revision))
    hidden = {key for source in sources for key in hidden_of(Source.model_validate_json(source))}
    return sorted(name_of(key) for key in hidden)


def stored_stories(stories: Sequence[Story]) -> list[ReleaseStory]:
    return [
        ReleaseStory(place=place, **{one.name: getattr(story, one.name) for one in fields(Story)})
        for place, story in enumerate(stories, start=1)
    ]


def rebuild_release(session: Session, release_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Count and build a release anew that is not yet submitted. Raises ReleaseUnknown, ReleaseChanged, WrongState."""
    actor.check_everywhere(PREPARE)
    release = changeable(session, release_id, version)
    renew(session, release, [story_of(story) for story in release.stories], actor, now)
    record(session, "publication.rebuilt_release", subject(release), actor=actor, now=now, sha256=release.sha256)


def write_stories(
    session: Session, release_id: int, stories: Sequence[Story], *, version: int, actor: Actor, now: datetime
) -> None:
    """Set what the public said and what was done, and build the release with it; only before it is submitted.

    Raises ReleaseUnknown, ReleaseChanged, WrongState, InvalidInput.
    """
    actor.check_everywhere(PREPARE)
    release = changeable(session, release_id, version)
    told = rules.check_stories(stories)
    release.stories.clear()
    session.flush()
    release.stories.extend(stored_stories(told))
    renew(session, release, told, actor, now)
    record(
        session,
        "publication.wrote_stories",
        subject(release),
        actor=actor,
        now=now,
        story_count=len(told),
        sha256=release.sha256,
    )


def renew(session: Session, release: Release, stories: Sequence[Story], actor: Actor, now: datetime) -> None:
    """Build the documents again; who did so is who prepared the release."""
    note = release.note, release.note_en
    for name, value in built(session, release.name, note, stories, release.revision, now).items():
        setattr(release, name, value)
    release.prepared_by_id, release.prepared_at = actor.person_id, now
    release.version += 1
    session.flush()


def changeable(session: Session, release_id: int, version: int) -> Release:
    release = loaded(session, release_id, version)
    if not release.state.is_open_to_change:
        raise rules.WrongState(state=release.state.value)
    return release


def loaded(session: Session, release_id: int, version: int) -> Release:
    """The release as the person saw it. Raises ReleaseUnknown, ReleaseChanged."""
    release = session.scalars(
        sa.select(Release)
        .where(Release.id == release_id)
        .options(selectinload(Release.stories), undefer(Release.content), undefer(Release.source))
        .with_for_update()
    ).one_or_none()
    if release is None:
        raise ReleaseUnknown
    if release.version != version:
        raise rules.ReleaseChanged
    return release


# --- From hand to hand ------------------------------------------------------------------------------------------------


def submit_release(session: Session, release_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Hand a release to the second person; its rows are counted once more."""
    actor.check_everywhere(PREPARE)
    release = loaded(session, release_id, version)
    rules.check_step(release.state, ReleaseState.SUBMITTED)
    document = Document.model_validate_json(release.content)
    rules.check_complete(document, needed_rows(Source.model_validate_json(release.source)))
    move(session, release, ReleaseState.SUBMITTED, actor, now)
    trace(session, release, "publication.submitted_release", actor, now)


def send_back_release(
    session: Session, release_id: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> None:
    """Give a submitted release back with what has to be mended."""
    actor.check_everywhere(APPROVE)
    release = loaded(session, release_id, version)
    rules.check_step(release.state, ReleaseState.SENT_BACK)
    move(
        session,
        release,
        ReleaseState.SENT_BACK,
        actor,
        now,
        note=rules.check_note(reason, needed="send_back_reason_missing"),
    )
    trace(session, release, "publication.sent_back_release", actor, now)


def approve_release(session: Session, release_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Approve a submitted release as the second person. Raises OwnRelease for the one who prepared it."""
    actor.check_everywhere(APPROVE)
    release = loaded(session, release_id, version)
    rules.check_step(release.state, ReleaseState.APPROVED)
    rules.check_second_person(release.prepared_by_id, actor.person_id)
    release.approved_by_id, release.approved_at = actor.person_id, now
    move(session, release, ReleaseState.APPROVED, actor, now)
    trace(session, release, "publication.approved_release", actor, now)


def publish_release(session: Session, release_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Make an approved release public; its item in the disclosure calendar is done with it."""
    actor.check_everywhere(PREPARE)
    release = loaded(session, release_id, version)
    rules.check_step(release.state, ReleaseState.PUBLISHED)
    release.published_at = now
    move(session, release, ReleaseState.PUBLISHED, actor, now)
    item = calendar.report_item(session, release.name, actor=actor, now=now)
    if item.done_on is None:
        item.done_on, item.done_recorded_at = local_day(now, settings().zone), now
        item.done_by_id, item.release_id = actor.person_id, release.id
        item.place = f"/reports/{rules.slug(release.name, release.revision)}.zh.html"
        item.version += 1
    trace(session, release, "publication.published_release", actor, now)


def move(
    session: Session, release: Release, wanted: ReleaseState, actor: Actor, now: datetime, *, note: str = ""
) -> None:
    before, release.state = release.state, wanted
    release.version += 1
    step(session, release, before, actor, now, note=note)


def step(
    session: Session, release: Release, before: ReleaseState | None, actor: Actor, now: datetime, *, note: str = ""
) -> None:
    session.add(
        ReleaseStep(
            release_id=release.id,
            at=now,
            person_id=actor.person_id,
            from_state=before,
            to_state=release.state,
            note=note,
        )
    )
    session.flush()


def subject(release: Release) -> str:
    return f"release:{release.id}"


def trace(session: Session, release: Release, action: str, actor: Actor, now: datetime) -> None:
    record(
        session,
        action,
        subject(release),
        actor=actor,
        now=now,
        period=release.name,
        revision=release.revision,
        sha256=release.sha256,
    )


# --- The disclosure calendar ------------------------------------------------------------------------------------------


def refresh_calendar(session: Session, *, actor: Actor, now: datetime) -> int:
    """Enter what falls due by rule: reports of frozen quarters, monthly bulletins, yearly plans, answers to
    consultations and hearings. Returns how many items were new; running it again adds nothing."""
    actor.check_everywhere(PREPARE)
    new_count = calendar.add_missing(session, actor=actor, now=now)
    if new_count:
        record(
            session,
            "publication.refreshed_calendar",
            "disclosure_calendar:all",
            actor=actor,
            now=now,
            item_count=new_count,
        )
    return new_count


def add_item(
    session: Session,
    *,
    kind: ItemKind,
    title: str,
    title_en: str,
    due_on: date,
    actor: Actor,
    now: datetime,
) -> int:
    """Enter something that has to be disclosed by a day. Returns its id."""
    actor.check_everywhere(PREPARE)
    if kind is ItemKind.QUARTERLY_REPORT:
        raise InvalidInput("item_by_release")
    words = [checked(text, field="Title", longest=200, is_long=False) for text in (title, title_en)]
    number = (session.scalar(sa.select(sa.func.max(DisclosureItem.id))) or 0) + 1
    item = calendar.new_item(kind, f"entered:{number}", words[0], words[1], due_on, is_by_rule=False, now=now)
    session.add(item)
    session.flush()
    record(
        session,
        "publication.added_item",
        f"disclosure_item:{item.id}",
        actor=actor,
        now=now,
        kind=kind.value,
        due_on=due_on.isoformat(),
    )
    return item.id


def complete_item(
    session: Session,
    item_id: int,
    *,
    done_on: date,
    place: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Note that an item was published on a day, and where. A quarterly report is done by publishing its release."""
    actor.check_everywhere(PREPARE)
    item = session.get(DisclosureItem, item_id, with_for_update=True)
    if item is None:
        raise NotFound("item_unknown")
    if item.kind is ItemKind.QUARTERLY_REPORT:
        raise InvalidInput("item_by_release")
    if item.done_on is not None or item.version != version:
        raise ItemChanged
    if done_on > local_day(now, settings().zone):
        raise InvalidInput("item_done_in_future")
    item.place = checked(place, field="Where", longest=200, is_needed=False, is_long=False)
    item.done_on, item.done_recorded_at, item.done_by_id = done_on, now, actor.person_id
    item.version += 1
    session.flush()
    record(
        session,
        "publication.completed_item",
        f"disclosure_item:{item.id}",
        actor=actor,
        now=now,
        done_on=done_on.isoformat(),
    )
