"""The steps of an inspection: finding it in scope, comparing versions, and a row for every change of state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotAllowed, NotFound
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.inspections import rules
from qs.inspections.models import Inspection, InspectionStep, Inspector, Item
from qs.inspections.terms import InspectionState, Judged, Judgement


class InspectionChanged(Conflict):
    """Somebody has changed the inspection since it was shown."""

    code = "inspection_changed"


class ItemChanged(Conflict):
    """A colleague has judged the item since it was shown."""

    code = "inspection_item_changed"


def inspection_to_change(session: Session, inspection_id: int, *, permission: Permission, actor: Actor) -> Inspection:
    """The inspection, locked, when the actor holds the permission over its service. Raises NotAllowed or NotFound."""
    actor.check(permission)
    statement = sa.select(Inspection).where(
        Inspection.id == inspection_id, Inspection.service_id.in_(visible_services(actor, permission))
    )
    inspection = session.scalar(statement.with_for_update())
    if inspection is None:
        raise NotFound("inspection_unknown")
    return inspection


def changed_inspection(
    session: Session, inspection_id: int, version: int, *, permission: Permission, actor: Actor
) -> Inspection:
    """The same at the version that was shown, which this change uses up. Raises InspectionChanged."""
    inspection = inspection_to_change(session, inspection_id, permission=permission, actor=actor)
    if inspection.version != version:
        raise InspectionChanged
    inspection.version += 1
    return inspection


def move(
    session: Session,
    inspection: Inspection,
    wanted: InspectionState,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    is_new: bool = False,
) -> None:
    """Take the inspection to another state and keep the step. Raises StepForbidden."""
    if not is_new:
        rules.check_step(inspection.type, inspection.state, wanted)
    step = InspectionStep(
        inspection_id=inspection.id,
        at=now,
        person_id=actor.person_id,
        from_state=None if is_new else inspection.state,
        to_state=wanted,
        note=note,
    )
    session.add(step)
    inspection.state = wanted


def check_drawn(session: Session, inspection: Inspection, actor: Actor) -> None:
    """Raise NotAllowed, naming those drawn, unless the actor is one of them."""
    drawn = session.execute(
        sa.select(Inspector.person_id, Person.name, Person.name_en)
        .join(Person, Person.id == Inspector.person_id)
        .where(Inspector.inspection_id == inspection.id)
        .order_by(Inspector.place)
    )
    names = {person_id: pick(name, name_en) for person_id, name, name_en in drawn}
    if actor.person_id not in names:
        raise NotAllowed("inspection_not_yours", names=_(", ").join(names.values()))


def items_of(session: Session, inspection_id: int) -> Sequence[Item]:
    own = sa.select(Item).where(Item.inspection_id == inspection_id)
    return session.scalars(own.order_by(Item.position)).all()


def findings_of(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.judgement is not None and item.judgement.is_finding]


def judged(item: Item) -> Judged:
    return Judged(item.judgement or Judgement.NOT_APPLICABLE, item.weight, item.is_safety, item.verdict)


def item_to_judge(session: Session, item_id: int, version: int, *, actor: Actor) -> tuple[Item, Inspection]:
    """An item of a checklist that is open on site, for somebody drawn, at the version that was shown."""
    actor.check(Permission.INSPECTIONS_RECORD)
    item = session.get(Item, item_id, with_for_update=True)
    if item is None:
        raise NotFound("inspection_item_unknown")
    inspection = inspection_to_change(
        session, item.inspection_id, permission=Permission.INSPECTIONS_RECORD, actor=actor
    )
    check_drawn(session, inspection, actor)
    if inspection.state is not InspectionState.ON_SITE:
        raise rules.forbidden(inspection.state)
    if item.version != version:
        raise ItemChanged
    return item, inspection
