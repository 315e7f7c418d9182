"""Star bands: where they are cut, who is in which, and how probable it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.composites import star_bands, star_probabilities, stars_of

NAN = float("nan")
BUNCHES = np.array([1.0, 1.1, 4.0, 4.1, 6.0, 6.1, 8.0, 8.1, 9.5, 9.6])


def test_scores_are_cut_where_they_bunch():
    found = star_bands(BUNCHES)
    assert found.stars.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert found.centres == pytest.approx([1.05, 4.05, 6.05, 8.05, 9.55])
    assert found.cuts == pytest.approx([2.55, 5.05, 7.05, 8.8])
    assert not found.is_constant


def test_missing_scores_have_no_star():
    assert star_bands([NAN, *BUNCHES, NAN]).stars.tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 0]
    assert star_bands([NAN, NAN]).stars.tolist() == [0, 0]


def test_equal_scores_have_the_middle_star_and_are_flagged():
    found = star_bands([3.0, 3.0, NAN])
    assert found.stars.tolist() == [3, 3, 0]
    assert found.is_constant
    assert star_bands([3.0], bands=4).stars.tolist() == [2]


def test_a_score_on_a_cut_is_in_the_lower_band():
    assert stars_of([1.0, 2.0, 2.1, NAN], np.array([1.0, 2.0])).tolist() == [1, 2, 3, 0]


def test_a_far_unit_does_not_draw_its_band_away():
    """The band of 8, 9 and 30 has its centre far above 9; within reach it settles between the two."""
    scores = [1.0, 2.0, 3.0, 8.0, 9.0, 10.0]
    assert star_bands(scores, bands=2).centres == pytest.approx([2, 9])
    assert star_bands([*scores, 14.0], bands=2).centres == pytest.approx([2, 10.25])
    assert star_bands([*scores, 14.0], bands=2, reach=3.0).centres == pytest.approx([2, 9])


def test_fewer_different_scores_than_bands_are_refused():
    with pytest.raises(ValueError, match="5 bands need as many different scores; there are 2"):
        star_bands([1.0, 1.0, 2.0])
    assert star_bands([1.0] * 20 + [2.0, 3.0, 4.0, 5.0]).stars[-5:].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("wrong", [[np.inf, 1.0], [[1.0, 2.0]]])
def test_scores_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="one finite number per unit"):
        star_bands(wrong)


@settings(deadline=None)
@given(st.lists(st.integers(-100, 100), min_size=5, max_size=40, unique=True), st.randoms(use_true_random=False))
def test_stars_follow_the_scores_whatever_their_unit_and_order(values, shuffler):
    scores = np.array(values, dtype=float)
    found = star_bands(scores)
    assert (np.diff(found.stars[np.argsort(scores)]) >= 0).all()
    assert (np.diff(found.cuts) > 0).all()
    assert star_bands(4 * scores).stars.tolist() == found.stars.tolist()
    order = list(range(len(scores)))
    shuffler.shuffle(order)
    assert star_bands(scores[order]).stars.tolist() == found.stars[order].tolist()


def test_a_star_is_as_probable_as_the_draws_within_its_cuts():
    chances = star_probabilities([[0.0, 1.0, 1.5, 9.0], [9.0] * 4, [NAN] * 4], [1.0, 2.0])
    assert chances[:2].tolist() == [[0.5, 0.25, 0.25], [0, 0, 1]]
    assert np.isnan(chances[2]).all()


def test_near_a_border_two_stars_are_about_as_probable():
    rng = np.random.default_rng(1)
    draws = np.array([[2.55], [1.0]]) + 0.2 * rng.standard_normal((2, 20_000))
    chances = star_probabilities(draws, star_bands(BUNCHES).cuts)
    assert chances[0, :2] == pytest.approx([0.5, 0.5], abs=0.02)
    assert chances[1, 0] == 1


@pytest.mark.parametrize(("draws", "cuts"), [([1.0], [1.0]), (np.ones((2, 0)), [1.0]), ([[1.0]], [2.0, 1.0])])
def test_draws_or_cuts_that_are_none_are_refused(draws, cuts):
    with pytest.raises(ValueError, match=r"draws must|cuts must"):
        star_probabilities(draws, cuts)
