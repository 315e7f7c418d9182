"""Anybody tries anything at any time: the store always agrees with a plain model of the life of a request.

The model is written from the office's rules, not from the programme: who may do what, where each step begins and leads,
and what is counted. Steps the model allows are done; all others are refused and leave nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from qs.actor import PUBLIC, SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.audit.models import AuditEntry
from qs.complaints import actions, intake
from qs.complaints.handling import call_backs, classification, co_units, extensions, pauses, supervision
from qs.complaints.models import Request, RequestStep
from qs.complaints.reach import SomebodyFaster, taken
from qs.complaints.steps import reopen, trace
from qs.complaints.terms import Outcome, PauseReason, Refusal, RequestKind, Supervision, Urgency
from qs.errors import QualityError
from qs.observations.models import Event
from tests.complaints.desk import NOBODY, SATISFIED, UNSOLVED, build_desk, file
from tests.conftest import IS_POSTGRES
from tests.world import enroll, person

OPEN = {"registered", "dispatched", "returned", "in_progress", "paused", "replied", "verified", "called_back"}
RUNNING = {"registered", "dispatched", "returned", "in_progress"}  # the time for handling passes
DESK, UNIT, OFFICE = {"hotline", "boss", "double"}, {"leader", "deputy", "double"}, {"boss", "double"}
APPROVERS, HELPER, CITIZEN = {"head", "boss", "double"}, {"helper"}, {"citizen"}
LEVELS = ("daily", "listed", "interview")


@dataclass(frozen=True)
class Rule:
    """Who may take a step, the states it begins in, and the state it leads to (empty: the same)."""

    by: set[str]
    begins: set[str]
    leads: str = ""
    is_own: bool = True  # also by whoever handled it or asked for its time


STAFF = ("boss", "deputy", "double", "head", "helper", "hotline", "leader", "stranger")
RULES = {
    "add": Rule(CITIZEN, OPEN),
    "withdraw": Rule(CITIZEN, OPEN, "closed"),
    "answer_on_the_spot": Rule(DESK, {"registered"}, "closed"),
    "refuse": Rule(APPROVERS, {"registered", "returned"}, "closed"),
    "dispatch": Rule(DESK, {"registered", "returned"}, "dispatched"),
    "return": Rule(UNIT, {"dispatched"}, "returned"),
    "rule": Rule(OFFICE, {"returned"}, "dispatched"),
    "sign": Rule(UNIT, {"dispatched"}, "in_progress"),
    "reply": Rule(UNIT, {"in_progress"}, "replied"),
    "reply_alone": Rule(UNIT, {"in_progress"}, "replied"),
    "verify": Rule(DESK, {"replied"}, "verified", is_own=False),
    "reach": Rule(DESK, {"verified"}, "called_back", is_own=False),
    "reach_unsolved": Rule(DESK, {"verified"}, "called_back", is_own=False),
    "miss": Rule(DESK, {"verified"}, is_own=False),
    "send_back": Rule(DESK, {"replied", "verified", "called_back"}, "in_progress", is_own=False),
    "close": Rule(DESK, {"verified", "called_back"}, "closed", is_own=False),
    "ask_extension": Rule(UNIT, {"in_progress"}),
    "grant_extension": Rule(APPROVERS, {"in_progress"}, is_own=False),
    "deny_extension": Rule(APPROVERS, {"in_progress"}, is_own=False),
    "ask_pause": Rule(UNIT, {"in_progress"}),
    "grant_pause": Rule(APPROVERS, {"in_progress"}, "paused", is_own=False),
    "deny_pause": Rule(APPROVERS, {"in_progress"}, is_own=False),
    "resume": Rule(UNIT | APPROVERS, {"paused"}, "in_progress"),
    "classify": Rule(DESK, RUNNING | {"paused"}),
    "edit": Rule(DESK, OPEN),
    "reassign": Rule(UNIT, {"in_progress", "paused"}),
    "note": Rule(DESK | UNIT, OPEN | {"closed"}),
    "tell": Rule(DESK | UNIT, OPEN),
    "ask_help": Rule(DESK | UNIT, {"dispatched", "in_progress"}),
    "report_stage": Rule(HELPER, OPEN),
    "report_end": Rule(HELPER, OPEN),
    "daily": Rule(OFFICE, OPEN),
    "listed": Rule(OFFICE, OPEN),
    "interview": Rule(OFFICE, OPEN),
    "account": Rule(UNIT, OPEN),
    "reopen": Rule(OFFICE, {"closed"}, "in_progress"),
}
MOVERS = {"grant_extension", "resume", "classify", "send_back", "reopen", "withdraw"}  # nothing else moves the limit
BY_CODE = {"add", "withdraw"}
DECISIONS = {"grant_extension", "deny_extension", "grant_pause", "deny_pause", "resume"}
WISHES = {"ask_extension", "ask_pause"}


@dataclass
class Model:
    """What should be true of the request."""

    now: datetime
    state: str = "registered"
    version: int = 1
    trail: int = 1  # entries about it
    steps: int = 1
    words: list[str] = field(default_factory=list)  # that must be found in the history
    due_at: datetime | None = None
    sent_at: datetime | None = None
    is_ruled: bool = False
    reworks: int = 0
    missed: int = 0
    pauses: int = 0
    pause: str = ""  # who asked for the one that is to be decided, or stands
    extension: str = ""  # asked, granted or denied
    asker: str = ""
    handler: str = ""
    help: str = ""  # asked, stage or end
    level: str = ""
    is_late: bool = False
    counted: float | None = None
    added: list[datetime] = field(default_factory=list)
    kind: str = "complaint"
    title: str = "急诊等了三个小时"

    def allows(self, step: str, who: str) -> bool:
        """Whether the office's rules let this person take this step now."""
        found = RULES[step]
        if who not in found.by or self.state not in found.begins:
            return False
        if not found.is_own and who in {self.handler, self.asker, self.pause}:
            return False
        is_over = self.due_at is not None and self.now > self.due_at
        guards = {
            "add": len([at for at in self.added if at > self.now - timedelta(days=1)]) < 10,
            "refuse": who != "head" or self.kind == "help",  # a department does not refuse complaints about itself
            "return": not self.is_ruled and self.now <= (self.sent_at or self.now) + timedelta(hours=24),
            "reply": self.help != "asked",
            "send_back": self.reworks < 2,
            "close": self.state == "called_back" or self.missed >= 3,
            "ask_extension": not self.extension and not is_over,
            "grant_extension": self.extension == "asked" and not is_over,
            "deny_extension": self.extension == "asked",
            "ask_pause": not self.pause and not is_over and self.pauses < 2,
            "grant_pause": bool(self.pause) and not is_over,
            "deny_pause": bool(self.pause),
            "ask_help": self.help != "asked",
            "report_stage": self.help in ("asked", "stage"),
            "report_end": self.help in ("asked", "stage"),
            "account": bool(self.level),
        }
        if step in LEVELS:
            return not self.level or LEVELS.index(self.level) < LEVELS.index(step)
        return guards.get(step, True)

    def pass_limit(self) -> None:
        if self.state in RUNNING and not self.is_late and self.due_at is not None and self.now > self.due_at:
            self.is_late, self.steps = True, self.steps + 1
            self.counted = 0.0 if self.counted is None else self.counted

    def take(self, step: str, who: str) -> None:
        """What follows from a step."""
        leads = RULES[step].leads
        if step in ("reply", "reply_alone") or leads == "closed":
            self.pass_limit()
            self.steps += step == "reply_alone" and self.help == "asked"
            self.pause, self.missed = "", 0 if leads == "replied" else self.missed
            if self.extension == "asked":
                self.extension = self.asker = ""
        self.steps, self.version, self.trail = self.steps + 1, self.version + 1, self.trail + 1
        self.state = leads or self.state
        getattr(self, f"after_{step}", lambda who: None)(who)
        if leads == "closed" and step in ("close", "answer_on_the_spot") and self.counted is None:
            self.counted = 1.0

    def after_add(self, who):
        self.added.append(self.now)

    def after_dispatch(self, who):
        self.sent_at, self.handler = self.now, ""

    def after_rule(self, who):
        self.after_dispatch(who)
        self.is_ruled = True

    def after_sign(self, who):
        self.handler = who

    after_reply = after_reply_alone = after_sign

    def after_miss(self, who):
        self.missed += 1

    def raised(self, level):
        if not self.level or LEVELS.index(self.level) < LEVELS.index(level):
            self.level, self.steps = level, self.steps + 1

    def after_reach_unsolved(self, who):
        if self.reworks == 2:
            self.raised("interview")

    def after_send_back(self, who):
        self.reworks += 1
        if self.reworks == 2:
            self.raised("interview")

    def after_ask_extension(self, who):
        self.extension, self.asker = "asked", who

    def after_grant_extension(self, who):
        self.extension = "granted"

    def after_deny_extension(self, who):
        self.extension = "denied"

    def after_ask_pause(self, who):
        self.pause = who

    def after_grant_pause(self, who):
        self.pauses += 1

    def after_deny_pause(self, who):
        self.pause = ""

    after_resume = after_deny_pause

    def after_classify(self, who):
        self.kind = "help" if self.kind == "complaint" else "complaint"

    def after_edit(self, who):
        self.title = f"第{self.version}版标题"

    def after_reassign(self, who):
        self.handler = "leader" if self.handler == "deputy" else "deputy"

    def after_ask_help(self, who):
        self.help = "asked"

    def after_report_stage(self, who):
        self.help = "stage"

    def after_report_end(self, who):
        self.help = "end"

    def after_daily(self, who):
        self.level = "daily"

    def after_listed(self, who):
        self.level = "listed"

    def after_interview(self, who):
        self.level = "interview"

    def after_reopen(self, who):
        self.state = "in_progress" if self.sent_at else "registered"
        self.level = ""
        if not self.is_late:
            self.counted = None


