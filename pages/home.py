"""Today: what needs this person now, in which order, each line one click from where it is dealt with."""

from __future__ import annotations

import streamlit as st

from pages._ui import attention
from pages._ui.notices_own import unread_part
from pages._ui.page import open_page, reading
from pages._ui.rooms import waiting_lines
from pages._ui.widgets import empty_state, head, section
from qs.actor import Permission
from qs.i18n import clock, day, ngettext, number, weekday
from qs.i18n import gettext as _
from qs.monitoring.terms import Standing
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

page = open_page("home", needs=Permission.HOME_SEE)

with reading() as session:
    board = attention.day_board(session, page)
    due_today, due_later = waiting_lines(session, page)
    later = [*due_later, *attention.this_week(session, page)]
tasks = [*due_today, *attention.pressing(board, page)]
today = local_day(page.now, settings().zone)
roles = _(", ").join(label(role) for role in page.actor.roles)
services = board.series["service_id"].nunique() if board is not None and len(board) else 0
facts = [day(today), weekday(today), clock(page.now), roles]
if services:
    facts.append(ngettext("{n} service in your care", "{n} services in your care", services).format(n=number(services)))
head(attention.headline(tasks, later), " · ".join(facts))

left, right = st.columns([2.05, 1], gap="medium")
with left, st.container(gap="small"):
    if tasks:
        with st.container(gap="xsmall"):
            section(_("Today"), _("what is due, changes that are no accident, figures that stopped coming"))
            attention.task_group(tasks, "today", first_is_primary=True)
    if later:
        with st.container(gap="xsmall"):
            section(_("This week"))
            attention.task_group(later, "week")
    if not tasks and not later:
        empty_state(
            _("All quiet"),
            _("Here stands what needs you: figures that changed, data that stopped, reviews and rights to decide."),
            icon="task_alt",
        )
with right, st.container(gap="xsmall"):
    unread_part(page)
    if board is not None and len(board):
        steady = board.counts()[Standing.STEADY]
        section(
            _("What changed"),
            ngettext("{n} other is steady", "{n} others are steady", steady).format(n=number(steady)),
        )
        with st.container(gap="small"):
            attention.changed_metrics(board)
