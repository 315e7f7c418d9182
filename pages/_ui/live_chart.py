"""The lower half of the Live screen: one series' process chart, its next step, new limits, and the events behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui import cached, figures
from pages._ui.live import ASSURANCE_ICONS, COLOURS, arrow
from pages._ui.page import reading, saving
from pages._ui.rectifications.signal import signal_order
from pages._ui.run import Page, go
from pages._ui.tables import table
from pages._ui.widgets import definition, note, plain, section, show_text
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import language, moment, number, pick
from qs.monitoring import actions, queries
from qs.monitoring.queries import Board
from qs.monitoring.signals import signals_of_series
from qs.monitoring.terms import Level, Standing
from qs.observations.figures import events_behind
from qs.periods import from_microseconds, next_start
from qs.sentences import label
from qs.settings import settings
from qs.stats.control_charts import Assurance

EVENTS_LISTED = 200
LIMIT_LABELS = ("upper_label", "mean_label", "lower_label")  # computed, so one decimal finer than the figures
Series = Any  # Any: one row of Board.series
Mark = Any  # Any: one mark as queries.rebases gives it


def chart_card(shown: Board, row: int, frame: pd.DataFrame, *, onset_at: datetime | None = None) -> None:
    """Title, verdicts, and the process chart of one series; `frame` as `queries.process` gives it.

    `onset_at`: since when a signal is seen in it, marked in the chart.
    """
    series = shown.rows[row]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"### {plain(figures.full_name(series))}", anchors=False, width="content")
        icon = "sensors_off" if series.standing is Standing.SILENT else f"trending_{arrow(series)}"
        icon = "trending_flat" if icon.endswith("off") and series.standing is not Standing.SILENT else icon
        st.badge(label(series.standing), icon=f":material/{icon}:", color=COLOURS[series.standing])
        assured = figures.assurance(series)
        if assured is not Assurance.NONE:
            mark, colour = ASSURANCE_ICONS[assured]
            st.badge(label(assured), icon=f":material/{mark}:", color=colour)
        st.space("stretch")
        note(" · ".join(chart_facts(series)))
    dark = (st.context.theme.type or "light") == "dark"
    spec = cached.process_spec(
        language(), dark=dark, number_format=figures.number_format(series), day_format=figures.day_format(series.grain)
    )
    st.vega_lite_chart(worded(frame, series, onset_at), spec, width="stretch", theme=None, key="process")


def chart_facts(series: Series) -> list[str]:
    facts = [label(series.grain), label(series.direction)]
    unit = pick(series.unit, series.unit_en)
    if unit and unit != "%":
        facts.insert(0, unit)
    if series.trial_limits:
        facts.append(_("trial limits: fewer than 12 periods"))
    return facts


def worded(frame: pd.DataFrame, series: Series, onset_at: datetime | None = None) -> pd.DataFrame:
    """The process chart's rows with everything the chart says in words."""
    last = np.arange(len(frame)) == len(frame) - 1
    complete = frame.index[~frame["is_running"] & frame["value"].notna()]
    newest = complete[-1] if len(complete) else None
    texts = [figures.value_text(series, value) for value in frame["value"]]
    counts = [
        figures.counts_text(series, n, top, bottom)
        for n, top, bottom in zip(frame["n"], frame["numerator"], frame["denominator"], strict=True)
    ]
    named = {
        "upper_label": _("Upper limit {value}"),
        "mean_label": _("Mean {value}"),
        "lower_label": _("Lower limit {value}"),
        "target_label": _("Target {value}"),
        "target_high_label": _("Target {value}"),
    }
    words = {
        name: [
            text.format(value=figures.value_text(series, value, finer=name in LIMIT_LABELS))
            if at_end and not np.isnan(value)
            else None
            for value, at_end in zip(frame[name.removesuffix("_label")], last, strict=True)
        ]
        for name, text in named.items()
    }
    at = frame["starts_at"].dt.tz_localize(None)
    begun = (frame["starts_at"] >= onset_at).to_numpy() if onset_at is not None else np.zeros(len(frame), dtype=bool)
    is_onset = begun & (np.cumsum(begun) == 1)
    return frame.assign(
        starts_at=at,
        label=[figures.period_text(start.to_pydatetime(), series.grain) for start in frame["starts_at"]],
        value_text=texts,
        counts=counts,
        verdict=[
            _("still running, not judged") if running else label(pattern)
            for running, pattern in zip(frame["is_running"], frame["pattern"], strict=True)
        ],
        mark_at=at.where(frame["is_mark"]),
        end_at=at.where(last),
        onset_at=at.where(is_onset),
        onset_label=[_("since here") if here else None for here in is_onset],
        value_label=[text if row == newest else None for row, text in enumerate(texts)],
        pattern=[pattern.value for pattern in frame["pattern"]],
        **words,
    )


def next_step(shown: Board, row: int, frame: pd.DataFrame, page: Page, level: Level) -> None:
    """What the chart means in words, what the figure is, and what can be done here."""
    series = shown.rows[row]
    section(_("What it means"))
    st.markdown(plain(figures.advice(series)))
    if promise := figures.assurance_advice(series):
        st.markdown(plain(promise))
    definition(_("How it is counted"), definition_facts(series))
    if level is Level.SERVICE:
        signal_link(series, page)
        signal_order(series, page)
    if level is Level.SERVICE and page.actor.has(Permission.LIVE_REBASE):
        with st.popover(_("New limits"), icon=":material/start:", width="stretch"):
            new_limits(shown, row, frame, page)


