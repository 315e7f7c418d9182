"""How a checklist is made: from the clauses in force for the sector, with their weights and safety marks."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.directory.models import Service
from qs.errors import Conflict, InvalidInput, NotFound
from qs.inspections.models import ClauseMark, Inspection, Item
from qs.standards.models import Clause
from qs.standards.queries import clauses_on

USUAL_WEIGHT, LEAST_WEIGHT, MOST_WEIGHT = 1.0, 0.1, 10.0


def mark_clause(
    session: Session, clause_id: int, *, weight: float, is_safety: bool, actor: Actor, now: datetime
) -> None:
    """Say what a clause weighs in checklists made from now on, and whether safety hangs on it."""
    actor.check_everywhere(Permission.INSPECTIONS_PLAN)
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise InvalidInput("inspection_weight_out_of_range")
    if session.get(Clause, clause_id) is None:
        raise NotFound("clause_unknown", value=clause_id)
    mark = session.get(ClauseMark, clause_id, with_for_update=True)
    if mark is None:
        session.add(ClauseMark(clause_id=clause_id, weight=weight, is_safety=is_safety))
    else:
        mark.weight, mark.is_safety = weight, is_safety
    facts = {"weight": weight, "is_safety": is_safety}
    record(session, "inspections.marked_clause", f"clause:{clause_id}", actor=actor, now=now, **facts)


def add_checklist(session: Session, inspection: Inspection, day: date, *, actor: Actor) -> int:
    """Add one item for each clause of the service's sector and of every sector. Returns how many.

    The item keeps the edition, the weight and the mark of that day, whatever the standards become later.
    """
    sector_id = session.scalars(sa.select(Service.sector_id).where(Service.id == inspection.service_id)).one()
    clauses = clauses_on(session, day, actor=actor)
    fitting = clauses[clauses["sector_id"].isna() | (clauses["sector_id"] == sector_id)]
    if fitting.empty:
        raise Conflict("inspection_without_clauses")
    own_sector_first = fitting.assign(is_general=fitting["sector_id"].isna()).sort_values(["is_general", "code"])
    marks = {mark.clause_id: mark for mark in session.scalars(sa.select(ClauseMark))}
    ids = own_sector_first[["clause_id", "edition_id"]].to_numpy(dtype="int64").tolist()
    for position, (clause_id, edition_id) in enumerate(ids, start=1):
        mark = marks.get(clause_id)
        session.add(
            Item(
                inspection_id=inspection.id,
                position=position,
                clause_edition_id=edition_id,
                weight=USUAL_WEIGHT if mark is None else mark.weight,
                is_safety=mark is not None and mark.is_safety,
            )
        )
    session.flush()
    return len(own_sector_first)
