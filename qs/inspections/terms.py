"""The words of inspections: plans, checklists, findings, defences and opinion letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.attachments.terms import Upload
from qs.i18n import N_


class InspectionType(StrEnum):
    """Why somebody goes and looks (检查类型)."""

    ROUTINE = "routine"
    SPECIAL = "special"
    COMPREHENSIVE = "comprehensive"
    UNANNOUNCED = "unannounced"
    FOLLOW_UP = "follow_up"
    EVENT = "event"


class InspectionState(StrEnum):
    """How far an inspection has come."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    ON_SITE = "on_site"
    FINDINGS_SENT = "findings_sent"  # the unit may defend itself
    DEFENDED = "defended"
    CONCLUDED = "concluded"  # the opinion letter is out; rectifications run
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Judgement(StrEnum):
    """What was found on one item of the checklist."""

    CONFORM = "conform"
    MINOR = "minor"
    MAJOR = "major"
    NOT_APPLICABLE = "not_applicable"

    @property
    def is_finding(self) -> bool:
        return self in (Judgement.MINOR, Judgement.MAJOR)


class Verdict(StrEnum):
    """What became of a finding after the unit was heard."""

    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


class Grade(StrEnum):
    """The grade (等次) of a concluded inspection, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    NEEDS_IMPROVEMENT = "needs_improvement"
    INADEQUATE = "inadequate"


class RecusalReason(StrEnum):
    """Why somebody who might inspect does not (回避)."""

    LEADS = "leads"  # leads the service
    ANSWERS = "answers"  # holds a role that answers for the service
    DECLARED = "declared"  # named by the planner, with a reason
    STOOD_DOWN = "stood_down"  # drawn, then replaced


@dataclass(frozen=True)
class InspectionPlan:
    """What a supervisor decides before anybody is drawn. `recused`: people who must not go, besides those ruled out."""

    service_id: int
    type: InspectionType
    reason: str
    opens_on: date
    ends_on: date
    inspector_count: int = 2
    recused: tuple[int, ...] = ()


@dataclass(frozen=True)
class Defence:
    """What the unit says to one finding; an empty text says that it has nothing to say against it."""

    text: str = ""
    files: Sequence[Upload] = ()


@dataclass(frozen=True)
class Ruling:
    """What the supervisor decides on one finding. `demand`: what has to be put right, for a finding upheld."""

    verdict: Verdict
    answer: str = ""
    demand: str = ""


@dataclass(frozen=True)
class Judged:
    """One item as it counts: what was found, what became of it, its weight, and whether safety hangs on it."""

    judgement: Judgement
    weight: float
    is_safety: bool
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of an inspection: counts behind the conformity, weighted score (0 to 1, or none), and the grade."""

    item_count: int
    conform_count: int
    score: float | None
    grade: Grade | None
    is_capped: bool


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    InspectionType: {
        InspectionType.ROUTINE: N_("Routine inspection"),
        InspectionType.SPECIAL: N_("Special inspection"),
        InspectionType.COMPREHENSIVE: N_("Comprehensive inspection"),
        InspectionType.UNANNOUNCED: N_("Unannounced visit"),
        InspectionType.FOLLOW_UP: N_("Follow-up check"),
        InspectionType.EVENT: N_("Inspection after an event"),
    },
    InspectionState: {
        InspectionState.PLANNED: N_("Planned"),
        InspectionState.ANNOUNCED: N_("Announced"),
        InspectionState.ON_SITE: N_("On site"),
        InspectionState.FINDINGS_SENT: N_("Waiting for the defence"),
        InspectionState.DEFENDED: N_("Defence to be answered"),
        InspectionState.CONCLUDED: N_("Letter issued"),
        InspectionState.CLOSED: N_("Inspection closed"),
        InspectionState.CANCELLED: N_("Inspection cancelled"),
    },
    Judgement: {
        Judgement.CONFORM: N_("Conforms"),
        Judgement.MINOR: N_("Minor finding"),
        Judgement.MAJOR: N_("Major finding"),
        Judgement.NOT_APPLICABLE: N_("Not applicable"),
    },
    Verdict: {
        Verdict.UPHELD: N_("Upheld"),
        Verdict.WITHDRAWN: N_("Withdrawn"),
    },
    Grade: {
        Grade.EXCELLENT: N_("Excellent"),
        Grade.GOOD: N_("Good"),
        Grade.NEEDS_IMPROVEMENT: N_("Needs improvement"),
        Grade.INADEQUATE: N_("Inadequate"),
    },
    RecusalReason: {
        RecusalReason.LEADS: N_("leads the service"),
        RecusalReason.ANSWERS: N_("answers for the service"),
        RecusalReason.DECLARED: N_("recused by the planner"),
        RecusalReason.STOOD_DOWN: N_("stood down after the draw"),
    },
}
ERRORS: dict[str, str] = {
    "inspection_unknown": N_("There is no such inspection, or it is outside your responsibility."),
    "inspection_item_unknown": N_(
        "There is no such item on this checklist. Look at the present state, then try again."
    ),
    "inspection_changed": N_(
        "Somebody was faster: this inspection has changed in the meantime. Nothing of it was lost; look again."
    ),
    "inspection_item_changed": N_(
        "Somebody else has just judged this item. What they entered is shown now; change it if you still want to."
    ),
    "inspection_step_forbidden": N_("This step does not fit the state “{field}”. Look at the present state."),
    "inspection_planned_already": N_(
        "An inspection of this service is already open for {period}: {number}. Add to it, or choose another time."
    ),
    "inspection_window_upside_down": N_("The last day lies before the first one. Exchange them."),
    "inspection_window_too_long": N_("A window of {days} days says little. Choose at most {most} days."),
    "inspection_window_past": N_("The first day lies in the past. Plan from today on."),
    "inspection_too_few_inspectors": N_("This type needs at least {least} inspectors. Draw more of them."),
    "inspection_pool_too_small": N_(
        "Only {found} people may inspect this service after recusal, and {needed} are needed. "
        "Give somebody the role, or take back a recusal."
    ),
    "inspection_seed_missing": N_("A draw needs a seed of 8 to 64 letters or digits, so that it can be repeated."),
    "inspection_never_announced": N_("An unannounced visit is not announced. Begin it on site."),
    "inspection_too_early": N_("The window opens on {day}. Begin on that day or later."),
    "inspection_not_yours": N_("Only those drawn for this inspection may do this: {names}."),
    "inspection_without_clauses": N_(
        "No clause is in force for this sector on that day. Add one to the standards first."
    ),
    "inspection_items_open": N_("{count} items are not judged yet. Judge them, or mark them as not applicable."),
    "finding_needs_note": N_("A finding needs a note: what was seen, where, and how often."),
    "inspection_answers_incomplete": N_("Say something to each of the {count} findings, or that you accept it."),
    "inspection_defence_running": N_("The unit may defend itself until {moment}. Conclude after that, or once it has."),
    "inspection_rulings_incomplete": N_("Decide each of the {count} findings: upheld or withdrawn."),
    "ruling_needs_answer": N_("Answer the defence: the unit has a right to know why its finding stands or falls."),
    "ruling_needs_demand": N_("Say what has to be put right for each finding that is upheld."),
    "inspection_recused": N_("You were on site or answer for the service, so somebody else has to decide this."),
    "inspection_rectifications_open": N_("{count} rectifications from this letter are still open."),
    "inspection_published_already": N_("The result is published already."),
    "inspection_weight_out_of_range": N_("The weight of a clause lies between 0.1 and 10."),
    "inspector_not_drawn": N_("This person is not among those drawn. Look at the present state."),
    "inspection_nobody_left": N_("Nobody is left in the draw to take this place. Cancel the inspection and plan anew."),
}
ACTIONS: dict[str, str] = {
    "inspections.marked_clause": N_("Set the weight of a clause in checklists"),
    "inspections.planned": N_("Planned an inspection and drew the inspectors"),
    "inspections.replaced_inspector": N_("Replaced an inspector"),
    "inspections.cancelled": N_("Cancelled an inspection"),
    "inspections.announced": N_("Announced an inspection"),
    "inspections.begun": N_("Began an inspection on site"),
    "inspections.judged_item": N_("Judged an item of a checklist"),
    "inspections.sent_findings": N_("Sent the preliminary findings"),
    "inspections.answered_findings": N_("Answered the findings of an inspection"),
    "inspections.concluded": N_("Issued the opinion letter of an inspection"),
    "inspections.closed": N_("Closed an inspection"),
    "inspections.published": N_("Published the result of an inspection"),
}
OBJECTS: dict[str, str] = {
    "inspection": N_("Inspection"),
    "inspection_item": N_("Checklist item"),
}
FACTS: dict[str, str] = {
    "inspection_type": N_("type of inspection"),
    "period": N_("period"),
    "seed": N_("seed of the draw"),
    "pool": N_("people in the draw"),
    "drawn": N_("drawn"),
    "is_safety": N_("safety"),
    "judgement": N_("judgement"),
    "finding_count": N_("findings"),
    "contested_count": N_("findings contested"),
    "upheld_count": N_("findings upheld"),
    "withdrawn_count": N_("findings withdrawn"),
    "grade": N_("grade"),
    "letter": N_("letter"),
    "items": N_("items"),
}
WAITING: dict[str, tuple[str, str]] = {
    "inspection_to_announce": (
        N_("Announce the inspection of {service}"),
        N_("{number} · its window opens on {day}"),
    ),
    "inspection_to_begin": (N_("Inspect {service}"), N_("{number} · window from {day} to {last_day}")),
    "inspection_to_finish": (
        N_("Finish the checklist of {service}"),
        N_("{number} · {judged} of {items} items judged"),
    ),
    "inspection_to_defend": (
        N_("Answer the findings about {service}"),
        N_("{number} · {findings} findings; silence counts as no defence"),
    ),
    "inspection_to_conclude": (
        N_("Decide the findings about {service}"),
        N_("{number} · {findings} findings, {contested} of them contested"),
    ),
    "inspection_to_close": (
        N_("Close the inspection of {service}"),
        N_("{number} · all its rectifications are closed"),
    ),
}