def signal_link(series: Series, page: Page) -> None:
    """Open the signal that runs on this series, the most pressing one."""
    with reading() as session:
        running = signals_of_series(session, int(series.service_id), int(series.indicator_id), actor=page.actor)
    if running and st.button(
        _("Open the signal"), icon=":material/notifications_active:", width="stretch", key="open_signal"
    ):
        go("signals", signal=str(running[0].signal_id))


def definition_facts(series: Series) -> list[tuple[str, str]]:
    newest = from_microseconds(int(series.last_happened_at))
    facts = [
        (_("Definition"), pick(series.definition, series.definition_en)),
        (_("Numerator"), pick(series.numerator, series.numerator_en)),
        (_("Denominator"), pick(series.denominator, series.denominator_en)),
        (_("Target"), figures.target_text(series)),
        (_("Source"), pick(series.source, series.source_en)),
        (_("Collection frequency"), label(series.frequency)),
        (_("Newest figure"), moment(newest)),
        (_("Clause"), pick(series.clause_title, series.clause_title_en)),
    ]
    return [(name, text) for name, text in facts if text]


def new_limits(shown: Board, row: int, frame: pd.DataFrame, page: Page) -> None:
    """Propose a period from which the process counts as a new one; approve what somebody else proposed; take back."""
    series = shown.rows[row]
    with reading() as session:
        marks = list(
            queries.rebases(
                session,
                service_id=int(series.service_id),
                indicator_id=int(series.indicator_id),
                actor=page.actor,
            )
        )
    note(
        _(
            "Use this when you know that the process was changed on purpose. The old limits stay visible before it, "
            "and a second person must approve."
        )
    )
    starts = frame[~frame["is_running"]]["starts_at"]
    words = {int(start.timestamp()): figures.period_text(start.to_pydatetime(), series.grain) for start in starts}
    with st.form("rebase", border=False):
        chosen = st.selectbox(_("From"), list(words)[::-1], format_func=words.__getitem__)
        reason = st.text_input(_("Reason"), max_chars=actions.REASON_LENGTH)
        if st.form_submit_button(_("Propose new limits"), type="primary") and chosen is not None:
            with saving(page, done=_("Proposed. New limits apply once a colleague approves.")) as session:
                actions.propose_rebase(
                    session,
                    int(series.service_id),
                    int(series.indicator_id),
                    from_microseconds(chosen * 1_000_000),
                    reason=reason,
                    actor=page.actor,
                    now=page.now,
                )
    for mark in marks:
        mark_line(mark, series, page)


def mark_line(mark: Mark, series: Series, page: Page) -> None:
    """One mark: when, why, whether it is in force, and what this person may do about it."""
    period = figures.period_text(mark.starts_at, series.grain)
    show_text(_("{period}: {reason}").format(period=period, reason=mark.reason))
    if mark.approved_at is None:
        note(_("Waits for approval by a second person; no limit has moved."))
        is_own = page.actor.person_id is not None and mark.person_id == page.actor.person_id
        if not is_own and st.button(_("Approve new limits"), key=f"approve_{mark.id}", type="primary"):
            with saving(page, done=_("New limits are computed from here on.")) as session:
                actions.approve_rebase(session, mark.id, version=mark.version, actor=page.actor, now=page.now)
    if st.button(_("Take back"), key=f"withdraw_{mark.id}"):
        with saving(page, done=_("The mark was taken back.")) as session:
            actions.withdraw_rebase(session, mark.id, version=mark.version, actor=page.actor, now=page.now)


def events_card(shown: Board, row: int, frame: pd.DataFrame, page: Page) -> None:
    """The events behind one point, newest first."""
    series = shown.rows[row]
    present = frame[frame["value"].notna()]
    if present.empty:
        return
    words = {
        int(start.timestamp()): figures.period_text(start.to_pydatetime(), series.grain)
        for start in present["starts_at"][::-1]
    }
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        section(_("Events behind the point"))
        st.space("stretch")
        chosen = st.selectbox(
            _("Period"), list(words), format_func=words.__getitem__, label_visibility="collapsed", width=220
        )
    since = from_microseconds((chosen or next(iter(words))) * 1_000_000)
    with reading() as session:
        events = events_behind(
            session,
            service_id=int(series.service_id),
            indicator_id=int(series.indicator_id),
            since=since,
            until=next_start(since, series.grain, settings().zone),
            limit=EVENTS_LISTED,
            actor=page.actor,
        )
    if len(events) == EVENTS_LISTED:
        note(_("The newest {n} are listed.").format(n=number(EVENTS_LISTED)))
    shown_events = events.assign(
        happened_at=[moment(at) for at in events["happened_at"]],
        channel=[label(channel) for channel in events["channel"]],
        is_superseded=[_("corrected") if gone else "" for gone in events["is_superseded"]],
    )
    columns = {
        "happened_at": _("When"),
        "event_id": _("Event"),
        "numerator": _("Numerator"),
        "denominator": _("Denominator"),
        "channel": _("Channel"),
        "feed_code": _("Feed"),
        "is_superseded": _("Note"),
    }
    table(shown_events, columns, key="events", rows_per_page=10)
