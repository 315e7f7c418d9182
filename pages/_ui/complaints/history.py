"""Requests that came through a feed, in the same figures: completion in time, handling time, what is still open."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.choices import localised, one_of
from pages._ui.complaints.figures_charts import advice, month_format, month_words
from pages._ui.complaints.rates import interval_text, number_of, share_text, tile
from pages._ui.figures import NOTHING
from pages._ui.page import Page, reading
from pages._ui.tables import offer_download, table
from pages._ui.widgets import definition, note, section
from qs import chart_style
from qs.complaints import charts
from qs.complaints.figures.history import history_figures, together
from qs.complaints.terms import Ground
from qs.i18n import day, number
from qs.i18n import gettext as _
from qs.i18n import month as month_text
from qs.observations.histories import History
from qs.periods import Grain, local_day, next_start, period_start, start_of
from qs.sentences import label
from qs.settings import settings
from qs.sheets import safe_csv
from qs.stats.control_charts import Direction, p_chart

GROUNDS = (Ground.AREA, Ground.UNIT, Ground.SERVICE, Ground.MONTH)
CSV = "text/csv; charset=utf-8"
LEAST, SHOWN = 30, 8


def history_spans(history: History) -> dict[str, tuple[datetime, datetime]]:
    """All of it, each of its years, and each of its quarters, newest first."""
    zone = settings().zone
    first, last = (local_day(at, zone) for at in (history.first_at, history.last_at))
    whole = (period_start(history.first_at, Grain.MONTH, zone), next_start(history.last_at, Grain.MONTH, zone))
    found = {_("All {first}–{last}").format(first=first.year, last=last.year): whole}
    for year in range(last.year, first.year - 1, -1):
        found[str(year)] = (
            start_of(first.replace(year=year, month=1, day=1), zone),
            start_of(first.replace(year=year + 1, month=1, day=1), zone),
        )
    start = period_start(history.last_at, Grain.QUARTER, zone)
    while start >= whole[0]:
        begins = local_day(start, zone)
        found[f"{begins.year}Q{(begins.month + 2) // 3}"] = (start, next_start(start, Grain.QUARTER, zone))
        start = period_start(start - (next_start(start, Grain.QUARTER, zone) - start) / 2, Grain.QUARTER, zone)
    return found


def history_choice(history: History) -> tuple[str, Ground]:
    """Which stretch of it, and by what it is taken apart, as far as its feed knows."""
    spans = history_spans(history)
    period = one_of(_("Period"), {name: name for name in spans}, key="span", usual=next(iter(spans)), width=170)
    words = {ground.value: label(ground) for ground in GROUNDS}
    return period, Ground(one_of(_("Taken apart"), words, key="part", usual=Ground.AREA.value, width=160))


def history_view(page: Page, history: History, period: str, by: Ground) -> None:
    """One stretch of a history."""
    spans = history_spans(history)
    with reading() as session:
        frame = history_figures(session, history, *spans[period], by=by, actor=page.actor)
        months = history_figures(session, history, *spans[next(iter(spans))], by=Ground.MONTH, actor=page.actor)
    history_parts(page, history, named(frame, by), months, period)


def named(frame: pd.DataFrame, by: Ground) -> pd.DataFrame:
    if by is Ground.MONTH:
        return frame.assign(words=[month_text(first_day(code).date()) for code in frame["ground"]])
    return frame.assign(words=localised(frame, "name")["name"])


def first_day(code: str) -> datetime:
    return datetime.strptime(code, "%Y-%m").replace(tzinfo=settings().zone)


def history_parts(page: Page, history: History, frame: pd.DataFrame, months: pd.DataFrame, period: str) -> None:
    sums = together(frame)
    section(
        _("{period}: {share} of {count} requests closed within the limit").format(
            period=period, share=share_text(sums["on_time_share"]), count=number(sums["registered"])
        )
    )
    with st.container(horizontal=True, gap="small"):
        low, high = sums["on_time_lower"], sums["on_time_upper"]
        tile(
            _("Registered"),
            number(sums["registered"]),
            [_("data to {day}").format(day=day(local_day(history.last_at, settings().zone)))],
        )
        tile(
            _("Closed in time"),
            share_text(sums["on_time_share"]),
            [number_of(int(sums["on_time_base"])), interval_text(None if low is None else (low, high))],
        )
        tile(_("Closed so far"), number(sums["closed"]), [_("of {n}").format(n=number(sums["registered"]))])
        tile(_("Still open"), number(sums["open"]), [_("on the last day of the data")])
    definition(_("What these figures mean"), meanings())
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        month_chart(months)
    with right:
        in_time(frame)
    history_table(page, frame, period, history.code)


def meanings() -> list[tuple[str, str]]:
    return [
        (_("Source"), _("Rollups of the events that the feed brought; one case is one event of each measure")),
        (
            _("Closed in time"),
            _("Closed within the limit the feed measures / registered in the period, open ones past it too"),
        ),
        (_("Median days"), _("Calendar days from registration to closing, right to 2 %; of closed ones only")),
        (
            _("Not in the feed"),
            _("Dispatches, returns, call-backs and pauses are shown for the office's own requests only"),
        ),
    ]


def month_chart(months: pd.DataFrame) -> None:
    """Completion in time month by month with the limits of the process, over the whole history."""
    section(_("Month by month"), _("by the day of registration"))
    above, below = (months[name].to_numpy(dtype=np.float64) for name in ("on_time", "on_time_base"))
    chart = p_chart(above[None, :], below[None, :], choose_laney=True, direction=Direction.UP)
    starts = pd.Series([first_day(code) for code in months["ground"]])
    frame = pd.DataFrame(
        {
            "starts_at": starts,
            "above": months["on_time"],
            "below": months["on_time_base"],
            "share": months["on_time_share"],
            "mean": chart.mean[0],
            "lower": chart.lower[0],
            "upper": chart.upper[0],
            "is_running": False,
            "side": chart.side[0].astype(np.int64),
        }
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    drawn = charts.month_chart(month_words(frame), target=None, month_format=month_format(), colours=colours)
    st.altair_chart(drawn, theme=None, width="stretch", key="history_months")
    note(advice(frame))


def in_time(frame: pd.DataFrame) -> None:
    """The lowest shares of those with cases enough."""
    enough = frame[frame["on_time_base"] >= LEAST]
    drawn = enough.sort_values("on_time_share", kind="stable").head(SHOWN)
    section(
        _("Closed in time"),
        _("The lowest {n} of {all}; all of them in the table.").format(n=len(drawn), all=len(enough)),
    )
    shown = pd.DataFrame(
        {
            "name": drawn["words"],
            "share": drawn["on_time_share"],
            "lower": drawn["on_time_lower"],
            "upper": drawn["on_time_upper"],
            "standing": "common",
            "counts": counts_of(drawn),
            "share_text": [share_text(one) for one in drawn["on_time_share"]],
        }
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    chart = charts.share_chart(shown, target=None, colours=colours)
    st.altair_chart(chart, theme=None, width="stretch", key="history_in_time")


def counts_of(frame: pd.DataFrame) -> list[str]:
    pairs = zip(frame["on_time"], frame["on_time_base"], strict=True)
    return [
        _("{numerator} / {denominator}").format(numerator=number(above), denominator=number(below))
        for above, below in pairs
    ]


def history_table(page: Page, frame: pd.DataFrame, period: str, code: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(_("Every measure"))
        st.space("stretch")
        offer_download(
            page,
            _("Download (CSV)"),
            f"{code}-{period}.csv",
            lambda: safe_csv(frame.drop(columns=["ground", "name", "name_en"])),
            CSV,
            key="export_history",
        )
    shown = frame.assign(
        in_time=[share_text(one) for one in frame["on_time_share"]],
        interval=[
            NOTHING if pd.isna(low) else interval_text((low, high))
            for low, high in zip(frame["on_time_lower"], frame["on_time_upper"], strict=True)
        ],
        counts=counts_of(frame),
        median=[NOTHING if pd.isna(one) else number(one, 1) for one in frame["median_days"]],
        p90=[NOTHING if pd.isna(one) else number(one, 1) for one in frame["p90_days"]],
    )
    columns = {
        "words": st.column_config.TextColumn(_("Group"), width="large"),
        "registered": _("Registered"),
        "closed": _("Closed so far"),
        "open": _("Still open"),
        "in_time": _("Closed in time"),
        "interval": _("Interval"),
        "counts": _("Counts"),
        "median": _("Median days"),
        "p90": _("P90 days"),
    }
    table(shown, columns, key="history", search=("words",), rows_per_page=12)