def people_of(store, desk) -> dict[str, Actor]:
    """The people of the model, with their rights."""
    own = Scope(ScopeKind.SERVICES, frozenset({desk.world.emergency, desk.world.surgery}))
    helping = Scope(ScopeKind.SERVICES, frozenset({desk.world.vaccination}))
    leads, helps = Grant(Role.SERVICE_LEADER, own), Grant(Role.SERVICE_LEADER, helping)
    deputy = person(Role.SERVICE_LEADER, own, username="deputy", person_id=enroll(store, "deputy", leads))
    helper = person(Role.SERVICE_LEADER, helping, username="helper", person_id=enroll(store, "helper", helps))
    both = (leads, Grant(Role.SUPERVISOR))
    return {
        "hotline": desk.hotline,
        "boss": desk.supervisor,
        "leader": desk.leader,
        "deputy": deputy,
        "head": desk.head,
        "helper": helper,
        "stranger": desk.foreign_leader,
        "double": Actor(enroll(store, "double", *both), "double", "double", both),
        "citizen": PUBLIC,
    }


class Life(RuleBasedStateMachine):
    """One request, from its filing on, in a transaction that is undone at the end."""

    def __init__(self, store, desk, people, now):
        super().__init__()
        self.desk, self.people = desk, people
        self.writing = store.writing()
        self.session = self.writing.__enter__()
        self.outer = self.session.begin_nested()
        self.filed = file(self.session, desk, now)
        self.model = Model(now, due_at=self.request().due_at)

    def teardown(self):
        self.outer.rollback()
        self.session.expire_all()
        self.writing.__exit__(None, None, None)

    def request(self) -> Request:
        self.session.flush()
        self.session.expire_all()
        return self.session.get_one(Request, self.filed.request_id)

    @rule(hours=st.sampled_from([0.2, 1, 5, 20, 70]))
    def time_passes(self, hours):
        self.model.now += timedelta(hours=hours)

    @rule(step=st.sampled_from(sorted(RULES)), who=st.sampled_from(STAFF))
    def anything(self, step, who):
        self.attempt(step, "citizen" if step in BY_CODE else who)

    @rule(data=st.data())
    def it_goes_on(self, data):
        """A step into another state, so that lives grow long; one in ten ends it."""
        moves = {step for step, found in RULES.items() if found.leads and self.possible(step)}
        ends = {step for step in moves if RULES[step].leads == "closed"}
        going_on = moves - ends or moves
        is_end = bool(ends) and data.draw(st.integers(1, 10)) == 10
        self.one_of(ends if is_end else going_on | ({"close"} & moves), data)

    @rule(data=st.data())
    def its_time_is_dealt_with(self, data):
        """Extensions and pauses, where they are possible; else it goes on."""
        decided = {step for step in DECISIONS if self.possible(step)}
        steps = decided or {step for step in WISHES if self.possible(step)}
        if steps:
            self.one_of(steps, data)
        else:
            self.it_goes_on(data)

    @rule(data=st.data(), is_stale=st.sampled_from([False] * 6 + [True]))
    def something_allowed(self, data, is_stale):
        """Any step the model allows but the ends; sometimes by somebody who saw an older version."""
        steps = {step for step, found in RULES.items() if found.leads != "closed" and self.possible(step)}
        self.one_of(steps, data, is_stale=is_stale)

    def possible(self, step):
        return [who for who in sorted(self.people) if self.model.allows(step, who)]

    def one_of(self, steps, data, *, is_stale=False):
        step = data.draw(st.sampled_from(sorted(steps)))
        who = data.draw(st.sampled_from(self.possible(step)))
        self.attempt(step, who, is_stale=is_stale and step not in BY_CODE)

    @rule()
    def the_night_comes(self):
        """Late requests are noted, and supervision rises; both again, which changes nothing."""
        model = self.model
        for _ in range(2):
            actions.note_overdue(self.session, actor=SYSTEM, now=model.now)
            raised = supervision.raise_supervision(self.session, actor=SYSTEM, now=model.now)
            model.pass_limit()
            found = self.request()
            level = found.supervision.value if found.supervision else ""
            assert raised == (level != model.level)
            if level != model.level:
                assert model.state in RUNNING
                assert model.now > model.due_at
                model.raised(level)
                model.version += 1

    def attempt(self, step, who, *, is_stale=False):
        model = self.model
        model.now += timedelta(seconds=1)  # no two acts happen at the same moment
        is_allowed = model.allows(step, who)
        wanted = SomebodyFaster if is_stale else QualityError
        text = f"{step} {model.version}"
        if is_allowed and not is_stale:
            self.act(step, who, text, model.version)
            model.take(step, who)
            model.words += [text] if step in WORDED else []
            if step in MOVERS:
                model.due_at = self.request().due_at
            return
        before = self.request().version
        with pytest.raises(wanted), self.session.begin_nested():
            self.act(step, who, text, model.version - is_stale)
        assert self.request().version == before

    def act(self, step, who, text, version):
        by = {"version": version, "actor": self.people[who], "now": self.model.now}
        ACTS[step](self, self.session, self.filed.request_id, text, by)

    @invariant()
    def the_store_agrees(self):
        model, found = self.model, self.request()
        assert (found.state.value, found.version) == (model.state, model.version)
        assert (found.rework_count, found.lead_unit_id is not None) == (model.reworks, model.is_ruled)
        assert (found.supervision.value if found.supervision else "") == model.level
        assert (found.due_at, found.is_extended) == (model.due_at, model.extension == "granted")
        assert (found.overdue_at is not None) == model.is_late
        assert (found.closed_at is not None) == (model.state == "closed")
        assert (found.paused_at is not None) == (model.state == "paused")
        assert (found.kind.value, found.title) == (model.kind, model.title)
        if model.state in ("paused", "called_back", "closed"):
            assert found.next_due_at is None
        if model.state == "in_progress":
            assert found.next_due_at == found.due_at

    @invariant()
    def the_history_is_whole(self):
        of_it = RequestStep.request_id == self.filed.request_id
        steps = self.session.scalars(sa.select(RequestStep).where(of_it).order_by(RequestStep.id)).all()
        assert len(steps) == self.model.steps
        assert steps[-1].to_state.value == self.model.state
        assert all(later.from_state is earlier.to_state for earlier, later in pairwise(steps))
        assert set(self.model.words) <= {one.note for one in steps}

    @invariant()
    def the_trail_has_one_entry_for_each_act(self):
        about = AuditEntry.object == f"request:{self.filed.request_id}"
        assert self.session.scalar(sa.select(sa.func.count(AuditEntry.seq)).where(about)) == self.model.trail

    @invariant()
    def it_counts_once_or_not_at_all(self):
        name, columns = f"request:{self.filed.request_id}", (Event.happened_at, Event.event_id, Event.corrects)
        rows = self.session.execute(sa.select(*columns, Event.numerator, Event.denominator)).all()
        own = [row for row in rows if row.event_id.partition("~")[0] == name]
        corrected = {(row.happened_at, row.corrects) for row in own}
        standing = [row for row in own if (row.happened_at, row.event_id) not in corrected]
        total = (sum(row.numerator for row in standing), sum(row.denominator for row in standing))
        assert total == ((0.0, 0.0) if self.model.counted is None else (self.model.counted, 1.0))


