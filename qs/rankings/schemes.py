"""Score schemes in the store: the default an office begins with, and the dated ones that follow."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import Fact, record
from qs.rankings.models import ScoreScheme
from qs.rankings.terms import DEFAULT_EFFECTIVE_ON, DEFAULT_SCHEME, Scheme


def prepare_scheme(session: Session, *, actor: Actor, now: datetime) -> None:
    """Enter the default scheme (a local rule) where there is none; calling it again changes nothing."""
    actor.check_everywhere(Permission.RANKINGS_FREEZE)
    if session.scalar(sa.select(sa.func.count()).select_from(ScoreScheme)) == 0:
        scheme_id = insert_scheme(session, DEFAULT_SCHEME, DEFAULT_EFFECTIVE_ON, now=now)
        facts = scheme_facts(DEFAULT_SCHEME, DEFAULT_EFFECTIVE_ON)
        record(session, "rankings.added_scheme", f"score_scheme:{scheme_id}", actor=actor, now=now, **facts)


def insert_scheme(session: Session, scheme: Scheme, effective_on: date, *, now: datetime) -> int:
    stored = ScoreScheme(**asdict(scheme), effective_on=effective_on, recorded_at=now)
    session.add(stored)
    session.flush()
    return stored.id


def scheme_facts(scheme: Scheme, effective_on: date) -> dict[str, Fact]:
    """What the trail keeps of a scheme."""
    return {"effective_on": effective_on.isoformat(), **asdict(scheme)}
