"""Programme: the implementation plan with its baseline, how each task stands, and who answers for what."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id, view
from pages._ui.page import open_page, reading
from pages._ui.programme.people import adopt_part, begin_form, parties, service_leaders
from pages._ui.programme.plan import change_list, finding, gantt, task_card, task_list
from pages._ui.widgets import empty_state, head, note
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.programme import queries
from qs.programme.terms import Phase, Status
from qs.sentences import label

page = open_page("programme", needs=Permission.PROGRAMME_READ)
with reading() as session:
    plan = queries.plan(session, actor=page.actor)
    tasks = queries.tasks(session, actor=page.actor, now=page.now)
    changes = queries.open_changes(session, actor=page.actor)

head(*finding(plan, tasks))
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    waiting = f" {len(changes)}" if len(changes) else ""
    parts = {
        "plan": _("Plan"),
        "task": _("Tasks"),
        "change": _("Other dates") + waiting,
        "people": _("Responsibilities"),
    }
    part = view(_("Part of the programme"), parts)
    if part in ("plan", "task") and plan is not None:
        phase = choice(_("Phase"), {member.value: label(member) for member in Phase}, key="phase")
        status = choice(_("Status"), {member.value: label(member) for member in Status}, key="status")
        shown = tasks[(tasks["phase"] == phase) | (phase is None)]
        shown = shown[(shown["status"] == status) | (status is None)]

if part == "people":
    parties(page)
    service_leaders(page)
elif plan is None:
    begin_form(page)
elif part == "change":
    change_list(page, changes)
    if changes.empty:
        empty_state(_("No dates to decide"), _("Who needs other dates asks on the task; somebody else decides here."))
else:
    if plan.adopted_at is None:
        adopt_part(page, plan.plan_id, plan.written_by)
    if shown.empty:
        note(_("Nothing fits these filters. Take one of them back."))
    elif part == "plan":
        gantt(page, shown)
    else:
        left, right = st.columns([1.5, 1], gap="medium")
        with left:
            picked = task_list(shown)
            if picked is not None:
                keep("task", str(picked["task_id"]))
        with right:
            task_id = kept_id("task")
            if task_id is None:
                empty_state(
                    _("Choose a task in the list"), _("Its card says what it is, how it stands and what was done.")
                )
            else:
                task_card(page, tasks, task_id)
