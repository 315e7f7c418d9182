"""Closeness to the ideal: reckoned by hand, and what the units of the indicators may not change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qs.stats.composites import topsis

table = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=9)


def test_closeness_is_that_reckoned_by_hand():
    """Columns divided by 5 and 10, weights 1/2: (0.3, 0.4) and (0.4, 0.3), ideal (0.4, 0.4)."""
    found = topsis([[3.0, 8.0], [4.0, 6.0]], [1, 1])
    assert found.to_ideal == pytest.approx([0.1, 0.1])
    assert found.closeness == pytest.approx([0.5, 0.5])
    assert topsis([[3.0, 8.0], [4.0, 6.0]], [3, 1]).closeness == pytest.approx([0.25, 0.75])


def test_the_best_on_everything_is_ideal_and_the_worst_is_not():
    found = topsis([[1.0, 30.0], [2.0, 20.0], [3.0, 10.0]], [1, 2], directions=[1, -1])
    assert found.closeness == pytest.approx([0, 0.5, 1])


def test_equal_units_are_half_way_and_zeros_do_no_harm():
    assert topsis([[0.0, 4.0], [0.0, 4.0]], [1, 1]).closeness.tolist() == [0.5, 0.5]
    assert topsis([[1e200, 1.0], [2e200, 1.0]], [1, 1]).closeness.tolist() == [0, 1]


@settings(deadline=None)
@given(table, st.integers(1, 1000))
def test_the_unit_of_an_indicator_and_the_order_of_units_change_nothing(rows, factor):
    seen = np.array(rows, dtype=float)
    found = topsis(seen, [1, 2]).closeness
    assert ((found >= 0) & (found <= 1)).all()
    assert topsis(seen[::-1] * [factor, 1], [1, 2]).closeness[::-1] == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "ways", "reason"),
    [([[1.0, np.nan]], 1, "every figure"), ([[1.0]], 1, "the shape"), ([[1.0, 2.0]], 2, "directions")],
)
def test_what_has_no_ideal_is_refused(values, ways, reason):
    with pytest.raises(ValueError, match=reason):
        topsis(values, [1, 1], directions=ways)
