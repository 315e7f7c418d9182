"""What can be done with a proposal, from its beginning to its conclusion; and from which day on all this may begin."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import Fact, record
from qs.deadlines.dues import set_due
from qs.errors import Conflict, NotAllowed
from qs.incentives import rules
from qs.incentives.cases import (
    begun,
    check_due_passed,
    check_no_party,
    check_service,
    check_started,
    inputs_of,
    locked_proposal,
    move,
    person_of,
    touch,
)
from qs.incentives.frozen import frozen_quarters, judgement, services_in
from qs.incentives.models import IncentiveDecision, IncentiveProposal, IncentiveStart
from qs.incentives.rulebook import content_of, versions_in_force
from qs.incentives.terms import Consequence, Kind, Outcome, Stage, Vote
from qs.incentives.vetoes import barred_services, check_no_veto
from qs.periods import local_day
from qs.rankings import queries as rankings
from qs.settings import settings

EDIT, DECIDE = Permission.INCENTIVES_EDIT, Permission.INCENTIVES_DECIDE


def set_effective_from(session: Session, day: date, *, actor: Actor, now: datetime) -> None:
    """Set the day from which incentives take effect (month 6 of the programme); earlier settings are kept."""
    actor.check_everywhere(EDIT)
    rules.check_start(day)
    session.add(IncentiveStart(effective_from=day, person_id=actor.person_id, set_at=now))
    record(session, "incentives.set_start", "incentives:start", actor=actor, now=now, effective_from=day.isoformat())


def propose(session: Session, period: str, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Let every rule in force propose for a frozen quarter; what is proposed already stays as it is.

    A service is proposed for the same outcome once in a quarter, by the first rule that leads to it. Services
    barred by a veto item get no proposal of a reward. Returns the ids of the new proposals.
    """
    actor.check_everywhere(EDIT)
    rules.check_period(period)
    quarters = frozen_quarters(session, actor=actor, now=now)
    if period not in quarters:
        raise Conflict("incentive_period_not_frozen", period=period)
    versions, barred = versions_in_force(session), barred_services(session, period)
    there = {
        (row.proposed, row.service_id)
        for row in session.execute(
            sa.select(IncentiveProposal.proposed, IncentiveProposal.service_id).where(
                IncentiveProposal.period == period
            )
        )
    }
    made = []
    for version in versions:
        content = content_of(version)
        for service_id in services_in(quarters[period]):
            is_barred = content.kind is Kind.REWARD and service_id in barred
            if is_barred or (content.consequence, service_id) in there:
                continue
            found = judgement(content, service_id, period, quarters)
            if found.outcome is Outcome.MET:
                inputs = inputs_of(found, {name: quarter.sha256 for name, quarter in quarters.items()})
                proposal = begun(service_id, period, quarters[period].sha256, content.consequence, actor=actor, now=now)
                proposal.rule_version_id, proposal.inputs = version.id, inputs
                made.append(proposal)
                there.add((content.consequence, service_id))
    session.add_all(made)
    session.flush()
    record(
        session,
        "incentives.proposed",
        f"incentives:{period}",
        actor=actor,
        now=now,
        period=period,
        proposal_count=len(made),
        rule_version=[version.id for version in versions],
    )
    return tuple(proposal.id for proposal in made)


