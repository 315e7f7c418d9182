"""Proof that every stored decision follows from what it was made of: frozen figures, rule version, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.incentives.frozen import FrozenRecord, Quarters, judgement
from qs.incentives.models import IncentiveInput, IncentiveProposal, IncentiveRule, IncentiveRuleVersion, IncentiveStart
from qs.incentives.rulebook import content_of
from qs.incentives.rules import EDGE_PLACES, concluded_stage, is_move, lighter_than, stage_after_votes
from qs.incentives.terms import (
    AppealOutcome,
    Checked,
    DecisionDifference,
    DecisionVerdict,
    Kind,
    Outcome,
    Stage,
)
from qs.periods import local_day
from qs.settings import settings

SIGNED = frozenset(Stage) - {Stage.PROPOSED, Stage.DECLINED}


def verify_decisions(session: Session, *, actor: Actor) -> DecisionVerdict:
    """Replay every proposal from the frozen quarters and its rule, and its course from its signatures and steps."""
    actor.check_everywhere(Permission.INCENTIVES_READ)
    frozen = FrozenRecord(session, actor=actor)
    versions = {
        version.id: version
        for version in session.scalars(
            sa.select(IncentiveRuleVersion).options(
                selectinload(IncentiveRuleVersion.conditions),
                selectinload(IncentiveRuleVersion.rule).selectinload(IncentiveRule.versions),
            )
        )
    }
    proposals = session.scalars(
        sa.select(IncentiveProposal)
        .options(
            selectinload(IncentiveProposal.inputs),
            selectinload(IncentiveProposal.decisions),
            selectinload(IncentiveProposal.steps),
            selectinload(IncentiveProposal.objections),
            selectinload(IncentiveProposal.appeals),
        )
        .order_by(IncentiveProposal.id)
    ).all()
    starts = list(session.scalars(sa.select(IncentiveStart).order_by(IncentiveStart.id)))
    found = [
        DecisionDifference(proposal.id, code)
        for proposal in proposals
        for code in (
            *input_faults(proposal, versions, frozen.at(proposal.proposed_at)),
            *signature_faults(proposal, starts),
            *course_faults(proposal),
        )
    ]
    return DecisionVerdict(len(proposals), tuple(found))


def input_faults(
    proposal: IncentiveProposal, versions: Mapping[int, IncentiveRuleVersion], quarters: Quarters
) -> Iterator[str]:
    """Where the frozen figures, judged again, say something else than what is stored."""
    quarter = quarters.get(proposal.period)
    if quarter is None or quarter.sha256 != proposal.period_sha256:
        yield "replay_period_differs"
        return
    if proposal.rule_version_id is None:
        if proposal.inputs:
            yield "replay_inputs_differ"
        return
    version = versions[proposal.rule_version_id]
    if version.adopted_at is None or version.adopted_at > proposal.proposed_at:
        yield "replay_rule_not_adopted"
    if version.consequence is not proposal.proposed:
        yield "replay_consequence_differs"
    again = judgement(content_of(version), proposal.service_id, proposal.period, quarters)
    if again.outcome is not Outcome.MET:
        yield "replay_rule_not_met"
    stored = {(one.position, one.period): one for one in proposal.inputs}
    seen = {(one.position, one.period): one for one in again.checked}
    if stored.keys() != seen.keys() or any(not is_same(stored[key], seen[key], quarters) for key in stored):
        yield "replay_inputs_differ"


def is_same(stored: IncentiveInput, again: Checked, quarters: Quarters) -> bool:
    figure = again.figure
    numbers = zip(
        (stored.value, stored.lower, stored.upper, stored.n),
        (figure.value, figure.lower, figure.upper, figure.n),
        strict=True,
    )
    quarter = quarters.get(stored.period)
    return (
        stored.outcome is again.outcome
        and quarter is not None
        and quarter.sha256 == stored.period_sha256
        and all(is_close(one, other) for one, other in numbers)
    )


def is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return round(one - other, EDGE_PLACES) == 0


def signature_faults(proposal: IncentiveProposal, starts: list[IncentiveStart]) -> Iterator[str]:
    """Where signatures are missing, by the wrong person, or from before incentives took effect."""
    votes = [one.vote for one in proposal.decisions]
    after = stage_after_votes(proposal.proposed, votes)
    is_signed = proposal.stage in SIGNED
    if (after in (Stage.NOTICE, Stage.DECIDED)) != is_signed or (
        (after is Stage.DECLINED) != (proposal.stage is Stage.DECLINED)
    ):
        yield "replay_signatures_differ"
    people = [one.person_id for one in proposal.decisions]
    if len(set(people)) != len(people) or proposal.proposer_id in people:
        yield "replay_same_person"
    for decision in proposal.decisions:
        told = [one.effective_from for one in starts if one.set_at <= decision.decided_at]
        if not told or local_day(decision.decided_at, settings().zone) < told[-1]:
            yield "replay_decided_too_early"
            return


def course_faults(proposal: IncentiveProposal) -> Iterator[str]:
    """Where the steps do not lead to the stage, or an appeal made the outcome heavier or was decided by a party."""
    stages = [one.to_stage for one in proposal.steps]
    steps_fit = [one.from_stage for one in proposal.steps] == [None, *stages[:-1]]
    moves_fit = all(is_move(before, after) for before, after in pairwise([None, *stages]) if after is not None)
    in_time = all(one.at <= other.at for one, other in pairwise(proposal.steps))
    if not stages or stages[-1] is not proposal.stage or not (steps_fit and moves_fit and in_time):
        yield "replay_steps_differ"
    lightened = [one for one in proposal.appeals if one.outcome is AppealOutcome.LIGHTER]
    stands = proposal.proposed if not lightened else lightened[-1].lighter
    if proposal.consequence is not stands or (lightened and stands not in lighter_than(proposal.proposed)):
        yield "replay_consequence_differs"
    before = {proposal.proposer_id, *(one.person_id for one in proposal.decisions)}
    if any(one.decided_by is not None and one.decided_by in before for one in proposal.appeals):
        yield "replay_appeal_by_party"
    if (Stage.APPEALED in stages) != bool(proposal.appeals):
        yield "replay_steps_differ"
    ended = [one for one in stages if one in (Stage.PUBLISHED, Stage.CLOSED, Stage.FORWARDED)]
    if ended and ended[0] is not concluded_stage(proposal.consequence):
        yield "replay_consequence_differs"
    is_certified = Stage.PUBLISHED in stages and proposal.consequence.kind is Kind.REWARD
    if is_certified != (proposal.certificate is not None):
        yield "replay_certificate_differs"
