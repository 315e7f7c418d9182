"""Take part: consultations with their documents and answers, hearings, suggestions of one's own and of others."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import kept_id
from pages._ui.page import reading
from pages._ui.public.cached import open_services, whats_on
from pages._ui.public.layout import footer, heading, page_head
from pages._ui.public.page import forget_said, keep_said, open_public, said, speaking
from pages._ui.public.requests import service_words
from pages._ui.public.take_part import (
    consultation_by,
    event_cards,
    finished_list,
    hearing_by,
    kept_receipt,
    opinion_form,
    registration_form,
    suggestion_form,
    suggestion_list,
)
from pages._ui.widgets import note
from qs.i18n import gettext as _
from qs.i18n import ngettext
from qs.participation import actions, public
from qs.participation.terms import Kept
from qs.periods import local_day
from qs.settings import settings

page = open_public("take_part")
by = {"actor": page.actor, "now": page.now}
kept, consultation_id, hearing_id = said(Kept), kept_id("consultation"), kept_id("hearing")

if kept is not None:
    with st.container(key="narrow"):
        kept_receipt(kept)
        if st.button(_("Back"), icon=":material/arrow_back:", key="receipt_seen"):
            forget_said()
            st.rerun()
elif consultation_id is not None:
    with st.container(key="narrow"):
        asked = consultation_by(consultation_id, page)
        opinion = opinion_form() if asked is not None and asked.is_open else None
        if opinion is not None:
            with speaking(page) as session:
                said_so = {"text": opinion.text, "contact": opinion.contact}
                keep_said(actions.comment_on_consultation(session, consultation_id, **said_so, **by))
elif hearing_id is not None:
    with st.container(key="narrow"):
        held = hearing_by(hearing_id, page)
        wish = registration_form() if held is not None and held.is_open else None
        if wish is not None:
            with speaking(page) as session:
                told = {"side": wish.side, "capacity": wish.capacity, "main_points": wish.main_points}
                keep_said(actions.register_for_hearing(session, hearing_id, **told, contact=wish.contact, **by))
else:
    with reading() as session:
        coming = whats_on(session, page)
        finished = public.finished_now(session, actor=page.actor)
        suggested = public.listed_suggestions(session, actor=page.actor)
        services = service_words(open_services(session, page, local_day(page.now, settings().zone)))
    count = len(coming)
    page_head(
        ngettext("{n} matter is open to you", "{n} matters are open to you", count).format(n=count)
        if count
        else _("Your suggestions are welcome at any time"),
        _("Consultations before something is decided, hearings, and suggestions at any time. Every voice is answered."),
    )
    event_cards(coming)
    left, right = st.columns(2, gap="large")
    with right:
        new = suggestion_form(services, kept_id("service"))
        if new is not None:
            with speaking(page) as session:
                words = {"title": new.title, "text": new.text, "service_id": new.service_id}
                keep_said(actions.suggest(session, **words, contact=new.contact, **by))
    with left:
        heading(_("Suggestions of others"), _("Support what you would have said yourself."), key="others")
        if not len(suggested):
            note(_("There are none yet. The first one can be yours; the office reads it before it stands here."))
        supported = suggestion_list(suggested)
        if supported is not None:
            with speaking(page) as session:
                actions.support_suggestion(session, supported, device=page.device, **by)
    if len(finished):
        heading(_("Answered"), _("What was said, what became of it, and why."), key="finished")
        finished_list(finished)
footer()
