"""What a rule would have done, as a picture: services by quarters, and what may be luck."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language
from qs.incentives.terms import Kind

ROW_HEIGHT = 27
HEAD_HEIGHT = 44
MATRIX_COLUMNS = ("service", "period", "period_label", "mark", "value", "n", "chance", "outcome", "times", "least_n")
MARKS = ("proposed", "luck", "none", "missing")


def matrix_chart(frame: pd.DataFrame, *, kind: Kind, colours: Palette) -> ChartType:
    """Which service would have been proposed in which quarter, and how often.

    `frame`: one row per service and quarter, services in the order wanted, MATRIX_COLUMNS. `mark` is one of MARKS;
    `value`, `n`, `chance`, `outcome` are words for the tooltip; `times` and `least_n` stand at the right, filled in the
    last quarter of each service only. Raises ValueError for a missing column.
    """
    require_columns(frame, MATRIX_COLUMNS)
    services, periods = list(dict.fromkeys(frame["service"])), list(dict.fromkeys(frame["period"]))
    lines = dict(zip(frame["period"], frame["period_label"], strict=True))
    words = ",".join(f"'{period}':'{line}'" for period, line in lines.items())
    up = alt.Y(
        "service:N",
        sort=services,
        axis=alt.Axis(
            title=None, domain=False, ticks=False, labelFontSize=13, labelColor=colours.ink, labelLimit=220, grid=False
        ),
    )
    across = alt.X(
        "period:N",
        sort=periods,
        scale=alt.Scale(domain=periods),
        axis=alt.Axis(
            title=None,
            orient="top",
            labelAngle=0,
            labelPadding=19,
            domain=False,
            ticks=False,
            grid=False,
            labelExpr=f"split({{{words}}}[datum.value], '|')",
        ),
    )
    tooltip = [
        alt.Tooltip("service:N", title=_("Service")),
        alt.Tooltip("period:N", title=_("Quarter")),
        alt.Tooltip("outcome:N", title=_("Conditions")),
        alt.Tooltip("value:N", title=_("Figures")),
        alt.Tooltip("n:N", title=_("Cases")),
        alt.Tooltip("chance:N", title=_("By chance alone")),
    ]
    hit = colours.improvement if kind is Kind.REWARD else colours.concern
    base = alt.Chart(frame).encode(x=across, y=up, tooltip=tooltip)
    layers = [
        base.transform_filter("datum.mark == 'none'").mark_circle(size=14, opacity=1, color=colours.faint),
        base.transform_filter("datum.mark == 'missing'").mark_text(text="—", color=colours.quiet),
        base.transform_filter("datum.mark == 'proposed' || datum.mark == 'luck'").mark_circle(
            size=160, opacity=1, color=hit
        ),
        base.transform_filter("datum.mark == 'luck'").mark_point(
            size=270, filled=False, strokeWidth=2, color=colours.neutral
        ),
        *counts(frame, up, colours),
    ]
    height = ROW_HEIGHT * max(len(services), 1) + HEAD_HEIGHT
    chart = alt.layer(*layers).properties(height=height)
    return dressed(chart, colours=colours, language=language()).properties(
        padding={"left": 2, "right": 8, "top": 6, "bottom": 2}
    )


def counts(frame: pd.DataFrame, up: alt.Y, colours: Palette) -> list[alt.Chart]:
    """How often, and by how few cases at the least, at the right of each service."""
    last = alt.Chart(frame[frame["times"] != ""]).encode(y=up, x=alt.value("width"))
    return [
        last.mark_text(align="left", dx=8, fontWeight=600, color=colours.ink).encode(text="times:N"),
        last.mark_text(align="left", dx=58, color=colours.quiet).encode(text="least_n:N"),
    ]
