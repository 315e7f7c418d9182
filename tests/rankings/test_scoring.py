"""From counts to scores and ranks: luck does not lead, silence is missing, and nobody is shifted by the unranked."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.observations.sums import Histogram, Sums
from qs.rankings.figures import Assessed, Figure, valued
from qs.rankings.scoring import Rated, computed
from qs.rankings.terms import DEFAULT_SCHEME, Group, Level, WhyNot
from qs.standards.terms import Aggregation, Direction

DRAWS, SEED = 2000, 7


def share(service_id, hits, n, *, measure="on-time", target=0.9, weight=0.5, part=Group.INDICATORS):
    sums = None if n is None else Sums(n, float(hits), float(n), float(hits))
    return Figure(service_id, measure, part, weight, sums, aggregation=Aggregation.SHARE, target=target)


def waits(service_id, values, *, percentile=None, target=20.0, weight=0.5):
    top = np.array(values, dtype=float)
    histogram = Histogram(np.array([100, 120]), np.array([len(values) - 1, 1])) if percentile else None
    return Figure(
        service_id,
        "wait",
        Group.INDICATORS,
        weight,
        Sums(len(top), float(top.sum()), float(len(top)), float((top**2).sum()), histogram),
        aggregation=Aggregation.PERCENTILE if percentile else Aggregation.MEAN,
        percentile=percentile,
        direction=Direction.DOWN,
        target=target,
    )


def rated(*service_ids, department=1, area=1, population=None):
    return [Rated(service_id, department, area, population) for service_id in service_ids]


def run(services, figures, scheme=DEFAULT_SCHEME):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return computed(services, figures, scheme, seed=SEED, draw_count=DRAWS)


def services_of(result):
    return {one.subject_id: one for one in result.scores if one.level is Level.SERVICE}


def test_exactly_on_target_is_80_points():
    found = services_of(run(rated(1), [share(1, 90_000, 100_000)]))[1]
    assert found.score == pytest.approx(80, abs=0.1)
    assert found.lower < 80 < found.upper


def test_one_lucky_case_does_not_lead_and_shifts_nobody():
    """Trap 1: a service with three happy answers has a dash, and the others' ranks are as if it were not there."""
    many = [share(service_id, 80 + service_id, 100) for service_id in range(1, 13)]
    without = services_of(run(rated(*range(1, 13)), many))
    with_luck = services_of(run(rated(*range(1, 14)), [*many, share(13, 3, 3)]))
    assert with_luck[13].why_not is WhyNot.TOO_FEW
    assert with_luck[13].rank is None
    assert [with_luck[one].rank for one in range(1, 13)] == [without[one].rank for one in range(1, 13)]
    assert with_luck[13].upper - with_luck[13].lower > 2 * (with_luck[1].upper - with_luck[1].lower) / 3


@pytest.mark.parametrize(("n", "is_ranked"), [(29, False), (30, True)])
def test_the_fewest_cases_for_a_rank_are_thirty(n, is_ranked):
    assert services_of(run(rated(1), [share(1, n, n)]))[1].is_ranked is is_ranked


def test_a_share_of_nothing_is_no_figure_and_no_zero():
    """Trap 11: a denominator of zero is missing, not 0 %."""
    empty = share(1, 0, 0)
    assert valued(empty).value is None
    found = services_of(run(rated(1), [empty]))[1]
    assert found.score is None
    assert found.why_not is WhyNot.NO_FIGURES


def test_a_silent_indicator_is_missing_and_too_much_of_it_blocks():
    light = [share(1, 90, 100, weight=0.9), share(1, 0, None, measure="silent", weight=0.01)]
    found = services_of(run(rated(1), light))[1]
    assert found.missing_weight == pytest.approx((0.17 + 0.7 * 0.01 / 0.91) / 0.87, abs=1e-6)
    heavy = [share(1, 90, 100, weight=0.5), share(1, 0, None, measure="silent", weight=0.5)]
    blocked = services_of(run(rated(1), heavy))[1]
    assert (blocked.score, blocked.why_not) == (None, WhyNot.TOO_MUCH_MISSING)


def test_the_contributions_add_up_to_the_score():
    figures = [
        share(1, 850, 1000),
        waits(1, [18.0, 22.0] * 50),
        share(1, 40, 50, measure="rating-satisfaction", part=Group.RATINGS),
        Figure(1, "evaluation", Group.EVALUATIONS, 1.0, evaluation=Assessed(82.0, 6, 7.0)),
    ]
    result = run(rated(1), figures)
    parts = sum(one.weight * one.score for one in result.measures)
    assert parts == pytest.approx(services_of(result)[1].score)
    assert sum(one.weight for one in result.measures) == pytest.approx(1)


