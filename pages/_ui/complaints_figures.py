"""The figures of requests: three rates with their counts, completion in time with intervals, and how they ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised, one_of
from pages._ui.figures import NOTHING
from pages._ui.page import Page, reading
from pages._ui.tables import offer_download, table
from pages._ui.widgets import definition, empty_state, note, section
from qs import chart_style
from qs.complaints import charts
from qs.complaints.figures import RATE_COUNTS, all_together, outcome_counts, request_figures, three_rates, with_rates
from qs.complaints.rules import Rates
from qs.complaints.terms import Ground, RequestChannel, RequestKind
from qs.i18n import day, ngettext, number, percent
from qs.i18n import gettext as _
from qs.periods import Grain, local_day, next_start, period_start, previous_starts
from qs.sentences import label
from qs.settings import settings
from qs.sheets import xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
QUARTERS = 6
SHOWN = 16
LEAST = 5  # below this many cases a share says too little to be drawn
TARGET = 0.95


def periods(now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Name -> first moment and end of the running quarter and those before it, newest first."""
    zone = settings().zone
    starts = previous_starts(period_start(now, Grain.QUARTER, zone), Grain.QUARTER, zone, count=QUARTERS)
    found = {}
    for start in reversed(starts):
        first = local_day(start, zone)
        found[f"{first.year}Q{(first.month + 2) // 3}"] = (start, next_start(start, Grain.QUARTER, zone))
    return found


