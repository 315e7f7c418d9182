"""One rule with its versions; one proposal with everything it rests on and everything that happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.attachments.terms import KeptFile
from qs.deadlines.queries import dues
from qs.deadlines.terms import Due
from qs.directory.queries import service_detail
from qs.errors import NotFound
from qs.incentives import cases
from qs.incentives.access import visible
from qs.incentives.models import IncentiveAppeal, IncentiveProposal, IncentiveRule, IncentiveRuleVersion, IncentiveVeto
from qs.incentives.names import Name, people_names, rule_names
from qs.incentives.rulebook import content_of, state_of
from qs.incentives.terms import (
    AppealOutcome,
    Condition,
    Consequence,
    Figure,
    Outcome,
    RuleContent,
    Stage,
    Step,
    VersionState,
    Veto,
    Vote,
)
from qs.periods import local_day
from qs.settings import settings

READ = Permission.INCENTIVES_READ


@dataclass(frozen=True)
class VersionDetail:
    """One version of a rule and what it is good for."""

    version_id: int
    number: int
    state: VersionState
    content: RuleContent
    reason: str
    author: Name
    written_at: datetime
    adopter: Name
    adopted_at: datetime | None


@dataclass(frozen=True)
class RuleDetail:
    """One rule with its versions, newest first; `version` is what a change of it must name."""

    rule_id: int
    name: str
    name_en: str | None
    version: int
    retired_at: datetime | None
    versions: tuple[VersionDetail, ...]

    @property
    def newest(self) -> VersionDetail:
        return self.versions[0]

    @property
    def in_force(self) -> VersionDetail | None:
        return next((one for one in self.versions if one.state is VersionState.ADOPTED), None)

    @property
    def draft(self) -> VersionDetail | None:
        return self.newest if self.newest.state is VersionState.DRAFT else None


@dataclass(frozen=True)
class InputDetail:
    """What one condition saw in one quarter when the proposal was made."""

    period: str
    condition: Condition
    figure: Figure
    outcome: Outcome


@dataclass(frozen=True)
class SignatureDetail:
    """One signature under a proposal."""

    person: Name
    vote: Vote
    reason: str
    decided_at: datetime


@dataclass(frozen=True)
class ObjectionDetail:
    """One objection, with its answer when there is one."""

    objection_id: int
    text: str
    recorded_by: int | None
    recorded_at: datetime
    is_upheld: bool | None
    answer: str | None


@dataclass(frozen=True)
class AppealDetail:
    """The appeal against a decision, with its outcome when there is one."""

    grounds: str
    filed_by: Name
    filed_at: datetime
    due: Due
    outcome: AppealOutcome | None
    lighter: Consequence | None
    reason: str | None
    decided_by: Name
    decided_at: datetime | None
    files: tuple[KeptFile, ...]


@dataclass(frozen=True)
class ProposalDetail:
    """One proposal with everything it rests on and everything that happened to it."""

    proposal_id: int
    version: int
    service_id: int
    service: str
    service_en: str
    department: str
    department_en: str
    period: str
    period_sha256: str
    proposed: Consequence
    consequence: Consequence
    stage: Stage
    grounds: str
    grounds_en: str | None
    rule: str
    rule_en: str | None
    content: RuleContent | None  # what the rule said; None for a nomination
    rule_version: int | None
    proposer: Name
    proposed_at: datetime
    inputs: tuple[InputDetail, ...]
    signatures: tuple[SignatureDetail, ...]
    steps: tuple[Step, ...]
    objections: tuple[ObjectionDetail, ...]
    appeal: AppealDetail | None
    notice_due: Due | None
    appeal_due: Due | None
    concluded_at: datetime | None
    certificate: str | None
    approval_number: str | None
    vetoes: tuple[Veto, ...]
    involved: frozenset[int | None]
    is_party: bool  # the actor answers for this service and cannot decide about it


def rule_detail(rule: IncentiveRule, people: Mapping[int | None, Name], *, with_drafts: bool) -> RuleDetail:
    versions = tuple(
        VersionDetail(
            version_id=one.id,
            number=one.number,
            state=state_of(rule, one),
            content=content_of(one),
            reason=one.reason,
            author=people[one.author_id],
            written_at=one.written_at,
            adopter=people[one.adopter_id],
            adopted_at=one.adopted_at,
        )
        for one in reversed(rule.versions)
        if with_drafts or one.adopted_at is not None
    )
    return RuleDetail(rule.id, rule.name, rule.name_en, rule.version, rule.retired_at, versions)


def proposal(session: Session, proposal_id: int, *, actor: Actor) -> ProposalDetail:
    """One proposal with its reasons and its course. Raises NotFound when the actor may not know of it."""
    actor.check(READ)
    one = known_proposal(session, proposal_id, actor=actor)
    day = local_day(one.proposed_at, settings().zone)
    named = service_detail(session, one.service_id, actor=actor, day=day, permission=READ)
    people, rule = people_names(session), rule_names(session)[one.rule_version_id]
    content = content_of_version(session, one.rule_version_id)
    due = limits_of(session, one, actor=actor)
    return ProposalDetail(
        proposal_id=one.id,
        version=one.version,
        service_id=one.service_id,
        service=named.name,
        service_en=named.name_en,
        department=named.department,
        department_en=named.department_en,
        period=one.period,
        period_sha256=one.period_sha256,
        proposed=one.proposed,
        consequence=one.consequence,
        stage=one.stage,
        grounds=one.grounds,
        grounds_en=one.grounds_en,
        rule=rule.name,
        rule_en=rule.name_en,
        content=content,
        rule_version=rule.number,
        proposer=people[one.proposer_id],
        proposed_at=one.proposed_at,
        inputs=input_details(one, content),
        signatures=signatures_of(one, people),
        steps=steps_of(one, people),
        objections=objections_of(one),
        appeal=appeal_detail(session, one, people, due, actor=actor),
        notice_due=due.get(one.notice_due_id or 0),
        appeal_due=due.get(one.appeal_due_id or 0),
        concluded_at=one.concluded_at,
        certificate=one.certificate,
        approval_number=one.approval_number,
        vetoes=standing_vetoes(session, one.service_id, one.period),
        involved=cases.involved(one),
        is_party=one.service_id in cases.own_services(session, actor=actor),
    )


def known_proposal(session: Session, proposal_id: int, *, actor: Actor) -> IncentiveProposal:
    """A proposal with all that hangs on it. Raises NotFound when the actor may not know of it."""
    found = session.scalars(
        sa.select(IncentiveProposal)
        .where(IncentiveProposal.id == proposal_id, visible(actor))
        .options(
            selectinload(IncentiveProposal.inputs),
            selectinload(IncentiveProposal.decisions),
            selectinload(IncentiveProposal.steps),
            selectinload(IncentiveProposal.objections),
            selectinload(IncentiveProposal.appeals),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("proposal_unknown")
    return found


def limits_of(session: Session, proposal: IncentiveProposal, *, actor: Actor) -> dict[int, Due]:
    """When the notice, the time to appeal and the time to decide an appeal end, by id."""
    wanted = [proposal.notice_due_id, proposal.appeal_due_id, *(appeal.due_id for appeal in proposal.appeals)]
    return dues(session, [due_id for due_id in wanted if due_id], actor=actor)


def signatures_of(proposal: IncentiveProposal, people: Mapping[int | None, Name]) -> tuple[SignatureDetail, ...]:
    return tuple(
        SignatureDetail(people[made.person_id], made.vote, made.reason, made.decided_at) for made in proposal.decisions
    )


def steps_of(proposal: IncentiveProposal, people: Mapping[int | None, Name]) -> tuple[Step, ...]:
    """The stages a proposal went through, as they happened."""
    taken = [(step, people[step.person_id]) for step in proposal.steps]
    return tuple(
        Step(step.at, person.name, person.name_en, step.from_stage, step.to_stage, step.note) for step, person in taken
    )


def objections_of(proposal: IncentiveProposal) -> tuple[ObjectionDetail, ...]:
    return tuple(
        ObjectionDetail(said.id, said.text, said.recorded_by, said.recorded_at, said.is_upheld, said.answer)
        for said in proposal.objections
    )


def content_of_version(session: Session, version_id: int | None) -> RuleContent | None:
    if version_id is None:
        return None
    statement = sa.select(IncentiveRuleVersion).where(IncentiveRuleVersion.id == version_id)
    version = session.scalars(statement.options(selectinload(IncentiveRuleVersion.conditions))).one()
    return content_of(version)


def input_details(proposal: IncentiveProposal, content: RuleContent | None) -> tuple[InputDetail, ...]:
    if content is None:
        return ()
    return tuple(
        InputDetail(
            one.period,
            content.conditions[one.position],
            Figure(one.value, one.lower, one.upper, one.n),
            one.outcome,
        )
        for one in proposal.inputs
    )


def appeal_detail(
    session: Session,
    proposal: IncentiveProposal,
    people: Mapping[int | None, Name],
    due: Mapping[int, Due],
    *,
    actor: Actor,
) -> AppealDetail | None:
    if not proposal.appeals:
        return None
    filed: IncentiveAppeal = proposal.appeals[-1]
    return AppealDetail(
        grounds=filed.grounds,
        filed_by=people[filed.filed_by],
        filed_at=filed.filed_at,
        due=due[filed.due_id],
        outcome=filed.outcome,
        lighter=filed.lighter,
        reason=filed.reason,
        decided_by=people[filed.decided_by],
        decided_at=filed.decided_at,
        files=tuple(files_of(session, f"incentive:{proposal.id}", actor=actor)),
    )


def appeal_file(session: Session, proposal_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of a file handed in with an appeal. Raises NotFound when the actor may not know of the proposal."""
    actor.check(READ)
    statement = sa.select(IncentiveProposal.id).where(IncentiveProposal.id == proposal_id, visible(actor))
    if session.scalar(statement) is None:
        raise NotFound("proposal_unknown")
    return file_content(session, f"incentive:{proposal_id}", file_id, actor=actor)


def standing_vetoes(session: Session, service_id: int, period: str) -> tuple[Veto, ...]:
    statement = sa.select(IncentiveVeto.kind).where(
        IncentiveVeto.service_id == service_id, IncentiveVeto.period == period, IncentiveVeto.lifted_at.is_(None)
    )
    return tuple(session.scalars(statement))
