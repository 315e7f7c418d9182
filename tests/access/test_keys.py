"""API keys: shown once, bound to a feed, ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.access import actions, queries
from qs.access.models import ApiKey
from qs.access.rules import KEY, NameRefused
from qs.access.sign_in import touch_key
from qs.access.terms import KeyPurpose
from qs.actor import Permission, Role
from qs.errors import InvalidInput, NotFound
from tests.world import enroll, person


@pytest.fixture
def clerk(store):
    person_id = enroll(store, "clerk", Role.INFORMATION_TECHNOLOGY)
    return person(Role.INFORMATION_TECHNOLOGY, username="clerk", person_id=person_id)


def issue(store, clerk, now, **options):
    with store.writing() as session:
        return actions.issue_api_key(session, "bus stops", actor=clerk, now=now, **options)


def actor_of(store, key, now):
    with store.reading() as session:
        return queries.actor_of_key(session, key, now=now)


def test_a_key_may_add_events_to_its_feed_and_nothing_else(store, clerk, now):
    actor = actor_of(store, issue(store, clerk, now, feed_id=7).clear, now)
    assert actor.permissions == {Permission.EVENTS_ADD}
    assert actor.feed_id == 7


def test_a_key_is_kept_as_a_hash_that_needs_the_secret(store, clerk, now):
    issued = issue(store, clerk, now)
    assert KEY.fullmatch(issued.clear)
    with store.reading() as session:
        kept = session.get(ApiKey, issued.key_id)
        assert issued.clear not in str(vars(kept))
        assert kept.hint == issued.clear[:8]


@pytest.mark.parametrize("key", ["", "qs_", "qs_" + "x" * 43, "bearer", "qs_" + "x" * 10_000, "qs_é" + "x" * 42])
def test_anything_else_is_no_key(store, clerk, now, key):
    issue(store, clerk, now)
    assert actor_of(store, key, now) is None


def test_a_key_ends_when_revoked_or_expired(store, clerk, now):
    lasting, brief = issue(store, clerk, now), issue(store, clerk, now, expires_at=now + timedelta(days=1))
    assert actor_of(store, brief.clear, now + timedelta(days=1)) is None
    with store.writing() as session:
        actions.revoke_api_key(session, lasting.key_id, actor=clerk, now=now)
    assert actor_of(store, lasting.clear, now) is None
    with store.reading() as session:
        keys = queries.api_keys(session, actor=clerk)
    assert list(keys["key_id"]) == [brief.key_id, lasting.key_id]
    assert keys["revoked_at"][1] == now


def test_use_of_a_key_is_noted(store, clerk, now):
    key = issue(store, clerk, now)
    for later in (timedelta(0), timedelta(seconds=30), timedelta(minutes=2)):
        with store.writing() as session:
            touch_key(session, key.clear, now=now + later)
    with store.reading() as session:
        assert session.scalar(sa.select(ApiKey.last_used_at)) == now + timedelta(minutes=2)


def test_a_key_needs_a_name_and_must_exist_to_be_revoked(store, clerk, now):
    with pytest.raises(NameRefused), store.writing() as session:
        actions.issue_api_key(session, " ", actor=clerk, now=now)
    with pytest.raises(NotFound), store.writing() as session:
        actions.revoke_api_key(session, 99, actor=clerk, now=now)


def test_a_key_that_files_requests_may_send_no_events(store, clerk, now):
    actor = actor_of(store, issue(store, clerk, now, purpose=KeyPurpose.REQUESTS).clear, now)
    assert actor.permissions == {Permission.COMPLAINTS_FORWARD}


def test_a_key_that_files_requests_belongs_to_no_feed(store, clerk, now):
    with pytest.raises(InvalidInput, match="key_of_requests_with_feed"):
        issue(store, clerk, now, purpose=KeyPurpose.REQUESTS, feed_id=7)
    with store.reading() as session:
        assert session.scalars(sa.select(ApiKey)).all() == []
