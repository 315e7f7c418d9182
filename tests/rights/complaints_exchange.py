"""Who may take requests away as a file, bring them in from one, and file them for another system."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qs.actor import Role
from qs.complaints.exchange import exports, forwarding, imports
from qs.complaints.exchange.exports import ExportFilter
from qs.complaints.exchange.imports import ImportPlan, PlannedRequest
from tests.rights.attempt import Attempt, Stage
from tests.rights.complaints import DESK, wanted

READERS = DESK | {Role.DEPARTMENT_HEAD, Role.SERVICE_LEADER, Role.AUDITOR}


def plan(session: Session, stage: Stage) -> ImportPlan:
    return ImportPlan("letters.csv", (PlannedRequest(2, stage.now, wanted(stage), "S1"),), 0)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        "complaints.exchange.exports.export_requests",
        READERS,
        lambda session, stage: None,
        lambda session, stage, made, actor: exports.export_requests(
            session, ExportFilter(), actor=actor, now=stage.now
        ),
        is_scoped=False,  # everybody takes away what they may read
    ),
    Attempt(
        "complaints.exchange.imports.import_requests",
        DESK,
        plan,
        lambda session, stage, made, actor: imports.import_requests(session, made, actor=actor, now=stage.now),
    ),
    Attempt(
        "complaints.exchange.forwarding.forward_request",
        frozenset(),  # no person: only the key of another system
        lambda session, stage: None,
        lambda session, stage, made, actor: forwarding.forward_request(
            session, wanted(stage), actor=actor, now=stage.now
        ),
    ),
)
