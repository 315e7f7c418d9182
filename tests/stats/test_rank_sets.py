"""Sets of ranks: they hold as often as they say, shrink as evidence grows, and do not depend on names."""

import numpy as np
import pytest
from scipy.stats import norm

from qs.stats.rank_sets import comparison_intervals, rank_confidence_sets
from qs.stats.ranks import joint_rank_region


def sets(estimates, errors, **asked):
    return rank_confidence_sets(estimates, errors, rng=np.random.default_rng(1), **asked)


def test_units_far_apart_have_one_rank_and_equal_ones_all():
    apart = sets([1.0, 9.0, 5.0], [0.1] * 3)
    assert apart.lower.tolist() == apart.upper.tolist() == [3, 1, 2]
    alike = sets([5.0, 5.1, 5.2], [1.0] * 3)
    assert alike.lower.tolist() == [1] * 3
    assert alike.upper.tolist() == [3] * 3


def test_of_two_units_the_critical_value_is_that_of_the_normal():
    """Both directions are asked about, so that 1.96 decides."""
    gap = norm.ppf(0.975) * np.sqrt(2)
    assert sets([gap * 1.02, 0.0], [1.0, 1.0], draws=100_000).upper.tolist() == [1, 2]
    assert sets([gap * 0.98, 0.0], [1.0, 1.0], draws=100_000).upper.tolist() == [2, 2]


def test_units_without_error_are_in_order_for_certain():
    found = sets([1.0, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 5.0])
    assert found.lower.tolist() == [3, 1, 1, 1]
    assert found.upper.tolist() == [4, 3, 3, 4]
    alone = sets([1.0, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 5.0], simultaneous=False)
    assert alone.lower.tolist() == found.lower.tolist()


def test_sets_for_one_unit_at_a_time_are_no_wider_and_those_of_intervals_no_narrower():
    rng = np.random.default_rng(7)
    seen, errors = rng.normal(size=20), rng.uniform(0.1, 0.3, 20)
    at_once, alone = sets(seen, errors), sets(seen, errors, simultaneous=False)
    wide = joint_rank_region(seen, errors)
    assert (alone.upper - alone.lower).sum() < (at_once.upper - at_once.lower).sum()
    assert (at_once.upper - at_once.lower).sum() < (wide.upper - wide.lower).sum()


def test_simultaneous_sets_hold_for_all_units_as_often_as_they_say():
    rng = np.random.default_rng(11)
    truth, errors, tries = np.arange(8) * 0.5, np.full(8, 0.4), 300
    ranks = 8 - np.arange(8)
    held = 0
    for _ in range(tries):
        seen = truth + errors * rng.standard_normal(8)
        found = rank_confidence_sets(seen, errors, rng=rng, draws=1000, confidence=0.9)
        held += bool(((found.lower <= ranks) & (ranks <= found.upper)).all())
    assert held / tries > 0.9 - 3 * np.sqrt(0.9 * 0.1 / tries)


def test_order_shift_and_scale_change_nothing():
    seen, errors = np.array([1.0, 4.0, 2.0, 8.0, 2.5]), np.array([0.5, 0.4, 0.3, 0.6, 0.2])
    direct, moved = sets(seen, errors), sets(2 * seen + 16, 2 * errors)
    assert direct.lower.tolist() == moved.lower.tolist()
    assert direct.upper.tolist() == moved.upper.tolist()
    turned = sets(seen[::-1], errors[::-1])
    assert np.abs(turned.lower[::-1] - direct.lower).max() <= 1  # other draws, another critical value


def test_nobody_has_no_set_and_one_alone_is_first():
    assert sets([], []).lower.shape == (0,)
    assert sets([3.0], [1.0]).upper.tolist() == [1]
    assert sets([3.0], [1.0], simultaneous=False).upper.tolist() == [1]


def test_intervals_to_compare_by_just_touch_when_units_just_differ():
    found = comparison_intervals([0.0, 1.959964 * np.sqrt(2)], [1.0, 1.0])
    assert found.upper[0] == pytest.approx(1.3859, abs=1e-4)
    assert found.upper[0] == pytest.approx(found.lower[1])


def test_errors_below_zero_are_refused():
    with pytest.raises(ValueError, match="standard errors are not negative"):
        sets([1.0], [-1.0])


@pytest.mark.parametrize("asked", [{"confidence": 1.0}, {"confidence": 0.4}, {"draws": 0}])
def test_impossible_confidence_is_refused(asked):
    with pytest.raises(ValueError, match="the confidence must be"):
        sets([1.0, 2.0], [1.0, 1.0], **asked)
