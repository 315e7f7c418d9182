"""Who may do what in inspections: supervisors plan and decide, those drawn judge, leaders defend themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Grant, Role
from qs.inspections import actions, checklists, plans
from qs.inspections.models import Inspection, Inspector, Item
from qs.inspections.terms import Defence, InspectionPlan, InspectionType, Judgement, Ruling, Verdict
from qs.periods import local_day
from qs.rectifications import actions as rectifications
from qs.rectifications.models import Rectification
from qs.settings import settings
from qs.standards.models import Clause
from tests.rights.attempt import Attempt, Stage

PLANNERS = frozenset({Role.SUPERVISOR})
JUDGES = frozenset({Role.SUPERVISOR, Role.INSPECTOR})
LEADERS = frozenset({Role.SERVICE_LEADER})
SEED = "5eed5eed5eed"


def wanted(stage: Stage) -> InspectionPlan:
    today = local_day(stage.now, settings().zone)
    return InspectionPlan(stage.service_id, InspectionType.ROUTINE, "年度计划", today, today + timedelta(days=5))


def as_inspector(stage: Stage) -> Actor:
    """The helper in one role only: somebody who answers for a service does not inspect it."""
    helper = stage.helper
    return Actor(helper.person_id, helper.username, helper.name, (Grant(Role.SUPERVISOR),))


def planned(session: Session, stage: Stage) -> Inspection:
    """Planned, with the helper in the place of everybody drawn."""
    inspection_id = plans.plan_inspection(session, wanted(stage), seed=SEED, actor=SYSTEM, now=stage.now)
    session.execute(sa.delete(Inspector))
    session.add(Inspector(inspection_id=inspection_id, person_id=stage.helper.person_id, place=1))
    session.flush()
    return session.get_one(Inspection, inspection_id)


def drawn(session: Session, stage: Stage) -> Inspection:
    """Planned, with one seat taken and one person of the pool left."""
    inspection_id = plans.plan_inspection(session, wanted(stage), seed=SEED, actor=SYSTEM, now=stage.now)
    session.execute(sa.delete(Inspector).where(Inspector.place == 2))
    return session.get_one(Inspection, inspection_id)


def announced(session: Session, stage: Stage) -> Inspection:
    inspection = planned(session, stage)
    plans.announce_inspection(session, inspection.id, version=1, actor=SYSTEM, now=stage.now)
    return inspection


def begun(session: Session, stage: Stage) -> Inspection:
    inspection = announced(session, stage)
    actions.begin_inspection(session, inspection.id, version=2, actor=as_inspector(stage), now=stage.now)
    return inspection


def items(session: Session, inspection: Inspection) -> list[Item]:
    return list(session.scalars(sa.select(Item).where(Item.inspection_id == inspection.id).order_by(Item.position)))


def judged(session: Session, stage: Stage) -> Inspection:
    inspection = begun(session, stage)
    for place, item in enumerate(items(session, inspection)):
        found, note = (Judgement.MINOR, "少一份记录") if place == 0 else (Judgement.CONFORM, "")
        actions.judge_item(session, item.id, found, note=note, version=1, actor=as_inspector(stage), now=stage.now)
    return inspection


def sent(session: Session, stage: Stage) -> Inspection:
    inspection = judged(session, stage)
    version = inspection.version
    actions.send_findings(session, inspection.id, version=version, actor=as_inspector(stage), now=stage.now)
    return inspection


def defended(session: Session, stage: Stage) -> Inspection:
    inspection = sent(session, stage)
    said = {items(session, inspection)[0].id: Defence("情况属实")}
    actions.answer_findings(session, inspection.id, said, version=inspection.version, actor=SYSTEM, now=stage.now)
    return inspection


def rulings(session: Session, inspection: Inspection) -> dict[int, Ruling]:
    return {items(session, inspection)[0].id: Ruling(Verdict.UPHELD, "问题成立", "补齐记录")}


def concluded(session: Session, stage: Stage) -> Inspection:
    inspection = defended(session, stage)
    by: dict[str, Any] = {"version": inspection.version, "actor": SYSTEM, "now": stage.now}
    actions.conclude_inspection(session, inspection.id, rulings(session, inspection), opinion="意见", **by)
    return inspection


def put_right(session: Session, stage: Stage) -> Inspection:
    inspection = concluded(session, stage)
    order = session.scalars(sa.select(Rectification)).one()
    rectifications.withdraw_rectification(session, order.id, "试验", version=order.version, actor=SYSTEM, now=stage.now)
    return inspection


def seated(session: Session, inspection: Inspection, actor: Actor) -> None:
    """Give somebody who exists a seat, so that only the right decides."""
    if actor.person_id is not None:
        session.add(Inspector(inspection_id=inspection.id, person_id=actor.person_id, place=2))
        session.flush()


def by(inspection: Inspection, actor: Actor, stage: Stage) -> dict[str, Any]:
    return {"version": inspection.version, "actor": actor, "now": stage.now}


def mark(session: Session, stage: Stage, clause_id: int, actor: Actor) -> None:
    checklists.mark_clause(session, clause_id, weight=2.0, is_safety=True, actor=actor, now=stage.now)


def plan(session: Session, stage: Stage, made: InspectionPlan, actor: Actor) -> object:
    return plans.plan_inspection(session, made, seed=SEED, actor=actor, now=stage.now)


def replace(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    person_id = session.scalars(sa.select(Inspector.person_id).where(Inspector.inspection_id == made.id)).one()
    plans.replace_inspector(session, made.id, person_id, reason="出差", **by(made, actor, stage))


def cancel(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    plans.cancel_inspection(session, made.id, reason="合并", **by(made, actor, stage))


def announce(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    plans.announce_inspection(session, made.id, **by(made, actor, stage))


def begin(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    seated(session, made, actor)
    actions.begin_inspection(session, made.id, **by(made, actor, stage))


def judge(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    seated(session, made, actor)
    item = items(session, made)[0]
    actions.judge_item(session, item.id, Judgement.CONFORM, version=1, actor=actor, now=stage.now)


def send(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    seated(session, made, actor)
    actions.send_findings(session, made.id, **by(made, actor, stage))


def answer(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    said = {items(session, made)[0].id: Defence("")}
    actions.answer_findings(session, made.id, said, **by(made, actor, stage))


def conclude(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    ruled = rulings(session, made)
    actions.conclude_inspection(session, made.id, ruled, opinion="意见", **by(made, actor, stage))


def close(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    actions.close_inspection(session, made.id, **by(made, actor, stage))


def publish(session: Session, stage: Stage, made: Inspection, actor: Actor) -> None:
    actions.publish_inspection(session, made.id, summary="摘要", **by(made, actor, stage))


def some_clause(session: Session, stage: Stage) -> int:
    return session.scalars(sa.select(Clause.id).limit(1)).one()


def the_plan(session: Session, stage: Stage) -> InspectionPlan:
    return wanted(stage)


ATTEMPTS = (
    Attempt("inspections.checklists.mark_clause", PLANNERS, some_clause, mark, is_office_wide=True),
    Attempt("inspections.plans.plan_inspection", PLANNERS, the_plan, plan),
    Attempt("inspections.plans.replace_inspector", PLANNERS, drawn, replace),
    Attempt("inspections.plans.cancel_inspection", PLANNERS, planned, cancel),
    Attempt("inspections.plans.announce_inspection", PLANNERS, planned, announce),
    Attempt("inspections.actions.begin_inspection", JUDGES, announced, begin),
    Attempt("inspections.actions.judge_item", JUDGES, begun, judge),
    Attempt("inspections.actions.send_findings", JUDGES, judged, send),
    Attempt("inspections.actions.answer_findings", LEADERS, sent, answer),
    Attempt("inspections.actions.conclude_inspection", PLANNERS, defended, conclude),
    Attempt("inspections.actions.close_inspection", PLANNERS, put_right, close),
    Attempt("inspections.actions.publish_inspection", PLANNERS, concluded, publish),
)
