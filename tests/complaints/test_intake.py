"""A request comes in whole or not at all: its fields, its sender's id, its repetition, and the day it came."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC
from qs.audit.models import AuditEntry
from qs.complaints import details, intake
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import NewContact, RequestChannel, RequestKind, StepKind, Urgency
from qs.errors import InvalidInput, NotAllowed, NotFound
from qs.vault.models import VaultPerson
from tests.complaints.desk import DAY, HOUR, build_desk, file, refused, wanted


@pytest.fixture
def desk(store):
    return build_desk(store)


def detail(session, desk, filed):
    return details.request_detail(session, filed.request_id, actor=desk.supervisor)


def rows(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_everything_that_is_asked_on_intake_is_kept(store, desk, now):
    told = {
        "remedy": "恢复夜间分诊",
        "happened_on": date(2026, 11, 22),
        "urgency": Urgency.UTILITIES,
        "pack": "cn-bj-tiered",
        "latitude": 36.06,
        "longitude": 103.83,
        "external_id": "S-1",
    }
    with store.writing() as session:
        found = detail(session, desk, file(session, desk, now, **told))
        assert {name: getattr(found, name) for name in told} == told


@pytest.mark.parametrize(
    ("others", "codes"),
    [
        ({"latitude": 91.0, "longitude": 0.0}, ["place_impossible"]),
        ({"longitude": 10.0}, ["place_half"]),
        ({"happened_on": date(2026, 11, 24)}, ["happened_implausible"]),
        ({"remedy": "一" * 301, "title": ""}, ["text_empty", "text_too_long"]),
        ({"external_id": "x" * 101, "text": "\x00"}, ["text_characters", "text_too_long"]),
    ],
)
def test_a_faulty_field_refuses_the_whole_request(store, desk, now, others, codes):
    with pytest.raises(InvalidInput) as found, store.writing() as session:
        file(session, desk, now, **others)
    assert [one.code for one in found.value.problems] == codes
    with store.reading() as session:
        assert [rows(session, model) for model in (Request, RequestStep, VaultPerson)] == [0, 0, 0]


def test_a_pack_of_limits_that_nobody_loaded_is_refused(store, desk, now):
    with store.writing() as session:
        refused(session, NotFound, "pack_unknown", file, session, desk, now, pack="cn-none")


def test_danger_is_handled_in_hours_where_the_pack_says_so(store, desk, now):
    with store.writing() as session:
        danger = detail(session, desk, file(session, desk, now, pack="cn-bj-tiered", urgency=Urgency.DANGER))
        plain = detail(session, desk, file(session, desk, now, pack="cn-bj-tiered"))
    assert (danger.next_due_at - now, danger.due_at - now) == (HOUR, 2 * HOUR)
    assert plain.next_due_at - now == 24 * HOUR


def test_the_same_id_of_another_system_gives_back_the_request_that_is_there(store, desk, now):
    with store.writing() as session:
        first = file(session, desk, now, external_id="S-1")
        before = rows(session, AuditEntry)
        again = file(session, desk, now + HOUR, external_id="S-1", title="别的标题")
        assert (again.request_id, again.number, again.receipt_code) == (first.request_id, first.number, "")
        assert (rows(session, Request), rows(session, AuditEntry)) == (1, before)
        assert detail(session, desk, first).title == "急诊等了三个小时"
        assert file(session, desk, now + HOUR, external_id="S-2").number == "2026-000002"


def test_the_public_has_no_system_whose_ids_it_could_try(store, desk, now):
    with store.writing() as session:
        file(session, desk, now, external_id="S-1")
    with store.writing() as session, pytest.raises(NotAllowed):
        intake.file_request(session, wanted(desk, external_id="S-1"), actor=PUBLIC, now=now)


def test_the_same_person_about_the_same_service_within_thirty_days_is_a_repeat(store, desk, now):
    with store.writing() as session:
        first = file(session, desk, now)
        again = file(session, desk, now + 30 * DAY, contact=NewContact("张先生", "+86 170 0000 1234"))
        others = (
            file(session, desk, now + 30 * DAY, contact=NewContact("李四", "17000009999")),
            file(session, desk, now + 30 * DAY, service_id=desk.world.permits),
            file(session, desk, now + 30 * DAY, contact=None),
            file(session, desk, now + 61 * DAY),
        )
        assert detail(session, desk, again).repeats_id == first.request_id
        assert [detail(session, desk, one).repeats_id for one in others] == [None] * 4


def test_a_repeat_is_seen_across_the_turn_of_the_year(store, desk):
    december = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
    with store.writing() as session:
        first = file(session, desk, december)
        again = file(session, desk, december + 10 * DAY)
        assert detail(session, desk, again).repeats_id == first.request_id


def test_without_a_service_a_repeat_is_of_the_same_type(store, desk, now):
    with store.writing() as session:
        first = file(session, desk, now, service_id=None)
        same = file(session, desk, now + DAY, service_id=None)
        other = file(session, desk, now + 2 * DAY, service_id=None, kind=RequestKind.HELP)
        assert [detail(session, desk, one).repeats_id for one in (same, other)] == [first.request_id, None]


def test_a_letter_is_registered_on_the_day_it_came_and_its_time_runs_from_then(store, desk, now):
    came = now - 2 * DAY
    with store.writing() as session:
        letter = wanted(desk, channel=RequestChannel.LETTER)
        filed = intake.file_request(session, letter, actor=desk.hotline, now=now, registered_at=came)
        found = detail(session, desk, filed)
        assert (found.registered_at, found.next_due_at) == (came, came + DAY)
        future = {"actor": desk.hotline, "now": now, "registered_at": now + HOUR}
        refused(session, InvalidInput, "registered_in_future", intake.file_request, session, letter, **future)


def test_who_should_keep_out_of_it_is_asked_for_at_once_and_the_unit_does_not_read_it(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now, asks_recusal="请王主任回避", is_confidential=True)
        steps = detail(session, desk, filed).steps
        assert [(one.kind, one.note) for one in steps][-1] == (StepKind.RECUSAL_ASKED, "请王主任回避")
        seen = details.request_detail(session, filed.request_id, actor=desk.leader)
        assert "王主任" not in str(seen)
