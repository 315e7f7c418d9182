"""Problems of the month as they are read: the list, and one of them with its plan, history, months and result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission
from qs.deadlines.queries import is_provisional
from qs.directory.models import Provider, Service
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.periods import local_day
from qs.settings import settings
from qs.stats.control_charts.attributes import c_chart
from qs.topics.counting import days_of, spoken_between
from qs.topics.models import Problem, ProblemCoUnit, ProblemPlanStep, ProblemStep, Topic
from qs.topics.problems import ANSWER, steps_in_force
from qs.topics.queries import joined
from qs.topics.recurrence import MONTH, alarm_count, before_and_after, months, result_of
from qs.topics.terms import Change, ProblemState, ProblemStepKind, Result

READ = Permission.COMPLAINTS_READ
MONTHS_BEFORE = 12  # shown before a problem was adopted
MONTH_COLUMNS = ("starts_on", "count", "phase", "mean", "upper", "alarm")


@dataclass(frozen=True)
class PlanStep:
    """One step of the plan in force."""

    step_id: int
    text: str
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True)
class HistoryStep:
    """One thing that happened; nobody's name where it happened by itself."""

    kind: ProblemStepKind
    at: datetime
    person: str
    person_en: str
    note: str


@dataclass(frozen=True)
class ProblemRow:
    """One problem as the list shows it."""

    problem_id: int
    version: int
    month: date
    title: str
    title_en: str
    state: ProblemState
    topic_id: int | None
    words: str
    service_id: int
    service: str
    service_en: str
    unit: str
    unit_en: str
    owner_id: int
    owner: str
    owner_en: str
    proposed_by_id: int | None
    target_share: float
    target_on: date
    plan_due_at: datetime | None
    is_plan_provisional: bool  # that day may move once the calendar of its year is published
    adopted_at: datetime | None
    planned_at: datetime | None
    closed_at: datetime | None
    recurred_at: datetime | None
    step_count: int
    done_count: int
    next_on: date | None  # the day of the next open step


@dataclass(frozen=True)
class ProblemDetail:
    """One problem. `change`: requests before it was adopted, against the level reached; None before it is adopted.

    Counted within what the reader may read. `months`: MONTH_COLUMNS, oldest first; `phase` before, during or after;
    `mean`, `upper`: of the control chart, NaN where too few months make limits; `alarm`: the count that would be a
    recurrence, NaN until it is closed.
    """

    row: ProblemRow
    demand: str
    plan: str
    result_text: str
    co_services: tuple[tuple[str, str], ...]
    steps: tuple[PlanStep, ...]
    history: tuple[HistoryStep, ...]
    months: pd.DataFrame
    change: Change | None
    result: Result | None
    last_closed_at: datetime | None
    may_decide: bool
    may_answer: bool


def problems(session: Session, *, actor: Actor) -> list[ProblemRow]:
    """The problems of the month that the actor may know of: all, or those a service in scope leads or helps with.

    What has come back and what is worked on stands first, the newest month first.
    """
    actor.check(READ)
    owner = aliased(Person)
    statement = (
        sa.select(Problem, Service, Provider, owner, Topic)
        .join(Service, Service.id == Problem.service_id)
        .join(Provider, Provider.id == Service.provider_id)
        .join(owner, owner.id == Problem.owner_id)
        .outerjoin(Topic, Topic.id == Problem.topic_id)
        .where(reached(actor))
        .order_by(Problem.month.desc(), Problem.id.desc())
    )
    order = list(ORDER)
    rows = [row_of(session, *found) for found in session.execute(statement)]
    return sorted(rows, key=lambda row: order.index(row.state))


ORDER = (
    ProblemState.RECURRED,
    ProblemState.PROPOSED,
    ProblemState.ADOPTED,
    ProblemState.IN_PROGRESS,
    ProblemState.CLOSED,
    ProblemState.DECLINED,
)


