"""Requesters who left an e-mail address hear of what happened, once, by number only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM
from qs.audit.models import AuditEntry
from qs.complaints.handling import call_backs
from qs.complaints.ladder.mails import NEWS, tell_requesters
from qs.complaints.protection import requester
from qs.complaints.terms import NewContact, RequestState
from qs.errors import NotAllowed
from qs.i18n import Language
from qs.notices.models import OutboxNotice
from tests.complaints.desk import at_stage, build_desk, file, version

WANG = NewContact("王小明", "13812345678", "wang@home.example")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(store):
    return build_desk(store)


def tell(store, at):
    with store.writing() as session:
        return tell_requesters(session, actor=SYSTEM, now=at)


def kinds(store):
    with store.reading() as session:
        return session.scalars(sa.select(OutboxNotice.kind).order_by(OutboxNotice.id)).all()


def test_a_requester_hears_of_every_step_that_concerns_them_once(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.CLOSED, now, contact=WANG)
    assert tell(store, now + DAY) == 3
    assert kinds(store) == ["request.registered", "request.replied", "request.closed"]
    assert tell(store, now + DAY) == 0


def test_mails_hold_the_number_and_nothing_of_the_case(store, desk, now):
    with store.writing() as session:
        number = file(session, desk, now, contact=WANG, is_confidential=True).number
    tell(store, now + HOUR)
    with store.reading() as session:
        (row,) = session.scalars(sa.select(OutboxNotice)).all()
        facts = session.scalars(sa.select(AuditEntry.facts)).all()
    assert row.subject == f"您的诉求 {number}：登记"
    assert "2026年11月30日" in row.body
    for word in ("急诊", "王小明", "wang", "8123"):
        assert word not in repr((row.subject, row.body, row.link, facts))


def test_mails_are_in_the_language_the_requester_used(store, desk, now):
    with store.writing() as session:
        number = file(session, desk, now, contact=replace(WANG, language=Language.EN)).number
        other = file(session, desk, now, contact=WANG).number
    tell(store, now + HOUR)
    with store.reading() as session:
        first, second = session.scalars(sa.select(OutboxNotice).order_by(OutboxNotice.id)).all()
    assert first.subject == f"Your request {number}: Registered"
    assert "30 Nov 2026" in first.body
    assert second.subject == f"您的诉求 {other}：登记"


def test_a_requester_who_asks_for_another_language_is_written_in_it_from_then_on(store, desk, now):
    with store.writing() as session:
        code = file(session, desk, now, contact=WANG).receipt_code
        proof = requester.check_contact(session, code, WANG.email, actor=PUBLIC, now=now).proof
        wanted = replace(WANG, language=Language.EN)
        requester.correct_contact(session, code, wanted, proof=proof, actor=PUBLIC, now=now)
        assert requester.own_contact(session, code, actor=PUBLIC).masked.language is Language.EN
    tell(store, now + HOUR)
    with store.reading() as session:
        assert session.scalar(sa.select(OutboxNotice.subject)).startswith("Your request")


@pytest.mark.parametrize(
    "others",
    [
        {"contact": None},
        {"contact": NewContact("王小明", "13812345678")},
        {"contact": WANG, "wants_reply": False},
    ],
)
def test_who_left_no_address_or_wants_no_reply_is_written_nothing(store, desk, now, others):
    with store.writing() as session:
        file(session, desk, now, **others)
    assert tell(store, now + HOUR) == 0


def test_old_steps_are_no_news(store, desk, now):
    with store.writing() as session:
        file(session, desk, now, contact=WANG)
    assert tell(store, now + NEWS) == 0


def test_a_rework_is_told_with_its_new_limit(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.CALLED_BACK, now, contact=WANG)
        call_backs.send_back_request(
            session, request_id, "未解决", version=version(session, desk, request_id), actor=desk.hotline, now=now + DAY
        )
    tell(store, now + DAY)
    assert kinds(store)[-1] == "request.sent_back"


def test_a_run_that_is_killed_tells_the_next_time(store, desk, now):
    with store.writing() as session:
        file(session, desk, now, contact=WANG)
    with pytest.raises(RuntimeError), store.writing() as session:
        tell_requesters(session, actor=SYSTEM, now=now + HOUR)
        raise RuntimeError("the power is off")
    assert tell(store, now + HOUR) == 1


def test_only_the_machine_and_who_approves_everywhere_tells(store, desk, now):
    with pytest.raises(NotAllowed), store.writing() as session:
        tell_requesters(session, actor=desk.hotline, now=now)
