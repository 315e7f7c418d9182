"""Requests are filed, dispatched, handled, called back and closed; each act is done, refused, and leaves its trace."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC
from qs.audit.models import AuditEntry
from qs.complaints import actions, details, intake, queries
from qs.complaints.handling import call_backs, extensions
from qs.complaints.models import CallBack, Filing, Request, RequestStep
from qs.complaints.reach import SomebodyFaster
from qs.complaints.rules import IllegalStep
from qs.complaints.terms import (
    CallBackAnswer,
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    Satisfaction,
    StepKind,
)
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.models import Event
from qs.vault.models import VaultPerson
from tests.complaints.desk import (
    DAY,
    HOUR,
    NOBODY,
    SATISFIED,
    UNSOLVED,
    at_stage,
    build_desk,
    file,
    file_publicly,
    refused,
    version,
    wanted,
)

LATE = timedelta(days=9)


@pytest.fixture
def desk(store):
    return build_desk(store)


def count(store, model):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


OTHER_MEASURES = ("sign", "first_dispatch", "repeat", "rework", "hours", "reached")  # see test_measures


def events(session):
    """The events of the on-time rate and of the three rates."""
    rows = session.execute(sa.select(Event.event_id, Event.numerator, Event.denominator).order_by(Event.event_id))
    own = [tuple(row) for row in rows if row.event_id.startswith(("request", "call_back"))]
    return [row for row in own if row[0].split(":")[-1].split("~")[0] not in OTHER_MEASURES]


def detail(session, desk, request_id):
    return details.request_detail(session, request_id, actor=desk.supervisor)


def test_a_request_gets_a_number_a_code_and_two_limits(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        found = detail(session, desk, filed.request_id)
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        told, kept = (entry.action, dict(entry.facts)), session.get_one(Request, filed.request_id).receipt_hash
    assert filed.number == "2026-000001"
    assert len(filed.receipt_code.replace("-", "")) == 13
    assert filed.receipt_code.replace("-", "") not in kept
    assert found.due_at - now > 6 * DAY  # Monday 10:00: five working days end the next Monday at close of business
    assert found.next_due_at == now + 24 * HOUR
    assert (told[0], told[1]["kind"]) == ("complaints.filed_request", "complaint")
    assert "张三" not in str(told)


def test_numbers_follow_each_other_and_begin_anew_each_year(store, desk, now):
    with store.writing() as session:
        numbers = [file(session, desk, at).number for at in (now, now, now + timedelta(days=60))]
    assert numbers == ["2026-000001", "2026-000002", "2027-000001"]


def test_who_filed_stands_in_the_vault_only(store, desk, now):
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        anonymous = file(session, desk, now, contact=None).request_id
        assert detail(session, desk, request_id).vault_person_id is not None
        assert detail(session, desk, anonymous).vault_person_id is None
    assert count(store, VaultPerson) == 1


def test_a_faulty_request_is_refused_whole_and_leaves_nothing(store, desk, now):
    with pytest.raises(InvalidInput) as found, store.writing() as session:
        file(session, desk, now, title="", text="一" * 4001)
    assert [one.code for one in found.value.problems] == ["text_empty", "text_too_long"]
    assert (count(store, Request), count(store, VaultPerson), count(store, RequestStep)) == (0, 0, 0)


def test_the_public_files_by_web_whatever_channel_it_claims(store, desk, now):
    with store.writing() as session:
        filed = file_publicly(session, desk, now)
        found = detail(session, desk, filed.request_id)
        claimed = intake.file_request(session, wanted(desk, channel=RequestChannel.PHONE), actor=PUBLIC, now=now + HOUR)
        assert detail(session, desk, claimed.request_id).channel is RequestChannel.WEB
    assert found.channel is RequestChannel.WEB


def test_the_public_is_told_when_one_address_files_too_often(store, desk, now):
    with store.writing() as session:
        for minutes in (0, 1):
            file_publicly(session, desk, now + timedelta(minutes=minutes), address="a" * 64)
        late = now + timedelta(minutes=2)
        refused(session, Conflict, "filings_too_many", lambda: file_publicly(session, desk, late, address="a" * 64))
        file_publicly(session, desk, late, address="b" * 64)
        file_publicly(session, desk, now + timedelta(minutes=10), address="a" * 64)


def test_one_address_files_five_requests_an_hour_about_one_service(store, desk, now):
    with store.writing() as session:
        for number in range(5):
            file_publicly(session, desk, now + timedelta(minutes=6 * number), address="a" * 64)
        at = now + timedelta(minutes=31)
        refused(session, Conflict, "filings_too_many", lambda: file_publicly(session, desk, at, address="a" * 64))
        file_publicly(session, desk, at, address="a" * 64, service_id=desk.world.permits)


def test_addresses_are_forgotten_after_a_day(store, desk, now):
    with store.writing() as session:
        file_publicly(session, desk, now, address="a" * 64)
        file_publicly(session, desk, now + timedelta(days=1, minutes=1), address="b" * 64)
    assert count(store, Filing) == 1


def test_a_receipt_shows_where_the_matter_stands_without_personal_data(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        actions.dispatch_request(
            session, filed.request_id, service_id=desk.world.emergency, version=1, actor=desk.hotline, now=now + HOUR
        )
        actions.write_message(
            session, filed.request_id, "内部讨论", is_told=False, version=2, actor=desk.hotline, now=now + HOUR
        )
        status = details.request_by_receipt(session, filed.receipt_code.lower(), actor=PUBLIC, now=now + HOUR)
    assert (status.number, status.state, status.can_add, status.can_rate) == (
        filed.number,
        RequestState.DISPATCHED,
        True,
        False,
    )
    assert [one.kind for one in status.steps] == [StepKind.REGISTERED, StepKind.DISPATCHED]
    assert "张三" not in str(status)
    assert "内部讨论" not in str(status)


def test_an_unknown_receipt_opens_nothing(store, desk, now):
    with store.writing() as session:
        for code in ("AAAA-AAAA-AAAAA", "x", ""):
            refused(
                session,
                NotFound,
                "receipt_unknown",
                lambda code=code: details.request_by_receipt(session, code, actor=PUBLIC, now=now),
            )


def test_saying_more_and_moving_the_request_never_moves_its_limit(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        due = detail(session, desk, filed.request_id).due_at
        intake.add_to_request(session, filed.receipt_code, "还有一点", actor=PUBLIC, now=now + HOUR)
        actions.dispatch_request(
            session, filed.request_id, service_id=desk.world.surgery, version=2, actor=desk.hotline, now=now + 2 * HOUR
        )
        actions.return_request(session, filed.request_id, "不属本科", version=3, actor=desk.leader, now=now + 3 * HOUR)
        actions.dispatch_request(
            session,
            filed.request_id,
            service_id=desk.world.emergency,
            version=4,
            actor=desk.hotline,
            now=now + 4 * HOUR,
        )
        actions.write_message(
            session, filed.request_id, "在办", is_told=True, version=5, actor=desk.hotline, now=now + 5 * HOUR
        )
        assert detail(session, desk, filed.request_id).due_at == due


def test_ten_additions_a_day_are_enough(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        for number in range(10):
            intake.add_to_request(session, filed.receipt_code, f"补充 {number}", actor=PUBLIC, now=now + HOUR)
        refused(
            session,
            Conflict,
            "additions_too_many",
            lambda: intake.add_to_request(session, filed.receipt_code, "再补充", actor=PUBLIC, now=now + HOUR),
        )


def test_a_requester_withdraws_and_nothing_is_counted(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        intake.withdraw_request(session, filed.receipt_code, actor=PUBLIC, now=now + HOUR)
        found = detail(session, desk, filed.request_id)
        assert (found.state, found.outcome) == (RequestState.CLOSED, Outcome.WITHDRAWN)
        assert events(session) == []
        refused(
            session,
            IllegalStep,
            "request_closed",
            lambda: intake.withdraw_request(session, filed.receipt_code, actor=PUBLIC, now=now + HOUR),
        )


def test_answered_on_the_spot_is_closed_with_an_outcome_and_counts_in_time(store, desk, now):
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        actions.answer_on_the_spot(
            session, request_id, "九点开门", outcome=Outcome.EXPLAINED, version=1, actor=desk.hotline, now=now + HOUR
        )
        found = detail(session, desk, request_id)
        assert (found.state, found.outcome, found.answer) == (RequestState.CLOSED, Outcome.EXPLAINED, "九点开门")
        assert events(session) == [(f"request:{request_id}", 1.0, 1.0)]


def test_not_accepted_needs_a_reason_and_the_head_may_not_refuse_a_complaint_about_the_own_department(store, desk, now):
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        given = {"reason": Refusal.LEGAL_PROCEDURE, "version": 1, "now": now + HOUR}
        refused(
            session,
            Conflict,
            "recusal_of_department",
            lambda: actions.refuse_request(session, request_id, "请咨询法院", actor=desk.head, **given),
        )
    with store.writing() as session:
        actions.refuse_request(session, request_id, "请咨询法院", actor=desk.supervisor, **given)
        found = detail(session, desk, request_id)
        assert (found.outcome, found.refusal) == (Outcome.NOT_ACCEPTED, Refusal.LEGAL_PROCEDURE)
        assert events(session) == []


def test_a_version_that_is_not_the_newest_is_refused_and_nothing_is_lost(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
    with pytest.raises(SomebodyFaster), store.writing() as session:
        actions.sign_request(session, request_id, version=1, actor=desk.leader, now=now + 2 * HOUR)
    with store.reading() as session:
        assert detail(session, desk, request_id).state is RequestState.DISPATCHED


def test_another_unit_knows_nothing_of_the_request(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
        refused(
            session,
            NotFound,
            "request_unknown",
            lambda: actions.sign_request(session, request_id, version=2, actor=desk.foreign_leader, now=now),
        )
        refused(
            session,
            NotFound,
            "request_unknown",
            lambda: details.request_detail(session, request_id, actor=desk.foreign_leader),
        )
        assert queries.open_requests(session, actor=desk.foreign_leader, now=now).empty


def test_a_return_comes_within_a_day_with_a_reason_and_not_after_a_ruling(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
        by = {"actor": desk.leader}
        refused(
            session,
            Conflict,
            "return_too_late",
            lambda: actions.return_request(session, request_id, "不属本单位", version=2, now=now + 26 * HOUR, **by),
        )
    with store.writing() as session:
        actions.return_request(session, request_id, "不属本单位", version=2, now=now + 25 * HOUR, **by)
        actions.rule_request(
            session,
            request_id,
            "首接负责",
            service_id=desk.world.emergency,
            version=3,
            actor=desk.supervisor,
            now=now + 26 * HOUR,
        )
        found = detail(session, desk, request_id)
        assert (found.lead_unit_id, found.returned_count) == (desk.world.hospital, 1)
        refused(
            session,
            Conflict,
            "return_ruled",
            lambda: actions.return_request(session, request_id, "还是不属", version=4, now=now + 27 * HOUR, **by),
        )


def test_a_head_of_one_department_does_not_rule_between_units(store, desk, now):
    with store.writing() as session, pytest.raises(NotAllowed):
        request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
        actions.rule_request(
            session, request_id, "理由", service_id=desk.world.emergency, version=2, actor=desk.head, now=now
        )


def test_an_extension_moves_the_limit_once_and_only_when_somebody_else_approves(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        due = detail(session, desk, request_id).due_at
        extensions.ask_extension(session, request_id, "需要配件", version=3, actor=desk.leader, now=now + DAY)
        assert detail(session, desk, request_id).due_at == due
        refused(
            session,
            NotAllowed,
            "not_allowed",
            lambda: extensions.decide_extension(
                session, request_id, is_approved=True, version=4, actor=desk.leader, now=now + DAY
            ),
        )
        extensions.decide_extension(
            session, request_id, is_approved=True, version=4, actor=desk.head, now=now + 2 * DAY
        )
        found = detail(session, desk, request_id)
        assert found.due_at - due == timedelta(days=7)  # five working days, a weekend between
        assert found.next_due_at == found.due_at, "the desk counts to the new limit"
        assert next(one for one in found.steps if one.kind is StepKind.EXTENDED).is_told
        refused(
            session,
            Conflict,
            "extension_used",
            lambda: extensions.ask_extension(
                session, request_id, "还要", version=5, actor=desk.leader, now=now + 2 * DAY
            ),
        )


def test_whoever_asked_may_not_approve_even_with_the_right(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        extensions.ask_extension(session, request_id, "需要配件", version=3, actor=desk.leader, now=now + DAY)
        both = type(desk.head)(desk.leader.person_id, "leader", "leader", (*desk.leader.grants, *desk.head.grants))
        refused(
            session,
            Conflict,
            "recusal_needed",
            lambda: extensions.decide_extension(
                session, request_id, is_approved=True, version=4, actor=both, now=now + DAY
            ),
        )


def test_a_limit_that_has_passed_cannot_be_extended(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        refused(
            session,
            Conflict,
            "extension_too_late",
            lambda: extensions.ask_extension(
                session, request_id, "来不及", version=3, actor=desk.leader, now=now + LATE
            ),
        )


def test_a_handled_request_closes_after_the_call_back_and_becomes_events(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.CLOSED, now)
        found = detail(session, desk, request_id)
        call_id = session.scalars(sa.select(CallBack.id)).one()
        assert (found.state, found.outcome, found.overdue_at) == (RequestState.CLOSED, Outcome.RESOLVED, None)
        assert events(session) == [
            (f"call_back:{call_id}:resolution", 1.0, 1.0),
            (f"call_back:{call_id}:response", 1.0, 1.0),
            (f"call_back:{call_id}:satisfaction", 1.0, 1.0),
            (f"request:{request_id}", 1.0, 1.0),
        ]
        assert session.scalars(sa.select(VaultPerson.retain_until)).one() is not None


@pytest.mark.parametrize(
    ("level", "points"),
    [
        (Satisfaction.VERY_SATISFIED, 1.0),
        (Satisfaction.BASICALLY_SATISFIED, 0.9),
        (Satisfaction.DISSATISFIED, 0.0),
    ],
)
def test_satisfaction_counts_as_the_rule_says(store, desk, now, level, points):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
        answer = CallBackAnswer(True, True, False, level)
        call_backs.record_call_back(session, request_id, answer, version=5, actor=desk.hotline, now=now + DAY)
        assert {row[0].rsplit(":")[-1]: row[1] for row in events(session)} == {
            "response": 1.0,
            "resolution": 0.0,
            "satisfaction": points,
        }


def test_the_handler_never_calls_back_nor_closes_the_own_case(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
        both = type(desk.hotline)(desk.leader.person_id, "leader", "leader", desk.hotline.grants)
        given = {"version": 5, "actor": both, "now": now + DAY}
        refused(
            session,
            Conflict,
            "recusal_needed",
            lambda: call_backs.record_call_back(session, request_id, SATISFIED, **given),
        )


def test_without_a_call_back_a_request_stays_open_until_three_calls_failed(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
    closing = {"outcome": Outcome.RESOLVED, "actor": desk.hotline, "now": now + DAY}
    with store.writing() as session:
        refused(
            session,
            Conflict,
            "call_back_needed",
            lambda: call_backs.close_request(session, request_id, version=5, **closing),
        )
    with store.writing() as session:
        for number in range(3):
            call_backs.record_call_back(
                session, request_id, NOBODY, version=5 + number, actor=desk.hotline, now=now + DAY
            )
        call_backs.close_request(session, request_id, version=8, **closing)
        assert [row[0] for row in events(session)] == [f"request:{request_id}"]


def test_an_anonymous_request_is_closed_on_the_strength_of_the_reply(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now, contact=None)
    with store.writing() as session:
        refused(
            session,
            Conflict,
            "call_back_without_contact",
            lambda: call_backs.record_call_back(
                session, request_id, SATISFIED, version=5, actor=desk.hotline, now=now + DAY
            ),
        )
    with store.writing() as session:
        call_backs.close_request(
            session, request_id, outcome=Outcome.RESOLVED, version=5, actor=desk.hotline, now=now + DAY
        )
        assert detail(session, desk, request_id).state is RequestState.CLOSED


def rework(session, desk, request_id, at):
    by = {"now": at}
    call_backs.send_back_request(
        session, request_id, "再去一次", version=version(session, desk, request_id), actor=desk.hotline, **by
    )
    actions.reply_request(
        session,
        request_id,
        "又去了",
        outcome=Outcome.RESOLVED,
        version=version(session, desk, request_id),
        actor=desk.leader,
        **by,
    )
    call_backs.verify_reply(session, request_id, version=version(session, desk, request_id), actor=desk.hotline, **by)
    call_backs.record_call_back(
        session, request_id, UNSOLVED, version=version(session, desk, request_id), actor=desk.hotline, **by
    )


def test_after_two_reworks_an_unsolved_request_goes_to_supervision(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
        call_backs.record_call_back(session, request_id, UNSOLVED, version=5, actor=desk.hotline, now=now + DAY)
        rework(session, desk, request_id, now + 2 * DAY)
        assert detail(session, desk, request_id).supervised_at is None
        rework(session, desk, request_id, now + 3 * DAY)
        found = detail(session, desk, request_id)
        assert (found.rework_count, found.supervised_at) == (2, now + 3 * DAY)
        refused(
            session,
            Conflict,
            "rework_used_up",
            lambda: call_backs.send_back_request(
                session, request_id, "第三次", version=found.version, actor=desk.hotline, now=now + 4 * DAY
            ),
        )


def test_a_late_reply_stays_late_whatever_follows_and_counts_once(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        assert actions.note_overdue(session, actor=desk.supervisor, now=now + LATE) == 1
        assert actions.note_overdue(session, actor=desk.supervisor, now=now + LATE + HOUR) == 0
        found = detail(session, desk, request_id)
        assert found.overdue_at == found.due_at
        actions.reply_request(
            session,
            request_id,
            "已办",
            outcome=Outcome.RESOLVED,
            version=found.version,
            actor=desk.leader,
            now=now + LATE + DAY,
        )
        call_backs.verify_reply(
            session, request_id, version=found.version + 1, actor=desk.hotline, now=now + LATE + 2 * DAY
        )
        call_backs.record_call_back(
            session, request_id, SATISFIED, version=found.version + 2, actor=desk.hotline, now=now + LATE + 2 * DAY
        )
        call_backs.close_request(
            session,
            request_id,
            outcome=Outcome.RESOLVED,
            version=found.version + 3,
            actor=desk.hotline,
            now=now + LATE + 2 * DAY,
        )
        on_time = [row for row in events(session) if row[0].startswith("request:")]
    assert on_time == [(f"request:{request_id}", 0.0, 1.0)]


def test_at_its_limit_a_request_is_not_late_yet(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        due = detail(session, desk, request_id).due_at
        assert actions.note_overdue(session, actor=desk.supervisor, now=due) == 0
        assert actions.note_overdue(session, actor=desk.supervisor, now=due + timedelta(seconds=1)) == 1


def test_the_requester_reads_that_it_was_dispatched_and_not_the_brief(store, desk, now):
    with store.writing() as session:
        filed = intake.file_request(session, wanted(desk), actor=desk.hotline, now=now)
        sending = {"service_id": desk.world.emergency, "brief": "核查夜班排班", "actor": desk.hotline, "now": now}
        actions.dispatch_request(session, filed.request_id, version=1, **sending)
        seen = details.request_by_receipt(session, filed.receipt_code, actor=PUBLIC, now=now)
    assert [(one.kind, one.text) for one in seen.steps] == [(StepKind.REGISTERED, ""), (StepKind.DISPATCHED, "")]


def test_a_confidential_matter_is_dispatched_with_a_brief_and_the_unit_reads_nothing_else(store, desk, now):
    with store.writing() as session:
        secret = {"kind": RequestKind.REPORT, "title": "我是护工小周，举报夜班无人", "service_id": desk.world.permits}
        request_id = file(session, desk, now, **secret).request_id
        sending = {"service_id": desk.world.emergency, "actor": desk.hotline, "now": now}
        refused(
            session,
            InvalidInput,
            "request_brief_missing",
            lambda: actions.dispatch_request(session, request_id, version=1, **sending),
        )
    with store.writing() as session:
        actions.dispatch_request(session, request_id, brief="核查夜班排班", version=1, **sending)
        seen = details.request_detail(session, request_id, actor=desk.leader)
        assert (seen.title, seen.text, seen.place, seen.brief) == ("", "", "", "核查夜班排班")
        assert "小周" not in str(seen)
        listed = queries.open_requests(session, actor=desk.leader, now=now)
        assert list(listed["title"]) == [""]
        assert detail(session, desk, request_id).title == "我是护工小周，举报夜班无人"


def test_a_rectification_is_ordered_from_a_request_once(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        order = {"title": "恢复夜间分诊", "demand": "一个月内恢复夜间分诊台。", "actor": desk.supervisor}
        made = actions.rectify_request(session, request_id, version=3, now=now + DAY, **order)
        assert detail(session, desk, request_id).rectification_id == made
        with pytest.raises(Conflict):
            actions.rectify_request(session, request_id, version=4, now=now + DAY, **order)


def test_every_step_is_in_the_history_with_who_and_from_where_to_where(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.CLOSED, now)
        steps = detail(session, desk, request_id).steps
    assert [one.kind for one in steps] == [
        StepKind.REGISTERED,
        StepKind.DISPATCHED,
        StepKind.SIGNED,
        StepKind.REPLIED,
        StepKind.VERIFIED,
        StepKind.CALLED_BACK,
        StepKind.CLOSED,
    ]
    assert all(before.to_state is after.from_state for before, after in pairwise(steps))
    assert [one.person for one in steps] == ["张hotline"] * 2 + ["张leader"] * 2 + ["张hotline"] * 3
