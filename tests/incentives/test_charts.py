"""The matrix of a simulation: services by quarters, luck ringed, and a word for every missing column."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.incentives.charts import MATRIX_COLUMNS, matrix_chart
from qs.incentives.terms import Kind

FRAME = pd.DataFrame(
    [
        ("Hall", "2026Q2", "2026|Q2", "proposed", "90%", "400", "1%", "Met", "", ""),
        ("Hall", "2026Q3", "2026|Q3", "luck", "91%", "410", "20%", "Met", "2 times", "n 400"),
        ("Library", "2026Q2", "2026|Q2", "none", "60%", "400", "1%", "Not met", "", ""),
        ("Library", "2026Q3", "2026|Q3", "missing", "—", "—", "0%", "Not enough data", "0 times", "n 400"),
    ],
    columns=list(MATRIX_COLUMNS),
)


@pytest.mark.parametrize(("kind", "colour"), [(Kind.REWARD, LIGHT.improvement), (Kind.PENALTY, LIGHT.concern)])
def test_the_colour_says_what_it_is_and_luck_has_a_ring(kind, colour):
    spec = matrix_chart(FRAME, kind=kind, colours=LIGHT).to_dict()
    marks = [layer["mark"] for layer in spec["layer"]]
    assert [mark["color"] for mark in marks if mark["type"] == "circle"] == [LIGHT.faint, colour]
    assert [mark["color"] for mark in marks if mark["type"] == "point"] == [LIGHT.neutral]
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["Hall", "Library"]
    assert {tip["field"] for tip in spec["layer"][0]["encoding"]["tooltip"]} >= {"value", "n", "chance"}


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="chance"):
        matrix_chart(FRAME.drop(columns="chance"), kind=Kind.REWARD, colours=LIGHT)
