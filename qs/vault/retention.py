"""The retention matrix in force, who set it to what, and the reports of the job that erases what is past its time.

The job itself is `qs.retention`, which knows every room; here stand the times, the tombstones and the reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked
from qs.vault import rules
from qs.vault.library import shipped_matrix
from qs.vault.models import RetentionEdition, RetentionRun
from qs.vault.queries import check_overseer
from qs.vault.terms import Act, DueLine, RetentionRule, RunReport, Span
from qs.vault.wording import LABELS

REASON, REASON_LENGTH = N_("Reason"), 300
LONGEST = {Span.HOURS: 24 * 90, Span.DAYS: 3660, Span.MONTHS: 360, Span.YEARS: 30}
FIXED = (Act.KEEP, Act.NOT_STORED)
TOMORROW = timedelta(days=1)


def matrix(session: Session, day: date) -> tuple[RetentionRule, ...]:
    """The times of keeping in force on a day, in the order of the file: no secret, citizens are told theirs."""
    statement = sa.select(RetentionEdition).order_by(RetentionEdition.effective_on)
    editions = session.scalars(statement).all()
    found = []
    for rule in shipped_matrix():
        own = [one for one in editions if one.code == rule.code]
        kept = replace(rule, version=len(own))
        for one in own:
            if one.effective_on <= day:
                kept = replace(kept, amount=one.amount, span=one.span)
        found.append(kept)
    return tuple(found)


def coming(session: Session, day: date) -> dict[str, RetentionEdition]:
    """The times that were set and are not in force yet, by code."""
    statement = sa.select(RetentionEdition).where(RetentionEdition.effective_on > day)
    return {one.code: one for one in session.scalars(statement.order_by(RetentionEdition.effective_on))}


def rule(session: Session, code: str, day: date) -> RetentionRule:
    """One time of keeping as it is in force on a day. Raises NotFound."""
    for one in matrix(session, day):
        if one.code == code:
            return one
    raise NotFound("retention_unknown")


def set_retention(
    session: Session, code: str, amount: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> date:
    """Set a time of keeping, in its unit, from tomorrow on: nobody shortens a time and erases on the same day.

    Returns the day from which it counts. `version`: the one that was shown. Raises InvalidInput outside the bounds,
    Conflict when somebody set it in between or today already.
    """
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    today = local_day(now, settings().zone)
    present = rule(session, code, today + TOMORROW)
    if present.act in FIXED:
        raise Conflict("retention_fixed")
    if present.version != version:
        raise Conflict("retention_changed")
    check_amount(present, amount)
    words = checked(reason, field=REASON, longest=REASON_LENGTH, is_long=False)
    effective = today + TOMORROW
    standing = session.scalar(
        sa.select(RetentionEdition).where(RetentionEdition.code == code, RetentionEdition.effective_on == effective)
    )
    if standing is not None:
        raise Conflict("retention_changed")
    session.add(
        RetentionEdition(
            code=code,
            amount=amount,
            span=present.span,
            effective_on=effective,
            reason=words,
            set_at=now,
            set_by_id=actor.person_id,
        )
    )
    session.flush()
    record(
        session,
        "vault.retention_set",
        f"retention:{code}",
        actor=actor,
        now=now,
        was_amount=present.amount,
        amount=amount,
        span=present.span.value,
        effective_on=effective.isoformat(),
        reason=words,
    )
    return effective


def check_amount(present: RetentionRule, amount: int) -> None:
    """Raise InvalidInput unless a time lies within its bounds and differs from the present one."""
    unit = LABELS[Span][present.span]
    if amount < present.least:
        raise InvalidInput("retention_too_short", least=present.least, span=unit)
    if amount > LONGEST[present.span]:
        raise InvalidInput("retention_too_long", most=LONGEST[present.span], span=unit)
    if amount == present.amount:
        raise InvalidInput("retention_same")


def cutoff(one: RetentionRule, now: datetime) -> datetime:
    """What ended before this moment is past this time of keeping."""
    return rules.kept_since(now, one.amount, one.span, settings().zone)


def begin_run(session: Session, found: Sequence[DueLine], *, is_trial: bool, actor: Actor, now: datetime) -> int:
    """Keep what a run, or a trial, has found due; returns its id. A trial ends here: it erases nothing."""
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    lines = [[one.code, one.count, one.oldest_on.isoformat() if one.oldest_on else None] for one in found]
    run = RetentionRun(
        day=local_day(now, settings().zone),
        is_trial=is_trial,
        started_at=now,
        ended_at=now if is_trial else None,
        username=actor.username,
        found=lines,
        erased_count=0,
    )
    session.add(run)
    session.flush()
    action = "vault.retention_tried" if is_trial else "vault.retention_run"
    due = sum(one.count for one in found)
    record(session, action, f"retention_run:{run.id}", actor=actor, now=now, due_count=due)
    return run.id


def count_erased(session: Session, run_id: int, code: str, count: int, *, actor: Actor, now: datetime) -> None:
    """Keep that a batch of one kind was erased, in the transaction that erased it."""
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    run = session.get_one(RetentionRun, run_id, with_for_update=True)
    run.erased_count += count
    record(session, "vault.retention_erased", f"retention:{code}", actor=actor, now=now, erased_count=count)


def end_run(session: Session, run_id: int, now: datetime) -> None:
    """Keep that a run is through. One that was broken off has no end; the next run takes up what is left."""
    session.get_one(RetentionRun, run_id, with_for_update=True).ended_at = now


def run_reports(session: Session, *, actor: Actor, most: int = 20) -> list[RunReport]:
    """The newest runs and trials, newest first."""
    check_overseer(actor)
    return reports(session, most)


def last_run(session: Session, day: date) -> RunReport | None:
    """The newest finished run of a day that was no trial."""
    own = RetentionRun.day == day, ~RetentionRun.is_trial, RetentionRun.ended_at.is_not(None)
    found = session.scalar(sa.select(RetentionRun).where(*own).order_by(RetentionRun.id.desc()).limit(1))
    return None if found is None else report_of(found)


def report(session: Session, run_id: int) -> RunReport:
    return report_of(session.get_one(RetentionRun, run_id))


def reports(session: Session, most: int) -> list[RunReport]:
    statement = sa.select(RetentionRun).order_by(RetentionRun.id.desc()).limit(most)
    return [report_of(one) for one in session.scalars(statement)]


def report_of(one: RetentionRun) -> RunReport:
    lines = tuple(DueLine(code, count, date.fromisoformat(day) if day else None) for code, count, day in one.found)
    return RunReport(one.id, one.day, one.is_trial, one.started_at, one.ended_at, one.username, lines, one.erased_count)
