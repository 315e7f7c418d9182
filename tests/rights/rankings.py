"""Who may freeze quarters and change the way scores are made: supervisors of everything, nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Role
from qs.periods import local_day, quarter_name
from qs.rankings import actions
from qs.rankings.schemes import prepare_scheme
from qs.rankings.terms import Scheme
from qs.settings import settings
from tests.rights.attempt import Attempt, Stage

OTHER_SCHEME = Scheme(
    indicators=0.6, ratings=0.1, requests=0.1, inspections=0.1, evaluations=0.1, n_min=50, missing_limit=0.1
)


def complete_quarter(session: Session, stage: Stage) -> str:
    prepare_scheme(session, actor=SYSTEM, now=stage.now)
    return quarter_name(local_day(stage.now - timedelta(days=100), settings().zone))


def frozen_quarter(session: Session, stage: Stage) -> str:
    name = complete_quarter(session, stage)
    actions.freeze_period(session, name, actor=SYSTEM, now=stage.now)
    return name


def freeze(session: Session, stage: Stage, name: str, actor: Actor) -> object:
    return actions.freeze_period(session, name, actor=actor, now=stage.now)


def revise(session: Session, stage: Stage, name: str, actor: Actor) -> object:
    return actions.revise_period(session, name, reason="更正数据", actor=actor, now=stage.now)


def coming_day(session: Session, stage: Stage) -> date:
    prepare_scheme(session, actor=SYSTEM, now=stage.now)
    return local_day(stage.now + timedelta(days=30), settings().zone)


def change_scheme(session: Session, stage: Stage, effective_on: date, actor: Actor) -> object:
    return actions.add_scheme(session, OTHER_SCHEME, effective_on=effective_on, actor=actor, now=stage.now)


def nothing(session: Session, stage: Stage) -> None:
    """What is prepared is the whole of it."""


def begin_scheme(session: Session, stage: Stage, subject: None, actor: Actor) -> None:
    prepare_scheme(session, actor=actor, now=stage.now)


def office_wide(action: str, prepare: Callable[..., Any], act: Callable[..., object]) -> Attempt:
    return Attempt(
        action=f"rankings.{action}",
        allowed=frozenset({Role.SUPERVISOR}),
        prepare=prepare,
        act=act,
        is_scoped=False,
        is_office_wide=True,
    )


ATTEMPTS = (
    office_wide("actions.freeze_period", complete_quarter, freeze),
    office_wide("actions.revise_period", frozen_quarter, revise),
    office_wide("actions.add_scheme", coming_day, change_scheme),
    office_wide("schemes.prepare_scheme", nothing, begin_scheme),
)
