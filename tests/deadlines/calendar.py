"""The calendar of the shipped years, for tests of pure counting."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from qs.deadlines import rules
from qs.deadlines.library import shipped_years
from qs.deadlines.terms import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
YEARS = shipped_years()
SPECIAL = {day: kind for year in YEARS for day, (kind, _) in rules.special_days(year).items()}
CALENDAR = Calendar(ZONE, MappingProxyType({year.year: year.version for year in YEARS}), MappingProxyType(SPECIAL))


def local(text: str) -> datetime:
    """A moment as the office's clock shows it: 2026-11-23 10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)
