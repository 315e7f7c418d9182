"""What people choose: checked whole, kept unreadable, followed by what waits already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from qs.access.actions import deactivate_person
from qs.actor import PUBLIC, SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.errors import InvalidInput, NotAllowed, NotFound
from qs.i18n import Language
from qs.notices import actions, queries, rules, webhook
from qs.notices.envelopes import Undelivered
from qs.notices.models import NoticeWish
from qs.notices.terms import (
    NOT_AT_ALL,
    ON_SCREEN,
    Channel,
    Failure,
    Notice,
    NoticeState,
    Rhythm,
    Strength,
    Weekday,
    Wish,
)
from qs.notices.waiting import waiting
from qs.settings import Settings
from tests.notices.office import BY_MAIL, MATTER, actor, choose, rows, somebody, tell
from tests.world import enroll, person

ZONE = Settings().zone
DAY = timedelta(days=1)
SECRET = b"k" * 32


def codes(wish, hosts=frozenset()):
    with pytest.raises(InvalidInput) as refused:
        rules.checked_wish(wish, webhook_hosts=hosts)
    return [problem.code for problem in refused.value.problems]


def test_until_somebody_chooses_notices_stand_on_the_screen_and_go_nowhere(store, now):
    person_id = enroll(store, "ann")
    assert tell(store, person_id, now, strength=Strength.REVIEW) is None
    assert tell(store, person_id, now, strength=Strength.ACT) is not None
    (row,) = rows(store)
    assert row.state is NoticeState.SHOWN
    with store.reading() as session:
        assert queries.own_preference(session, actor=actor(person_id)).wish == ON_SCREEN
        unread, count = queries.unread_notices(session, actor=actor(person_id))
        assert (list(unread["subject"]), count) == ([MATTER.subject], 1)
    with store.writing() as session:
        assert actions.mark_read(session, actor=actor(person_id), now=now) == 1
    with store.writing() as session:
        assert actions.mark_read(session, actor=actor(person_id), now=now) == 0


def test_nobody_marks_the_notices_of_another_as_read(store, now):
    notice_id = tell(store, somebody(store), now)
    other = enroll(store, "eve")
    with store.writing() as session:
        assert actions.mark_read(session, actor=actor(other, "eve"), now=now, notice_id=notice_id) == 0


def test_who_wants_nothing_at_all_is_told_nothing(store, now):
    person_id = somebody(store, NOT_AT_ALL)
    assert tell(store, person_id, now) is None


def test_who_goes_back_to_the_screen_finds_there_what_was_to_be_sent(store, now):
    person_id = somebody(store)
    tell(store, person_id, now)
    choose(store, person_id, Wish(Channel.SCREEN, "ann@office.example"), now)
    (row,) = rows(store)
    assert row.state is NoticeState.SHOWN
    with store.reading() as session:
        assert session.get(NoticeWish, person_id).address is None


def test_a_choice_is_kept_and_read_again(store, now):
    wish = Wish(Channel.EMAIL, "ann@office.example", Strength.REVIEW, Rhythm.WEEKLY, 17, Weekday.FRIDAY)
    person_id = somebody(store, wish)
    with store.reading() as session:
        preference = queries.own_preference(session, actor=actor(person_id))
    assert (preference.wish, preference.version, preference.signing_key) == (wish, 1, "")


def test_the_address_is_kept_unreadable_and_stands_in_no_trail(store):
    person_id = somebody(store)
    with store.reading() as session:
        kept = session.get(NoticeWish, person_id)
        assert b"ann" not in kept.address
        facts = [entry.facts for entry in session.scalars(sa.select(AuditEntry))]
    assert "office.example" not in str(facts)
    assert facts[-1] == {"channel": "email", "least": "watch", "rhythm": "at_once"}


def test_who_wants_nothing_leaves_no_address_behind(store, now):
    person_id = somebody(store)
    choose(store, person_id, Wish(Channel.NONE, "ann@office.example"), now)
    with store.reading() as session:
        assert session.get(NoticeWish, person_id).address is None


def test_a_choice_made_in_another_window_is_not_overwritten(store, now):
    person_id = somebody(store)
    with pytest.raises(actions.WishChanged), store.writing() as session:
        actions.set_wish(session, NOT_AT_ALL, version=0, actor=actor(person_id), now=now)
    with store.reading() as session:
        assert queries.own_preference(session, actor=actor(person_id)).wish == BY_MAIL


def test_the_public_chooses_nothing(store, now):
    with pytest.raises(NotFound), store.writing() as session:
        actions.set_wish(session, BY_MAIL, version=0, actor=PUBLIC, now=now)


def test_every_problem_is_named_at_once(store):
    assert codes(Wish(Channel.EMAIL, "", hour=24)) == ["notice_address_missing", "notice_hour_refused"]


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "ann@office",
        "a b@office.example",
        "ann@office.example\nBcc: eve@evil.example",
        "安@office.example",
        "@x.y",
    ],
)
def test_an_address_that_is_none_is_refused(address):
    assert codes(Wish(Channel.EMAIL, address)) == ["notice_email_unreadable"]


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example/a",
        "https://name:password@hooks.example/a",
        "https:///a",
        "https://hooks.example:99999/a",
        "https://hooks.example/a b",
        "https://hooks.example/a#b",
        "https://hooks.example\\@evil.example/",
        "ftp://hooks.example/",
        "https://[::1/",
        "https://hooks.example/\r\nHost: evil.example",
    ],
)
def test_a_webhook_address_that_is_none_is_refused(address):
    assert codes(Wish(Channel.WEBHOOK, address), frozenset({"hooks.example"})) == ["notice_webhook_unreadable"]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://evil.example/a", "evil.example"),
        ("https://hooks.example:8443/a", "hooks.example:8443"),
        ("https://hooks.example.evil.example/a", "hooks.example.evil.example"),
        ("https://169.254.169.254/latest", "169.254.169.254"),
    ],
)
def test_only_hosts_on_the_list_may_be_called(address, host):
    with pytest.raises(InvalidInput) as refused:
        rules.checked_wish(Wish(Channel.WEBHOOK, address), webhook_hosts=frozenset({"hooks.example"}))
    assert refused.value.problems[0].facts == {"host": host}


@pytest.mark.parametrize(
    "address", ["https://Hooks.Example/a?b=c", "https://hooks.example:443/a", "https://hooks.example./a"]
)
def test_spellings_of_an_allowed_host_are_one(address):
    wish = Wish(Channel.WEBHOOK, address)
    assert rules.checked_wish(wish, webhook_hosts=frozenset({"hooks.example"})) == wish


# Where a webhook may lead


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "192.0.2.1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(place):
    assert not webhook.is_public(ip_address(place))


@pytest.mark.parametrize("place", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet_are(place):
    assert webhook.is_public(ip_address(place))


def test_one_address_inside_among_several_is_enough_to_refuse(monkeypatch):
    found = [(None, None, None, "", (place, 443)) for place in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *args, **kinds: found)
    with pytest.raises(Undelivered) as refused:
        webhook.resolved(rules.Target("hooks.example", 443, "/"), Settings(webhook_hosts=["hooks.example"]))
    assert refused.value.failure is Failure.ADDRESS_PRIVATE


# When something goes out


@pytest.mark.parametrize(
    ("strength", "least", "is_told"),
    [
        (Strength.WATCH, Strength.WATCH, True),
        (Strength.WATCH, Strength.REVIEW, False),
        (Strength.REVIEW, Strength.REVIEW, True),
        (Strength.REVIEW, Strength.ACT, False),
        (Strength.ACT, Strength.WATCH, True),
    ],
)
def test_only_matters_from_the_chosen_strength_on_are_told(store, now, strength, least, is_told):
    person_id = somebody(store, replace(BY_MAIL, least=least))
    with store.reading() as session:
        found = queries.listeners(session, [person_id], strength=strength, actor=SYSTEM)
    assert bool(found) is is_told
    assert (tell(store, person_id, now, strength=strength) is not None) is is_told


def test_listeners_are_asked_in_their_language_and_those_who_left_are_not(store, now):
    ann = somebody(store, language=Language.ZH)
    bob = somebody(store, username="bob")
    gone = somebody(store, username="gone")
    with store.writing() as session:
        deactivate_person(session, gone, actor=SYSTEM, now=now)
        found = queries.listeners(session, [bob, ann, gone, 999], strength=Strength.ACT, actor=SYSTEM)
    assert [(one.person_id, one.language) for one in found] == [(ann, Language.ZH), (bob, Language.EN)]


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("rhythm", "at", "due"),
    [  # 23 November 2026 is a Monday
        (Rhythm.AT_ONCE, "2026-11-23 10:00", "2026-11-23 10:00"),
        (Rhythm.DAILY, "2026-11-23 07:59", "2026-11-23 08:00"),
        (Rhythm.DAILY, "2026-11-23 08:00", "2026-11-24 08:00"),
        (Rhythm.DAILY, "2026-11-23 23:30", "2026-11-24 08:00"),
        (Rhythm.WEEKLY, "2026-11-23 10:00", "2026-11-25 08:00"),
        (Rhythm.WEEKLY, "2026-11-25 07:00", "2026-11-25 08:00"),
        (Rhythm.WEEKLY, "2026-11-25 08:00", "2026-12-02 08:00"),
        (Rhythm.WEEKLY, "2026-11-26 00:00", "2026-12-02 08:00"),
    ],
)
def test_a_digest_goes_out_at_its_hour(rhythm, at, due):
    wish = replace(BY_MAIL, rhythm=rhythm, hour=8, weekday=Weekday.WEDNESDAY)
    assert rules.due_at(wish, local(at), ZONE) == local(due)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone follows
    st.sampled_from(Rhythm),
    st.integers(0, 23),
    st.sampled_from(Weekday),
)
def test_a_digest_is_never_late_by_more_than_its_rhythm(moment, rhythm, hour, weekday):
    wish = Wish(Channel.EMAIL, "a@b.c", rhythm=rhythm, hour=hour, weekday=weekday)
    longest = {Rhythm.AT_ONCE: timedelta(0), Rhythm.DAILY: DAY, Rhythm.WEEKLY: 7 * DAY}[rhythm]
    due = rules.due_at(wish, moment, ZONE)
    assert moment <= due <= moment + longest
    if rhythm is not Rhythm.AT_ONCE:
        assert due.astimezone(ZONE).hour == hour
    if rhythm is Rhythm.WEEKLY:
        assert due.astimezone(ZONE).weekday() == list(Weekday).index(weekday)


@given(st.integers(1, rules.MOST_ATTEMPTS), st.integers())
def test_pauses_grow_and_stay_within_bounds(attempts, seed):
    pause = rules.pause_after(attempts, Random(seed))
    whole = min(timedelta(minutes=4 ** (attempts - 1)), rules.LONGEST_PAUSE)
    assert whole / 2 <= pause <= whole


def test_what_waits_follows_a_new_choice(store, now):
    person_id = somebody(store)
    tell(store, person_id, now)
    choose(store, person_id, replace(BY_MAIL, rhythm=Rhythm.DAILY), now)
    (row,) = rows(store)
    assert (row.state, row.due_at) == (NoticeState.COLLECTED, local("2026-11-24 08:00"))
    choose(store, person_id, Wish(Channel.NONE), now)
    assert rows(store)[0].state is NoticeState.DROPPED


# What is left in the outbox


def test_a_notice_belongs_to_the_transaction_of_what_it_tells(store, now):
    person_id = somebody(store)
    with pytest.raises(RuntimeError), store.writing() as session:
        actions.queue_notice(session, person_id, MATTER, strength=Strength.ACT, dedupe_key="a", actor=SYSTEM, now=now)
        raise RuntimeError
    assert rows(store) == []


def test_two_people_may_be_told_the_same(store, now):
    ann, bob = somebody(store), somebody(store, username="bob")
    assert tell(store, ann, now) is not None
    assert tell(store, bob, now) is not None
    assert tell(store, bob, now) is None


def test_texts_are_made_fit_to_be_sent():
    clean = rules.cleaned_notice(Notice("a:1", "a.b", "one\r\ntwo\x00  three", f"first\n{'x' * 5000}"))
    assert clean.subject == "one two three"
    assert clean.body.startswith("first\nxxx")
    assert len(clean.body) == 4000
    assert clean.body.endswith("…")


@pytest.mark.parametrize("link", ["https://evil.example", "//evil.example", "signals", "/a b", "/a\nb"])
def test_a_link_stays_on_this_site(link):
    with pytest.raises(ValueError, match="no place on this site"):
        rules.cleaned_notice(replace(MATTER, link=link))


def test_every_person_and_address_has_a_signing_key_of_its_own():
    keys = {rules.signing_key(SECRET, number, address) for number in (1, 2) for address in ("a", "b")}
    assert len(keys) == 4


def test_the_signature_is_the_one_of_the_specification():
    """The example in the tests of the specification's own libraries."""
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = rules.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_trial_goes_to_oneself_at_once_whatever_the_rhythm(store, now):
    person_id = somebody(store, replace(BY_MAIL, rhythm=Rhythm.WEEKLY))
    with store.writing() as session:
        actions.ask_for_trial(session, actor=actor(person_id), now=now)
    (row,) = rows(store)
    assert (row.state, row.due_at, row.subject) == (NoticeState.QUEUED, now, "Trial notice")


