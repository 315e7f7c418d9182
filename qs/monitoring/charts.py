"""The process chart: values, mean, limits, target, and every point that a rule marks, labelled where it stands."""

from __future__ import annotations

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

HEIGHT = 246
COLUMNS = (
    "starts_at",
    "label",
    "value",
    "n",
    "counts",
    "mean",
    "lower",
    "upper",
    "target",
    "target_high",
    "kind",
    "verdict",
    "mark_at",
    "onset_at",
    "onset_label",
    "end_at",
    "upper_label",
    "mean_label",
    "lower_label",
    "target_label",
    "target_high_label",
    "value_label",
)
LIMIT_DASH, TARGET_DASH, MARK_DASH = [4, 4], [7, 3], [2, 3]


def process_chart(frame: pd.DataFrame, *, colours: Palette, number_format: str, day_format: str) -> ChartType:
    """An XmR chart of one series.

    `frame`: one row per period, oldest first, COLUMNS. `label`, `counts`, `verdict` are words for the tooltip;
    `end_at` and the `…_label` columns are filled in the last row only; `mark_at` where new limits begin, `onset_at` and
    `onset_label` where a signal began.
    `number_format`, `day_format`: d3 formats of values and of period starts. Raises ValueError for a missing column.
    """
    require_columns(frame, COLUMNS)
    across = alt.X(
        "starts_at:T",
        axis=alt.Axis(title=None, grid=False, labelOverlap=True, tickCount=8, format=day_format),
        scale=alt.Scale(nice=False, padding=6),
    )
    up = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, tickCount=5, format=number_format, domain=False, ticks=False, gridOpacity=0.6),
    )
    base = alt.Chart(frame)
    band = base.mark_area(color=colours.band, interpolate="step-after").encode(x=across, y="lower:Q", y2="upper:Q")
    lines = [
        base.mark_line(color=colours.common, strokeDash=LIMIT_DASH, strokeWidth=1.2, interpolate="step-after").encode(
            x=across, y=f"{name}:Q"
        )
        for name in ("lower", "upper")
    ]
    mean = base.mark_line(color=colours.quiet, strokeWidth=1.2, interpolate="step-after").encode(x=across, y="mean:Q")
    targets = [
        base.mark_line(color=colours.interface, strokeDash=TARGET_DASH, strokeWidth=1.4).encode(x=across, y=f"{name}:Q")
        for name in ("target", "target_high")
    ]
    marks = base.mark_rule(color=colours.neutral, strokeDash=MARK_DASH).encode(x="mark_at:T")
    onset = base.mark_rule(color=colours.concern, strokeDash=MARK_DASH, strokeWidth=1.4).encode(x="onset_at:T")
    since = (
        base.transform_filter("isValid(datum.onset_label)")
        .mark_text(align="left", baseline="top", dx=5, fontSize=12, color=colours.ink)
        .encode(x="onset_at:T", y=alt.value(2), text="onset_label:N")
    )
    values = base.mark_line(color=colours.common, strokeWidth=1.6).encode(x=across, y=up)
    layers = [
        band,
        *lines,
        mean,
        *targets,
        marks,
        onset,
        since,
        values,
        *points(base, across, up, colours),
        *labels(base, colours),
    ]
    return dressed(alt.layer(*layers).properties(height=HEIGHT), colours=colours, language=language())


def points(base: alt.Chart, across: alt.X, up: alt.Y, colours: Palette) -> list[alt.Chart]:
    """The points: filled where the period is over, hollow where it is still running."""
    kinds = {
        "unknown": colours.common,
        "common_cause": colours.common,
        "improvement": colours.improvement,
        "concern": colours.concern,
        "neutral": colours.neutral,
    }
    tooltip = [
        alt.Tooltip("label:N", title=_("Period")),
        alt.Tooltip("value_text:N", title=_("Value")),
        alt.Tooltip("counts:N", title=_("Counts")),
        alt.Tooltip("verdict:N", title=_("Finding")),
    ]
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(kinds), range=list(kinds.values())), legend=None)
    complete = (
        base.transform_filter("datum.kind != 'running'")
        .mark_circle(size=62, opacity=1)
        .encode(x=across, y=up, color=colour, tooltip=tooltip)
    )
    running = (
        base.transform_filter("datum.kind == 'running'")
        .mark_point(size=62, filled=False, color=colours.quiet, strokeWidth=1.6)
        .encode(x=across, y=up, tooltip=tooltip)
    )
    return [complete, running]


def labels(base: alt.Chart, colours: Palette) -> list[alt.Chart]:
    """The words at the right end of each line, and the last value."""
    ends = {
        "upper": colours.quiet,
        "mean": colours.quiet,
        "lower": colours.quiet,
        "target": colours.interface,
        "target_high": colours.interface,
    }
    named = [
        base.transform_filter(f"isValid(datum.{name}_label)")
        .mark_text(align="left", dx=10, fontSize=12, color=colour)
        .encode(x="end_at:T", y=f"{name}:Q", text=f"{name}_label:N")
        for name, colour in ends.items()
    ]
    last = (
        base.transform_filter("isValid(datum.value_label)")
        .mark_text(align="left", dx=10, fontSize=15, fontWeight=600, color=colours.ink)
        .encode(x="starts_at:T", y="value:Q", text="value_label:N")
    )
    return [*named, last]
