"""Delivery of notices: what waits, what failed and why; whoever keeps the machine has it sent again."""

from __future__ import annotations

import streamlit as st

from pages._ui import notices_outbox as parts
from pages._ui.choices import choice
from pages._ui.page import open_page, reading, saving
from pages._ui.widgets import empty_state, head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.notices import actions, queries
from qs.notices.terms import NoticeState

page = open_page("notices", needs=Permission.NOTICES_READ)
with reading() as session:
    outlook = queries.outlook(session, actor=page.actor)
    everything = queries.outbox(session, actor=page.actor)

head(parts.headline(outlook), parts.facts(outlook, page.now))
parts.readiness(outlook)
if everything.empty:
    empty_state(
        _("No notice yet"),
        _("People choose under My account how they are told. What is told to them passes through here."),
        icon="outgoing_mail",
    )
    st.stop()

wanted = choice(_("State"), parts.states_of(everything), key="state")
shown = everything if wanted is None else everything[everything["state"] == wanted]
picked = parts.outbox_table(shown)
if picked is not None:
    parts.failure_words(picked)
    may_send = picked["state"] is NoticeState.GIVEN_UP and page.actor.has(Permission.NOTICES_SEND)
    if may_send and st.button(_("Send it again"), icon=":material/send:", type="primary", key="again"):
        with saving(page, done=_("It goes out with the next run.")) as session:
            actions.send_again(session, int(picked["notice_id"]), actor=page.actor, now=page.now)
