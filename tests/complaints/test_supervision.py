"""Supervision rises with lateness and rework, is never lowered, and ends with the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.audit.models import AuditEntry
from qs.complaints import actions, details
from qs.complaints.handling import call_backs, pauses, supervision
from qs.complaints.models import Request
from qs.complaints.steps import reopen
from qs.complaints.terms import Outcome, PauseReason, RequestState, StepKind, Supervision
from qs.complaints.waiting import waiting
from qs.errors import Conflict, InvalidInput, NotAllowed
from tests.complaints.desk import DAY, HOUR, at_stage, build_desk, refused, version


@pytest.fixture
def desk(store):
    return build_desk(store)


def detail(session, desk, request_id):
    return details.request_detail(session, request_id, actor=desk.supervisor)


def supervise(session, desk, request_id, level, at, actor=None):
    by = {"version": version(session, desk, request_id), "actor": actor or desk.supervisor, "now": at}
    supervision.put_under_supervision(session, request_id, "三日内说明原因", level=level, **by)


def test_the_office_watches_more_closely_never_less(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        supervise(session, desk, request_id, Supervision.LISTED, now + DAY)
        for level in (Supervision.DAILY, Supervision.LISTED):
            refused(session, Conflict, "supervision_not_higher", supervise, session, desk, request_id, level, now + DAY)
        supervise(session, desk, request_id, Supervision.INTERVIEW, now + 2 * DAY)
        found = detail(session, desk, request_id)
        assert (found.supervision, found.supervised_at) == (Supervision.INTERVIEW, now + DAY)
        demands = [(one.code, one.note) for one in found.steps if one.kind is StepKind.SUPERVISED]
        assert demands == [("listed", "三日内说明原因"), ("interview", "三日内说明原因")]


def test_a_head_of_one_department_does_not_supervise_for_the_office(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        with pytest.raises(NotAllowed):
            supervise(session, desk, request_id, Supervision.DAILY, now + DAY, actor=desk.head)


def test_the_unit_accounts_for_itself_and_the_requester_does_not_read_it(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        by = {"version": 3, "actor": desk.leader, "now": now + DAY}
        answer = supervision.answer_supervision
        refused(session, Conflict, "supervision_missing", answer, session, request_id, "已加派", **by)
        supervise(session, desk, request_id, Supervision.DAILY, now + DAY)
        assert "supervision_to_answer" in [one.code for one in waiting(session, actor=desk.leader, now=now + DAY)]
        by["version"] += 1
        supervision.answer_supervision(session, request_id, "已加派人员", **by)
        last = detail(session, desk, request_id).steps[-1]
        assert (last.kind, last.code, last.note, last.is_told) == (StepKind.NOTED, "statement", "已加派人员", False)
        by["version"] += 1
        refused(session, InvalidInput, "invalid_input", answer, session, request_id, "", **by)


def test_supervision_rises_by_itself_as_long_as_a_request_is_late(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        due = detail(session, desk, request_id).due_at  # Monday, at close of business
        levels = []
        for days in (0.9, 1, 1, 2.9, 3, 4, 7):
            raised = supervision.raise_supervision(session, actor=SYSTEM, now=due + timedelta(days=days))
            levels.append((raised, detail(session, desk, request_id).supervision))
        assert levels == [
            (0, None),
            (1, Supervision.DAILY),
            (0, Supervision.DAILY),
            (0, Supervision.DAILY),
            (1, Supervision.LISTED),
            (0, Supervision.LISTED),
            (1, Supervision.INTERVIEW),
        ]
        entries = sa.select(sa.func.count()).where(AuditEntry.action == "complaints.raised_supervision")
        assert session.scalar(entries) == 3
        found = [
            line for line in waiting(session, actor=desk.supervisor, now=due) if line.code == "requests_supervised"
        ]
        assert found[0].facts == {"count": 1}


def test_what_was_raised_in_between_is_told_to_whoever_saw_the_case_before(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        before = version(session, desk, request_id)
        supervision.raise_supervision(session, actor=SYSTEM, now=now + timedelta(days=30))
        assert version(session, desk, request_id) == before + 1


def test_a_paused_request_is_not_supervised_for_lateness(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        by = {"now": now + DAY}
        reason = PauseReason.EXPERT
        pauses.ask_pause(session, request_id, "送检", reason=reason, version=3, actor=desk.leader, **by)
        pauses.decide_pause(session, request_id, is_approved=True, version=4, actor=desk.head, **by)
        assert supervision.raise_supervision(session, actor=SYSTEM, now=now + timedelta(days=60)) == 0


def test_the_second_rework_brings_an_interview(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.REPLIED, now)
        for number in (1, 2):
            by = {"version": version(session, desk, request_id), "now": now + number * DAY}
            call_backs.send_back_request(session, request_id, "答复不实", actor=desk.hotline, **by)
            expected = Supervision.INTERVIEW if number == 2 else None
            assert detail(session, desk, request_id).supervision is expected
            by["version"] = version(session, desk, request_id)
            actions.reply_request(session, request_id, "又办", outcome=Outcome.RESOLVED, actor=desk.leader, **by)
        by = {"version": version(session, desk, request_id), "now": now + 3 * DAY, "actor": desk.hotline}
        refused(session, Conflict, "rework_used_up", call_backs.send_back_request, session, request_id, "第三次", **by)


def test_supervision_ends_with_the_case_and_begins_at_nothing_when_it_is_opened_again(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now, contact=None)
        supervise(session, desk, request_id, Supervision.DAILY, now + DAY)
        by = {"version": version(session, desk, request_id), "actor": desk.hotline, "now": now + DAY}
        call_backs.close_request(session, request_id, outcome=Outcome.RESOLVED, **by)
        codes = [line.code for line in waiting(session, actor=desk.supervisor, now=now + DAY)]
        assert "requests_supervised" not in codes
        reopen(session, session.get_one(Request, request_id), actor=desk.supervisor, now=now + 2 * DAY + HOUR)
        session.flush()
        assert detail(session, desk, request_id).supervision is None
