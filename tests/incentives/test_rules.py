"""Rules on frozen figures: strict where they say so, in any order the same, never from missing data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qs.errors import InvalidInput
from qs.incentives import rules
from qs.incentives.terms import (
    APPROVALS,
    LADDERS,
    Comparison,
    Condition,
    Consequence,
    Figure,
    FigureKey,
    Kind,
    Outcome,
    RuleContent,
    Stage,
    Subject,
    Vote,
)

SCORE = FigureKey(Subject.SCORE)
AT_LEAST_80 = Condition(Subject.SCORE, Comparison.AT_LEAST, 80.0)
numbers = some.floats(-1000, 1000, allow_nan=False)
figures = some.builds(
    Figure,
    value=some.none() | numbers,
    lower=some.none() | numbers,
    upper=some.none() | numbers,
    n=some.none() | some.integers(0, 500).map(float),
)
conditions = some.builds(
    Condition,
    subject=some.sampled_from([Subject.SCORE, Subject.RANK]),
    comparison=some.sampled_from(list(Comparison)),
    threshold=numbers,
    at_bound=some.booleans(),
    quarters=some.integers(1, 3),
    min_n=some.integers(0, 300),
)
quarters = some.lists(
    some.none() | some.fixed_dictionaries({SCORE: figures, FigureKey(Subject.RANK): figures}), min_size=3, max_size=3
).map(lambda seen: [(f"2026Q{4 - back}", one) for back, one in enumerate(seen)])


def rule(*conditions: Condition, consequence: Consequence = Consequence.PRAISE) -> RuleContent:
    return RuleContent(consequence, conditions)


def judged(condition: Condition, *seen: Figure | None) -> Outcome:
    named = [(f"2026Q{4 - back}", None if one is None else {condition.key: one}) for back, one in enumerate(seen)]
    return rules.judge(rule(condition), named).outcome


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [
        (Comparison.AT_LEAST, False, True, True),
        (Comparison.ABOVE, False, False, True),
        (Comparison.AT_MOST, True, True, False),
        (Comparison.BELOW, True, False, False),
    ],
)
def test_a_comparison_is_as_strict_as_it_says(comparison, below, equal, above):
    assert rules.holds(comparison, 79.9, 80.0) is below
    assert rules.holds(comparison, 80.0, 80.0) is equal
    assert rules.holds(comparison, 80.1, 80.0) is above


def test_rounding_in_the_last_digit_does_not_pass_a_strict_threshold():
    assert not rules.holds(Comparison.ABOVE, 0.1 + 0.2, 0.3)
    assert rules.holds(Comparison.AT_MOST, 0.1 + 0.2, 0.3)


@pytest.mark.parametrize(
    ("comparison", "expected"), [(Comparison.AT_LEAST, Outcome.NOT_MET), (Comparison.BELOW, Outcome.NOT_MET)]
)
def test_at_the_bound_the_end_that_speaks_against_it_counts(comparison, expected):
    around = Figure(value=80.0, lower=75.0, upper=85.0, n=100)
    assert rules.outcome(replace(AT_LEAST_80, comparison=comparison, at_bound=True), around) is expected


@pytest.mark.parametrize(("n", "expected"), [(29, Outcome.MISSING), (30, Outcome.MET), (None, Outcome.MISSING)])
def test_with_too_few_cases_a_figure_is_missing(n, expected):
    assert rules.outcome(replace(AT_LEAST_80, min_n=30), Figure(90.0, 88.0, 92.0, n)) is expected


def test_quarters_in_a_row_must_all_hold_and_none_may_be_missing():
    twice = replace(AT_LEAST_80, quarters=2)
    good, bad = Figure(90.0, n=10), Figure(70.0, n=10)
    assert judged(twice, good, good) is Outcome.MET
    assert judged(twice, good, bad) is Outcome.NOT_MET
    assert judged(twice, good, None) is Outcome.MISSING
    assert judged(twice, good) is Outcome.MISSING


@given(some.lists(conditions, min_size=1, max_size=4), quarters, some.randoms(use_true_random=False))
def test_the_order_of_conditions_is_irrelevant(several, seen, chance):
    shuffled = several[:]
    chance.shuffle(shuffled)
    assert rules.judge(rule(*several), seen).outcome is rules.judge(rule(*shuffled), seen).outcome


@given(some.lists(conditions, min_size=1, max_size=4), quarters, some.sampled_from(list(Consequence)))
def test_missing_data_never_punishes_and_never_rewards(several, seen, consequence):
    found = rules.judge(rule(*several, consequence=consequence), seen)
    for checked in found.checked:
        used = rules.used_value(checked.condition, checked.figure)
        is_thin = checked.condition.min_n > 0 and (checked.figure.n or 0) < checked.condition.min_n
        if used is None or is_thin:
            assert found.outcome is Outcome.MISSING


@given(some.lists(conditions, min_size=1, max_size=4), quarters)
def test_a_rule_is_met_only_when_every_condition_is(several, seen):
    found = rules.judge(rule(*several), seen)
    assert (found.outcome is Outcome.MET) == all(one.outcome is Outcome.MET for one in found.checked)


@given(conditions, quarters, numbers)
def test_chance_is_a_probability(condition, seen, common):
    null = {name: {condition.key: common} for name, _ in seen}
    assert 0.0 <= rules.judge(rule(condition), seen, null).chance <= 1.0


def test_an_equal_service_passes_the_common_value_half_of_the_time():
    checked = rules.looked_at(0, AT_LEAST_80, "2026Q3", {SCORE: Figure(83.0, 78.0, 88.0, 100)})
    assert rules.chance_of(checked, {SCORE: 80.0}) == pytest.approx(0.5)


def test_an_equal_service_passes_with_its_whole_interval_once_in_forty():
    bound = replace(AT_LEAST_80, at_bound=True)
    checked = rules.looked_at(0, bound, "2026Q3", {SCORE: Figure(83.0, 78.0, 88.0, 100)})
    assert rules.chance_of(checked, {SCORE: 80.0}) == pytest.approx(0.025)


def test_a_share_of_ranks_is_won_by_chance_as_often_as_it_is_wide():
    top_quarter = Condition(Subject.RANK_SHARE, Comparison.AT_MOST, 0.25)
    key = top_quarter.key
    checked = rules.looked_at(0, top_quarter, "2026Q3", {key: Figure(0.1, 0.05, 0.2, 100)})
    assert rules.chance_of(checked, {key: 1.0}) == pytest.approx(0.25)
    sure = replace(top_quarter, at_bound=True)
    assert rules.chance_of(rules.looked_at(0, sure, "2026Q3", {key: Figure(0.1, 0.05, 0.2, 100)}), {key: 1.0}) == 0.025


def test_the_common_value_weighs_each_service_by_its_precision():
    wide, narrow = Figure(60.0, 50.0, 70.0, 10), Figure(80.0, 79.0, 81.0, 1000)
    common = rules.common_values({SCORE: [wide, narrow, Figure()]})
    assert common[SCORE] == pytest.approx((60 + 80 * 100) / 101)


def test_quarters_are_counted_back_over_the_new_year():
    assert rules.quarters_back("2026Q2", 4) == ["2026Q2", "2026Q1", "2025Q4", "2025Q3"]


@pytest.mark.parametrize("name", ["2026Q5", "2026-3", "", "20260Q1", "２026Q3"])
def test_a_quarter_has_its_one_way_to_be_written(name):
    with pytest.raises(InvalidInput):
        rules.check_period(name)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (replace(AT_LEAST_80, threshold=101.0), "threshold_out_of_range"),
        (replace(AT_LEAST_80, threshold=float("nan")), "threshold_not_finite"),
        (replace(AT_LEAST_80, quarters=0), "quarters_out_of_range"),
        (replace(AT_LEAST_80, quarters=9), "quarters_out_of_range"),
        (replace(AT_LEAST_80, min_n=-1), "min_n_negative"),
        (Condition(Subject.MEASURE, Comparison.BELOW, 1.0, "unheard-of"), "measure_not_frozen"),
        (Condition(Subject.MEASURE, Comparison.BELOW, 1.0), "measure_not_frozen"),
        (replace(AT_LEAST_80, measure="on-time"), "measure_not_frozen"),
        (Condition(Subject.P_TOP, Comparison.AT_LEAST, 0.9, at_bound=True), "bound_without_interval"),
    ],
)
def test_a_condition_that_cannot_be_evaluated_is_refused(condition, code):
    with pytest.raises(InvalidInput) as caught:
        rules.check_content(rule(condition), ["on-time"])
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_rule_needs_conditions_not_too_many_and_none_twice():
    with pytest.raises(InvalidInput, match="rule_without_condition"):
        rules.check_content(rule(), [])
    with pytest.raises(InvalidInput, match="rule_conditions_too_many"):
        rules.check_content(rule(*[replace(AT_LEAST_80, threshold=float(value)) for value in range(9)]), [])
    with pytest.raises(InvalidInput) as caught:
        rules.check_content(rule(AT_LEAST_80, AT_LEAST_80), [])
    assert [problem.code for problem in caught.value.problems] == ["rule_condition_repeated"]
    rules.check_content(rule(AT_LEAST_80), [])


@pytest.mark.parametrize("consequence", list(Consequence))
def test_one_refusal_ends_a_proposal_and_all_approvals_carry_it(consequence):
    needed = APPROVALS[consequence]
    assert rules.stage_after_votes(consequence, [Vote.DECLINE]) is Stage.DECLINED
    assert rules.stage_after_votes(consequence, [Vote.APPROVE] * (needed - 1)) is Stage.PROPOSED
    carried = rules.stage_after_votes(consequence, [Vote.APPROVE] * needed)
    assert carried is (Stage.NOTICE if consequence.kind is Kind.REWARD else Stage.DECIDED)


def test_every_penalty_and_every_role_model_takes_two_people():
    assert {APPROVALS[one] for one in LADDERS[Kind.PENALTY]} == {2}
    assert APPROVALS[Consequence.ROLE_MODEL] == 2
    assert APPROVALS[Consequence.PRAISE] == 1


def test_an_appeal_leads_down_the_ladder_only():
    assert rules.lighter_than(Consequence.CIRCULAR) == (Consequence.REMINDER, Consequence.INTERVIEW)
    assert rules.lighter_than(Consequence.REMINDER) == ()


@pytest.mark.parametrize(
    ("consequence", "stage"),
    [
        (Consequence.PRAISE, Stage.PUBLISHED),
        (Consequence.RECOMMENDATION, Stage.FORWARDED),
        (Consequence.REMINDER, Stage.CLOSED),
        (Consequence.INTERVIEW, Stage.CLOSED),
        (Consequence.CIRCULAR, Stage.PUBLISHED),
        (Consequence.ACCOUNTABILITY, Stage.FORWARDED),
    ],
)
def test_what_the_office_cannot_grant_it_forwards(consequence, stage):
    assert rules.concluded_stage(consequence) is stage


def test_what_was_granted_needs_the_number_of_its_approval():
    with pytest.raises(InvalidInput):
        rules.checked_approval("  ", is_granted=True)
    assert rules.checked_approval("人社〔2026〕1号", is_granted=True) == "人社〔2026〕1号"
    assert rules.checked_approval("", is_granted=False) is None


def test_the_day_of_effect_is_plausible():
    rules.check_start(date(2026, 1, 1))
    with pytest.raises(InvalidInput):
        rules.check_start(date(1999, 12, 31))


def test_nothing_follows_a_withdrawal():
    assert not any(rules.is_move(Stage.WITHDRAWN, stage) for stage in Stage)
    assert rules.is_move(None, Stage.PROPOSED)