def figures(page: Page) -> None:
    """Everything of one quarter, taken apart as chosen."""
    spans = periods(page.now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        period = one_of(_("Period"), {name: name for name in spans}, key="period", usual=next(iter(spans)), width=140)
        words = {ground.value: label(ground) for ground in Ground}
        by = Ground(one_of(_("Taken apart"), words, key="by", usual=Ground.UNIT.value, width=160))
        starts_at, ends_at = spans[period]
        with reading() as session:
            rates = three_rates(session, starts_at, ends_at, actor=page.actor)
            frame = request_figures(session, starts_at, ends_at, actor=page.actor, now=page.now, by=by)
            outcomes = outcome_counts(session, starts_at, ends_at, actor=page.actor)
        frame = named(frame, by)
        offer_download(
            page,
            _("Export (XLSX)"),
            f"requests-{period}.xlsx",
            lambda: xlsx({"three_rates": rates.drop(columns=["service_id", "unit_id"]), "figures": frame}),
            XLSX,
            key="export_figures",
        )
    if frame.empty:
        empty_state(
            _("No request in this period"),
            _("Here stands how many were closed in time, and what requesters said when called back."),
            icon="query_stats",
        )
        return
    tiles(all_together(rates), frame)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        in_time(frame, starts_at)
    with right:
        by_unit(rates)
        note(" · ".join(f"{label(one)} {number(count)}" for one, count in outcomes.items()))


def named(frame: pd.DataFrame, by: Ground) -> pd.DataFrame:
    """The rows with words in the language of the run; a type or channel is known by its code only."""
    if by is Ground.KIND:
        return frame.assign(words=[label(RequestKind(one)) for one in frame["ground"]])
    if by is Ground.CHANNEL:
        return frame.assign(words=[label(RequestChannel(one)) for one in frame["ground"]])
    names = localised(frame, "name")["name"]
    return frame.assign(words=names.where(names != "", _("Not yet known")))


def tiles(rates: Rates, frame: pd.DataFrame) -> None:
    """The three rates, their composite, and completion in time; each with its counts."""
    n = _("n = {n}").format(n=number(rates.valid))
    on_time, late, overdue = (int(frame[name].sum()) for name in ("on_time", "late", "open_overdue"))
    base = on_time + late + overdue
    with st.container(horizontal=True, gap="small"):
        st.metric(_("Response rate"), share_text(rates.response), n, delta_arrow="off", delta_color="off", border=True)
        st.metric(
            _("Resolution rate"), share_text(rates.resolution), n, delta_arrow="off", delta_color="off", border=True
        )
        st.metric(
            _("Satisfaction rate"),
            share_text(rates.satisfaction),
            n,
            delta_arrow="off",
            delta_color="off",
            border=True,
            help=_("Satisfied counts 1, basically satisfied 0.9 (local rule). Unweighted: {share}.").format(
                share=share_text(rates.unweighted_satisfaction)
            ),
        )
        composite = NOTHING if rates.composite is None else number(rates.composite, 2)
        st.metric(_("Composite"), composite, n, delta_arrow="off", delta_color="off", border=True)
        st.metric(
            _("Closed in time"),
            share_text(on_time / base if base else None),
            _("{numerator} / {denominator}").format(numerator=number(on_time), denominator=number(base)),
            delta_arrow="off",
            delta_color="off",
            border=True,
        )
    definition(
        _("What these figures mean"),
        [
            (_("Response rate"), _("Call-backs in which the unit had been in contact / valid call-backs")),
            (_("Resolution rate"), _("Call-backs in which the matter was solved / valid call-backs")),
            (_("Satisfaction rate"), _("(Satisfied + 0.9 × basically satisfied) / valid call-backs")),
            (_("Composite"), _("10 % response, 50 % resolution, 40 % satisfaction; a configurable local rule")),
            (
                _("Closed in time"),
                _("Closed in time / (closed in the period + still open and past the limit at its end)"),
            ),
        ],
    )


def share_text(share: float | None) -> str:
    return NOTHING if share is None or pd.isna(share) else percent(share)


def in_time(frame: pd.DataFrame, starts_at: datetime) -> None:
    """Completion in time, each with its 95 % interval; those with too few cases are named, not drawn."""
    base = frame["closed"] + frame["open_overdue"]
    drawn, few = frame[base >= LEAST].head(SHOWN), frame[(base > 0) & (base < LEAST)]
    since = day(local_day(starts_at, settings().zone))
    section(_("Closed in time"), _("with 95 % intervals; since {day}").format(day=since))
    if len(drawn):
        counts = base[drawn.index]
        shown = pd.DataFrame(
            {
                "name": drawn["words"],
                "share": drawn["on_time_share"],
                "lower": drawn["on_time_lower"],
                "upper": drawn["on_time_upper"],
                "standing": [standing(row) for row in drawn.itertuples(index=False)],
                "counts": [
                    _("{numerator} / {denominator}").format(numerator=number(one), denominator=number(all_of_them))
                    for one, all_of_them in zip(drawn["on_time"], counts, strict=True)
                ],
                "share_text": [share_text(one) for one in drawn["on_time_share"]],
            }
        ).sort_values("share", kind="stable")
        colours = chart_style.palette(dark=st.context.theme.type == "dark")
        chart = charts.share_chart(shown, target=TARGET, colours=colours)
        st.altair_chart(chart, theme=None, width="stretch", key="in_time")
        note(
            _("Dashed: the target of {target}. Orange: the whole interval lies below it.").format(
                target=percent(TARGET, 0)
            )
        )
    if len(few):
        words = ngettext(
            "{n} more has fewer than {least} cases, too few to say anything.",
            "{n} more have fewer than {least} cases each, too few to say anything.",
            len(few),
        )
        note(words.format(n=number(len(few)), least=LEAST))
    with st.expander(_("All counts")):
        all_counts(frame)


def standing(row: Any) -> str:  # noqa: ANN401 - a row of the figures
    if row.on_time_upper < TARGET:
        return "concern"
    return "improvement" if row.on_time_lower > TARGET else "common"


def all_counts(frame: pd.DataFrame) -> None:
    shown = frame.assign(
        returns=[share_text(one) for one in frame["return_share"]],
        extensions=[share_text(one) for one in frame["extension_share"]],
        reworks=[share_text(one) for one in frame["rework_share"]],
        median=[NOTHING if pd.isna(one) else number(one, 1) for one in frame["median_working_days"]],
        p90=[NOTHING if pd.isna(one) else number(one, 1) for one in frame["p90_working_days"]],
    )
    columns = {
        "words": st.column_config.TextColumn(_("Group"), width="medium"),
        "registered": _("Registered"),
        "closed": _("Completed in the period"),
        "on_time": _("In time"),
        "open_overdue": _("Open, past limit"),
        "returns": _("Return rate"),
        "extensions": _("Extension rate"),
        "reworks": _("Rework rate"),
        "median": _("Median working days"),
        "p90": _("P90 working days"),
    }
    table(shown, columns, key="counts", rows_per_page=12)


def by_unit(rates: pd.DataFrame) -> None:
    """The three rates of each unit, with the number of valid call-backs they rest on."""
    section(_("Three rates by unit"), _("n: valid call-backs"))
    if rates.empty:
        note(_("Nobody was reached in this period."))
        return
    counts = [name for name in RATE_COUNTS if name in rates]
    units = with_rates(rates.groupby(["unit_id", "unit", "unit_en"], as_index=False)[counts].sum())
    units = localised(units, "unit").sort_values("valid", ascending=False, kind="stable")
    shown = units.assign(
        response_words=[share_text(one) for one in units["response"]],
        resolution_words=[share_text(one) for one in units["resolution"]],
        satisfaction_words=[share_text(one) for one in units["satisfaction"]],
        composite_words=[number(one, 1) for one in units["composite"]],
    )
    columns = {
        "unit": st.column_config.TextColumn(_("Unit"), width=150),
        "valid": st.column_config.NumberColumn("n", width=40),
        "response_words": st.column_config.TextColumn(_("Response"), width=58),
        "resolution_words": st.column_config.TextColumn(_("Resolution"), width=58),
        "satisfaction_words": st.column_config.TextColumn(_("Satisfaction"), width=58),
        "composite_words": st.column_config.TextColumn(_("Composite"), width=56),
    }
    table(shown, columns, key="units", search=("unit",), rows_per_page=10)
