"""How well the loop closes: the office's own indicators month by month, with their counts."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import streamlit as st

from pages._ui import figures
from pages._ui.page import Page, reading
from pages._ui.run import go
from pages._ui.standards.cards import as_series, in_force
from pages._ui.widgets import definition, note, section
from qs import chart_style
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import month, pick
from qs.observations.recording import Measure
from qs.periods import Grain, local_day
from qs.rectifications import charts
from qs.rectifications.loop import loop_by_month
from qs.settings import settings
from qs.standards.queries import indicator_detail, indicators_by_code


def loop_part(page: Page) -> None:
    """One chart for each indicator of the loop; a click leads to the same indicator on Live, service by service."""
    with reading() as session:
        months = loop_by_month(session, actor=page.actor, now=page.now)
        known = indicators_by_code(session)
        details = {one: indicator_detail(session, known[one].indicator_id, actor=page.actor) for one in months}
    for measure, frame in months.items():
        edition = in_force(details[measure].editions, local_day(page.now, settings().zone))
        series = as_series(details[measure].counting, edition.content)
        with st.container(border=True, gap="small"):
            section(pick(series.name, series.name_en), newest_words(frame, series))
            if frame["value"].notna().any():
                chart(frame, series, measure)
            else:
                note(_("Nothing has been closed or become overdue in these months."))
            with st.container(horizontal=True, gap="small"):
                content = edition.content
                definition(
                    _("How it is counted"),
                    [
                        (_("Definition"), pick(content.definition, content.definition_en)),
                        (_("Numerator"), pick(content.numerator, content.numerator_en)),
                        (_("Denominator"), pick(content.denominator, content.denominator_en)),
                        (_("Source"), pick(content.source, content.source_en)),
                    ],
                )
                if page.actor.has(Permission.LIVE_READ) and st.button(
                    _("Service by service on Live"), icon=":material/monitoring:", key=f"live_{measure}"
                ):
                    go("live", indicator=measure.value)


def newest_words(frame: pd.DataFrame, series: SimpleNamespace) -> str:
    """The newest month with something counted, in words."""
    counted = frame[frame["value"].notna()]
    if counted.empty:
        return ""
    row = counted.iloc[-1]
    counts = figures.counts_text(series, row["n"], row["numerator"], row["denominator"])
    value = figures.value_text(series, row["value"], with_unit=True)
    return _("{month}: {value} ({counts})").format(month=month_words(row["starts_at"]), value=value, counts=counts)


def month_words(starts_at: pd.Timestamp) -> str:
    return month(local_day(starts_at.to_pydatetime(), settings().zone))


def chart(frame: pd.DataFrame, series: SimpleNamespace, measure: Measure) -> None:
    shown = pd.DataFrame(
        {
            "month": [pd.Timestamp(local_day(at, settings().zone)) for at in frame["starts_at"]],
            "label": [month_words(at) for at in frame["starts_at"]],
            "value": frame["value"],
            "value_text": [figures.value_text(series, value, with_unit=True) for value in frame["value"]],
            "counts": [
                figures.counts_text(series, row.n, row.numerator, row.denominator) for row in frame.itertuples()
            ],
            "lower": frame["lower"],
            "upper": frame["upper"],
            "target": frame["target"],
        }
    )
    st.altair_chart(
        charts.loop_chart(
            shown,
            colours=chart_style.palette(dark=st.context.theme.type == "dark"),
            number_format=figures.number_format(series),
            month_format=figures.day_format(Grain.MONTH),
        ),
        theme=None,
        width="stretch",
        key=f"loop_{measure}",
    )
