"""Rectifications: what has to be put right, by whom until when, what was done, and whether it helped."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, kept_id, view
from pages._ui.page import open_page, reading
from pages._ui.rectifications.board import board, export_button, filtered, finding, order_list
from pages._ui.rectifications.card import back_button, heading, matter, standing, timeline, work
from pages._ui.rectifications.forms import next_step
from pages._ui.rectifications.loop import loop_part
from pages._ui.widgets import empty_state, head, note, show_error
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.rectifications import details, queries

page = open_page("rectifications", needs=Permission.RECTIFICATIONS_READ)
chosen_id = kept_id("rectification")
if chosen_id is not None:
    try:
        with reading() as session:
            detail = details.rectification(session, chosen_id, actor=page.actor, now=page.now)
    except NotFound as error:
        head(_("Rectifications"))
        show_error(error)
        back_button()
        st.stop()
    back_button()
    head(*heading(detail, page))
    standing(detail, page)
    left, right = st.columns([1.5, 1], gap="medium")
    with left, st.container(gap="small"):
        matter(detail)
        work(detail, page)
    with right, st.container(gap="small"):
        next_step(page, detail)
        timeline(detail)
    st.stop()

with reading() as session:
    orders = queries.rectifications(session, actor=page.actor, now=page.now)
top = st.container()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    part = view(_("Show as"), {"board": _("Board"), "list": _("List"), "loop": _("Month by month")})
    st.space("stretch")
    shown = filtered(orders, page) if part != "loop" else orders
    if part != "loop":
        export_button(page, shown)
with top:
    head(*finding(queries.loop_figures(shown)))
if part == "loop":
    loop_part(page)
elif orders.empty:
    empty_state(
        _("No rectification has been ordered yet"),
        _("Orders come from signals on Live, negative ratings, requests, inspection findings and evaluations."),
        icon="build_circle",
    )
elif shown.empty:
    note(_("Nothing fits these filters. Take one of them back."))
elif part == "board":
    board(shown, page)
else:
    picked = order_list(shown)
    if picked is not None:
        keep("rectification", str(picked["rectification_id"]))
        st.rerun()
