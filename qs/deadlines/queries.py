"""What can be asked of deadlines: the calendar, the time limits, due dates and how each was counted.

Calendar and limits are no secret: every room counts by them, also for the public. Due dates are asked for by the rooms
they belong to, which have checked that the actor may see the object.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.deadlines import hours, rules
from qs.deadlines.models import (
    CalendarDay,
    CalendarYear,
    DeadlinePack,
    DeadlineRule,
    DueChange,
    DueDate,
    OpeningHours,
    PackChoice,
)
from qs.deadlines.terms import (
    DEFAULT_PACK,
    USUAL_WINDOWS,
    Calendar,
    Change,
    Chosen,
    CountedDay,
    DayType,
    Due,
    Limit,
    LimitKind,
    Opening,
    Rule,
    Trace,
    Window,
)
from qs.errors import Conflict, NotFound
from qs.frames import members
from qs.periods import local_day
from qs.settings import settings

BOOK, CALENDAR, OFFICE = "deadlines_book", "deadlines_calendar", "deadlines_office"  # kept with the session
YEAR_COLUMNS = ("year", "version", "title", "title_en", "notice", "published_on", "source", "loaded_at")
DAY_COLUMNS = ("day", "type", "name", "name_en")


class RuleUnknown(NotFound):
    """No time limit has this code."""

    code = "rule_unknown"


class RuleNotInPack(Conflict):
    """The pack has no such time limit, and says that none is to be put in its place."""

    code = "rule_not_in_pack"


class PackUnknown(NotFound):
    """No pack has this code."""

    code = "pack_unknown"


@dataclass(frozen=True)
class Book:
    """Every time limit of the newest packs, by pack and code; `without` names what a pack has none of."""

    rules: Mapping[tuple[str, str], Rule]
    without: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Office:
    """What the office has chosen: the pack in use, and opening hours, its own under the empty code."""

    pack: Chosen
    opening: Mapping[str, Opening]


def calendar(session: Session, *, actor: Actor, pack: str | None = None) -> Calendar:
    """The working-day calendar in force: the newest version of every loaded year, with the opening hours of a pack.

    Without a pack, the office's own opening hours.
    """
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
    return replace(found, windows=opening(session, pack or "", actor=actor).windows)


def newest_years() -> sa.Subquery:
    """year, version: the newest version of each year."""
    statement = sa.select(CalendarYear.year, sa.func.max(CalendarYear.version).label("version"))
    return statement.group_by(CalendarYear.year).subquery()


def rule(session: Session, code: str, *, actor: Actor, pack: str | None = None, urgency: str | None = None) -> Rule:
    """A time limit in the newest version of a pack, by default the one in use.

    That for the urgency goes before the plain one, and what the pack lacks is taken from the default pack. Raises
    PackUnknown, RuleUnknown, or RuleNotInPack when the pack says that it has no such limit.
    """
    known = book(session)
    chosen = pack or pack_in_use(session, actor=actor)
    if known.without and chosen not in known.without:
        raise PackUnknown(pack=chosen)
    codes = [f"{code}.{urgency}", code] if urgency else [code]
    for place in (chosen, DEFAULT_PACK):
        for one in codes:
            if (place, one) in known.rules:
                return known.rules[place, one]
        if code in known.without.get(place, ()):
            raise RuleNotInPack(rule=code, pack=place)
    raise RuleUnknown(rule=code)


def book(session: Session) -> Book:
    if BOOK not in session.info:
        newest = newest_packs()
        statement = (
            sa.select(DeadlineRule, DeadlinePack.code)
            .join(DeadlinePack, DeadlinePack.id == DeadlineRule.pack_id)
            .join(newest, sa.and_(newest.c.code == DeadlinePack.code, newest.c.version == DeadlinePack.version))
            .order_by(DeadlinePack.code, DeadlineRule.id)
        )
        rules_of = {(pack, one.code): rule_of(one, pack) for one, pack in session.execute(statement)}
        packs = session.execute(
            sa.select(DeadlinePack.code, DeadlinePack.without).join(
                newest, sa.and_(newest.c.code == DeadlinePack.code, newest.c.version == DeadlinePack.version)
            )
        )
        without = {code: frozenset(missing) for code, missing in packs}
        session.info[BOOK] = Book(MappingProxyType(rules_of), MappingProxyType(without))
    found: Book = session.info[BOOK]
    return found


def newest_packs() -> sa.Subquery:
    """code, version: the newest version of each pack."""
    statement = sa.select(DeadlinePack.code, sa.func.max(DeadlinePack.version).label("version"))
    return statement.group_by(DeadlinePack.code).subquery()


def rule_of(stored: DeadlineRule, pack: str) -> Rule:
    names = ("code", "name", "name_en", "source", "source_en", "article", "is_local", "times", "note", "note_en")
    limit = Limit(stored.kind, stored.amount, stored.rolls_forward)
    return Rule(stored.id, limit=limit, pack=pack, **{name: getattr(stored, name) for name in names})


def office(session: Session) -> Office:
    if OFFICE not in session.info:
        choice = session.scalar(sa.select(PackChoice).order_by(PackChoice.version.desc()).limit(1))
        chosen = (
            Chosen(DEFAULT_PACK, 0, None, "")
            if choice is None
            else Chosen(choice.pack, choice.version, choice.chosen_at, choice.reason)
        )
        session.info[OFFICE] = Office(chosen, MappingProxyType(openings(session)))
    found: Office = session.info[OFFICE]
    return found


def openings(session: Session) -> dict[str, Opening]:
    """The newest opening hours of the office, under the empty code, and of every pack that has its own or had them."""
    newest = (
        sa.select(OpeningHours.pack, sa.func.max(OpeningHours.version).label("version"))
        .group_by(OpeningHours.pack)
        .subquery()
    )
    statement = sa.select(OpeningHours).join(
        newest, sa.and_(newest.c.pack == OpeningHours.pack, newest.c.version == OpeningHours.version)
    )
    return {
        one.pack: Opening(windows_from(one.windows), one.version, one.pack, one.changed_at, one.reason)
        for one in session.scalars(statement)
    }


def windows_from(text: str) -> tuple[Window, ...]:
    """“09:00-12:00 13:30-17:30” as windows."""
    pairs = (part.split("-") for part in text.split())
    return tuple(Window(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)


def pack_in_use(session: Session, *, actor: Actor) -> str:
    """The pack by which the office counts unless another is named."""
    return office(session).pack.pack


def chosen_pack(session: Session, *, actor: Actor) -> Chosen:
    """The pack in use, and who chose it when."""
    return office(session).pack


def opening(session: Session, pack: str = "", *, actor: Actor) -> Opening:
    """The opening hours that hold under a pack: its own, else the office's, else the usual ones.

    `version` and the facts of the change are those of exactly this pack (0 while nobody has set any).
    """
    known = office(session).opening
    own = known.get(pack) or Opening((), 0, pack, None, "")
    windows = own.windows or (known[""].windows if "" in known else USUAL_WINDOWS)
    return replace(own, windows=windows)


def has_own_hours(session: Session, pack: str, *, actor: Actor) -> bool:
    """Whether a pack has opening hours of its own."""
    return bool(pack) and pack in office(session).opening and bool(office(session).opening[pack].windows)


def forget(session: Session) -> None:
    """Read calendar, limits and the office's choices again at the next count: something was changed."""
    for key in (BOOK, CALENDAR, OFFICE):
        session.info.pop(key, None)


