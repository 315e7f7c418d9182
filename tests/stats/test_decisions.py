"""Levels of evidence: each question and its edge, two periods, pots, eligibility, costs, and whom chance would hit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.decisions import (
    Beyond,
    Evidence,
    Level,
    eligible,
    share_evidence,
    verdicts,
    worth_acting,
)
from qs.stats.penalty_trial import penalty_trial
from qs.stats.shrinkage import BetaPrior


def evidence(probability, p, gap):
    return Evidence(*(np.array([one], dtype=float) for one in (probability, p, gap)))


SURE, STANDS, MATTERS = 0.99, 0.001, 0.08
ALL_THREE = evidence(SURE, STANDS, MATTERS)


@pytest.mark.parametrize(
    ("probability", "p", "gap", "level"),
    [
        (0.5, 0.5, 0.0, Level.NONE),
        (SURE, 0.5, 0.0, Level.WATCH),
        (0.5, STANDS, 0.0, Level.WATCH),
        (0.5, 0.5, MATTERS, Level.WATCH),
        (SURE, STANDS, 0.0, Level.WATCH),
        (0.5, STANDS, MATTERS, Level.WATCH),
        (SURE, 0.5, MATTERS, Level.REVIEW),
        (SURE, STANDS, MATTERS, Level.ACT),
    ],
)
def test_each_answer_is_a_reason_to_watch_and_all_three_to_act(probability, p, gap, level):
    found = verdicts(evidence(probability, p, gap), least_gap=0.03, complete_before=True)
    assert found.level.tolist() == [level]


def test_one_period_is_not_enough_to_act():
    first = verdicts(ALL_THREE, least_gap=0.03)
    assert first.level.tolist() == [Level.REVIEW]
    second = verdicts(ALL_THREE, least_gap=0.03, complete_before=first.complete)
    assert second.level.tolist() == [Level.ACT]


def test_the_edges_belong_to_the_stricter_side():
    assert verdicts(evidence(0.95, 0.9, 0.0), least_gap=0.03).sure.tolist() == [True]
    assert verdicts(evidence(0.9499, 0.9, 0.0), least_gap=0.03).sure.tolist() == [False]
    assert verdicts(evidence(0.5, 0.05, 0.0), least_gap=0.03).stands.tolist() == [True]
    assert verdicts(evidence(0.5, 0.9, 0.03), least_gap=0.03).matters.tolist() == [True]
    assert verdicts(evidence(0.5, 0.9, 0.0), least_gap=0.0).matters.tolist() == [False]


def test_where_only_the_worst_few_can_be_meant_the_rank_must_be_sure_too():
    before = np.array([True])
    for probability, level in ((0.79, Level.REVIEW), (0.8, Level.ACT)):
        found = verdicts(ALL_THREE, least_gap=0.03, complete_before=before, p_extreme=[probability])
        assert found.level.tolist() == [level]


def test_who_cannot_be_judged_has_no_level_and_is_no_test():
    two = Evidence(*(np.repeat(one, 2) for one in (ALL_THREE.probability, ALL_THREE.p, ALL_THREE.gap)))
    found = verdicts(two, least_gap=0.03, eligible=[True, False], complete_before=True)
    assert found.level.tolist() == [Level.ACT, Level.NONE]
    assert found.tests == 1


def test_eligible_means_enough_cases_periods_reports_and_no_open_question():
    cases, points, coverage = [20, 19, 20, 20, 20, np.nan], [12, 12, 11, 12, 12, 12], [0.8, 1, 1, 0.79, 1, 1]
    found = eligible(cases, points, coverage, [False, False, False, False, True, False])
    assert found.tolist() == [True, False, False, False, False, False]


def test_what_is_not_known_is_no_evidence():
    found = verdicts(evidence(np.nan, np.nan, np.nan), least_gap=0.03, complete_before=True)
    assert found.level.tolist() == [Level.NONE]
    assert found.tests == 0


def test_many_metrics_make_it_harder_for_each():
    """p 0.02 stands alone; among ten metrics of which nothing else stands it does not."""
    shape = (1, 10)
    p = np.full(shape, 0.6)
    p[0, 0] = 0.02
    many = Evidence(np.full(shape, SURE), p, np.full(shape, MATTERS))
    assert verdicts(evidence(SURE, 0.02, MATTERS), least_gap=0.03).stands.all()
    assert not verdicts(many, least_gap=np.linspace(0.01, 0.05, 10)).stands.any()


def test_arrays_that_do_not_fit_and_negative_gaps_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        verdicts(Evidence(np.zeros(2), np.zeros(1), np.zeros(2)), least_gap=0.0)
    with pytest.raises(ValueError, match="least_gap"):
        verdicts(ALL_THREE, least_gap=-0.1)


def test_the_evidence_on_a_share_by_hand():
    """Prior Beta(1, 1), 2 of 8: Beta(3, 7), of which 0.9102 lies under one half; p is P(X <= 2) of 8 coins, 37/256."""
    found = share_evidence([2], [8], beyond=Beyond.LOW, target=0.5, prior=BetaPrior(1.0, 1.0))
    assert found.probability[0] == pytest.approx(0.9102, abs=1e-4)
    assert found.p[0] == pytest.approx(37 / 256)
    assert found.gap[0] == pytest.approx(0.2)


def test_the_threshold_may_lie_beyond_the_target():
    at, beyond = (share_evidence([20], [50], beyond=Beyond.LOW, target=0.5, tolerance=one) for one in (0.0, 0.05))
    assert beyond.probability < at.probability
    assert beyond.p == at.p


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=14).map(np.array))
def test_rewards_are_penalties_of_the_failures(counts):
    low, high = counts.min(axis=1), counts.max(axis=1)
    prior, turned = BetaPrior(2.0, 1.0), BetaPrior(1.0, 2.0)
    reward = share_evidence(low, high, beyond=Beyond.HIGH, target=0.6, prior=prior)
    penalty = share_evidence(high - low, high, beyond=Beyond.LOW, target=0.4, prior=turned)
    for ours, theirs in zip(vars(reward).values(), vars(penalty).values(), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)
        assert np.isfinite(ours[high > 0]).all()


def test_the_order_of_units_does_not_matter():
    rng = np.random.default_rng(1)
    n = rng.integers(20, 200, 30)
    hits, places = rng.binomial(n, rng.beta(8, 2, 30)), rng.permutation(30)
    ours = verdicts(share_evidence(hits, n, beyond=Beyond.LOW), least_gap=0.05)
    theirs = verdicts(share_evidence(hits[places], n[places], beyond=Beyond.LOW), least_gap=0.05)
    assert ours.level[places].tolist() == theirs.level.tolist()
    assert len(set(ours.level.tolist())) > 2


@pytest.mark.parametrize(("successes", "n"), [([], []), ([0], [0]), ([np.nan], [5]), ([0, 0], [9, 9]), ([9], [9])])
def test_tiny_and_empty_worlds_condemn_nobody(successes, n):
    found = verdicts(share_evidence(successes, n, beyond=Beyond.LOW), least_gap=0.0, complete_before=True)
    assert (found.level < Level.ACT).all()


def test_acting_pays_when_it_is_more_probable_than_its_price():
    """A wrong penalty four times as bad as a missed one: act above 4/5."""
    assert worth_acting([0.8, 0.81], cost_of_wrong=4, cost_of_missed=1).tolist() == [False, True]
    with pytest.raises(ValueError, match="above zero"):
        worth_acting([0.5], cost_of_wrong=0, cost_of_missed=1)


def test_of_two_hundred_equal_units_hardly_one_is_marked_while_the_bottom_tenth_marks_twenty():
    found = penalty_trial(np.random.default_rng(1), trials=25)
    assert found.bottom_tenth.wrong == 20
    assert found.plain_funnel.wrong > 4
    assert found.review.wrong < 1
    assert found.act.wrong < 0.2
    assert np.isnan(found.act.found)


def test_units_that_are_truly_bad_are_found_without_hitting_others():
    found = penalty_trial(np.random.default_rng(2), bad=10, trials=25)
    assert found.act.wrong < 0.2
    assert found.act.found > 0.3
    assert found.bottom_tenth.wrong > 10


def test_where_units_differ_anyway_few_are_wrongly_hit():
    found = penalty_trial(np.random.default_rng(3), bad=10, spread=0.02, trials=25)
    assert found.act.wrong < 1
    assert found.act.found > found.usual_funnel.found
    assert found.plain_funnel.wrong > 10