def nominate(
    session: Session,
    service_id: int,
    consequence: Consequence,
    *,
    period: str,
    grounds: str,
    grounds_en: str | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Propose an outcome by hand, with grounds, for a frozen quarter. Returns the id of the proposal."""
    check_service(session, service_id, actor=actor)
    rules.check_period(period)
    kept = rules.checked_reason(grounds, "grounds")
    kept_en = rules.checked_reason(grounds_en, "grounds") if grounds_en else None
    periods = rankings.frozen_periods(session, actor=actor).set_index("name")
    if period not in periods.index:
        raise Conflict("incentive_period_not_frozen", period=period)
    if consequence.kind is Kind.REWARD:
        check_no_veto(session, service_id, period)
    running = sa.select(IncentiveProposal.id).where(
        IncentiveProposal.service_id == service_id,
        IncentiveProposal.period == period,
        IncentiveProposal.consequence == consequence,
        IncentiveProposal.stage.not_in([Stage.DECLINED, Stage.WITHDRAWN, Stage.REVOKED]),
    )
    if session.scalar(running) is not None:
        raise Conflict("nominated_already")
    sha256 = str(periods.loc[period, "sha256"])
    proposal = begun(service_id, period, sha256, consequence, actor=actor, now=now)
    proposal.grounds, proposal.grounds_en = kept, kept_en
    session.add(proposal)
    session.flush()
    facts: dict[str, Fact] = {"service_id": service_id, "period": period, "consequence": consequence.value}
    record(session, "incentives.nominated", f"incentive:{proposal.id}", actor=actor, now=now, **facts)
    return proposal.id


def decide(
    session: Session, proposal_id: int, vote: Vote, *, reason: str, version: int, actor: Actor, now: datetime
) -> Stage:
    """Sign a proposal or decline it; each person once. The last approval needed carries it on.

    Raises NotAllowed for the proposer, for who answers for the service and for programmes; Conflict before incentives
    take effect, after the same person's signature, and while a veto item bars a reward. Returns the stage it is at.
    """
    proposal = locked_proposal(session, proposal_id, DECIDE, Stage.PROPOSED, version=version, actor=actor)
    person_id = person_of(actor)
    check_started(session, now=now)
    if proposal.proposer_id == person_id:
        raise NotAllowed("decider_proposed")
    if person_id in {one.person_id for one in proposal.decisions}:
        raise Conflict("decided_already")
    check_no_party(session, proposal.service_id, actor=actor)
    if vote is Vote.APPROVE and proposal.proposed.kind is Kind.REWARD:
        check_no_veto(session, proposal.service_id, proposal.period)
    kept = rules.checked_reason(reason)
    proposal.decisions.append(
        IncentiveDecision(proposal_id=proposal_id, person_id=person_id, vote=vote, reason=kept, decided_at=now)
    )
    stage = rules.stage_after_votes(proposal.consequence, [one.vote for one in proposal.decisions])
    if stage is Stage.PROPOSED:
        touch(proposal)
    else:
        move(session, proposal, stage, actor=actor, now=now)
    if stage is Stage.NOTICE:
        due = set_due(session, f"incentive:{proposal_id}", "incentive.notice", starts_at=now, actor=actor, now=now)
        proposal.notice_due_id = due.due_id
    record(session, "incentives.decided", f"incentive:{proposal_id}", actor=actor, now=now, vote=vote, stage=stage)
    return stage


def tell_leader(session: Session, proposal_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Tell the service of a penalty, its grounds and the right to appeal: it takes effect, the time limit begins."""
    proposal = locked_proposal(session, proposal_id, EDIT, Stage.DECIDED, version=version, actor=actor)
    due = set_due(session, f"incentive:{proposal_id}", "incentive.appeal", starts_at=now, actor=actor, now=now)
    proposal.appeal_due_id = due.due_id
    move(session, proposal, Stage.EFFECTIVE, actor=actor, now=now)
    record(session, "incentives.told_leader", f"incentive:{proposal_id}", actor=actor, now=now)


def conclude(session: Session, proposal_id: int, *, version: int, actor: Actor, now: datetime) -> Stage:
    """End what has run its course: publish, forward, or close it. Returns the stage it is at.

    A reward waits for the end of its public notice and for the answer to every objection, a penalty for the end of
    the time to appeal or the decision on the appeal. A published reward gets the number of its certificate.
    """
    proposal = locked_proposal(session, proposal_id, EDIT, Stage.NOTICE, Stage.EFFECTIVE, version=version, actor=actor)
    if proposal.stage is Stage.NOTICE:
        check_due_passed(session, proposal.notice_due_id, "notice_running", actor=actor, now=now)
        if any(one.answered_at is None for one in proposal.objections):
            raise Conflict("objection_open")
        check_no_veto(session, proposal.service_id, proposal.period)
    elif not proposal.appeals:
        check_due_passed(session, proposal.appeal_due_id, "appeal_window_running", actor=actor, now=now)
    stage = rules.concluded_stage(proposal.consequence)
    proposal.concluded_at = now
    if stage is Stage.PUBLISHED and proposal.consequence.kind is Kind.REWARD:
        proposal.certificate = next_certificate(session, now)
    move(session, proposal, stage, actor=actor, now=now)
    record(
        session,
        "incentives.concluded",
        f"incentive:{proposal_id}",
        actor=actor,
        now=now,
        stage=stage,
        certificate=proposal.certificate,
    )
    return stage


def next_certificate(session: Session, now: datetime) -> str:
    """The next number of the local year; two at once are kept apart by the constraint."""
    year = local_day(now, settings().zone).year
    given = session.scalar(
        sa.select(sa.func.count(IncentiveProposal.id)).where(IncentiveProposal.certificate.startswith(f"{year}-"))
    )
    return rules.certificate_number(year, (given or 0) + 1)


def record_answer(
    session: Session,
    proposal_id: int,
    *,
    is_granted: bool,
    approval_number: str = "",
    note: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what the competent authority decided on what was forwarded; what it granted has an approval number."""
    proposal = locked_proposal(session, proposal_id, DECIDE, Stage.FORWARDED, version=version, actor=actor)
    proposal.approval_number = rules.checked_approval(approval_number, is_granted=is_granted)
    stage = Stage.GRANTED if is_granted else Stage.REFUSED
    move(session, proposal, stage, actor=actor, now=now, note=rules.checked_reason(note) if note else "")
    record(session, "incentives.recorded_answer", f"incentive:{proposal_id}", actor=actor, now=now, stage=stage)


def revoke(session: Session, proposal_id: int, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Take a published or granted reward back, for fraud, hidden serious error or a later grave offence."""
    proposal = locked_proposal(
        session, proposal_id, DECIDE, Stage.PUBLISHED, Stage.GRANTED, version=version, actor=actor
    )
    if proposal.consequence.kind is not Kind.REWARD:
        raise Conflict("not_revocable")
    person_of(actor)
    check_no_party(session, proposal.service_id, actor=actor)
    move(session, proposal, Stage.REVOKED, actor=actor, now=now, note=rules.checked_reason(reason))
    record(session, "incentives.revoked", f"incentive:{proposal_id}", actor=actor, now=now)
