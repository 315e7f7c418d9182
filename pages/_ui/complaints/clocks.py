"""The clocks of one request: as a chart, in words of working time, why one stands, and how the limit was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from pages._ui.complaints.lists import due_words, left_words
from pages._ui.due import how_counted, working_words
from pages._ui.page import Page, reading
from pages._ui.widgets import plain
from qs import chart_style
from qs.complaints import charts, queries
from qs.complaints.details import RequestDetail, Step
from qs.complaints.protection.recusals import answers_wish
from qs.complaints.rules import clocks
from qs.complaints.terms import RequestState, Running, StepKind
from qs.deadlines.queries import remaining_time, trace_of
from qs.deadlines.rules import working_days_between
from qs.deadlines.terms import Calendar, Trace
from qs.i18n import Language, age, clock, language, moment
from qs.i18n import gettext as _
from qs.periods import local_day, start_of
from qs.sentences import label
from qs.settings import settings

ONE_DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def clock_part(page: Page, detail: RequestDetail) -> None:
    """The limit in a sentence, a pause with its reason, the clocks drawn, and how the limit was counted."""
    with reading() as session:
        known = queries.working_calendar(session, actor=page.actor)
        trace = None if detail.due_id is None else trace_of(session, detail.due_id, actor=page.actor)
        left = None if trace is None else remaining_time(session, trace.due, actor=page.actor, now=page.now)
    if detail.state is not RequestState.CLOSED:
        st.markdown(f"**{plain(limit_sentence(detail, trace, left, known, page.now))}**", anchors=False)
        if pause := pause_words(detail):
            st.markdown(f":orange[:material/pause_circle: {plain(pause)}]", anchors=False)
        draw(detail, trace, known, page.now)
    if detail.due_id is not None:
        how_counted(page, detail.due_id)


def limit_sentence(
    detail: RequestDetail, trace: Trace | None, left: timedelta | None, known: Calendar, now: datetime
) -> str:
    """When the answer is due, and how much working time is left until then."""
    if detail.due_at is None or trace is None or left is None:
        return _("No time limit runs")
    stood = detail.paused_at or now
    if not detail.state.is_worked_on and detail.state is not RequestState.PAUSED:
        return _("Answered; the limit was {moment}").format(moment=due_words(detail.due_at, now))
    if stood > detail.due_at:
        return _("Due {moment}; {time} over").format(
            moment=due_words(detail.due_at, now), time=age(now - detail.due_at)
        )
    left -= left % HOUR if left > ONE_DAY else timedelta()
    time = working_words(left, replace(known, windows=trace.windows), trace.due.kind)
    if detail.paused_at is not None:
        return _("The clock stands with {time} of working time left").format(time=time)
    return _("Due {moment}; {time} of working time left").format(moment=due_words(detail.due_at, now), time=time)


def pause_words(detail: RequestDetail) -> str:
    """Since when and why the clock stands, or that somebody asked for it; empty when neither."""
    reason = label(detail.pause_reason) if detail.pause_reason else ""
    if detail.paused_at is not None:
        asked = last_step(detail, StepKind.PAUSE_ASKED)
        words = _("Paused since {moment}: {reason}").format(moment=moment(detail.paused_at), reason=reason)
        return f"{words}. {asked.note}" if asked is not None and asked.note else words
    if detail.pause_asked_at is not None:
        return _("A pause was asked for on {moment}: {reason}. Until it is approved the clock runs.").format(
            moment=moment(detail.pause_asked_at), reason=reason
        )
    return ""


def last_step(detail: RequestDetail, kind: StepKind) -> Step | None:
    return next((one for one in reversed(detail.steps) if one.kind is kind), None)


def draw(detail: RequestDetail, trace: Trace | None, known: Calendar, now: datetime) -> None:
    """The clocks of the case as a chart, each with what came of it in words."""
    steps = [one for one in detail.steps if one.kind is not StepKind.RECUSED or answers_wish(one.kind, one.code)]
    found = clocks([(one.kind, one.at, one.due_at) for one in steps], detail.due_at)
    if not found:
        return
    until = detail.paused_at or now
    zone = settings().zone
    rows, results = [], []
    for one in found:
        name, stop = label(one.clock), one.ended_at or until
        is_late = stop > one.due_at
        result = result_words(one, known, now)
        rows.append((name, one.starts_at, stop, "late" if is_late else "spent", f"{name}: {result}"))
        is_pressing = one.ended_at is None and one.due_at - now < ONE_DAY
        if one.ended_at is None and until < one.due_at:
            rows.append((name, until, one.due_at, "pressing" if is_pressing else "left", f"{name}: {result}"))
        results.append((name, result, is_late or is_pressing))
    frame = pd.DataFrame(rows, columns=list(charts.CLOCK_COLUMNS))
    chart = charts.clock_chart(
        frame.assign(starts_at=local(frame["starts_at"]), ends_at=local(frame["ends_at"])),
        pd.DataFrame(results, columns=list(charts.RESULT_COLUMNS)),
        days_off(trace),
        now=pd.Timestamp(now.astimezone(zone)).tz_localize(None),
        now_label=_("now {time}").format(time=clock(now)),
        day_format="%-m月%-d日" if language() is Language.ZH else "%-d %b",
        colours=chart_style.palette(dark=st.context.theme.type == "dark"),
    )
    st.altair_chart(chart, theme=None, width="stretch", key="clocks")


def days_off(trace: Trace | None) -> pd.DataFrame:
    """The days of the count on which nobody works, from midnight to midnight."""
    zone = settings().zone
    days = [] if trace is None else [one.day for one in trace.days if not one.type.is_worked]
    off = pd.DataFrame(
        [(start_of(one, zone), start_of(one + ONE_DAY, zone)) for one in days], columns=list(charts.BAND_COLUMNS)
    )
    return off.assign(**{name: local(off[name]) for name in charts.BAND_COLUMNS})


def local(moments: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """Moments as the office's clock shows them, without zone: charts know none."""
    return pd.to_datetime(moments, utc=True).dt.tz_convert(settings().zone).dt.tz_localize(None)


def result_words(one: Running, known: Calendar, now: datetime) -> str:
    if one.ended_at is not None:
        return (
            _("in time")
            if one.ended_at <= one.due_at
            else _("late by {time}").format(time=age(one.ended_at - one.due_at))
        )
    days = working_days_between(known, local_day(now, known.zone), local_day(one.due_at, known.zone))
    left = left_words(one.due_at, days, now)
    return left if now > one.due_at else _("{time} left").format(time=left)
