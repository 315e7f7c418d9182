"""Delivery: what is due goes out once, over real sockets; what fails comes back later or is given up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from qs.access.actions import deactivate_person
from qs.actor import SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.db import Database, make_engine
from qs.i18n import Language
from qs.notices import actions, delivery, queries
from qs.notices.delivery import deliver
from qs.notices.rules import MOST_ATTEMPTS, message_key
from qs.notices.terms import Channel, Failure, Notice, NoticeState, Rhythm, Strength, Wish
from qs.notices.waiting import waiting
from qs.settings import MailSecurity, Settings
from tests.conftest import AUDIT_KEY
from tests.notices.conftest import free_port, mail_settings, post_office
from tests.notices.office import BY_MAIL, MATTER, choose, rows, somebody, tell
from tests.world import person

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def sent(store, settings, now, rng=None):
    return deliver(store, settings, now, rng=rng or Random(1))


def test_a_notice_arrives_as_a_plain_message_of_a_machine(store, mail, mailing, now):
    person_id = somebody(store)
    tell(store, person_id, now)
    assert sent(store, mailing, now).sent_count == 1
    (letter,) = mail.letters
    assert letter.recipients == ["ann@office.example"]
    assert letter.sender == "qs@office.example"
    message = letter.message
    assert message["subject"] == "急诊等候时间变长"
    assert message["from"] == "Public Service Quality Supervision Office <qs@office.example>"
    assert message["auto-submitted"] == "auto-generated"
    assert message["message-id"] == f"<{message_key(person_id, 'signal:12:raised')}@office.example>"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert letter.raw.isascii()
    text = letter.text
    assert text.startswith("最近七天的均值高于上限。\n\nhttps://qs.example/signals?signal=12\n\n-- \n")
    assert "change or end it under My account: https://qs.example/account" in text
    (row,) = rows(store)
    assert (row.state, row.attempts, row.last_error) == (NoticeState.SENT, 1, None)
    assert now <= row.sent_at < now + MINUTE


def test_the_footing_is_in_the_language_of_the_recipient(store, mail, mailing, now):
    tell(store, somebody(store, language=Language.ZH), now)
    sent(store, mailing, now)
    assert "公共服务质量监督办公室" in mail.letters[0].text
    assert "公共服务质量监督办公室" in mail.letters[0].message["from"]


def test_what_was_sent_is_not_sent_again(store, mail, mailing, now):
    person_id = somebody(store)
    assert tell(store, person_id, now) is not None
    sent(store, mailing, now)
    assert tell(store, person_id, now + DAY) is None
    assert sent(store, mailing, now + DAY).sent_count == 0
    assert len(mail.letters) == 1


def test_the_password_comes_from_its_file(store, mail, certificates, now, tmp_path):
    (tmp_path / "password").write_text("right password\n", encoding="utf-8")
    chosen = mail_settings(mail, certificates, smtp_password_file=tmp_path / "password")
    tell(store, somebody(store), now)
    assert sent(store, chosen, now).sent_count == 1
    assert mail.signed_in == [(b"qs", b"right password")]


def test_without_a_mail_server_notices_wait_and_nothing_is_lost(store, now):
    tell(store, somebody(store), now)
    result = sent(store, Settings(), now)
    assert (result.sent_count, result.stuck_count) == (0, 1)
    (row,) = rows(store)
    assert (row.state, row.attempts) == (NoticeState.QUEUED, 0)


@pytest.mark.parametrize("security", [MailSecurity.TLS, MailSecurity.NONE])
def test_other_ways_to_connect(store, certificates, now, security):
    kinds = {"ssl_context": certificates.context()} if security is MailSecurity.TLS else {}
    with post_office(**kinds) as office:
        tell(store, somebody(store), now)
        chosen = mail_settings(office, certificates, smtp_security=security, smtp_user="")
        assert sent(store, chosen, now).sent_count == 1
        assert len(office.letters) == 1


def failure_of(store):
    (row,) = rows(store)
    return row.state, row.last_error


def test_a_server_without_protection_gets_no_password_and_no_message(store, certificates, now):
    with post_office(asks_password=True, auth_require_tls=False) as office:
        tell(store, somebody(store), now)
        sent(store, mail_settings(office, certificates), now)
        assert failure_of(store) == (NoticeState.FAILED, Failure.MAIL_UNPROTECTED)
        assert office.signed_in == []


def test_a_certificate_of_an_unknown_authority_is_not_believed(store, mail, certificates, now):
    tell(store, somebody(store), now)
    sent(store, mail_settings(mail, certificates, extra_ca_file=None), now)
    assert failure_of(store) == (NoticeState.FAILED, Failure.MAIL_UNPROTECTED)
    assert mail.letters == []


def test_a_wrong_password_is_named(store, mail, certificates, now):
    tell(store, somebody(store), now)
    sent(store, mail_settings(mail, certificates, smtp_password="wrong"), now)
    assert failure_of(store) == (NoticeState.FAILED, Failure.MAIL_SIGN_IN)


def test_a_message_that_is_not_taken_now_is_tried_again_later(store, mail, mailing, now):
    tell(store, somebody(store), now)
    mail.answer = "451 come back later"
    assert sent(store, mailing, now).failed_count == 1
    (row,) = rows(store)
    assert (row.state, row.last_error, row.attempts) == (NoticeState.FAILED, Failure.MAIL_REFUSED, 1)
    assert now + MINUTE / 2 <= row.due_at < now + MINUTE * 1.5
    mail.answer = "250 OK"
    assert sent(store, mailing, now).sent_count == 0  # not yet due
    assert sent(store, mailing, row.due_at).sent_count == 1
    assert rows(store)[0].last_error is None


def test_an_unknown_mailbox_is_given_up_at_once_with_an_incident_for_those_who_keep_the_machine(
    store, mail, mailing, now, caplog
):
    tell(store, somebody(store), now)
    mail.refused["ann@office.example"] = "550 no such mailbox"
    with caplog.at_level(logging.ERROR, "qs.incidents"):
        assert sent(store, mailing, now).given_up_count == 1
    (row,) = rows(store)
    assert (row.state, row.last_error) == (NoticeState.GIVEN_UP, Failure.RECIPIENT_REFUSED)
    assert row.incident in caplog.text
    assert "ann@office.example" not in caplog.text
    keeper = person(Role.INFORMATION_TECHNOLOGY)
    with store.reading() as session:
        (line,) = waiting(session, actor=keeper, now=now)
        assert (line.code, line.facts["count"]) == ("notices_given_up", 1)
        assert waiting(session, actor=person(Role.SUPERVISOR), now=now) == []
        entry = session.get(AuditEntry, 3 + 1)
    assert entry.action == "notices.given_up"
    assert "example" not in str(entry.facts)


def test_a_mailbox_that_is_full_is_tried_again(store, mail, mailing, now):
    tell(store, somebody(store), now)
    mail.refused["ann@office.example"] = "452 mailbox full"
    sent(store, mailing, now)
    assert failure_of(store) == (NoticeState.FAILED, Failure.MAIL_REFUSED)


def test_after_the_last_attempt_it_is_given_up(store, mail, mailing, now):
    tell(store, somebody(store), now)
    mail.answer, moment = "451 come back later", now
    for _attempt in range(MOST_ATTEMPTS - 1):
        assert sent(store, mailing, moment).failed_count == 1
        moment = rows(store)[0].due_at
    assert sent(store, mailing, moment).given_up_count == 1
    assert rows(store)[0].attempts == MOST_ATTEMPTS
    assert timedelta(hours=8) < moment - now < timedelta(hours=24)  # a night
    assert sent(store, mailing, moment + 30 * DAY).given_up_count == 0


def test_what_was_given_up_can_be_sent_again(store, mail, mailing, now):
    notice_id = tell(store, somebody(store), now)
    mail.refused["ann@office.example"] = "550 no such mailbox"
    sent(store, mailing, now)
    mail.refused.clear()
    with store.writing() as session:
        actions.send_again(session, notice_id, actor=SYSTEM, now=now)
    assert sent(store, mailing, now).sent_count == 1


def test_a_server_that_is_down_is_asked_once_in_a_run(store, certificates, now):
    for name in ("ann", "bob", "cai"):
        tell(store, somebody(store, replace(BY_MAIL, address=f"{name}@office.example"), name), now)
    chosen = Settings(smtp_host="127.0.0.1", smtp_port=free_port(), mail_from="qs@office.example")
    result = sent(store, chosen, now)
    assert result.failures == [Failure.MAIL_UNREACHABLE]
    assert [row.attempts for row in rows(store)] == [1, 0, 0]


def test_a_process_that_dies_while_sending_is_followed_by_another_after_its_lease(store, mail, mailing, now):
    notice_id = tell(store, somebody(store), now)
    with store.writing() as session:
        delivery.taken(session, notice_id, now, state=NoticeState.SENDING, claimed_until=now + delivery.LEASE)
    assert sent(store, mailing, now + delivery.LEASE - MINUTE).sent_count == 0
    assert sent(store, mailing, now + delivery.LEASE).sent_count == 1
    assert rows(store)[0].attempts == 2


def test_a_process_that_comes_back_after_its_lease_changes_nothing(store, mail, mailing, now):
    notice_id = tell(store, somebody(store), now)
    with store.writing() as session:
        delivery.taken(session, notice_id, now, state=NoticeState.SENDING, claimed_until=now + delivery.LEASE)
    sent(store, mailing, now + delivery.LEASE)
    late = delivery.Claim(notice_id, 1, "email", lambda: None)
    with store.writing() as session:
        delivery.finish(session, late, state=NoticeState.FAILED, due_at=now, last_error=Failure.MAIL_REFUSED)
    assert rows(store)[0].state is NoticeState.SENT


def test_several_processes_at_once_send_each_message_once(store, store_url, mail, mailing, now):
    people = [somebody(store, replace(BY_MAIL, address=f"p{n}@office.example"), f"p{n}") for n in range(6)]
    weekly = somebody(store, replace(BY_MAIL, address="w@office.example", rhythm=Rhythm.WEEKLY), "weekly")
    for number in range(3):
        for person_id in (*people, weekly):
            tell(store, person_id, now, key=f"signal:{number}")
    others = [Database(make_engine(store_url), audit_key=AUDIT_KEY) for _process in range(3)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda other: sent(other, mailing, now + 8 * DAY), others))
    for other in others:
        other.engine.dispose()
    assert sum(result.sent_count for result in results) == len(mail.letters) == 19
    assert sum(result.digest_count for result in results) == 1
    assert len({letter.message["message-id"] for letter in mail.letters}) == 19


def test_somebody_who_no_longer_wants_or_works_here_is_not_written_to(store, mail, mailing, now):
    ann, bob = somebody(store), somebody(store, username="bob")
    tell(store, ann, now)
    tell(store, bob, now)
    choose(store, ann, Wish(Channel.NONE), now)
    with store.writing() as session:
        deactivate_person(session, bob, actor=SYSTEM, now=now)
    assert sent(store, mailing, now).sent_count == 0
    assert [row.state for row in rows(store)] == [NoticeState.DROPPED, NoticeState.DROPPED]
    assert mail.letters == []


def test_an_address_of_another_installation_cannot_be_read_and_is_given_up(store, store_url, mail, mailing, now):
    tell(store, somebody(store), now)
    stranger = Database(make_engine(store_url), audit_key=b"x" * 32)
    sent(stranger, mailing, now)
    stranger.engine.dispose()
    assert failure_of(store) == (NoticeState.GIVEN_UP, Failure.ADDRESS_UNREADABLE)


# Webhooks


def by_webhook(receiver):
    return Wish(Channel.WEBHOOK, receiver.address, least=Strength.WATCH)


def test_a_webhook_gets_signed_json(store, receiver, calling, now):
    person_id = somebody(store, by_webhook(receiver))
    tell(store, person_id, now)
    assert sent(store, calling, now).sent_count == 1
    (call,) = receiver.calls
    assert call.path == "/hook?room=1"
    assert call.headers["host"] == receiver.name
    content = json.loads(call.body)
    assert content["type"] == "signal.raised"
    assert content["data"] == {
        "topic": "signal:12",
        "strength": "act",
        "subject": "急诊等候时间变长",
        "body": "最近七天的均值高于上限。",
        "link": "https://qs.example/signals?signal=12",
        "office": "Public Service Quality Supervision Office",
    }
    with store.reading() as session:
        key = queries.own_preference(session, actor=person(None, person_id=person_id)).signing_key
    clear = base64.b64decode(key.removeprefix("whsec_"))
    named = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode()
    mac = base64.b64encode(hmac.new(clear, named + call.body, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{mac}"
    assert call.headers["webhook-id"] == message_key(person_id, "signal:12:raised")


@pytest.mark.parametrize(
    ("status", "state", "failure"),
    [
        (500, NoticeState.FAILED, Failure.WEBHOOK_REFUSED),
        (404, NoticeState.FAILED, Failure.WEBHOOK_REFUSED),
        (410, NoticeState.GIVEN_UP, Failure.WEBHOOK_GONE),
    ],
)
def test_what_a_receiver_answers_decides(store, receiver, calling, now, status, state, failure):
    tell(store, somebody(store, by_webhook(receiver)), now)
    receiver.status = status
    sent(store, calling, now)
    assert failure_of(store) == (state, failure)


def test_a_redirect_is_not_followed(store, receiver, calling, now):
    tell(store, somebody(store, by_webhook(receiver)), now)
    receiver.status, receiver.location = 307, receiver.address.replace("/hook", "/elsewhere")
    sent(store, calling, now)
    assert failure_of(store) == (NoticeState.GIVEN_UP, Failure.WEBHOOK_REDIRECTED)
    assert [call.path for call in receiver.calls] == ["/hook?room=1"]


def changed(calling, **values):
    return calling.model_copy(update=values)


def test_a_host_inside_the_own_network_is_refused_unless_named(store, receiver, calling, now):
    tell(store, somebody(store, by_webhook(receiver)), now)
    sent(store, changed(calling, webhook_private_hosts=[]), now)
    assert failure_of(store) == (NoticeState.GIVEN_UP, Failure.ADDRESS_PRIVATE)
    assert receiver.calls == []


def test_a_host_taken_off_the_list_is_not_called(store, receiver, calling, now):
    tell(store, somebody(store, by_webhook(receiver)), now)
    sent(store, changed(calling, webhook_hosts=["hooks.example"]), now)
    assert failure_of(store) == (NoticeState.GIVEN_UP, Failure.HOST_NOT_ALLOWED)


def test_a_receiver_without_a_believed_certificate_gets_nothing(store, receiver, calling, now):
    tell(store, somebody(store, by_webhook(receiver)), now)
    sent(store, changed(calling, extra_ca_file=None), now)
    assert failure_of(store) == (NoticeState.FAILED, Failure.WEBHOOK_UNPROTECTED)
    assert receiver.calls == []


def test_a_receiver_that_is_down_is_tried_again(store, receiver, calling, now, monkeypatch):
    port = free_port()
    chosen = changed(calling, webhook_hosts=[f"localhost:{port}"], webhook_private_hosts=[f"localhost:{port}"])
    monkeypatch.setattr(actions, "settings", lambda: chosen)
    tell(store, somebody(store, Wish(Channel.WEBHOOK, f"https://localhost:{port}/x", least=Strength.WATCH)), now)
    sent(store, chosen, now)
    assert failure_of(store) == (NoticeState.FAILED, Failure.WEBHOOK_UNREACHABLE)


# What people write must not become a header


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00"])
def test_no_word_of_a_notice_becomes_a_header(store, mail, mailing, now, ending):
    subject = f"Waiting{ending}Bcc: eve@evil.example{ending}{ending}Hello"
    tell(store, somebody(store), now, notice=Notice("signal:1", "signal.raised", subject, f"a{ending}.{ending}QUIT"))
    assert sent(store, mailing, now).sent_count == 1
    (letter,) = mail.letters
    assert letter.recipients == ["ann@office.example"]
    assert letter.message["bcc"] is None
    assert letter.message["subject"].startswith("Waiting")
    assert "QUIT" in letter.text


# Digests


def daily(address="ann@office.example"):
    return Wish(Channel.EMAIL, address, least=Strength.WATCH, rhythm=Rhythm.DAILY, hour=8)


def test_a_digest_holds_what_came_since_the_last_one_most_pressing_first(store, mail, mailing, now):
    person_id = somebody(store, daily())
    matters = (
        ("signal:1", "Buses drift", Strength.WATCH),
        ("signal:2", "Emergency waits", Strength.ACT),
        ("signal:3", "Feed silent", Strength.ACT),
        ("signal:2", "Emergency waits still", Strength.ACT),
    )
    for number, (topic, subject, strength) in enumerate(matters):
        notice = Notice(topic, "signal.raised", subject, "long", f"/signals?signal={number}")
        tell(store, person_id, now + number * MINUTE, notice=notice, strength=strength, key=f"{topic}:{number}")
    assert sent(store, mailing, now + timedelta(hours=1)).sent_count == 0
    result = sent(store, mailing, now + DAY)
    assert (result.digest_count, result.sent_count) == (1, 1)
    (letter,) = mail.letters
    assert letter.message["subject"] == "Digest: 4 notices, 3 to be acted on"
    text = letter.text
    order = [
        "To be acted on (3)",
        "* Emergency waits\n",
        "* Emergency waits still",
        "* Feed silent",
        "To be watched (1)",
    ]
    places = [text.index(words) for words in [*order, "* Buses drift"]]
    assert places == sorted(places)
    assert "https://qs.example/signals?signal=1\n" in text
    states = [row.state for row in rows(store)]
    assert states == [NoticeState.IN_DIGEST] * 4 + [NoticeState.SENT]


def test_an_empty_digest_is_not_sent(store, mail, mailing, now):
    person_id = somebody(store, daily())
    tell(store, person_id, now)
    sent(store, mailing, now + DAY)
    assert sent(store, mailing, now + 2 * DAY).sent_count == 0
    tell(store, person_id, now + 2 * DAY, key="another")
    assert sent(store, mailing, now + 3 * DAY).sent_count == 1
    assert [letter.message["subject"][:16] for letter in mail.letters] == ["Digest: 1 notice", "Digest: 1 notice"]


def test_a_digest_is_in_the_language_of_its_reader(store, mail, mailing, now):
    tell(store, somebody(store, daily(), language=Language.ZH), now)
    sent(store, mailing, now + DAY)
    assert "摘要" in mail.letters[0].message["subject"]


def test_a_long_digest_counts_what_it_leaves_out(store, mail, mailing, now):
    person_id = somebody(store, daily())
    for number in range(45):
        tell(store, person_id, now, key=str(number))
    sent(store, mailing, now + DAY)
    text = mail.letters[0].text
    assert text.count("* 急诊") == 40
    assert "and 5 more" in text


def test_somebody_who_changes_to_at_once_gets_what_was_collected(store, mail, mailing, now):
    person_id = somebody(store, daily())
    tell(store, person_id, now)
    choose(store, person_id, BY_MAIL, now + MINUTE)
    assert sent(store, mailing, now + MINUTE).sent_count == 1
    assert mail.letters[0].message["subject"] == MATTER.subject


def test_a_digest_for_somebody_who_left_is_dropped(store, mail, mailing, now):
    person_id = somebody(store, daily())
    tell(store, person_id, now)
    with store.writing() as session:
        deactivate_person(session, person_id, actor=SYSTEM, now=now)
    assert sent(store, mailing, now + DAY).digest_count == 0
    assert [row.state for row in rows(store)] == [NoticeState.DROPPED]
