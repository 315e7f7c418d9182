"""What waits for a person in rectifications, by right and scope, the most pressing first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.errors import Fact
from qs.i18n import day, pick
from qs.periods import local_day
from qs.rectifications.models import Rectification, RectificationRecheck
from qs.rectifications.queries import RIGHTS, order_rows, with_stage
from qs.rectifications.terms import LABELS, Lasting, Status
from qs.settings import settings
from qs.waiting import Waiting

READ = Permission.RECTIFICATIONS_READ
LISTED = 8
RELAPSE_SHOWN = timedelta(days=14)  # how long it stands out that the figures opened an order again


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do about rectifications, the most pressing first."""
    if not actor.has(READ):
        return []
    rows = session.execute(
        order_rows(actor)
        .where(Rectification.status.in_([status for status in Status if status.is_open]))
        .order_by(sa.literal_column("due_at"), Rectification.id)
    )
    reach = {right: scope_of(session, actor, right) for right in RIGHTS}
    relapsed = relapses(session, now)
    lines = [
        line
        for row in rows
        if (line := waiting_line(with_stage(row._asdict(), now), reach, actor, relapsed)) is not None
    ]
    return sorted(lines, key=lambda line: (line.due_at is None, line.due_at))[:LISTED]


def scope_of(session: Session, actor: Actor, right: Permission) -> frozenset[int]:
    """The ids of the services over which the actor holds a right."""
    return frozenset(session.scalars(visible_services(actor, right))) if actor.has(right) else frozenset()


def waiting_line(
    row: dict[str, Any], reach: dict[Permission, frozenset[int]], actor: Actor, relapsed: dict[int, Lasting]
) -> Waiting | None:  # Any: values of a row
    """What an order asks of this person, if anything. `relapsed`: by order, why the figures opened it again."""
    rights = {right for right, ids in reach.items() if row["service_id"] in ids}
    code = waiting_code(row, rights, actor, is_relapsed=row["rectification_id"] in relapsed)
    if code is None:
        return None
    is_plan = code == "rectification_plan"
    facts: dict[str, Fact] = {name: pick(row[name], row[f"{name}_en"]) for name in ("title", "service", "responsible")}
    if code == "rectification_relapse":
        facts["field"] = LABELS[Lasting][relapsed[row["rectification_id"]]]
    facts |= {"ordered": day_text(row["ordered_at"]), "proved": day_text(row["proved_at"])}
    due_at = min(row["plan_due_at"], row["due_at"]) if is_plan else row["due_at"]
    due = None if code in ("rectification_verify", "rectification_extension") else due_at
    query = {"rectification": str(row["rectification_id"])}
    return Waiting(code, "rectifications", due_at=due, facts=facts, query=query)


def relapses(session: Session, now: datetime) -> dict[int, Lasting]:
    """The orders that the figures opened again lately, and why."""
    statement = sa.select(RectificationRecheck.rectification_id, RectificationRecheck.lasting).where(
        RectificationRecheck.checked_at > now - RELAPSE_SHOWN,
        RectificationRecheck.lasting.in_([one for one in Lasting if one.reopens]),
    )
    return {order_id: found for order_id, found in session.execute(statement)}


def waiting_code(
    row: dict[str, Any], rights: set[Permission], actor: Actor, *, is_relapsed: bool
) -> str | None:  # Any: values of a row
    status: Status = row["status"]
    if Permission.RECTIFICATIONS_ANSWER in rights and status.is_with_unit:
        codes = {Status.ORDERED: "rectification_plan", Status.PLANNED: "rectification_proof"}
        if status is Status.REOPENED and is_relapsed:
            return "rectification_relapse"
        return codes.get(status, "rectification_again")
    if row["has_request"] and Permission.RECTIFICATIONS_APPROVE in rights:
        return "rectification_extension"
    is_party = actor.person_id is not None and actor.person_id == row["responsible_id"]
    if status is Status.PROVED and Permission.RECTIFICATIONS_VERIFY in rights and not is_party:
        return "rectification_verify"
    if status is Status.REOPENED and is_relapsed and Permission.RECTIFICATIONS_ORDER in rights:
        return "rectification_relapse"
    if row["is_overdue"] and Permission.RECTIFICATIONS_ORDER in rights:
        return "rectification_overdue"
    return None


def day_text(at: datetime | None) -> str:
    return "" if at is None else day(local_day(at, settings().zone))
