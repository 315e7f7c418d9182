"""What can be done with a sheet: fill it in, submit, send back, review, agree, approve, or say that none will come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, NotAllowed, NotFound
from qs.evaluations import rules
from qs.evaluations.access import answers_for
from qs.evaluations.models import Consensus, Cycle
from qs.evaluations.sheets import (
    authors_of,
    check_complete,
    check_consensus,
    check_declared,
    check_open,
    keep_method,
    keep_scores,
    move,
    sheet_to_fill,
    sheet_to_judge,
    spread_points,
)
from qs.evaluations.terms import Method, Scored, SheetState, Subject
from qs.i18n import N_
from qs.texts import checked

OPEN, REVIEW, APPROVE = Permission.EVALUATIONS_OPEN, Permission.EVALUATIONS_REVIEW, Permission.EVALUATIONS_APPROVE
S = SheetState


def save_scores(
    session: Session,
    sheet_id: int,
    scores: Mapping[int, Scored],
    *,
    method: Method | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was entered so far, by criterion id; the sheet stays in draft."""
    sheet = sheet_to_fill(session, sheet_id, version, actor=actor)
    keep_scores(session, sheet, scores, actor=actor, now=now)
    keep_method(session, sheet, method)
    count = len(scores)
    subject = f"evaluation_sheet:{sheet_id}"
    record(session, "evaluations.saved_scores", subject, actor=actor, now=now, criterion_count=count)


def submit_sheet(
    session: Session,
    sheet_id: int,
    scores: Mapping[int, Scored],
    *,
    method: Method | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was entered and hand the sheet in for review: every criterion scored, every score with its evidence.

    A third party also declares that it has no conflict of interest and states its method.
    """
    sheet = sheet_to_fill(session, sheet_id, version, actor=actor)
    kept = keep_scores(session, sheet, scores, actor=actor, now=now)
    keep_method(session, sheet, method)
    check_complete(session, sheet, kept)
    check_declared(session, sheet)
    move(session, sheet, S.SUBMITTED, actor=actor, now=now)
    sheet.author_id, sheet.submitted_at = actor.person_id, now
    sheet.reviewer_id = sheet.reviewed_at = None
    record(session, "evaluations.submitted_sheet", f"evaluation_sheet:{sheet_id}", actor=actor, now=now)


def request_change(session: Session, sheet_id: int, *, note: str, version: int, actor: Actor, now: datetime) -> None:
    """Send a sheet back to whoever filled it in, with what is to be changed."""
    sheet = sheet_to_judge(session, sheet_id, version, permission=REVIEW, actor=actor)
    if actor.person_id in authors_of(session, sheet):
        raise NotAllowed("sheet_own_work")
    if sheet.state is S.APPROVED:
        raise rules.forbidden(sheet.state)
    said = checked(note, field=N_("What is to be changed"))
    move(session, sheet, S.CHANGE_REQUESTED, actor=actor, now=now, note=said)
    record(session, "evaluations.requested_change", f"evaluation_sheet:{sheet_id}", actor=actor, now=now)


def review_sheet(session: Session, sheet_id: int, *, note: str = "", version: int, actor: Actor, now: datetime) -> None:
    """Confirm that scores and evidence of a sheet fit together; by somebody who did not fill it in."""
    sheet = sheet_to_judge(session, sheet_id, version, permission=REVIEW, actor=actor)
    if actor.person_id in authors_of(session, sheet):
        raise NotAllowed("sheet_own_work")
    said = checked(note, field=N_("Remark"), is_needed=False)
    move(session, sheet, S.REVIEWED, actor=actor, now=now, note=said)
    sheet.reviewer_id, sheet.reviewed_at = actor.person_id, now
    record(session, "evaluations.reviewed_sheet", f"evaluation_sheet:{sheet_id}", actor=actor, now=now)


def note_consensus(session: Session, cycle_id: int, service_id: int, *, note: str, actor: Actor, now: datetime) -> None:
    """Write down what assessors who differ by more than 30 points agreed on; approval waits for it."""
    actor.check(REVIEW)
    cycle = session.get(Cycle, cycle_id, with_for_update=True)
    if cycle is None:
        raise NotFound("cycle_unknown")
    if session.scalar(visible_services(actor, REVIEW).where(Service.id == service_id)) is None:
        raise NotFound("service_unknown")
    check_open(cycle)
    if answers_for(session, actor, service_id):
        raise NotAllowed("sheet_for_others")
    if not rules.needs_consensus(spread_points(session, cycle_id, service_id)):
        raise Conflict("consensus_not_needed", points=rules.CONSENSUS_POINTS)
    kept = session.get(Consensus, (cycle_id, service_id)) or Consensus(cycle_id=cycle_id, service_id=service_id)
    kept.note = checked(note, field=N_("Consensus note"))
    kept.person_id, kept.noted_at = actor.person_id, now
    session.add(kept)
    session.flush()
    subject, facts = f"evaluation_cycle:{cycle_id}", {"service_id": service_id}
    record(session, "evaluations.noted_consensus", subject, actor=actor, now=now, **facts)


def approve_sheet(session: Session, sheet_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Approve a reviewed sheet, by somebody who neither filled it in nor reviewed it; the service sees the result.

    For the sheets of others the service's time for an appeal begins.
    """
    sheet = sheet_to_judge(session, sheet_id, version, permission=APPROVE, actor=actor)
    if actor.person_id is not None and actor.person_id in {sheet.reviewer_id, *authors_of(session, sheet)}:
        raise NotAllowed("sheet_approver_involved")
    check_consensus(session, sheet)
    move(session, sheet, S.APPROVED, actor=actor, now=now)
    sheet.approver_id, sheet.approved_at = actor.person_id, now
    subject = f"evaluation_sheet:{sheet_id}"
    if sheet.subject is not Subject.SELF:
        sheet.due_id = set_due(session, subject, "evaluation.appeal", starts_at=now, actor=actor, now=now).due_id
    record(session, "evaluations.approved_sheet", subject, actor=actor, now=now, service_id=sheet.service_id)


def mark_not_reported(
    session: Session, sheet_id: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> None:
    """Say that a sheet will not come, and why: it counts as missing, never as zero."""
    sheet = sheet_to_judge(session, sheet_id, version, permission=OPEN, actor=actor)
    said = checked(reason, field=N_("Reason"))
    move(session, sheet, S.NOT_REPORTED, actor=actor, now=now, note=said)
    sheet.missing_reason = said
    record(session, "evaluations.marked_not_reported", f"evaluation_sheet:{sheet_id}", actor=actor, now=now)
