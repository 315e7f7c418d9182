"""How inspections look: the windows of those that are open, as a calendar of bars."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

ROW_HEIGHT, AXIS_HEIGHT = 24, 40
COLUMNS = ("service", "opens_on", "until", "state_words", "window", "inspectors", "is_late")


def window_chart(frame: pd.DataFrame, *, today: pd.Timestamp, colours: Palette, day_format: str) -> ChartType:
    """The windows of open inspections, one row each, in the order given; orange when the window has run out.

    `frame`: COLUMNS; `until` is the day after the last one; words for the tooltip. Raises ValueError for a missing one.
    """
    require_columns(frame, COLUMNS)
    across = alt.X("opens_on:T", axis=alt.Axis(title=None, format=day_format, orient="top", tickCount=6, grid=True))
    down = alt.Y("service:N", sort=None, axis=alt.Axis(title=None, labelLimit=190, domain=False, ticks=False))
    tooltip = [
        alt.Tooltip("service:N", title=_("Service")),
        alt.Tooltip("state_words:N", title=_("State")),
        alt.Tooltip("window:N", title=_("Window")),
        alt.Tooltip("inspectors:N", title=_("Inspectors")),
    ]
    colour = alt.condition("datum.is_late", alt.value(colours.concern), alt.value(colours.common))
    bars = (
        alt.Chart(frame)
        .mark_bar(height=13, opacity=0.55, cornerRadius=2)
        .encode(x=across, x2="until:T", y=down, color=colour, tooltip=tooltip)
    )
    words = (
        alt.Chart(frame)
        .mark_text(align="left", dx=6, color=colours.quiet, fontSize=12)
        .encode(x="until:T", y=down, text="state_words:N")
    )
    now = alt.Chart(pd.DataFrame({"today": [today]})).mark_rule(color=colours.interface).encode(x="today:T")
    height = AXIS_HEIGHT + ROW_HEIGHT * max(frame["service"].nunique(), 1)
    return dressed(alt.layer(bars, words, now).properties(height=height), colours=colours, language=language())
