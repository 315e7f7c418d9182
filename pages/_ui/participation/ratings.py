"""Ratings on screen: the figures with their uncertainty, the services compared, and the levels of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised, one_of
from pages._ui.page import Page, reading
from pages._ui.tables import offer_download, table
from pages._ui.widgets import definition, empty_state, note, section, show_text
from qs import chart_style
from qs.i18n import day, number, percent
from qs.i18n import gettext as _
from qs.participation import charts
from qs.participation.figures import LEVEL_COLUMNS, rating_figures, summed, with_and_without, with_effect, with_rates
from qs.periods import Grain, local_day, period_start, previous_starts, quarter_name
from qs.sentences import label
from qs.settings import settings
from qs.sheets import xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHARTED = 25
Figures = Any  # Any: one row of with_rates, whose columns are named there


def period_choice(page: Page) -> tuple[datetime, datetime]:
    """The period asked for: the last days, or one of the last quarters."""
    zone = settings().zone
    starts = previous_starts(period_start(page.now, Grain.QUARTER, zone), Grain.QUARTER, zone, count=5)
    quarters = {quarter_name(local_day(start, zone)): start for start in starts}
    words = {"30": _("Last 30 days"), "90": _("Last 90 days"), "365": _("Last 12 months")}
    words |= {name: name for name in reversed(quarters)}
    chosen = one_of(_("Period"), words, key="period", usual="90", width=170)
    if chosen in quarters:
        names = list(quarters)
        place = names.index(chosen)
        return quarters[chosen], quarters[names[place + 1]] if place + 1 < len(names) else page.now
    return page.now - timedelta(days=int(chosen)), page.now


def figures_view(page: Page) -> None:
    """All figures of ratings together, each with its counts, then service by service."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        starts_at, ends_at = period_choice(page)
        meanings()
    with reading() as session:
        figures = with_rates(rating_figures(session, starts_at, ends_at, actor=page.actor))
        effects = with_and_without(session, starts_at, ends_at, actor=page.actor)
    if figures.empty or not figures["n"].sum():
        empty_state(
            _("No ratings with a receipt in this period"),
            _("Ratings come from the receipts of finished matters. Rating points can be made in the view beside."),
            icon="star_rate",
        )
        return
    whole = summed(figures).iloc[0]
    headline_figures(whole)
    figures = localised(figures, "service", "area").sort_values(["lower", "n"], ascending=[True, False])
    left, right = st.columns([1.25, 1], gap="medium")
    with left, st.container(border=True):
        section(_("Satisfied, by service"), _("95% intervals, the least certain to be good first"))
        comparison(figures.head(CHARTED), float(whole["satisfaction"]))
        if len(figures) > CHARTED:
            note(_("The first {n} of {all}; all of them stand in the table.").format(n=CHARTED, all=len(figures)))
    with right:
        with st.container(border=True):
            chosen = service_choice(figures)
            shown = whole if chosen is None else figures[figures["code"] == chosen].iloc[0]
            levels(shown)
        with st.container(border=True, gap="xsmall"):
            section(_("Kept apart"))
            kept_apart(whole)
            marked_apart(figures, effects)
    service_table(page, figures, starts_at, ends_at)


def headline_figures(whole: Figures) -> None:
    cells = [
        (_("Satisfaction rate"), rate_words(whole["satisfaction"]), interval_words(whole)),
        (_("Participation rate"), rate_words(whole["participation"]), ratio(whole["used"], whole["issued"])),
        (_("Negative rate"), rate_words(whole["negative"]), ratio(whole["n2"] + whole["n1"], whole["n"])),
        (_("Rectification rate"), rate_words(whole["rectification"]), ratio(whole["settled"], whole["due"])),
        (
            _("Call-back rate"),
            rate_words(whole["call_back"]),
            ratio(whole["named_called"], whole["named_closed"]),
        ),
    ]
    for place, (words, value, counts) in zip(st.columns(len(cells), gap="small"), cells, strict=True):
        with place, st.container(border=True, gap=None):
            st.metric(words, value)
            note(counts)


def rate_words(value: float) -> str:
    return "—" if pd.isna(value) else percent(value)


def ratio(above: float, below: float) -> str:
    return _("{numerator} / {denominator}").format(numerator=number(above), denominator=number(below))


def interval_words(row: Figures) -> str:
    if not row["n"]:
        return _("no data")
    return _("n = {n} · 95%: {lower} to {upper}").format(
        n=number(row["n"]), lower=percent(row["lower"]), upper=percent(row["upper"])
    )


def meanings() -> None:
    definition(
        _("What these figures mean"),
        [
            (_("Satisfaction rate"), _("Very satisfied, satisfied and basically satisfied, of all valid ratings.")),
            (
                _("Valid"),
                _("With the receipt of a finished matter, and not excluded by two people. Unrated is not satisfied."),
            ),
            (_("Participation rate"), _("Receipts rated, of receipts issued at counters for matters finished then.")),
            (_("Negative rate"), _("Dissatisfied and very dissatisfied, of all valid ratings.")),
            (
                _("Rectification rate"),
                _("Negative ratings put right or explained in time, of those due in the period."),
            ),
            (_("Call-back rate"), _("Called back, of negative ratings left with a name and closed in the period.")),
            (
                _("Source"),
                _("Ratings kept by this office; levels worded as in State Council document 51 of 2019."),
            ),
        ],
    )


