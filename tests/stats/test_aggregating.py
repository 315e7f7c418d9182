"""Weighted means on several levels: reckoned by hand, with parts missing, and what names may not change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.composites import Group, Mean, Part, composite, nested, weighted_means

NAN = float("nan")
SPEED = Group("speed", (Part("waiting", 3), Part("handling", 1)), weight=1)
QUALITY = Group("quality", (SPEED, Part("courtesy", 1)))
FIGURES = {"waiting": [80.0, 40.0, NAN], "handling": [40.0, NAN, NAN], "courtesy": [50.0, 60.0, 70.0]}
table = st.lists(st.tuples(*[st.one_of(st.floats(1, 100), st.just(NAN))] * 3), min_size=1, max_size=6)


def test_a_tree_is_scored_from_below():
    found = nested(QUALITY, FIGURES, missing_limit=1.0)
    assert found.scores["speed"] == pytest.approx([70, 40, NAN], nan_ok=True)
    assert found.scores["quality"] == pytest.approx([60, 50, 70])
    assert found.coverage["quality"] == pytest.approx([1, 0.875, 0.5])


def test_too_much_missing_below_is_too_much_above():
    """The second unit lacks a quarter of its speed, an eighth of the whole; the third half of the whole."""
    found = nested(QUALITY, FIGURES, missing_limit=0.25)
    assert found.scores["quality"] == pytest.approx([60, 50, NAN], nan_ok=True)
    strict = nested(QUALITY, FIGURES, missing_limit=0.2)
    assert strict.scores["speed"] == pytest.approx([70, NAN, NAN], nan_ok=True)
    assert strict.scores["quality"] == pytest.approx([60, NAN, NAN], nan_ok=True)  # without its speed half is missing


def test_a_geometric_mean_does_not_let_one_part_stand_in_for_another():
    found = weighted_means(
        [[10.0, 0.0, NAN, 9.0], [1000.0, 50.0, 7.0, NAN]], [1, 1], missing_limit=0.5, kind=Mean.GEOMETRIC
    )
    assert found.score == pytest.approx([100, 0, 7, 9])
    assert weighted_means([[0.0], [5.0]], [0, 1], missing_limit=0, kind=Mean.GEOMETRIC).score == pytest.approx([5])
    with pytest.raises(ValueError, match="not below zero"):
        weighted_means([[-1.0], [5.0]], [1, 1], missing_limit=0, kind=Mean.GEOMETRIC)


def test_groups_can_be_made_z_scores_before_they_count():
    group = Group("g", (Part("a"),), is_standardised=True)
    found = nested(Group("top", (group, Part("b"))), {"a": [1.0, 2.0, 3.0], "b": [0.0, 0.0, 0.0]}, missing_limit=0)
    assert found.scores["top"] == pytest.approx([-0.5, 0, 0.5])


def test_draws_of_figures_and_of_weights_go_through_the_tree():
    figures = {"waiting": np.array([[80.0, 60.0]]), "handling": [40.0], "courtesy": [50.0]}
    assert nested(QUALITY, figures, missing_limit=0).scores["quality"] == pytest.approx(np.array([[60.0, 52.5]]))
    weights = {"speed": np.array([[1.0, 0.0], [0.0, 1.0]])}
    drawn = nested(QUALITY, figures, missing_limit=0, weights=weights)
    assert drawn.scores["quality"] == pytest.approx(np.array([[65.0, 45.0]]))
    certain = {name: np.array(values)[:1] for name, values in FIGURES.items()}
    assert nested(QUALITY, certain, missing_limit=0, weights=weights).scores["speed"].tolist() == [[80.0, 40.0]]


@settings(deadline=None)
@given(table, st.lists(st.floats(0.1, 5), min_size=3, max_size=3), st.sampled_from([0.0, 0.4, 1.0]))
def test_many_units_at_once_are_as_one_by_one(rows, weights, limit):
    columns = np.array(rows).T
    found = weighted_means(list(columns), weights, missing_limit=limit)
    for unit, figures in enumerate(columns.T):
        alone = composite(figures, weights, missing_limit=limit)
        assert found.score[unit] == pytest.approx(float(alone.score), nan_ok=True)
        assert 1 - found.coverage[unit] == pytest.approx(alone.missing_weight, abs=1e-9)


@settings(deadline=None)
@given(table, st.permutations(range(3)), st.floats(0.1, 10))
def test_the_order_of_parts_and_the_size_of_all_weights_change_nothing(rows, order, factor):
    columns, weights = np.array(rows).T, np.array([1.0, 2.0, 3.0])
    for kind in Mean:
        direct = weighted_means(list(columns), weights, missing_limit=0.5, kind=kind).score
        other = weighted_means([columns[i] for i in order], factor * weights[order], missing_limit=0.5, kind=kind).score
        assert other == pytest.approx(direct, nan_ok=True)


def test_the_geometric_mean_is_never_above_the_arithmetic():
    parts = list(np.random.default_rng(1).uniform(0, 100, (4, 50)))
    low = weighted_means(parts, [1, 2, 3, 4], missing_limit=0, kind=Mean.GEOMETRIC).score
    assert (low <= weighted_means(parts, [1, 2, 3, 4], missing_limit=0).score + 1e-9).all()


@pytest.mark.parametrize(
    ("top", "reason"),
    [
        (Group("a", (Part("waiting"), Part("waiting"))), "names must differ: waiting"),
        (Group("a", (Part("waiting"), Part("price"))), "there are no figures of price"),
        (Group("a", (Part("waiting"), Part("short"))), "of the same units"),
        (Group("a", (Part("waiting", 0), Part("courtesy", 0))), "each part needs a weight"),
        (Group("a", (Part("waiting", -1), Part("courtesy", 2))), "each part needs a weight"),
        (Group("a", ()), "at least one"),
    ],
)
def test_trees_that_cannot_be_scored_are_refused(top, reason):
    with pytest.raises(ValueError, match=reason):
        nested(top, FIGURES | {"short": [1.0]}, missing_limit=0.2)