def reached(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Problem that the actor's scope sets."""
    if actor.has_everywhere(READ):
        return sa.true()
    services = visible_services(actor, READ)
    helped = sa.select(ProblemCoUnit.problem_id).where(ProblemCoUnit.service_id.in_(services))
    return sa.or_(Problem.service_id.in_(services), Problem.id.in_(helped))


def row_of(
    session: Session, problem: Problem, service: Service, unit: Provider, owner: Person, topic: Topic | None
) -> ProblemRow:
    steps = steps_in_force(session, problem.id)
    return ProblemRow(
        problem_id=problem.id,
        version=problem.version,
        month=problem.month,
        title=problem.title,
        title_en=problem.title_en or "",
        state=problem.state,
        topic_id=problem.topic_id,
        words="" if topic is None else joined(topic),
        service_id=service.id,
        service=service.name,
        service_en=service.name_en or "",
        unit=unit.name,
        unit_en=unit.name_en or "",
        owner_id=owner.id,
        owner=owner.name,
        owner_en=owner.name_en or "",
        proposed_by_id=problem.proposed_by_id,
        target_share=problem.target_share,
        target_on=problem.target_on,
        plan_due_at=problem.plan_due_at,
        is_plan_provisional=is_provisional(session, problem.plan_due_id),
        adopted_at=problem.adopted_at,
        planned_at=problem.planned_at,
        closed_at=problem.closed_at,
        recurred_at=problem.recurred_at,
        step_count=len(steps),
        done_count=sum(step.done_at is not None for step in steps),
        next_on=min((step.due_on for step in steps if step.done_at is None), default=None),
    )


def problem_detail(session: Session, problem_id: int, *, actor: Actor, now: datetime) -> ProblemDetail:
    """One problem of the month with everything around it. Raises NotFound outside the actor's scope."""
    row = next((one for one in problems(session, actor=actor) if one.problem_id == problem_id), None)
    problem = session.get(Problem, problem_id)
    if row is None or problem is None:
        raise NotFound("problem_unknown")
    answering = sa.select(Service.id).where(
        Service.id == row.service_id, Service.id.in_(visible_services(actor, ANSWER))
    )
    found, shown = figures(session, problem, actor=actor, now=now)
    return ProblemDetail(
        row=row,
        demand=problem.demand,
        plan=problem.plan,
        result_text=problem.result,
        co_services=tuple(co_services(session, problem_id)),
        steps=tuple(PlanStep(one.id, one.text, one.due_on, one.done_at) for one in steps_in_force(session, problem_id)),
        history=tuple(history(session, problem_id)),
        months=shown,
        change=found,
        result=None if found is None else result_of(found, problem.target_share),
        last_closed_at=last_closing(session, problem_id),
        may_decide=actor.has_everywhere(Permission.SIGNALS_DECIDE),
        may_answer=session.scalar(answering) is not None,
    )


def co_services(session: Session, problem_id: int) -> list[tuple[str, str]]:
    statement = (
        sa.select(Service.name, Service.name_en)
        .join(ProblemCoUnit, ProblemCoUnit.service_id == Service.id)
        .where(ProblemCoUnit.problem_id == problem_id)
        .order_by(Service.code)
    )
    return [(name, name_en or "") for name, name_en in session.execute(statement)]


def history(session: Session, problem_id: int) -> list[HistoryStep]:
    statement = (
        sa.select(ProblemStep, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == ProblemStep.person_id)
        .where(ProblemStep.problem_id == problem_id)
        .order_by(ProblemStep.at, ProblemStep.id)
    )
    return [
        HistoryStep(one.kind, one.at, name or "", name_en or "", one.note)
        for one, name, name_en in session.execute(statement)
    ]


def figures(session: Session, problem: Problem, *, actor: Actor, now: datetime) -> tuple[Change | None, pd.DataFrame]:
    """The change since a problem was adopted, and its months with the lines of the chart."""
    zone, today = settings().zone, local_day(now, settings().zone)
    adopted_on = local_day(problem.adopted_at, zone) if problem.adopted_at else today
    closed_at = last_closing(session, problem.id)
    closed_on = local_day(closed_at, zone) if closed_at else None
    first, last = adopted_on - MONTHS_BEFORE * MONTH, today - timedelta(days=1)
    read = spoken_between(session, first, last, actor=actor)
    days, first = days_of(problem, read), max([first, *read["day"].head(1)])  # nothing is known of the time before
    found = months(days, closed_on or adopted_on, first, last)
    until = closed_on if closed_on is not None and problem.state is ProblemState.CLOSED else today
    change = before_and_after(days, adopted_on, until) if problem.adopted_at and until > adopted_on else None
    level = before_and_after(days, adopted_on, closed_on) if closed_on is not None and closed_on > adopted_on else None
    phases = [phase_of(one.starts_on, adopted_on, closed_on) for one in found]
    frame = pd.DataFrame(
        {
            "starts_on": pd.Series([one.starts_on for one in found], dtype=object),
            "count": pd.Series([one.count for one in found], dtype="int64"),
            "phase": pd.Series(phases, dtype="str"),
        }
    )
    alarm = np.nan if level is None else float(alarm_count(level))
    limits = limits_of(frame)
    return change, frame.assign(**limits, alarm=np.where(frame["phase"] == "after", alarm, np.nan))


def last_closing(session: Session, problem_id: int) -> datetime | None:
    """When a problem was closed last, whatever came of it afterwards."""
    is_closing = sa.and_(ProblemStep.problem_id == problem_id, ProblemStep.kind == ProblemStepKind.CLOSED)
    return session.scalar(sa.select(ProblemStep.at).where(is_closing).order_by(ProblemStep.at.desc()).limit(1))


def phase_of(starts_on: date, adopted_on: date, closed_on: date | None) -> str:
    if closed_on is not None and starts_on >= closed_on:
        return "after"
    return "during" if starts_on >= adopted_on else "before"


def limits_of(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Mean and upper process limit of the months before, and anew of those since the problem was adopted.

    What comes after the closing makes no limits and is judged by those of the time before it.
    """
    if frame.empty:
        return {"mean": np.array([]), "upper": np.array([])}
    phase = frame["phase"].to_numpy()
    starts = np.zeros(len(frame), dtype=bool)
    since = np.flatnonzero(phase != "before")
    if since.size:
        starts[since[0]] = True
    after = np.array(phase == "after")[None, :] if (phase == "during").any() else None
    chart = c_chart(frame["count"].to_numpy(dtype=np.float64)[None, :], segment_starts=starts[None, :], exclude=after)
    return {"mean": chart.mean[0], "upper": chart.upper[0]}


def possible_owners(session: Session, service_id: int, *, actor: Actor) -> list[tuple[int, str, str]]:
    """Who may answer for a service as the owner of a problem: id, name, name in English; its leader first."""
    actor.check_everywhere(Permission.SIGNALS_DECIDE)
    service = session.get(Service, service_id)
    if service is None:
        raise NotFound("service_unknown")
    found = []
    for one in actors_by_username(session).values():
        reach = sa.select(Service.id).where(Service.id == service_id, Service.id.in_(visible_services(one, ANSWER)))
        if one.has(ANSWER) and session.scalar(reach) is not None and one.person_id is not None:
            found.append(one.person_id)
    found.sort(key=lambda person_id: (person_id != service.leader_id, person_id))
    names = {one.id: one for one in session.scalars(sa.select(Person).where(Person.id.in_(found)))}
    return [(one, names[one].name, names[one].name_en or "") for one in found]


def due_steps(session: Session, problem_ids: list[int]) -> list[ProblemPlanStep]:
    """The open steps of the plans in force, the soonest first."""
    steps = [step for one in problem_ids for step in steps_in_force(session, one) if step.done_at is None]
    return sorted(steps, key=lambda step: (step.due_on, step.id))
