"""Any order of steps whatever: the store always agrees with a plain model of the life of a request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qs.actor import PUBLIC
from qs.complaints import actions, call_backs, details, intake
from qs.complaints.terms import Outcome
from qs.errors import Conflict, QualityError
from tests.complaints.desk import HOUR, NOBODY, SATISFIED, UNSOLVED, build_desk, file

# A plain model: for each step the states it may begin in, and where it leads.
MODEL = {
    "add": ({"registered", "dispatched", "returned", "in_progress", "replied", "called_back"}, None),
    "spot": ({"registered"}, "closed"),
    "dispatch": ({"registered", "returned"}, "dispatched"),
    "sign": ({"dispatched"}, "in_progress"),
    "return": ({"dispatched"}, "returned"),
    "rule": ({"returned"}, "dispatched"),
    "reply": ({"in_progress"}, "replied"),
    "reach": ({"replied"}, "called_back"),
    "unsolved": ({"replied"}, "called_back"),
    "miss": ({"replied"}, None),
    "rework": ({"called_back"}, "in_progress"),
    "close": ({"replied", "called_back"}, "closed"),
    "withdraw": ({"registered", "dispatched", "returned", "in_progress", "replied", "called_back"}, "closed"),
}


class Model:
    """What should be true after each step."""

    def __init__(self):
        self.state, self.ruled, self.reworks, self.missed = "registered", False, 0, 0

    def takes(self, step):
        begins, _ = MODEL[step]
        if self.state not in begins:
            return False
        if step == "return":
            return not self.ruled
        if step == "rework":
            return self.reworks < 2
        return step != "close" or self.state == "called_back" or self.missed >= 3

    def take(self, step):
        self.state = MODEL[step][1] or self.state
        self.ruled |= step == "rule"
        self.reworks += step == "rework"
        self.missed = 0 if step == "reply" else self.missed + (step == "miss")


def attempt(session, desk, filed, step, now):
    found = details.request_detail(session, filed.request_id, actor=desk.supervisor)
    by = {"version": found.version, "now": now}
    request_id, service_id = filed.request_id, desk.world.emergency
    acts = {
        "add": lambda: intake.add_to_request(session, filed.receipt_code, "补充", actor=PUBLIC, now=now),
        "spot": lambda: actions.answer_on_the_spot(
            session, request_id, "答", outcome=Outcome.EXPLAINED, actor=desk.hotline, **by
        ),
        "dispatch": lambda: actions.dispatch_request(
            session, request_id, service_id=service_id, actor=desk.hotline, **by
        ),
        "sign": lambda: actions.sign_request(session, request_id, actor=desk.leader, **by),
        "return": lambda: actions.return_request(session, request_id, "不属", actor=desk.leader, **by),
        "rule": lambda: actions.rule_request(
            session, request_id, "首接", service_id=service_id, actor=desk.supervisor, **by
        ),
        "reply": lambda: actions.reply_request(
            session, request_id, "已办", outcome=Outcome.RESOLVED, actor=desk.leader, **by
        ),
        "reach": lambda: call_backs.record_call_back(session, request_id, SATISFIED, actor=desk.hotline, **by),
        "unsolved": lambda: call_backs.record_call_back(session, request_id, UNSOLVED, actor=desk.hotline, **by),
        "miss": lambda: call_backs.record_call_back(session, request_id, NOBODY, actor=desk.hotline, **by),
        "rework": lambda: call_backs.send_back_request(session, request_id, "再去", actor=desk.hotline, **by),
        "close": lambda: call_backs.close_request(
            session, request_id, outcome=Outcome.RESOLVED, actor=desk.hotline, **by
        ),
        "withdraw": lambda: intake.withdraw_request(session, filed.receipt_code, actor=PUBLIC, now=now),
    }
    acts[step]()


class Undone(Exception):
    """Ends an example, so that the next one finds the store as it was."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(MODEL)), max_size=14))
def test_whatever_is_tried_the_store_agrees_with_the_model(lifecycle_store, steps):
    store, desk, now = lifecycle_store
    model = Model()
    with pytest.raises(Undone), store.writing() as session:
        filed = file(session, desk, now)
        due = details.request_detail(session, filed.request_id, actor=desk.supervisor).due_at
        for number, step in enumerate(steps):
            expected = model.takes(step)
            at = now + timedelta(minutes=number + 1)
            if expected:
                attempt(session, desk, filed, step, at)
                model.take(step)
            else:
                with pytest.raises(Conflict), session.begin_nested():
                    attempt(session, desk, filed, step, at)
            found = details.request_detail(session, filed.request_id, actor=desk.supervisor)
            assert found.state.value == model.state
            assert (found.rework_count, found.lead_unit_id is not None) == (model.reworks, model.ruled)
            assert (found.closed_at is not None) == (model.state == "closed")
            assert model.reworks or found.due_at == due
        raise Undone


@pytest.fixture
def lifecycle_store(store, now):
    return store, build_desk(store), now


def test_every_refusal_is_one_that_people_can_read(store, now):
    desk = build_desk(store)
    with store.writing() as session:
        filed = file(session, desk, now)
        for step in ("sign", "reply", "close", "rework"):
            with pytest.raises(QualityError) as refused, session.begin_nested():
                attempt(session, desk, filed, step, now + HOUR)
            assert refused.value.reason in ("request_step_forbidden", "request_unknown")
