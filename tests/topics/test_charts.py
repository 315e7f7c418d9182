"""The charts of topics and problems: what they encode, and the column they miss."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.topics.charts import MARK_COLUMNS, MONTH_COLUMNS, WEEK_COLUMNS, months_chart, weeks_chart

WEEKS = pd.DataFrame(
    [["9 Nov", 3, 40, "7 % (3 of 40)", False], ["16 Nov", 12, 45, "27 % (12 of 45)", True]], columns=list(WEEK_COLUMNS)
)
MONTHS = pd.DataFrame(
    [["2026-05-01", 20, "before", 18.0, 31.0, None], ["2026-08-01", 9, "after", 6.0, 14.0, 13.0]],
    columns=list(MONTH_COLUMNS),
).astype({"alarm": "float64"})
MARKS = pd.DataFrame([["2026-06-01", "adopted"]], columns=list(MARK_COLUMNS))


def test_the_last_week_stands_out_in_the_colour_of_concern_when_it_is_high():
    chart = weeks_chart(WEEKS, usual=4.0, is_high=True, colours=LIGHT).to_dict()
    bars = chart["layer"][0]["encoding"]
    assert bars["x"]["sort"] == ["9 Nov", "16 Nov"]
    assert bars["color"]["scale"]["range"] == [LIGHT.common, LIGHT.concern]
    assert [tip["field"] for tip in bars["tooltip"]] == ["week", "count", "total", "share_text"]
    assert len(chart["layer"]) == 3


def test_without_anything_usual_there_is_no_line_for_it():
    chart = weeks_chart(WEEKS, usual=None, is_high=False, colours=LIGHT).to_dict()
    assert len(chart["layer"]) == 1
    assert chart["layer"][0]["encoding"]["color"]["scale"]["range"][1] == LIGHT.interface


def test_months_show_their_limits_the_alarm_and_what_happened():
    chart = months_chart(MONTHS, MARKS, day_format="%-d %b", colours=LIGHT).to_dict()
    fields = [layer["encoding"].get("y", {}).get("field") for layer in chart["layer"]]
    assert fields[:5] == ["zero", "mean", "alarm", "count", "count"]
    assert chart["layer"][4]["encoding"]["color"]["scale"]["range"] == [LIGHT.interface, LIGHT.concern]
    assert chart["layer"][6]["encoding"]["text"]["field"] == "label"


@pytest.mark.parametrize("missing", WEEK_COLUMNS)
def test_a_missing_column_of_weeks_is_named(missing):
    with pytest.raises(ValueError, match=missing):
        weeks_chart(WEEKS.drop(columns=missing), usual=None, is_high=False, colours=LIGHT)


@pytest.mark.parametrize("missing", MONTH_COLUMNS)
def test_a_missing_column_of_months_is_named(missing):
    with pytest.raises(ValueError, match=missing):
        months_chart(MONTHS.drop(columns=missing), MARKS, day_format="%-d %b", colours=LIGHT)
