"""The parts of the page on delivery: the finding, what is not set up, the list, and one failure in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.tables import table
from pages._ui.widgets import note
from qs.i18n import age, moment, ngettext, number
from qs.i18n import gettext as _
from qs.notices.terms import Channel, Failure, NoticeState, Outlook, Strength
from qs.sentences import label, object_label


def headline(outlook: Outlook) -> str:
    """The finding: what could not be delivered, what waits, or that all is well."""
    if outlook.given_up_count:
        count = outlook.given_up_count
        words = ngettext("{n} notice could not be delivered", "{n} notices could not be delivered", count)
        return words.format(n=number(count))
    if outlook.waiting_count:
        count = outlook.waiting_count
        return ngettext("{n} notice waits to be sent", "{n} notices wait to be sent", count).format(n=number(count))
    return _("Nothing waits to be sent")


def facts(outlook: Outlook, now: datetime) -> str:
    """What stands below the heading: since when the oldest waits."""
    if outlook.oldest_at is None:
        return _("“python -m qs run notices” sends what is due; let the machine’s timer start it every few minutes.")
    return _("The oldest has waited for {age}").format(age=age(now - outlook.oldest_at))


def readiness(outlook: Outlook) -> None:
    """What is not set up, said plainly to those who can change it."""
    if not outlook.can_mail:
        st.warning(
            _("No mail server is set up: notices by e-mail wait, none is lost. Set QS_SMTP_HOST and QS_MAIL_FROM."),
            icon=":material/schedule_send:",
        )
    if not outlook.can_call_webhooks:
        note(_("Webhooks are off. They are on for the hosts that QS_WEBHOOK_HOSTS names."))


def states_of(everything: pd.DataFrame) -> dict[str, str]:
    """The states that occur, in their own order, as options of the filter."""
    found = set(everything["state"])
    return {state.value: label(state) for state in NoticeState if state in found}


def outbox_table(shown: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a frame
    """The list; returns the chosen row. What a notice says is not shown here."""
    words = shown.assign(
        about=[object_label(topic) for topic in shown["topic"]],
        how=[label(Channel(channel)) for channel in shown["channel"]],
        pressing=[label(Strength(strength)) for strength in shown["strength"]],
        standing=[label(NoticeState(state)) for state in shown["state"]],
        why=["" if pd.isna(failure) else label(Failure(failure)) for failure in shown["last_error"]],
        told=shown["queued_at"].map(moment),
    )
    columns = {
        "person": _("Recipient"),
        "about": _("About"),
        "pressing": _("Strength"),
        "how": _("How"),
        "standing": _("State"),
        "attempts": _("Attempts"),
        "why": st.column_config.TextColumn(_("Last failure"), width="large"),
        "told": _("Told on"),
    }
    return table(words, columns, key="outbox", search=["person", "about"], is_selectable=True)


def failure_words(picked: dict[str, Any]) -> None:  # Any: values of a frame
    """What is known of a failure: why, when it is tried again, and under which number the log names it."""
    if picked["why"]:
        note(picked["why"])
    if picked["state"] is NoticeState.FAILED:
        note(_("Tried again after {moment}").format(moment=moment(picked["due_at"].to_pydatetime())))
    if picked["incident"]:
        note(_("The log names it as incident {number}").format(number=picked["incident"]))