WORDED = {"add", "return", "rule", "reply", "note", "tell", "send_back", "ask_help", "report_end", "account"}


def opened_again(life, session, request_id, text, by):
    request = taken(session, request_id, by["version"], actions.P.COMPLAINTS_APPROVE, actor=by["actor"])
    by["actor"].check_everywhere(actions.P.COMPLAINTS_DISPATCH)
    reopen(session, request, actor=by["actor"], now=by["now"])
    trace(session, "complaints.decided_review", request, actor=by["actor"], now=by["now"])


def sent(action):
    return lambda life, session, request_id, text, by: action(
        session, request_id, *([text] if action is actions.rule_request else []),
        service_id=life.desk.world.emergency, **by,
    )  # fmt: skip


def called(answer):
    return lambda life, session, request_id, text, by: call_backs.record_call_back(session, request_id, answer, **by)


def watched(level):
    return lambda life, session, request_id, text, by: supervision.put_under_supervision(
        session, request_id, text, level=Supervision(level), **by
    )


def plain(action, **given):
    return lambda life, session, request_id, text, by: action(session, request_id, text, **given, **by)


def wordless(action, **given):
    return lambda life, session, request_id, text, by: action(session, request_id, **given, **by)


def reported(is_finished):
    return lambda life, session, request_id, text, by: co_units.report_co_unit(
        session, request_id, service_id=life.desk.world.vaccination, text=text, is_finished=is_finished, **by
    )


