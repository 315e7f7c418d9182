"""How disparities look: the funnel, then and now, units by quarters, and inequality over time; colour never alone."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language
from qs.rankings.charts import names_down

FUNNEL_HEIGHT, SERIES_HEIGHT = 470, 190
ROW_HEIGHT, PAIR_HEIGHT = 28, 34
FUNNEL_COLUMNS = (
    "label",
    "cases",
    "value",
    "value_text",
    "interval_text",
    "n_text",
    "verdict_text",
    "kind",
    "sign",
    "mark_label",
)
LIMIT_COLUMNS = ("cases", "lower", "upper", "line", "dash", "kind", "end_at", "end_label")
DUMBBELL_COLUMNS = (
    "label",
    "now",
    "now_lower",
    "now_upper",
    "before",
    "before_lower",
    "before_upper",
    "now_text",
    "before_text",
    "change_text",
    "n_text",
    "verdict_text",
    "kind",
    "sign",
)
HEAT_COLUMNS = ("label", "quarter", "cell_text", "value_text", "interval_text", "n_text", "verdict_text", "kind")
INEQUALITY_COLUMNS = ("period", "part", "value", "lower", "upper", "value_text", "interval_text", "n_text", "end_label")
GAP_COLUMNS = (
    "starts_at",
    "label",
    "value",
    "mean",
    "lower",
    "upper",
    "value_text",
    "limits_text",
    "n_text",
    "verdict_text",
    "kind",
    "sign",
    "end_label",
)
KINDS = ("improvement", "concern", "neutral", "common", "few")
SHAPES = {"above": "triangle-up", "below": "triangle-down", "inside": "circle"}
PALE, DEEP = "40", "a8"  # alpha of a cell beyond chance, and of one beyond what is usual
STRONG = "_strong"  # of a kind: beyond what is usual, not only beyond chance
WIDE_RATIO = 12  # numbers of cases further apart than so many times are drawn on a logarithmic axis


def kind_colour(colours: Palette) -> alt.Color:
    kinds = {
        "improvement": colours.improvement,
        "concern": colours.concern,
        "neutral": colours.neutral,
        "common": colours.common,
        "few": colours.faint,
    }
    return alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values())))


def sign_shape() -> alt.Shape:
    return alt.Shape("sign:N", legend=None, scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())))


def funnel_chart(
    units: pd.DataFrame, limits: pd.DataFrame, *, centre: float, number_format: str, cases_title: str, colours: Palette
) -> ChartType:
    """Values against numbers of cases, between the limits that chance and what is usual allow.

    `units`: one row per unit with a figure, FUNNEL_COLUMNS; `mark_label` names some of those outside. `limits`:
    LIMIT_COLUMNS; `line` tells the limits apart, `dash` whether they are drawn dashed; `end_label`, at `end_at`, is
    filled once per kind. `number_format`: a d3 format. Raises ValueError for a missing column.
    """
    require_columns(units, FUNNEL_COLUMNS)
    require_columns(limits, LIMIT_COLUMNS)
    wide = len(units) > 0 and units["cases"].max() > WIDE_RATIO * units["cases"].min()
    across = alt.X(
        "cases:Q",
        scale=alt.Scale(type="log" if wide else "linear", zero=False, nice=False, padding=12),
        axis=alt.Axis(title=cases_title, grid=False, tickCount=6, format=",~f", labelOverlap=True),
    )
    up = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, tickCount=6, format=number_format, domain=False, ticks=False, gridOpacity=0.6),
    )
    drawn = alt.Chart(limits)
    dash = alt.StrokeDash("dash:N", legend=None, scale=alt.Scale(domain=["dashed", "solid"], range=[[4, 4], [1, 0]]))
    colour = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=["chance", "usual"], range=[colours.common, colours.interface])
    )
    lines = [
        drawn.mark_line(strokeWidth=1.3, clip=True).encode(
            x=across, y=alt.Y(f"{end}:Q"), detail="line:N", strokeDash=dash, color=colour
        )
        for end in ("lower", "upper")
    ]
    ends = (
        drawn.transform_filter("isValid(datum.end_label)")
        .mark_text(align="left", dy=-8, fontSize=11, color=colours.quiet)
        .encode(x=across, y="end_at:Q", text="end_label:N")
    )
    middle = (
        alt.Chart(pd.DataFrame({"centre": [centre]})).mark_rule(color=colours.quiet, strokeWidth=1).encode(y="centre:Q")
    )
    tooltip = [
        alt.Tooltip("label:N", title=_("Name")),
        alt.Tooltip("value_text:N", title=_("Value")),
        alt.Tooltip("interval_text:N", title=_("95 % interval")),
        alt.Tooltip("n_text:N", title=_("Cases (n)")),
        alt.Tooltip("verdict_text:N", title=_("Finding")),
    ]
    base = alt.Chart(units)
    points = base.mark_point(size=70, filled=True, opacity=0.9).encode(
        x=across, y=up, color=kind_colour(colours), shape=sign_shape(), tooltip=tooltip
    )
    names = (
        base.transform_filter("isValid(datum.mark_label)")
        .mark_text(align="left", dx=9, fontSize=12, color=colours.ink, limit=180)
        .encode(x=across, y=up, text="mark_label:N")
    )
    layers = alt.layer(*lines, ends, middle, points, names).resolve_scale(color="independent")
    return dressed(layers.properties(height=FUNNEL_HEIGHT), colours=colours, language=language())


def dumbbell_chart(frame: pd.DataFrame, *, number_format: str, colours: Palette) -> ChartType:
    """Each unit then (hollow, thin) and now (filled, thick), both on their 95 % intervals.

    `frame`: one row per unit in the order to be shown, DUMBBELL_COLUMNS; coloured where the change is more than
    chance. Raises ValueError for a missing column.
    """
    require_columns(frame, DUMBBELL_COLUMNS)
    down = names_down(frame, label_limit=210, colours=colours)
    scale = alt.Scale(zero=False, nice=True, padding=10)
    axis = alt.Axis(title=None, orient="top", format=number_format, domain=False, ticks=False, tickCount=4)
    tooltip = [
        alt.Tooltip("label:N", title=_("Name")),
        alt.Tooltip("now_text:N", title=_("Now")),
        alt.Tooltip("before_text:N", title=_("Before")),
        alt.Tooltip("change_text:N", title=_("Changed by")),
        alt.Tooltip("n_text:N", title=_("Cases (n)")),
        alt.Tooltip("verdict_text:N", title=_("Finding")),
    ]
    base = alt.Chart(frame)
    colour = kind_colour(colours)
    bars = base.mark_bar(height=7, cornerRadius=3.5, opacity=0.35).encode(
        x=alt.X("now_lower:Q", scale=scale, axis=axis), x2="now_upper:Q", y=down, color=colour, tooltip=tooltip
    )
    thin = base.mark_rule(strokeWidth=1.4, color=colours.quiet, yOffset=8).encode(
        x="before_lower:Q", x2="before_upper:Q", y=down, tooltip=tooltip
    )
    hollow = base.mark_point(size=42, filled=False, color=colours.quiet, strokeWidth=1.6, yOffset=8).encode(
        x="before:Q", y=down, tooltip=tooltip
    )
    dots = base.mark_point(size=78, filled=True, opacity=1).encode(
        x="now:Q", y=down, color=colour, shape=sign_shape(), tooltip=tooltip
    )
    texts = [
        base.mark_text(align="right", fontSize=12, color=tint, dx=reach).encode(
            y=down, x=alt.value("width"), text=f"{name}:N"
        )
        for name, reach, tint in (("change_text", 78, colours.ink), ("n_text", 146, colours.quiet))
    ]
    heads = [
        alt.Chart(pd.DataFrame({"text": [heading]}))
        .mark_text(align="right", fontSize=12, color=colours.quiet, baseline="bottom", dx=reach)
        .encode(x=alt.value("width"), y=alt.value(-8), text="text:N")
        for heading, reach in ((_("Changed by"), 78), ("n", 146))
    ]
    layers = alt.layer(bars, thin, hollow, dots, *texts, *heads)
    return dressed(
        layers.properties(height=(ROW_HEIGHT + 6) * max(len(frame), 1)), colours=colours, language=language()
    )


def heat_chart(frame: pd.DataFrame, *, quarters: Sequence[str], colours: Palette) -> ChartType:
    """Units by quarters: every cell says its value; coloured only where it differs beyond chance, with a sign.

    `frame`: one row per unit and quarter in the order to be shown, HEAT_COLUMNS; `kind` of KINDS, with STRONG where a
    unit differs more than is usual, `few` for too few cases, `missing` without a figure. `quarters`: as on the axis.
    Raises ValueError for a missing column.
    """
    require_columns(frame, HEAT_COLUMNS)
    names = frame.drop_duplicates("label")
    down = names_down(names, label_limit=210, colours=colours)
    across = alt.X(
        "quarter:N",
        sort=list(quarters),
        scale=alt.Scale(paddingInner=0.03),
        axis=alt.Axis(title=None, orient="top", labelAngle=0, domain=False, ticks=False),
    )
    tints = {
        "improvement": colours.improvement,
        "concern": colours.concern,
        "neutral": colours.neutral,
    }
    fills = {
        **{kind: f"{tint}{PALE}" for kind, tint in tints.items()},
        **{f"{kind}{STRONG}": f"{tint}{DEEP}" for kind, tint in tints.items()},
        "common": colours.band,
        "few": colours.background,
        "missing": colours.background,
    }
    tooltip = [
        alt.Tooltip("label:N", title=_("Name")),
        alt.Tooltip("quarter:N", title=_("Quarter")),
        alt.Tooltip("value_text:N", title=_("Value")),
        alt.Tooltip("interval_text:N", title=_("95 % interval")),
        alt.Tooltip("n_text:N", title=_("Cases (n)")),
        alt.Tooltip("verdict_text:N", title=_("Finding")),
    ]
    base = alt.Chart(frame)
    cells = base.mark_rect(cornerRadius=3).encode(
        x=across,
        y=down,
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(fills), range=list(fills.values()))),
        tooltip=tooltip,
    )
    few = (
        base.transform_filter("datum.kind == 'few'")
        .mark_rect(cornerRadius=3, fillOpacity=0, stroke=colours.faint, strokeDash=[3, 3])
        .encode(x=across, y=down, tooltip=tooltip)
    )
    texts = base.mark_text(fontSize=12).encode(
        x=across,
        y=down,
        text="cell_text:N",
        color=alt.condition(
            "datum.kind == 'few' || datum.kind == 'missing'", alt.value(colours.quiet), alt.value(colours.ink)
        ),
        tooltip=tooltip,
    )
    layers = alt.layer(cells, few, texts).resolve_scale(color="independent")
    return dressed(layers.properties(height=ROW_HEIGHT * max(len(names), 1)), colours=colours, language=language())


def inequality_chart(frame: pd.DataFrame, *, quarters: Sequence[str], colours: Palette) -> ChartType:
    """Theil's measure between and within units per quarter, in thousandths, each on its 95 % interval.

    `frame`: one row per quarter and part (between, within), INEQUALITY_COLUMNS; `end_label` in the last quarter only.
    Raises ValueError for a missing column.
    """
    require_columns(frame, INEQUALITY_COLUMNS)
    across = alt.X(
        "period:N",
        sort=list(quarters),
        scale=alt.Scale(type="point", padding=0.4),
        axis=alt.Axis(title=None, labelAngle=0, domain=False, ticks=False, grid=False),
    )
    up = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=None, tickCount=4, domain=False, ticks=False),
    )
    tooltip = [
        alt.Tooltip("period:N", title=_("Quarter")),
        alt.Tooltip("value_text:N", title=_("Value")),
        alt.Tooltip("interval_text:N", title=_("95 % interval")),
        alt.Tooltip("n_text:N", title=_("Services")),
    ]
    layers = []
    for part, tint, shape, dash, aside, lift in (
        ("between", colours.interface, "circle", [1, 0], -5, -13),
        ("within", colours.common, "diamond", [4, 3], 5, 0),
    ):
        base = alt.Chart(frame[frame["part"] == part])
        layers += [
            base.mark_rule(strokeWidth=4, opacity=0.3, strokeCap="round", color=tint, xOffset=aside).encode(
                x=across, y="lower:Q", y2="upper:Q", tooltip=tooltip
            ),
            base.mark_line(strokeWidth=1.6, strokeDash=dash, color=tint, xOffset=aside).encode(x=across, y=up),
            base.mark_point(size=64, filled=True, opacity=1, shape=shape, color=tint, xOffset=aside).encode(
                x=across, y=up, tooltip=tooltip
            ),
            base.transform_filter("isValid(datum.end_label)")
            .mark_text(align="left", dx=14, dy=lift, fontSize=12, color=tint if part == "between" else colours.quiet)
            .encode(x=across, y=up, text="end_label:N"),
        ]
    return dressed(alt.layer(*layers).properties(height=SERIES_HEIGHT), colours=colours, language=language())


def gap_chart(frame: pd.DataFrame, *, day_format: str, colours: Palette) -> ChartType:
    """How far units lie apart, month by month, on its process chart; points of a signal have colour and shape.

    `frame`: one row per month, oldest first, GAP_COLUMNS, values as shares of the mean; `end_label` names the latest
    value. `day_format`: a d3 format. Raises ValueError for a missing column.
    """
    require_columns(frame, GAP_COLUMNS)
    across = alt.X(
        "starts_at:T",
        axis=alt.Axis(title=None, grid=False, labelOverlap=True, tickCount=5, format=day_format),
        scale=alt.Scale(nice=False, padding=8),
    )
    up = alt.Y(
        "value:Q",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=None, tickCount=5, format=".1%", domain=False, ticks=False, gridOpacity=0.6),
    )
    tooltip = [
        alt.Tooltip("label:N", title=_("Month")),
        alt.Tooltip("value_text:N", title=_("Gap")),
        alt.Tooltip("limits_text:N", title=_("Limits")),
        alt.Tooltip("n_text:N", title=_("Units compared")),
        alt.Tooltip("verdict_text:N", title=_("Finding")),
    ]
    base = alt.Chart(frame)
    band = base.mark_area(color=colours.band).encode(x=across, y="lower:Q", y2="upper:Q")
    limits = [
        base.mark_line(color=colours.common, strokeDash=[4, 4], strokeWidth=1.2).encode(x=across, y=f"{end}:Q")
        for end in ("lower", "upper")
    ]
    mean = base.mark_line(color=colours.quiet, strokeWidth=1.2).encode(x=across, y="mean:Q")
    line = base.mark_line(color=colours.common, strokeWidth=1.5).encode(x=across, y=up)
    points = base.mark_point(size=56, filled=True, opacity=1).encode(
        x=across, y=up, color=kind_colour(colours), shape=sign_shape(), tooltip=tooltip
    )
    latest = (
        base.transform_filter("isValid(datum.end_label)")
        .mark_text(align="left", dx=9, fontSize=14, fontWeight=600, color=colours.ink)
        .encode(x=across, y="value:Q", text="end_label:N")
    )
    layers = alt.layer(band, *limits, mean, line, points, latest)
    return dressed(layers.properties(height=SERIES_HEIGHT), colours=colours, language=language())
