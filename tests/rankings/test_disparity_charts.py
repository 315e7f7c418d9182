"""The charts of disparities: every point with its n and interval, colour never alone, missing columns named."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.rankings import disparity_charts as charts

WORDS = {
    "label": ["A", "B"],
    "value_text": ["90 %", "80 %"],
    "interval_text": ["88 to 92 %", "78 to 82 %"],
    "n_text": ["900 / 1,000", "800 / 1,000"],
    "verdict_text": ["inside", "differs"],
    "kind": ["common", "concern"],
    "sign": ["inside", "below"],
}
UNITS = pd.DataFrame({**WORDS, "cases": [1000.0, 1000.0], "value": [0.9, 0.8], "mark_label": [None, "B"]})
LIMITS = pd.DataFrame(
    {
        "cases": [900.0, 1100.0],
        "lower": [0.83, 0.84],
        "upper": [0.87, 0.86],
        "line": ["chance 0.95"] * 2,
        "dash": ["dashed"] * 2,
        "kind": ["chance"] * 2,
        "end_at": [0.87, 0.86],
        "end_label": [None, "chance alone"],
    }
)
PAIRS = pd.DataFrame(
    {
        **{name: WORDS[name] for name in ("label", "n_text", "verdict_text", "kind", "sign")},
        **{f"{when}{end}": [0.9, 0.8] for when in ("now", "before") for end in ("", "_lower", "_upper")},
        **{name: ["+1", "−2"] for name in ("now_text", "before_text", "change_text")},
    }
)
CELLS = pd.DataFrame(
    {
        **{name: WORDS[name] for name in ("label", "value_text", "interval_text", "n_text", "verdict_text")},
        "quarter": ["2026Q3", "2026Q3"],
        "cell_text": ["90 %", "80 % ▼"],
        "kind": ["common", "concern_strong"],
    }
)
PARTS = pd.DataFrame(
    {
        "period": ["2026Q3", "2026Q3"],
        "part": ["between", "within"],
        "value": [1.0, 2.0],
        "lower": [0.5, 1.0],
        "upper": [1.5, 3.0],
        "value_text": ["1.00", "2.00"],
        "interval_text": ["0.50 to 1.50", "1.00 to 3.00"],
        "n_text": ["4", "4"],
        "end_label": ["between areas", "within areas"],
    }
)
GAP = pd.DataFrame(
    {
        "starts_at": pd.to_datetime(["2026-08-01", "2026-09-01"]),
        "label": ["Aug", "Sep"],
        "value": [0.02, 0.01],
        "mean": [0.015, 0.015],
        "lower": [0.0, 0.0],
        "upper": [0.03, 0.03],
        "value_text": ["2 %", "1 %"],
        "limits_text": ["0 to 3 %"] * 2,
        "n_text": ["9", "9"],
        "verdict_text": ["no signal"] * 2,
        "kind": ["common"] * 2,
        "sign": ["inside"] * 2,
        "end_label": [None, "1 %"],
    }
)
DRAWN = {
    "funnel": (
        UNITS,
        lambda frame: charts.funnel_chart(
            frame, LIMITS, centre=0.85, number_format=".1%", cases_title="Cases", colours=LIGHT
        ),
    ),
    "limits": (
        LIMITS,
        lambda frame: charts.funnel_chart(
            UNITS, frame, centre=0.85, number_format=".1%", cases_title="Cases", colours=LIGHT
        ),
    ),
    "dumbbell": (PAIRS, lambda frame: charts.dumbbell_chart(frame, number_format=".1%", colours=LIGHT)),
    "heat": (CELLS, lambda frame: charts.heat_chart(frame, quarters=["2026Q3"], colours=LIGHT)),
    "inequality": (PARTS, lambda frame: charts.inequality_chart(frame, quarters=["2026Q3"], colours=LIGHT)),
    "gap": (GAP, lambda frame: charts.gap_chart(frame, day_format="%b %Y", colours=LIGHT)),
}


def layers(chart):
    return chart.to_dict()["layer"]


def tooltips(chart):
    return {one["field"] for layer in layers(chart) for one in layer.get("encoding", {}).get("tooltip", [])}


@pytest.mark.parametrize("name", list(DRAWN))
def test_a_missing_column_is_named(name):
    frame, draw = DRAWN[name]
    for column in frame.columns:
        with pytest.raises(ValueError, match=f"the chart needs the columns {column}"):
            draw(frame.drop(columns=column))


@pytest.mark.parametrize("name", ["funnel", "heat", "inequality"])
def test_pointing_at_a_figure_tells_its_n_and_its_interval(name):
    frame, draw = DRAWN[name]
    assert {"n_text", "interval_text", "value_text"} <= tooltips(draw(frame))


@pytest.mark.parametrize("name", ["funnel", "dumbbell", "gap"])
def test_what_has_a_colour_has_a_shape_too(name):
    frame, draw = DRAWN[name]
    coloured = [
        layer["encoding"]
        for layer in layers(draw(frame))
        if layer["mark"]["type"] == "point" and layer.get("encoding", {}).get("color", {}).get("field") == "kind"
    ]
    assert coloured
    assert all(encoding["shape"]["field"] == "sign" for encoding in coloured)


def test_cells_of_too_few_cases_have_no_colour():
    frame, draw = DRAWN["heat"]
    scale = layers(draw(frame))[0]["encoding"]["color"]["scale"]
    colour = dict(zip(scale["domain"], scale["range"], strict=True))
    assert colour["few"] == colour["missing"] == LIGHT.background
    assert colour["concern"] != colour["concern_strong"]


def test_the_funnel_takes_a_logarithmic_axis_when_units_differ_much_in_size():
    draw = DRAWN["funnel"][1]
    wide = draw(UNITS.assign(cases=[10.0, 10_000.0]))
    kinds = {layer["encoding"]["x"]["scale"]["type"] for layer in layers(wide) if "x" in layer.get("encoding", {})}
    assert kinds == {"log"}
    assert "linear" in str(layers(draw(UNITS)))


def test_then_and_now_are_both_drawn_with_their_intervals():
    frame, draw = DRAWN["dumbbell"]
    spans = {
        (layer["encoding"]["x"].get("field"), layer["encoding"].get("x2", {}).get("field"))
        for layer in layers(draw(frame))
    }
    assert {("now_lower", "now_upper"), ("before_lower", "before_upper")} <= spans
