"""Due dates: set with their trace, put off, stopped and let run on, counted anew; each move is kept with its reason.

They are set and moved as part of another room's act, which checks the right and leaves the trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.deadlines import queries, rules
from qs.deadlines.models import DeadlinePack, DeadlineRule, DueChange, DueDate
from qs.deadlines.terms import (
    ByLaw,
    Calendar,
    ChangeKind,
    Counted,
    Due,
    Extension,
    Limit,
    LimitKind,
    Rule,
    Window,
)
from qs.errors import Conflict, NotFound
from qs.texts import checked

REASON_LENGTH, LAW_LENGTH = 500, 200
KEEP_DUES = sa.insert(DueDate).returning(DueDate.id, sort_by_parameter_order=True)


class ExtensionUsed(Conflict):
    """A limit that may put a due date off so many times was used up."""

    code = "extension_used"


def set_due(
    session: Session,
    subject: str,
    rule: str,
    *,
    starts_at: datetime,
    actor: Actor,
    now: datetime,
    pack: str | None = None,
    urgency: str | None = None,
) -> Due:
    """Count a time limit from a moment and keep the due date with pack, rule, calendar, opening hours and trace.

    `subject` is the object it belongs to, such as `request:12`; `pack` None is the one the office uses. Raises
    RuleUnknown, PackUnknown, or RuleNotInPack.
    """
    only = [rule]
    return set_dues(session, subject, only, starts_at=starts_at, actor=actor, now=now, pack=pack, urgency=urgency)[0]


def set_dues(
    session: Session,
    subject: str,
    codes: Sequence[str],
    *,
    starts_at: datetime,
    actor: Actor,
    now: datetime,
    pack: str | None = None,
    urgency: str | None = None,
) -> list[Due]:
    """Count several time limits from one moment, as `set_due` does, and keep them together; in the order of `codes`."""
    wanted = pack or queries.pack_in_use(session, actor=actor)
    known = queries.calendar(session, pack=wanted, actor=actor)
    used = [queries.rule(session, code, pack=wanted, urgency=urgency, actor=actor) for code in codes]
    counts = [rules.due_at(known, starts_at, one.limit) for one in used]
    rows = [
        {
            "subject": subject,
            "rule_id": one.rule_id,
            "pack": wanted,
            "urgency": urgency or "",
            "calendar_version": rules.version_of(known, rules.years_of(counted)),
            "windows": windows_text(known.windows),
            "starts_at": starts_at,
            "due_at": counted.due_at,
            "is_provisional": counted.is_provisional,
            "computed_at": now,
            "trace": told(counted),
        }
        for one, counted in zip(used, counts, strict=True)
    ]
    ids = session.connection().execute(KEEP_DUES, rows).scalars()
    return [
        Due(
            due_id,
            counted.due_at,
            counted.is_provisional,
            rule=one.code,
            starts_at=starts_at,
            kind=one.limit.kind,
            pack=wanted,
            urgency=urgency or "",
        )
        for due_id, one, counted in zip(ids, used, counts, strict=True)
    ]


def told(counted: Counted) -> list[list[str | int | None]]:
    return [
        [one.day.isoformat(), one.type.value, one.number, *(() if one.seconds is None else (one.seconds,))]
        for one in counted.days
    ]


def windows_text(windows: Sequence[Window]) -> str:
    return " ".join(str(one) for one in windows)


def extend_due(
    session: Session, due_id: int, rule: str, *, reason: str, actor: Actor, now: datetime, by_law: ByLaw | None = None
) -> Due:
    """Put a due date off by a further limit of its pack, counted from the old one; the id stays.

    Where the pack extends only as far as a law says, `by_law` names time and article. Raises RuleUnknown, NotFound,
    RuleNotInPack for a pack without extensions, ExtensionUsed, or Conflict when a law is missing or out of place.
    """
    stored = locked_due(session, due_id)
    extension = session.scalars(
        sa.select(DeadlinePack.extension).where(DeadlinePack.code == stored.pack).order_by(DeadlinePack.version.desc())
    ).first()
    known = as_counted(session, stored, actor)
    if by_law is not None:
        if extension is not Extension.BY_LAW:
            raise Conflict("extension_not_by_law", pack=stored.pack)
        counted = rules.extended(known, stored.due_at, by_law.limit)
        return move(session, stored, counted, ChangeKind.EXTENDED, reason, actor, now, by_law=by_law)
    if extension is Extension.BY_LAW and rule in queries.book(session).without.get(stored.pack, ()):
        raise Conflict("extension_by_law_only", pack=stored.pack)
    used = queries.rule(session, rule, pack=stored.pack, urgency=stored.urgency, actor=actor)
    if used.times is not None and times_used(session, stored, used) >= used.times:
        raise ExtensionUsed
    counted = rules.extended(known, stored.due_at, used.limit)
    return move(session, stored, counted, ChangeKind.EXTENDED, reason, actor, now, rule=used)


def times_used(session: Session, stored: DueDate, used: Rule) -> int:
    statement = (
        sa.select(sa.func.count(DueChange.id))
        .join(DeadlineRule, DeadlineRule.id == DueChange.rule_id)
        .where(DueChange.due_id == stored.id, DueChange.kind == ChangeKind.EXTENDED, DeadlineRule.code == used.code)
    )
    return session.scalars(statement).one()


def as_counted(session: Session, stored: DueDate, actor: Actor) -> Calendar:
    """Today's calendar with the opening hours by which a due date was counted."""
    return replace(queries.calendar(session, actor=actor), windows=queries.windows_from(stored.windows))


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
    known, kind = as_counted(session, stored, actor), kind_of(session, stored)
    counted = rules.after_pause(known, stored.due_at, stored.paused_at, now, kind)
    stopped_at, stored.paused_at = stored.paused_at, None
    return move(session, stored, counted, ChangeKind.RESUMED, reason, actor, now, paused_at=stopped_at)


