"""How rankings look: ranks and scores never without their intervals, parts beside their peers, and the past."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette, dressed, require_columns
from qs.i18n import gettext as _
from qs.i18n import language

ROW_HEIGHT = 26
LEAGUE_COLUMNS = (
    "place",
    "label",
    "rank",
    "rank_lower",
    "rank_upper",
    "rank_text",
    "interval_text",
    "score_text",
    "n_text",
    "change_text",
    "standing",
    "standing_text",
    "is_chosen",
)
UNIT_COLUMNS = ("label", "score", "lower", "upper", "score_text", "n_text", "rank_text", "interval_text", "standing")
PART_COLUMNS = ("label", "score", "score_lower", "score_upper", "peer_score", "score_text", "value_text", "is_behind")
HISTORY_COLUMNS = ("period", "score", "lower", "upper", "score_text", "rank_text", "n_text")
BEHIND_POINTS = 5.0  # a part that far below the median of its peers is marked (own default)
Side = Literal["left", "right"]
NAMES = 0.44  # of the ranks' width: room for rank, interval and score at the left …
FIGURES = 0.37  # … and for n and change at the right


def standing_colour(colours: Palette) -> alt.Color:
    kinds = {"above": colours.improvement, "alike": colours.common, "below": colours.concern}
    return alt.Color("standing:N", legend=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values())))


def league_chart(frame: pd.DataFrame, *, ranked_count: int, colours: Palette) -> ChartType:
    """A page of the league: the rank as a dot on its 95 % interval, with score, n and change beside it.

    `frame`: one row per ranked service, best first, LEAGUE_COLUMNS; `label`s are distinct. `ranked_count`: of all
    pages. Raises ValueError for a missing column.
    """
    require_columns(frame, LEAGUE_COLUMNS)
    last, middle = max(ranked_count, 2), (ranked_count + 1) / 2
    span = last - 1
    left, right = 1 - NAMES * span, last + FIGURES * span
    ticks = sorted({1, round(1 + span / 4), round(middle), round(1 + span * 3 / 4), last})
    down = names_down(frame, label_limit=200, colours=colours)
    across = alt.X(
        "rank_lower:Q",
        scale=alt.Scale(domain=[left, right], nice=False),
        axis=alt.Axis(title=None, orient="top", values=ticks, domain=False, ticks=False, grid=True, format="d"),
    )
    base = alt.Chart(frame)
    tooltip = [
        alt.Tooltip("label:N", title=_("Name")),
        alt.Tooltip("rank_text:N", title=_("Rank")),
        alt.Tooltip("interval_text:N", title=_("95 % rank interval")),
        alt.Tooltip("score_text:N", title=_("Score")),
        alt.Tooltip("n_text:N", title=_("Cases (n)")),
        alt.Tooltip("standing_text:N", title=_("Finding")),
    ]
    chosen = (
        base.transform_filter("datum.is_chosen")
        .mark_rect(color=colours.band)
        .encode(y=down, x=alt.value(0), x2=alt.value("width"))
    )
    median = (
        alt.Chart(pd.DataFrame({"middle": [middle]}))
        .mark_rule(color=colours.quiet, strokeDash=[3, 3])
        .encode(x="middle:Q")
    )
    bars = base.mark_bar(height=7, cornerRadius=3.5, opacity=0.4).encode(
        x=across, x2="rank_upper:Q", y=down, color=standing_colour(colours), tooltip=tooltip
    )
    dots = base.mark_circle(size=74, opacity=1).encode(
        x="rank:Q", y=down, color=standing_colour(colours), tooltip=tooltip
    )
    words = figure_columns(base, down, last=last, colours=colours)
    layers = alt.layer(chosen, median, bars, dots, *words)
    return dressed(layers.properties(height=ROW_HEIGHT * max(len(frame), 1)), colours=colours, language=language())


def names_down(frame: pd.DataFrame, *, label_limit: int, colours: Palette) -> alt.Y:
    """One row per `label` in the order of the frame; names longer than `label_limit` pixels are cut."""
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelFontSize=13,
        labelColor=colours.ink,
        labelLimit=label_limit,
        labelPadding=8,
    )
    return alt.Y("label:N", sort=list(frame["label"]), axis=axis)


def figure_columns(base: alt.Chart, down: alt.Y, *, last: int, colours: Palette) -> list[alt.Chart]:
    """The figures beside the ranks 1 to `last`: rank, interval and score at the left, n and change at the right."""
    span = last - 1
    places: dict[str, tuple[float, Side, int, str, str]] = {
        "rank_text": (1 - 0.33 * span, "right", 14, colours.ink, _("Rank")),
        "interval_text": (1 - 0.31 * span, "left", 12, colours.quiet, _("Interval")),
        "score_text": (1 - 0.05 * span, "right", 13, colours.ink, _("Score")),
        "n_text": (last + 0.18 * span, "right", 12, colours.quiet, "n"),
        "change_text": (last + 0.36 * span, "right", 12, colours.quiet, _("Moved")),
    }
    texts = [
        base.mark_text(align=side, fontSize=size, color=colour).encode(y=down, x=alt.datum(at), text=f"{name}:N")
        for name, (at, side, size, colour, _heading) in places.items()
    ]
    heads = [
        alt.Chart(pd.DataFrame({"at": [at], "text": [heading]}))
        .mark_text(align=side, fontSize=12, color=colours.quiet, baseline="bottom")
        .encode(x="at:Q", y=alt.value(-8), text="text:N")
        for at, side, _size, _colour, heading in places.values()
    ]
    return [*texts, *heads]


def unit_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """Scores of departments or areas as dots on their 95 % intervals; the dashed line is 80, the target.

    `frame`: one row per unit, best first, UNIT_COLUMNS. Raises ValueError for a missing column.
    """
    require_columns(frame, UNIT_COLUMNS)
    down = names_down(frame, label_limit=240, colours=colours)
    across = alt.X(
        "lower:Q",
        scale=alt.Scale(zero=False, nice=True, padding=30),
        axis=alt.Axis(title=None, orient="top", domain=False, ticks=False, tickCount=6),
    )
    base = alt.Chart(frame)
    tooltip = [
        alt.Tooltip("label:N", title=_("Name")),
        alt.Tooltip("score_text:N", title=_("Score")),
        alt.Tooltip("rank_text:N", title=_("Rank")),
        alt.Tooltip("interval_text:N", title=_("95 % rank interval")),
        alt.Tooltip("n_text:N", title=_("Cases (n)")),
    ]
    on_target = (
        alt.Chart(pd.DataFrame({"at": [80.0]}))
        .mark_rule(color=colours.interface, strokeDash=[7, 3])
        .encode(x=alt.X("at:Q"))
    )
    bars = base.mark_bar(height=7, cornerRadius=3.5, opacity=0.4).encode(
        x=across, x2="upper:Q", y=down, color=standing_colour(colours), tooltip=tooltip
    )
    dots = base.mark_circle(size=90, opacity=1).encode(
        x="score:Q", y=down, color=standing_colour(colours), tooltip=tooltip
    )
    texts = base.mark_text(align="left", dx=10, fontSize=12, color=colours.ink).encode(
        x="upper:Q", y=down, text="score_text:N"
    )
    layers = alt.layer(on_target, bars, dots, texts)
    return dressed(layers.properties(height=34 * max(len(frame), 1)), colours=colours, language=language())


def parts_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """What a score is made of: the points of each part on its interval, a tick for the median of its peers.

    `frame`: one row per scored part, heaviest first, PART_COLUMNS. Raises ValueError for a missing column.
    """
    require_columns(frame, PART_COLUMNS)
    down = alt.Y(
        "label:N",
        sort=list(frame["label"]),
        axis=alt.Axis(
            title=None, domain=False, ticks=False, labelFontSize=12.5, labelColor=colours.ink, labelLimit=170
        ),
    )
    scale = alt.Scale(zero=False, nice=True, padding=26)
    colour = alt.condition("datum.is_behind", alt.value(colours.concern), alt.value(colours.common))
    tooltip = [
        alt.Tooltip("label:N", title=_("Part")),
        alt.Tooltip("value_text:N", title=_("Value")),
        alt.Tooltip("score_text:N", title=_("Points")),
        alt.Tooltip("peer_score:Q", title=_("Median of the same measure"), format=".1f"),
    ]
    base = alt.Chart(frame)
    bars = base.mark_bar(height=5, opacity=0.45, cornerRadius=2.5).encode(
        x=alt.X("score_lower:Q", scale=scale, axis=None), x2="score_upper:Q", y=down, color=colour, tooltip=tooltip
    )
    ticks = base.mark_tick(thickness=2, size=15, color=colours.quiet).encode(x="peer_score:Q", y=down, tooltip=tooltip)
    dots = base.mark_circle(size=80, opacity=1).encode(x="score:Q", y=down, color=colour, tooltip=tooltip)
    texts = base.mark_text(align="right", dx=-9, dy=-8, fontSize=11, color=colours.ink).encode(
        x="score:Q", y=down, text="score_text:N"
    )
    layers = alt.layer(bars, ticks, dots, texts)
    return dressed(layers.properties(height=30 * max(len(frame), 1)), colours=colours, language=language())


def history_chart(frame: pd.DataFrame, *, colours: Palette) -> ChartType:
    """The score in the frozen quarters, oldest first, each on its 95 % interval.

    `frame`: one row per quarter, HISTORY_COLUMNS. Raises ValueError for a missing column.
    """
    require_columns(frame, HISTORY_COLUMNS)
    across = alt.X(
        "period:O", sort=list(frame["period"]), axis=alt.Axis(title=None, labelAngle=0, domain=False, ticks=False)
    )
    up = alt.Y(
        "score:Q",
        scale=alt.Scale(zero=False, nice=True, padding=14),
        axis=alt.Axis(title=None, tickCount=4, domain=False, ticks=False),
    )
    tooltip = [
        alt.Tooltip("period:N", title=_("Period")),
        alt.Tooltip("score_text:N", title=_("Score")),
        alt.Tooltip("rank_text:N", title=_("Rank")),
        alt.Tooltip("n_text:N", title=_("Cases (n)")),
    ]
    base = alt.Chart(frame)
    bars = base.mark_rule(strokeWidth=5, opacity=0.35, strokeCap="round", color=colours.common).encode(
        x=across, y=alt.Y("lower:Q"), y2="upper:Q", tooltip=tooltip
    )
    line = base.mark_line(strokeWidth=1.4, color=colours.common).encode(x=across, y=up)
    dots = base.mark_circle(size=70, opacity=1, color=colours.interface).encode(x=across, y=up, tooltip=tooltip)
    texts = base.mark_text(align="left", dx=8, fontSize=11, color=colours.ink).encode(
        x=across, y=up, text="score_text:N"
    )
    layers = alt.layer(bars, line, dots, texts)
    return dressed(layers.properties(height=120), colours=colours, language=language())
