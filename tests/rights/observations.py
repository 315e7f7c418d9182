"""Who may bring in events, and who may say where they come from."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta

from qs.actor import SYSTEM, Role
from qs.observations import actions
from qs.observations.feeds import FEED_FILES
from qs.observations.ingest import ingest
from qs.observations.reminders import answer_reminder, remind_feed
from tests.rights.attempt import Attempt
from tests.world import batch_of

KEEPERS = frozenset({Role.INFORMATION_TECHNOLOGY})
CHASERS = frozenset({Role.SUPERVISOR})
BRINGERS = frozenset({Role.SUPERVISOR, Role.INFORMATION_TECHNOLOGY})


def nothing(session, stage):
    return None


def feed(session, stage):
    return actions.add_feed(session, code="rights", name="数据源", actor=stage.helper, now=stage.now).id


def bring(session, stage, feed_id, actor):
    event = {
        "happened_at": stage.now,
        "event_id": "1",
        "service_id": stage.service_id,
        "indicator_id": stage.world.on_time,
        "area_id": stage.world.north,
        "numerator": 1.0,
    }
    ingest(session, batch_of(event), feed_id=feed_id, actor=actor, now=stage.now)


def silent_feed(session, stage):
    """A feed that spoke of the service a week ago and then no more."""
    feed_id = feed(session, stage)
    bring(session, replace(stage, now=stage.now - timedelta(days=7)), feed_id, SYSTEM)
    return feed_id


def remind(session, stage, feed_id, actor):
    return remind_feed(session, feed_id, stage.service_id, actor=actor, now=stage.now)


def reminded(session, stage):
    return remind(session, stage, silent_feed(session, stage), stage.helper)


def row(name, act, prepare=nothing):
    return Attempt(f"observations.actions.{name}", KEEPERS, prepare, act, is_scoped=False, is_office_wide=True)


ATTEMPTS = (
    row(
        "add_feed",
        lambda session, stage, made, actor: actions.add_feed(
            session, code="another", name="另一来源", actor=actor, now=stage.now
        ),
    ),
    row(
        "change_feed",
        lambda session, stage, made, actor: actions.change_feed(session, made, name="改名", actor=actor, now=stage.now),
        feed,
    ),
    row(
        "save_mapping",
        lambda session, stage, made, actor: actions.save_mapping(
            session, made, tomllib.loads((FEED_FILES / "general.toml").read_text()), actor=actor, now=stage.now
        ),
        feed,
    ),
    row(
        "load_feeds",
        lambda session, stage, made, actor: actions.load_feeds(session, actor=actor, now=stage.now),
    ),
    Attempt("observations.ingest.ingest", BRINGERS, feed, bring),
    Attempt("observations.reminders.remind_feed", CHASERS, silent_feed, remind),
    Attempt(
        "observations.reminders.answer_reminder",
        KEEPERS,
        reminded,
        lambda session, stage, made, actor: answer_reminder(
            session, made, "周一恢复", version=1, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
)
