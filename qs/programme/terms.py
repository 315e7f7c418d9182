"""The words of the programme: phases, parties, tasks with their baseline, and how a task stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.i18n import N_

TITLE_LENGTH = 200
REASON_LENGTH = 500


class Phase(StrEnum):
    """The steps of the implementation plan, in order."""

    PLAN = "plan"
    SYSTEM = "system"
    PARTICIPATION = "participation"
    EVALUATION = "evaluation"
    INCENTIVES = "incentives"


class Party(StrEnum):
    """Who answers for a part of the programme (责任主体)."""

    SUPERVISION_GROUP = "supervision_group"
    INFORMATION_TECHNOLOGY = "information_technology"
    HUMAN_RESOURCES = "human_resources"
    PUBLIC_RELATIONS = "public_relations"
    SERVICE_LEADERS = "service_leaders"


class Status(StrEnum):
    """How a task stands today; computed, never stored."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    DONE = "done"


class Step(StrEnum):
    """What was done to a task."""

    CREATED = "created"
    REPORTED = "reported"
    FINISHED = "finished"
    CHANGE_ASKED = "change_asked"
    CHANGE_APPROVED = "change_approved"
    CHANGE_REFUSED = "change_refused"


@dataclass(frozen=True)
class TaskContent:
    """What a task of the template says; months count from the first day of the plan."""

    code: str
    phase: Phase
    party: Party
    title: str
    title_en: str
    measure: str
    measure_en: str
    from_month: float
    months: float
    weight: int
    is_milestone: bool


@dataclass(frozen=True)
class Duty:
    """What a party answers for."""

    party: Party
    text: str
    text_en: str


@dataclass(frozen=True)
class Template:
    """The plan every office begins with, and the duties of the parties."""

    tasks: tuple[TaskContent, ...]
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class Period:
    """First and last local day of a task."""

    starts_on: date
    due_on: date


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Phase: {
        Phase.PLAN: N_("Planning"),
        Phase.SYSTEM: N_("System and training"),
        Phase.PARTICIPATION: N_("Public participation"),
        Phase.EVALUATION: N_("Quarterly evaluation"),
        Phase.INCENTIVES: N_("Rewards and penalties"),
    },
    Party: {
        Party.SUPERVISION_GROUP: N_("Supervision group"),
        Party.INFORMATION_TECHNOLOGY: N_("Information technology"),
        Party.HUMAN_RESOURCES: N_("Human resources"),
        Party.PUBLIC_RELATIONS: N_("Public relations"),
        Party.SERVICE_LEADERS: N_("Service leaders"),
    },
    Status: {
        Status.NOT_STARTED: N_("Not started"),
        Status.ON_TRACK: N_("On track"),
        Status.AT_RISK: N_("At risk"),
        Status.LATE: N_("Late"),
        Status.DONE: N_("Done"),
    },
    Step: {
        Step.CREATED: N_("Entered"),
        Step.REPORTED: N_("Progress reported"),
        Step.FINISHED: N_("Finished"),
        Step.CHANGE_ASKED: N_("Asked for other dates"),
        Step.CHANGE_APPROVED: N_("Other dates approved"),
        Step.CHANGE_REFUSED: N_("Other dates refused"),
    },
}

ERRORS: dict[str, str] = {
    "plan_unknown": N_("There is no such plan."),
    "plan_running": N_("There is a plan already. Change its tasks instead of beginning another one."),
    "plan_not_adopted": N_("The plan has not been adopted yet. Somebody else than its author adopts it first."),
    "plan_adopted": N_("The plan has been adopted already."),
    "plan_name_faulty": N_("Give the plan a name of 1 to 200 characters."),
    "own_plan": N_("You wrote this plan. Ask another supervisor to adopt it."),
    "task_unknown": N_("There is no such task."),
    "task_not_yours": N_("Only the person in charge of a task, or a supervisor, reports on it."),
    "task_finished": N_("This task is finished. Nothing can be changed in it any more."),
    "task_changed": N_("Somebody has changed this task in the meantime. Look at its present state, then try again."),
    "progress_faulty": N_("Progress is a share from 0 to 100 %, and never falls below what was reported before."),
    "proof_missing": N_("Say in a sentence what proves that the task is finished."),
    "dates_faulty": N_("The last day of a task cannot lie before its first."),
    "dates_as_before": N_("These are the dates the task has already."),
    "reason_missing": N_("Give a reason of 1 to 500 characters."),
    "change_open": N_("Other dates have been asked for this task already. They are to be decided first."),
    "change_unknown": N_("There is no such request for other dates, or it has been decided."),
    "own_change": N_("You asked for these dates yourself. Ask another supervisor to decide."),
    "person_unknown": N_("There is no such person, or the person is not active."),
}

ACTIONS: dict[str, str] = {
    "programme.plan_begun": N_("Wrote the implementation plan"),
    "programme.plan_adopted": N_("Adopted the implementation plan"),
    "programme.task_reported": N_("Reported progress of a task"),
    "programme.task_finished": N_("Finished a task"),
    "programme.change_asked": N_("Asked for other dates of a task"),
    "programme.change_decided": N_("Decided on other dates of a task"),
    "programme.responsible_named": N_("Named who answers for a party"),
    "programme.owner_named": N_("Named the person in charge of a task"),
}
OBJECTS: dict[str, str] = {
    "plan": N_("Implementation plan"),
    "plan_task": N_("Task of the plan"),
    "plan_change": N_("Request for other dates"),
    "responsibility": N_("Responsibility"),
}
FACTS: dict[str, str] = {
    "progress": N_("progress"),
    "due_on": N_("last day"),
    "tasks": N_("tasks"),
    "party": N_("party"),
    "person_id": N_("person"),
    "approved": N_("approved"),
}
WAITING: dict[str, tuple[str, str]] = {
    "programme.task_late": (N_("Late: {title}"), N_("Was to be finished on {due}; {progress} done")),
    "programme.task_at_risk": (N_("At risk: {title}"), N_("To be finished on {due}; only {progress} done")),
    "programme.change_open": (N_("Decide on other dates: {title}"), N_("From {due} to {wanted}")),
    "programme.plan_open": (N_("Adopt the implementation plan"), N_("{name}: {tasks} tasks, written by somebody else")),
}
