"""The charts of requests encode what they say, and name the column they miss."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.complaints import charts

NOW = pd.Timestamp("2026-11-23 10:00")


def clock_frames():
    clocks = pd.DataFrame(
        [("Handling", NOW, NOW + pd.Timedelta(days=2), "left", "2 days left")], columns=list(charts.CLOCK_COLUMNS)
    )
    results = pd.DataFrame([("Handling", "2 days left", False)], columns=list(charts.RESULT_COLUMNS))
    bands = pd.DataFrame([(NOW, NOW)], columns=list(charts.BAND_COLUMNS))
    return clocks, results, bands


def drawn(clocks, results, bands):
    return charts.clock_chart(
        clocks, results, bands, now=NOW, now_label="now 10:00", day_format="%-d %b", colours=LIGHT
    ).to_dict()


def test_the_clocks_are_bars_from_beginning_to_limit_with_now_across():
    spec = drawn(*clock_frames())
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["rect", "bar", "rule", "text", "text"]
    bars = spec["layer"][1]["encoding"]
    assert (bars["x"]["field"], bars["x"]["type"], bars["x2"]["field"]) == ("starts_at", "temporal", "ends_at")


@pytest.mark.parametrize(("place", "column"), [(0, "kind"), (1, "result"), (2, "ends_at")])
def test_the_clock_chart_names_the_column_it_misses(place, column):
    frames = list(clock_frames())
    frames[place] = frames[place].drop(columns=[column])
    with pytest.raises(ValueError, match=column):
        drawn(*frames)


def share_frame():
    return pd.DataFrame([("A", 0.75, 0.53, 0.89, "concern", "15 / 20", "75%")], columns=list(charts.SHARE_COLUMNS))


def test_shares_are_drawn_with_their_interval_their_counts_and_the_target():
    spec = charts.share_chart(share_frame(), target=0.95, colours=LIGHT).to_dict()
    interval, dots, target = spec["layer"]
    assert (interval["encoding"]["x"]["field"], interval["encoding"]["x2"]["field"]) == ("lower", "upper")
    assert "counts" in [one["field"] for one in dots["encoding"]["tooltip"]]
    assert target["mark"]["type"] == "rule"


def test_the_share_chart_names_the_column_it_misses():
    with pytest.raises(ValueError, match="counts"):
        charts.share_chart(share_frame().drop(columns=["counts"]), target=None, colours=LIGHT)
