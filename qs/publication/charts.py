"""The charts of a report: rates as dots with their intervals, and parts of a whole as bars."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language
from qs.publication.terms import Change

RATE_COLUMNS = ("name", "share", "lower", "upper", "change", "n_text", "share_text", "interval_text", "change_text")
PART_COLUMNS = ("name", "share", "count_text", "share_text")
STEP = 27  # pixels of a row
SHAPES = {
    Change.IMPROVED.value: "triangle-up",
    Change.STEADY.value: "circle",
    Change.WORSE.value: "triangle-down",
    Change.UNKNOWN.value: "circle",
}
ROOM_FOR_TEXT = 0.32  # of the width of the shares, kept free at the right for figures and n
TICKS = 4


def rate_chart(frame: pd.DataFrame, *, city: float | None, colours: Palette, width: int | str = 520) -> ChartType:
    """Rates one below the other: the point by its change, the pale bar its 95 % interval, figures and n at the right.

    `frame`: RATE_COLUMNS, in the order shown; shares 0 to 1, empty where hidden. `city`: the dashed line.
    Raises ValueError for a missing column.
    """
    require_columns(frame, RATE_COLUMNS)
    order = frame["name"].tolist()
    shown = frame.dropna(subset=["share"])
    least, most = (shown["lower"].min(), shown["upper"].max()) if len(shown) else (0.0, 1.0)
    low = max(0.0, float(least) - 0.01)
    reach = max(float(most) - low, 0.02)
    domain = [low, low + reach * (1 + ROOM_FOR_TEXT)]
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    across = alt.X(
        "share:Q",
        scale=scale,
        axis=alt.Axis(title=None, format=".0%", values=ticks(low, min(float(most), 1.0)), domain=False, ticks=False),
    )
    down = alt.Y("name:N", sort=order, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=180))
    tooltip = [
        alt.Tooltip("name:N", title=_("Name")),
        alt.Tooltip("share_text:N", title=_("Rate")),
        alt.Tooltip("interval_text:N", title=_("95 % interval")),
        alt.Tooltip("n_text:N", title="n"),
        alt.Tooltip("change_text:N", title=_("Trend")),
    ]
    meaning = {
        Change.IMPROVED.value: colours.improvement,
        Change.STEADY.value: colours.common,
        Change.WORSE.value: colours.concern,
        Change.UNKNOWN.value: colours.common,
    }
    colour = alt.Color("change:N", scale=alt.Scale(domain=list(meaning), range=list(meaning.values())), legend=None)
    shape = alt.Shape("change:N", scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())), legend=None)
    base = alt.Chart(frame).encode(y=down)
    there = base.transform_filter("isValid(datum.share)")
    layers: list[alt.Chart] = [
        there.mark_rule(strokeWidth=6, opacity=0.28, strokeCap="round").encode(
            x=alt.X("lower:Q", scale=scale), x2="upper:Q", color=colour, tooltip=tooltip
        ),
        there.mark_point(size=70, filled=True, opacity=1).encode(x=across, color=colour, shape=shape, tooltip=tooltip),
        base.mark_text(align="right", color=colours.ink).encode(
            x=alt.datum(low + reach * (1 + ROOM_FOR_TEXT * 0.52), scale=scale), text="share_text:N"
        ),
        base.mark_text(align="right", color=colours.quiet).encode(x=alt.datum(domain[1], scale=scale), text="n_text:N"),
    ]
    if city is not None:
        line = alt.Chart(pd.DataFrame({"share": [city]})).mark_rule(strokeDash=[4, 3], color=colours.quiet)
        layers.insert(0, line.encode(x=across))
    chart = alt.layer(*layers).properties(height=STEP * max(len(frame), 1), width=width)
    return dressed(chart, colours=colours, language=language())


def ticks(low: float, high: float) -> list[float]:
    """Round shares between the ends, about TICKS of them."""
    for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5):
        first = -int(-low // step)
        found = [round(number * step, 4) for number in range(first, int(high // step) + 1)]
        if len(found) <= TICKS + 1:
            return found
    return [0.0, 1.0]


def part_chart(frame: pd.DataFrame, *, colours: Palette, width: int | str = 520) -> ChartType:
    """Parts of a whole as bars with their counts; parts that are hidden have no bar and say so.

    `frame`: PART_COLUMNS, in the order shown. Raises ValueError for a missing column.
    """
    require_columns(frame, PART_COLUMNS)
    most = float(frame["share"].max()) if frame["share"].notna().any() else 1.0
    scale = alt.Scale(domain=[0, max(most, 0.01) * 1.35], nice=False)
    down = alt.Y(
        "name:N", sort=frame["name"].tolist(), axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=180)
    )
    tooltip = [
        alt.Tooltip("name:N", title=_("Name")),
        alt.Tooltip("share_text:N", title=_("Share")),
        alt.Tooltip("count_text:N", title=_("Number")),
    ]
    base = alt.Chart(frame.assign(bar=frame["share"].fillna(0.0))).encode(y=down)
    bars = base.mark_bar(color=colours.interface, height=14, cornerRadius=2).encode(
        x=alt.X("bar:Q", scale=scale, axis=None), tooltip=tooltip
    )
    text = base.mark_text(align="left", dx=6, color=colours.ink).encode(
        x=alt.X("bar:Q", scale=scale, axis=None), text="share_text:N"
    )
    counts = base.mark_text(align="right", color=colours.quiet).encode(
        x=alt.datum(max(most, 0.01) * 1.35, scale=scale), text="count_text:N"
    )
    chart = alt.layer(bars, text, counts).properties(height=STEP * max(len(frame), 1), width=width)
    return dressed(chart, colours=colours, language=language())
