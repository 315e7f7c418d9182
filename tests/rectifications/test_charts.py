"""The charts of rectifications: what they encode, and the column they miss."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.rectifications import charts

NOON = pd.Timestamp("2026-10-01 12:00")
LOOK = {"colours": LIGHT, "number_format": ".1%", "day_format": "%-d %b"}


def frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    days = pd.DataFrame(
        [(NOON, "1 Oct", 0.7, "70.0%", "14 / 20", "before"), (NOON, "1 Nov", 0.9, "90.0%", "18 / 20", "better")],
        columns=list(charts.DAY_COLUMNS),
    )
    side = (NOON, NOON, NOON, "before", 0.7, "70.0%", 0.6, 0.8, "70.0% (95 % interval 60.0% to 80.0%)")
    return (
        days,
        pd.DataFrame([side], columns=list(charts.SIDE_COLUMNS)),
        pd.DataFrame([(NOON, "Ordered")], columns=list(charts.MARK_COLUMNS)),
    )


def encodings(chart) -> list[dict]:
    return [layer.get("encoding", {}) for layer in chart.to_dict()["layer"]]


def test_every_figure_is_drawn_with_its_interval_and_every_day_with_its_counts():
    layers = encodings(charts.before_after_chart(*frames(), **LOOK))
    assert any({"y", "y2"} <= set(layer) and layer["y"]["field"] == "lower" for layer in layers)
    told = [
        entry["field"] for layer in layers for entry in layer.get("tooltip", []) if isinstance(layer["tooltip"], list)
    ]
    assert {"label", "value_text", "counts"} <= set(told)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_column_is_named(place):
    given = list(frames())
    dropped = given[place].columns[-1]
    given[place] = given[place].drop(columns=dropped)
    with pytest.raises(ValueError, match=dropped):
        charts.before_after_chart(*given, **LOOK)


def test_the_loop_is_drawn_with_intervals_and_counts():
    row = (NOON, "Oct 2026", 0.9, "90.0%", "9 / 10", 0.6, 0.98, 0.95)
    frame = pd.DataFrame([row], columns=list(charts.LOOP_COLUMNS))
    look = {"colours": LIGHT, "number_format": ".0%", "month_format": "%b %Y"}
    layers = encodings(charts.loop_chart(frame, **look))
    assert any(layer.get("y2", {}).get("field") == "upper" for layer in layers)
    assert any("counts" in {entry["field"] for entry in layer.get("tooltip", [])} for layer in layers)
    with pytest.raises(ValueError, match="target"):
        charts.loop_chart(frame.drop(columns="target"), **look)
