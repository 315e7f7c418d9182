"""Attempts are counted, tickets serve once, and a session ends when anything about it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.access import actions, queries, sign_in
from qs.access.models import SignInAttempt, SignInTicket, WebSession
from qs.access.rules import SignInRefused, token_hash
from qs.access.sign_in import TICKET_LIFE, VISITOR
from qs.actor import SYSTEM, Grant, Role
from qs.db import Database
from qs.settings import settings
from tests import world
from tests.conftest import AUDIT_KEY
from tests.world import enroll

WINDOW = timedelta(minutes=settings().lockout_minutes)
SECOND = timedelta(seconds=1)


@pytest.fixture
def ann(store):
    return enroll(store, "ann", Role.SUPERVISOR)


def begin(store, now, username="ann", address="1.2.3.4"):
    with store.writing() as session:
        return sign_in.begin_sign_in(session, username, address=address, actor=VISITOR, now=now)


def finish(store, attempt, now, browser_hash="browser"):
    with store.writing() as session:
        return sign_in.finish_sign_in(session, attempt, browser_hash=browser_hash, actor=VISITOR, now=now)


def claim(store, ticket, now, browser_hash="browser"):
    with store.writing() as session:
        return sign_in.claim_ticket(session, ticket, browser_hash=browser_hash, actor=VISITOR, now=now)


def session_of(store, token, now):
    with store.reading() as session:
        return queries.open_session(session, token_hash(token), now=now)


def test_five_failures_lock_the_name_and_time_unlocks_it(store, ann, now):
    for number in range(5):
        begin(store, now, address=f"10.0.0.{number}")
    with pytest.raises(SignInRefused):
        begin(store, now + WINDOW - SECOND, address="10.0.1.1")
    assert begin(store, now + WINDOW).person_id == ann


def test_the_count_survives_a_restart(store, store_url, ann, now):
    for _ in range(5):
        begin(store, now)
    again = Database(sa.create_engine(store_url), audit_key=AUDIT_KEY)
    with pytest.raises(SignInRefused):
        begin(again, now)
    again.engine.dispose()


def test_unknown_names_are_locked_alike(store, now):
    for _ in range(5):
        assert begin(store, now, "nobody").person_id is None
    with pytest.raises(SignInRefused):
        begin(store, now, "nobody")


def test_a_success_forgives_the_name_but_not_the_address(store, ann, now):
    for _ in range(4):
        begin(store, now)
    finish(store, begin(store, now), now)
    for _ in range(5):
        begin(store, now)
    with pytest.raises(SignInRefused):
        begin(store, now)
    with store.reading() as session:
        attempt = session.scalars(sa.select(SignInAttempt)).first()
        assert sign_in.recent_failures(session, attempt, now=now).address == 9


def test_one_address_is_locked_whatever_the_names(store, now, monkeypatch):
    for number in range(settings().lockout_address_failures):
        begin(store, now, f"name-{number}")
    with pytest.raises(SignInRefused):
        begin(store, now, "another")
    assert begin(store, now, "another", address="4.3.2.1")


def test_names_and_addresses_are_not_kept_in_clear(store, ann, now):
    begin(store, now)
    with store.reading() as session:
        kept = session.scalars(sa.select(SignInAttempt)).one()
    assert "ann" not in kept.username_hash
    assert kept.username_hash != token_hash("ann")
    assert "1.2.3.4" not in kept.address_hash


def test_a_ticket_becomes_a_session_once(store, ann, now):
    ticket = finish(store, begin(store, now), now)
    claimed = claim(store, ticket, now)
    found = session_of(store, claimed.token, now)
    assert (found.actor.username, found.actor.roles) == ("ann", (Role.SUPERVISOR,))
    with pytest.raises(SignInRefused):
        claim(store, ticket, now)


def test_a_ticket_is_refused_elsewhere_and_too_late(store, ann, now):
    ticket = finish(store, begin(store, now), now)
    with pytest.raises(SignInRefused):
        claim(store, ticket, now, browser_hash="another browser")
    with pytest.raises(SignInRefused):
        claim(store, ticket, now + TICKET_LIFE)
    assert claim(store, ticket, now + TICKET_LIFE - SECOND)


def test_tokens_are_kept_as_hashes_only(store, ann, now):
    ticket = finish(store, begin(store, now), now)
    with store.reading() as session:
        assert session.scalar(sa.select(SignInTicket.ticket_hash)) == token_hash(ticket)
    token = claim(store, ticket, now).token
    with store.reading() as session:
        assert session.scalar(sa.select(WebSession.token_hash)) == token_hash(token)


@pytest.mark.parametrize("change", ["password", "deactivation"])
def test_what_changed_during_the_comparison_counts(store, ann, now, change):
    attempt = begin(store, now)
    with store.writing() as session:
        if change == "password":
            actions.reset_password(session, ann, "new hash", actor=SYSTEM, now=now)
        else:
            actions.deactivate_person(session, ann, actor=SYSTEM, now=now)
    with pytest.raises(SignInRefused):
        finish(store, attempt, now)


def test_a_session_ends_by_rest_age_and_every_kind_of_revocation(store, ann, now):
    idle, age = timedelta(minutes=settings().session_idle_minutes), timedelta(hours=settings().session_hours)
    token = world.sign_in(store, "ann", now=now)
    assert session_of(store, token, now + idle - SECOND)
    assert session_of(store, token, now + idle) is None
    with store.writing() as session:
        session.execute(sa.update(WebSession).values(last_seen_at=now + age))
    assert session_of(store, token, now + age) is None
    for revoke in (
        lambda s, token: actions.end_sessions(s, ann, actor=SYSTEM, now=now),
        lambda s, token: actions.reset_password(s, ann, "no password", actor=SYSTEM, now=now),
        lambda s, token: sign_in.end_session(s, token_hash(token), actor=SYSTEM, now=now),
        lambda s, token: actions.deactivate_person(s, ann, actor=SYSTEM, now=now),
    ):
        token = world.sign_in(store, "ann", now=now)
        assert session_of(store, token, now)
        with store.writing() as session:
            revoke(session, token)
        assert session_of(store, token, now) is None


def test_new_roles_count_in_a_session_already_open(store, ann, now):
    token = world.sign_in(store, "ann", now=now)
    with store.writing() as session:
        actions.set_grants(session, ann, [Grant(Role.AUDITOR)], actor=SYSTEM, now=now)
    assert session_of(store, token, now).actor.roles == (Role.AUDITOR,)


def test_use_is_noted_at_most_once_a_minute(store, ann, now):
    token = world.sign_in(store, "ann", now=now)
    for gap, noted in ((timedelta(seconds=59), now), (timedelta(seconds=61), now + timedelta(seconds=61))):
        with store.writing() as session:
            sign_in.touch_session(session, token_hash(token), now=now + gap)
        assert session_of(store, token, now).last_seen_at == noted


def test_ended_sessions_are_told_apart_from_open_ones(store, ann, now):
    here, there = (token_hash(world.sign_in(store, "ann", now=now)) for _ in range(2))
    with store.writing() as session:
        sign_in.end_session(session, there, actor=SYSTEM, now=now)
    with store.reading() as session:
        assert queries.ended_among(session, frozenset({here, there, "forged"}), now=now) == {there, "forged"}
        actor = queries.actor_of_session(session, here, now=now)
        assert list(queries.open_sessions(session, actor=actor, now=now)["token_hash"]) == [here]
