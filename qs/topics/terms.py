"""The words of topics: what people write about, and the problem of the month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qs.i18n import N_


class Trend(StrEnum):
    """How much is written about a matter this week, against the weeks before."""

    NEW = "new"
    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


class ProblemState(StrEnum):
    """Where a problem of the month stands (每月一题)."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"  # a second person has agreed; the plan is to come
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"  # with a result; what is written about it is watched on
    RECURRED = "recurred"  # opened again by itself
    DECLINED = "declined"

    @property
    def is_open(self) -> bool:
        return self not in (ProblemState.CLOSED, ProblemState.DECLINED)


class ProblemStepKind(StrEnum):
    """One thing that happened to a problem."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    DECLINED = "declined"
    PLANNED = "planned"
    STEP_DONE = "step_done"
    CLOSED = "closed"
    RECURRED = "recurred"


class Result(StrEnum):
    """What a problem came to, against the target that was set."""

    REACHED = "reached"
    PARTLY = "partly"  # fewer than before beyond chance, but the target is missed
    NOT_SHOWN = "not_shown"  # chance alone could have made the difference


LEAST_CASES = 5  # fewer requests are no topic, no mass request, and a word that fewer of them use is not shown
WEEKS_SHOWN, WEEKS_BEFORE = 12, 8  # of the small chart; that a week is compared with
MONTH_DAYS = 30  # a month of a problem, so that all are equally long
LEVEL_MONTHS = 3  # from which the level before, and the level reached, are taken
USUAL_TARGET = 0.5  # half as many requests; local rule
PLAN_RULE = "problem.plan"
TITLE_LENGTH, TEXT_LENGTH, STEP_LENGTH, MOST_STEPS = 80, 4000, 200, 12


@dataclass(frozen=True)
class PlannedStep:
    """One step of a plan: what is done, and by when."""

    text: str
    due_on: date


@dataclass(frozen=True)
class NewProblem:
    """A problem of the month as it is proposed.

    `service_id` leads, `owner_id` answers for it, `co_service_ids` help. Requests are counted by the topic, or without
    one by the leading service. `target_share`: how many requests there shall still be, as a share of those before.
    """

    title: str
    demand: str
    service_id: int
    owner_id: int
    target_on: date
    month: date
    title_en: str = ""
    topic_id: int | None = None
    co_service_ids: tuple[int, ...] = ()
    target_share: float = USUAL_TARGET


@dataclass(frozen=True)
class Change:
    """Requests in a time against those in another: counts with their days, the ratio of the rates and its interval.

    `ratio`, `lower`, `upper` are None where nothing was counted in the first time. `p_fewer`, `p_more`: how probable so
    few, or so many, in the second time are when the rate has not changed.
    """

    before_count: int
    before_days: int
    after_count: int
    after_days: int
    ratio: float | None
    lower: float | None
    upper: float | None
    p_fewer: float
    p_more: float


@dataclass(frozen=True)
class Month:
    """Requests of MONTH_DAYS days from `starts_on`."""

    starts_on: date
    count: int


@dataclass(frozen=True)
class Searched:
    """What a search for topics found. `ends_on`: the last day it looked at."""

    ends_on: date
    text_count: int
    topic_count: int
    new_topic_count: int
    emerging_count: int
    is_fresh: bool = True  # False: that day had been looked at before, and nothing was done


@dataclass(frozen=True)
class Scan:
    """The last search for topics, as the page tells it."""

    starts_on: date  # of the week
    ends_on: date
    scanned_at: datetime
    text_count: int
    before_count: int
    tested_count: int


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Trend: {
        Trend.NEW: N_("New topic"),
        Trend.RISING: N_("Rising"),
        Trend.STEADY: N_("As usual"),
        Trend.FALLING: N_("Falling"),
    },
    ProblemState: {
        ProblemState.PROPOSED: N_("Proposed as the problem of the month"),
        ProblemState.ADOPTED: N_("Adopted, plan to come"),
        ProblemState.IN_PROGRESS: N_("Plan under way"),
        ProblemState.CLOSED: N_("Closed, watched on"),
        ProblemState.RECURRED: N_("Come back after closing"),
        ProblemState.DECLINED: N_("Proposal declined"),
    },
    ProblemStepKind: {
        ProblemStepKind.PROPOSED: N_("Proposed the problem"),
        ProblemStepKind.ADOPTED: N_("Adopted the problem"),
        ProblemStepKind.DECLINED: N_("Declined the proposal"),
        ProblemStepKind.PLANNED: N_("Handed in a plan for the problem"),
        ProblemStepKind.STEP_DONE: N_("Finished a step of the plan"),
        ProblemStepKind.CLOSED: N_("Closed the problem"),
        ProblemStepKind.RECURRED: N_("The problem has come back"),
    },
    Result: {
        Result.REACHED: N_("Target reached"),
        Result.PARTLY: N_("Fewer than before, target missed"),
        Result.NOT_SHOWN: N_("No change beyond chance"),
    },
}
ERRORS: dict[str, str] = {
    "topic_unknown": N_("There is no such topic within your responsibility."),
    "problem_unknown": N_("There is no such problem of the month within your responsibility."),
    "problem_changed": N_(
        "Somebody has worked on this problem since you opened it. Nothing of theirs or yours is lost: "
        "look at it as it is now, then do your step again."
    ),
    "problem_step_forbidden": N_(
        "This step does not fit where the problem stands ({field}). Look at it as it is now; its next step is shown."
    ),
    "problem_known": N_("This topic is a problem already that is still worked on. Go on with that one."),
    "problem_own_proposal": N_(
        "You proposed this problem yourself. Somebody else of the office must adopt or decline it."
    ),
    "problem_own_work": N_("You answer for this problem yourself, so somebody else must close it."),
    "problem_owner_unfit": N_("This person may not answer for the leading service. Choose somebody who leads it."),
    "problem_target_passed": N_("The day of the target lies before tomorrow. Choose a later one."),
    "problem_target_share": N_("The target lies between 0 and 100 % of the requests before."),
    "problem_plan_empty": N_("A plan needs at least one step with a day. Add one."),
    "problem_plan_too_long": N_("A plan has at most {limit} steps. Put some of them together."),
    "problem_step_after_target": N_("A step ends after the day of the target. Move it, or plan it sooner."),
    "problem_step_known": N_("This step of the plan is finished already."),
    "problem_steps_open": N_("Steps of the plan are still open: {count}. Finish them first, or hand in a new plan."),
}
ACTIONS: dict[str, str] = {
    "topics.searched": N_("Looked for topics in the requests"),
    "topics.proposed_problem": N_("Proposed a problem of the month"),
    "topics.adopted_problem": N_("Adopted a problem of the month"),
    "topics.declined_problem": N_("Declined a problem of the month"),
    "topics.planned_problem": N_("Handed in the plan of a problem of the month"),
    "topics.finished_step": N_("Finished a step of a problem of the month"),
    "topics.closed_problem": N_("Closed a problem of the month"),
    "topics.noted_recurrences": N_("Watched closed problems of the month"),
}
OBJECTS: dict[str, str] = {
    "topics": N_("Topics"),
    "problem": N_("Problem of the month"),
    "problems": N_("Problems of the month"),
}
FACTS: dict[str, str] = {
    "topic": N_("topic"),
    "topics": N_("topics"),
    "texts": N_("requests looked through"),
    "emerging": N_("more than usual"),
    "ends_on": N_("until"),
    "owner": N_("owner"),
    "step_count": N_("steps"),
    "result": N_("result"),
    "recurred": N_("come back"),
}
WAITING: dict[str, tuple[str, str]] = {
    "problem_to_adopt": (
        N_("Decide on the problem of the month “{title}”"),
        N_("Somebody has proposed it; a second person adopts or declines it."),
    ),
    "problem_to_plan": (
        N_("Plan for the problem of the month “{title}”"),
        N_("It needs steps with a day each, and who takes them."),
    ),
    "problem_step_due": (
        N_("A step of “{title}” is to be finished"),
        N_("{step}"),
    ),
    "problem_to_close": (
        N_("Look at the result of “{title}”"),
        N_("All steps are finished or the day of the target has come; close it with its result."),
    ),
    "problem_recurred": (
        N_("“{title}” has come back"),
        N_("More requests than chance explains since it was closed: a new plan is needed."),
    ),
    "topics_emerging": (
        N_("Topics that more people write about than usual: {count}"),
        N_("The strongest: {words}, {now} requests in a week."),
    ),
}
