"""The Gantt chart shows the plan, its baseline and today."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.programme.charts import COLUMNS, gantt_chart


def rows():
    day = pd.Timestamp("2026-06-01")
    return pd.DataFrame(
        [(0, "1. Task", day, day, day, day, day, day, "late", "Late", "50%", "Somebody", day, "Today")],
        columns=list(COLUMNS),
    )


def test_bars_run_from_the_first_to_the_last_day_and_the_baseline_lies_under_them():
    spec = gantt_chart(rows(), colours=LIGHT).to_dict()
    encodings = [layer["encoding"] for layer in spec["layer"]]
    assert encodings[0]["x"]["field"] == "baseline_starts_on"
    assert encodings[1]["x2"]["field"] == "ends_on"
    assert encodings[2]["x2"]["field"] == "done_until"
    assert encodings[5]["x"]["field"] == "today"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column):
    with pytest.raises(ValueError, match=column):
        gantt_chart(rows().drop(columns=column), colours=LIGHT)
