"""The charts of rankings: never a rank or score without its interval, and a word when a column is missing."""

from __future__ import annotations

import pandas as pd
import pytest

from qs.chart_style import LIGHT
from qs.rankings import charts

LEAGUE = pd.DataFrame(
    {
        "place": [1, 2],
        "label": ["A", "B"],
        "rank": [1, 2],
        "rank_lower": [1, 1],
        "rank_upper": [2, 2],
        "rank_text": ["1", "2"],
        "interval_text": ["1–2", "1–2"],
        "score_text": ["91.0", "90.0"],
        "n_text": ["100", "90"],
        "change_text": ["▲ 1", "—"],
        "standing": ["above", "alike"],
        "standing_text": ["clearly above", "alike"],
        "is_chosen": [True, False],
    }
)
UNITS = pd.DataFrame(
    {
        "label": ["A"],
        "score": [80.0],
        "lower": [79.0],
        "upper": [81.0],
        "score_text": ["80.0"],
        "n_text": ["100"],
        "rank_text": ["1"],
        "interval_text": ["1–1"],
        "standing": ["alike"],
    }
)
PARTS = pd.DataFrame(
    {
        "label": ["A"],
        "score": [80.0],
        "score_lower": [79.0],
        "score_upper": [81.0],
        "peer_score": [90.0],
        "score_text": ["80"],
        "value_text": ["90 %"],
        "is_behind": [True],
    }
)
PAST = pd.DataFrame(
    {
        "period": ["2026Q2", "2026Q3"],
        "score": [80.0, float("nan")],
        "lower": [79.0, float("nan")],
        "upper": [81.0, float("nan")],
        "score_text": ["80.0", "—"],
        "rank_text": ["1", "—"],
        "n_text": ["100", "0"],
    }
)


def encodings(chart):
    """Every encoding of every layer as (channel, field)."""
    layers = chart.to_dict()["layer"]
    return {
        (channel, told.get("field"))
        for layer in layers
        for channel, told in layer["encoding"].items()
        if isinstance(told, dict)
    }


def test_the_league_draws_each_rank_on_its_interval_and_tells_n():
    chart = charts.league_chart(LEAGUE, ranked_count=2, colours=LIGHT)
    assert {("x", "rank"), ("x", "rank_lower"), ("x2", "rank_upper"), ("text", "n_text")} <= encodings(chart)


def test_units_parts_and_the_past_are_drawn_with_their_intervals():
    assert {("x", "score"), ("x", "lower"), ("x2", "upper")} <= encodings(charts.unit_chart(UNITS, colours=LIGHT))
    parts = encodings(charts.parts_chart(PARTS, colours=LIGHT))
    assert {("x", "score_lower"), ("x2", "score_upper"), ("x", "peer_score")} <= parts
    assert {("y", "lower"), ("y2", "upper")} <= encodings(charts.history_chart(PAST, colours=LIGHT))


def test_one_alone_can_be_drawn():
    assert charts.league_chart(LEAGUE.head(1), ranked_count=1, colours=LIGHT).to_dict()["height"] > 0


@pytest.mark.parametrize(
    ("draw", "frame", "column"),
    [
        (lambda frame: charts.league_chart(frame, ranked_count=2, colours=LIGHT), LEAGUE, "rank_upper"),
        (lambda frame: charts.unit_chart(frame, colours=LIGHT), UNITS, "lower"),
        (lambda frame: charts.parts_chart(frame, colours=LIGHT), PARTS, "peer_score"),
        (lambda frame: charts.history_chart(frame, colours=LIGHT), PAST, "upper"),
    ],
)
def test_a_missing_column_is_named(draw, frame, column):
    with pytest.raises(ValueError, match=column):
        draw(frame.drop(columns=[column]))
