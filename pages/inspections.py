"""Inspections: what is planned, who goes, what was found, what the unit says to it, and the letter that follows."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, kept_id, view
from pages._ui.inspections.card import back_button, opened
from pages._ui.inspections.lists import calendar, clauses_part, coverage_part, filtered, finding, inspection_list
from pages._ui.inspections.plan import plan_form
from pages._ui.page import open_page, reading
from pages._ui.widgets import Action, empty_state, head, note, show_error
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.inspections import details, queries
from qs.inspections.waiting import waiting
from qs.periods import local_day
from qs.settings import settings

page = open_page("inspections", needs=Permission.INSPECTIONS_READ)
today = local_day(page.now, settings().zone)
chosen_id = kept_id("inspection")
if chosen_id is not None:
    try:
        with reading() as session:
            shown = details.inspection(session, chosen_id, actor=page.actor)
    except NotFound as error:
        head(_("Inspections"))
        show_error(error)
        back_button()
        st.stop()
    opened(page, shown)
    st.stop()

may_plan = page.actor.has(Permission.INSPECTIONS_PLAN)
with reading() as session:
    inspections = queries.inspections(session, actor=page.actor, now=page.now)
    lines = waiting(session, actor=page.actor, now=page.now)
top = st.container()
views = {"list": _("Inspections"), "coverage": _("Last inspected")}
if page.actor.has_everywhere(Permission.INSPECTIONS_PLAN):
    views["clauses"] = _("Weights of clauses")
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    part = view(_("Part of the page"), views)
    listed = filtered(inspections) if part == "list" and len(inspections) else inspections
with top:
    plan = Action("plan", _("Plan an inspection"), icon="add", is_primary=not lines)
    if head(*finding(inspections, len(lines)), actions=[plan] if may_plan else []) == "plan":
        keep("do", "plan")

if may_plan and st.query_params.get("do") == "plan":
    plan_form(page, today)
elif part == "coverage":
    with reading() as session:
        coverage = queries.coverage(session, actor=page.actor, now=page.now)
    coverage_part(coverage, today)
elif part == "clauses":
    with reading() as session:
        marks = queries.clause_marks(session, today, actor=page.actor)
    clauses_part(page, marks)
elif inspections.empty:
    empty_state(
        _("No inspection has been planned yet"),
        _("A plan names the service, the type and the window; inspectors are drawn by lot, and the seed is kept."),
        icon="fact_check",
    )
else:
    calendar(listed, today)
    picked = inspection_list(listed)
    if listed.empty:
        note(_("Nothing fits these filters. Take one of them back."))
    if picked is not None:
        keep("inspection", str(picked["inspection_id"]))
        st.rerun()
