"""Rate a service: one question, five levels, two taps; by the code of a receipt, a counter or a closed request."""

from __future__ import annotations

import streamlit as st

from pages._ui.public.layout import footer, page_head
from pages._ui.public.page import keep_said, open_public, said, speaking
from pages._ui.public.rating import (
    SaidRating,
    TypedCode,
    ask_for_code,
    question,
    ratable_by,
    rating_code,
    thanks,
    with_contact,
)
from qs.i18n import gettext as _
from qs.participation import actions

page = open_public("rate")
told, code = said(SaidRating), rating_code()

with st.container(key="narrow"):
    if page.is_staff:
        page_head(_("Staff do not rate"), _("Ratings come from those who used the service. You are signed in here."))
    elif told is not None:
        contact = thanks(told)
        if contact is not None:
            answer = with_contact(told, contact)
            with speaking(page) as session:
                rated = actions.rate(session, told.code, answer, device=page.device, actor=page.actor, now=page.now)
                keep_said(SaidRating(told.code, answer, rated))
    elif (ratable := ratable_by(code, page) if code else None) is not None:
        given = question(ratable)
        if given is not None:
            with speaking(page) as session:
                rated = actions.rate(session, code, given, device=page.device, actor=page.actor, now=page.now)
                keep_said(SaidRating(code, given, rated))
    elif (typed := ask_for_code()) is not None:
        keep_said(TypedCode(typed))
        st.rerun()
footer()
