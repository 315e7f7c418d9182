"""The calendar of windows: what is encoded, and the column it misses."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.inspections import charts

FRAME = pd.DataFrame(
    {
        "service": ["外科"],
        "opens_on": pd.to_datetime(["2026-11-23"]),
        "until": pd.to_datetime(["2026-11-30"]),
        "state_words": ["Planned"],
        "window": ["23 Nov to 29 Nov"],
        "inspectors": ["甲、乙"],
        "is_late": [False],
    }
)
TODAY = pd.Timestamp("2026-11-24")


def test_each_window_is_a_bar_from_its_first_day_to_the_day_after_its_last():
    spec = charts.window_chart(FRAME, today=TODAY, colours=LIGHT, day_format="%-d %b").to_dict()
    bar = spec["layer"][0]["encoding"]
    assert (bar["x"]["field"], bar["x2"]["field"], bar["y"]["field"]) == ("opens_on", "until", "service")
    assert spec["layer"][2]["encoding"]["x"]["field"] == "today"


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="inspectors"):
        charts.window_chart(FRAME.drop(columns="inspectors"), today=TODAY, colours=LIGHT, day_format="%-d %b")
