"""Many tests at once: what stands, what a missing one may not do, and how often chance gets through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.multiplicity import benjamini_hochberg, bonferroni, two_stage

RULES = (benjamini_hochberg, two_stage)
p_values = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=40).map(np.array)


def test_of_fifteen_tests_four_stand_and_bonferroni_leaves_three():
    """Benjamini & Hochberg (1995), 3.2; the two-stage rule finds the same nine true chances there or fewer."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1,
    ]
    assert benjamini_hochberg(p).stands.sum() == 4
    assert benjamini_hochberg(p).threshold == 0.0095
    assert bonferroni(p).stands.sum() == 3
    assert benjamini_hochberg(p).adjusted[3] == pytest.approx(0.0095 * 15 / 4)


def test_the_two_stage_rule_counts_what_chance_is_left():
    """Ten tests, q 0.05: the first pass at 0.05/1.05 rejects six, so 4 may be chance: the second asks 0.0476 x 10/4."""
    p = [0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.08, 0.09, 0.5, 0.9]
    assert benjamini_hochberg(p).stands.sum() == 6
    assert two_stage(p).stands.sum() == 8
    assert two_stage(p).adjusted[7] == pytest.approx(0.09 * 10 / 8 * 1.05 * 4 / 10)


@pytest.mark.parametrize("rule", RULES)
def test_a_missing_test_neither_stands_nor_counts(rule):
    whole, holed = rule([0.01, 0.02, 0.9]), rule([0.01, np.nan, 0.02, np.nan, 0.9])
    assert holed.stands.tolist() == [True, False, True, False, False]
    assert whole.adjusted.tolist() == holed.adjusted[[0, 2, 4]].tolist()
    assert holed.tests == 3


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("nothing", [[], [np.nan], [[np.nan, np.nan]]])
def test_without_tests_nothing_stands(rule, nothing):
    found = rule(nothing)
    assert not found.stands.any()
    assert (found.threshold, found.tests, found.expected_false) == (0.0, 0, 0.0)


def test_units_by_metrics_are_judged_together_and_keep_their_shape():
    found = benjamini_hochberg(np.full((20, 5), 0.04))
    assert found.stands.shape == (20, 5)
    assert found.stands.all()
    assert found.expected_false == pytest.approx(4.0)


def test_impossible_p_values_are_refused():
    with pytest.raises(ValueError, match="p_values lie between 0 and 1"):
        benjamini_hochberg([1.2])
    with pytest.raises(ValueError, match="q lies"):
        two_stage([0.1], q=0.0)


@settings(deadline=None)
@given(p_values, st.randoms(use_true_random=False))
def test_the_order_of_tests_does_not_matter(p, order):
    places = list(range(len(p)))
    order.shuffle(places)
    for rule in RULES:
        assert rule(p).stands[places].tolist() == rule(p[places]).stands.tolist()


@settings(deadline=None)
@given(p_values)
def test_a_smaller_p_stands_wherever_a_larger_one_does_and_bonferroni_never_finds_more(p):
    for rule in RULES:
        found = rule(p)
        assert not (p[~found.stands & np.isfinite(p)] < found.threshold).any()
        assert not (bonferroni(p).stands & ~found.stands).any() or rule is two_stage


def test_few_discoveries_are_false_where_a_tenth_of_the_tests_are_true():
    rng = np.random.default_rng(7)
    false_shares, found = {rule: [] for rule in RULES}, dict.fromkeys(RULES, 0)
    for _ in range(300):
        p = rng.random(200)
        p[:100] *= 0.001
        for rule in RULES:
            stands = rule(p).stands
            false_shares[rule].append(stands[100:].sum() / max(stands.sum(), 1))
            found[rule] += stands.sum()
    assert all(np.mean(one) < 0.055 for one in false_shares.values())
    assert found[two_stage] > found[benjamini_hochberg]