def comparison(figures: pd.DataFrame, overall: float) -> None:
    shown = figures.assign(
        counts=[ratio(row.n - row.n2 - row.n1, row.n) for row in figures.itertuples()],
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    columns = list(charts.SERVICE_COLUMNS)
    st.altair_chart(charts.satisfaction_chart(shown[shown["n"] > 0][columns], colours=colours, overall=overall))


def service_choice(figures: pd.DataFrame) -> str | None:
    words = dict(zip(figures["code"], figures["service"], strict=True))
    chosen: str | None = st.selectbox(
        _("Levels of"),
        list(words),
        index=None,
        format_func=words.__getitem__,
        placeholder=_("All services together"),
        key="levels_of",
    )
    return chosen


def levels(row: Figures) -> None:
    n = float(row["n"])
    frame = pd.DataFrame(
        [
            (
                label(level),
                level.stars,
                int(row[name]),
                row[name] / n if n else 0.0,
                _("{n} · {share}").format(n=number(row[name]), share=percent(row[name] / n) if n else "—"),
            )
            for level, name in LEVEL_COLUMNS.items()
        ],
        columns=list(charts.LEVEL_COLUMNS),
    )
    colours = chart_style.palette(dark=st.context.theme.type == "dark")
    st.altair_chart(charts.levels_chart(frame, colours=colours))
    note(
        _("Strict (the two best levels): {strict} · mean points {points} of 100 · {interval}").format(
            strict=rate_words(row["strict"]),
            points="—" if pd.isna(row["points"]) else number(row["points"], 1),
            interval=interval_words(row),
        )
    )


def kept_apart(whole: Figures) -> None:
    note(
        _("Excluded after review by two people: {n}. They are in no figure, and their number is published.").format(
            n=number(whole["excluded"])
        )
    )
    note(
        _(
            "From public codes without a receipt: {n}, {satisfied} of them satisfied. Unverified, so in no figure."
        ).format(n=number(whole["unverified"]), satisfied=number(whole["unverified_satisfied"]))
    )


def marked_apart(figures: pd.DataFrame, effects: pd.DataFrame) -> None:
    """What the marked ratings do to the satisfaction of all services, and of each that has some."""
    if effects.empty:
        note(_("Marked as perhaps made and not yet decided on: none."))
        return
    valid, happy = int(figures["n"].sum()), int((figures["n"] - figures["n2"] - figures["n1"]).sum())
    marked, marked_happy = int(effects["marked"].sum()), int(effects["marked_satisfied"].sum())
    whole = pd.DataFrame(
        [{"service_id": 0, "n": valid, "satisfied": happy, "marked": marked, "marked_satisfied": marked_happy}]
    )
    note(
        _("Marked as perhaps made and not yet decided on: {n}. They still count. All services: {effect}.").format(
            n=number(marked), effect=effect_words(with_effect(whole).iloc[0])
        )
    )
    names = dict(zip(figures["service_id"], figures["service"], strict=True))
    for row in effects.itertuples():
        if row.service_id in names:
            show_text(_("{service}: {effect}").format(service=names[row.service_id], effect=effect_words(row)))


def effect_words(row: Figures) -> str:
    """The share satisfied with and without the marked ratings, each with its interval."""
    if row.n == row.marked:
        return _("{share} satisfied with the marked ratings, none left without them").format(share=percent(row.share))
    return _("{share} satisfied with the marked ratings ({around}), {without} without ({around_without})").format(
        share=percent(row.share),
        around=_("{lower} to {upper}").format(lower=percent(row.lower), upper=percent(row.upper)),
        without=percent(row.share_without),
        around_without=_("{lower} to {upper}").format(
            lower=percent(row.lower_without), upper=percent(row.upper_without)
        ),
    )


def service_table(page: Page, figures: pd.DataFrame, starts_at: datetime, ends_at: datetime) -> None:
    section(_("All services"))
    shown = figures.assign(
        satisfied=[rate_words(value) for value in figures["satisfaction"]],
        interval=[
            _("{lower} to {upper}").format(lower=percent(row.lower), upper=percent(row.upper)) if row.n else "—"
            for row in figures.itertuples()
        ],
        negatives=figures["n2"] + figures["n1"],
        took_part=[rate_words(value) for value in figures["participation"]],
        settled_words=[ratio(row.settled, row.due) if row.due else "—" for row in figures.itertuples()],
    )
    columns = {
        "service": st.column_config.TextColumn(_("Service"), width="medium"),
        "area": _("Area"),
        "n": st.column_config.NumberColumn(_("Valid ratings"), format="localized"),
        "satisfied": _("Satisfied"),
        "interval": _("95% interval"),
        "negatives": st.column_config.NumberColumn(_("Negative ones"), format="localized"),
        "took_part": _("Participation rate"),
        "settled_words": _("Settled in time"),
        "excluded": st.column_config.NumberColumn(_("Excluded"), format="localized"),
    }
    table(
        shown,
        columns,
        key="rated_services",
        search=("service", "service_en", "area"),
        sort=("n", "negatives"),
        rows_per_page=12,
    )
    zone = settings().zone
    first, last = local_day(starts_at, zone), local_day(ends_at - timedelta(seconds=1), zone)
    note(_("{first} to {last}").format(first=day(first), last=day(last)))
    offer_download(
        page,
        _("Export (XLSX)"),
        f"ratings_{first.isoformat()}_{last.isoformat()}.xlsx",
        lambda: xlsx({"ratings": figures.drop(columns=["service_id"])}),
        XLSX,
        key="export_ratings",
    )
