"""What can be done with the programme: write and adopt the plan, report, finish, move with approval, name people."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.incentives.actions import set_effective_from
from qs.periods import local_day
from qs.programme import rules
from qs.programme.models import Plan, PlanChange, PlanStep, PlanTask, Responsibility
from qs.programme.template import read_template
from qs.programme.terms import TITLE_LENGTH, Party, Period, Step
from qs.settings import settings

INCENTIVES_FROM_MONTH = 6
EDIT = Permission.PROGRAMME_EDIT


class PlanRunning(Conflict):
    """One plan at a time."""

    code = "plan_running"


class PlanNotAdopted(Conflict):
    """Tasks move only in an adopted plan."""

    code = "plan_not_adopted"


class OwnPlan(NotAllowed):
    """Author and adopter are two people."""

    code = "own_plan"


class OwnChange(NotAllowed):
    """Asker and decider are two people."""

    code = "own_change"


class TaskChanged(Conflict):
    """Somebody was faster."""

    code = "task_changed"


class TaskFinished(Conflict):
    """A finished task rests."""

    code = "task_finished"


class ChangeOpen(Conflict):
    """One wish for other dates at a time."""

    code = "change_open"


class TaskNotYours(NotAllowed):
    """Reports come from the person in charge or a supervisor."""

    code = "task_not_yours"


def begin_plan(
    session: Session, *, name: str, name_en: str | None = None, starts_on: date, actor: Actor, now: datetime
) -> int:
    """Write the plan from the template, its tasks dated from its first day. Returns its id.

    Tasks belong to whoever answers for their party that day. Raises PlanRunning, or InvalidInput for a faulty name.
    """
    actor.check_everywhere(EDIT)
    if not 0 < len(name.strip()) <= TITLE_LENGTH:
        raise InvalidInput("plan_name_faulty")
    if session.scalar(sa.select(sa.func.count(Plan.id))):
        raise PlanRunning
    plan = Plan(
        name=name.strip(),
        name_en=(name_en or "").strip() or None,
        starts_on=starts_on,
        written_by=actor.person_id,
        written_at=now,
    )
    owners = responsible_ids(session)
    plan.tasks = [
        PlanTask(
            code=content.code,
            phase=content.phase,
            party=content.party,
            owner_id=owners.get(content.party),
            title=content.title,
            title_en=content.title_en,
            measure=content.measure,
            measure_en=content.measure_en,
            weight=content.weight,
            is_milestone=content.is_milestone,
            starts_on=period.starts_on,
            due_on=period.due_on,
            baseline_starts_on=period.starts_on,
            baseline_due_on=period.due_on,
            steps=[PlanStep(step=Step.CREATED, at=now, person_id=actor.person_id, progress_share=0.0)],
        )
        for content in read_template().tasks
        for period in [rules.task_period(starts_on, content.from_month, content.months)]
    ]
    session.add(plan)
    session.flush()
    record(session, "programme.plan_begun", f"plan:{plan.id}", actor=actor, now=now, tasks=len(plan.tasks))
    return plan.id


def responsible_ids(session: Session) -> dict[Party, int]:
    """Who answers for each party at present."""
    rows = session.scalars(sa.select(Responsibility).order_by(Responsibility.since, Responsibility.id))
    return {row.party: row.person_id for row in rows}


def adopt_plan(session: Session, plan_id: int, *, actor: Actor, now: datetime) -> None:
    """Adopt the plan: its dates become the baseline, and rewards and penalties may begin with its sixth month.

    Raises OwnPlan for its author, Conflict when it was adopted before.
    """
    actor.check_everywhere(EDIT)
    plan = session.get(Plan, plan_id)
    if plan is None:
        raise NotFound("plan_unknown")
    if plan.adopted_at is not None:
        raise Conflict("plan_adopted")
    if plan.written_by == actor.person_id:
        raise OwnPlan
    plan.adopted_by, plan.adopted_at = actor.person_id, now
    set_effective_from(session, rules.add_months(plan.starts_on, INCENTIVES_FROM_MONTH), actor=actor, now=now)
    record(session, "programme.plan_adopted", f"plan:{plan_id}", actor=actor, now=now)


def report_progress(
    session: Session, task_id: int, *, progress_share: float, note: str, version: int, actor: Actor, now: datetime
) -> None:
    """Say how far a task has come, with a sentence on what was done. Progress never falls."""
    task = open_task(session, task_id, version, actor)
    rules.check_progress(progress_share, task.progress_share)
    add_step(session, task, Step.REPORTED, progress_share, rules.checked_reason(note), actor, now)
    record(
        session,
        "programme.task_reported",
        f"plan_task:{task_id}",
        actor=actor,
        now=now,
        progress=round(progress_share, 4),
    )


def finish_task(session: Session, task_id: int, *, proof: str, version: int, actor: Actor, now: datetime) -> None:
    """Close a task as done today, with the sentence that says what proves it."""
    task = open_task(session, task_id, version, actor)
    if not proof.strip():
        raise InvalidInput("proof_missing")
    task.done_on = local_day(now, settings().zone)
    add_step(session, task, Step.FINISHED, 1.0, rules.checked_reason(proof), actor, now)
    record(session, "programme.task_finished", f"plan_task:{task_id}", actor=actor, now=now)


def ask_change(
    session: Session, task_id: int, wanted: Period, *, reason: str, version: int, actor: Actor, now: datetime
) -> int:
    """Ask for other dates; they hold once somebody else has approved. Returns the id of the request."""
    task = open_task(session, task_id, version, actor)
    rules.check_period(wanted, Period(task.starts_on, task.due_on))
    asked = PlanChange(
        task_id=task_id,
        starts_on=wanted.starts_on,
        due_on=wanted.due_on,
        reason=rules.checked_reason(reason),
        asked_by=actor.person_id,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(asked)
            session.flush()
    except sa.exc.IntegrityError as error:
        raise ChangeOpen from error
    add_step(session, task, Step.CHANGE_ASKED, task.progress_share, asked.reason, actor, now)
    due = wanted.due_on.isoformat()
    record(session, "programme.change_asked", f"plan_change:{asked.id}", actor=actor, now=now, due_on=due)
    return asked.id


def decide_change(session: Session, change_id: int, *, is_approved: bool, actor: Actor, now: datetime) -> None:
    """Approve or refuse other dates. The baseline stays as it was adopted. Raises OwnChange for the asker."""
    actor.check_everywhere(EDIT)
    asked = session.get(PlanChange, change_id, with_for_update=True)
    if asked is None or asked.decided_at is not None:
        raise NotFound("change_unknown")
    if asked.asked_by == actor.person_id:
        raise OwnChange
    task = session.get_one(PlanTask, asked.task_id)
    asked.decided_by, asked.decided_at, asked.is_approved = actor.person_id, now, is_approved
    if is_approved:
        task.starts_on, task.due_on = asked.starts_on, asked.due_on
    step = Step.CHANGE_APPROVED if is_approved else Step.CHANGE_REFUSED
    add_step(session, task, step, task.progress_share, asked.reason, actor, now)
    record(
        session, "programme.change_decided", f"plan_change:{change_id}", actor=actor, now=now, approved=int(is_approved)
    )


def name_owner(session: Session, task_id: int, person_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Put somebody in charge of a task."""
    actor.check_everywhere(EDIT)
    task = current_task(session, task_id, version)
    check_person(session, person_id)
    task.owner_id = person_id
    task.version += 1
    record(session, "programme.owner_named", f"plan_task:{task_id}", actor=actor, now=now, person_id=person_id)


