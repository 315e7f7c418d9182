"""The story of the rankings: a supervisor freezes each quarter twelve days after its end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from qs.demo.office import FROZEN_QUARTERS, Office
from qs.periods import local_day, quarter_name
from qs.rankings.actions import freeze_period
from qs.settings import settings

FREEZER = "chen.jing"
DAYS_AFTER = 12
HOURS_INTO_THE_DAY = 10


def play(session: Session, office: Office) -> None:
    """Freeze the complete quarters, oldest first; the last one may have ended only days ago."""
    for starts_at, ends_at in zip(office.quarters[:FROZEN_QUARTERS], office.quarters[1:], strict=False):
        at = min(ends_at + timedelta(days=DAYS_AFTER, hours=HOURS_INTO_THE_DAY), office.now)
        name = quarter_name(local_day(starts_at, settings().zone))
        freeze_period(session, name, actor=office.people[FREEZER], now=at)
