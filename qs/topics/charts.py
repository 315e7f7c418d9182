"""How topics look: the weeks of a topic with the share they make, and the months of a problem before and after."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

WEEK_COLUMNS = ("week", "count", "total", "share_text", "is_last")
MONTH_COLUMNS = ("starts_on", "count", "phase", "mean", "upper", "alarm")
MARK_COLUMNS = ("at", "label")
WEEK_HEIGHT, MONTH_HEIGHT = 150, 230


def weeks_chart(weeks: pd.DataFrame, *, usual: float | None, is_high: bool, colours: Palette) -> ChartType:
    """Requests of a topic per week, the last one marked; the line is what was usual.

    `weeks`: WEEK_COLUMNS, oldest first; `week`: its first day in words, `total`: all requests of the week,
    `share_text`: the topic's share of them. `usual`: requests expected in a week; None where nothing can be said.
    Raises ValueError for a missing column.
    """
    require_columns(weeks, WEEK_COLUMNS)
    last = colours.concern if is_high else colours.interface
    axis = alt.Axis(title=_("Week from"), labelAngle=0, domain=False, ticks=False, labelOverlap=True)
    bars = (
        alt.Chart(weeks)
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X("week:N", sort=list(weeks["week"]), axis=axis),
            y=alt.Y("count:Q", axis=alt.Axis(title=_("Requests"), tickMinStep=1, tickCount=4, domain=False)),
            color=alt.Color(
                "is_last:N", legend=None, scale=alt.Scale(domain=[False, True], range=[colours.common, last])
            ),
            tooltip=[
                alt.Tooltip("week:N", title=_("Week from")),
                alt.Tooltip("count:Q", title=_("Requests")),
                alt.Tooltip("total:Q", title=_("Of all requests")),
                alt.Tooltip("share_text:N", title=_("Share")),
            ],
        )
    )
    layers: list[alt.Chart] = [bars]
    if usual is not None:
        line = alt.Chart(pd.DataFrame({"usual": [usual], "label": [_("usual")]}))
        layers.append(line.mark_rule(color=colours.ink, strokeDash=[5, 3]).encode(y="usual:Q"))
        words = line.mark_text(align="left", baseline="bottom", dx=2, dy=-3, color=colours.ink)
        layers.append(words.encode(x=alt.value(0), y="usual:Q", text="label:N"))
    return dressed(alt.layer(*layers).properties(height=WEEK_HEIGHT), colours=colours, language=language())


def months_chart(months: pd.DataFrame, marks: pd.DataFrame, *, day_format: str, colours: Palette) -> ChartType:
    """Requests per month of thirty days before a problem was adopted, while it was worked on, and after its closing.

    `months`: MONTH_COLUMNS, `phase` before, during or after; `mean` and `upper` are the lines of the control chart, and
    `alarm` the count from which a month means that it has come back, NaN where there is none. `marks`: MARK_COLUMNS,
    what happened when. Raises ValueError for a missing column.
    """
    require_columns(months, MONTH_COLUMNS)
    require_columns(marks, MARK_COLUMNS)
    shown = months.assign(
        ends_on=pd.to_datetime(months["starts_on"]) + pd.Timedelta(days=30),
        middle=pd.to_datetime(months["starts_on"]) + pd.Timedelta(days=15),
        starts_on=pd.to_datetime(months["starts_on"]),
        is_back=months["count"] >= months["alarm"],
        zero=0,
    )
    x = alt.X("starts_on:T", axis=alt.Axis(title=None, format=day_format, grid=False, labelOverlap=True))
    base = alt.Chart(shown)
    band = base.mark_rect(color=colours.band).encode(x=x, x2="ends_on:T", y="zero:Q", y2="upper:Q")
    mean = base.mark_rule(color=colours.quiet).encode(x=x, x2="ends_on:T", y="mean:Q")
    alarm = base.mark_rule(color=colours.concern, strokeDash=[6, 3]).encode(x=x, x2="ends_on:T", y="alarm:Q")
    line = base.mark_line(color=colours.common, strokeWidth=1.5).encode(
        x="middle:T", y=alt.Y("count:Q", axis=alt.Axis(title=_("Requests in 30 days"), tickMinStep=1, domain=False))
    )
    points = base.mark_circle(size=70, opacity=1).encode(
        x="middle:T",
        y="count:Q",
        color=alt.Color(
            "is_back:N",
            legend=None,
            scale=alt.Scale(domain=[False, True], range=[colours.interface, colours.concern]),
        ),
        tooltip=[
            alt.Tooltip("starts_on:T", title=_("30 days from"), format=day_format),
            alt.Tooltip("count:Q", title=_("Requests")),
            alt.Tooltip("mean:Q", title=_("Mean"), format=".1f"),
            alt.Tooltip("upper:Q", title=_("Upper process limit"), format=".1f"),
            alt.Tooltip("alarm:Q", title=_("Come back from")),
        ],
    )
    events = alt.Chart(marks.assign(at=pd.to_datetime(marks["at"])))
    rules = events.mark_rule(color=colours.neutral, strokeWidth=1.5).encode(x="at:T")
    words = events.mark_text(align="left", dx=4, dy=2, baseline="top", color=colours.neutral).encode(
        x="at:T", y=alt.value(0), text="label:N"
    )
    layers = alt.layer(band, mean, alarm, line, points, rules, words)
    return dressed(layers.properties(height=MONTH_HEIGHT), colours=colours, language=language())
