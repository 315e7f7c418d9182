"""Mails to requesters: the address is read from the vault when it is sent, and kept nowhere else."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM, Role
from qs.db import Database
from qs.i18n import Language
from qs.notices import actions, queries
from qs.notices.delivery import LEASE, Delivered, claimed, deliver
from qs.notices.models import OutboxNotice
from qs.notices.rules import requester_key
from qs.notices.terms import Channel, Failure, Notice, NoticeState
from qs.vault.actions import correct_person, erase_person, keep_person
from qs.vault.terms import Ground
from tests.notices.office import rows
from tests.notices.test_delivery import sent
from tests.world import person

TOLD = Notice("request:7", "request.replied", "您的诉求 2026-000007 已答复", "请凭回执码查询。", "/follow")
ADMINISTRATOR = person(Role.ADMINISTRATOR)


@pytest.fixture
def wang(store, now):
    with store.writing() as session:
        return keep_person(session, name="王小明", email="wang@home.example", actor=PUBLIC, now=now)


def tell(store, vault_id, now, key="step:1"):
    with store.writing() as session:
        return actions.queue_for_requester(session, vault_id, TOLD, dedupe_key=key, actor=SYSTEM, now=now)


def test_a_requester_gets_a_mail_with_the_way_to_end_it(store, mail, mailing, wang, now):
    tell(store, wang, now)
    assert sent(store, mailing, now).sent_count == 1
    (letter,) = mail.letters
    assert letter.recipients == ["wang@home.example"]
    assert letter.message["subject"] == TOLD.subject
    assert letter.message["message-id"] == f"<{requester_key(wang, 'step:1')}@office.example>"
    assert letter.text.startswith("请凭回执码查询。\n\nhttps://qs.example/follow\n\n-- \n公共服务质量监督办公室")


def test_the_lines_below_are_in_the_language_the_requester_chose(store, mail, mailing, now):
    with store.writing() as session:
        smith = keep_person(session, email="smith@home.example", language=Language.EN, actor=PUBLIC, now=now)
    tell(store, smith, now)
    sent(store, mailing, now)
    assert "-- \nPublic Service Quality Supervision Office. You left this address" in mail.letters[0].text


def test_the_address_stands_neither_in_the_outbox_nor_on_the_screen_of_who_keeps_the_machine(
    store, mail, mailing, wang, now
):
    tell(store, wang, now)
    sent(store, mailing, now)
    with store.reading() as session:
        kept = session.execute(sa.select(OutboxNotice.__table__)).all()
        shown = queries.outbox(session, actor=SYSTEM)
    assert "wang" not in repr(kept)
    assert "王小明" not in repr(kept)
    assert list(shown["person"]) == ["A requester"]
    assert list(shown["channel"]) == [Channel.EMAIL]


def test_it_is_told_once_however_often_it_is_queued(store, mail, mailing, wang, now):
    assert tell(store, wang, now) is not None
    assert tell(store, wang, now) is None
    sent(store, mailing, now)
    sent(store, mailing, now + timedelta(days=1))
    assert len(mail.letters) == 1


def test_who_was_erased_meanwhile_is_sent_nothing(store, mail, mailing, wang, now):
    tell(store, wang, now)
    with store.writing() as session:
        erase_person(session, wang, ground=Ground.CONSENT_WITHDRAWN, actor=ADMINISTRATOR, now=now)
    assert sent(store, mailing, now).dropped_count == 1
    assert mail.letters == []


def test_who_took_the_address_back_is_sent_nothing(store, mail, mailing, wang, now):
    tell(store, wang, now)
    with store.writing() as session:
        correct_person(session, wang, name="王小明", phone="13812345678", email="", address="", actor=PUBLIC, now=now)
    assert sent(store, mailing, now).dropped_count == 1
    assert mail.letters == []


def test_a_corrected_address_is_the_one_that_is_used(store, mail, mailing, wang, now):
    tell(store, wang, now)
    with store.writing() as session:
        correct_person(session, wang, name="", phone="", email="new@home.example", address="", actor=PUBLIC, now=now)
    sent(store, mailing, now)
    assert mail.letters[0].recipients == ["new@home.example"]


def test_a_process_that_dies_while_sending_loses_nothing(store, mail, mailing, wang, now):
    notice_id = tell(store, wang, now)
    with store.writing() as session:
        assert claimed(session, notice_id, now, chosen=mailing, resting=set(), result=Delivered()) is not None
    assert sent(store, mailing, now).sent_count == 0
    assert sent(store, mailing, now + LEASE).sent_count == 1
    assert len(mail.letters) == 1


def test_a_full_mailbox_is_tried_again_and_the_log_names_nobody(store, mail, mailing, wang, now, caplog):
    mail.refused["wang@home.example"] = "452 mailbox full"
    tell(store, wang, now)
    assert sent(store, mailing, now).failed_count == 1
    mail.refused["wang@home.example"] = "550 no such mailbox"
    assert sent(store, mailing, now + timedelta(hours=1)).given_up_count == 1
    (row,) = rows(store)
    assert (row.state, row.last_error) == (NoticeState.GIVEN_UP, Failure.RECIPIENT_REFUSED)
    assert "wang" not in caplog.text


def test_an_address_that_cannot_be_read_is_given_up(store, mail, mailing, wang, now):
    tell(store, wang, now)
    other = Database(store.engine, audit_key=b"x" * 32)
    assert deliver(other, mailing, now, rng=Random(1)).given_up_count == 1
    assert mail.letters == []
