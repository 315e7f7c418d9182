"""Signals: what the figures show that chance does not explain, who deals with it, and what became of it."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import kept_id
from pages._ui.page import open_page, reading
from pages._ui.signals.card import back_button, chart, explained, heading, history, standing
from pages._ui.signals.forms import next_step
from pages._ui.signals.list import export_button, filtered, finding, inbox
from pages._ui.widgets import empty_state, head, note, show_error
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.monitoring import signals

page = open_page("signals", needs=Permission.SIGNALS_READ)
chosen_id = kept_id("signal")
if chosen_id is not None:
    try:
        with reading() as session:
            detail = signals.signal(session, chosen_id, actor=page.actor, now=page.now)
    except NotFound as error:
        head(_("Signals"))
        show_error(error)
        back_button()
        st.stop()
    back_button()
    head(*heading(detail))
    standing(detail, page)
    left, right = st.columns([1.9, 1], gap="medium")
    with left, st.container(gap="small"):
        chart(detail, page)
        explained(detail)
    with right, st.container(gap="small"):
        next_step(page, detail)
        history(detail)
    st.stop()

with reading() as session:
    found = signals.signals(session, actor=page.actor, now=page.now)
    last = signals.last_scan(session, actor=page.actor)
top = st.container()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    shown = filtered(found)
    st.space("stretch")
    export_button(page, shown)
with top:
    head(*finding(shown, last))
if last is None:
    empty_state(
        _("The figures have not been looked through yet"),
        _("The office's machine does it minutes after new figures arrive: python -m qs run scan."),
        icon="notifications_active",
    )
elif found.empty:
    empty_state(
        _("No signal"),
        _("Every series watched here shows only the ups and downs it always has. What stands out will be listed here."),
        icon="notifications_active",
    )
elif shown.empty:
    note(_("Nothing fits these filters. Take one of them back."))
else:
    inbox(shown)
