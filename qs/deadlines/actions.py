"""What can be done with deadlines: load calendars and limits, and count provisional due dates anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.deadlines import queries, rules
from qs.deadlines.copies import follow
from qs.deadlines.dues import REASON_LENGTH, locked_due, recounted, used_rule
from qs.deadlines.loading import is_loaded, keep_pack, keep_year
from qs.deadlines.models import DueDate
from qs.deadlines.terms import (
    Due,
    PackDefinition,
    YearDefinition,
)
from qs.errors import Conflict, InvalidInput
from qs.texts import checked

EDIT = Permission.DEADLINES_EDIT


class CalendarKnown(Conflict):
    """The year is loaded in this or a newer version already."""

    code = "calendar_year_known"


def load_calendars(session: Session, years: Sequence[YearDefinition], *, actor: Actor, now: datetime) -> int:
    """Load the years that are not there yet in their version; returns how many. Loading again changes nothing."""
    actor.check_everywhere(EDIT)
    known = queries.calendar(session, actor=actor).years
    fresh = [year for year in years if known.get(year.year, 0) < year.version]
    for year in fresh:
        keep_year(session, year, actor, now)
    if fresh:
        queries.forget(session)
        names = [f"{year.year}.{year.version}" for year in fresh]
        record(session, "deadlines.loaded_calendars", "calendar:years", actor=actor, now=now, years=names)
    return len(fresh)


def import_calendar(session: Session, year: YearDefinition, *, actor: Actor, now: datetime) -> None:
    """Take over one year from a file that was looked at before. No stored due date moves.

    Raises InvalidInput with every problem, or CalendarKnown unless its version is newer than the loaded one.
    """
    actor.check_everywhere(EDIT)
    problems = tuple(rules.year_problems(year))
    if problems:
        raise InvalidInput(problems=problems)
    loaded = queries.calendar(session, actor=actor).years.get(year.year, 0)
    if year.version == loaded:
        raise CalendarKnown(year=str(year.year))
    if year.version < loaded:
        raise CalendarKnown("calendar_version_too_low", year=str(year.year), version=year.version, loaded=loaded)
    needed = rules.year_gap(queries.calendar(session, actor=actor), year.year)
    if needed is not None:
        raise InvalidInput("calendar_year_gap", year=str(year.year), needed=str(needed))
    keep_year(session, year, actor, now)
    queries.forget(session)
    special = rules.special_days(year).values()
    record(
        session,
        "deadlines.imported_calendar",
        f"calendar:{year.year}",
        actor=actor,
        now=now,
        version=year.version,
        days_off=sum(not kind.is_worked for kind, _ in special),
        makeup_days=sum(kind.is_worked for kind, _ in special),
    )


def load_packs(session: Session, packs: Sequence[PackDefinition], *, actor: Actor, now: datetime) -> int:
    """Load the packs that are not there yet in their version; returns how many. Loading again changes nothing.

    Raises PackDiffers when a stored pack of the same version has other limits.
    """
    actor.check_everywhere(EDIT)
    fresh = [pack for pack in packs if not is_loaded(session, pack)]
    for pack in fresh:
        keep_pack(session, pack, now)
    if fresh:
        queries.forget(session)
        names = [f"{pack.code}.{pack.version}" for pack in fresh]
        record(session, "deadlines.loaded_packs", "deadline_pack:all", actor=actor, now=now, codes=names)
    return len(fresh)


def recompute_provisional(session: Session, *, reason: str, actor: Actor, now: datetime) -> int:
    """Count every provisional due date still to come anew by the calendar as it is now; returns how many moved.

    Raises InvalidInput without a reason, or Conflict when none is provisional.
    """
    actor.check_everywhere(EDIT)
    words = checked(reason, field="Reason", longest=REASON_LENGTH)
    statement = (
        sa.select(DueDate)
        .where(DueDate.is_provisional, DueDate.due_at >= now)
        .order_by(DueDate.id)
        .with_for_update(of=DueDate)
    )
    found = session.scalars(statement).all()
    if not found:
        raise Conflict("recompute_nothing")
    moved = 0
    for stored in found:
        before = stored.due_at
        recounted(session, stored, used_rule(session, stored), words, actor, now)
        moved += stored.due_at != before
    follow(session, [one.id for one in found])
    record(
        session, "deadlines.recomputed", "deadlines:provisional", actor=actor, now=now, count=len(found), moved=moved
    )
    return moved


def recount_one(session: Session, due_id: int, *, reason: str, actor: Actor, now: datetime) -> Due:
    """Count one provisional due date still to come anew, by its own limit, the calendar and opening hours as they are.

    Raises InvalidInput without a reason, NotFound, or Conflict when it has passed or is not provisional.
    """
    actor.check_everywhere(EDIT)
    words = checked(reason, field="Reason", longest=REASON_LENGTH)
    stored = locked_due(session, due_id)
    if stored.due_at < now:
        raise Conflict("due_passed")
    if not stored.is_provisional:
        raise Conflict("due_not_provisional")
    before = stored.due_at
    due = recounted(session, stored, used_rule(session, stored), words, actor, now)
    follow(session, [due_id])
    record(session, "deadlines.recounted", f"due:{due_id}", actor=actor, now=now, moved=int(due.due_at != before))
    return due
