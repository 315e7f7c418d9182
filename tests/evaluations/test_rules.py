"""The rules of evaluations: steps, weighted scores, panels in words, spread and consensus."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.errors import InvalidInput
from qs.evaluations import rules
from qs.evaluations.terms import CriterionContent, CriterionKind, Scored, SheetState, Subject, TemplateContent
from tests.evaluations.world import method

S = SheetState
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("present", "wanted"),
    [(S.DRAFT, S.REVIEWED), (S.SUBMITTED, S.APPROVED), (S.NOT_REPORTED, S.APPROVED), (S.APPROVED, S.DRAFT)],
)
def test_no_step_is_skipped(present, wanted):
    with pytest.raises(rules.SheetStepForbidden):
        rules.check_step(present, wanted)


def test_the_way_of_a_sheet():
    for present, wanted in ((S.DRAFT, S.SUBMITTED), (S.SUBMITTED, S.REVIEWED), (S.REVIEWED, S.APPROVED)):
        rules.check_step(present, wanted)
    for present in (S.SUBMITTED, S.REVIEWED, S.APPROVED):
        rules.check_step(present, S.CHANGE_REQUESTED)


def test_the_score_of_a_sheet_is_the_weighted_mean():
    assert rules.sheet_score([(0.2, 90), (0.3, 60)]) == pytest.approx(72)
    assert rules.sheet_score([]) is None


@given(st.lists(st.tuples(st.floats(0.01, 1), st.integers(0, 100)), min_size=1))
def test_a_weighted_mean_lies_between_the_lowest_and_the_highest(pairs):
    points = [score for _, score in pairs]
    assert min(points) - 1e-6 <= rules.sheet_score(pairs) <= max(points) + 1e-6


@pytest.mark.parametrize(
    ("score", "begins"), [(0, "0–10"), (10, "0–10"), (11, "11–30"), (50, "31–50"), (51, "51–70"), (91, "91–100")]
)
@pytest.mark.parametrize("kind", list(CriterionKind))
def test_every_score_has_words(kind, score, begins):
    assert rules.anchor(kind, score).startswith(begins)


def test_more_than_thirty_points_apart_needs_consensus():
    assert not rules.needs_consensus(rules.widest_spread([{"a": 50}, {"a": 80}], [50, 80]))
    assert rules.needs_consensus(rules.widest_spread([{"a": 50}, {"a": 81}], [50, 81]))
    assert rules.needs_consensus(rules.widest_spread([{"a": 10}, {"b": 90}], [10, 90]))


def test_one_assessor_alone_never_differs():
    assert rules.widest_spread([{"a": 10, "b": 90}], [50]) == 0.0


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_outside_the_scale_is_refused(score):
    with pytest.raises(InvalidInput, match="out_of_range"):
        rules.check_scores({1: Scored(score)}, [1])


def test_a_score_for_a_foreign_criterion_is_refused():
    with pytest.raises(InvalidInput, match="criterion_unknown"):
        rules.check_scores({2: Scored(50)}, [1])


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"response_count": 201}, "numbers"),
        ({"sample_size": 0, "response_count": 0}, "numbers"),
        ({"began_on": NOW.date(), "ended_on": NOW.date().replace(day=1)}, "days"),
        ({"margin_points": 50.1}, "margin"),
    ],
)
def test_a_method_that_cannot_be_is_refused(wanted, code):
    with pytest.raises(InvalidInput, match=code):
        rules.check_method(method(NOW, **wanted))


def test_a_template_needs_distinct_criteria_with_weights():
    def template(*criteria):
        return TemplateContent(Subject.SELF, "表", criteria)

    fine = CriterionContent("a", "甲", "指引", 0.5)
    with pytest.raises(InvalidInput, match="without_criteria"):
        rules.check_template(template())
    with pytest.raises(InvalidInput, match="repeated"):
        rules.check_template(template(fine, fine))
    with pytest.raises(InvalidInput, match="weight"):
        rules.check_template(template(CriterionContent("a", "甲", "指引", 0.0)))
    rules.check_template(template(fine))
