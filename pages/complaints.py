"""Complaints: which request now, how long there is, what decides it; queues by role, catalogue and figures."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, kept_id
from pages._ui.complaints.case import request_card
from pages._ui.complaints.catalogue import catalogue_view
from pages._ui.complaints.desk import desk_counts, finding, first_row, queue_choice, request_list, wanted_list
from pages._ui.complaints.exchange import exchange_view
from pages._ui.complaints.figures import figures
from pages._ui.complaints.several import several, tick_list, wants_several
from pages._ui.complaints.templates import templates_view
from pages._ui.page import go, open_page
from pages._ui.widgets import Action, empty_state, head
from qs.actor import Permission
from qs.i18n import gettext as _

page = open_page("complaints", needs=Permission.COMPLAINTS_READ)
queues = {"dispatch": "dispatch", "rule": "decide", "extension": "decide", "sign": "sign", "reply": "reply"}
if asked := st.query_params.get("queue"):
    keep("view", queues.get(asked, asked))
    keep("queue", None)
counts, first = desk_counts(page), first_row(page)

beside = {"figures": _("In figures"), "catalogue": _("Dispatch catalogue"), "exchange": _("Import and export")}
beside |= {"templates": _("Prepared words")}
view = st.query_params.get("view")
actions = [Action("call", _("Take a call"), icon="phone_in_talk", is_primary=True)]
takes_calls = page.actor.has(Permission.COMPLAINTS_REGISTER)
title, facts = finding(page, counts, first)
if head(beside.get(view or "", title), facts, actions=actions if takes_calls else ()) == "call":
    go("hotline")

if view in beside:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        back = st.button(_("Back to the desk"), icon=":material/arrow_back:", key="desk")
    if back:
        keep("view", None)
        st.rerun()
    if view == "figures":
        figures(page)
    elif view == "exchange":
        exchange_view(page)
    elif view == "templates":
        templates_view(page)
    else:
        catalogue_view(page)
else:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        queue = queue_choice(page, counts)
        st.space("stretch")
        other = st.menu_button(_("More"), list(beside), format_func=beside.__getitem__, key="beside")
    if other is not None:
        keep("view", other)
        st.session_state.pop("view_choice", None)
        st.rerun()
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        first_id = None if first is None else int(first.request_id)
        wanted = wanted_list(page, queue)
        is_several = wants_several(page, queue)
        if is_several:
            tick_list(page, wanted)
        else:
            shown_id = request_list(page, wanted, kept_id("request"), first_id)
    with right:
        if is_several:
            several(page)
        elif shown_id is None:
            empty_state(
                _("No request to show"),
                _("Its clocks, its history and its next step appear here. The most pressing one stands first."),
                icon="support_agent",
            )
        else:
            request_card(page, shown_id)
