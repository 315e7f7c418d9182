"""What waits for a person in the programme: a plan to adopt, dates to decide, own tasks that lag."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.errors import Fact
from qs.frames import named_rows
from qs.i18n import day, percent, pick
from qs.programme.models import PlanTask
from qs.programme.queries import open_changes, plan, tasks
from qs.programme.terms import Status
from qs.waiting import Waiting

PRESSING = (Status.LATE, Status.AT_RISK)
LISTED = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person is to do in the programme: own tasks that lag, dates to decide, a plan to adopt."""
    if not actor.has(Permission.PROGRAMME_READ):
        return []
    is_editor = actor.has_everywhere(Permission.PROGRAMME_EDIT)
    found = plan(session, actor=actor)
    if found is None:
        return []
    lines: list[Waiting] = []
    if is_editor and found.adopted_at is None and found.written_by != actor.person_id:
        count = session.scalar(sa.select(sa.func.count(PlanTask.id)).where(PlanTask.plan_id == found.plan_id)) or 0
        facts: dict[str, Fact] = {"name": pick(found.name, found.name_en), "tasks": count}
        lines.append(Waiting("programme.plan_open", "programme", facts=facts))
    if is_editor:
        for row in named_rows(open_changes(session, actor=actor)):
            if row.asked_by != actor.person_id:
                facts = {
                    "title": pick(row.title, row.title_en),
                    "due": day(row.present_due_on),
                    "wanted": day(row.due_on),
                }
                lines.append(Waiting("programme.change_open", "programme", facts=facts, query={"view": "change"}))
    mine = tasks(session, actor=actor, now=now)
    mine = mine[(mine["owner_id"] == actor.person_id).fillna(value=False) & mine["status"].isin(PRESSING)]
    for row in named_rows(mine.sort_values("due_on")):
        code = "programme.task_late" if row.status is Status.LATE else "programme.task_at_risk"
        facts = {
            "title": pick(row.title, row.title_en),
            "due": day(row.due_on),
            "progress": percent(row.progress_share, 0),
        }
        lines.append(Waiting(code, "programme", facts=facts, query={"task": str(row.task_id)}))
    return lines[:LISTED]
