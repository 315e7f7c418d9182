"""The clock of a request stands with approval only, is never late while it stands, and runs on where it stood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qs.actor import PUBLIC
from qs.complaints import actions, details, intake, queries
from qs.complaints.handling import extensions, pauses
from qs.complaints.handling.classification import reclassify
from qs.complaints.models import Request
from qs.complaints.rules import IllegalStep
from qs.complaints.terms import Outcome, PauseReason, RequestKind, RequestState, StepKind, Urgency
from qs.complaints.waiting import waiting
from qs.errors import Conflict
from tests.complaints.desk import DAY, HOUR, at_stage, build_desk, file, refused, version

REASON = PauseReason.EXPERT


@pytest.fixture
def desk(store):
    return build_desk(store)


def detail(session, desk, request_id):
    return details.request_detail(session, request_id, actor=desk.supervisor)


def ask(session, desk, request_id, at, **others):
    by = {"version": version(session, desk, request_id), "actor": desk.leader, "now": at, "reason": REASON} | others
    pauses.ask_pause(session, request_id, "送检中", **by)


def decide(session, desk, request_id, at, *, is_approved=True, actor=None):
    by = {"version": version(session, desk, request_id), "actor": actor or desk.head, "now": at}
    pauses.decide_pause(session, request_id, "同意", is_approved=is_approved, **by)


def resume(session, desk, request_id, at, actor=None):
    by = {"version": version(session, desk, request_id), "actor": actor or desk.leader, "now": at}
    pauses.resume_request(session, request_id, **by)


def paused(session, desk, now, **others):
    """A request whose clock stands since a day after `now`."""
    request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now, **others)
    ask(session, desk, request_id, now + DAY)
    decide(session, desk, request_id, now + DAY)
    return request_id


def test_a_paused_request_is_never_late_and_its_limit_grows_by_the_working_time_it_stood(store, desk, now):
    with store.writing() as session:
        request_id = paused(session, desk, now)  # since Tuesday
        due = detail(session, desk, request_id).due_at
        late = now + timedelta(days=30)
        assert actions.note_overdue(session, actor=desk.supervisor, now=late) == 0
        row = queries.open_requests(session, actor=desk.leader, now=late).iloc[0]
        assert (row.state, row.days_left, bool(row.is_overdue)) == (RequestState.PAUSED, 4, False)  # four days left
        resume(session, desk, request_id, now + 4 * DAY)  # three working days later, on Friday
        found = detail(session, desk, request_id)
        assert (found.state, found.next_due_at) == (RequestState.IN_PROGRESS, found.due_at)
        assert found.due_at == due + timedelta(days=3)


def test_the_clock_runs_until_somebody_else_approves(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        found = detail(session, desk, request_id)
        assert (found.state, found.pause_reason, found.paused_at) == (RequestState.IN_PROGRESS, REASON, None)
        both = type(desk.head)(desk.leader.person_id, "leader", "leader", (*desk.leader.grants, *desk.head.grants))
        at = now + DAY
        refused(session, Conflict, "recusal_needed", lambda: decide(session, desk, request_id, at, actor=both))
        refused(session, Conflict, "pause_pending", lambda: ask(session, desk, request_id, at))


def test_a_refused_pause_leaves_the_clock_running_and_may_be_asked_again(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        due = detail(session, desk, request_id).due_at
        ask(session, desk, request_id, now + DAY)
        decide(session, desk, request_id, now + DAY, is_approved=False)
        found = detail(session, desk, request_id)
        assert (found.state, found.due_at, found.pause_reason) == (RequestState.IN_PROGRESS, due, None)
        refused(session, Conflict, "pause_not_asked", lambda: decide(session, desk, request_id, now + DAY))
        ask(session, desk, request_id, now + 2 * DAY)


def test_after_the_limit_nothing_can_be_paused(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        due = detail(session, desk, request_id).due_at
        after = due + timedelta(seconds=1)
        refused(session, Conflict, "pause_too_late", lambda: decide(session, desk, request_id, after))
        decide(session, desk, request_id, due, is_approved=False)
        refused(session, Conflict, "pause_too_late", lambda: ask(session, desk, request_id, after))
        ask(session, desk, request_id, due)  # at the limit it has not passed


def test_a_clock_stands_twice_at_most(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        for number in (1, 2):
            ask(session, desk, request_id, now + number * HOUR)
            decide(session, desk, request_id, now + number * HOUR)
            resume(session, desk, request_id, now + number * HOUR + timedelta(minutes=30))
        refused(session, Conflict, "pauses_used_up", lambda: ask(session, desk, request_id, now + 5 * HOUR))


def test_extension_and_pauses_add_up(store, desk, now):
    with store.writing() as session:
        request_id = paused(session, desk, now)
        resume(session, desk, request_id, now + 3 * DAY)  # two working days
        first = detail(session, desk, request_id).due_at
        by = {"version": version(session, desk, request_id), "now": now + 3 * DAY}
        extensions.ask_extension(session, request_id, "配件", actor=desk.leader, **by)
        by["version"] += 1
        extensions.decide_extension(session, request_id, is_approved=True, actor=desk.head, **by)
        assert detail(session, desk, request_id).due_at == first + timedelta(days=7)
        ask(session, desk, request_id, now + 4 * DAY)
        decide(session, desk, request_id, now + 4 * DAY)  # Friday
        resume(session, desk, request_id, now + 7 * DAY)  # Monday: the weekend is no working time
        assert detail(session, desk, request_id).due_at == first + timedelta(days=8)


def test_a_new_class_keeps_the_paused_time_and_the_extension(store, desk, now):
    """Trap 5: three working days paused, then another pack; the new limit includes them."""
    with store.writing() as session:
        plain = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        request_id = paused(session, desk, now)
        resume(session, desk, request_id, now + 4 * DAY)
        by = {"actor": desk.hotline, "now": now + 4 * DAY}
        for one in (plain, request_id):
            reclassify(session, one, "改按信访", pack="cn-xinfang", version=version(session, desk, one), **by)
        without, with_pause = (detail(session, desk, one) for one in (plain, request_id))
        assert (with_pause.pack, with_pause.kind) == ("cn-xinfang", RequestKind.COMPLAINT)
        assert timedelta(days=3) <= with_pause.due_at - without.due_at <= timedelta(days=5)  # sixty days, then three


def test_the_class_may_change_while_the_clock_stands(store, desk, now):
    with store.writing() as session:
        request_id = paused(session, desk, now)
        by = {"actor": desk.hotline, "now": now + 2 * DAY, "version": version(session, desk, request_id)}
        reclassify(session, request_id, "涉及多家单位", urgency=Urgency.COMPLEX, **by)
        found = detail(session, desk, request_id)
        assert (found.state, found.paused_at, found.next_due_at) == (RequestState.PAUSED, now + DAY, None)
        resume(session, desk, request_id, now + 4 * DAY)
        assert detail(session, desk, request_id).due_at > found.due_at


def test_a_paused_request_can_be_withdrawn_and_is_then_neither_paused_nor_counted(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        request_id = filed.request_id
        take = {"version": 1, "now": now + HOUR}
        actions.dispatch_request(session, request_id, service_id=desk.world.emergency, actor=desk.hotline, **take)
        actions.sign_request(session, request_id, version=2, actor=desk.leader, now=now + HOUR)
        ask(session, desk, request_id, now + 2 * HOUR)
        decide(session, desk, request_id, now + 2 * HOUR)
        intake.withdraw_request(session, filed.receipt_code, actor=PUBLIC, now=now + 3 * HOUR)
        kept = session.get_one(Request, request_id)
        assert (kept.state, kept.outcome, kept.paused_at) == (RequestState.CLOSED, Outcome.WITHDRAWN, None)
        assert kept.pause_asked_at is None


def test_while_the_clock_stands_nobody_replies(store, desk, now):
    with store.writing() as session:
        request_id = paused(session, desk, now)
        by = {"version": version(session, desk, request_id), "actor": desk.leader, "now": now + 2 * DAY}
        refused(
            session,
            IllegalStep,
            "request_step_forbidden",
            lambda: actions.reply_request(session, request_id, "已办", outcome=Outcome.RESOLVED, **by),
        )


def test_a_reply_drops_what_was_asked_and_not_decided(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        by = {"version": version(session, desk, request_id), "actor": desk.leader, "now": now + DAY}
        extensions.ask_extension(session, request_id, "配件", **by)
        by["version"] += 1
        actions.reply_request(session, request_id, "已办", outcome=Outcome.RESOLVED, **by)
        found = detail(session, desk, request_id)
        assert (found.pause_asked_at, found.extension_asked_at, found.extension_reason) == (None, None, "")
        kinds = [one.kind for one in found.steps]
        assert StepKind.PAUSE_ASKED in kinds  # the history keeps it
        assert StepKind.EXTENSION_ASKED in kinds


def test_who_may_decide_and_who_may_go_on_is_told(store, desk, now):
    def codes(actor):
        return [line.code for line in waiting(session, actor=actor, now=now + DAY)]

    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        ask(session, desk, request_id, now + DAY)
        assert "pause_to_decide" in codes(desk.head)
        assert "pause_to_decide" not in codes(desk.leader)
        decide(session, desk, request_id, now + DAY)
        assert "pause_to_decide" not in codes(desk.head)
        assert "request_to_resume" in codes(desk.leader)
