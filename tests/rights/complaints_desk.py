"""Who may keep the dispatch catalogue: supervisors, whose right to approve reaches the whole office."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qs.actor import Actor, Role
from qs.complaints.catalogue import entries, files
from qs.complaints.catalogue.entries import NewLine
from qs.complaints.catalogue.files import Plan, Written
from tests.rights.attempt import Attempt, Stage

SUPERVISORS = frozenset({Role.SUPERVISOR, Role.DEPARTMENT_HEAD})  # a head only where the department is everything
LINE = Written(1, {"matter": "疫苗预约", "words": "疫苗 接种", "sector": "health"})


def line(stage: Stage) -> NewLine:
    return NewLine("急诊等候", "急诊 分诊", service_id=stage.service_id)


def kept(session: Session, stage: Stage) -> int:
    return entries.add_line(session, line(stage), actor=stage.helper, now=stage.now)


def planned(session: Session, stage: Stage) -> Plan:
    return files.plan_catalogue(session, [LINE], actor=stage.helper)


def add(session: Session, stage: Stage, made: None, actor: Actor) -> object:
    return entries.add_line(session, line(stage), actor=actor, now=stage.now)


def change(session: Session, stage: Stage, made: int, actor: Actor) -> object:
    return entries.change_line(session, made, line(stage), version=1, actor=actor, now=stage.now)


def retire(session: Session, stage: Stage, made: int, actor: Actor) -> object:
    return entries.retire_line(session, made, version=1, actor=actor, now=stage.now)


def load(session: Session, stage: Stage, made: Plan, actor: Actor) -> object:
    return files.load_catalogue(session, made, actor=actor, now=stage.now)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        "complaints.catalogue.entries.add_line", SUPERVISORS, lambda session, stage: None, add, is_office_wide=True
    ),
    Attempt("complaints.catalogue.entries.change_line", SUPERVISORS, kept, change, is_office_wide=True),
    Attempt("complaints.catalogue.entries.retire_line", SUPERVISORS, kept, retire, is_office_wide=True),
    Attempt("complaints.catalogue.files.load_catalogue", SUPERVISORS, planned, load, is_office_wide=True),
)
