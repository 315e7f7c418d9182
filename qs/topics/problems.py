"""What can be done with problems of the month: propose, adopt, plan, work off, close, watch whether they come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.access.models import Person
from qs.access.queries import actor_of
from qs.actor import SYSTEM, Actor, Permission
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.periods import local_day
from qs.settings import settings
from qs.texts import SHORT, checked
from qs.topics.counting import kept_change, problem_days
from qs.topics.models import Problem, ProblemCoUnit, ProblemPlanStep, ProblemStep, Topic
from qs.topics.recurrence import MONTH, before_and_after, recurrence, result_of
from qs.topics.terms import (
    LABELS,
    LEVEL_MONTHS,
    MOST_STEPS,
    PLAN_RULE,
    STEP_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    NewProblem,
    PlannedStep,
    ProblemState,
    ProblemStepKind,
)

P = Permission
READ, DECIDE, ANSWER = P.COMPLAINTS_READ, P.SIGNALS_DECIDE, P.RECTIFICATIONS_ANSWER
S, K = ProblemState, ProblemStepKind
STEPS: Mapping[ProblemStepKind, tuple[frozenset[ProblemState], ProblemState | None]] = {
    # step: the states it may begin in, and the state it leads to (None: stays where it is)
    K.ADOPTED: (frozenset({S.PROPOSED}), S.ADOPTED),
    K.DECLINED: (frozenset({S.PROPOSED}), S.DECLINED),
    K.PLANNED: (frozenset({S.ADOPTED, S.IN_PROGRESS, S.RECURRED}), S.IN_PROGRESS),
    K.STEP_DONE: (frozenset({S.IN_PROGRESS}), None),
    K.CLOSED: (frozenset({S.IN_PROGRESS, S.RECURRED}), S.CLOSED),
    K.RECURRED: (frozenset({S.CLOSED}), S.RECURRED),
}
TITLE, TITLE_EN, DEMAND, PLAN, STEP, RESULT, REASON = (
    N_("Title of the problem"),
    N_("Title in English"),
    N_("What is to become better"),
    N_("Plan"),
    N_("Step of the plan"),
    N_("Result"),
    N_("Reason"),
)


class ProblemChanged(Conflict):
    """Somebody has worked on the problem since it was shown."""

    code = "problem_changed"


class ProblemStepForbidden(Conflict):
    """The problem does not stand where this step begins."""

    code = "problem_step_forbidden"


def propose_problem(session: Session, wanted: NewProblem, *, actor: Actor, now: datetime) -> int:
    """Propose a problem of the month; a second person adopts it. Returns its id.

    Raises NotAllowed, NotFound, InvalidInput, or Conflict when its topic is a problem that is still worked on.
    """
    actor.check_everywhere(DECIDE)
    service = session.get(Service, wanted.service_id)
    if service is None or any(session.get(Service, one) is None for one in wanted.co_service_ids):
        raise NotFound("service_unknown")
    check_owner(session, wanted.owner_id, wanted.service_id)
    if wanted.target_on <= local_day(now, settings().zone):
        raise InvalidInput("problem_target_passed")
    if not 0 <= wanted.target_share < 1:
        raise InvalidInput("problem_target_share")
    check_topic(session, wanted.topic_id)
    stored = Problem(
        month=wanted.month.replace(day=1),
        title=checked(wanted.title, field=TITLE, longest=TITLE_LENGTH, is_long=False),
        title_en=checked(wanted.title_en, field=TITLE_EN, longest=SHORT, is_needed=False, is_long=False) or None,
        demand=checked(wanted.demand, field=DEMAND, longest=TEXT_LENGTH),
        topic_id=wanted.topic_id,
        service_id=wanted.service_id,
        owner_id=wanted.owner_id,
        target_share=wanted.target_share,
        target_on=wanted.target_on,
        state=S.PROPOSED,
        proposed_at=now,
        proposed_by_id=actor.person_id,
    )
    session.add(stored)
    session.flush()
    for co_service_id in sorted(set(wanted.co_service_ids) - {wanted.service_id}):
        session.add(ProblemCoUnit(problem_id=stored.id, service_id=co_service_id))
    keep_step(session, stored, K.PROPOSED, None, actor=actor, now=now)
    facts = {"topic": wanted.topic_id, "service": wanted.service_id, "owner": wanted.owner_id}
    trace(session, "topics.proposed_problem", stored, actor=actor, now=now, **facts)
    return stored.id


def adopt_problem(session: Session, problem_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Adopt what somebody else has proposed; the owner then hands in a plan. Raises NotAllowed, NotFound, Conflict."""
    problem = taken(session, problem_id, version, DECIDE, actor=actor)
    check_not_own(problem.proposed_by_id, "problem_own_proposal", actor)
    due = set_due(session, f"problem:{problem.id}", PLAN_RULE, starts_at=now, actor=actor, now=now)
    problem.plan_due_id, problem.plan_due_at = due.due_id, due.due_at
    problem.adopted_at, problem.adopted_by_id = now, actor.person_id
    take_step(session, problem, K.ADOPTED, actor=actor, now=now)
    trace(session, "topics.adopted_problem", problem, actor=actor, now=now, due_at=due.due_at.isoformat())


