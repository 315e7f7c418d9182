"""What can be asked of deadlines: the calendar, the time limits, due dates and how each was counted.

Calendar and limits are no secret: every room counts by them, also for the public. Due dates are asked for by the rooms
they belong to, which have checked that the actor may see the object.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from types import MappingProxyType

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.deadlines import rules
from qs.deadlines.models import CalendarDay, CalendarYear, DeadlinePack, DeadlineRule, DueChange, DueDate
from qs.deadlines.terms import PACK, Calendar, Change, CountedDay, DayType, Due, Limit, Rule, Trace
from qs.errors import NotFound
from qs.frames import members
from qs.periods import local_day
from qs.settings import settings

CALENDAR, RULES = "deadlines_calendar", "deadlines_rules"  # kept with the session: asked for at every count
YEAR_COLUMNS = ("year", "version", "title", "title_en", "notice", "published_on", "source", "loaded_at")
DAY_COLUMNS = ("day", "type", "name", "name_en")
RULE_COLUMNS = ("code", "kind", "amount", "name", "name_en", "source", "source_en")


class RuleUnknown(NotFound):
    """No time limit has this code."""

    code = "rule_unknown"


def calendar(session: Session, *, actor: Actor) -> Calendar:
    """The working-day calendar in force: the newest version of every loaded year."""
    if CALENDAR not in session.info:
        newest = newest_years()
        years = session.execute(sa.select(newest.c.year, newest.c.version)).all()
        statement = (
            sa.select(CalendarDay.day, CalendarDay.type)
            .join(CalendarYear, CalendarYear.id == CalendarDay.calendar_year_id)
            .join(newest, sa.and_(newest.c.year == CalendarYear.year, newest.c.version == CalendarYear.version))
        )
        days = session.execute(statement).all()
        session.info[CALENDAR] = Calendar(
            settings().zone, years=MappingProxyType(dict(years)), special=MappingProxyType(dict(days))
        )
    found: Calendar = session.info[CALENDAR]
    return found


def newest_years() -> sa.Subquery:
    """year, version: the newest version of each year."""
    statement = sa.select(CalendarYear.year, sa.func.max(CalendarYear.version).label("version"))
    return statement.group_by(CalendarYear.year).subquery()


def rule(session: Session, code: str, *, actor: Actor) -> Rule:
    """A time limit of the pack in use, in its newest version. Raises RuleUnknown."""
    if RULES not in session.info:
        session.info[RULES] = {one.code: one for one in stored_rules(session)}
    known: dict[str, Rule] = session.info[RULES]
    if code not in known:
        raise RuleUnknown(rule=code)
    return known[code]


def stored_rules(session: Session) -> list[Rule]:
    newest = sa.select(sa.func.max(DeadlinePack.version)).where(DeadlinePack.code == PACK).scalar_subquery()
    statement = (
        sa.select(DeadlineRule)
        .join(DeadlinePack, DeadlinePack.id == DeadlineRule.pack_id)
        .where(DeadlinePack.code == PACK, DeadlinePack.version == newest)
        .order_by(DeadlineRule.id)
    )
    return [rule_of(one) for one in session.scalars(statement)]


def rule_of(stored: DeadlineRule) -> Rule:
    limit = Limit(stored.kind, stored.amount)
    return Rule(stored.id, stored.code, limit, stored.name, stored.name_en, stored.source, stored.source_en)


def forget(session: Session) -> None:
    """Read calendar and limits again at the next count: something was loaded."""
    session.info.pop(CALENDAR, None)
    session.info.pop(RULES, None)


def dues(session: Session, due_ids: Collection[int], *, actor: Actor) -> dict[int, Due]:
    """The due dates of these ids, as they stand now."""
    statement = (
        sa.select(DueDate, DeadlineRule.code)
        .join(DeadlineRule, DeadlineRule.id == DueDate.rule_id)
        .where(DueDate.id.in_(set(due_ids)))
    )
    return {stored.id: due_of(stored, code) for stored, code in session.execute(statement)}


def due_of(stored: DueDate, code: str) -> Due:
    return Due(stored.id, stored.due_at, stored.is_provisional, code, stored.starts_at, stored.paused_at)


def trace_of(session: Session, due_id: int, *, actor: Actor) -> Trace:
    """How a due date came about. Raises NotFound."""
    row = session.execute(
        sa.select(DueDate, DeadlineRule, DeadlinePack.code)
        .join(DeadlineRule, DeadlineRule.id == DueDate.rule_id)
        .join(DeadlinePack, DeadlinePack.id == DeadlineRule.pack_id)
        .where(DueDate.id == due_id)
    ).one_or_none()
    if row is None:
        raise NotFound("due_unknown")
    stored, used, pack = row
    return Trace(
        due=due_of(stored, used.code),
        rule=rule_of(used),
        pack=pack,
        calendar_version=stored.calendar_version,
        computed_at=stored.computed_at,
        days=tuple(CountedDay(date.fromisoformat(day), DayType(kind), number) for day, kind, number in stored.trace),
        changes=changes_of(session, due_id),
    )


def changes_of(session: Session, due_id: int) -> tuple[Change, ...]:
    statement = (
        sa.select(DueChange, DeadlineRule.code)
        .outerjoin(DeadlineRule, DeadlineRule.id == DueChange.rule_id)
        .where(DueChange.due_id == due_id)
        .order_by(DueChange.id)
    )
    return tuple(
        Change(one.kind, one.changed_at, one.due_before, one.due_after, one.reason, code or "")
        for one, code in session.execute(statement)
    )


def calendar_years(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per loaded year in its newest version, by year: YEAR_COLUMNS."""
    newest = newest_years()
    statement = (
        sa.select(*(getattr(CalendarYear, name) for name in YEAR_COLUMNS))
        .join(newest, sa.and_(newest.c.year == CalendarYear.year, newest.c.version == CalendarYear.version))
        .order_by(CalendarYear.year)
    )
    frame = pd.DataFrame(session.execute(statement).all(), columns=list(YEAR_COLUMNS))
    return frame.astype({"year": "int64", "version": "int64"})


