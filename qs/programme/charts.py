"""The Gantt chart of the plan: what was adopted, what is planned now, how far each task has come, and today."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language
from qs.programme.terms import Status

ROW_PIXELS = 26
COLUMNS = (
    "row",
    "words",
    "starts_on",
    "ends_on",
    "done_until",
    "baseline_starts_on",
    "baseline_ends_on",
    "milestone_on",
    "status",
    "status_words",
    "progress_words",
    "owner",
    "today",
    "today_words",
)


def gantt_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """The plan against time, one row per task in the order of the frame.

    `frame`: COLUMNS; days as datetimes, `ends_on` the day after the last; `done_until` how far the bar is filled;
    `milestone_on` empty for other tasks; `status` a Status; `today_words` in the first row only. Raises ValueError
    for a missing column.
    """
    require_columns(frame, COLUMNS)
    order = frame["words"].tolist()
    base = alt.Chart(frame)
    across = alt.X("starts_on:T", axis=alt.Axis(title=None, format="%Y-%m", tickCount=10, grid=True, labelOverlap=True))
    up = alt.Y("words:N", sort=order, axis=alt.Axis(title=None, labelLimit=330, ticks=False, domain=False))
    tooltip = [
        alt.Tooltip("words:N", title=_("Task")),
        alt.Tooltip("status_words:N", title=_("Status")),
        alt.Tooltip("progress_words:N", title=_("Progress")),
        alt.Tooltip("owner:N", title=_("In charge")),
        alt.Tooltip("starts_on:T", title=_("First day"), format="%Y-%m-%d"),
        alt.Tooltip("ends_on:T", title=_("Due by"), format="%Y-%m-%d"),
    ]
    fills = {
        Status.DONE: colours.common,
        Status.ON_TRACK: colours.improvement,
        Status.NOT_STARTED: colours.faint,
        Status.AT_RISK: colours.concern,
        Status.LATE: colours.concern,
    }
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=[status.value for status in fills], range=list(fills.values())),
        legend=None,
    )
    adopted = base.mark_bar(height=4, yOffset=10, color=colours.faint).encode(
        x=alt.X("baseline_starts_on:T"), x2="baseline_ends_on:T", y=up
    )
    planned = base.mark_bar(height=13, opacity=0.32, cornerRadius=2).encode(
        x=across, x2="ends_on:T", y=up, color=colour, tooltip=tooltip
    )
    done = base.mark_bar(height=13, cornerRadius=2).encode(
        x=across, x2="done_until:T", y=up, color=colour, tooltip=tooltip
    )
    milestones = base.mark_point(shape="diamond", size=90, filled=True, color=colours.interface, opacity=1).encode(
        x="milestone_on:T", y=up, tooltip=tooltip
    )
    words = base.mark_text(align="left", dx=9, fontSize=11, color=colours.quiet).encode(
        x="ends_on:T", y=up, text="status_words:N"
    )
    now = base.mark_rule(color=colours.interface, strokeDash=[4, 4]).encode(x="today:T")
    named = (
        base.transform_filter("isValid(datum.today_words)")
        .mark_text(align="left", dx=4, dy=-8, baseline="bottom", color=colours.interface)
        .encode(x="today:T", y=alt.value(0), text="today_words:N")
    )
    chart = alt.layer(adopted, planned, done, milestones, words, now, named)
    return dressed(chart.properties(height=ROW_PIXELS * max(len(frame), 1)), colours=colours, language=language())
