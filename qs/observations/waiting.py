"""What waits for a person about feeds: reminders that nobody has answered yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.frames import named_rows
from qs.i18n import day, number, pick
from qs.observations.reminders import reminders
from qs.observations.terms import ReminderState
from qs.periods import local_day
from qs.settings import settings
from qs.waiting import Waiting

LISTED = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """The reminders that those who run the feeds have to answer, the oldest first."""
    if not actor.has_everywhere(Permission.FEEDS_EDIT):
        return []
    found = reminders(session, actor=actor)
    open_ones = found[found["state"] == ReminderState.OPEN].sort_values("asked_at")
    lines = []
    for row in named_rows(open_ones.head(LISTED)):
        is_known = row.expected_count == row.expected_count
        lines.append(
            Waiting(
                "feed_reminder" if is_known else "feed_reminder_bare",
                "feeds",
                facts={
                    "feed": pick(row.feed, row.feed_en),
                    "service": pick(row.service, row.service_en),
                    "day": day(local_day(row.silent_since.to_pydatetime(), settings().zone)),
                    "expected": number(row.expected_count) if is_known else "",
                },
                query={"feed": str(row.feed_id)},
            )
        )
    return lines
