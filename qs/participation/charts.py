"""How ratings look: satisfaction of services with its uncertainty, and the five levels with their counts."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

ROW_HEIGHT = 24
SERVICE_COLUMNS = ("service", "satisfaction", "lower", "upper", "counts", "n")
LEVEL_COLUMNS = ("level", "stars", "count", "share", "counts")
LEVEL_OPACITY = {5: 1.0, 4: 0.55, 3: 1.0, 2: 0.55, 1: 1.0}


def satisfaction_chart(frame: pd.DataFrame, *, colours: Palette, overall: float | None = None) -> ChartType:
    """One line per service: the share satisfied as a dot with its 95 % interval, in the order of the frame.

    `frame`: SERVICE_COLUMNS, shares 0 to 1, `counts` in words. `overall`: the share of all together, drawn as a line.
    Raises ValueError for a missing column.
    """
    require_columns(frame, SERVICE_COLUMNS)
    order = list(frame["service"])
    down = alt.Y("service:N", sort=order, axis=alt.Axis(title=None, labelLimit=220, domain=False, ticks=False))
    scale = alt.Scale(domain=[min(float(frame["lower"].min()), 0.8) if len(frame) else 0.5, 1.0], nice=True)
    axis = alt.Axis(title=None, format=".0%", tickCount=5, domain=False, ticks=False, gridOpacity=0.6)
    across = alt.X("satisfaction:Q", scale=scale, axis=axis)
    tooltip = [
        alt.Tooltip("service:N", title=_("Service")),
        alt.Tooltip("satisfaction:Q", title=_("Satisfied"), format=".1%"),
        alt.Tooltip("lower:Q", title=_("95% interval from"), format=".1%"),
        alt.Tooltip("upper:Q", title=_("to"), format=".1%"),
        alt.Tooltip("counts:N", title=_("Counts")),
    ]
    base = alt.Chart(frame)
    reach = base.mark_rule(color=colours.common, strokeWidth=3, opacity=0.7).encode(
        y=down, x=alt.X("lower:Q", scale=scale, axis=axis), x2="upper:Q", tooltip=tooltip
    )
    dots = base.mark_circle(color=colours.interface, size=80, opacity=1).encode(y=down, x=across, tooltip=tooltip)
    layers: list[alt.Chart] = [reach, dots]
    if overall is not None:
        line = alt.Chart(pd.DataFrame({"overall": [overall]}))
        layers.insert(0, line.mark_rule(color=colours.quiet, strokeDash=[4, 4]).encode(x="overall:Q"))
    chart = alt.layer(*layers).properties(height=max(len(frame), 1) * ROW_HEIGHT)
    return dressed(chart, colours=colours, language=language())


def levels_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """The five levels as bars with their counts, the best on top.

    `frame`: LEVEL_COLUMNS, one row per level; `share` 0 to 1; `counts` in words. Raises ValueError for missing columns.
    """
    require_columns(frame, LEVEL_COLUMNS)
    shown = frame.assign(
        colour=[colour_of(stars, colours) for stars in frame["stars"]],
        opacity=[LEVEL_OPACITY[stars] for stars in frame["stars"]],
    )
    order = list(shown.sort_values("stars", ascending=False)["level"])
    down = alt.Y("level:N", sort=order, axis=alt.Axis(title=None, labelLimit=160, domain=False, ticks=False))
    across = alt.X("share:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    bars = (
        alt.Chart(shown)
        .mark_bar(height=14, cornerRadiusEnd=2)
        .encode(
            y=down,
            x=across,
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=[
                alt.Tooltip("level:N", title=_("Level")),
                alt.Tooltip("share:Q", title=_("Share"), format=".1%"),
                alt.Tooltip("counts:N", title=_("Counts")),
            ],
        )
    )
    words = (
        alt.Chart(shown)
        .mark_text(align="left", dx=6, color=colours.quiet)
        .encode(y=down, x=across, text=alt.Text("counts:N"))
    )
    return dressed(alt.layer(bars, words).properties(height=5 * ROW_HEIGHT), colours=colours, language=language())


def colour_of(stars: int, colours: Palette) -> str:
    if stars >= 4:
        return colours.improvement
    return colours.common if stars == 3 else colours.concern
