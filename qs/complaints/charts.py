"""How requests look: the clocks of one case, and completion in time with its uncertainty."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

CLOCK_COLUMNS = ("clock", "starts_at", "ends_at", "kind", "tooltip")
RESULT_COLUMNS = ("clock", "result", "is_pressing")
BAND_COLUMNS = ("starts_at", "ends_at")
MONTH_COLUMNS = ("starts_at", "share", "mean", "lower", "upper", "kind", "label", "counts", "share_text", "verdict")
TIME_COLUMNS = ("begins", "ends", "count", "tooltip")
MARK_COLUMNS = ("hours", "label")
BACKLOG_COLUMNS = ("label", "place", "band", "band_place", "count")
SHARE_COLUMNS = ("name", "share", "lower", "upper", "standing", "counts", "share_text")
CHART_HEIGHT = 210
ROW_HEIGHT, SHARE_ROW, AXIS = 28, 28, 44  # pixels; the height of a chart includes its axis


def clock_chart(
    clocks: pd.DataFrame,
    results: pd.DataFrame,
    bands: pd.DataFrame,
    *,
    now: pd.Timestamp,
    now_label: str,
    day_format: str,
    colours: Palette,
) -> ChartType:
    """One row per clock of a request: time spent, and time left until its limit.

    `clocks`: CLOCK_COLUMNS, moments in local time without zone, `kind` one of spent, late, pressing, left; `results`:
    RESULT_COLUMNS, what came of each clock in words; `bands`: BAND_COLUMNS, days that do not count.
    Raises ValueError for a missing column.
    """
    require_columns(clocks, CLOCK_COLUMNS)
    require_columns(results, RESULT_COLUMNS)
    require_columns(bands, BAND_COLUMNS)
    order = list(dict.fromkeys(clocks["clock"]))
    row = alt.Y(
        "clock:N", sort=order, axis=alt.Axis(title=None, domain=False, ticks=False, labelFontSize=13, labelLimit=90)
    )
    off = alt.Chart(bands).mark_rect(color=colours.band).encode(x="starts_at:T", x2="ends_at:T")
    bars = clock_bars(clocks, row, day_format=day_format, colours=colours)
    ink = alt.Scale(domain=[False, True], range=[colours.quiet, colours.concern_text])
    words = (
        alt.Chart(results)
        .mark_text(align="left", dx=8, fontSize=12)
        .encode(
            x=alt.value("width"),
            y=row,
            text="result:N",
            color=alt.Color("is_pressing:N", legend=None, scale=ink),
        )
    )
    present = alt.Chart(pd.DataFrame({"starts_at": [now], "label": [now_label]}))
    rule = present.mark_rule(color=colours.interface, strokeWidth=1.5).encode(x="starts_at:T")
    said = present.mark_text(dy=-6, color=colours.interface, fontWeight=600, baseline="bottom").encode(
        x="starts_at:T", y=alt.value(0), text="label:N"
    )
    layers = alt.layer(off, bars, rule, said, words).resolve_scale(color="independent")
    return dressed(layers.properties(height=ROW_HEIGHT * len(order) + AXIS), colours=colours, language=language())


def clock_bars(clocks: pd.DataFrame, row: alt.Y, *, day_format: str, colours: Palette) -> alt.Chart:
    """The bar of each clock, coloured by what it stands for, on an axis of days."""
    kinds = {
        "spent": colours.common,
        "late": colours.concern,
        "pressing": colours.concern,
        "left": colours.faint,
    }
    days = alt.Axis(
        title=None,
        grid=False,
        format=day_format,
        tickCount={"interval": "day", "step": 1},
        labelOverlap=True,
        labelSeparation=8,
    )
    bars: alt.Chart = (
        alt.Chart(clocks)
        .mark_bar(height=12, cornerRadius=2)
        .encode(
            x=alt.X("starts_at:T", axis=days),
            x2="ends_at:T",
            y=row,
            color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values()))),
            tooltip=[alt.Tooltip("tooltip:N", title=_("Clock"))],
        )
    )
    return bars


def share_chart(frame: pd.DataFrame, *, target: float | None, colours: Palette) -> ChartType:
    """Shares with their 95 % intervals, one row each in the order of the frame.

    `frame`: SHARE_COLUMNS; shares 0 to 1; `standing` improvement, concern or common; `counts`: the counts behind it in
    words. A standing is given only where the whole interval lies on one side. Raises ValueError for a missing column.
    """
    require_columns(frame, SHARE_COLUMNS)
    kinds = {"improvement": colours.improvement, "concern": colours.concern, "common": colours.common}
    row = alt.Y(
        "name:N",
        sort=list(frame["name"]),
        axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=210, labelFontSize=13),
    )
    base = alt.Chart(frame)
    colour = alt.Color("standing:N", legend=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values())))
    tooltip = [
        alt.Tooltip("name:N", title=_("Group")),
        alt.Tooltip("share_text:N", title=_("Share")),
        alt.Tooltip("counts:N", title=_("Counts")),
    ]
    axis = alt.Axis(title=None, format="%", orient="top", tickCount=5, domain=False, gridOpacity=0.6)
    interval = base.mark_bar(height=7, opacity=0.38).encode(
        x=alt.X("lower:Q", axis=axis, scale=alt.Scale(domainMax=1, zero=False, nice=True)),
        x2="upper:Q",
        y=row,
        color=colour,
        tooltip=tooltip,
    )
    dots = base.mark_circle(size=78, opacity=1).encode(x="share:Q", y=row, color=colour, tooltip=tooltip)
    layers = [interval, dots]
    if target is not None:
        aim = alt.Chart(pd.DataFrame({"target": [target]}))
        layers.append(aim.mark_rule(color=colours.interface, strokeDash=[7, 3]).encode(x="target:Q"))
    height = max(len(frame), 1) * SHARE_ROW + AXIS
    return dressed(alt.layer(*layers).properties(height=height), colours=colours, language=language())


def month_chart(frame: pd.DataFrame, *, target: float | None, month_format: str, colours: Palette) -> ChartType:
    """A share month by month with the limits of its process; the running month is hollow.

    `frame`: MONTH_COLUMNS, shares 0 to 1, `kind` improvement, concern, common or running. Raises ValueError for a
    missing column.
    """
    require_columns(frame, MONTH_COLUMNS)
    kinds = {"improvement": colours.improvement, "concern": colours.concern, "common": colours.common}
    across = alt.X(
        "starts_at:T", axis=alt.Axis(title=None, grid=False, labelOverlap=True, tickCount=8, format=month_format)
    )
    up = alt.Y(
        "share:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, tickCount=5, format="%", domain=False, ticks=False, gridOpacity=0.6),
    )
    tooltip = [
        alt.Tooltip("label:N", title=_("Month")),
        alt.Tooltip("share_text:N", title=_("Share")),
        alt.Tooltip("counts:N", title=_("Counts")),
        alt.Tooltip("verdict:N", title=_("Finding")),
    ]
    base = alt.Chart(frame)
    band = base.mark_area(color=colours.band).encode(x=across, y="lower:Q", y2="upper:Q")
    dashed = [
        base.mark_line(color=colours.common, strokeDash=[4, 4], strokeWidth=1.2).encode(x=across, y=f"{name}:Q")
        for name in ("lower", "upper")
    ]
    mean = base.mark_line(color=colours.quiet, strokeWidth=1.2).encode(x=across, y="mean:Q")
    line = base.mark_line(color=colours.common, strokeWidth=1.6).encode(x=across, y=up)
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values())))
    complete = (
        base.transform_filter("datum.kind != 'running'")
        .mark_circle(size=64, opacity=1)
        .encode(x=across, y=up, color=colour, tooltip=tooltip)
    )
    running = (
        base.transform_filter("datum.kind == 'running'")
        .mark_point(size=64, filled=False, color=colours.quiet, strokeWidth=1.6)
        .encode(x=across, y=up, tooltip=tooltip)
    )
    layers: list[ChartType] = [band, *dashed, mean, line, complete, running]
    if target is not None:
        aim = alt.Chart(pd.DataFrame({"target": [target]}))
        layers.append(aim.mark_rule(color=colours.interface, strokeDash=[7, 3]).encode(y="target:Q"))
    return dressed(alt.layer(*layers).properties(height=CHART_HEIGHT), colours=colours, language=language())


def time_chart(frame: pd.DataFrame, marks: pd.DataFrame, *, axis_title: str, colours: Palette) -> ChartType:
    """How long requests took: one bar per stretch of hours, and a rule with its label at each mark.

    `frame`: TIME_COLUMNS, hours and counts; `marks`: MARK_COLUMNS, such as the median. Raises ValueError for a
    missing column.
    """
    require_columns(frame, TIME_COLUMNS)
    require_columns(marks, MARK_COLUMNS)
    up = alt.Y("count:Q", axis=alt.Axis(title=None, tickCount=4, domain=False, ticks=False, format="d", tickMinStep=1))
    bars = (
        alt.Chart(frame)
        .mark_bar(color=colours.common, binSpacing=1)
        .encode(
            x=alt.X("begins:Q", axis=alt.Axis(title=axis_title, grid=False, tickCount=8)),
            x2="ends:Q",
            y=up,
            y2=alt.datum(0),
            tooltip=[alt.Tooltip("tooltip:N", title=_("Requests"))],
        )
    )
    base = alt.Chart(marks)
    rules = base.mark_rule(color=colours.interface, strokeWidth=1.5).encode(x="hours:Q")
    words = base.mark_text(align="left", dx=5, baseline="top", color=colours.interface, fontWeight=600).encode(
        x="hours:Q", y=alt.value(0), text="label:N"
    )
    layers = alt.layer(bars, rules, words).properties(height=CHART_HEIGHT)
    return dressed(layers, colours=colours, language=language())


def backlog_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """Open requests at the end of each month, the oldest darkest: one bar per month, one part per age.

    `frame`: BACKLOG_COLUMNS, one row per month and age band; `place` and `band_place` give their order. Raises
    ValueError for a missing column.
    """
    require_columns(frame, BACKLOG_COLUMNS)
    bands = list(dict.fromkeys(frame.sort_values("band_place")["band"]))
    shades = [colours.band, colours.hair, colours.faint, colours.common, colours.concern][-len(bands) :]
    chart = (
        alt.Chart(frame)
        .mark_bar(stroke=colours.common, strokeWidth=0.4)
        .encode(
            x=alt.X(
                "label:N",
                sort=alt.EncodingSortField("place"),
                axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True, ticks=False),
            ),
            y=alt.Y("count:Q", axis=alt.Axis(title=None, tickCount=4, domain=False, ticks=False, tickMinStep=1)),
            order="band_place:Q",
            color=alt.Color(
                "band:N",
                scale=alt.Scale(domain=bands, range=shades),
                legend=alt.Legend(title=None, orient="bottom", columns=3, labelColor=colours.quiet),
            ),
            tooltip=[
                alt.Tooltip("label:N", title=_("Month")),
                alt.Tooltip("band:N", title=_("Open since")),
                alt.Tooltip("count:Q", title=_("Requests")),
            ],
        )
    )
    return dressed(chart.properties(height=CHART_HEIGHT), colours=colours, language=language())
