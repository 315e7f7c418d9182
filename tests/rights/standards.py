"""Who may write standards, and who may load the shipped ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qs.actor import Role
from qs.observations.recording import OFFICE_STANDARDS
from qs.standards import actions
from qs.standards.library import read_library
from qs.standards.terms import Aggregation, Counting
from tests.rights.attempt import Attempt
from tests.world import on_time_edition, wording

EDITORS = frozenset({Role.SUPERVISOR})
LOADERS = frozenset({Role.SUPERVISOR, Role.INFORMATION_TECHNOLOGY})
NEXT_YEAR = date(2026, 12, 1)


def nothing(session, stage):
    return None


def clause(session, stage):
    return actions.add_clause(
        session,
        code="another",
        sector_id=None,
        effective_on=date(2025, 1, 1),
        content=wording(),
        actor=stage.helper,
        now=stage.now,
    ).id


def row(name, act, prepare=nothing, allowed=EDITORS):
    return Attempt(f"standards.actions.{name}", allowed, prepare, act, is_scoped=False, is_office_wide=True)


ATTEMPTS = (
    row(
        "add_indicator",
        lambda session, stage, made, actor: actions.add_indicator(
            session,
            code="another",
            sector_id=None,
            counting=Counting(Aggregation.SHARE),
            effective_on=NEXT_YEAR,
            content=on_time_edition(),
            actor=actor,
            now=stage.now,
        ),
    ),
    row(
        "add_indicator_edition",
        lambda session, stage, made, actor: actions.add_indicator_edition(
            session,
            stage.world.on_time,
            effective_on=NEXT_YEAR,
            content=replace(on_time_edition(), target=0.95),
            actor=actor,
            now=stage.now,
        ),
    ),
    row(
        "add_clause",
        lambda session, stage, made, actor: actions.add_clause(
            session,
            code="third",
            sector_id=None,
            effective_on=NEXT_YEAR,
            content=wording(),
            actor=actor,
            now=stage.now,
        ),
    ),
    row(
        "add_clause_edition",
        lambda session, stage, made, actor: actions.add_clause_edition(
            session, made, effective_on=NEXT_YEAR, content=wording("新版"), actor=actor, now=stage.now
        ),
        clause,
    ),
    row(
        "load_library",
        lambda session, stage, made, actor: actions.load_library(
            session, read_library([OFFICE_STANDARDS]), actor=actor, now=stage.now
        ),
        allowed=LOADERS,
    ),
)