def test_who_is_told_nothing_can_try_nothing(store, now):
    person_id = enroll(store, "ann")
    with pytest.raises(actions.NowhereToGo), store.writing() as session:
        actions.ask_for_trial(session, actor=actor(person_id), now=now)


def test_only_what_was_given_up_is_sent_again(store, now):
    notice_id = tell(store, somebody(store), now)
    with pytest.raises(actions.NotGivenUp), store.writing() as session:
        actions.send_again(session, notice_id, actor=SYSTEM, now=now)
    with pytest.raises(NotFound), store.writing() as session:
        actions.send_again(session, 999, actor=SYSTEM, now=now)


def test_the_keepers_see_what_waits_for_want_of_a_mail_server(store, now):
    tell(store, somebody(store), now)
    keeper = person(Role.INFORMATION_TECHNOLOGY)
    with store.reading() as session:
        seen = queries.outlook(session, actor=keeper)
        (line,) = waiting(session, actor=keeper, now=now)
        frame = queries.outbox(session, actor=keeper)
        with pytest.raises(NotAllowed):
            queries.outbox(session, actor=person(Role.SUPERVISOR))
    assert (seen.can_mail, seen.waiting_count, seen.stuck_count, seen.oldest_at) == (False, 1, 1, now)
    assert line.code == "notices_stuck"
    assert MATTER.subject not in frame.to_csv()


def test_an_empty_outbox_has_its_columns(store):
    with store.reading() as session:
        assert list(queries.outbox(session, actor=SYSTEM).columns) == queries.OUTBOX_COLUMNS
        assert list(queries.own_notices(session, actor=PUBLIC).columns) == queries.OWN_COLUMNS


def test_a_mail_server_needs_a_sender():
    with pytest.raises(ValueError, match="QS_MAIL_FROM"):
        Settings(smtp_host="mail.office.example")
