"""What can be done in an evaluation: open a cycle, assign, score, submit, review, approve, appeal, decide, close."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission, Role
from qs.audit.actions import Fact, record
from qs.deadlines.actions import set_due
from qs.deadlines.queries import dues
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.evaluations import rules
from qs.evaluations.access import SCORE, answers_for, open_sheet
from qs.evaluations.models import Appeal, Assignment, Consensus, Cycle, Sheet, Template
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
    use_version,
)
from qs.evaluations.templates import add_criteria, newest_templates, template_to_change
from qs.evaluations.terms import (
    AppealOutcome,
    Method,
    Scored,
    SheetState,
    Subject,
    TemplateContent,
)
from qs.i18n import N_
from qs.periods import local_day, quarter_days
from qs.settings import settings
from qs.texts import SHORT, checked

OPEN, REVIEW, APPROVE = Permission.EVALUATIONS_OPEN, Permission.EVALUATIONS_REVIEW, Permission.EVALUATIONS_APPROVE
S = SheetState


def add_template(session: Session, content: TemplateContent, *, actor: Actor, now: datetime) -> int:
    """Add a template as the next version for its subject; new cycles use it. Returns its id."""
    actor.check_everywhere(OPEN)
    rules.check_template(content)
    last = session.scalar(sa.select(sa.func.max(Template.number)).where(Template.subject == content.subject))
    template = Template(
        subject=content.subject,
        number=(last or 0) + 1,
        name=checked(content.name, field=N_("Name"), longest=SHORT, is_long=False),
        name_en=checked(content.name_en, field=N_("Name in English"), longest=SHORT, is_needed=False, is_long=False),
        created_at=now,
    )
    session.add(template)
    session.flush()
    add_criteria(session, template, content.criteria)
    facts: dict[str, Fact] = {"assessor": content.subject, "criterion_count": len(content.criteria)}
    subject = f"evaluation_template:{template.id}"
    record(session, "evaluations.added_template", subject, actor=actor, now=now, **facts)
    return template.id


def change_template(
    session: Session, template_id: int, content: TemplateContent, *, actor: Actor, now: datetime
) -> None:
    """Change the name and the criteria of a template by which no sheet is filled in yet. Raises Conflict after that."""
    actor.check_everywhere(OPEN)
    rules.check_template(content)
    template = template_to_change(session, template_id, content.subject)
    template.name = checked(content.name, field=N_("Name"), longest=SHORT, is_long=False)
    template.name_en = checked(
        content.name_en, field=N_("Name in English"), longest=SHORT, is_needed=False, is_long=False
    )
    template.criteria.clear()
    session.flush()
    add_criteria(session, template, content.criteria)
    facts: dict[str, Fact] = {"assessor": template.subject, "criterion_count": len(content.criteria)}
    subject = f"evaluation_template:{template_id}"
    record(session, "evaluations.changed_template", subject, actor=actor, now=now, **facts)


def open_cycle(
    session: Session, name: str, *, service_ids: Collection[int], due_on: date, actor: Actor, now: datetime
) -> int:
    """Open the evaluation of a quarter: a self-assessment and an office sheet for each of the services.

    Raises InvalidInput for a name that is no quarter, Conflict when it is open already or no template is there.
    """
    actor.check_everywhere(OPEN)
    starts_on, ends_on = named_quarter(name)
    today = local_day(now, settings().zone)
    if today < starts_on:
        raise InvalidInput("cycle_too_early", name=name)
    if due_on < today:
        raise InvalidInput("cycle_due_on_past")
    running = sa.select(Service.id).where(
        Service.id.in_(service_ids),
        Service.starts_on < ends_on,
        sa.or_(Service.ends_on.is_(None), Service.ends_on >= starts_on),
    )
    chosen = sorted(session.scalars(running))
    if not chosen:
        raise InvalidInput("cycle_without_services")
    templates = newest_templates(session)
    cycle = Cycle(
        name=name, starts_on=starts_on, ends_on=ends_on, due_on=due_on, opened_at=now, opener_id=actor.person_id
    )
    insert_cycle(session, cycle)
    for subject in (Subject.SELF, Subject.OFFICE):
        add_sheets(session, cycle, subject, chosen, templates[subject], actor=actor, now=now)
    facts: dict[str, Fact] = {"cycle": name, "due_on": due_on.isoformat(), "sheet_count": 2 * len(chosen)}
    record(session, "evaluations.opened_cycle", f"evaluation_cycle:{cycle.id}", actor=actor, now=now, **facts)
    return cycle.id


def named_quarter(name: str) -> tuple[date, date]:
    try:
        return quarter_days(name)
    except ValueError as error:
        raise InvalidInput("cycle_name_faulty") from error


def insert_cycle(session: Session, cycle: Cycle) -> None:
    try:
        with session.begin_nested():
            session.add(cycle)
            session.flush()
    except IntegrityError as error:
        raise Conflict("cycle_exists", name=cycle.name) from error


def add_sheets(
    session: Session,
    cycle: Cycle,
    subject: Subject,
    service_ids: Sequence[int],
    template_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """One sheet in draft for each of the services, unless it is there already."""
    held = set(session.scalars(sa.select(Sheet.service_id).where(Sheet.cycle_id == cycle.id, Sheet.subject == subject)))
    sheets = [
        Sheet(cycle_id=cycle.id, service_id=service_id, subject=subject, template_id=template_id, state=S.DRAFT)
        for service_id in service_ids
        if service_id not in held
    ]
    session.add_all(sheets)
    session.flush()
    for sheet in sheets:
        move(session, sheet, S.DRAFT, actor=actor, now=now, is_new=True)


def assign_third_party(
    session: Session, cycle_id: int, person_id: int, service_ids: Collection[int], *, actor: Actor, now: datetime
) -> None:
    """Give services of a cycle to a third-party evaluator, who sees these sheets and nothing else of the cycle.

    A service assigned before goes to this person, as long as its sheet is in draft. Raises Conflict when the person
    does not hold the role over all of the services.
    """
    actor.check_everywhere(OPEN)
    cycle = session.get(Cycle, cycle_id, with_for_update=True)
    if cycle is None:
        raise NotFound("cycle_unknown")
    check_open(cycle)
    person = next((one for one in actors_by_username(session).values() if one.person_id == person_id), None)
    as_evaluator = None if person is None else rules.in_role(person, Role.THIRD_PARTY, SCORE)
    wanted = sorted(set(service_ids))
    reached = (
        set()
        if as_evaluator is None or not as_evaluator.grants
        else set(session.scalars(visible_services(as_evaluator, SCORE).where(Service.id.in_(wanted))))
    )
    if not wanted or reached != set(wanted):
        raise Conflict("third_party_unfit")
    templates = newest_templates(session)
    add_sheets(session, cycle, Subject.THIRD_PARTY, wanted, templates[Subject.THIRD_PARTY], actor=actor, now=now)
    begun = session.scalars(
        sa.select(Sheet).where(
            Sheet.cycle_id == cycle_id,
            Sheet.service_id.in_(wanted),
            Sheet.subject == Subject.THIRD_PARTY,
            Sheet.state != S.DRAFT,
        )
    ).first()
    if begun is not None:
        raise rules.forbidden(begun.state)
    held = {
        one.service_id: one for one in session.scalars(sa.select(Assignment).where(Assignment.cycle_id == cycle_id))
    }
    for service_id in wanted:
        if service_id in held:
            held[service_id].person_id, held[service_id].assigned_at = person_id, now
        else:
            session.add(Assignment(cycle_id=cycle_id, service_id=service_id, person_id=person_id, assigned_at=now))
    session.flush()
    facts: dict[str, Fact] = {"person_id": person_id, "service_ids": wanted}
    record(session, "evaluations.assigned_third_party", f"evaluation_cycle:{cycle_id}", actor=actor, now=now, **facts)


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


def close_cycle(session: Session, cycle_id: int, *, actor: Actor, now: datetime) -> None:
    """Close a cycle in which every sheet is approved or marked as not reported and no appeal is pending."""
    actor.check_everywhere(OPEN)
    cycle = session.get(Cycle, cycle_id, with_for_update=True)
    if cycle is None:
        raise NotFound("cycle_unknown")
    check_open(cycle)
    pending = sa.exists().where(Appeal.sheet_id == Sheet.id, Appeal.decided_at.is_(None))
    open_count = session.scalar(
        sa.select(sa.func.count(Sheet.id)).where(
            Sheet.cycle_id == cycle_id, sa.or_(Sheet.state.not_in(rules.SETTLED), pending)
        )
    )
    if open_count:
        raise Conflict("cycle_sheets_open", count=open_count)
    cycle.closed_at = now
    subject, facts = f"evaluation_cycle:{cycle_id}", {"cycle": cycle.name}
    record(session, "evaluations.closed_cycle", subject, actor=actor, now=now, **facts)
