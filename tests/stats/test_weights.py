"""Weights from judgements and from figures: against textbook cases, and what names and units may not change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.composites import (
    Criterion,
    InconsistentJudgements,
    ahp,
    ahp_hierarchy,
    combined_judgements,
    dirichlet_draws,
    entropy_weights,
    weight_draws,
)

CONTRARY = [[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]]  # a over b over c over a


def judged(weights):
    """Perfectly consistent judgements: the ratios of weights."""
    parts = np.array(weights, dtype=float)
    return parts[:, None] / parts[None, :]


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=8))
def test_consistent_judgements_give_back_the_weights_behind_them(weights):
    found = ahp(judged(weights))
    assert found.weights == pytest.approx(np.array(weights) / sum(weights))
    assert found.consistency_ratio == pytest.approx(0, abs=1e-6)


def test_two_judgements_cannot_contradict_each_other():
    assert ahp([[1, 3], [1 / 3, 1]]).weights == pytest.approx([0.75, 0.25])
    assert ahp([[1, 3], [1 / 3, 1]]).consistency_ratio == 0


def test_judgements_that_go_round_in_a_circle_are_refused():
    with pytest.raises(InconsistentJudgements, match="a consistency ratio of") as refusal:
        ahp(CONTRARY)
    assert refusal.value.ratio > 1
    assert ahp(CONTRARY, limit=np.inf).weights == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[1, 2]], "square table"),
        (np.ones((16, 16)), "square table"),
        ([[1, -2], [-0.5, 1]], "above zero"),
        ([[1, 2], [2, 1]], "the inverse"),
        ([[2, 1], [1, 2]], "1 of a over itself"),
    ],
)
def test_tables_that_are_no_judgements_are_refused(table, reason):
    with pytest.raises(ValueError, match=reason):
        ahp(table)


def test_judgements_rounded_to_two_digits_are_accepted():
    assert ahp([[1, 3, 7], [0.33, 1, 2], [0.14, 0.5, 1]]).consistency_ratio < 0.1


def test_several_peoples_judgements_are_combined_by_the_geometric_mean():
    both = combined_judgements([judged([1, 1]), judged([4, 1])])
    assert both == pytest.approx(judged([2, 1]))
    one_counts = combined_judgements([judged([1, 1]), judged([4, 1])], voices=[0, 1])
    assert one_counts == pytest.approx(judged([4, 1]))
    with pytest.raises(ValueError, match="the same things"):
        combined_judgements([judged([1, 1]), judged([1, 1, 1])])
    with pytest.raises(ValueError, match="one voice"):
        combined_judgements([judged([1, 1])], voices=[1, 1])
    with pytest.raises(ValueError, match="at least one person"):
        combined_judgements([])


def test_the_weight_of_a_leaf_is_the_product_of_those_on_the_way():
    speed = Criterion("speed", (Criterion("waiting"), Criterion("handling")), judged([3, 1]))
    top = Criterion("quality", (speed, Criterion("courtesy")), judged([2, 3]))
    assert ahp_hierarchy(top) == pytest.approx({"waiting": 0.3, "handling": 0.1, "courtesy": 0.6})
    assert ahp_hierarchy(Criterion("all", (Criterion("one"),))) == {"one": 1.0}


@pytest.mark.parametrize(
    ("top", "reason"),
    [
        (Criterion("q", (Criterion("a"), Criterion("a")), judged([1, 1])), "two criteria are called a"),
        (Criterion("q", (Criterion("a"), Criterion("b"))), "the parts of q have not been judged"),
        (Criterion("q", (Criterion("a"), Criterion("b")), judged([1, 1, 1])), "q has 2 parts but judgements of 3"),
        (Criterion("q", tuple(map(Criterion, "abc")), CONTRARY), "consistency ratio"),
    ],
)
def test_hierarchies_that_do_not_hang_together_are_refused(top, reason):
    with pytest.raises(ValueError, match=reason):
        ahp_hierarchy(top)


def test_an_indicator_without_differences_says_nothing():
    assert entropy_weights([[1.0, 5.0], [1.0, 1.0], [1.0, 0.0]]).tolist() == [0, 1]
    assert entropy_weights([[0.0, 0.1 + 0.2], [0.0, 0.3]]).tolist() == [0.5, 0.5]
    assert entropy_weights([[3.0, 4.0]]).tolist() == [0.5, 0.5]
    assert entropy_weights([[1.0, np.nan], [2.0, np.nan]]).tolist() == [1, 0]
    with pytest.raises(ValueError, match="not below zero"):
        entropy_weights([[-1.0], [2.0]])
    with pytest.raises(ValueError, match="the shape"):
        entropy_weights([1.0, 2.0])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=9), st.integers(1, 50))
def test_entropy_weights_depend_on_neither_unit_nor_order_of_units(rows, factor):
    table = np.array(rows, dtype=float)
    found = entropy_weights(table)
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0
    assert entropy_weights(table[::-1] * [factor, 1]) == pytest.approx(found, abs=1e-9)


def test_drawn_weights_stay_within_their_spread_and_add_up():
    drawn = weight_draws(np.random.default_rng(1), [2, 1, 1, 0], count=500, spread=0.25)
    assert drawn.sum(axis=1) == pytest.approx(np.ones(500))
    assert (drawn[:, 3] == 0).all()
    assert drawn.mean(axis=0) == pytest.approx([0.5, 0.25, 0.25, 0], abs=0.01)
    assert 1.2 < (drawn[:, 0] / drawn[:, 1]).min() < (drawn[:, 0] / drawn[:, 1]).max() < 2 * 1.25 / 0.75
    assert weight_draws(np.random.default_rng(1), [3, 1], count=2, spread=0.0).tolist() == [[0.75, 0.25]] * 2


def test_dirichlet_weights_are_those_meant_on_average_the_nearer_the_more_concentrated():
    wide, near = (
        dirichlet_draws(np.random.default_rng(2), [2, 0, 1, 1], count=4000, concentration=size) for size in (4.0, 400.0)
    )
    assert wide.mean(axis=0) == pytest.approx([0.5, 0, 0.25, 0.25], abs=0.02)
    assert near.std(axis=0)[0] < wide.std(axis=0)[0] / 5
    assert wide.sum(axis=1) == pytest.approx(np.ones(4000))


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [np.nan], [[1.0]]])
def test_impossible_weights_cannot_be_drawn(weights):
    with pytest.raises(ValueError, match="weights must be numbers"):
        weight_draws(np.random.default_rng(1), weights, count=1)


def test_impossible_spreads_are_refused():
    with pytest.raises(ValueError, match="spread"):
        weight_draws(np.random.default_rng(1), [1.0], count=1, spread=1.5)
    with pytest.raises(ValueError, match="concentration"):
        dirichlet_draws(np.random.default_rng(1), [1.0], count=1, concentration=0.0)
