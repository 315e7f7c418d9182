"""The charts of the public pages: their encodings, and the columns they miss."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.publication import public_charts as charts

DOTS = pd.DataFrame(
    [
        ("North", 0.94, 0.92, 0.96, 1200, charts.IMPROVING, "94.0%", "1,200", "Improving"),
        ("South", 0.84, 0.80, 0.88, 90, charts.CONCERN, "84.0%", "90", "Needs attention"),
    ],
    columns=list(charts.DOT_COLUMNS),
)
COUNTS = pd.DataFrame([("Resolved", 62, "62"), ("Explained", 21, "21")], columns=list(charts.COUNT_COLUMNS))


def dots(**changes):
    return charts.dots_chart(DOTS, **{"centre": 0.9, "colours": charts.paper(dark=False), **changes}).to_dict()


def test_every_share_is_drawn_with_its_interval_and_its_n():
    fields = {
        encoding.get("field")
        for layer in dots()["layer"]
        for encoding in layer["encoding"].values()
        if isinstance(encoding, dict)
    }
    assert {"lower", "upper", "value", "value_text", "n_text"} <= fields


def test_meaning_is_never_told_by_colour_alone():
    marks = [layer["encoding"] for layer in dots()["layer"] if "shape" in layer["encoding"]]
    assert [mark["shape"]["field"] for mark in marks] == [mark["color"]["field"] for mark in marks] == ["state"]
    assert len(set(charts.SHAPES)) == len(charts.STATES)


def test_the_whole_is_drawn_only_where_it_is_known():
    assert len(dots()["layer"]) == len(dots(centre=None)["layer"]) + 1


def test_the_axis_begins_below_the_lowest_interval_and_ends_at_all():
    assert charts.axis_start(0.88) == 0.85
    assert charts.axis_start(0.999) == 0.95
    assert charts.axis_start(0.0) == 0.0
    assert charts.axis_ticks(0.85) == [0.85, 0.9, 0.95, 1.0]
    assert charts.axis_ticks(0.0) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_the_wall_has_its_own_measures():
    spec = dots(size=charts.WALL)
    assert (spec["width"], spec["height"]) == (charts.WALL.width, charts.WALL.height)


def test_each_count_has_its_bar_and_its_text():
    spec = charts.counts_chart(COUNTS, fills=["#000000", "#ffffff"], colours=charts.paper(dark=True)).to_dict()
    bars, texts = spec["layer"]
    assert bars["encoding"]["x"]["field"] == "count"
    assert texts["encoding"]["text"]["field"] == "text"


@pytest.mark.parametrize("column", charts.DOT_COLUMNS)
def test_dots_name_the_column_they_miss(column):
    with pytest.raises(ValueError, match=column):
        charts.dots_chart(DOTS.drop(columns=column), centre=None, colours=charts.paper(dark=False))


@pytest.mark.parametrize("column", charts.COUNT_COLUMNS)
def test_counts_name_the_column_they_miss(column):
    with pytest.raises(ValueError, match=column):
        charts.counts_chart(COUNTS.drop(columns=column), fills=["#000"], colours=charts.paper(dark=False))


def test_nothing_published_draws_an_empty_chart():
    empty = DOTS.head(0)
    assert charts.dots_chart(empty, centre=None, colours=charts.paper(dark=False)).to_dict()["layer"]
