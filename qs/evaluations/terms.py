"""The words of evaluations: cycles, templates, score sheets, panels, appeals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.attachments.terms import Upload
from qs.i18n import N_


class Subject(StrEnum):
    """Who evaluates (评价主体); the public does so by ratings."""

    SELF = "self"
    OFFICE = "office"
    THIRD_PARTY = "third_party"


class SheetState(StrEnum):
    """How far a score sheet has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGE_REQUESTED = "change_requested"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    NOT_REPORTED = "not_reported"


class CriterionKind(StrEnum):
    """Which panel a criterion is scored by: what is done, or what came of it (CAF 2020)."""

    ENABLER = "enabler"
    RESULT = "result"


class AppealOutcome(StrEnum):
    """What became of an appeal against a result (申诉)."""

    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True)
class CriterionContent:
    """One criterion of a template. `clause` and `indicator` are codes; weights are relative."""

    code: str
    name: str
    guidance: str
    weight: float
    kind: CriterionKind = CriterionKind.ENABLER
    name_en: str = ""
    guidance_en: str = ""
    clause: str | None = None
    indicator: str | None = None


@dataclass(frozen=True)
class TemplateContent:
    """What the sheets of one subject ask."""

    subject: Subject
    name: str
    criteria: tuple[CriterionContent, ...]
    name_en: str = ""


@dataclass(frozen=True)
class Scored:
    """What was entered for one criterion; no score while it is still open."""

    score: int | None
    note: str = ""
    files: Sequence[Upload] = ()


@dataclass(frozen=True)
class Method:
    """How a third party came to its scores, and that nothing binds it to the service.

    `sample_size`: people or cases asked for; `response_count`: answers got; `margin_points`: half the width of the
    95 % interval, in points.
    """

    population: str
    sampling: str
    method: str
    sample_size: int
    response_count: int
    began_on: date
    ended_on: date
    margin_points: float
    has_no_conflict: bool = False


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Subject: {
        Subject.SELF: N_("Self-assessment"),
        Subject.OFFICE: N_("Evaluation by the office"),
        Subject.THIRD_PARTY: N_("Third-party evaluation"),
    },
    SheetState: {
        SheetState.DRAFT: N_("In draft"),
        SheetState.SUBMITTED: N_("To be reviewed"),
        SheetState.CHANGE_REQUESTED: N_("Change requested"),
        SheetState.REVIEWED: N_("Reviewed"),
        SheetState.APPROVED: N_("Result approved"),
        SheetState.NOT_REPORTED: N_("Not reported"),
    },
    CriterionKind: {
        CriterionKind.ENABLER: N_("What is done"),
        CriterionKind.RESULT: N_("What came of it"),
    },
    AppealOutcome: {
        AppealOutcome.UPHELD: N_("Appeal upheld"),
        AppealOutcome.REJECTED: N_("Appeal rejected"),
    },
}
SHORT_LABELS: dict[Subject, str] = {
    Subject.SELF: N_("Self"),
    Subject.OFFICE: N_("Office"),
    Subject.THIRD_PARTY: N_("Third party"),
}
# The panels of CAF 2020, classical scoring, in our own words: the upper edge of each band and what it takes.
ANCHORS: dict[CriterionKind, tuple[tuple[int, str], ...]] = {
    CriterionKind.ENABLER: (
        (10, N_("0–10: nothing is done, or nothing is known of it")),
        (30, N_("11–30 Plan: there is a plan")),
        (50, N_("31–50 Do: the plan is carried out")),
        (70, N_("51–70 Check: what is done is checked and reviewed")),
        (90, N_("71–90 Act: checks have led to changes")),
        (100, N_("91–100: the whole cycle runs, and the service learns from others")),
    ),
    CriterionKind.RESULT: (
        (10, N_("0–10: nothing is measured")),
        (30, N_("11–30: results get worse and targets are missed")),
        (50, N_("31–50: results are flat, or some targets are met")),
        (70, N_("51–70: results improve, or most targets are met")),
        (90, N_("71–90: clear progress, and all targets that matter are met")),
        (100, N_("91–100: excellent and lasting results, compared with others")),
    ),
}

