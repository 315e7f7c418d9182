"""Who may take the trail away and verify it: auditors."""

from __future__ import annotations

from qs.actor import Role
from qs.audit import actions
from qs.audit.terms import Verdict, Wanted
from tests.rights.attempt import Attempt

AUDITORS = frozenset({Role.AUDITOR})


def nothing(session, stage):
    return None


ATTEMPTS = (
    Attempt(
        "audit.actions.record_export",
        AUDITORS,
        nothing,
        lambda session, stage, made, actor: actions.record_export(
            session, Wanted(), count=1, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "audit.actions.record_verification",
        AUDITORS,
        nothing,
        lambda session, stage, made, actor: actions.record_verification(
            session, Verdict(0, 0, ()), actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
)
