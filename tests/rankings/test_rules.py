"""Who may be ranked, what counts for how much, and when a quarter may be frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.errors import InvalidInput
from qs.rankings import rules
from qs.rankings.terms import DEFAULT_SCHEME, Group, Scheme, Standing, WhyNot

SHANGHAI = ZoneInfo("Asia/Shanghai")
OWN, RATED, ASKED = Group.INDICATORS, Group.RATINGS, Group.REQUESTS


def test_a_quarter_begins_and_ends_at_local_midnight():
    starts_at, ends_at = rules.quarter_bounds("2026Q3", SHANGHAI)
    assert starts_at.astimezone(SHANGHAI) == datetime(2026, 7, 1, tzinfo=SHANGHAI)
    assert ends_at.astimezone(SHANGHAI) == datetime(2026, 10, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize("name", ["2026Q5", "2026", "Q3", "2026Q3; DROP TABLE", "二〇二六Q1"])
def test_anything_else_is_not_a_quarter(name):
    with pytest.raises(rules.PeriodUnknown):
        rules.quarter_bounds(name, SHANGHAI)


def test_only_whole_quarters_that_are_over_are_complete():
    assert rules.complete_quarters(date(2025, 11, 5), date(2026, 9, 30)) == ["2026Q1", "2026Q2"]
    assert rules.complete_quarters(date(2025, 10, 1), date(2026, 1, 1)) == ["2025Q4"]


def test_the_seed_belongs_to_the_quarter():
    assert rules.seed_of("2026Q3") == rules.seed_of("2026Q3") != rules.seed_of("2026Q2")
    assert 0 <= rules.seed_of("2026Q3") < 2**56


def test_own_indicators_share_the_weight_of_their_group_silent_ones_included():
    weights, unknown = rules.wanted_weights([(OWN, 0.3, True), (OWN, 0.1, False)], DEFAULT_SCHEME)
    assert weights == pytest.approx([0.525, 0.175])
    assert unknown == pytest.approx(0.17)  # nobody rated, nobody evaluated; without requests nothing is missing


def test_in_other_groups_only_what_is_there_counts():
    parts = [(OWN, 1.0, True), (RATED, 0.15, True), (ASKED, 0.1, True), (ASKED, 0.1, False)]
    weights, unknown = rules.wanted_weights(parts, DEFAULT_SCHEME)
    assert weights == pytest.approx([0.7, 0.1, 0.08, 0])
    assert unknown == pytest.approx(0.07)


def test_half_of_the_weight_must_rest_on_that_many_cases():
    assert rules.evidence([500, 3], [0.6, 0.4]) == 500
    assert rules.evidence([500, 3], [0.4, 0.6]) == 3
    assert rules.evidence([40, 20], [0.5, 0.5]) == 40
    assert rules.evidence([], []) == 0


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"n": 30}, None),
        ({"n": 29}, WhyNot.TOO_FEW),
        ({"n": 300, "is_blocked": True}, WhyNot.TOO_MUCH_MISSING),
        ({"n": 0, "is_blocked": True, "has_figures": False}, WhyNot.NO_FIGURES),
    ],
)
def test_without_a_rank_there_is_a_reason(facts, reason):
    usual = {"has_figures": True, "is_blocked": False, "n_min": 30}
    assert rules.why_not_ranked(**(usual | facts)) is reason


def test_equals_share_the_better_rank():
    assert rules.ranks([80.0, 90.0, 80.0, 70.0]) == [2, 1, 2, 4]


@given(st.lists(st.integers(0, 5), max_size=10))
def test_a_rank_is_one_more_than_the_number_of_better_ones(scores):
    assert rules.ranks(scores) == [1 + sum(other > score for other in scores) for score in scores]


def test_only_what_is_sure_stands_above_or_below_the_middle():
    """Of 9 the middle is rank 5."""
    assert rules.standing(1, 4, ranked_count=9) is Standing.ABOVE
    assert rules.standing(1, 5, ranked_count=9) is Standing.ALIKE
    assert rules.standing(6, 9, ranked_count=9) is Standing.BELOW
    assert rules.standing(None, None, ranked_count=9) is Standing.UNRANKED


def test_a_self_assessment_does_not_score():
    assert rules.assessed({"self": 100.0}) is None
    assert rules.assessed({"office": 80.0}) == (80.0, 10.0)
    points, error = rules.assessed({"office": 80.0, "third_party": 70.0, "self": 100.0})
    assert (points, error) == (75.0, pytest.approx(7.071, abs=1e-3))
    assert rules.assessed({"office": 90.0, "third_party": 50.0})[1] == 20.0


def test_the_default_scheme_is_sound_and_adds_up():
    rules.check_scheme(DEFAULT_SCHEME)
    assert sum(DEFAULT_SCHEME.weight(group) for group in Group) == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ratings": 0.2}, "scheme_weights_wrong"),
        ({"ratings": -0.1, "requests": 0.28}, "scheme_weight_negative"),
        ({"indicators": 0.0, "ratings": 0.8}, "scheme_without_indicators"),
        ({"n_min": 0}, "scheme_n_min_wrong"),
        ({"missing_limit": 0.51}, "scheme_limit_wrong"),
        ({"ratings": float("nan")}, "scheme_weights_wrong"),
    ],
)
def test_a_faulty_scheme_is_refused(changes, code):
    with pytest.raises(InvalidInput) as refused:
        rules.check_scheme(replace(DEFAULT_SCHEME, **changes))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_every_group_has_its_weight_in_the_scheme():
    assert {group.value for group in Group} <= set(Scheme.__dataclass_fields__)
