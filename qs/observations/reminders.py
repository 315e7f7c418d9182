"""Reminders to those who run a feed: nothing comes about a service, and more was expected; asked, answered, traced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission
from qs.audit.actions import Fact, record
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotFound
from qs.frames import members
from qs.i18n import gettext as _
from qs.i18n import number, pick, speaking
from qs.notices.actions import queue_notice
from qs.notices.queries import listeners
from qs.notices.terms import Notice, Strength
from qs.observations.models import Feed, FeedReminder, Stream
from qs.observations.recording import OFFICE_FEED
from qs.observations.rhythms import rhythms
from qs.observations.terms import FIELDS, ReminderState
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked

CHASE, EDIT, READ = Permission.FEEDS_CHASE, Permission.FEEDS_EDIT, Permission.FEEDS_READ
LEAST_SILENCE = timedelta(hours=24)
REPEAT_AFTER = timedelta(days=3)  # between two reminders of one silence (local rule)
MOST_REMINDERS = 3  # of one silence: whoever does not answer three will not answer a fourth (local rule)
REMINDER_COLUMNS = (
    "reminder_id",
    "feed_id",
    "feed",
    "feed_en",
    "service_id",
    "service",
    "service_en",
    "silent_since",
    "expected_count",
    "asker",
    "asker_en",
    "asked_at",
    "answer",
    "answerer",
    "answerer_en",
    "answered_at",
    "state",
    "version",
)


class FeedNotSilent(Conflict):
    """Something came within the last day."""

    code = "feed_not_silent"


class RemindedLately(Conflict):
    """The last reminder is too fresh."""

    code = "feed_reminded_lately"


class RemindedEnough(Conflict):
    """So many reminders are enough for one silence."""

    code = "feed_reminded_enough"


@dataclass(frozen=True)
class FeedOfService:
    """A feed that speaks of a service: since when it is silent, and the newest reminder of this silence, if any."""

    feed_id: int
    name: str
    name_en: str
    last_at: datetime
    asked_at: datetime | None
    state: ReminderState | None
    may_be_reminded: bool  # silent for long enough, and not reminded too often or too lately


@dataclass(frozen=True)
class Silence:
    """What a feed last said of a service, over all its indicators, and how much it used to say until today."""

    since: datetime
    expected_count: float | None


def remind_feed(session: Session, feed_id: int, service_id: int, *, actor: Actor, now: datetime) -> int:
    """Remind those who run a feed that nothing comes about a service; returns the reminder's id.

    Raises NotAllowed, NotFound, FeedNotSilent, RemindedLately, RemindedEnough.
    """
    actor.check(CHASE)
    service = session.scalars(
        sa.select(Service).where(Service.id == service_id, Service.id.in_(visible_services(actor, CHASE)))
    ).one_or_none()
    feed = session.get(Feed, feed_id, with_for_update=True)
    if service is None or feed is None or feed.code == OFFICE_FEED:
        raise NotFound("feed_unknown")
    found = silence_of(session, feed_id, service_id, actor=actor, now=now)
    if now - found.since < LEAST_SILENCE:
        raise FeedNotSilent
    check_not_reminded(session, feed_id, service_id, found.since, now)
    stored = FeedReminder(
        feed_id=feed_id,
        service_id=service_id,
        silent_since=found.since,
        expected_count=found.expected_count,
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(stored)
    session.flush()
    tell_keepers(session, stored, feed, service, actor=actor, now=now)
    facts: dict[str, Fact] = {"service_id": service_id, "silent_since": found.since.isoformat()}
    facts["expected"] = found.expected_count
    record(session, "feeds.reminded", f"feed:{feed_id}", actor=actor, now=now, **facts)
    return stored.id


def answer_reminder(
    session: Session, reminder_id: int, answer: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Say what is the matter with the feed and when it comes again.

    Raises NotAllowed, NotFound, Conflict, InvalidInput.
    """
    actor.check_everywhere(EDIT)
    stored = session.get(FeedReminder, reminder_id, with_for_update=True)
    if stored is None:
        raise NotFound("feed_reminder_unknown")
    if stored.version != version or stored.answered_at is not None:
        raise Conflict("feed_reminder_changed")
    stored.answer = checked(answer, field=FIELDS["answer"])
    stored.answered_by, stored.answered_at, stored.version = actor.person_id, now, stored.version + 1
    facts = {"service_id": stored.service_id}
    record(session, "feeds.answered_reminder", f"feed:{stored.feed_id}", actor=actor, now=now, **facts)


