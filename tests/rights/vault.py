"""Who may do what with personal data."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from qs.actor import PUBLIC, Role
from qs.vault import actions
from qs.vault.terms import Ground
from tests.rights.attempt import Attempt, Stage


def kept(session: Session, stage: Stage) -> int:
    return actions.keep_person(session, name="王小明", phone="13812345678", actor=PUBLIC, now=stage.now)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        "vault.actions.reveal",
        frozenset({Role.SUPERVISOR, Role.HOTLINE_OPERATOR}),
        prepare=kept,
        act=lambda session, stage, made, actor: actions.reveal(
            session, made, subject="request:1", reason="回访核实", actor=actor, now=stage.now
        ),
        is_scoped=False,
    ),
    Attempt(
        "vault.actions.hold_person",
        frozenset({Role.ADMINISTRATOR}),
        prepare=kept,
        act=lambda session, stage, made, actor: actions.hold_person(
            session, made, date(2028, 1, 1), actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "vault.actions.erase_person",
        frozenset({Role.ADMINISTRATOR}),
        prepare=kept,
        act=lambda session, stage, made, actor: actions.erase_person(
            session, made, ground=Ground.RETENTION_OVER, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
)