def decline_problem(
    session: Session, problem_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Decline what somebody else has proposed, with a reason. Raises NotAllowed, InvalidInput, Conflict."""
    problem = taken(session, problem_id, version, DECIDE, actor=actor)
    check_not_own(problem.proposed_by_id, "problem_own_proposal", actor)
    note = checked(reason, field=REASON, longest=TEXT_LENGTH)
    take_step(session, problem, K.DECLINED, actor=actor, now=now, note=note)
    trace(session, "topics.declined_problem", problem, actor=actor, now=now)


def plan_problem(
    session: Session,
    problem_id: int,
    plan: str,
    steps: Sequence[PlannedStep],
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Hand in the plan, or a new one in place of it; finished steps of the older plan stay in the history.

    Raises NotAllowed, NotFound outside the actor's scope, InvalidInput, Conflict.
    """
    problem = taken(session, problem_id, version, ANSWER, actor=actor)
    problem.plan = checked(plan, field=PLAN, longest=TEXT_LENGTH)
    if not steps:
        raise InvalidInput("problem_plan_empty")
    if len(steps) > MOST_STEPS:
        raise InvalidInput("problem_plan_too_long", limit=MOST_STEPS)
    if problem.state is not S.RECURRED and any(step.due_on > problem.target_on for step in steps):
        raise InvalidInput("problem_step_after_target")
    newest = sa.select(sa.func.max(ProblemPlanStep.plan_number)).where(ProblemPlanStep.problem_id == problem.id)
    plan_number = (session.scalar(newest) or 0) + 1
    for place, step in enumerate(steps, 1):
        text = checked(step.text, field=STEP, longest=STEP_LENGTH, is_long=False)
        session.add(
            ProblemPlanStep(problem_id=problem.id, plan_number=plan_number, place=place, text=text, due_on=step.due_on)
        )
    problem.planned_at = now
    take_step(session, problem, K.PLANNED, actor=actor, now=now, note=problem.plan)
    trace(session, "topics.planned_problem", problem, actor=actor, now=now, step_count=len(steps))


def finish_step(
    session: Session, problem_id: int, step_id: int, *, version: int, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Say that one step of the plan is done. Raises NotAllowed, NotFound, Conflict."""
    problem = taken(session, problem_id, version, ANSWER, actor=actor)
    said = checked(note, field=RESULT, longest=TEXT_LENGTH, is_needed=False)
    step = next((one for one in steps_in_force(session, problem_id) if one.id == step_id), None)
    if step is None:
        raise NotFound("problem_unknown")
    if step.done_at is not None:
        raise Conflict("problem_step_known")
    step.done_at, step.done_by_id = now, actor.person_id
    take_step(session, problem, K.STEP_DONE, actor=actor, now=now, note="\n".join(filter(None, (step.text, said))))
    trace(session, "topics.finished_step", problem, actor=actor, now=now, step=step.place)


def close_problem(session: Session, problem_id: int, result: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Close a problem with its result; the requests before it was adopted and up to now are kept beside it.

    What is written about the matter is watched on. Raises NotAllowed, NotFound, InvalidInput, or Conflict while steps
    of the plan are open, and for the owner.
    """
    problem = taken(session, problem_id, version, DECIDE, actor=actor)
    check_not_own(problem.owner_id, "problem_own_work", actor)
    problem.result = checked(result, field=RESULT, longest=TEXT_LENGTH)
    open_count = sum(step.done_at is None for step in steps_in_force(session, problem_id))
    if open_count and problem.state is S.IN_PROGRESS:
        raise Conflict("problem_steps_open", count=open_count)
    if problem.adopted_at is None:
        raise ProblemStepForbidden(field=LABELS[S][problem.state])
    adopted_on, today = local_day(problem.adopted_at, settings().zone), local_day(now, settings().zone)
    days = problem_days(session, problem, adopted_on - LEVEL_MONTHS * MONTH, today, actor=SYSTEM)
    found = before_and_after(days, adopted_on, max(today, adopted_on + timedelta(days=1)))
    problem.before_count, problem.before_days = found.before_count, found.before_days
    problem.after_count, problem.after_days = found.after_count, found.after_days
    problem.closed_at, problem.closed_by_id, problem.watched_on = now, actor.person_id, None
    take_step(session, problem, K.CLOSED, actor=actor, now=now, note=problem.result)
    came_to = result_of(found, problem.target_share)
    trace(session, "topics.closed_problem", problem, actor=actor, now=now, result=came_to.value)


def note_recurrences(session: Session, *, actor: Actor, now: datetime) -> int:
    """Look at every whole month after a closing, once; what has come back is opened again. Returns how many have."""
    actor.check_everywhere(DECIDE)
    last = local_day(now, settings().zone) - timedelta(days=1)
    closed = session.scalars(sa.select(Problem).where(Problem.state == S.CLOSED).with_for_update()).all()
    looked_at, back = 0, []
    for problem in closed:
        closed_on = local_day(problem.closed_at or now, settings().zone)
        whole = closed_on + ((last + timedelta(days=1) - closed_on) // MONTH) * MONTH - timedelta(days=1)
        if whole < closed_on or (problem.watched_on is not None and problem.watched_on >= whole):
            continue
        days = problem_days(session, problem, closed_on, whole, actor=actor)
        level = kept_change(problem)
        found = recurrence(days, level, closed_on, whole)
        looked_at, problem.watched_on = looked_at + 1, whole
        if found is not None and found.has_recurred:
            back.append(problem.id)
            problem.version, problem.round = problem.version + 1, problem.round + 1
            problem.recurred_at, problem.closed_at = now, None
            take_step(session, problem, K.RECURRED, actor=actor, now=now)
    if looked_at:
        about = "problems:all"
        record(session, "topics.noted_recurrences", about, actor=actor, now=now, count=looked_at, recurred=back)
    return len(back)


def check_owner(session: Session, owner_id: int, service_id: int) -> None:
    """Raise InvalidInput unless the person may answer for the service."""
    person = session.scalar(
        sa.select(Person).where(Person.id == owner_id, Person.is_active).options(selectinload(Person.grants))
    )
    reached = None
    if person is not None:
        services = visible_services(actor_of(person), ANSWER)
        reached = session.scalar(sa.select(Service.id).where(Service.id == service_id, Service.id.in_(services)))
    if reached is None:
        raise InvalidInput("problem_owner_unfit")


def check_topic(session: Session, topic_id: int | None) -> None:
    if topic_id is None:
        return
    if session.get(Topic, topic_id) is None:
        raise NotFound("topic_unknown")
    is_worked_on = Problem.state.not_in((S.CLOSED, S.DECLINED))
    if session.scalar(sa.select(Problem.id).where(Problem.topic_id == topic_id, is_worked_on)) is not None:
        raise Conflict("problem_known")


def check_not_own(person_id: int | None, reason: str, actor: Actor) -> None:
    """Two people: nobody decides about what is one's own."""
    if person_id is not None and person_id == actor.person_id:
        raise Conflict(reason)


def taken(session: Session, problem_id: int, version: int, permission: Permission, *, actor: Actor) -> Problem:
    """The problem, locked for a change by this actor, its version raised. Raises NotAllowed, NotFound, ProblemChanged.

    Deciding needs the right everywhere; answering needs it over the leading service.
    """
    if permission is DECIDE:
        actor.check_everywhere(DECIDE)
    else:
        actor.check(permission)
    reach = Problem.service_id.in_(visible_services(actor, permission))
    problem = session.scalar(sa.select(Problem).where(Problem.id == problem_id, reach).with_for_update())
    if problem is None:
        raise NotFound("problem_unknown")
    if problem.version != version:
        raise ProblemChanged
    problem.version += 1
    return problem


def steps_in_force(session: Session, problem_id: int) -> list[ProblemPlanStep]:
    """The steps of the newest plan, in its order."""
    own = ProblemPlanStep.problem_id == problem_id
    newest = sa.select(sa.func.max(ProblemPlanStep.plan_number)).where(own).scalar_subquery()
    statement = sa.select(ProblemPlanStep).where(own, ProblemPlanStep.plan_number == newest)
    return list(session.scalars(statement.order_by(ProblemPlanStep.place)))


def take_step(
    session: Session, problem: Problem, kind: ProblemStepKind, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Take one step and keep it in the history. Raises ProblemStepForbidden where it does not begin."""
    begins, leads_to = STEPS[kind]
    if problem.state not in begins:
        raise ProblemStepForbidden(field=LABELS[S][problem.state])
    before, problem.state = problem.state, leads_to or problem.state
    keep_step(session, problem, kind, before, actor=actor, now=now, note=note)


def keep_step(
    session: Session,
    problem: Problem,
    kind: ProblemStepKind,
    before: ProblemState | None,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> None:
    session.add(
        ProblemStep(
            problem_id=problem.id,
            kind=kind,
            at=now,
            person_id=actor.person_id,
            from_state=before,
            to_state=problem.state,
            note=note,
        )
    )


def trace(
    session: Session, action: str, problem: Problem, *, actor: Actor, now: datetime, **facts: str | int | None
) -> None:
    session.flush()
    record(session, action, f"problem:{problem.id}", actor=actor, now=now, **facts)
