"""What an evaluation found wanting is put right: an order for one criterion of an approved sheet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotAllowed, NotFound
from qs.evaluations.access import answers_for, open_sheet
from qs.evaluations.models import Criterion, Sheet
from qs.evaluations.terms import SheetState, Subject
from qs.rectifications.actions import order_rectification
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import Source

REVIEW = Permission.EVALUATIONS_REVIEW


def rectify_criterion(
    session: Session, sheet_id: int, criterion_id: int, *, title: str, demand: str, actor: Actor, now: datetime
) -> int:
    """Order a rectification for what one criterion found wanting; returns its id.

    Raises NotAllowed, NotFound, Conflict unless the sheet is approved, AlreadyOrdered, InvalidInput.
    """
    actor.check(REVIEW)
    actor.check(Permission.RECTIFICATIONS_ORDER)
    sheet, _cycle = open_sheet(session, sheet_id, Sheet.service_id.in_(visible_services(actor, REVIEW)))
    criterion = session.get(Criterion, criterion_id)
    if criterion is None or criterion.template_id != sheet.template_id:
        raise NotFound("sheet_criterion_unknown")
    if answers_for(session, actor, sheet.service_id):
        raise NotAllowed("sheet_for_others")
    if sheet.state is not SheetState.APPROVED or sheet.subject is Subject.SELF:
        raise Conflict("sheet_not_approved")
    order_id = order_rectification(
        session,
        service_id=sheet.service_id,
        source=Source.EVALUATION,
        source_ref=ref_of(sheet_id, criterion_id),
        title=title,
        demand=demand,
        indicator_id=criterion.indicator_id,
        actor=actor,
        now=now,
    )
    subject = f"evaluation_sheet:{sheet_id}"
    record(session, "evaluations.ordered_rectification", subject, actor=actor, now=now, rectification=order_id)
    return order_id


def orders_of(session: Session, sheet_id: int, criterion_ids: list[int], *, actor: Actor) -> dict[int, int]:
    """By criterion the rectification that it raised, as far as the actor may read it."""
    if not actor.has(Permission.RECTIFICATIONS_READ):
        return {}
    found = {
        one: rectification_of(session, Source.EVALUATION, ref_of(sheet_id, one), actor=actor) for one in criterion_ids
    }
    return {one: order.id for one, order in found.items() if order is not None}


def ref_of(sheet_id: int, criterion_id: int) -> str:
    return f"criterion:{sheet_id}:{criterion_id}"
