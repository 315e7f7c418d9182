"""What an inspection allows: windows, the draw, recusal, steps, and how a checklist becomes a grade. Local rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256

from qs.actor import EVERYWHERE, Actor, Permission, Role, Scope, ScopeKind
from qs.errors import Conflict, InvalidInput
from qs.inspections.terms import (
    LABELS,
    Grade,
    InspectionPlan,
    InspectionState,
    InspectionType,
    Judged,
    Judgement,
    Outcome,
    RecusalReason,
    Ruling,
    Verdict,
)

LEAST_INSPECTORS = 2
LEAST_INSPECTORS_FOR_DEPTH = 3  # special and comprehensive; education supervision rules, art. 16
MOST_WINDOW_DAYS = 31
SEED_LENGTHS = range(8, 65)
CREDITS = {Judgement.CONFORM: 1.0, Judgement.MINOR: 0.5, Judgement.MAJOR: 0.0}
LEAST_SCORES = {Grade.EXCELLENT: 0.95, Grade.GOOD: 0.85, Grade.NEEDS_IMPROVEMENT: 0.70}
CAP = Grade.NEEDS_IMPROVEMENT  # the best that is left after a major finding on safety
MONTHS_TO_NEXT = {Grade.INADEQUATE: 6, Grade.NEEDS_IMPROVEMENT: 12}  # the others by risk
ANSWERING_ROLES = frozenset({Role.SERVICE_LEADER, Role.DEPARTMENT_HEAD})
SCORE_PLACES = 9  # 0.85 reached by weights such as 0.1 is meant to be 0.85
S = InspectionState
STEPS: dict[InspectionState, frozenset[InspectionState]] = {
    S.PLANNED: frozenset({S.ANNOUNCED, S.ON_SITE, S.CANCELLED}),
    S.ANNOUNCED: frozenset({S.ON_SITE, S.CANCELLED}),
    S.ON_SITE: frozenset({S.FINDINGS_SENT}),
    S.FINDINGS_SENT: frozenset({S.DEFENDED, S.CONCLUDED, S.CLOSED}),
    S.DEFENDED: frozenset({S.CONCLUDED, S.CLOSED}),
    S.CONCLUDED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.CANCELLED: frozenset(),
}
SAID_TO_UNIT = frozenset({S.FINDINGS_SENT, S.DEFENDED, S.CONCLUDED, S.CLOSED})  # from here on it sees the judgements


class StepForbidden(Conflict):
    """The step does not fit the state the inspection is in."""

    code = "inspection_step_forbidden"


def forbidden(present: InspectionState) -> StepForbidden:
    """The refusal that names the present state."""
    return StepForbidden(field=LABELS[InspectionState][present])


def check_step(type: InspectionType, present: InspectionState, wanted: InspectionState) -> None:
    """Raise StepForbidden unless an inspection of this type may go from one state to the other."""
    is_skipping_notice = present is S.PLANNED and wanted is S.ON_SITE and type is not InspectionType.UNANNOUNCED
    if wanted not in STEPS[present] or is_skipping_notice:
        raise forbidden(present)
    if wanted is S.ANNOUNCED and type is InspectionType.UNANNOUNCED:
        raise Conflict("inspection_never_announced")


def least_inspectors(type: InspectionType) -> int:
    in_depth = type in (InspectionType.SPECIAL, InspectionType.COMPREHENSIVE)
    return LEAST_INSPECTORS_FOR_DEPTH if in_depth else LEAST_INSPECTORS


def check_plan(plan: InspectionPlan, today: date) -> None:
    """Raise InvalidInput for a window that is past, upside down or endless, or too few inspectors."""
    if plan.ends_on < plan.opens_on:
        raise InvalidInput("inspection_window_upside_down")
    if plan.opens_on < today:
        raise InvalidInput("inspection_window_past")
    days = (plan.ends_on - plan.opens_on).days + 1
    if days > MOST_WINDOW_DAYS:
        raise InvalidInput("inspection_window_too_long", days=days, most=MOST_WINDOW_DAYS)
    if plan.inspector_count < least_inspectors(plan.type):
        raise InvalidInput("inspection_too_few_inspectors", least=least_inspectors(plan.type))


def check_seed(seed: str) -> None:
    if len(seed) not in SEED_LENGTHS or not (seed.isascii() and seed.isalnum()):
        raise InvalidInput("inspection_seed_missing")


def draw_order(pool: Iterable[str], seed: str) -> list[str]:
    """The names of a pool in the order of the draw: by the SHA-256 of `seed:name`, which anybody can compute again."""
    return sorted(pool, key=lambda name: sha256(f"{seed}:{name}".encode()).hexdigest())


def reaches(scopes: Iterable[Scope], *, service_id: int, provider_id: int, department_id: int) -> bool:
    """True when one of the scopes holds the service."""
    part = {
        ScopeKind.SERVICES: service_id,
        ScopeKind.PROVIDER: provider_id,
        ScopeKind.DEPARTMENT: department_id,
    }
    return any(scope == EVERYWHERE or part.get(scope.kind) in scope.ids for scope in scopes)


def recusal_of(
    person: Actor, *, leader_id: int | None, service_id: int, provider_id: int, department_id: int
) -> RecusalReason | None:
    """Why this person must not inspect the service: leads it, or answers for it in some role."""
    if leader_id is not None and person.person_id == leader_id:
        return RecusalReason.LEADS
    answering = [grant.scope for grant in person.grants if grant.role in ANSWERING_ROLES]
    if reaches(answering, service_id=service_id, provider_id=provider_id, department_id=department_id):
        return RecusalReason.ANSWERS
    return None


def may_inspect(person: Actor, *, service_id: int, provider_id: int, department_id: int) -> bool:
    scopes = person.scopes(Permission.INSPECTIONS_RECORD)
    return reaches(scopes, service_id=service_id, provider_id=provider_id, department_id=department_id)


def counted(item: Judged) -> Judgement:
    """What an item counts as: a finding withdrawn conforms."""
    return Judgement.CONFORM if item.verdict is Verdict.WITHDRAWN else item.judgement


def outcome(items: Sequence[Judged]) -> Outcome:
    """The result of a checklist; items not applicable do not count.

    Score: sum of weight times credit (conform 1, minor 0.5, major 0) over the sum of weights. Grade: excellent from
    0.95, good from 0.85, needs improvement from 0.70, else inadequate; a major finding on a safety clause leaves at
    best “needs improvement”, as one item may decide with the Care Quality Commission. Local rule.
    """
    counting = [item for item in items if item.judgement is not Judgement.NOT_APPLICABLE]
    if not counting:
        return Outcome(0, 0, None, None, is_capped=False)
    total = sum(item.weight for item in counting)
    score = round(sum(item.weight * CREDITS[counted(item)] for item in counting) / total, SCORE_PLACES)
    earned = next((grade for grade, least in LEAST_SCORES.items() if score >= least), Grade.INADEQUATE)
    is_unsafe = any(item.is_safety and counted(item) is Judgement.MAJOR for item in counting)
    grades = list(Grade)
    is_capped = is_unsafe and grades.index(earned) < grades.index(CAP)
    conform_count = sum(counted(item) is Judgement.CONFORM for item in counting)
    return Outcome(len(counting), conform_count, score, CAP if is_capped else earned, is_capped=is_capped)


def check_ruling(ruling: Ruling, *, is_contested: bool) -> None:
    """Raise InvalidInput unless the decision says why, where the unit spoke or the finding falls, and what follows."""
    if (is_contested or ruling.verdict is Verdict.WITHDRAWN) and not ruling.answer.strip():
        raise InvalidInput("ruling_needs_answer")
    if ruling.verdict is Verdict.UPHELD and not ruling.demand.strip():
        raise InvalidInput("ruling_needs_demand")


def next_inspection_on(grade: Grade | None, concluded_on: date) -> date | None:
    """By when the service is to be inspected again: lowest grade 6 months, next 12, others by risk (local rule)."""
    months = MONTHS_TO_NEXT.get(grade) if grade is not None else None
    if months is None:
        return None
    month = concluded_on.month - 1 + months
    year, month = concluded_on.year + month // 12, month % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=concluded_on.day - 1), first_of_next - timedelta(days=1))


def inspection_number(period: str, inspection_id: int) -> str:
    """What an inspection is called on paper: JC2026Q4-0012."""
    return f"JC{period}-{inspection_id:04d}"
