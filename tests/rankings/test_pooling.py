"""From services to units: shares and rates of all cases together, means and percentiles weighed by their cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qs.observations.rollups import bucket_of
from qs.rankings.pooling import FIGURE_COLUMNS, UNIT_COLUMNS, Way, figures_of_sums, figures_of_values, pooled
from qs.standards.terms import Aggregation

SHARE, MEAN = Way(Aggregation.SHARE), Way(Aggregation.MEAN)
RATE, NINTH = Way(Aggregation.RATE, per=1000.0), Way(Aggregation.PERCENTILE, percentile=0.5)


def sums(*rows):
    """(service, n, numerator, denominator, square) of one period."""
    frame = pd.DataFrame(rows, columns=["service_id", "n", "numerator", "denominator", "square"])
    return frame.assign(period="2026Q3")


def one(frame):
    return frame.iloc[0]


def test_a_share_of_a_unit_is_that_of_all_its_cases_together():
    figures = figures_of_sums(sums((1, 9, 90.0, 100.0, 0.0), (2, 3, 10.0, 300.0, 0.0)), SHARE)
    assert list(figures.columns) == list(FIGURE_COLUMNS)
    unit = one(pooled(figures, {1: "north", 2: "north"}, SHARE))
    assert (unit["value"], unit["cases"], unit["service_count"]) == (0.25, 400.0, 2)
    assert unit["lower"] == pytest.approx(0.21008, abs=1e-5)  # Wilson, 100 of 400
    assert unit["upper"] == pytest.approx(0.29468, abs=1e-5)


def test_months_of_a_quarter_are_added_up_before_anything_is_divided():
    months = sums((1, 1, 1.0, 2.0, 0.0), (1, 1, 9.0, 10.0, 0.0))
    assert one(figures_of_sums(months, SHARE))["value"] == pytest.approx(10 / 12)


def test_a_share_cannot_leave_0_to_1_even_after_corrections():
    figures = figures_of_sums(sums((1, 3, 12.0, 10.0, 0.0), (2, 3, -1.0, 10.0, 0.0)), SHARE)
    assert figures["value"].to_list() == [1.0, 0.0]
    assert (figures["error"] > 0).all()


def test_a_rate_is_per_so_many_with_an_exact_interval():
    figures = figures_of_sums(sums((1, 5, 4.0, 1000.0, 0.0), (2, 5, 6.0, 3000.0, 0.0)), RATE)
    assert figures["value"].to_list() == [4.0, 2.0]
    unit = one(pooled(figures, {1: "north", 2: "north"}, RATE))
    assert unit["value"] == 2.5
    assert unit["lower"] == pytest.approx(4.7954 / 4, abs=1e-3)  # Garwood for 10: 4.795 to 18.390
    assert unit["upper"] == pytest.approx(18.3904 / 4, abs=1e-3)


def test_a_mean_has_the_error_of_its_single_values():
    figures = figures_of_sums(sums((1, 4, 20.0, 4.0, 120.0)), MEAN)  # 2, 4, 6, 8: variance 20/3
    assert one(figures)["value"] == 5.0
    assert one(figures)["error"] == pytest.approx(np.sqrt(20 / 3 / 4))


def test_a_mean_of_one_value_has_no_interval_and_neither_has_its_unit():
    figures = figures_of_sums(sums((1, 1, 7.0, 1.0, 49.0), (2, 4, 20.0, 4.0, 120.0)), MEAN)
    unit = one(pooled(figures, {1: "north", 2: "north"}, MEAN))
    assert unit["value"] == pytest.approx((7 + 20) / 5)
    assert np.isnan(unit["error"])
    assert np.isnan(unit["lower"])


def test_the_error_of_a_frozen_mean_is_read_from_its_interval():
    counted = figures_of_sums(sums((1, 4, 20.0, 4.0, 120.0)), MEAN)
    around = one(pooled(counted, {1: "north"}, MEAN))
    frozen = pd.DataFrame(
        [("2026Q3", 1, 4, 20.0, 4.0, 5.0, around["lower"], around["upper"])],
        columns=["period", "service_id", "n", "numerator", "denominator", "value", "lower", "upper"],
    )
    pd.testing.assert_frame_equal(figures_of_values(frozen, MEAN), counted, check_dtype=False)


def test_percentiles_of_services_are_weighed_by_their_cases():
    values = {1: np.full(30, 10.0), 2: np.full(10, 30.0)}
    buckets = pd.DataFrame(
        [("2026Q3", key, int(bucket_of(found)[0]), len(found)) for key, found in values.items()],
        columns=["period", "service_id", "bucket", "n"],
    )
    counts = sums(*((key, len(found), found.sum(), len(found), 0.0) for key, found in values.items()))
    figures = figures_of_sums(counts, NINTH, buckets)
    unit = one(pooled(figures, {1: "north", 2: "north"}, NINTH))
    assert unit["value"] == pytest.approx((30 * 10 + 10 * 30) / 40, rel=0.03)  # buckets are right to 2 %


def test_percentiles_need_their_histograms():
    with pytest.raises(ValueError, match="histograms"):
        figures_of_sums(sums((1, 4, 20.0, 4.0, 120.0)), NINTH)


@pytest.mark.parametrize("way", [SHARE, RATE, MEAN])
def test_nothing_counted_is_no_figure(way):
    assert figures_of_sums(sums((1, 0, 0.0, 0.0, 0.0)), way).empty
    nothing = pooled(figures_of_sums(sums(), way), {}, way)
    assert list(nothing.columns) == list(UNIT_COLUMNS)
    assert nothing.empty
