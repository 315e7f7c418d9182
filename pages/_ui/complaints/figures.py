"""The figures of requests: the finding, three rates with and without exclusions, months, grounds, times and backlog."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import streamlit as st

from pages._ui.choices import localised, one_of
from pages._ui.complaints.figures_charts import backlog_part, month_part, time_part
from pages._ui.complaints.figures_tables import exclusion_part, in_time, measure_table
from pages._ui.complaints.history import history_choice, history_view
from pages._ui.complaints.rates import rate_definitions, rate_tiles, share_text
from pages._ui.page import Page, reading
from pages._ui.widgets import empty_state, note, section
from qs.complaints.figures.assessment import Month, month_of, months_span, moved
from qs.complaints.figures.history import request_histories
from qs.complaints.figures.tables import exclusion_counts, outcome_counts, request_figures
from qs.complaints.figures.three_rates import all_together, three_rates, weights_at
from qs.complaints.figures.times import handling_times
from qs.complaints.terms import Ground, RequestChannel, RequestKind, Urgency
from qs.i18n import gettext as _
from qs.i18n import month as month_text
from qs.i18n import number, percent
from qs.observations.histories import History
from qs.sentences import label
from qs.settings import settings

OWN = "office"
QUARTERS, YEARS, QUARTER = 6, 2, 3
LEAST = 10  # below this many cases a share says little; it is marked
TARGET = 0.95
CODED = {Ground.KIND: RequestKind, Ground.CHANNEL: RequestChannel, Ground.URGENCY: Urgency}


def figures(page: Page) -> None:
    """Everything of one period, taken apart as chosen: of the office's own requests, or of a history from a feed."""
    with reading() as session:
        known = request_histories(session, actor=page.actor)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        source = chosen_source(known)
        history = next((one for one in known if one.code == source), None)
        if history is None:
            spans = periods(page.now)
            period = one_of(
                _("Period"), {name: name for name in spans}, key="period", usual=next(iter(spans)), width=140
            )
            words = {ground.value: label(ground) for ground in Ground}
            by = Ground(one_of(_("Taken apart"), words, key="by", usual=Ground.UNIT.value, width=160))
        else:
            period, by = history_choice(history)
    if history is None:
        own_figures(page, period, *spans[period], by)
    else:
        history_view(page, history, period, by)


def chosen_source(known: list[History]) -> str:
    """Whose requests: the office's own, or those of a feed; no choice where no feed brought any."""
    if not known:
        return OWN
    words = {OWN: _("Requests of the office")} | {one.code: pick_name(one) for one in known}
    return one_of(_("Source"), words, key="source", usual=OWN, width=260)


def pick_name(history: History) -> str:
    names = localised(pd.DataFrame([{"name": history.name, "name_en": history.name_en}]), "name")
    return str(names["name"].iloc[0])


def periods(now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Name -> first moment and end: the running quarter, those before it, the last years; by assessment months."""
    boundary, zone = weights_at(now).boundary, settings().zone
    year, place = month_of(now, boundary, zone)
    first: Month = (year, place - (place - 1) % QUARTER)
    found = {}
    for back in range(QUARTERS):
        begins = moved(first, -QUARTER * back)
        found[f"{begins[0]}Q{(begins[1] + 2) // QUARTER}"] = months_span(begins, QUARTER, boundary, zone)
    for back in range(YEARS):
        found[str(year - back)] = months_span((year - back, 1), 12, boundary, zone)
    return found


def own_figures(page: Page, period: str, starts_at: datetime, ends_at: datetime, by: Ground) -> None:
    span, actor = (starts_at, ends_at), page.actor
    edition = weights_at(starts_at)
    by_rate = None if by is Ground.MONTH else by
    with reading() as session:
        frame = request_figures(session, *span, actor=actor, now=page.now, by=by)
        rates = three_rates(session, *span, actor=actor, by=by_rate)
        every_rate = three_rates(session, *span, actor=actor, by=None, is_assessed=False)
        outcomes = outcome_counts(session, *span, actor=actor)
        exclusions = exclusion_counts(session, *span, actor=actor)
        times = handling_times(session, *span, actor=actor)
    if frame.empty or not frame[["registered", "on_time_base", "calls"]].to_numpy().any():
        empty_state(
            _("No request in this period"),
            _("Here stands how many were closed in time, and what requesters said when called back."),
            icon="query_stats",
        )
        return
    frame = named(frame, by)
    section(finding(frame, period))
    rate_tiles(all_together(rates, edition), all_together(every_rate, edition), frame, edition)
    rate_definitions(edition)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        month_part(page, TARGET)
    with right:
        in_time(frame, by, target=TARGET, least=LEAST)
    measure_table(page, frame, rates, period)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        time_part(times)
    with middle:
        backlog_part(page)
    with right:
        exclusion_part(exclusions, frame)
        section(_("How they ended"))
        note(" · ".join(f"{label(one)} {number(count)}" for one, count in outcomes.items()) or _("none"))


def named(frame: pd.DataFrame, by: Ground) -> pd.DataFrame:
    """The rows with words in the language of the run; a type, channel, urgency or month is known by its code only."""
    if by in CODED:
        return frame.assign(words=[label(CODED[by](one)) for one in frame["ground"]])
    if by is Ground.MONTH:
        return frame.assign(words=month_words(frame["ground"]))
    names = localised(frame, "name")["name"]
    return frame.assign(words=names.where(names != "", _("Not yet known")))


def month_words(codes: pd.Series) -> list[str]:
    return [month_text(datetime.strptime(code, "%Y-%m").date()) for code in codes]  # noqa: DTZ007 - a month has no zone


def finding(frame: pd.DataFrame, period: str) -> str:
    """The figure that matters most, in one sentence, against its target."""
    sums = frame[["on_time", "on_time_base", "open_overdue"]].sum()
    if not sums["on_time_base"]:
        return _("{period}: nothing was due yet").format(period=period)
    share = sums["on_time"] / sums["on_time_base"]
    facts: Mapping[str, str] = {
        "period": period,
        "share": share_text(share),
        "target": percent(TARGET, 0),
        "open": number(sums["open_overdue"]),
    }
    if share < TARGET and sums["open_overdue"]:
        text = _("{period}: {share} closed in time, below the target of {target}; {open} are open past their limit")
    elif share < TARGET:
        text = _("{period}: {share} closed in time, below the target of {target}")
    else:
        text = _("{period}: {share} closed in time, which meets the target of {target}")
    return text.format(**facts)
