"""What can be done with deadlines: load calendars and limits, and set, extend, pause and recount due dates.

Due dates are set and moved as part of another room's act, which checks the right and leaves the trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.deadlines import queries, rules
from qs.deadlines.models import CalendarDay, CalendarYear, DeadlinePack, DeadlineRule, DueChange, DueDate
from qs.deadlines.terms import (
    Calendar,
    ChangeKind,
    Counted,
    Due,
    Limit,
    LimitKind,
    PackDefinition,
    Rule,
    YearDefinition,
)
from qs.errors import Conflict, InvalidInput, NotFound
from qs.texts import checked

EDIT = Permission.DEADLINES_EDIT
REASON_LENGTH = 500


class CalendarKnown(Conflict):
    """The year is loaded in this or a newer version already."""

    code = "calendar_year_known"


class PackDiffers(Conflict):
    """A pack in the same version says something else."""

    code = "pack_differs"


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


def keep_year(session: Session, year: YearDefinition, actor: Actor, now: datetime) -> None:
    stored = CalendarYear(
        year=year.year,
        version=year.version,
        title=year.title,
        title_en=year.title_en,
        notice=year.notice,
        published_on=year.published_on,
        source=year.source,
        loaded_at=now,
        person_id=actor.person_id,
    )
    session.add(stored)
    session.flush()
    for day, (kind, holiday) in rules.special_days(year).items():
        session.add(
            CalendarDay(calendar_year_id=stored.id, day=day, type=kind, name=holiday.name, name_en=holiday.name_en)
        )
    session.flush()


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


def is_loaded(session: Session, pack: PackDefinition) -> bool:
    statement = (
        sa.select(DeadlineRule)
        .join(DeadlinePack, DeadlinePack.id == DeadlineRule.pack_id)
        .where(DeadlinePack.code == pack.code, DeadlinePack.version == pack.version)
    )
    stored = {one.code: Limit(one.kind, one.amount) for one in session.scalars(statement)}
    if stored and stored != {one.code: one.limit for one in pack.rules}:
        raise PackDiffers(value=pack.code)
    return bool(stored)


def keep_pack(session: Session, pack: PackDefinition, now: datetime) -> None:
    names = ("code", "version", "title", "title_en", "source", "source_en")
    stored = DeadlinePack(**{name: getattr(pack, name) for name in names}, loaded_at=now)
    session.add(stored)
    session.flush()
    for one in pack.rules:
        session.add(
            DeadlineRule(
                pack_id=stored.id,
                code=one.code,
                kind=one.limit.kind,
                amount=one.limit.amount,
                name=one.name,
                name_en=one.name_en,
                source=one.source,
                source_en=one.source_en,
            )
        )
    session.flush()


def set_due(session: Session, subject: str, rule: str, *, starts_at: datetime, actor: Actor, now: datetime) -> Due:
    """Count a time limit of the pack from a moment and keep the due date with its trace. Raises RuleUnknown.

    `subject` is the object it belongs to, such as `request:12`.
    """
    used = queries.rule(session, rule, actor=actor)
    known = queries.calendar(session, actor=actor)
    counted = rules.due_at(known, starts_at, used.limit)
    stored = DueDate(
        subject=subject,
        rule_id=used.rule_id,
        calendar_version=rules.version_of(known, rules.years_of(counted)),
        starts_at=starts_at,
        due_at=counted.due_at,
        is_provisional=counted.is_provisional,
        computed_at=now,
        trace=told(counted),
    )
    session.add(stored)
    session.flush()
    return queries.due_of(stored, used.code)


def told(counted: Counted) -> list[list[str | int | None]]:
    return [[one.day.isoformat(), one.type.value, one.number] for one in counted.days]


def extend_due(session: Session, due_id: int, rule: str, *, reason: str, actor: Actor, now: datetime) -> Due:
    """Put a due date off by a further limit, counted from the old one; the id stays. Raises RuleUnknown, NotFound."""
    stored = locked_due(session, due_id)
    used = queries.rule(session, rule, actor=actor)
    known = queries.calendar(session, actor=actor)
    counted = rules.extended(known, stored.due_at, used.limit)
    return move(session, stored, counted, ChangeKind.EXTENDED, reason, actor, now, rule=used)


def pause_due(session: Session, due_id: int, *, reason: str, actor: Actor, now: datetime) -> Due:
    """Stop the clock of a due date; it moves when the clock runs on. Raises NotFound, or Conflict when it stands."""
    stored = locked_due(session, due_id)
    if stored.paused_at is not None:
        raise Conflict("due_paused")
    stored.paused_at = now
    same = Counted(stored.due_at, stored.is_provisional, ())
    return move(session, stored, same, ChangeKind.PAUSED, reason, actor, now)


def resume_due(session: Session, due_id: int, *, reason: str, actor: Actor, now: datetime) -> Due:
    """Let the clock run on: the working time paused is added. Raises NotFound, or Conflict when it does not stand."""
    stored = locked_due(session, due_id)
    if stored.paused_at is None:
        raise Conflict("due_not_paused")
    known, kind = queries.calendar(session, actor=actor), kind_of(session, stored)
    counted = rules.after_pause(known, stored.due_at, stored.paused_at, now, kind)
    stopped_at, stored.paused_at = stored.paused_at, None
    return move(session, stored, counted, ChangeKind.RESUMED, reason, actor, now, paused_at=stopped_at)


def recount_due(session: Session, due_id: int, rule: str, *, reason: str, actor: Actor, now: datetime) -> Due:
    """Count a due date anew from its beginning, by this limit and today's calendar; extensions and pauses stay.

    Raises RuleUnknown, NotFound.
    """
    stored = locked_due(session, due_id)
    used = queries.rule(session, rule, actor=actor)
    return recounted(session, stored, used, reason, actor, now)


def recompute_provisional(session: Session, *, reason: str, actor: Actor, now: datetime) -> int:
    """Count every provisional due date still to come anew by the calendar as it is now; returns how many moved.

    Raises InvalidInput without a reason, or Conflict when none is provisional.
    """
    actor.check_everywhere(EDIT)
    words = checked(reason, field="Reason", longest=REASON_LENGTH)
    statement = (
        sa.select(DueDate, DeadlineRule)
        .join(DeadlineRule, DeadlineRule.id == DueDate.rule_id)
        .where(DueDate.is_provisional, DueDate.due_at >= now)
        .order_by(DueDate.id)
        .with_for_update(of=DueDate)
    )
    found = session.execute(statement).all()
    if not found:
        raise Conflict("recompute_nothing")
    moved = 0
    for stored, used in found:
        before = stored.due_at
        recounted(session, stored, queries.rule_of(used), words, actor, now)
        moved += stored.due_at != before
    record(
        session, "deadlines.recomputed", "deadlines:provisional", actor=actor, now=now, count=len(found), moved=moved
    )
    return moved


def recounted(session: Session, stored: DueDate, used: Rule, reason: str, actor: Actor, now: datetime) -> Due:
    known = queries.calendar(session, actor=actor)
    first = rules.due_at(known, stored.starts_at, used.limit)
    stored.rule_id, stored.trace = used.rule_id, told(first)
    counted = replayed(session, stored, first, known, used.limit.kind)
    return move(session, stored, counted, ChangeKind.RECOMPUTED, reason, actor, now, rule=used)


def replayed(session: Session, stored: DueDate, first: Counted, known: Calendar, kind: LimitKind) -> Counted:
    """The count from the beginning with every extension and pause after it, in their order."""
    counted = first
    statement = (
        sa.select(DueChange, DeadlineRule)
        .outerjoin(DeadlineRule, DeadlineRule.id == DueChange.rule_id)
        .where(DueChange.due_id == stored.id)
        .order_by(DueChange.id)
    )
    for change, extension in session.execute(statement):
        if change.kind is ChangeKind.EXTENDED:
            further = rules.extended(known, counted.due_at, Limit(extension.kind, extension.amount))
        elif change.kind is ChangeKind.RESUMED and change.paused_at is not None:
            further = rules.after_pause(known, counted.due_at, change.paused_at, change.changed_at, kind)
        else:
            continue
        counted = Counted(further.due_at, counted.is_provisional or further.is_provisional, counted.days)
    return counted


def move(
    session: Session,
    stored: DueDate,
    counted: Counted,
    kind: ChangeKind,
    reason: str,
    actor: Actor,
    now: datetime,
    *,
    rule: Rule | None = None,
    paused_at: datetime | None = None,
) -> Due:
    """Keep where a due date moves, and why."""
    known = queries.calendar(session, actor=actor)
    is_anew = kind is ChangeKind.RECOMPUTED
    years = rules.years_of(counted)
    session.add(
        DueChange(
            due_id=stored.id,
            kind=kind,
            rule_id=None if rule is None else rule.rule_id,
            calendar_version=rules.version_of(known, years),
            due_before=stored.due_at,
            due_after=counted.due_at,
            reason=checked(reason, field="Reason", longest=REASON_LENGTH, is_needed=False),
            paused_at=paused_at,
            changed_at=now,
            person_id=actor.person_id,
        )
    )
    stored.due_at = counted.due_at
    stored.is_provisional = counted.is_provisional if is_anew else stored.is_provisional or counted.is_provisional
    if is_anew:
        stored.calendar_version, stored.computed_at = rules.version_of(known, years), now
    session.flush()
    code = session.scalars(sa.select(DeadlineRule.code).where(DeadlineRule.id == stored.rule_id)).one()
    return queries.due_of(stored, code)


def kind_of(session: Session, stored: DueDate) -> LimitKind:
    return session.scalars(sa.select(DeadlineRule.kind).where(DeadlineRule.id == stored.rule_id)).one()


def locked_due(session: Session, due_id: int) -> DueDate:
    stored = session.get(DueDate, due_id, with_for_update=True)
    if stored is None:
        raise NotFound("due_unknown")
    return stored
