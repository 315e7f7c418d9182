"""Live: what changed, is it real, what next. The screen a supervisor leaves open."""

from __future__ import annotations

import streamlit as st

from pages._ui import live, live_chart
from pages._ui.cached import live_board, live_pickers, turns
from pages._ui.page import Page, guarded_fragment, open_page, reading
from pages._ui.widgets import empty_state, head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.monitoring.queries import process
from qs.monitoring.terms import Level
from qs.settings import settings

page = open_page("live", needs=Permission.LIVE_READ)


@guarded_fragment(needs=Permission.LIVE_READ, run_every=settings().live_refresh_seconds)
def heading(page: Page, drawn: str) -> None:
    """Looks at the figures every few seconds; the rest is drawn again when something on the screen has changed.

    Where very many watch, they take turns at that.
    """
    with reading() as session:
        newest = live_board(session, live.chosen_filters(live_pickers(session, page)), page)
    if live.what_is_shown(newest) != drawn and turns().take(page.now.timestamp()):
        st.rerun()
    head(live.headline(newest), live.facts(newest, page))


top = st.container()
with reading() as session:
    pickers = live_pickers(session, page)
    filters = live.chosen_filters(pickers)
    shown = live_board(session, filters, page)
rows = live.queue_rows(shown, live.filter_bar(page, pickers, shown.counts()))
selected = live.selected_row(shown, rows)
if not len(shown):
    empty_state(
        _("No figures here yet"),
        _("Figures appear as soon as a feed sends events for the services you see. Filters above may hide some."),
        icon="monitoring",
    )
else:
    left, right = st.columns([2.6, 1], gap="medium")
    with left:
        live.tiles(shown, rows)
    with right, st.container(border=True, gap="small", height="stretch"):
        live.changes(shown, rows, selected)
if selected is not None:
    frame = process(shown, selected)
    left, right = st.columns([2.6, 1], gap="medium")
    with left, st.container(border=True, gap=None):
        live_chart.chart_card(shown, selected, frame)
    with right, st.container(border=True, gap="small", height="stretch"):
        live_chart.next_step(shown, selected, frame, page, filters.level)
    if filters.level is Level.SERVICE:
        with st.container(border=True, gap="small"):
            live_chart.events_card(shown, selected, frame, page)
with top:
    heading(live.what_is_shown(shown))
