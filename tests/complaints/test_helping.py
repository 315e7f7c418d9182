"""Lead and helping units: the first receiver answers, the others report to it in time or say why not."""

from __future__ import annotations

import pytest

from qs.actor import Grant, Role, Scope, ScopeKind
from qs.complaints import actions, details, queries
from qs.complaints.handling import co_units
from qs.complaints.handling.co_units import CoUnitRow
from qs.complaints.terms import Outcome, RequestKind, RequestState, StepKind
from qs.complaints.waiting import waiting
from qs.errors import Conflict, InvalidInput, NotFound
from tests.complaints.desk import DAY, HOUR, at_stage, build_desk, refused, version
from tests.world import enroll, person


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def helper(store, desk):
    """Leads vaccination, which is of another unit than the emergency room."""
    scope = Scope(ScopeKind.SERVICES, frozenset({desk.world.vaccination}))
    person_id = enroll(store, "helper", Grant(Role.SERVICE_LEADER, scope))
    return person(Role.SERVICE_LEADER, scope, username="helper", person_id=person_id)


def ask(session, desk, request_id, at, **others):
    by = {"version": version(session, desk, request_id), "actor": desk.leader, "now": at}
    wanted = {"service_id": desk.world.vaccination, "task": "提供接种记录"}
    co_units.ask_co_unit(session, request_id, **(wanted | by | others))


def report(session, desk, request_id, at, actor, *, is_finished=True, text="记录已提供"):
    by = {"version": version(session, desk, request_id), "actor": actor, "now": at}
    helps = {"service_id": desk.world.vaccination, "text": text, "is_finished": is_finished}
    co_units.report_co_unit(session, request_id, **helps, **by)


def reply(session, desk, request_id, at, **others):
    by = {"version": version(session, desk, request_id), "actor": desk.leader, "now": at}
    actions.reply_request(session, request_id, "已办结", outcome=Outcome.RESOLVED, **by, **others)


def units(session, desk, request_id) -> tuple[CoUnitRow, ...]:
    return details.request_detail(session, request_id, actor=desk.supervisor).co_units


def test_a_helping_unit_reports_inside_the_leads_own_limit(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        early = units(session, desk, request_id)[0].due_at
        due = details.request_detail(session, request_id, actor=desk.leader).due_at
        assert now + 3 * DAY < early < due  # three working days from Tuesday
        late = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, late, now + 4 * DAY)  # on Friday, the order ends on Monday
        assert units(session, desk, late)[0].due_at == due


def test_the_helping_unit_reads_the_request_and_reports_but_does_nothing_else(store, desk, helper, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        refused(session, NotFound, "request_unknown", details.request_detail, session, request_id, actor=helper)
        ask(session, desk, request_id, now + DAY)
        assert details.request_detail(session, request_id, actor=helper).text == "夜里没有分诊台，等了三个小时。"
        assert list(queries.open_requests(session, actor=helper, now=now + DAY)["request_id"]) == [request_id]
        assert [line.code for line in waiting(session, actor=helper, now=now + DAY)] == ["co_unit_to_report"]
        by = {"version": version(session, desk, request_id), "actor": helper, "now": now + DAY}
        by["outcome"] = Outcome.RESOLVED
        refused(session, NotFound, "request_unknown", actions.reply_request, session, request_id, "我答", **by)
        report(session, desk, request_id, now + 2 * DAY, helper)
        row = units(session, desk, request_id)[0]
        assert (row.reported_at, row.report, row.is_stage_report) == (now + 2 * DAY, "记录已提供", False)
        assert waiting(session, actor=helper, now=now + 2 * DAY) == []


def test_others_than_the_asked_unit_cannot_report(store, desk, helper, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        for actor in (desk.leader, desk.foreign_leader):
            refused(session, NotFound, "request_unknown", report, session, desk, request_id, now + DAY, actor)


def test_what_is_withheld_from_the_lead_is_withheld_from_the_helpers(store, desk, helper, now):
    secret = {"kind": RequestKind.REPORT, "title": "我是护工小周", "service_id": desk.world.permits}
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now, **secret)
        ask(session, desk, request_id, now + DAY)
        seen = details.request_detail(session, request_id, actor=helper)
        assert (seen.title, seen.text, seen.brief) == ("", "", "核查")
        assert "小周" not in str(seen)
        assert list(queries.open_requests(session, actor=helper, now=now)["title"]) == [""]


def test_the_lead_waits_for_reports_or_says_why_not(store, desk, helper, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        refused(session, Conflict, "co_units_missing", reply, session, desk, request_id, now + DAY)
        reply(session, desk, request_id, now + DAY, without_co_units="诉求人已撤回该部分")
        steps = details.request_detail(session, request_id, actor=desk.leader).steps
        assert [one.kind for one in steps[-2:]] == [StepKind.NOTED, StepKind.REPLIED]
        assert (steps[-2].note, steps[-2].is_told) == ("诉求人已撤回该部分", False)


def test_a_stage_report_with_reasons_is_enough_for_the_lead_and_may_be_followed_by_the_end(store, desk, helper, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        at = (session, desk, request_id, now + DAY, helper)
        refused(session, InvalidInput, "invalid_input", report, *at, text=" ")
        report(session, desk, request_id, now + DAY, helper, is_finished=False, text="冷链记录待调取")
        assert units(session, desk, request_id)[0].is_stage_report
        report(session, desk, request_id, now + 2 * DAY, helper)
        refused(session, Conflict, "co_unit_reported_already", report, *at)
        reply(session, desk, request_id, now + 2 * DAY)


def test_a_unit_is_asked_once_at_a_time_and_never_the_lead_itself(store, desk, helper, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        for reason, others in (
            ("co_unit_asked_already", {}),
            ("co_unit_leads", {"service_id": desk.world.emergency}),
        ):
            refused(session, Conflict, reason, ask, session, desk, request_id, now + DAY, **others)
        unknown = {"service_id": 999}
        refused(session, NotFound, "service_unknown", ask, session, desk, request_id, now + DAY, **unknown)
        report(session, desk, request_id, now + DAY, helper)
        ask(session, desk, request_id, now + 2 * DAY, task="补充二月的记录")
        row = units(session, desk, request_id)[0]
        assert (row.task, row.reported_at, row.report) == ("补充二月的记录", None, "")
        steps = details.request_detail(session, request_id, actor=desk.leader).steps
        assert "记录已提供" in [one.note for one in steps]  # what was reported before stays in the history


def test_the_desk_asks_helpers_at_dispatch(store, desk, helper, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
        ask(session, desk, request_id, now + HOUR, actor=desk.hotline)
        assert [row.service_id for row in units(session, desk, request_id)] == [desk.world.vaccination]
        assert details.request_detail(session, request_id, actor=helper).state is RequestState.DISPATCHED