def dues(session: Session, due_ids: Collection[int], *, actor: Actor) -> dict[int, Due]:
    """The due dates of these ids, as they stand now."""
    statement = (
        sa.select(DueDate, DeadlineRule.code, DeadlineRule.kind)
        .join(DeadlineRule, DeadlineRule.id == DueDate.rule_id)
        .where(DueDate.id.in_(set(due_ids)))
    )
    return {stored.id: due_of(stored, code, kind) for stored, code, kind in session.execute(statement)}


def is_provisional(session: Session, due_id: int | None) -> bool:
    """Whether a due date may still move, because the calendar of a year it reaches into is not loaded."""
    return due_id is not None and bool(session.scalar(sa.select(DueDate.is_provisional).where(DueDate.id == due_id)))


def dues_of(session: Session, subject: str, *, actor: Actor) -> list[Due]:
    """Every due date of an object such as `hearing:3`, in the order they were set."""
    statement = (
        sa.select(DueDate, DeadlineRule.code, DeadlineRule.kind)
        .join(DeadlineRule, DeadlineRule.id == DueDate.rule_id)
        .where(DueDate.subject == subject)
        .order_by(DueDate.id)
    )
    return [due_of(stored, code, kind) for stored, code, kind in session.execute(statement)]


def due_of(stored: DueDate, code: str, kind: LimitKind) -> Due:
    names = ("due_at", "is_provisional", "starts_at", "paused_at", "pack", "urgency")
    return Due(stored.id, rule=code, kind=kind, **{name: getattr(stored, name) for name in names})


def remaining_time(session: Session, due: Due, *, actor: Actor, now: datetime) -> timedelta:
    """The working time until something is due, from now or, while its clock stands, from when it was stopped.

    Negative when it is late; by the opening hours it was counted with. Limits in hours count day and night.
    """
    windows = session.scalars(sa.select(DueDate.windows).where(DueDate.id == due.due_id)).one()
    known = replace(calendar(session, actor=actor), windows=windows_from(windows))
    return rules.remaining(known, due.paused_at or now, due.due_at, due.kind)


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
        due=due_of(stored, used.code, used.kind),
        rule=rule_of(used, pack),
        pack=pack,
        calendar_version=stored.calendar_version,
        computed_at=stored.computed_at,
        days=tuple(day_from(row) for row in stored.trace),
        changes=changes_of(session, due_id),
        windows=windows_from(stored.windows),
    )


def day_from(row: Sequence[str | int | None]) -> CountedDay:
    """A day of a stored trace: [day, type, number], and the seconds counted where the limit is in hours."""
    day, kind, number, *rest = row
    seconds = rest[0] if rest else None
    return CountedDay(
        date.fromisoformat(str(day)),
        DayType(str(kind)),
        None if number is None else int(number),
        None if seconds is None else int(seconds),
    )


def changes_of(session: Session, due_id: int) -> tuple[Change, ...]:
    statement = (
        sa.select(DueChange, DeadlineRule.code)
        .outerjoin(DeadlineRule, DeadlineRule.id == DueChange.rule_id)
        .where(DueChange.due_id == due_id)
        .order_by(DueChange.id)
    )
    return tuple(
        Change(one.kind, one.changed_at, one.due_before, one.due_after, one.reason, code or "", one.law, one.paused_at)
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
    days = list(hours.each(date(year, 1, 1), date(year, 12, 31)))
    rows = [(day, *names.get(day, ("", ""))) for day in days]
    frame = pd.DataFrame(rows, columns=["day", "name", "name_en"])
    return frame.assign(type=members(hours.day_type(known, day) for day in days))[list(DAY_COLUMNS)]


def provisional_count(session: Session, *, actor: Actor, now: datetime, year: int | None = None) -> int:
    """How many due dates still to come are provisional, in one year or in all. Counts only, no objects."""
    statement = sa.select(DueDate.due_at).where(DueDate.is_provisional, DueDate.due_at >= now)
    found = [local_day(at, settings().zone).year for at in session.scalars(statement)]
    return len(found) if year is None else found.count(year)
