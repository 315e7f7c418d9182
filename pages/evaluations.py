"""Evaluations: who assesses which service in a quarter, how far the sheets have come, and what they say."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, kept_id, view
from pages._ui.evaluations.cycle import close_part, open_form, templates_part, third_party_part
from pages._ui.evaluations.overview import finding, matrix, my_sheets, progress
from pages._ui.evaluations.sheet import back_button, sheet_form, sheet_to_read, top
from pages._ui.evaluations.steps import steps_part, timeline
from pages._ui.page import open_page, reading
from pages._ui.widgets import Action, empty_state, head, show_error
from qs.actor import Permission, Role
from qs.errors import NotFound
from qs.evaluations import details, queries
from qs.evaluations.waiting import waiting
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.settings import settings

page = open_page("evaluations", needs=Permission.EVALUATIONS_READ)
today = local_day(page.now, settings().zone)
sheet_id = kept_id("sheet")
if sheet_id is not None:
    try:
        with reading() as session:
            shown = details.sheet(session, sheet_id, actor=page.actor)
    except NotFound as error:
        head(_("Evaluations"))
        show_error(error)
        back_button()
        st.stop()
    top(shown)
    left, right = st.columns([1.7, 1], gap="medium")
    with left, st.container(gap="small"):
        if shown.is_editable:
            sheet_form(page, shown)
        else:
            sheet_to_read(page, shown)
    with right, st.container(gap="small"):
        steps_part(page, shown)
        timeline(shown)
    st.stop()

runs_cycles = page.actor.has_everywhere(Permission.EVALUATIONS_OPEN)
with reading() as session:
    cycles = queries.cycles(session, actor=page.actor)
actions = [Action("open", _("Open a cycle"), icon="add")] if runs_cycles else []
if runs_cycles and (st.query_params.get("do") == "open" or cycles.empty):
    head(_("Open the evaluation of a quarter"))
    open_form(page, today, set(cycles["name"]))
    st.stop()
if cycles.empty:
    head(_("No evaluation concerns you yet"))
    empty_state(
        _("No cycle is open"),
        _("Each quarter the office opens a cycle; your score sheets appear here then."),
        icon="grading",
    )
    st.stop()

place = st.container()
views = {"overview": _("Overview")}
if page.actor.has(Permission.EVALUATIONS_SCORE):
    mine = {"mine": _("My sheets")}
    is_guest = page.actor.roles == (Role.THIRD_PARTY,)
    views = mine if is_guest else views | mine
if runs_cycles:
    views |= {"third_party": _("Third parties"), "templates": _("Templates")}
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    part = view(_("Part of the page"), views)
    names = dict(zip(cycles["cycle_id"], cycles["name"], strict=True))
    asked = kept_id("cycle")
    chosen = st.selectbox(
        _("Quarter"),
        list(names),
        index=list(names).index(asked) if asked in names else 0,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        width=140,
        key="cycle_choice",
    )
    keep("cycle", str(chosen))
with reading() as session:
    sheets = queries.sheets(session, actor=page.actor, cycle_id=int(chosen))
    lines = waiting(session, actor=page.actor, now=page.now)
cycle = next(cycles[cycles["cycle_id"] == chosen].itertuples())
is_closed = str(cycle.closed_at) != "NaT"
with place:
    if head(*finding(cycle, sheets, lines), actions=actions) == "open":
        keep("do", "open")
        st.rerun()

if part == "mine":
    my_sheets(page, sheets)
elif part == "templates":
    templates_part(page)
elif part == "third_party":
    third_party_part(page, sheets, int(chosen))
else:
    progress(sheets)
    matrix(page, sheets, int(chosen))
    if runs_cycles and not is_closed:
        close_part(page, cycle, sheets)
