"""Figures as citizens and the wall show them: large, with n beside them, never without their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import DARK, FONT, LIGHT, Palette, require_columns

IMPROVING, STEADY, CONCERN, UNCOMPARED = "improving", "steady", "concern", "uncompared"
STATES = (IMPROVING, STEADY, CONCERN, UNCOMPARED)
SHAPES = ("triangle-up", "circle", "triangle-down", "diamond")
DOT_COLUMNS = ("name", "value", "lower", "upper", "n", "state", "value_text", "n_text", "state_text")
COUNT_COLUMNS = ("name", "count", "text")
PAPER_LIGHT = replace(
    LIGHT, improvement="#0b5fa5", concern="#d9660a", common="#8793a0", quiet="#55636f", hair="#ece7dc"
)
PAPER_DARK = replace(DARK, hair="#26313c")
LEVELS_LIGHT = ("#0b5fa5", "#7fb2de", "#c3cbd2", "#e59a52", "#c25e0a")  # very satisfied to very dissatisfied
LEVELS_DARK = ("#2f8fdc", "#6da5d8", "#7d8a97", "#f0a35f", "#f28a3a")
OUTCOME_LIGHT, OUTCOME_DARK = "#8fbce3", "#4a80b5"
BAR_ROWS = 1.17  # height of a row with a bar, in rows with a mark
BAR_SHARE = 0.62  # of its row that a bar fills
LABEL_AT, N_AT, RIGHT_END = 0.43, 0.7, 0.715  # columns right of 100 %, as shares of the drawn span


@dataclass(frozen=True)
class Size:
    """The measures of a chart in pixels."""

    row: int
    name: int
    figure: int
    small: int
    point: int  # area of a mark, in square pixels
    band: int  # thickness of an interval
    width: int | None = None  # None: as wide as its place
    least_name_width: int = 76
    height: int | None = None  # None: as many rows as there are


PAPER = Size(row=36, name=16, figure=16, small=14, point=170, band=6)
WALL = Size(row=88, name=40, figure=44, small=30, point=1150, band=22, width=1090, least_name_width=180, height=668)

WALL_BARS = Size(
    row=56, name=34, figure=36, small=28, point=1150, band=22, width=1010, least_name_width=180, height=400
)


def paper(*, dark: bool) -> Palette:
    """The colours of the public pages: the same meanings as everywhere, on warm paper."""
    return PAPER_DARK if dark else PAPER_LIGHT


def dots_chart(
    frame: pd.DataFrame, *, centre: float | None, centre_text: str = "", colours: Palette, size: Size = PAPER
) -> ChartType:
    """One row per sector or district, best first: the share as a mark, its 95 % interval as a band, value and n.

    `frame`: DOT_COLUMNS; value, lower and upper are shares, the texts as people read them. `centre` is the value of
    the whole, drawn as a dashed line.
    """
    require_columns(frame, DOT_COLUMNS)
    low = axis_start(frame["lower"].min() if len(frame) else 0.8)
    span = 1 - low
    scale = alt.Scale(domain=[low, 1 + RIGHT_END * span], nice=False, zero=False)
    ticks = axis_ticks(low)
    top = alt.Axis(
        values=ticks, format="%", orient="top", labelColor=colours.quiet, labelFontSize=size.small, labelPadding=6
    )

    def across(field: str) -> alt.X:
        return alt.X(field, scale=scale, axis=top, title=None)

    placed = frame.assign(value_at=1 + LABEL_AT * span, n_at=1 + N_AT * span)
    names = alt.Axis(labelPadding=8, labelFontSize=size.name, minExtent=size.least_name_width, labelColor=colours.ink)
    rows = alt.Chart(placed).encode(
        y=alt.Y("name:N", sort=placed["name"].tolist(), title=None, axis=names),
        tooltip=["name:N", "value_text:N", "n_text:N", "state_text:N"],
    )
    meanings = [colours.improvement, colours.common, colours.concern, colours.common]
    colour = alt.Color("state:N", scale=alt.Scale(domain=list(STATES), range=meanings), legend=None)
    shape = alt.Shape("state:N", scale=alt.Scale(domain=list(STATES), range=list(SHAPES)), legend=None)
    layers = [
        rows.mark_rule(strokeWidth=size.band, opacity=0.28, strokeCap="round").encode(
            x=across("lower:Q"), x2="upper:Q", color=colour
        ),
        rows.mark_point(size=size.point, filled=True, opacity=1).encode(x=across("value:Q"), color=colour, shape=shape),
        rows.mark_text(align="right", fontSize=size.figure, fontWeight=600, color=colours.ink).encode(
            x=across("value_at:Q"), text="value_text:N"
        ),
        rows.mark_text(align="right", fontSize=size.small, color=colours.quiet).encode(
            x=across("n_at:Q"), text="n_text:N"
        ),
    ]
    head = alt.Chart(pd.DataFrame({"at": [1 + N_AT * span], "text": ["n"]}))
    layers.append(
        head.mark_text(align="right", fontSize=size.small, color=colours.quiet, dy=-size.small + 2).encode(
            x=across("at:Q"), y=alt.value(0), text="text:N"
        )
    )
    if centre is not None:
        whole = alt.Chart(pd.DataFrame({"value": [centre], "text": [centre_text]}))
        line = whole.mark_rule(color="#9c8f72", strokeDash=[4, 4], strokeWidth=1.5 if size is PAPER else 3)
        layers.insert(0, line.encode(x=across("value:Q"), tooltip=["text:N"]))
    return dressed_for_paper(
        alt.layer(*layers), height=size.height or size.row * max(len(frame), 1), colours=colours, size=size
    )


def axis_start(lowest: float) -> float:
    """Where the axis begins: the next lower multiple of 5 % under the lowest end of an interval, 95 % at most."""
    return min(max(int((float(lowest) - 0.005) * 20) / 20, 0.0), 0.95)


def axis_ticks(low: float) -> list[float]:
    step = 5 if low >= 0.7 else 10 if low >= 0.4 else 25
    return [percent / 100 for percent in range(0, 101, step) if percent >= round(low * 100)]


def counts_chart(frame: pd.DataFrame, *, fills: Sequence[str], colours: Palette, size: Size = PAPER) -> ChartType:
    """How many chose each answer or came to each end, one bar for each. `frame`: COUNT_COLUMNS, in the order to draw.

    `fills`: one colour for each row, by what it means.
    """
    require_columns(frame, COUNT_COLUMNS)
    names = frame["name"].tolist()
    longest = float(frame["count"].max()) if len(frame) else 1.0
    across = alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, max(longest, 1.0) * 1.6], nice=False))
    axis = alt.Axis(labelPadding=8, labelFontSize=size.name, labelColor=colours.ink)
    rows = alt.Chart(frame).encode(
        y=alt.Y("name:N", sort=names, title=None, axis=axis), x=across, tooltip=["name:N", "text:N"]
    )
    bars = rows.mark_bar(height=alt.RelativeBandSize(BAR_SHARE), cornerRadiusEnd=4).encode(
        color=alt.Color("name:N", scale=alt.Scale(domain=names, range=list(fills)), legend=None)
    )
    texts = rows.mark_text(align="left", dx=8, fontSize=size.figure, fontWeight=600, color=colours.ink).encode(
        text="text:N"
    )
    return dressed_for_paper(
        alt.layer(bars, texts),
        height=size.height or round(size.row * BAR_ROWS) * max(len(names), 1),
        colours=colours,
        size=size,
    )


def dressed_for_paper(chart: ChartType, *, height: int, colours: Palette, size: Size) -> ChartType:
    """Transparent, without frame or axis lines, in the type of the page."""
    worn: ChartType = (
        chart.properties(
            height=height,
            width=size.width or "container",
            padding={"left": 2, "right": 4, "top": 4, "bottom": 2},
            usermeta={"embedOptions": {"renderer": "svg"}},
        )
        .configure(font=FONT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(labelFont=FONT, domain=False, ticks=False, gridColor=colours.hair, labelLimit=size.row * 8)
        .configure_text(font=FONT)
    )
    return worn
