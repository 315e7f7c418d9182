"""How a checklist is made: from the clauses in force for the sector, with their weights and safety marks."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.directory.models import Service
from qs.errors import Conflict
from qs.inspections.models import ClauseMark, Inspection, Item
from qs.standards.queries import clauses_on

USUAL_WEIGHT = 1.0


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
