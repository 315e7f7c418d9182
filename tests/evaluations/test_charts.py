"""The dot plot of assessors: what is encoded, and the column it misses."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.evaluations import charts

FRAME = pd.DataFrame(
    {
        "criterion": ["Access", "Access"],
        "subject": ["self", "office"],
        "subject_words": ["Self", "Office"],
        "score": [90.0, 50.0],
        "score_words": ["90", "50"],
        "anchor": ["a", "b"],
        "low": [50.0, 50.0],
        "high": [90.0, 90.0],
        "is_wide": [True, True],
    }
)
WORDS = {"self": "Self", "office": "Office"}


def test_assessors_stand_on_one_scale_told_apart_by_shape_and_colour():
    spec = charts.comparison_chart(FRAME, order=["Access"], words=WORDS, colours=LIGHT).to_dict()
    dots = spec["layer"][1]["encoding"]
    assert dots["x"]["scale"]["domain"] == [0, 100]
    assert dots["shape"]["scale"]["range"] == ["circle", "square"]
    assert dots["color"]["scale"]["domain"] == ["Self", "Office"]


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="anchor"):
        charts.comparison_chart(FRAME.drop(columns="anchor"), order=["Access"], words=WORDS, colours=LIGHT)
