"""A small office with one frozen quarter, people, and rules in force: what the tests of incentives start from.

In the quarter `surgery` was on time in 380 of 400 cases, `permits` in 352, `emergency` in 300, `vaccination` in 3 of 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from qs.access.queries import actors_by_username
from qs.actor import SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database
from qs.deadlines.queries import dues
from qs.incentives import actions, appeals, details, queries, rulebook
from qs.incentives.models import IncentiveProposal
from qs.incentives.terms import Comparison, Condition, Consequence, RuleContent, Stage, Subject, Vote
from qs.office import prepare_office
from qs.rankings.actions import freeze_period
from tests.rankings.city import QUARTER, full_quarter
from tests.world import MADE_AT, World, enroll

FROZEN_AT = datetime(2026, 10, 12, 2, tzinfo=UTC)
DAY = datetime(2026, 10, 19, 2, tzinfo=UTC)  # a Monday, when proposals are made
PRAISE = RuleContent(
    Consequence.PRAISE,
    (Condition(Subject.MEASURE, Comparison.AT_LEAST, 0.9, "on-time", at_bound=True, min_n=100),),
)
CIRCULAR = RuleContent(
    Consequence.CIRCULAR,
    (Condition(Subject.MEASURE, Comparison.BELOW, 0.85, "on-time", at_bound=True, min_n=100),),
)


@dataclass(frozen=True)
class Incentives:
    """The office, and its people as the store knows them."""

    store: Database
    world: World
    anna: Actor  # four supervisors: author and proposer …
    ben: Actor  # … first …
    cora: Actor  # … and second signature …
    dan: Actor  # … and one who keeps out of it
    leader: Actor  # of the emergency service
    head: Actor  # of the health department
    auditor: Actor

    def make(self, action, *subject, actor=None, now=DAY, **facts):
        with self.store.writing() as session:
            return action(session, *subject, actor=actor or self.anna, now=now, **facts)

    def stored(self, proposal_id: int) -> IncentiveProposal:
        with self.store.reading() as session:
            return session.get_one(IncentiveProposal, proposal_id)

    def detail(self, proposal_id: int, actor: Actor | None = None):
        with self.store.reading() as session:
            return details.proposal(session, proposal_id, actor=actor or self.auditor)

    def of(self, service_id: int, consequence: Consequence) -> int:
        """The id of the one proposal of this outcome for a service."""
        with self.store.reading() as session:
            frame = queries.proposals(session, actor=self.auditor, now=DAY)
        rows = frame[frame["service_id"] == service_id].to_dict("records")
        (found,) = [row["proposal_id"] for row in rows if row["proposed"] is consequence]
        return int(found)

    def sign(self, proposal_id: int, actor: Actor, *, vote: Vote = Vote.APPROVE, now: datetime = DAY) -> Stage:
        version = self.stored(proposal_id).version
        return self.make(actions.decide, proposal_id, vote, reason="数据已核对", version=version, actor=actor, now=now)

    def step(self, action, proposal_id: int, *subject, actor: Actor | None = None, now: datetime = DAY, **facts):
        """One action on a proposal as it stands now."""
        version = self.stored(proposal_id).version
        return self.make(action, proposal_id, *subject, version=version, actor=actor, now=now, **facts)

    def due_at(self, due_id: int | None) -> datetime:
        with self.store.reading() as session:
            return dues(session, [due_id], actor=SYSTEM)[due_id].due_at

    def proposed(self) -> tuple[int, int]:
        """The praise of surgery and the circular for emergency, proposed by the rules."""
        self.make(actions.propose, QUARTER)
        return self.of(self.world.surgery, Consequence.PRAISE), self.of(self.world.emergency, Consequence.CIRCULAR)

    def noticed(self) -> int:
        """The praise on public notice."""
        praise, _ = self.proposed()
        self.sign(praise, self.ben)
        return praise

    def told(self) -> int:
        """The circular signed by two and told to the service."""
        _, circular = self.proposed()
        self.sign(circular, self.ben)
        self.sign(circular, self.cora)
        self.step(actions.tell_leader, circular)
        return circular

    def appealed(self) -> int:
        circular = self.told()
        self.step(appeals.appeal, circular, grounds="道路施工影响", actor=self.leader, now=DAY + timedelta(days=2))
        return circular

    def after_notice(self, proposal_id: int) -> datetime:
        return self.due_at(self.stored(proposal_id).notice_due_id) + timedelta(hours=1)

    def published(self) -> int:
        praise = self.noticed()
        self.step(actions.conclude, praise, now=self.after_notice(praise))
        return praise


def built_office(store: Database, *, starts_on: date | None = date(2026, 6, 1)) -> Incentives:
    """The office with its rules adopted; incentives in effect from `starts_on`, or not yet when it is None."""
    world = full_quarter(store)
    scopes = {
        "anna": Grant(Role.SUPERVISOR),
        "ben": Grant(Role.SUPERVISOR),
        "cora": Grant(Role.SUPERVISOR),
        "dan": Grant(Role.SUPERVISOR),
        "leader": Grant(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({world.emergency}))),
        "head": Grant(Role.DEPARTMENT_HEAD, Scope(ScopeKind.DEPARTMENT, frozenset({world.health_department}))),
        "watcher": Grant(Role.AUDITOR),
    }
    for name, grant in scopes.items():
        enroll(store, name, grant)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
        freeze_period(session, QUARTER, actor=SYSTEM, now=FROZEN_AT)
        people = actors_by_username(session)
        anna, ben = people["anna"], people["ben"]
        if starts_on is not None:
            actions.set_effective_from(session, starts_on, actor=anna, now=MADE_AT)
        for name, content in (("准时表扬", PRAISE), ("超时通报", CIRCULAR)):
            rule_id = rulebook.write_rule(session, content, name=name, reason="按目标定值", actor=anna, now=FROZEN_AT)
            rulebook.adopt_version(session, rule_id, version=1, actor=ben, now=FROZEN_AT)
    named = {name: people[name] for name in ("anna", "ben", "cora", "dan", "leader", "head")}
    return Incentives(store, world, **named, auditor=people["watcher"])
