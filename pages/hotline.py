"""Hotline: a call taken while talking, its receipt read out, and the next one on a key."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.intake import begin_anew, intake, registered
from pages._ui.complaints.receipt import receipt
from pages._ui.page import go, open_page
from pages._ui.widgets import Action, head
from qs.actor import Permission
from qs.i18n import gettext as _

page = open_page("hotline", needs=Permission.COMPLAINTS_REGISTER)
filed = registered()
title = _("Read the receipt out") if filed else _("Take a call")
facts = (
    _("The code is shown once; with it the requester follows the matter.")
    if filed
    else _("Tab leads through the form; Ctrl+Enter registers; a digit chooses the type.")
)
if head(title, facts, actions=[Action("desk", _("To the desk"), icon="support_agent")]) == "desk":
    begin_anew()
    go("complaints")

if filed is None:
    intake()
else:
    receipt(page, filed)
    st.button(
        _("Next call"),
        type="primary",
        icon=":material/phone_in_talk:",
        shortcut="N",
        on_click=begin_anew,
        key="next_call",
    )
