"""Plans of inspections: made with the draw of who goes, changed when somebody stands down, announced or cancelled."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.queries import service_detail
from qs.errors import Conflict, NotFound
from qs.i18n import N_
from qs.inspections import rules
from qs.inspections.draws import add_draw, next_in_draw
from qs.inspections.models import Inspection, Inspector, Recusal
from qs.inspections.steps import changed_inspection, move
from qs.inspections.terms import InspectionPlan, InspectionState, RecusalReason
from qs.periods import local_day, quarter_name
from qs.settings import settings
from qs.texts import SHORT, checked

PLAN = Permission.INSPECTIONS_PLAN
S = InspectionState


def plan_inspection(session: Session, plan: InspectionPlan, *, seed: str, actor: Actor, now: datetime) -> int:
    """Plan an inspection and draw who goes; the seed, the pool and the recusals are kept. Returns its id.

    Raises NotFound for a service out of scope, InvalidInput, or Conflict when one is open for the service and quarter
    or too few people may go.
    """
    actor.check(PLAN)
    today = local_day(now, settings().zone)
    service = service_detail(session, plan.service_id, actor=actor, day=today, permission=PLAN)
    rules.check_plan(plan, today)
    rules.check_seed(seed)
    inspection = Inspection(
        service_id=plan.service_id,
        type=plan.type,
        state=S.PLANNED,
        period=quarter_name(plan.opens_on),
        reason=checked(plan.reason, field=N_("Reason")),
        opens_on=plan.opens_on,
        ends_on=plan.ends_on,
        inspector_count=plan.inspector_count,
        seed=seed,
        pool=[],
        planned_at=now,
        planner_id=actor.person_id,
    )
    insert(session, inspection)
    drawn = add_draw(session, inspection, service, recused=plan.recused)
    move(session, inspection, S.PLANNED, actor=actor, now=now, is_new=True)
    record(
        session,
        "inspections.planned",
        f"inspection:{inspection.id}",
        actor=actor,
        now=now,
        service_id=plan.service_id,
        inspection_type=plan.type,
        period=inspection.period,
        seed=seed,
        pool=inspection.pool,
        drawn=drawn,
    )
    return inspection.id


def insert(session: Session, inspection: Inspection) -> None:
    """Store a plan, unless one is open for the same service and quarter."""
    try:
        with session.begin_nested():
            session.add(inspection)
            session.flush()
    except IntegrityError as error:
        held = session.scalars(
            sa.select(Inspection).where(
                Inspection.service_id == inspection.service_id,
                Inspection.period == inspection.period,
                Inspection.state.in_([S.PLANNED, S.ANNOUNCED, S.ON_SITE]),
            )
        ).one()
        number = rules.inspection_number(held.period, held.id)
        raise Conflict("inspection_planned_already", period=held.period, number=number) from error


def replace_inspector(
    session: Session, inspection_id: int, person_id: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> None:
    """Let somebody drawn stand down before the visit; the next in the order of the draw takes the place."""
    inspection = changed_inspection(session, inspection_id, version, permission=PLAN, actor=actor)
    if inspection.state not in (S.PLANNED, S.ANNOUNCED):
        raise rules.forbidden(inspection.state)
    seat = session.get(Inspector, (inspection_id, person_id))
    if seat is None:
        raise NotFound("inspector_not_drawn")
    note = checked(reason, field=N_("Reason"), longest=SHORT)
    next_id = next_in_draw(session, inspection)
    session.add(Recusal(inspection_id=inspection_id, person_id=person_id, reason=RecusalReason.STOOD_DOWN, note=note))
    session.delete(seat)
    session.flush()
    session.add(Inspector(inspection_id=inspection_id, person_id=next_id, place=seat.place))
    subject = f"inspection:{inspection_id}"
    facts = {"person_from": person_id, "person_to": next_id}
    record(session, "inspections.replaced_inspector", subject, actor=actor, now=now, **facts)


def cancel_inspection(
    session: Session, inspection_id: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> None:
    inspection = changed_inspection(session, inspection_id, version, permission=PLAN, actor=actor)
    note = checked(reason, field=N_("Reason"), longest=SHORT)
    move(session, inspection, S.CANCELLED, actor=actor, now=now, note=note)
    record(session, "inspections.cancelled", f"inspection:{inspection_id}", actor=actor, now=now)


def announce_inspection(session: Session, inspection_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Tell the unit that it will be inspected, and when. Unannounced visits are never announced."""
    inspection = changed_inspection(session, inspection_id, version, permission=PLAN, actor=actor)
    move(session, inspection, S.ANNOUNCED, actor=actor, now=now)
    record(session, "inspections.announced", f"inspection:{inspection_id}", actor=actor, now=now)
