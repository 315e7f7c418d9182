"""The rules of inspections: windows, draws, steps, and how a checklist becomes a grade."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.actor import EVERYWHERE, Actor, Grant, Role, Scope, ScopeKind
from qs.errors import Conflict, InvalidInput
from qs.inspections import rules
from qs.inspections.terms import (
    Grade,
    InspectionPlan,
    InspectionState,
    InspectionType,
    Judged,
    Judgement,
    RecusalReason,
    Ruling,
    Verdict,
)

MONDAY = date(2026, 11, 23)
PART = {"service_id": 1, "provider_id": 10, "department_id": 100}
C, MINOR, MAJOR, NA = Judgement.CONFORM, Judgement.MINOR, Judgement.MAJOR, Judgement.NOT_APPLICABLE


def plan(**wanted):
    facts = {"service_id": 1, "type": InspectionType.ROUTINE, "reason": "x", "opens_on": MONDAY, "ends_on": MONDAY}
    return InspectionPlan(**{**facts, **wanted})


def items(*judgements, weight=1.0, is_safety=False):
    return [Judged(one, weight, is_safety) for one in judgements]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"ends_on": date(2026, 11, 22)}, "inspection_window_upside_down"),
        ({"opens_on": date(2026, 11, 22)}, "inspection_window_past"),
        ({"ends_on": date(2026, 12, 24)}, "inspection_window_too_long"),
        ({"inspector_count": 1}, "inspection_too_few_inspectors"),
        ({"type": InspectionType.SPECIAL, "inspector_count": 2}, "inspection_too_few_inspectors"),
        ({"type": InspectionType.COMPREHENSIVE, "inspector_count": 2}, "inspection_too_few_inspectors"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(wanted, code):
    with pytest.raises(InvalidInput) as refusal:
        rules.check_plan(plan(**wanted), MONDAY)
    assert refusal.value.reason == code


def test_a_window_of_31_days_and_two_inspectors_are_enough_for_a_routine_inspection():
    rules.check_plan(plan(ends_on=date(2026, 12, 23)), MONDAY)


@pytest.mark.parametrize("seed", ["", "short", "with blank 1234", "ä" * 10, "x" * 65])
def test_a_draw_needs_a_seed_that_can_be_written_down(seed):
    with pytest.raises(InvalidInput, match="seed"):
        rules.check_seed(seed)


@given(st.lists(st.text("abcdefgh.", min_size=1), unique=True), st.text("0123456789abcdef", min_size=8, max_size=16))
def test_the_draw_depends_on_the_seed_alone_and_loses_nobody(pool, seed):
    order = rules.draw_order(pool, seed)
    assert sorted(order) == sorted(pool)
    assert rules.draw_order(reversed(pool), seed) == order


def test_another_seed_makes_another_order():
    pool = [f"person{n}" for n in range(20)]
    assert rules.draw_order(pool, "aaaaaaaa") != rules.draw_order(pool, "bbbbbbbb")


def test_whoever_leads_or_answers_for_the_service_is_recused():
    own = Scope(ScopeKind.DEPARTMENT, frozenset({100}))
    foreign = Scope(ScopeKind.DEPARTMENT, frozenset({200}))

    def reason(person_id, *grants):
        return rules.recusal_of(Actor(person_id, "x", "x", grants), leader_id=7, **PART)

    assert reason(7, Grant(Role.INSPECTOR)) is RecusalReason.LEADS
    assert reason(8, Grant(Role.INSPECTOR), Grant(Role.DEPARTMENT_HEAD, own)) is RecusalReason.ANSWERS
    assert reason(8, Grant(Role.INSPECTOR), Grant(Role.DEPARTMENT_HEAD, foreign)) is None


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (EVERYWHERE, True),
        (Scope(ScopeKind.PROVIDER, frozenset({10})), True),
        (Scope(ScopeKind.SERVICES, frozenset({1})), True),
        (Scope(ScopeKind.SERVICES, frozenset({10})), False),
        (Scope(ScopeKind.DEPARTMENT, frozenset({1})), False),
    ],
)
def test_an_inspector_reaches_as_far_as_the_role(scope, found):
    inspector = Actor(1, "x", "x", (Grant(Role.INSPECTOR, scope),))
    assert rules.may_inspect(inspector, **PART) is found


def test_notice_comes_before_the_visit_except_for_unannounced_ones():
    s = InspectionState
    rules.check_step(InspectionType.UNANNOUNCED, s.PLANNED, s.ON_SITE)
    with pytest.raises(rules.StepForbidden):
        rules.check_step(InspectionType.ROUTINE, s.PLANNED, s.ON_SITE)
    with pytest.raises(Conflict, match="never_announced"):
        rules.check_step(InspectionType.UNANNOUNCED, s.PLANNED, s.ANNOUNCED)
    with pytest.raises(rules.StepForbidden):
        rules.check_step(InspectionType.ROUTINE, s.CLOSED, s.ON_SITE)


@pytest.mark.parametrize(
    ("judgements", "score", "grade"),
    [
        ([C] * 20, 1.0, Grade.EXCELLENT),
        ([C] * 18 + [MINOR] * 2, 0.95, Grade.EXCELLENT),
        ([C] * 7 + [MINOR] * 3, 0.85, Grade.GOOD),
        ([C] * 7 + [MAJOR] * 3, 0.70, Grade.NEEDS_IMPROVEMENT),
        ([C] * 6 + [MINOR] * 1 + [MAJOR] * 3, 0.65, Grade.INADEQUATE),
        ([C, NA, NA], 1.0, Grade.EXCELLENT),
    ],
)
def test_grades_follow_the_weighted_score(judgements, score, grade):
    result = rules.outcome(items(*judgements))
    assert result.score == pytest.approx(score)
    assert result.grade is grade
    assert result.item_count == sum(one is not NA for one in judgements)


def test_a_major_finding_on_safety_caps_the_grade():
    result = rules.outcome([*items(*[C] * 30), *items(MAJOR, is_safety=True)])
    assert (result.grade, result.is_capped) == (Grade.NEEDS_IMPROVEMENT, True)
    minor = rules.outcome([*items(*[C] * 30), *items(MINOR, is_safety=True)])
    assert (minor.grade, minor.is_capped) == (Grade.EXCELLENT, False)


def test_the_cap_never_makes_a_grade_better():
    result = rules.outcome([*items(MAJOR, MAJOR), *items(MAJOR, is_safety=True)])
    assert (result.grade, result.is_capped) == (Grade.INADEQUATE, False)


def test_a_finding_withdrawn_conforms_and_lifts_the_cap():
    result = rules.outcome([*items(C), Judged(MAJOR, 1.0, True, Verdict.WITHDRAWN)])
    assert (result.conform_count, result.score, result.grade) == (2, 1.0, Grade.EXCELLENT)


def test_a_checklist_without_anything_to_judge_has_no_grade():
    result = rules.outcome(items(NA, NA))
    assert (result.score, result.grade, result.item_count) == (None, None, 0)


@given(st.lists(st.tuples(st.sampled_from(list(Judgement)), st.floats(0.1, 10), st.booleans()), max_size=30))
def test_the_score_is_a_share_and_never_better_with_a_worse_judgement(rows):
    found = rules.outcome([Judged(*row) for row in rows])
    worse = rules.outcome([Judged(MAJOR if row[0] is C else row[0], *row[1:]) for row in rows])
    if found.score is not None:
        assert 0 <= found.score <= 1
        assert worse.score <= found.score


def test_the_unit_is_told_why():
    with pytest.raises(InvalidInput, match="answer"):
        rules.check_ruling(Ruling(Verdict.UPHELD, "", "改正"), is_contested=True)
    with pytest.raises(InvalidInput, match="answer"):
        rules.check_ruling(Ruling(Verdict.WITHDRAWN), is_contested=False)
    with pytest.raises(InvalidInput, match="demand"):
        rules.check_ruling(Ruling(Verdict.UPHELD), is_contested=False)
    rules.check_ruling(Ruling(Verdict.UPHELD, "", "改正"), is_contested=False)


@pytest.mark.parametrize(
    ("grade", "again"),
    [
        (Grade.INADEQUATE, date(2026, 2, 28)),
        (Grade.NEEDS_IMPROVEMENT, date(2026, 8, 31)),
        (Grade.GOOD, None),
        (None, None),
    ],
)
def test_poor_grades_bring_the_inspectors_back(grade, again):
    assert rules.next_inspection_on(grade, date(2025, 8, 31)) == again