ACTS = {
    "add": lambda life, session, request_id, text, by: intake.add_to_request(
        session, life.filed.receipt_code, text, actor=PUBLIC, now=by["now"]
    ),
    "withdraw": lambda life, session, request_id, text, by: intake.withdraw_request(
        session, life.filed.receipt_code, actor=PUBLIC, now=by["now"]
    ),
    "answer_on_the_spot": plain(actions.answer_on_the_spot, outcome=Outcome.EXPLAINED),
    "refuse": plain(actions.refuse_request, reason=Refusal.BEYOND_REMIT),
    "dispatch": sent(actions.dispatch_request),
    "return": plain(actions.return_request),
    "rule": sent(actions.rule_request),
    "sign": wordless(actions.sign_request),
    "reply": plain(actions.reply_request, outcome=Outcome.RESOLVED),
    "reply_alone": plain(actions.reply_request, outcome=Outcome.PLANNED, without_co_units="无需等待"),
    "verify": wordless(call_backs.verify_reply),
    "reach": called(SATISFIED),
    "reach_unsolved": called(UNSOLVED),
    "miss": called(NOBODY),
    "send_back": plain(call_backs.send_back_request),
    "close": wordless(call_backs.close_request, outcome=Outcome.RESOLVED),
    "ask_extension": plain(extensions.ask_extension),
    "grant_extension": plain(extensions.decide_extension, is_approved=True),
    "deny_extension": plain(extensions.decide_extension, is_approved=False),
    "ask_pause": plain(pauses.ask_pause, reason=PauseReason.PROCEDURE),
    "grant_pause": plain(pauses.decide_pause, is_approved=True),
    "deny_pause": plain(pauses.decide_pause, is_approved=False),
    "resume": plain(pauses.resume_request),
    "classify": lambda life, session, request_id, text, by: classification.reclassify(
        session,
        request_id,
        text,
        kind=RequestKind.HELP if life.model.kind == "complaint" else RequestKind.COMPLAINT,
        urgency=Urgency.COMPLEX if life.model.kind == "complaint" else Urgency.GENERAL,
        **by,
    ),
    "edit": lambda life, session, request_id, text, by: classification.edit_request(
        session, request_id, title=f"第{life.model.version + 1}版标题", place="", brief="", **by
    ),
    "reassign": lambda life, session, request_id, text, by: classification.reassign_request(
        session,
        request_id,
        text,
        person_id=life.people["leader" if life.model.handler == "deputy" else "deputy"].person_id,
        **by,
    ),
    "note": plain(actions.write_message, is_told=False),
    "tell": plain(actions.write_message, is_told=True),
    "ask_help": lambda life, session, request_id, text, by: co_units.ask_co_unit(
        session, request_id, service_id=life.desk.world.vaccination, task=text, **by
    ),
    "report_stage": reported(False),
    "report_end": reported(True),
    **{level: watched(level) for level in LEVELS},
    "account": plain(supervision.answer_supervision),
    "reopen": opened_again,
}


def test_whatever_is_tried_the_store_agrees_with_the_model(store, now):
    desk = build_desk(store)
    people = people_of(store, desk)
    is_second_engine = IS_POSTGRES
    run_state_machine_as_test(
        lambda: Life(store, desk, people, now),
        settings=settings(
            max_examples=5 if is_second_engine else 20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # a failing life tells enough; to shorten it takes minutes
        ),
    )


def test_the_model_knows_every_step_it_can_try():
    assert set(ACTS) == set(RULES)
