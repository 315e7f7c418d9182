"""Reminders about a feed: who missed what, since when, and what those who run it say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, plain, section, show_text
from qs.actor import Permission
from qs.i18n import day, moment, number, pick
from qs.i18n import gettext as _
from qs.observations.reminders import answer_reminder, reminders
from qs.observations.terms import ReminderState
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.texts import LONG

SHOWN = 6
COLOURS = {ReminderState.OPEN: "orange", ReminderState.ANSWERED: "violet", ReminderState.OVER: "gray"}
Reminder = Any  # Any: one row of `reminders`


def reminders_part(page: Page, feed_id: int) -> None:
    """The reminders about one feed, the open ones first, each with the form that answers it."""
    with reading() as session:
        found = reminders(session, feed_id=feed_id, actor=page.actor)
    if found.empty:
        return
    order = list(ReminderState)
    rows = sorted(found.itertuples(), key=lambda row: order.index(row.state))
    with st.container(border=True, gap="small"):
        section(_("Reminders"))
        for row in rows[:SHOWN]:
            reminder(page, row)
        if len(rows) > SHOWN:
            note(_("{n} older ones").format(n=number(len(rows) - SHOWN)))


def reminder(page: Page, row: Reminder) -> None:
    st.markdown(
        f"**{plain(pick(row.service, row.service_en))}** :{COLOURS[row.state]}-badge[{plain(label(row.state))}]"
    )
    since = day(local_day(row.silent_since.to_pydatetime(), settings().zone))
    words = _("nothing since {day}").format(day=since)
    if not pd.isna(row.expected_count):
        told = _("nothing since {day}, where about {expected} were expected")
        words = told.format(day=since, expected=number(row.expected_count))
    asker = pick(row.asker, row.asker_en) or _("the office's machine")
    note(" · ".join((words, _("{name} · {moment}").format(name=asker, moment=moment(row.asked_at.to_pydatetime())))))
    if row.answer:
        answerer = pick(row.answerer, row.answerer_en) or "—"
        note(_("{name} · {moment}").format(name=answerer, moment=moment(row.answered_at.to_pydatetime())))
        show_text(row.answer)
    elif row.state is ReminderState.OPEN and page.actor.has_everywhere(Permission.FEEDS_EDIT):
        with st.form(f"reminder_{row.reminder_id}", border=False):
            answer = st.text_area(
                _("What is the matter, and when does it come again?"),
                max_chars=LONG,
                key=f"reminder_answer_{row.reminder_id}",
            )
            pressed = st.form_submit_button(_("Answer the reminder"), key=f"reminder_save_{row.reminder_id}")
        if pressed:
            with saving(page, done=_("The answer was kept; who asked sees it here and on Coverage.")) as session:
                answer_reminder(
                    session, int(row.reminder_id), answer, version=int(row.version), actor=page.actor, now=page.now
                )
