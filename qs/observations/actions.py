"""What can be done with feeds: a new source is entered, its layout saved, its silence limit changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotFound
from qs.observations.feeds import FeedMapping, Raw, read_mapping, shipped_mappings
from qs.observations.models import Feed
from qs.versions import Subject, raise_version

EDIT = Permission.FEEDS_EDIT
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
NAME_LENGTH = 200


class FeedCodeTaken(Conflict):
    """Another feed has this code."""

    code = "feed_code_taken"


def add_feed(
    session: Session,
    *,
    code: str,
    name: str,
    name_en: str | None = None,
    mapping: Raw | None = None,
    silent_after_hours: float | None = None,
    actor: Actor,
    now: datetime,
) -> Feed:
    """Enter a source of events; with a mapping it takes files. Raises InvalidInput or FeedCodeTaken."""
    actor.check_everywhere(EDIT)
    if not CODE.fullmatch(code):
        raise InvalidInput("feed_code_faulty")
    check_name(name, name_en)
    check_hours(silent_after_hours)
    feed = Feed(
        code=code,
        name=name.strip(),
        name_en=(name_en or "").strip() or None,
        mapping=checked(mapping, code),
        silent_after_hours=silent_after_hours,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(feed)
            session.flush()
    except IntegrityError as error:
        raise FeedCodeTaken(value=code) from error
    raise_version(session, Subject.EVENTS)
    record(session, "feeds.added", f"feed:{feed.id}", actor=actor, now=now, code=code, takes_files=mapping is not None)
    return feed


def change_feed(
    session: Session,
    feed_id: int,
    *,
    name: str,
    name_en: str | None = None,
    silent_after_hours: float | None = None,
    is_active: bool = True,
    actor: Actor,
    now: datetime,
) -> None:
    """Rename a feed, set when it counts as silent, or take it out of use. Its code and its events stay."""
    actor.check_everywhere(EDIT)
    check_name(name, name_en)
    check_hours(silent_after_hours)
    feed = found_feed(session, feed_id)
    wanted = {
        "name": name.strip(),
        "name_en": (name_en or "").strip() or None,
        "silent_after_hours": silent_after_hours,
        "is_active": is_active,
    }
    changes = {field: value for field, value in wanted.items() if getattr(feed, field) != value}
    before = {f"{field}_from": getattr(feed, field) for field in changes}
    for field, value in changes.items():
        setattr(feed, field, value)
    raise_version(session, Subject.EVENTS)
    after = {f"{field}_to": value for field, value in changes.items()}
    record(session, "feeds.changed", f"feed:{feed_id}", actor=actor, now=now, **before, **after)


def save_mapping(session: Session, feed_id: int, mapping: Raw, *, actor: Actor, now: datetime) -> None:
    """Give a feed the layout of its files. Raises InvalidInput naming each faulty field."""
    actor.check_everywhere(EDIT)
    feed = found_feed(session, feed_id)
    feed.mapping = checked(mapping, feed.code)
    record(session, "feeds.saved_mapping", f"feed:{feed_id}", actor=actor, now=now, code=feed.code)


def load_feeds(session: Session, mappings: Iterable[FeedMapping] | None = None, *, actor: Actor, now: datetime) -> int:
    """Add the shipped feeds that are not there yet; returns how many. What the office changed stays."""
    actor.check_everywhere(EDIT)
    present = set(session.scalars(sa.select(Feed.code)))
    wanted = shipped_mappings().values() if mappings is None else mappings
    missing = [mapping for mapping in wanted if mapping.code not in present]
    for mapping in missing:
        session.add(
            Feed(
                code=mapping.code,
                name=mapping.name,
                name_en=mapping.name_en,
                mapping=dict(mapping.raw),
                silent_after_hours=mapping.silent_after_hours,
                created_at=now,
            )
        )
    if missing:
        session.flush()
        raise_version(session, Subject.EVENTS)
        codes = [mapping.code for mapping in missing]
        record(session, "feeds.loaded", "feeds:shipped", actor=actor, now=now, codes=codes)
    return len(missing)


def found_feed(session: Session, feed_id: int) -> Feed:
    feed = session.get(Feed, feed_id, with_for_update=True)
    if feed is None:
        raise NotFound("feed_unknown")
    return feed


def checked(mapping: Raw | None, code: str) -> dict[str, object] | None:
    """The mapping as it is stored, under the feed's own code."""
    if mapping is None:
        return None
    own = {**mapping, "code": code}
    read_mapping(own)
    return own


def check_name(name: str, name_en: str | None) -> None:
    if not name.strip() or max(len(name), len(name_en or "")) > NAME_LENGTH:
        raise InvalidInput("feed_name_faulty")


def check_hours(hours: float | None) -> None:
    if hours is not None and not (math.isfinite(hours) and hours > 0):
        raise InvalidInput("feed_hours_faulty")
