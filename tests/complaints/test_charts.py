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


MONTHS = pd.DataFrame(
    [(NOW, 0.9, 0.92, 0.85, 0.99, "concern", "Nov 2026", "90 / 100", "90%", "worse than chance explains")],
    columns=list(charts.MONTH_COLUMNS),
)
TIMES = pd.DataFrame([(0.0, 4.0, 7, "7 took 0 to 4 hours")], columns=list(charts.TIME_COLUMNS))
MARKS = pd.DataFrame([(2.5, "Median 2.5")], columns=list(charts.MARK_COLUMNS))
BACKLOG = pd.DataFrame(
    [("Nov 2026", 0, "up to 5 days", 0, 3), ("Nov 2026", 0, "over 90 days", 1, 1)],
    columns=list(charts.BACKLOG_COLUMNS),
)


def test_a_month_is_drawn_within_its_limits_with_its_counts_in_the_tooltip():
    spec = charts.month_chart(MONTHS, target=0.95, month_format="%b %y", colours=LIGHT).to_dict()
    band, lower, upper, mean, line, complete, running, target = spec["layer"]
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("lower", "upper")
    assert [one["encoding"]["y"]["field"] for one in (lower, upper, mean, line)] == ["lower", "upper", "mean", "share"]
    assert "counts" in [one["field"] for one in complete["encoding"]["tooltip"]]
    assert running["mark"]["filled"] is False
    assert target["mark"]["type"] == "rule"


def test_times_are_bars_that_stand_on_zero_with_the_median_marked():
    bars, rule, words = charts.time_chart(TIMES, MARKS, axis_title="Working hours", colours=LIGHT).to_dict()["layer"]
    assert (bars["encoding"]["x"]["field"], bars["encoding"]["x2"]["field"]) == ("begins", "ends")
    assert bars["encoding"]["y2"] == {"datum": 0}
    assert (rule["encoding"]["x"]["field"], words["encoding"]["text"]["field"]) == ("hours", "label")


def test_the_oldest_part_of_the_backlog_has_the_colour_of_concern():
    scale = charts.backlog_chart(BACKLOG, colours=LIGHT).to_dict()["encoding"]["color"]["scale"]
    assert scale["domain"] == ["up to 5 days", "over 90 days"]
    assert scale["range"][-1] == LIGHT.concern


@pytest.mark.parametrize(
    ("column", "draw"),
    [
        ("counts", lambda frame: charts.month_chart(frame, target=None, month_format="%b", colours=LIGHT)),
        ("tooltip", lambda frame: charts.time_chart(frame, MARKS, axis_title="", colours=LIGHT)),
        ("hours", lambda frame: charts.time_chart(TIMES, frame, axis_title="", colours=LIGHT)),
        ("band", lambda frame: charts.backlog_chart(frame, colours=LIGHT)),
    ],
)
def test_each_chart_of_the_figures_names_the_column_it_misses(column, draw):
    frame = next(one for one in (MONTHS, TIMES, MARKS, BACKLOG) if column in one)
    with pytest.raises(ValueError, match=column):
        draw(frame.drop(columns=[column]))
