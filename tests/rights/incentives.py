"""Who may write rules, decide, tell and publish: supervisors; who may appeal: those who answer for the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.access import actions as access
from qs.actor import SYSTEM, Actor, Grant, Role
from qs.incentives import actions, appeals, rulebook, vetoes
from qs.incentives.models import IncentiveProposal
from qs.incentives.terms import (
    AppealOutcome,
    Comparison,
    Condition,
    Consequence,
    RuleContent,
    Subject,
    Veto,
    Vote,
)
from qs.periods import local_day, quarter_name
from qs.rankings.actions import freeze_period
from qs.rankings.schemes import prepare_scheme
from qs.settings import settings
from tests.rights.attempt import Attempt, Stage

SUPERVISORS = frozenset({Role.SUPERVISOR})
ANSWERABLE = frozenset({Role.SERVICE_LEADER, Role.DEPARTMENT_HEAD})
RULE = RuleContent(Consequence.PRAISE, (Condition(Subject.SCORE, Comparison.AT_LEAST, 90.0),))
OTHER_RULE = RuleContent(Consequence.PRAISE, (Condition(Subject.SCORE, Comparison.AT_LEAST, 95.0),))
LATER = timedelta(days=90)


def nothing(session: Session, stage: Stage) -> None:
    """What is prepared is the whole of it."""


def person(session: Session, username: str, *, now: datetime) -> Actor:
    """A supervisor of everything who has no part in any service."""
    grants = (Grant(Role.SUPERVISOR),)
    person_id = access.add_person(
        session, username, name=username, password_hash="none", grants=list(grants), actor=SYSTEM, now=now
    )
    return Actor(person_id, username, username, grants)


def frozen(session: Session, stage: Stage) -> str:
    """A frozen quarter, and incentives in effect."""
    prepare_scheme(session, actor=SYSTEM, now=stage.now)
    name = quarter_name(local_day(stage.now - timedelta(days=100), settings().zone))
    freeze_period(session, name, actor=SYSTEM, now=stage.now)
    actions.set_effective_from(session, date(2026, 1, 1), actor=SYSTEM, now=stage.now)
    return name


def nominated(session: Session, stage: Stage, consequence: Consequence = Consequence.PRAISE) -> IncentiveProposal:
    proposal_id = actions.nominate(
        session,
        stage.service_id,
        consequence,
        period=frozen(session, stage),
        grounds="理由充分",
        actor=stage.helper,
        now=stage.now,
    )
    return session.get_one(IncentiveProposal, proposal_id)


def signed(session: Session, stage: Stage, consequence: Consequence) -> IncentiveProposal:
    """Carried by two who have no part in the service."""
    made = nominated(session, stage, consequence)
    for number in range(1 if consequence is Consequence.PRAISE else 2):
        signer = person(session, f"signer-{number}", now=stage.now)
        facts: dict[str, Any] = {"reason": "同意", "version": made.version}
        actions.decide(session, made.id, Vote.APPROVE, actor=signer, now=stage.now, **facts)
    return made


def noticed(session: Session, stage: Stage) -> IncentiveProposal:
    return signed(session, stage, Consequence.PRAISE)


def decided(session: Session, stage: Stage) -> IncentiveProposal:
    return signed(session, stage, Consequence.INTERVIEW)


def told(session: Session, stage: Stage) -> IncentiveProposal:
    made = decided(session, stage)
    actions.tell_leader(session, made.id, version=made.version, actor=stage.helper, now=stage.now)
    return made


def appealed(session: Session, stage: Stage) -> IncentiveProposal:
    made = told(session, stage)
    appeals.appeal(session, made.id, grounds="不服", version=made.version, actor=stage.helper, now=stage.now)
    return made


def objected(session: Session, stage: Stage) -> tuple[IncentiveProposal, int]:
    made = noticed(session, stage)
    facts: dict[str, Any] = {"text": "有异议", "version": made.version}
    return made, appeals.record_objection(session, made.id, actor=stage.helper, now=stage.now, **facts)


def forwarded(session: Session, stage: Stage) -> IncentiveProposal:
    made = signed(session, stage, Consequence.RECOMMENDATION)
    actions.conclude(session, made.id, version=made.version, actor=stage.helper, now=stage.now + LATER)
    return made


def published(session: Session, stage: Stage) -> IncentiveProposal:
    made = noticed(session, stage)
    actions.conclude(session, made.id, version=made.version, actor=stage.helper, now=stage.now + LATER)
    return made


def draft(session: Session, stage: Stage) -> int:
    return rulebook.write_rule(session, RULE, name="规则", reason="试行", actor=SYSTEM, now=stage.now)


def vetoed(session: Session, stage: Stage) -> int:
    facts: dict[str, Any] = {"period": "2026Q3", "grounds": "调查属实"}
    return vetoes.record_veto(session, stage.service_id, Veto.RETALIATION, actor=SYSTEM, now=stage.now, **facts)


def on_proposal(action: Callable[..., object], *subject: object, **facts: object) -> Callable[..., object]:
    """One action on the prepared proposal as it stands."""

    def act(session: Session, stage: Stage, made: IncentiveProposal, actor: Actor) -> object:
        at = stage.now + LATER if action in (actions.conclude, actions.record_answer, actions.revoke) else stage.now
        return action(session, made.id, *subject, version=made.version, actor=actor, now=at, **facts)

    return act


def answer(session: Session, stage: Stage, made: tuple[IncentiveProposal, int], actor: Actor) -> object:
    proposal, objection_id = made
    facts: dict[str, Any] = {"is_upheld": False, "answer": "不成立", "version": proposal.version}
    return appeals.answer_objection(session, proposal.id, objection_id, actor=actor, now=stage.now, **facts)


def set_start(session: Session, stage: Stage, made: None, actor: Actor) -> object:
    return actions.set_effective_from(session, date(2027, 1, 1), actor=actor, now=stage.now)


def write(session: Session, stage: Stage, made: None, actor: Actor) -> object:
    return rulebook.write_rule(session, RULE, name="规则", reason="试行", actor=actor, now=stage.now)


def write_next(session: Session, stage: Stage, rule_id: int, actor: Actor) -> object:
    return rulebook.write_version(session, rule_id, OTHER_RULE, reason="提高", version=1, actor=actor, now=stage.now)


def adopt(session: Session, stage: Stage, rule_id: int, actor: Actor) -> object:
    return rulebook.adopt_version(session, rule_id, version=1, actor=actor, now=stage.now)


def retire(session: Session, stage: Stage, rule_id: int, actor: Actor) -> object:
    return rulebook.retire_rule(session, rule_id, reason="停用", version=1, actor=actor, now=stage.now)


def veto(session: Session, stage: Stage, made: None, actor: Actor) -> object:
    facts: dict[str, Any] = {"period": "2026Q3", "grounds": "调查属实"}
    return vetoes.record_veto(session, stage.service_id, Veto.FALSIFIED_DATA, actor=actor, now=stage.now, **facts)


def lift(session: Session, stage: Stage, veto_id: int, actor: Actor) -> object:
    return vetoes.lift_veto(session, veto_id, reason="查无此事", actor=actor, now=stage.now)


def propose(session: Session, stage: Stage, period: str, actor: Actor) -> object:
    return actions.propose(session, period, actor=actor, now=stage.now)


def nominate(session: Session, stage: Stage, period: str, actor: Actor) -> object:
    facts: dict[str, Any] = {"period": period, "grounds": "理由充分"}
    return actions.nominate(session, stage.service_id, Consequence.PRAISE, actor=actor, now=stage.now, **facts)


def office_wide(name: str, prepare: Callable[..., Any], act: Callable[..., object]) -> Attempt:
    return Attempt(
        action=f"incentives.{name}",
        allowed=SUPERVISORS,
        prepare=prepare,
        act=act,
        is_scoped=False,
        is_office_wide=True,
    )


def scoped(
    name: str, prepare: Callable[..., Any], act: Callable[..., object], allowed: frozenset[Role] = SUPERVISORS
) -> Attempt:
    return Attempt(action=f"incentives.{name}", allowed=allowed, prepare=prepare, act=act)


ATTEMPTS = (
    office_wide("actions.set_effective_from", nothing, set_start),
    office_wide("rulebook.write_rule", nothing, write),
    office_wide("rulebook.write_version", draft, write_next),
    office_wide("rulebook.adopt_version", draft, adopt),
    office_wide("rulebook.retire_rule", draft, retire),
    office_wide("actions.propose", frozen, propose),
    scoped("vetoes.record_veto", nothing, veto),
    scoped("vetoes.lift_veto", vetoed, lift),
    scoped("actions.nominate", frozen, nominate),
    scoped("actions.decide", nominated, on_proposal(actions.decide, Vote.APPROVE, reason="同意")),
    scoped("actions.tell_leader", decided, on_proposal(actions.tell_leader)),
    scoped("appeals.record_objection", noticed, on_proposal(appeals.record_objection, text="有异议")),
    scoped("appeals.answer_objection", objected, answer),
    scoped("appeals.appeal", told, on_proposal(appeals.appeal, grounds="不服"), ANSWERABLE),
    scoped("appeals.decide_appeal", appealed, on_proposal(appeals.decide_appeal, AppealOutcome.UPHELD, reason="成立")),
    scoped("actions.conclude", noticed, on_proposal(actions.conclude)),
    scoped(
        "actions.record_answer",
        forwarded,
        on_proposal(actions.record_answer, is_granted=True, approval_number="〔2026〕1号"),
    ),
    scoped("actions.revoke", published, on_proposal(actions.revoke, reason="弄虚作假")),
)
