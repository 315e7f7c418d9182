"""Requests over time: a measure month by month within the limits of its process, handling times, and the backlog."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.choices import one_of
from pages._ui.complaints.rates import share_text
from pages._ui.page import Page, reading
from pages._ui.widgets import note, section
from qs import chart_style
from qs.complaints import charts
from qs.complaints.figures.assessment import month_of
from qs.complaints.figures.three_rates import weights_at
from qs.complaints.figures.times import BANDS, LONG, backlog
from qs.complaints.figures.trend import month_boundaries, monthly_counts, process
from qs.i18n import Language, language, number
from qs.i18n import gettext as _
from qs.i18n import month as month_text
from qs.settings import settings

BARS = 24
BACKLOG_MONTHS = 12
STEPS = (1, 2, 4, 8, 16, 40)  # hours a bar may be wide


def measure_words() -> dict[str, str]:
    return {
        "on_time": _("Closed in time"),
        "response": _("Response rate"),
        "resolution": _("Resolution rate"),
        "satisfaction": _("Satisfied, unweighted"),
    }


def month_part(page: Page, target: float) -> None:
    """One measure over the last 18 months with its process limits, and what they say of the newest month."""
    words = measure_words()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(_("Month by month"))
        measure = one_of(_("Measure"), words, key="measure", usual="on_time", width=220)
    with reading() as session:
        counts = monthly_counts(session, month_boundaries(page.now), actor=page.actor, now=page.now)
    frame = process(counts, measure, page.now)
    shown = month_words(frame)
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    chart = charts.month_chart(
        shown[shown["share"].notna()],
        target=target if measure == "on_time" else None,
        month_format=month_format(),
        colours=colours,
    )
    st.altair_chart(chart, theme=None, width="stretch", key="months")
    note(advice(frame))


def month_format() -> str:
    return "%y年%-m月" if language() is Language.ZH else "%b %y"


def month_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The chart's rows with everything it says in words."""
    kinds = {1: "improvement", -1: "concern", 0: "common"}
    verdicts = {
        1: _("better than chance explains"),
        -1: _("worse than chance explains"),
        0: _("common-cause variation"),
    }
    is_running = frame["is_running"]
    return frame.assign(
        starts_at=frame["starts_at"].map(lambda at: at.astimezone(settings().zone).replace(tzinfo=None)),
        label=[month_name(at) for at in frame["starts_at"]],
        counts=[
            _("{numerator} / {denominator}").format(numerator=number(above), denominator=number(below))
            for above, below in zip(frame["above"], frame["below"], strict=True)
        ],
        share_text=[share_text(one) for one in frame["share"]],
        kind=["running" if now else kinds[side] for now, side in zip(is_running, frame["side"], strict=True)],
        verdict=[
            _("still running, not judged") if now else verdicts[side]
            for now, side in zip(is_running, frame["side"], strict=True)
        ],
    )


def month_name(starts_at: datetime) -> str:
    """An assessment month is named after the one it ends in."""
    year, place = month_of(starts_at, weights_at(starts_at).boundary, settings().zone)
    return month_text(datetime(year, place, 1).date())  # noqa: DTZ001 - a month has no zone


def advice(frame: pd.DataFrame) -> str:
    """What the newest complete month says: news, or noise."""
    complete = frame[~frame["is_running"] & frame["share"].notna()]
    if complete["mean"].notna().sum() == 0:
        return _("Too few months with cases to tell change from noise.")
    newest = complete.iloc[-1]
    texts = {
        1: _("{month} is better than chance explains: find out why, and keep it."),
        -1: _("{month} is worse than chance explains: find out what happened."),
        0: _("{month} lies within the process limits: no single month needs an explanation."),
    }
    return texts[int(newest["side"])].format(month=month_name(newest["starts_at"].to_pydatetime()))


def time_part(times: pd.DataFrame) -> None:
    """How long completed requests took, in working hours of the office calendar."""
    section(_("Handling time"), _("working hours, pauses taken out"))
    if times.empty:
        note(_("Nothing was completed in this period."))
        return
    hours = times["hours"].to_numpy()
    median, long = (float(np.quantile(hours, level)) for level in (0.5, LONG))
    reach = max(float(np.quantile(hours, 0.98)), 1.0)
    width = next((step for step in STEPS if reach / step <= BARS), STEPS[-1])
    counts, edges = np.histogram(np.minimum(hours, reach), bins=np.arange(0, reach + width, width))
    bars = pd.DataFrame({"begins": edges[:-1], "ends": edges[1:], "count": counts})
    bars["tooltip"] = [
        _("{count} took {low} to {high} hours").format(
            count=number(row.count_), low=number(row.begins), high=number(row.ends)
        )
        for row in bars.rename(columns={"count": "count_"}).itertuples(index=False)
    ]
    marks = pd.DataFrame(
        {
            "hours": [median, long],
            "label": [
                _("Median {value}").format(value=number(median, 1)),
                _("P90 {value}").format(value=number(long, 1)),
            ],
        }
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    chart = charts.time_chart(bars, marks, axis_title=_("Working hours"), colours=colours)
    st.altair_chart(chart, theme=None, width="stretch", key="times")
    note(
        _("n = {n}; half within {median} working hours, nine of ten within {long}.").format(
            n=number(len(hours)), median=number(median, 1), long=number(long, 1)
        )
    )


def band_words() -> dict[str, str]:
    return {
        "to_5": _("up to 5 days"),
        "to_15": _("6 to 15 days"),
        "to_30": _("16 to 30 days"),
        "to_90": _("31 to 90 days"),
        "over_90": _("over 90 days"),
    }


def backlog_part(page: Page) -> None:
    """What was open at the end of each month and is open now, by how long it had been open."""
    section(_("Backlog"), _("open at the end of the month, by age"))
    starts = month_boundaries(page.now, count=BACKLOG_MONTHS)[:-1]
    moments = [*starts[1:], page.now]
    with reading() as session:
        frame = backlog(session, moments, actor=page.actor)
    names = [month_name(start) for start in starts[:-1]] + [_("now")]
    bands = band_words()
    rows = [
        (names[place], place, bands[band], order, int(row[band]))
        for place, row in enumerate(frame.to_dict("records"))
        for order, band in enumerate(BANDS)
    ]
    shown = pd.DataFrame(rows, columns=list(charts.BACKLOG_COLUMNS))
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    st.altair_chart(charts.backlog_chart(shown, colours=colours), theme=None, width="stretch", key="backlog")
    newest = frame.iloc[-1]
    note(
        _("{open} open now; {old} of them for more than 30 days.").format(
            open=number(newest["open"]), old=number(newest["to_90"] + newest["over_90"])
        )
    )
