"""What is hidden in the invented city shows between its districts, and the lucky small service does not."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from qs.demo.content import read_city
from qs.demo.events import city_events
from qs.periods import to_microseconds
from qs.rankings.pooling import Way, figures_of_sums, pooled
from qs.rankings.spread import judged
from qs.rankings.terms import Apart
from qs.standards.terms import Aggregation, Direction

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
QUARTER = tuple(to_microseconds(datetime(2026, month, 30, 16, tzinfo=UTC)) for month in (6, 9))  # in Shanghai
SHARE = Way(Aggregation.SHARE)


@pytest.fixture(scope="module")
def quarter():
    """What every service did on every share in the last whole quarter, one row each."""
    city = read_city()
    rows = []
    for stream in city_events(city, until=MONDAY):
        measure, service = stream.plan.measure, stream.plan.service
        inside = (stream.happened_at >= QUARTER[0]) & (stream.happened_at < QUARTER[1])
        if measure.counting.aggregation is Aggregation.SHARE and inside.any():
            top, bottom = float(stream.numerator[inside].sum()), float(stream.denominator[inside].sum())
            rows.append((measure.code, measure.direction, service.code, service.area, int(inside.sum()), top, bottom))
    return pd.DataFrame(rows, columns=["code", "direction", "service", "area", "n", "numerator", "denominator"])


def compared(quarter, code, unit):
    """The units of one indicator with their verdicts, by unit."""
    own = quarter[quarter["code"] == code].reset_index(drop=True)
    sums = own.assign(period="2026Q3", service_id=own.index, square=0.0)
    units = pooled(figures_of_sums(sums, SHARE), own[unit].to_dict(), SHARE)
    found = judged(units, SHARE).verdict
    return pd.DataFrame(
        {"apart": found.apart, "side": found.side, "value": units["value"].to_numpy()}, index=list(units["unit"])
    )


def test_the_county_left_behind_shows_in_nearly_everything_that_all_districts_do(quarter):
    counts = quarter.groupby("code")["area"].nunique()
    behind = []
    for code in counts[counts >= 8].index:
        up = quarter.loc[quarter["code"] == code, "direction"].iloc[0] == Direction.UP
        found = compared(quarter, code, "area").loc["taoyuan"]
        behind.append(found["side"] == (-1 if up else 1))
    assert len(behind) >= 6
    assert np.mean(behind) >= 0.75


def test_the_lucky_small_service_is_not_judged(quarter):
    found = compared(quarter, "care-family-satisfaction", "service").loc["shiqiao-care-home"]
    assert found["value"] == 1.0
    assert found["apart"] == Apart.TOO_FEW
    assert found["side"] == 0


def test_the_hall_that_caught_up_late_is_still_the_furthest_from_its_peers(quarter):
    found = compared(quarter, "satisfaction", "service")
    beyond = found[found["apart"] == Apart.BEYOND_USUAL]
    assert list(beyond.index) == ["nanan-social-security-hall"]
    assert (found["apart"] == Apart.INSIDE).sum() > 0.8 * len(found)