ERRORS: dict[str, str] = {
    "cycle_unknown": N_("There is no such evaluation cycle."),
    "cycle_name_faulty": N_("A cycle is named after its quarter, such as 2026Q3."),
    "cycle_exists": N_("The cycle {name} is open already."),
    "cycle_too_early": N_("The quarter {name} has not begun yet."),
    "cycle_without_services": N_("Choose at least one service that runs in this quarter."),
    "cycle_closed": N_("The cycle {name} is closed. Its sheets do not change any more."),
    "cycle_sheets_open": N_("{count} sheets are neither approved nor marked as not reported yet."),
    "cycle_due_on_past": N_("The day by which sheets are due lies in the past. Choose a later one."),
    "template_missing": N_("There is no template for every subject yet. Add one first."),
    "template_unknown": N_("There is no such template."),
    "template_locked": N_("Sheets are filled in by this template, so it does not change any more. Add a new version."),
    "template_without_criteria": N_("A template needs at least one criterion."),
    "criterion_weight_faulty": N_("The weight of “{value}” must be above 0 and at most 1."),
    "criterion_code_repeated": N_("The code “{value}” stands twice in the template. Each criterion needs its own."),
    "score_sheet_unknown": N_("There is no such sheet, or it is outside your responsibility."),
    "sheet_changed": N_("Somebody was faster: this sheet has changed in the meantime. Look at it again."),
    "sheet_step_forbidden": N_("This step does not fit the state “{field}”. Look at the present state."),
    "sheet_not_approved": N_("The sheet is not approved yet. Only an approved result raises a rectification."),
    "sheet_criterion_unknown": N_("One of the criteria is not on this sheet. Open the sheet again."),
    "sheet_score_out_of_range": N_("A score lies between 0 and 100."),
    "sheet_scores_missing": N_("{count} criteria have no score yet."),
    "sheet_evidence_missing": N_("{count} scores have no evidence. Say what they rest on, or attach it."),
    "method_missing": N_("A third party states its method and that it has no conflict of interest before it submits."),
    "method_of_third_party_only": N_("Only a third party states a method."),
    "method_numbers_faulty": N_("Answers cannot be more than were asked, and one at least was asked."),
    "method_days_faulty": N_("The last day of the survey lies before the first one. Exchange them."),
    "method_margin_faulty": N_("The margin lies between 0 and 50 points."),
    "sheet_own_work": N_("You filled in this sheet, so somebody else has to review it."),
    "sheet_approver_involved": N_("You filled in or reviewed this sheet, so somebody else has to approve it."),
    "sheet_for_others": N_("You answer for this service, so somebody else has to do this."),
    "consensus_missing": N_(
        "The assessors differ by more than {points} points. Write down in a consensus note what they agreed on."
    ),
    "consensus_not_needed": N_("No two assessors differ by more than {points} points, so no note is needed."),
    "third_party_unfit": N_("This person holds no third-party role over all of these services."),
    "evaluation_appeal_too_late": N_("The time for an appeal ended at {moment}."),
    "appeal_pending": N_("An appeal against this result is being decided already."),
    "appeal_decided_before": N_("An appeal against this result was decided before. That decision is final."),
    "appeal_of_own_sheet": N_("This is the service's own assessment: there is nothing to appeal against."),
    "appeal_unknown": N_("There is no such appeal, or it is outside your responsibility."),
    "appeal_decided": N_("This appeal is decided already."),
    "appeal_judge_involved": N_(
        "You filled in, reviewed or approved this sheet, so somebody else has to decide the appeal."
    ),
}
ACTIONS: dict[str, str] = {
    "evaluations.added_template": N_("Added a template of score sheets"),
    "evaluations.changed_template": N_("Changed a template of score sheets"),
    "evaluations.opened_cycle": N_("Opened an evaluation cycle"),
    "evaluations.closed_cycle": N_("Closed an evaluation cycle"),
    "evaluations.ordered_rectification": N_("Ordered a rectification because of an evaluation"),
    "evaluations.assigned_third_party": N_("Assigned services to a third party"),
    "evaluations.saved_scores": N_("Entered scores"),
    "evaluations.submitted_sheet": N_("Submitted a score sheet"),
    "evaluations.requested_change": N_("Asked for changes to a score sheet"),
    "evaluations.reviewed_sheet": N_("Reviewed a score sheet"),
    "evaluations.noted_consensus": N_("Wrote a consensus note"),
    "evaluations.approved_sheet": N_("Approved a score sheet"),
    "evaluations.marked_not_reported": N_("Marked a score sheet as not reported"),
    "evaluations.filed_appeal": N_("Appealed against an evaluation result"),
    "evaluations.decided_appeal": N_("Decided an appeal against an evaluation result"),
}
OBJECTS: dict[str, str] = {
    "evaluation_template": N_("Template of score sheets"),
    "evaluation_cycle": N_("Evaluation cycle"),
    "evaluation_sheet": N_("Score sheet"),
    "evaluation_appeal": N_("Appeal against an evaluation"),
}
FACTS: dict[str, str] = {
    "assessor": N_("assessor"),
    "criterion_count": N_("criteria"),
    "sheet_count": N_("sheets"),
    "score": N_("score"),
    "cycle": N_("cycle"),
    "due_on": N_("due on"),
    "service_ids": N_("services"),
}
WAITING: dict[str, tuple[str, str]] = {
    "sheets_to_fill": (
        N_("Fill in {count} score sheets of {cycle}"),
        N_("Due on {day} · first {service}"),
    ),
    "sheets_to_change": (
        N_("Change {count} score sheets as asked"),
        N_("{cycle} · first {service}"),
    ),
    "sheets_to_review": (N_("Review {count} score sheets"), N_("{cycle} · first {service}")),
    "sheets_to_approve": (N_("Approve {count} reviewed score sheets"), N_("{cycle} · first {service}")),
    "consensus_to_note": (
        N_("Settle where assessors of {service} differ"),
        N_("{cycle} · {points} points apart; approval waits for the consensus note"),
    ),
    "results_to_read": (
        N_("Read {count} evaluation results"),
        N_("{cycle} · first {service}; an appeal is possible until then"),
    ),
    "appeal_to_decide": (N_("Decide the appeal of {service}"), N_("{cycle} · by somebody who was not involved")),
}
