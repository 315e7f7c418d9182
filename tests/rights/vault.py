"""Who may do what with personal data."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from qs.actor import PUBLIC, Role
from qs.vault import actions, erasures, holds, retention
from qs.vault.terms import ErasureRefusal, Ground, HoldReason, IdentityProof
from tests.rights.attempt import Attempt, Stage


def kept(session: Session, stage: Stage) -> int:
    return actions.keep_person(session, name="王小明", phone="13812345678", actor=PUBLIC, now=stage.now)


def held(session: Session, stage: Stage) -> int:
    return holds.hold_person(
        session,
        kept(session, stage),
        date(2028, 1, 1),
        reason=HoldReason.LAWSUIT,
        reference="12",
        actor=stage.helper,
        now=stage.now,
    )


def wished(session: Session, stage: Stage) -> int:
    return erasures.enter_erasure(
        session,
        kept(session, stage),
        subject="request:1",
        reference="2026-000001",
        ground=Ground.CONSENT_WITHDRAWN,
        proof=IdentityProof.CODE_AND_CONTACT,
        actor=PUBLIC,
        now=stage.now,
    )


def begun(session: Session, stage: Stage) -> int:
    return retention.begin_run(session, (), is_trial=False, actor=stage.helper, now=stage.now)


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
        "vault.holds.hold_person",
        frozenset({Role.ADMINISTRATOR}),
        prepare=kept,
        act=lambda session, stage, made, actor: holds.hold_person(
            session,
            made,
            date(2028, 1, 1),
            reason=HoldReason.LAWSUIT,
            reference="12",
            actor=actor,
            now=stage.now,
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
    Attempt(
        "vault.holds.release_hold",
        frozenset({Role.ADMINISTRATOR}),
        prepare=held,
        act=lambda session, stage, made, actor: holds.release_hold(session, made, actor=actor, now=stage.now),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "vault.erasures.pass_on_erasure",
        frozenset({Role.SUPERVISOR, Role.HOTLINE_OPERATOR}),
        prepare=kept,
        act=lambda session, stage, made, actor: erasures.pass_on_erasure(
            session,
            made,
            subject="request:1",
            reference="2026-000001",
            ground=Ground.CONSENT_WITHDRAWN,
            proof=IdentityProof.CALLED_BACK,
            actor=actor,
            now=stage.now,
        ),
        is_scoped=False,
    ),
    Attempt(
        "vault.erasures.grant_erasure",
        frozenset({Role.ADMINISTRATOR}),
        prepare=wished,
        act=lambda session, stage, made, actor: erasures.grant_erasure(session, made, actor=actor, now=stage.now),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "vault.erasures.refuse_erasure",
        frozenset({Role.ADMINISTRATOR}),
        prepare=wished,
        act=lambda session, stage, made, actor: erasures.refuse_erasure(
            session, made, refusal=ErasureRefusal.LEGAL_PERIOD, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "vault.retention.set_retention",
        frozenset({Role.ADMINISTRATOR}),
        prepare=lambda session, stage: None,
        act=lambda session, stage, made, actor: retention.set_retention(
            session, "request.identity", 12, reason="档案部门的意见", version=0, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "vault.retention.begin_run",
        frozenset({Role.ADMINISTRATOR}),
        prepare=lambda session, stage: None,
        act=lambda session, stage, made, actor: retention.begin_run(
            session, (), is_trial=True, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "vault.retention.count_erased",
        frozenset({Role.ADMINISTRATOR}),
        prepare=begun,
        act=lambda session, stage, made, actor: retention.count_erased(
            session, made, "request.identity", 1, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
)