def silence_of(session: Session, feed_id: int, service_id: int, *, actor: Actor, now: datetime) -> Silence:
    """Since when a feed says nothing of a service, and how many events it used to send in so long a time."""
    statement = sa.select(Stream.indicator_id, Stream.last_happened_at)
    rows = session.execute(statement.where(Stream.feed_id == feed_id, Stream.service_id == service_id)).all()
    if not rows:
        raise NotFound("feed_unknown")
    since = max(row.last_happened_at for row in rows)
    groups = {"feed": [row.indicator_id for row in rows]}
    known = rhythms(session, groups, actor=actor, now=now, service_id=service_id).get((service_id, "feed"))
    days = (now - since) / timedelta(days=1)
    return Silence(since, known.expected(days) if known is not None and known.is_known else None)


def check_not_reminded(session: Session, feed_id: int, service_id: int, since: datetime, now: datetime) -> None:
    asked = session.scalars(
        sa.select(FeedReminder.asked_at).where(
            FeedReminder.feed_id == feed_id,
            FeedReminder.service_id == service_id,
            FeedReminder.asked_at > since,
        )
    ).all()
    if len(asked) >= MOST_REMINDERS:
        raise RemindedEnough(count=MOST_REMINDERS)
    if asked and now - max(asked) < REPEAT_AFTER:
        raise RemindedLately(days=REPEAT_AFTER.days)


def tell_keepers(
    session: Session, stored: FeedReminder, feed: Feed, service: Service, *, actor: Actor, now: datetime
) -> None:
    """Leave notices to those who keep the feeds."""
    keepers = {one.person_id for one in actors_by_username(session).values() if one.has_everywhere(EDIT)}
    told = {one for one in keepers if one is not None}
    for listener in listeners(session, told, strength=Strength.REVIEW, actor=actor):
        with speaking(listener.language):
            name = pick(feed.name, feed.name_en)
            notice = Notice(
                topic=f"feed:{feed.id}",
                kind="feed.reminded",
                subject=_("Nothing comes from {feed}").format(feed=name),
                body=reminder_words(stored, pick(service.name, service.name_en)),
                link=f"/feeds?feed={feed.id}",
            )
        queue_notice(
            session,
            listener.person_id,
            notice,
            strength=Strength.REVIEW,
            dedupe_key=f"feed_reminder:{stored.id}",
            actor=actor,
            now=now,
        )


def reminder_words(stored: FeedReminder, service: str) -> str:
    """Which service is silent since when, and how much was expected, in the language of the run."""
    day = local_day(stored.silent_since, settings().zone).isoformat()
    if stored.expected_count is None:
        return _("{service}: nothing since {day}").format(service=service, day=day)
    words = _("{service}: nothing since {day}, where about {expected} were expected")
    return words.format(service=service, day=day, expected=number(stored.expected_count))


