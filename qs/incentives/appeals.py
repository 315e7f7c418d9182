"""What is said against a decision: objections to a reward on notice, the appeal against a penalty, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.incentives import rules
from qs.incentives.cases import check_due_running, check_no_party, involved, locked_proposal, move, person_of, touch
from qs.incentives.models import IncentiveAppeal, IncentiveObjection
from qs.incentives.terms import AppealOutcome, Consequence, Stage

EDIT, DECIDE, APPEAL = Permission.INCENTIVES_EDIT, Permission.INCENTIVES_DECIDE, Permission.INCENTIVES_APPEAL


def record_objection(
    session: Session, proposal_id: int, *, text: str, version: int, actor: Actor, now: datetime
) -> int:
    """Keep what somebody says against a reward on public notice. Returns the id of the objection."""
    proposal = locked_proposal(session, proposal_id, EDIT, Stage.NOTICE, version=version, actor=actor)
    objection = IncentiveObjection(
        proposal_id=proposal_id,
        text=rules.checked_reason(text, "objection"),
        recorded_by=actor.person_id,
        recorded_at=now,
    )
    proposal.objections.append(objection)
    touch(proposal)
    session.flush()
    record(session, "incentives.recorded_objection", f"incentive:{proposal_id}", actor=actor, now=now)
    return objection.id


def answer_objection(
    session: Session,
    proposal_id: int,
    objection_id: int,
    *,
    is_upheld: bool,
    answer: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Answer an objection; upheld, it withdraws the reward. Somebody other than who recorded it does this."""
    proposal = locked_proposal(session, proposal_id, DECIDE, Stage.NOTICE, version=version, actor=actor)
    person_id = person_of(actor)
    objection = next((one for one in proposal.objections if one.id == objection_id), None)
    if objection is None:
        raise NotFound("objection_unknown")
    if objection.answered_at is not None:
        raise Conflict("objection_answered")
    if objection.recorded_by == person_id:
        raise NotAllowed("answerer_recorded")
    check_no_party(session, proposal.service_id, actor=actor)
    objection.answer, objection.is_upheld = rules.checked_reason(answer, "answer"), is_upheld
    objection.answered_by, objection.answered_at = person_id, now
    if is_upheld:
        move(session, proposal, Stage.WITHDRAWN, actor=actor, now=now, note=objection.answer)
    else:
        touch(proposal)
    outcome = AppealOutcome.UPHELD if is_upheld else AppealOutcome.REJECTED
    record(session, "incentives.answered_objection", f"incentive:{proposal_id}", actor=actor, now=now, outcome=outcome)


def appeal(
    session: Session,
    proposal_id: int,
    *,
    grounds: str,
    uploads: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Appeal against a penalty, once and within its time; the decision is not suspended meanwhile."""
    proposal = locked_proposal(session, proposal_id, APPEAL, Stage.EFFECTIVE, version=version, actor=actor)
    person_id = person_of(actor)
    if proposal.appeals:
        raise Conflict("appealed_already")
    check_due_running(session, proposal.appeal_due_id, "appeal_too_late", actor=actor, now=now)
    due = set_due(session, f"incentive:{proposal_id}", "incentive.appeal_decide", starts_at=now, actor=actor, now=now)
    kept = rules.checked_reason(grounds, "grounds")
    proposal.appeals.append(
        IncentiveAppeal(proposal_id=proposal_id, grounds=kept, filed_by=person_id, filed_at=now, due_id=due.due_id)
    )
    files = keep_files(session, f"incentive:{proposal_id}", uploads, actor=actor, now=now)
    move(session, proposal, Stage.APPEALED, actor=actor, now=now)
    record(session, "incentives.appealed", f"incentive:{proposal_id}", actor=actor, now=now, files=list(files))


def decide_appeal(
    session: Session,
    proposal_id: int,
    outcome: AppealOutcome,
    *,
    reason: str,
    lighter: Consequence | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide an appeal: withdraw the decision, make it lighter, or let it stand; never heavier.

    Raises NotAllowed for everybody who had a part in the decision or answers for the service.
    """
    proposal = locked_proposal(session, proposal_id, DECIDE, Stage.APPEALED, version=version, actor=actor)
    person_id = person_of(actor)
    if person_id in involved(proposal):
        raise NotAllowed("decider_was_involved")
    check_no_party(session, proposal.service_id, actor=actor)
    if (outcome is AppealOutcome.LIGHTER) != (lighter in rules.lighter_than(proposal.consequence)):
        raise InvalidInput("appeal_not_lighter")
    filed = proposal.appeals[-1]
    filed.reason = rules.checked_reason(reason)
    filed.outcome, filed.decided_by, filed.decided_at = outcome, person_id, now
    if outcome is AppealOutcome.LIGHTER and lighter is not None:
        filed.lighter = proposal.consequence = lighter
    stage = Stage.WITHDRAWN if outcome is AppealOutcome.UPHELD else Stage.EFFECTIVE
    move(session, proposal, stage, actor=actor, now=now, note=filed.reason)
    record(session, "incentives.decided_appeal", f"incentive:{proposal_id}", actor=actor, now=now, outcome=outcome)
