"""How evaluations look: the assessors' scores side by side, criterion by criterion."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

ROW_HEIGHT, AXIS_HEIGHT = 44, 56
COLUMNS = ("criterion", "subject", "subject_words", "score", "score_words", "anchor", "low", "high", "is_wide")
SHAPES = {"self": "circle", "office": "square", "third_party": "triangle-up"}
BAND_EDGES = (10, 30, 50, 70, 90)


def comparison_chart(frame: pd.DataFrame, *, order: list[str], words: dict[str, str], colours: Palette) -> ChartType:
    """A dot plot: one row per criterion, one mark per assessor, a bar from the lowest to the highest.

    `frame`: one row per criterion and subject, COLUMNS; scores 0 to 100, `low` and `high` over the assessors of the
    criterion, `is_wide` where they differ by more than 30 points. `order`: criteria from top to bottom; `words`: what
    each subject is called. Raises ValueError for a missing column.
    """
    require_columns(frame, COLUMNS)
    across = alt.X(
        "score:Q",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(title=None, values=[0, *BAND_EDGES], grid=True, orient="top"),
    )
    down = alt.Y("criterion:N", sort=order, axis=alt.Axis(title=None, labelLimit=190, domain=False, ticks=False))
    base = alt.Chart(frame)
    spans = base.mark_bar(height=6, opacity=0.35).encode(
        x="low:Q",
        x2="high:Q",
        y=down,
        color=alt.condition("datum.is_wide", alt.value(colours.concern), alt.value(colours.common)),
    )
    names = list(words.values())
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=across,
        y=down,
        shape=alt.Shape(
            "subject_words:N",
            scale=alt.Scale(domain=names, range=[SHAPES[one] for one in words]),
            legend=alt.Legend(title=None, orient="top", symbolSize=90),
        ),
        color=alt.Color(
            "subject_words:N",
            scale=alt.Scale(domain=names, range=[colours.quiet, colours.interface, colours.neutral][: len(names)]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[
            alt.Tooltip("criterion:N", title=_("Criterion")),
            alt.Tooltip("subject_words:N", title=_("Assessor")),
            alt.Tooltip("score_words:N", title=_("Score")),
            alt.Tooltip("anchor:N", title=_("In words")),
        ],
    )
    numbers = base.mark_text(dy=-13, fontSize=11, color=colours.quiet).encode(x="score:Q", y=down, text="score_words:N")
    height = AXIS_HEIGHT + ROW_HEIGHT * max(len(order), 1)
    return dressed(alt.layer(spans, dots, numbers).properties(height=height), colours=colours, language=language())
