"""Before and after: the days, the two figures with their intervals, and how well the loop closes month by month."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

HEIGHT, LOOP_HEIGHT = 210, 220
DAY_COLUMNS = ("day", "label", "value", "value_text", "counts", "side")
SIDE_COLUMNS = ("since", "until", "middle", "side", "value", "value_text", "lower", "upper", "words")
MARK_COLUMNS = ("at", "words")
LOOP_COLUMNS = ("month", "label", "value", "value_text", "counts", "lower", "upper", "target")
MARK_DASH, TARGET_DASH = [2, 3], [7, 3]
SIDES = ("before", "between", "better", "worse", "alike")


def before_after_chart(
    days: pd.DataFrame,
    sides: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    colours: Palette,
    number_format: str,
    day_format: str,
) -> ChartType:
    """Single days as dots, the figure of either side as a line in its 95 % interval, and what happened between them.

    `days`: DAY_COLUMNS, one row per day. `sides`: SIDE_COLUMNS, one row per side, `lower` and `upper` empty where no
    interval was made. `marks`: MARK_COLUMNS, moments with their words. `side`: one of SIDES. Raises ValueError for a
    missing column.
    """
    for frame, columns in ((days, DAY_COLUMNS), (sides, SIDE_COLUMNS), (marks, MARK_COLUMNS)):
        require_columns(frame, columns)
    fills = dict(
        zip(
            SIDES,
            (colours.common, colours.faint, colours.improvement, colours.concern, colours.quiet),
            strict=True,
        )
    )
    colour = alt.Color("side:N", scale=alt.Scale(domain=list(fills), range=list(fills.values())), legend=None)
    across = alt.X("day:T", axis=alt.Axis(title=None, grid=False, labelOverlap=True, tickCount=8, format=day_format))
    up = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, tickCount=5, format=number_format, domain=False, ticks=False, gridOpacity=0.6),
    )
    dots = (
        alt.Chart(days)
        .mark_circle(size=34, opacity=0.8)
        .encode(
            x=across,
            y=up,
            color=colour,
            tooltip=[
                alt.Tooltip("label:N", title=_("Day")),
                alt.Tooltip("value_text:N", title=_("Value")),
                alt.Tooltip("counts:N", title=_("Counts")),
            ],
        )
    )
    base = alt.Chart(sides)
    bands = base.mark_rect(opacity=0.22).encode(
        x="since:T", x2="until:T", y="lower:Q", y2="upper:Q", color=colour, tooltip=alt.Tooltip("words:N")
    )
    lines = base.mark_rule(strokeWidth=2.4).encode(x="since:T", x2="until:T", y="value:Q", color=colour)
    told = base.mark_text(baseline="bottom", dy=-5, fontSize=14, fontWeight=600, color=colours.ink).encode(
        x="middle:T", y="value:Q", text="value_text:N"
    )
    events = alt.Chart(marks)
    rules = events.mark_rule(color=colours.neutral, strokeDash=MARK_DASH).encode(x="at:T")
    named = events.mark_text(align="left", baseline="top", dx=4, color=colours.quiet).encode(
        x="at:T", y=alt.value(0), text="words:N"
    )
    layers = [bands, rules, named, dots, lines, told]
    return dressed(alt.layer(*layers).properties(height=HEIGHT), colours=colours, language=language())


def loop_chart(frame: pd.DataFrame, *, colours: Palette, number_format: str, month_format: str) -> ChartType:
    """One figure of the loop month by month, each with its 95 % interval and its counts, beside what is aimed at.

    `frame`: LOOP_COLUMNS, one row per month, oldest first; `value` empty where nothing was counted, `lower` and `upper`
    where no interval is made. Raises ValueError for a missing column.
    """
    require_columns(frame, LOOP_COLUMNS)
    base = alt.Chart(frame)
    across = alt.X(
        "month:T",
        axis=alt.Axis(title=None, grid=False, labelOverlap=True, format=month_format),
        scale=alt.Scale(nice=False, padding=12),
    )
    up = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=None, tickCount=5, format=number_format, domain=False, ticks=False, gridOpacity=0.6),
    )
    tooltip = [
        alt.Tooltip("label:N", title=_("Month")),
        alt.Tooltip("value_text:N", title=_("Value")),
        alt.Tooltip("counts:N", title=_("Counts")),
    ]
    reach = base.mark_rule(color=colours.faint, strokeWidth=5).encode(x=across, y="lower:Q", y2="upper:Q")
    line = base.mark_line(color=colours.common, strokeWidth=1.6).encode(x=across, y=up)
    points = base.mark_circle(size=56, opacity=1, color=colours.quiet).encode(x=across, y=up, tooltip=tooltip)
    target = base.mark_line(color=colours.interface, strokeDash=TARGET_DASH, strokeWidth=1.4).encode(
        x=across, y="target:Q"
    )
    chart = alt.layer(reach, target, line, points).properties(height=LOOP_HEIGHT)
    return dressed(chart, colours=colours, language=language())
