"""Make a request: a question, a call for help, a complaint, a report, a suggestion or praise; no account needed."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import kept_id
from pages._ui.page import reading
from pages._ui.public.cached import open_services
from pages._ui.public.layout import BigLink, big_links, footer, page_head
from pages._ui.public.page import (
    address_hash,
    challenge,
    forget_challenge,
    forget_said,
    keep_said,
    open_public,
    said,
    speaking,
)
from pages._ui.public.requests import receipt, request_form, service_words
from qs.complaints import challenges, details
from qs.complaints.terms import Filed
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.settings import settings

page = open_public("ask")
filed = said(Filed)

with st.container(key="narrow"):
    if filed is not None:
        with reading() as session:
            status = details.request_by_receipt(session, filed.receipt_code, actor=page.actor, now=page.now)
        receipt(filed, status)
        big_links([BigLink("portal", _("Back to the front page"), "home")])
        if st.button(_("Make another request"), icon=":material/add:", key="another_request"):
            forget_said()
            st.rerun()
    else:
        page_head(
            _("Please tell us"),
            _("About two minutes, no account. You get a code, and with it the day by which you are answered."),
        )
        with reading() as session:
            services = service_words(open_services(session, page, local_day(page.now, settings().zone)))
        asked = request_form(services, kept_id("service"), page, challenge(page, challenges.ASKING))
        if asked is not None:
            if asked.proof is not None:
                forget_challenge()
            with speaking(page) as session:
                address = address_hash(session, page)
                wanted, proof = asked.wanted, asked.proof
                filed = challenges.file_publicly(
                    session, wanted, proof, actor=page.actor, now=page.now, address=address
                )
                keep_said(filed)
footer()
