"""The year at a glance: one square for each day, by month, coloured by what the day is."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.deadlines.terms import DayType
from qs.i18n import gettext as _
from qs.i18n import language

COLUMNS = ("month", "month_name", "day_of_month", "day_name", "type", "type_name", "holiday", "mark")
SQUARE = 25  # pixels


def year_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """A calendar year: months down, days across.

    `frame`: one row per day, COLUMNS; `mark` is the letter inside the square ("" for common days), the names are words
    for the tooltip. Raises ValueError for a missing column.
    """
    require_columns(frame, COLUMNS)
    kinds = {
        DayType.WORK.value: colours.band,
        DayType.WEEKEND.value: colours.faint,
        DayType.HOLIDAY.value: colours.common,
        DayType.MAKEUP_WORK.value: colours.interface,
    }
    across = alt.X("day_of_month:O", axis=alt.Axis(title=None, orient="top", labelAngle=0, ticks=False, domain=False))
    down = alt.Y("month_name:N", sort=alt.SortField("month"), axis=alt.Axis(title=None, ticks=False, domain=False))
    tooltip = [
        alt.Tooltip("day_name:N", title=_("Day")),
        alt.Tooltip("type_name:N", title=_("Type")),
        alt.Tooltip("holiday:N", title=_("Holiday")),
    ]
    base = alt.Chart(frame)
    squares = base.mark_rect(cornerRadius=2, stroke=colours.background, strokeWidth=2).encode(
        x=across,
        y=down,
        color=alt.Color("type:N", scale=alt.Scale(domain=list(kinds), range=list(kinds.values())), legend=None),
        tooltip=tooltip,
    )
    marks = (
        base.transform_filter("datum.mark != ''")
        .mark_text(fontSize=11)
        .encode(
            x=across,
            y=down,
            text="mark:N",
            tooltip=tooltip,
            color=alt.condition(
                f"datum.type == '{DayType.MAKEUP_WORK.value}'", alt.value(colours.background), alt.value(colours.ink)
            ),
        )
    )
    chart = alt.layer(squares, marks).properties(height=12 * SQUARE)
    return dressed(chart, colours=colours, language=language())
