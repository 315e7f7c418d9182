"""Standards: what is measured, what it means, what is aimed at, and the clause behind it; every edition kept."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id, view, words_by_code
from pages._ui.page import open_page, reading
from pages._ui.standards.cards import clause_card, compared, indicator_card
from pages._ui.standards.forms import new_clause_form, new_indicator_form
from pages._ui.standards.lists import clause_list, export_buttons, finding, indicator_list, indicator_rows
from pages._ui.widgets import Action, empty_state, head, note
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.settings import settings
from qs.standards import queries

page = open_page("standards", needs=Permission.STANDARDS_READ)
today = local_day(page.now, settings().zone)
is_editor = page.actor.has_everywhere(Permission.STANDARDS_EDIT)
with reading() as session:
    editions = queries.editions_on(session, today, actor=page.actor)
    coming = queries.coming_editions(session, today, actor=page.actor)
    clauses = queries.clauses_on(session, today, actor=page.actor)

indicators = indicator_rows(editions, coming, today)
top = st.container()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    part = view(_("Part of the standards"), {"indicator": _("Indicators"), "clause": _("Clauses")})
    shown = clauses if part == "clause" else indicators
    sector = choice(_("Sector"), words_by_code(shown, code="sector_code", name="sector"), key="sector")
    if sector is not None:
        shown = shown[shown["sector_code"] == sector]
    if part == "indicator":
        states = {"review": _("Review overdue"), "coming": _("New edition to come")}
        state = choice(_("State"), states, key="state", width=200)
        if state is not None:
            shown = shown[shown["is_overdue"] if state == "review" else shown["next_on"] != ""]
    export_buttons(page, indicators, clauses)
with top:
    add = Action("add", _("Add a clause") if part == "clause" else _("Add an indicator"), icon="add")
    if head(*finding(indicators, clauses, today), actions=[add] if is_editor else []) == "add":
        keep("do", "add")

left, right = st.columns([1.35, 1], gap="medium")
with left:
    picked = clause_list(shown) if part == "clause" else indicator_list(shown)
    if shown.empty:
        note(_("Nothing fits these filters. Take one of them back."))
with right:
    if picked is not None and str(picked[f"{part}_id"]) != st.query_params.get(part):
        keep(part, str(picked[f"{part}_id"]))
        keep("do", None)
    chosen_id, history = kept_id(part), ()
    if is_editor and st.query_params.get("do") == "add":
        if part == "clause":
            new_clause_form(page, today)
        else:
            new_indicator_form(page, clauses, today)
    elif chosen_id is None:
        empty_state(
            _("Choose an entry in the table"),
            _("Its card says what it means, how it is counted, what is aimed at, and how its editions differ."),
            icon="rule",
        )
    elif part == "clause":
        history = clause_card(page, chosen_id, today, is_editor=is_editor)
    else:
        history = indicator_card(page, chosen_id, clauses, today, is_editor=is_editor)
if history:
    compared(history)
