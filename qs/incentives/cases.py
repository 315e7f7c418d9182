"""One proposal in hand: begun, found within the actor's scope, locked, moved a stage on, its people told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.deadlines.queries import dues
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotAllowed, NotFound
from qs.incentives.models import IncentiveInput, IncentiveProposal, IncentiveStart, IncentiveStep
from qs.incentives.rules import is_move
from qs.incentives.terms import TOLD, Consequence, Judgement, Stage
from qs.incentives.wording import LABELS
from qs.periods import local_day
from qs.settings import settings


class ProposalOvertaken(Conflict):
    """The proposal on the screen is not the one in the store any more."""

    code = "proposal_overtaken"


class WrongStage(Conflict):
    """The step does not belong to the stage the proposal is at."""

    code = "proposal_in_other_stage"


class NotStarted(Conflict):
    """Incentives have not taken effect yet."""

    code = "incentives_not_started"


class Recused(NotAllowed):
    """The person has a part in the matter and must leave the decision to somebody else."""

    code = "decider_is_party"


def begun(
    service_id: int, period: str, sha256: str, consequence: Consequence, *, actor: Actor, now: datetime
) -> IncentiveProposal:
    """A proposal with its first step."""
    step = IncentiveStep(at=now, person_id=actor.person_id, from_stage=None, to_stage=Stage.PROPOSED)
    return IncentiveProposal(
        service_id=service_id,
        period=period,
        period_sha256=sha256,
        proposed=consequence,
        consequence=consequence,
        proposer_id=actor.person_id,
        proposed_at=now,
        stage=Stage.PROPOSED,
        steps=[step],
    )


def inputs_of(found: Judgement, sha256s: dict[str, str]) -> list[IncentiveInput]:
    return [
        IncentiveInput(
            position=one.position,
            period=one.period,
            period_sha256=sha256s[one.period],
            value=one.figure.value,
            lower=one.figure.lower,
            upper=one.figure.upper,
            n=one.figure.n,
            outcome=one.outcome,
        )
        for one in found.checked
    ]


def locked_proposal(
    session: Session, proposal_id: int, permission: Permission, *stages: Stage, version: int, actor: Actor
) -> IncentiveProposal:
    """A proposal to be changed, at one of these stages, as the actor saw it.

    Raises NotFound outside the scope (and, for those who may only appeal, before they are told), ProposalOvertaken,
    or WrongStage.
    """
    actor.check(permission)
    found = session.scalars(
        sa.select(IncentiveProposal)
        .where(
            IncentiveProposal.id == proposal_id,
            IncentiveProposal.service_id.in_(visible_services(actor, permission)),
        )
        .options(
            selectinload(IncentiveProposal.decisions),
            selectinload(IncentiveProposal.steps),
            selectinload(IncentiveProposal.objections),
            selectinload(IncentiveProposal.appeals),
        )
        .with_for_update(of=IncentiveProposal)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or (permission is Permission.INCENTIVES_APPEAL and found.stage not in TOLD):
        raise NotFound("proposal_unknown")
    if found.version != version:
        raise ProposalOvertaken
    if found.stage not in stages:
        raise WrongStage(field=LABELS[Stage][found.stage])
    return found


def move(
    session: Session, proposal: IncentiveProposal, to: Stage, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Take a proposal to its next stage and keep the step."""
    before = proposal.stage if proposal.steps else None
    if not is_move(before, to):
        raise ValueError(f"no way leads from {before} to {to}")
    proposal.steps.append(
        IncentiveStep(
            proposal_id=proposal.id, at=now, person_id=actor.person_id, from_stage=before, to_stage=to, note=note
        )
    )
    proposal.stage = to
    touch(proposal)


def touch(proposal: IncentiveProposal) -> None:
    """Make older screens of this proposal stale."""
    proposal.version += 1


def person_of(actor: Actor) -> int:
    """The person behind an actor. Raises NotAllowed for a programme: only people decide."""
    if actor.person_id is None:
        raise NotAllowed("decider_not_a_person")
    return actor.person_id


def check_no_party(session: Session, service_id: int, *, actor: Actor) -> None:
    """Raise Recused when the actor answers for the service."""
    if service_id in own_services(session, actor=actor):
        raise Recused


def check_service(session: Session, service_id: int, *, actor: Actor) -> None:
    """Raise NotFound when the service is outside the actor's scope."""
    actor.check(Permission.INCENTIVES_EDIT)
    reach = visible_services(actor, Permission.INCENTIVES_EDIT)
    statement = sa.select(Service.id).where(Service.id == service_id, Service.id.in_(reach))
    if session.scalar(statement) is None:
        raise NotFound("service_unknown")


def own_services(session: Session, *, actor: Actor) -> frozenset[int]:
    """The services the actor answers for, as leader or as head of the department: no deciding about these."""
    by_role = visible_services(replace(actor, extra=frozenset()), Permission.INCENTIVES_APPEAL)
    leads = sa.and_(Service.leader_id.is_not(None), Service.leader_id == actor.person_id)
    return frozenset(session.scalars(sa.select(Service.id).where(sa.or_(leads, Service.id.in_(by_role)))))


def involved(proposal: IncentiveProposal) -> frozenset[int | None]:
    """Everybody who has had a part in a proposal so far."""
    return frozenset(
        {
            proposal.proposer_id,
            *(one.person_id for one in proposal.decisions),
            *(one.person_id for one in proposal.steps),
            *(one.answered_by for one in proposal.objections),
            *(one.recorded_by for one in proposal.objections),
        }
    ) - {None}


def start_day(session: Session) -> date | None:
    """The day from which incentives take effect; None when none is set."""
    statement = sa.select(IncentiveStart.effective_from).order_by(IncentiveStart.id.desc()).limit(1)
    return session.scalar(statement)


def check_started(session: Session, *, now: datetime) -> None:
    day = start_day(session)
    if day is None:
        raise NotStarted("incentives_no_start")
    if local_day(now, settings().zone) < day:
        raise NotStarted(day=day.isoformat())


def check_due_passed(session: Session, due_id: int | None, code: str, *, actor: Actor, now: datetime) -> None:
    """Raise Conflict with `code` while the time limit is still running."""
    due_at = due_moment(session, due_id, actor=actor)
    if now <= due_at:
        raise Conflict(code, due=local_day(due_at, settings().zone).isoformat())


def check_due_running(session: Session, due_id: int | None, code: str, *, actor: Actor, now: datetime) -> None:
    """Raise Conflict with `code` once the time limit has run out."""
    due_at = due_moment(session, due_id, actor=actor)
    if now > due_at:
        raise Conflict(code, due=local_day(due_at, settings().zone).isoformat())


def due_moment(session: Session, due_id: int | None, *, actor: Actor) -> datetime:
    if due_id is None:
        raise ValueError("the proposal has no such time limit")
    return dues(session, [due_id], actor=actor)[due_id].due_at
