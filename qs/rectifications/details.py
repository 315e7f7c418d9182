"""One order with everything that happened to it: plans, proofs, verifications, its extension and its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.rectifications.figures import Comparison, compared, thawed
from qs.rectifications.models import (
    Rectification,
    RectificationExtension,
    RectificationPlan,
    RectificationProof,
    RectificationRecheck,
    RectificationStep,
    RectificationVerification,
)
from qs.rectifications.queries import order_rows, with_stage
from qs.rectifications.terms import Lasting, Status, StepKind, Verdict

READ = Permission.RECTIFICATIONS_READ


@dataclass(frozen=True)
class Plan:
    """A plan as it was handed in."""

    cause: str
    measures: str
    finish_on: date
    name: str
    name_en: str
    handed_in_at: datetime


@dataclass(frozen=True)
class Proof:
    """A proof as it was handed in, with its files."""

    proof_id: int
    summary: str
    name: str
    name_en: str
    handed_in_at: datetime
    files: tuple[KeptFile, ...]


@dataclass(frozen=True)
class Verification:
    """A decision on a proof; `figures` as they stood then, None when the order names no indicator."""

    verdict: Verdict
    note: str
    name: str
    name_en: str
    verified_at: datetime
    figures: Comparison | None


@dataclass(frozen=True)
class Recheck:
    """A look at the figures some weeks after a closing; `figures` before the order and since that closing."""

    lasting: Lasting
    target: float | None
    closed_at: datetime
    checked_at: datetime
    figures: Comparison


@dataclass(frozen=True)
class Step:
    """One line of the timeline."""

    kind: StepKind
    happened_at: datetime
    name: str
    name_en: str
    note: str


@dataclass(frozen=True)
class Extension:
    """The extension of an order."""

    reason: str
    asked_by: int | None
    asked_at: datetime
    is_granted: bool | None
    note: str


@dataclass(frozen=True)
class RectificationDetail:
    """One order with everything that happened to it, newest plans, proofs and verifications last."""

    row: dict[str, Any]  # Any: COLUMNS, moments as datetimes
    demand: str
    demand_en: str
    due_id: int  # of the time limit that runs now
    plans: tuple[Plan, ...]
    proofs: tuple[Proof, ...]
    verifications: tuple[Verification, ...]
    rechecks: tuple[Recheck, ...]
    steps: tuple[Step, ...]
    extension: Extension | None
    party_ids: frozenset[int]  # those on the unit's side, who cannot verify
    now_figures: Comparison | None  # while a proof waits: what the verifier sees

    @property
    def status(self) -> Status:
        return Status(self.row["status"])


def rectification(session: Session, rectification_id: int, *, actor: Actor, now: datetime) -> RectificationDetail:
    """One order with its history. Raises NotFound."""
    actor.check(READ)
    found = session.execute(order_rows(actor).where(Rectification.id == rectification_id)).one_or_none()
    if found is None:
        raise NotFound("rectification_unknown")
    stored = session.get_one(Rectification, rectification_id)
    plans, proofs = plans_of(session, rectification_id), proofs_of(session, rectification_id, actor)
    waits = stored.status is Status.PROVED and bool(proofs)
    return RectificationDetail(
        row=with_stage(found._asdict(), now),
        demand=stored.demand,
        demand_en=stored.demand_en or "",
        due_id=stored.rework_due_id or stored.due_id,
        plans=tuple(plan for plan, _ in plans),
        proofs=tuple(proof for proof, _ in proofs),
        verifications=verifications_of(session, rectification_id),
        rechecks=rechecks_of(session, rectification_id),
        steps=steps_of(session, rectification_id),
        extension=extension_of(session, rectification_id),
        party_ids=frozenset(
            one for one in (stored.responsible_id, *(who for _, who in plans), *(who for _, who in proofs)) if one
        ),
        now_figures=compared(session, stored, proofs[-1][0].handed_in_at, actor=actor, now=now) if waits else None,
    )


def person_names() -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """A person's name and English name, empty where there is none."""
    return sa.func.coalesce(Person.name, ""), sa.func.coalesce(Person.name_en, "")


def plans_of(session: Session, rectification_id: int) -> list[tuple[Plan, int | None]]:
    statement = (
        sa.select(RectificationPlan, *person_names())
        .outerjoin(Person, Person.id == RectificationPlan.person_id)
        .where(RectificationPlan.rectification_id == rectification_id)
        .order_by(RectificationPlan.id)
    )
    return [
        (Plan(one.cause, one.measures, one.finish_on, name, name_en, one.handed_in_at), one.person_id)
        for one, name, name_en in session.execute(statement)
    ]


def proofs_of(session: Session, rectification_id: int, actor: Actor) -> list[tuple[Proof, int | None]]:
    statement = (
        sa.select(RectificationProof, *person_names())
        .outerjoin(Person, Person.id == RectificationProof.person_id)
        .where(RectificationProof.rectification_id == rectification_id)
        .order_by(RectificationProof.id)
    )
    return [
        (
            Proof(
                one.id,
                one.summary,
                name,
                name_en,
                one.handed_in_at,
                tuple(files_of(session, f"rectification_proof:{one.id}", actor=actor)),
            ),
            one.person_id,
        )
        for one, name, name_en in session.execute(statement)
    ]


def verifications_of(session: Session, rectification_id: int) -> tuple[Verification, ...]:
    statement = (
        sa.select(RectificationVerification, *person_names())
        .outerjoin(Person, Person.id == RectificationVerification.person_id)
        .where(RectificationVerification.rectification_id == rectification_id)
        .order_by(RectificationVerification.id)
    )
    return tuple(
        Verification(one.verdict, one.note, name, name_en, one.verified_at, thawed(one))
        for one, name, name_en in session.execute(statement)
    )


def rechecks_of(session: Session, rectification_id: int) -> tuple[Recheck, ...]:
    statement = (
        sa.select(RectificationRecheck, RectificationVerification.verified_at)
        .join(RectificationVerification, RectificationVerification.id == RectificationRecheck.verification_id)
        .where(RectificationRecheck.rectification_id == rectification_id)
        .order_by(RectificationRecheck.id)
    )
    return tuple(
        Recheck(one.lasting, one.target, closed_at, one.checked_at, figures)
        for one, closed_at in session.execute(statement)
        if (figures := thawed(one)) is not None
    )


def steps_of(session: Session, rectification_id: int) -> tuple[Step, ...]:
    statement = (
        sa.select(RectificationStep, *person_names())
        .outerjoin(Person, Person.id == RectificationStep.person_id)
        .where(RectificationStep.rectification_id == rectification_id)
        .order_by(RectificationStep.happened_at, RectificationStep.id)
    )
    return tuple(
        Step(one.kind, one.happened_at, name, name_en, one.note) for one, name, name_en in session.execute(statement)
    )


def extension_of(session: Session, rectification_id: int) -> Extension | None:
    found = session.get(RectificationExtension, rectification_id)
    if found is None:
        return None
    return Extension(found.reason, found.asked_by, found.asked_at, found.is_granted, found.note)


def proof_file(session: Session, rectification_id: int, proof_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of one file of a proof. Raises NotFound."""
    actor.check(READ)
    statement = (
        sa.select(RectificationProof.id)
        .join(Rectification, Rectification.id == RectificationProof.rectification_id)
        .where(
            RectificationProof.id == proof_id,
            Rectification.id == rectification_id,
            Rectification.service_id.in_(visible_services(actor, READ)),
        )
    )
    if session.scalar(statement) is None:
        raise NotFound("rectification_unknown")
    return file_content(session, f"rectification_proof:{proof_id}", file_id, actor=actor)