def recount_due(
    session: Session,
    due_id: int,
    rule: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    pack: str | None = None,
    urgency: str | None = None,
) -> Due:
    """Count a due date anew from its beginning, by this limit and today's calendar; extensions and pauses stay.

    `pack` and `urgency` None stay what they were. Raises RuleUnknown, RuleNotInPack, PackUnknown, NotFound.
    """
    stored = locked_due(session, due_id)
    stored.pack = pack or stored.pack
    stored.urgency = stored.urgency if urgency is None else urgency
    used = queries.rule(session, rule, pack=stored.pack, urgency=stored.urgency, actor=actor)
    return recounted(session, stored, used, reason, actor, now)


def used_rule(session: Session, stored: DueDate) -> Rule:
    """The very limit a due date was set by, also when its pack has a newer version."""
    return queries.rule_of(session.get_one(DeadlineRule, stored.rule_id), stored.pack)


def recounted(session: Session, stored: DueDate, used: Rule, reason: str, actor: Actor, now: datetime) -> Due:
    known = queries.calendar(session, pack=stored.pack, actor=actor)
    first = rules.due_at(known, stored.starts_at, used.limit)
    stored.rule_id, stored.trace, stored.windows = used.rule_id, told(first), windows_text(known.windows)
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
            further = rules.extended(known, counted.due_at, limit_of(change, extension))
        elif change.kind is ChangeKind.RESUMED and change.paused_at is not None:
            further = rules.after_pause(known, counted.due_at, change.paused_at, change.changed_at, kind)
        else:
            continue
        counted = Counted(further.due_at, counted.is_provisional or further.is_provisional, counted.days)
    return counted


def limit_of(change: DueChange, extension: DeadlineRule | None) -> Limit:
    """The limit of an extension: what a law gave, else that of its rule."""
    if change.limit_kind is not None and change.amount is not None:
        return Limit(change.limit_kind, change.amount)
    if extension is None:
        raise ValueError("an extension has a rule or a law")
    return Limit(extension.kind, extension.amount, extension.rolls_forward)


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
    by_law: ByLaw | None = None,
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
            limit_kind=None if by_law is None else by_law.limit.kind,
            amount=None if by_law is None else by_law.limit.amount,
            law="" if by_law is None else checked(by_law.law, field="Article of the law", longest=LAW_LENGTH),
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
    code, limit_kind = session.execute(
        sa.select(DeadlineRule.code, DeadlineRule.kind).where(DeadlineRule.id == stored.rule_id)
    ).one()
    return queries.due_of(stored, code, limit_kind)


def kind_of(session: Session, stored: DueDate) -> LimitKind:
    return session.scalars(sa.select(DeadlineRule.kind).where(DeadlineRule.id == stored.rule_id)).one()


def locked_due(session: Session, due_id: int) -> DueDate:
    stored = session.get(DueDate, due_id, with_for_update=True)
    if stored is None:
        raise NotFound("due_unknown")
    return stored
