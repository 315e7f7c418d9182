"""What waits for a person in deadlines: next year's calendar to import."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.deadlines.queries import calendar, provisional_count
from qs.errors import Fact
from qs.periods import local_day
from qs.settings import settings
from qs.waiting import Waiting

NOTICE_MONTH = 11  # the notice for the next year comes out in October to December


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """The calendar that has to be imported, for those who keep it: from November on, or once it is missed."""
    if not actor.has_everywhere(Permission.DEADLINES_EDIT):
        return []
    today = local_day(now, settings().zone)
    known = calendar(session, actor=actor).years
    lines = []
    for year in (today.year, today.year + 1):
        if year in known:
            continue
        missed = provisional_count(session, actor=actor, now=now, year=year)
        facts: dict[str, Fact] = {"year_text": str(year), "count": missed}
        if missed or year == today.year:
            lines.append(Waiting("calendar_missing", "deadlines", facts=facts, query={"view": "import"}))
        elif today.month >= NOTICE_MONTH:
            lines.append(Waiting("calendar_soon", "deadlines", facts=facts, query={"view": "import"}))
    return lines
