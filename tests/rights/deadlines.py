"""Who may load calendars and limits; due dates are set inside other rooms' acts, which check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Role
from qs.deadlines import actions, dues, office
from qs.deadlines.library import shipped_packs, shipped_years
from qs.deadlines.terms import Window
from tests.rights.attempt import Attempt, Stage

KEEPERS = frozenset({Role.INFORMATION_TECHNOLOGY})


def ready(session: Session, stage: Stage) -> None:
    """Calendars and limits, as every office begins with."""
    actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=stage.now)
    actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=stage.now)


def provisional(session: Session, stage: Stage) -> int:
    """A due date in a year that nobody has loaded."""
    ready(session, stage)
    far = stage.now.replace(year=stage.now.year + 20)
    return dues.set_due(session, "request:1", "request.handle", starts_at=far, actor=SYSTEM, now=stage.now).due_id


def next_version(session: Session, stage: Stage) -> Any:
    ready(session, stage)
    newest = shipped_years()[-1]
    return replace(newest, version=newest.version + 1, published_on=date(2026, 1, 1))


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        "deadlines.actions.load_calendars",
        KEEPERS,
        prepare=lambda session, stage: None,
        act=lambda session, stage, made, actor: actions.load_calendars(
            session, shipped_years(), actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "deadlines.actions.import_calendar",
        KEEPERS,
        prepare=next_version,
        act=lambda session, stage, made, actor: actions.import_calendar(session, made, actor=actor, now=stage.now),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "deadlines.actions.load_packs",
        KEEPERS,
        prepare=lambda session, stage: None,
        act=lambda session, stage, made, actor: actions.load_packs(
            session, shipped_packs(), actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "deadlines.actions.recompute_provisional",
        KEEPERS,
        prepare=provisional,
        act=lambda session, stage, made, actor: actions.recompute_provisional(
            session, reason="新日历", actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "deadlines.actions.recount_one",
        KEEPERS,
        prepare=provisional,
        act=lambda session, stage, made, actor: actions.recount_one(
            session, made, reason="新日历", actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "deadlines.office.choose_pack",
        KEEPERS,
        prepare=ready,
        act=lambda session, stage, made, actor: office.choose_pack(
            session, "cn-market", reason="改用", version=0, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "deadlines.office.change_hours",
        KEEPERS,
        prepare=ready,
        act=lambda session, stage, made, actor: office.change_hours(
            session, (Window(time(8), time(16)),), reason="夏令时", version=0, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
)
