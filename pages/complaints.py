"""Complaints: which request now, how long there is, what decides it; the hotline, call-backs, and the figures."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id, view
from pages._ui.complaints_case import request_card
from pages._ui.complaints_figures import figures
from pages._ui.complaints_intake import intake
from pages._ui.complaints_lists import (
    closed_list,
    desk_list,
    finding,
    in_queue,
    late_or_supervised,
    overdue_list,
    queue_words,
)
from pages._ui.page import open_page, reading
from pages._ui.widgets import Action, empty_state, head, note
from qs.actor import Permission
from qs.complaints import queries
from qs.i18n import gettext as _

page = open_page("complaints", needs=Permission.COMPLAINTS_READ)
is_hotline = page.actor.has(Permission.COMPLAINTS_REGISTER)
with reading() as session:
    requests = queries.open_requests(session, actor=page.actor, now=page.now)

late = late_or_supervised(requests, page.now)
calls = in_queue(requests, "call", page.now)
views = {"desk": _("Desk {n}").format(n=len(requests))}
if is_hotline:
    views["intake"] = _("Hotline form")
if page.actor.has(Permission.COMPLAINTS_CALL_BACK):
    views["calls"] = _("Call-backs {n}").format(n=len(calls))
views |= {"overdue": _("Overdue {n}").format(n=len(late)), "figures": _("In figures")}

register = [Action("register", _("Register a request"), icon="add")] if is_hotline else []
if head(*finding(requests, page), actions=register) == "register":
    keep("view", "intake")
    st.session_state["view_choice"] = "intake"
    st.rerun()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    part = view(_("Part of the desk"), views)
    if part == "desk":
        queue = choice(_("Queue"), queue_words(), key="queue", width=220)

if part == "intake":
    intake(page)
elif part == "figures":
    figures(page)
else:
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        if part == "calls":
            picked = desk_list(calls, page.now)
        elif part == "overdue":
            picked = overdue_list(late, page.now)
        elif queue == "closed":
            with reading() as session:
                closed = queries.closed_requests(session, actor=page.actor, now=page.now)
            picked = closed_list(closed, page.now)
        else:
            shown = in_queue(requests, queue, page.now)
            picked = desk_list(shown, page.now)
            if shown.empty:
                note(_("Nothing stands in this queue."))
    with right:
        if picked is not None and str(picked["request_id"]) != st.query_params.get("request"):
            keep("request", str(picked["request_id"]))
            keep("do", "call" if part == "calls" else None)
            keep("v", None)
        chosen_id = kept_id("request")
        if chosen_id is None:
            empty_state(
                _("Choose a request in the list"),
                _("Its clocks, its history and its next step appear here. The most pressing one stands first."),
                icon="support_agent",
            )
        else:
            request_card(page, chosen_id)
