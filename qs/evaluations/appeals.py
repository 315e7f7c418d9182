"""Appeals against an approved result: filed by the service in its time, decided by somebody who had no part in it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission, Role
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.deadlines.queries import dues
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotAllowed, NotFound
from qs.evaluations import rules
from qs.evaluations.access import SCORE, answers_for, open_sheet
from qs.evaluations.models import Appeal, Sheet
from qs.evaluations.sheets import authors_of, check_open, move, use_version
from qs.evaluations.terms import AppealOutcome, SheetState, Subject
from qs.i18n import N_
from qs.settings import settings
from qs.texts import checked

APPROVE = Permission.EVALUATIONS_APPROVE
S = SheetState


def file_appeal(session: Session, sheet_id: int, *, grounds: str, version: int, actor: Actor, now: datetime) -> int:
    """The service leader appeals against an approved result within its time. Returns the appeal's id."""
    actor.check(SCORE)
    leader = rules.in_role(actor, Role.SERVICE_LEADER, SCORE)
    sheet, cycle = open_sheet(session, sheet_id, Sheet.service_id.in_(visible_services(leader, SCORE)))
    check_open(cycle)
    use_version(sheet, version)
    if sheet.subject is Subject.SELF:
        raise Conflict("appeal_of_own_sheet")
    if sheet.state is not S.APPROVED or sheet.due_id is None:
        raise rules.forbidden(sheet.state)
    check_may_appeal(session, sheet, actor=actor, now=now)
    said = checked(grounds, field=N_("Grounds"))
    subject = f"evaluation_sheet:{sheet_id}"
    due = set_due(session, subject, "evaluation.appeal_decide", starts_at=now, actor=actor, now=now)
    appeal = Appeal(
        sheet_id=sheet_id,
        grounds=said,
        filer_id=actor.person_id,
        filed_at=now,
        due_id=due.due_id,
        approver_id=sheet.approver_id,
        reviewer_id=sheet.reviewer_id,
    )
    session.add(appeal)
    session.flush()
    record(session, "evaluations.filed_appeal", f"evaluation_appeal:{appeal.id}", actor=actor, now=now, sheet=sheet_id)
    return appeal.id


def check_may_appeal(session: Session, sheet: Sheet, *, actor: Actor, now: datetime) -> None:
    """Raise Conflict after the time limit, while an appeal is pending, or when this result was appealed before."""
    if sheet.due_id is not None:
        due_at = dues(session, [sheet.due_id], actor=actor)[sheet.due_id].due_at
        if now > due_at:
            local = due_at.astimezone(settings().zone)
            raise Conflict("evaluation_appeal_too_late", moment=local.isoformat(" ", "minutes"))
    earlier = session.scalars(sa.select(Appeal).where(Appeal.sheet_id == sheet.id)).all()
    if any(appeal.decided_at is None for appeal in earlier):
        raise Conflict("appeal_pending")
    if any(appeal.outcome is AppealOutcome.REJECTED for appeal in earlier):
        raise Conflict("appeal_decided_before")


def decide_appeal(
    session: Session, appeal_id: int, outcome: AppealOutcome, *, answer: str, actor: Actor, now: datetime
) -> None:
    """Decide an appeal, by somebody who neither filled in, reviewed nor approved the sheet.

    Upheld, the sheet goes back for changes and is approved anew; its history stays.
    """
    actor.check(APPROVE)
    appeal = session.get(Appeal, appeal_id, with_for_update=True)
    if appeal is None:
        raise NotFound("appeal_unknown")
    visible = Sheet.service_id.in_(visible_services(actor, APPROVE))
    sheet, cycle = open_sheet(session, appeal.sheet_id, visible)
    check_open(cycle)
    if appeal.decided_at is not None:
        raise Conflict("appeal_decided")
    involved = {appeal.approver_id, appeal.reviewer_id, *authors_of(session, sheet)}
    if actor.person_id is not None and actor.person_id in involved:
        raise NotAllowed("appeal_judge_involved")
    if answers_for(session, actor, sheet.service_id):
        raise NotAllowed("sheet_for_others")
    appeal.outcome, appeal.answer = outcome, checked(answer, field=N_("Answer"))
    appeal.judge_id, appeal.decided_at = actor.person_id, now
    sheet.version += 1
    if outcome is AppealOutcome.UPHELD:
        move(session, sheet, S.CHANGE_REQUESTED, actor=actor, now=now, note=appeal.answer)
        sheet.approver_id = sheet.approved_at = sheet.due_id = None
    subject = f"evaluation_appeal:{appeal_id}"
    record(session, "evaluations.decided_appeal", subject, actor=actor, now=now, outcome=outcome)
