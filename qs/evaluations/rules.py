"""What an evaluation allows: steps and who takes them, weighted scores, panels in words, when to seek consensus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qs.actor import ROLE_PERMISSIONS, Actor, Permission, Role
from qs.errors import Conflict, InvalidInput
from qs.evaluations.terms import (
    ANCHORS,
    LABELS,
    CriterionKind,
    Method,
    Scored,
    SheetState,
    Subject,
    TemplateContent,
)

HIGHEST_SCORE = 100
CONSENSUS_POINTS = 30  # a wider spread between assessors needs a consensus note (local rule)
WIDEST_MARGIN_POINTS = 50.0
SIDES = {  # the role in which somebody fills in the sheet of each subject
    Subject.SELF: Role.SERVICE_LEADER,
    Subject.OFFICE: Role.SUPERVISOR,
    Subject.THIRD_PARTY: Role.THIRD_PARTY,
}
S = SheetState
STEPS: dict[SheetState, frozenset[SheetState]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.NOT_REPORTED}),
    S.CHANGE_REQUESTED: frozenset({S.SUBMITTED, S.NOT_REPORTED}),
    S.SUBMITTED: frozenset({S.CHANGE_REQUESTED, S.REVIEWED}),
    S.REVIEWED: frozenset({S.CHANGE_REQUESTED, S.APPROVED}),
    S.APPROVED: frozenset({S.CHANGE_REQUESTED}),  # after an appeal that was upheld, and only then
    S.NOT_REPORTED: frozenset({S.DRAFT}),
}
EDITABLE = frozenset({S.DRAFT, S.CHANGE_REQUESTED})
HANDED_IN = frozenset({S.SUBMITTED, S.REVIEWED, S.APPROVED})
SETTLED = frozenset({S.APPROVED, S.NOT_REPORTED})


class SheetStepForbidden(Conflict):
    """The step does not fit the state the sheet is in."""

    code = "sheet_step_forbidden"


def forbidden(present: SheetState) -> SheetStepForbidden:
    """The refusal that names the present state."""
    return SheetStepForbidden(field=LABELS[SheetState][present])


def check_step(present: SheetState, wanted: SheetState) -> None:
    """Raise SheetStepForbidden unless a sheet may go from one state to the other."""
    if wanted not in STEPS[present]:
        raise forbidden(present)


def check_editable(present: SheetState) -> None:
    if present not in EDITABLE:
        raise forbidden(present)


def in_role(actor: Actor, role: Role, permission: Permission) -> Actor:
    """The actor with the rights of one role only; who holds the permission without a role (the system) keeps it."""
    grants = tuple(grant for grant in actor.grants if grant.role is role and permission in ROLE_PERMISSIONS[role])
    return replace(actor, grants=grants)


def check_template(content: TemplateContent) -> None:
    """Raise InvalidInput for a template without criteria, a code used twice, or a weight outside (0, 1]."""
    if not content.criteria:
        raise InvalidInput("template_without_criteria")
    seen = set()
    for criterion in content.criteria:
        if criterion.code in seen:
            raise InvalidInput("criterion_code_repeated", value=criterion.code)
        seen.add(criterion.code)
        if not 0 < criterion.weight <= 1:
            raise InvalidInput("criterion_weight_faulty", value=criterion.name)


def sheet_score(weighted: Iterable[tuple[float, float]]) -> float | None:
    """The weighted mean of (weight, score) pairs, 0 to 100; none without any."""
    pairs = list(weighted)
    total = sum(weight for weight, _ in pairs)
    return sum(weight * score for weight, score in pairs) / total if total else None


def anchor(kind: CriterionKind, score: float) -> str:
    """What a score says on its panel, in English words to be translated where they are shown."""
    return next(words for upper, words in ANCHORS[kind] if score <= upper)


def spread(scores: Sequence[float]) -> float:
    """How far the assessors lie apart, in points; 0 for fewer than two."""
    return max(scores) - min(scores) if len(scores) > 1 else 0.0


def widest_spread(sheets: Sequence[Mapping[str, float]], totals: Sequence[float]) -> float:
    """The widest spread on a criterion that at least two sheets score (by code), or between the sheets' totals."""
    codes = {code for sheet in sheets for code in sheet}
    by_criterion = [spread([sheet[code] for sheet in sheets if code in sheet]) for code in codes]
    return max([spread(totals), *by_criterion])


def needs_consensus(points: float) -> bool:
    return points > CONSENSUS_POINTS


def check_scores(scores: Mapping[int, Scored], criterion_ids: Iterable[int]) -> None:
    """Raise InvalidInput for a criterion that is not on the sheet, or a score outside 0 to 100."""
    if not set(scores) <= set(criterion_ids):
        raise InvalidInput("sheet_criterion_unknown")
    for scored in scores.values():
        if scored.score is not None and not 0 <= scored.score <= HIGHEST_SCORE:
            raise InvalidInput("sheet_score_out_of_range")


def check_method(method: Method) -> None:
    """Raise InvalidInput for numbers or days that cannot be."""
    if not 0 <= method.response_count <= method.sample_size or method.sample_size < 1:
        raise InvalidInput("method_numbers_faulty")
    if method.ended_on < method.began_on:
        raise InvalidInput("method_days_faulty")
    if not 0 <= method.margin_points <= WIDEST_MARGIN_POINTS:
        raise InvalidInput("method_margin_faulty")