def reminders(session: Session, *, feed_id: int | None = None, actor: Actor) -> pd.DataFrame:
    """One row per reminder about services in the actor's scope, newest first: REMINDER_COLUMNS.

    `state` is an enum member; missing texts "", missing moments NaT.
    """
    actor.check(READ)
    asker, answerer = aliased(Person), aliased(Person)
    received = (
        sa.select(sa.func.max(Stream.last_happened_at))
        .where(Stream.feed_id == FeedReminder.feed_id, Stream.service_id == FeedReminder.service_id)
        .scalar_subquery()
    )
    statement = (
        sa.select(
            FeedReminder.id.label("reminder_id"),
            FeedReminder.feed_id,
            Feed.name.label("feed"),
            sa.func.coalesce(Feed.name_en, "").label("feed_en"),
            FeedReminder.service_id,
            Service.name.label("service"),
            sa.func.coalesce(Service.name_en, "").label("service_en"),
            FeedReminder.silent_since,
            FeedReminder.expected_count,
            sa.func.coalesce(asker.name, "").label("asker"),
            sa.func.coalesce(asker.name_en, "").label("asker_en"),
            FeedReminder.asked_at,
            FeedReminder.answer,
            sa.func.coalesce(answerer.name, "").label("answerer"),
            sa.func.coalesce(answerer.name_en, "").label("answerer_en"),
            FeedReminder.answered_at,
            FeedReminder.version,
            received.label("received_at"),
        )
        .join(Feed, Feed.id == FeedReminder.feed_id)
        .join(Service, Service.id == FeedReminder.service_id)
        .outerjoin(asker, asker.id == FeedReminder.asked_by)
        .outerjoin(answerer, answerer.id == FeedReminder.answered_by)
        .where(FeedReminder.service_id.in_(visible_services(actor, READ)))
        .order_by(FeedReminder.asked_at.desc(), FeedReminder.id.desc())
    )
    if feed_id is not None:
        statement = statement.where(FeedReminder.feed_id == feed_id)
    rows = [row._asdict() for row in session.execute(statement)]
    states = [state_of(row["silent_since"], row["received_at"], row["answered_at"]) for row in rows]
    frame = pd.DataFrame(rows, columns=[name for name in REMINDER_COLUMNS if name != "state"])
    moments = ("silent_since", "asked_at", "answered_at")
    typed = frame.astype({"expected_count": "float64"}).assign(
        state=members(states), **{name: pd.to_datetime(frame[name], utc=True) for name in moments}
    )
    return typed[list(REMINDER_COLUMNS)]


def feeds_of_service(session: Session, service_id: int, *, actor: Actor, now: datetime) -> list[FeedOfService]:
    """The feeds that ever spoke of a service in the actor's scope, the longest silent first; not the office's own."""
    actor.check(READ)
    statement = (
        sa.select(Feed.id, Feed.name, sa.func.coalesce(Feed.name_en, ""), sa.func.max(Stream.last_happened_at))
        .join(Stream, Stream.feed_id == Feed.id)
        .where(
            Stream.service_id == service_id,
            Feed.code != OFFICE_FEED,
            Stream.service_id.in_(visible_services(actor, READ)),
        )
        .group_by(Feed.id)
        .order_by(sa.func.max(Stream.last_happened_at), Feed.id)
    )
    found = []
    for feed_id, name, name_en, last_at in session.execute(statement):
        told = session.scalars(
            sa.select(FeedReminder)
            .where(
                FeedReminder.feed_id == feed_id,
                FeedReminder.service_id == service_id,
                FeedReminder.asked_at > last_at,
            )
            .order_by(FeedReminder.asked_at.desc())
        ).all()
        newest = told[0] if told else None
        may = (
            now - last_at >= LEAST_SILENCE
            and len(told) < MOST_REMINDERS
            and (newest is None or now - newest.asked_at >= REPEAT_AFTER)
        )
        state = None if newest is None else state_of(newest.silent_since, last_at, newest.answered_at)
        found.append(
            FeedOfService(feed_id, name, name_en, last_at, None if newest is None else newest.asked_at, state, may)
        )
    return found


def state_of(silent_since: datetime, received_at: datetime | None, answered_at: datetime | None) -> ReminderState:
    """Where a reminder stands: over when something newer came, whoever said what."""
    if received_at is not None and received_at > silent_since:
        return ReminderState.OVER
    return ReminderState.ANSWERED if answered_at is not None else ReminderState.OPEN
