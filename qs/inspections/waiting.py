"""What waits for a person in inspections, one line per inspection, the most pressing first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.i18n import day, pick
from qs.inspections.queries import inspections, open_rectification_count
from qs.inspections.terms import InspectionState, InspectionType
from qs.periods import local_day
from qs.settings import settings
from qs.waiting import Waiting

READ = Permission.INSPECTIONS_READ
NOTICE_DAYS = 14  # how long before the window an inspection waits to be announced
LISTED = 8
S = InspectionState


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do in inspections, most pressing first."""
    if not actor.has(READ):
        return []
    rows = inspections(session, actor=actor, now=now)
    open_rows = rows[~rows["state"].isin([S.CLOSED, S.CANCELLED])]
    reach = {
        one: set(session.scalars(visible_services(actor, one))) if actor.has(one) else set()
        for one in (
            Permission.INSPECTIONS_PLAN,
            Permission.INSPECTIONS_RECORD,
            Permission.INSPECTIONS_DEFEND,
            Permission.INSPECTIONS_CONCLUDE,
        )
    }
    found = [one for row in open_rows.itertuples() if (one := what_waits(session, row, reach, actor, now)) is not None]
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: one.due_at or latest)[:LISTED]


def what_waits(
    session: Session,
    row: Any,  # noqa: ANN401 - one row of `inspections`
    reach: dict[Permission, set[int]],
    actor: Actor,
    now: datetime,
) -> Waiting | None:
    """The one thing this person has to do in an inspection, if any."""
    due_at = None if pd.isna(row.due_at) else row.due_at.to_pydatetime()
    code = code_of_wait(row, reach, due_at, now)
    if code == "inspection_to_close" and open_rectification_count(session, row.inspection_id, actor=actor):
        return None
    if code is None:
        return None
    facts = {
        "service": pick(row.service, row.service_en),
        "number": row.number,
        "day": day(row.opens_on),
        "last_day": day(row.ends_on),
        "judged": int(row.judged_count),
        "items": int(row.item_count),
        "findings": int(row.finding_count),
        "contested": int(row.contested_count),
    }
    limit = due_at if code == "inspection_to_defend" else None
    return Waiting(code, "inspections", limit, facts, {"inspection": str(row.inspection_id)})


def code_of_wait(
    row: Any,  # noqa: ANN401 - one row of `inspections`
    reach: dict[Permission, set[int]],
    due_at: datetime | None,
    now: datetime,
) -> str | None:
    today = local_day(now, settings().zone)
    may = {one for one, services in reach.items() if row.service_id in services}
    if row.state is S.PLANNED and row.type is not InspectionType.UNANNOUNCED:
        is_time = row.opens_on <= today + timedelta(days=NOTICE_DAYS)
        return "inspection_to_announce" if is_time and Permission.INSPECTIONS_PLAN in may else None
    if row.state in (S.PLANNED, S.ANNOUNCED):
        return "inspection_to_begin" if row.is_mine and row.opens_on <= today else None
    if row.state is S.ON_SITE:
        return "inspection_to_finish" if row.is_mine else None
    may_conclude = Permission.INSPECTIONS_CONCLUDE in may and not row.is_mine
    if row.state is S.FINDINGS_SENT and row.finding_count and due_at is not None and now < due_at:
        return "inspection_to_defend" if Permission.INSPECTIONS_DEFEND in may else None
    if row.state in (S.FINDINGS_SENT, S.DEFENDED):
        return "inspection_to_conclude" if may_conclude else None
    return "inspection_to_close" if row.state is S.CONCLUDED and may_conclude else None