def name_responsible(session: Session, party: Party, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Say who answers for a party from today on; naming somebody else the same day replaces the name."""
    actor.check_everywhere(EDIT)
    check_person(session, person_id)
    today = local_day(now, settings().zone)
    row = session.scalars(
        sa.select(Responsibility).where(Responsibility.party == party, Responsibility.since == today)
    ).one_or_none()
    if row is None:
        row = Responsibility(party=party, person_id=person_id, since=today, named_at=now)
        session.add(row)
    row.person_id, row.named_at = person_id, now
    session.flush()
    record(
        session,
        "programme.responsible_named",
        f"responsibility:{row.id}",
        actor=actor,
        now=now,
        party=party.value,
        person_id=person_id,
    )


def check_person(session: Session, person_id: int) -> None:
    found = session.get(Person, person_id)
    if found is None or not found.is_active:
        raise NotFound("person_unknown")


def current_task(session: Session, task_id: int, version: int) -> PlanTask:
    """The task as the person saw it, in an adopted plan, not finished."""
    task = session.get(PlanTask, task_id, with_for_update=True)
    if task is None:
        raise NotFound("task_unknown")
    if session.get_one(Plan, task.plan_id).adopted_at is None:
        raise PlanNotAdopted
    if task.done_on is not None:
        raise TaskFinished
    if task.version != version:
        raise TaskChanged
    return task


def open_task(session: Session, task_id: int, version: int, actor: Actor) -> PlanTask:
    """The task, for the person in charge of it or a supervisor."""
    actor.check(Permission.PROGRAMME_READ)
    task = session.get(PlanTask, task_id)
    if task is None:
        raise NotFound("task_unknown")
    is_owner = actor.person_id is not None and task.owner_id == actor.person_id
    if not (is_owner or actor.has(EDIT)):
        raise TaskNotYours
    return current_task(session, task_id, version)


def add_step(
    session: Session, task: PlanTask, step: Step, progress_share: float, note: str, actor: Actor, now: datetime
) -> None:
    task.progress_share = progress_share
    task.version += 1
    session.add(
        PlanStep(
            task_id=task.id, step=step, at=now, person_id=actor.person_id, progress_share=progress_share, note=note
        )
    )
    session.flush()
