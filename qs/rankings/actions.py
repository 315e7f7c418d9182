"""What can be done to rankings: a complete quarter is frozen, frozen again with a reason, and a scheme follows another.

A frozen quarter never changes. Corrections that arrive later show as a new revision, made by somebody with a reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import Fact, record
from qs.errors import Conflict, InvalidInput, NotFound
from qs.periods import local_day
from qs.rankings import rules
from qs.rankings.freezing import PeriodFrozenAlready, store
from qs.rankings.models import FrozenPeriod, ScoreScheme
from qs.rankings.reading import as_stored, gathered
from qs.rankings.schemes import insert_scheme, scheme_facts
from qs.rankings.terms import DRAW_COUNT, Level, Scheme
from qs.settings import settings
from qs.texts import checked

FREEZE = Permission.RANKINGS_FREEZE
FROZE = "rankings.froze_period"
REASON_LENGTH = 500


class PeriodNotOver(Conflict):
    """Only a complete quarter can be frozen."""

    code = "period_not_over"


class PeriodWithoutServices(Conflict):
    """Nothing ran in the quarter."""

    code = "period_without_services"


class PeriodNotFrozen(NotFound):
    """There is no frozen quarter of this name."""

    code = "period_not_frozen"


class SchemeTooEarly(Conflict):
    """Schemes follow one another, and what is in force stays as it is."""

    code = "scheme_too_early"


@dataclass(frozen=True)
class Frozen:
    """What was frozen."""

    period_id: int
    name: str
    revision: int
    sha256: str
    ranked_count: int
    unranked_count: int
    cell_count: int


def freeze_period(session: Session, name: str, *, actor: Actor, now: datetime) -> Frozen:
    """Write a complete quarter down for good: counts, values, scores and ranks of every service, department and area.

    Raises PeriodNotOver, or PeriodFrozenAlready: a quarter is frozen once.
    """
    actor.check_everywhere(FREEZE)
    newest = newest_revision(session, name, by=now)
    if newest:
        raise PeriodFrozenAlready(name=name)
    frozen = freeze(session, name, revision=1, reason=None, actor=actor, now=now)
    record(session, FROZE, f"frozen_period:{frozen.period_id}", actor=actor, now=now, **facts_of(frozen))
    return frozen


def revise_period(session: Session, name: str, *, reason: str, actor: Actor, now: datetime) -> Frozen:
    """Freeze a quarter again after corrections; the earlier revision stays and both are visible.

    Raises PeriodNotFrozen when there is no earlier one, InvalidInput without a reason.
    """
    actor.check_everywhere(FREEZE)
    newest = newest_revision(session, name, by=now)
    if not newest:
        raise PeriodNotFrozen(name=name)
    if not reason.strip():
        raise InvalidInput("freeze_reason_missing")
    said = checked(reason, field="Reason", longest=REASON_LENGTH)
    frozen = freeze(session, name, revision=newest + 1, reason=said, actor=actor, now=now)
    record(session, FROZE, f"frozen_period:{frozen.period_id}", actor=actor, now=now, **facts_of(frozen))
    return frozen


def newest_revision(session: Session, name: str, *, by: datetime) -> int:
    """The newest revision of a complete quarter, 0 for none. Raises PeriodUnknown, PeriodNotOver."""
    _, ends_at = rules.quarter_bounds(name, settings().zone)
    if by < ends_at:
        raise PeriodNotOver(name=name)
    return session.scalar(sa.select(sa.func.max(FrozenPeriod.revision)).where(FrozenPeriod.name == name)) or 0


def freeze(session: Session, name: str, *, revision: int, reason: str | None, actor: Actor, now: datetime) -> Frozen:
    found = gathered(session, name)
    if not found.services:
        raise PeriodWithoutServices(name=name)
    result = found.result(seed=rules.seed_of(name), draw_count=DRAW_COUNT)
    period = store(session, found, result, revision=revision, reason=reason, actor=actor, now=now)
    services = [score for score in result.scores if score.level is Level.SERVICE]
    ranked = sum(score.is_ranked for score in services)
    return Frozen(period.id, name, revision, period.sha256, ranked, len(services) - ranked, len(result.measures))


def facts_of(frozen: Frozen) -> dict[str, Fact]:
    """What the trail keeps of a frozen quarter, its fingerprint above all."""
    return {field: value for field, value in asdict(frozen).items() if field != "period_id"}


def add_scheme(session: Session, scheme: Scheme, *, effective_on: date, actor: Actor, now: datetime) -> int:
    """Give the scores a new scheme from a day to come on; returns its id. It never changes a frozen quarter.

    Raises InvalidInput for a faulty scheme, Conflict when it begins too early or says nothing new.
    """
    actor.check_everywhere(FREEZE)
    rules.check_scheme(scheme)
    newest = session.scalar(sa.select(ScoreScheme).order_by(ScoreScheme.effective_on.desc()).limit(1))
    if newest is not None:
        if effective_on <= newest.effective_on:
            raise SchemeTooEarly(newest_on=newest.effective_on.isoformat())
        if effective_on <= local_day(now, settings().zone):
            raise SchemeTooEarly("scheme_in_the_past")
        if as_stored(newest).content == scheme:
            raise Conflict("scheme_unchanged")
    scheme_id = insert_scheme(session, scheme, effective_on, now=now)
    facts = scheme_facts(scheme, effective_on)
    record(session, "rankings.added_scheme", f"score_scheme:{scheme_id}", actor=actor, now=now, **facts)
    return scheme_id