def year_days(session: Session, year: int, *, actor: Actor) -> pd.DataFrame:
    """One row per day of a year, in order: DAY_COLUMNS; `type` an enum member, names empty for common days."""
    known = calendar(session, actor=actor)
    names = {
        day: (name, name_en)
        for day, name, name_en in session.execute(
            sa.select(CalendarDay.day, CalendarDay.name, CalendarDay.name_en)
            .join(CalendarYear, CalendarYear.id == CalendarDay.calendar_year_id)
            .where(CalendarYear.year == year, CalendarYear.version == known.years.get(year, 0))
        )
    }
    days = list(rules.each(date(year, 1, 1), date(year, 12, 31)))
    rows = [(day, *names.get(day, ("", ""))) for day in days]
    frame = pd.DataFrame(rows, columns=["day", "name", "name_en"])
    return frame.assign(type=members(rules.day_type(known, day) for day in days))[list(DAY_COLUMNS)]


def time_limits(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per time limit of the pack in use, as its file orders them: RULE_COLUMNS."""
    found = stored_rules(session)
    rows = [(one.code, one.limit.amount, one.name, one.name_en, one.source, one.source_en) for one in found]
    frame = pd.DataFrame(rows, columns=["code", "amount", "name", "name_en", "source", "source_en"])
    return frame.assign(kind=members(one.limit.kind for one in found))[list(RULE_COLUMNS)]


def provisional_count(session: Session, *, actor: Actor, now: datetime, year: int | None = None) -> int:
    """How many due dates still to come are provisional, in one year or in all. Counts only, no objects."""
    statement = sa.select(DueDate.due_at).where(DueDate.is_provisional, DueDate.due_at >= now)
    found = [local_day(at, settings().zone).year for at in session.scalars(statement)]
    return len(found) if year is None else found.count(year)