def test_lower_waits_are_better_and_values_keep_their_intervals():
    result = run(rated(1, 2), [waits(1, [10.0, 14.0] * 50), waits(2, [30.0, 34.0] * 50)])
    found = services_of(result)
    assert found[1].score > found[2].score
    assert found[1].rank == 1
    quick = next(one for one in result.measures if one.figure.service_id == 1)
    assert quick.value == 12.0
    assert quick.lower < 12.0 < quick.upper


def test_a_percentile_is_read_from_the_histogram_with_an_interval():
    one = valued(waits(1, [7.0] * 100, percentile=0.5))
    assert one.lower <= one.value <= one.upper
    assert services_of(run(rated(1), [waits(1, [7.0] * 100, percentile=0.5)]))[1].score == pytest.approx(100)


def test_a_measure_without_a_target_is_kept_and_not_scored():
    result = run(rated(1), [share(1, 90, 100), share(1, 5, 50, measure="other", target=None)])
    other = next(one for one in result.measures if one.figure.measure == "other")
    assert (other.value, other.score, other.weight) == (0.1, None, 0.0)


def test_a_count_is_scaled_up_for_a_service_that_began_inside_the_period():
    """Trap 2: ten complaints in a quarter of the time are as many as forty in the whole."""

    def complaints(service_id, counted, exposure):
        sums = Sums(counted, float(counted), float(counted), float(counted))
        return Figure(
            service_id, "complaints", Group.INDICATORS, 1.0, sums, aggregation=Aggregation.COUNT,
            direction=Direction.DOWN, target=40.0, exposure=exposure,
        )  # fmt: skip

    result = run(rated(1, 2), [complaints(1, 100, 0.25), complaints(2, 400, 1.0)])
    late, whole = services_of(result)[1], services_of(result)[2]
    assert late.score == pytest.approx(whole.score, rel=0.05)


def test_departments_weigh_services_by_the_people_of_their_area():
    figures = [share(1, 9900, 10_000), share(2, 7000, 10_000)]
    services = [Rated(1, 1, 1, 900_000), Rated(2, 1, 2, 100_000)]
    scores = {(one.level, one.subject_id): one for one in run(services, figures).scores}
    one, two = scores[Level.SERVICE, 1].score, scores[Level.SERVICE, 2].score
    assert scores[Level.DEPARTMENT, 1].score == pytest.approx(0.9 * one + 0.1 * two)
    assert scores[Level.DEPARTMENT, 1].service_count == 2
    assert scores[Level.AREA, 1].score == pytest.approx(one)


def test_a_department_without_the_scores_of_its_services_has_none():
    figures = [share(1, 90, 100), share(2, 0, None)]
    scores = {(one.level, one.subject_id): one for one in run(rated(1, 2), figures).scores}
    assert scores[Level.DEPARTMENT, 1].why_not is WhyNot.TOO_MUCH_MISSING


def test_the_same_counts_give_the_same_scores():
    figures = [share(1, 85, 100), share(2, 90, 100)]
    assert run(rated(1, 2), figures).scores == run(rated(1, 2), figures).scores


shares = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300)).map(lambda pair: (min(pair), max(pair))),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, max_examples=40)
@given(shares)
def test_no_counts_make_a_number_that_is_none(counts):
    """Zeros, tiny n, constants: where there is a score it is a number from 0 to 100, and ranks are a permutation."""
    ids = range(1, len(counts) + 1)
    result = run(rated(*ids), [share(one, *pair) for one, pair in zip(ids, counts, strict=True)])
    found = services_of(result)
    for one, (_, n) in zip(ids, counts, strict=True):
        assert (found[one].score is None) == (n == 0)
        if n:
            assert all(math.isfinite(value) for value in (found[one].score, found[one].lower, found[one].upper))
            assert 0 <= found[one].lower <= found[one].score <= found[one].upper <= 100
    ranked = [one for one in found.values() if one.is_ranked]
    assert all(1 <= one.rank_lower <= one.rank_upper <= len(ranked) for one in ranked)
    assert all((one.rank is None) == (one.why_not is not None) for one in found.values())


@settings(deadline=None, max_examples=15)
@given(st.permutations(range(1, 8)))
def test_the_order_of_the_services_changes_nothing(order):
    figures = {one: share(one, 80 + 2 * one, 100) for one in range(1, 8)}
    direct = services_of(run(rated(*range(1, 8)), list(figures.values())))
    shuffled = services_of(run(rated(*order), [figures[one] for one in order]))
    assert all(shuffled[one].score == pytest.approx(direct[one].score) for one in direct)
    assert all(shuffled[one].rank == direct[one].rank for one in direct)
