"""Follow one's request by its code: where it is, when the answer comes and why that day, and what can be added."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import reading
from pages._ui.public.contact import own_data
from pages._ui.public.follow import (
    code_form,
    found_by,
    fulfil,
    more_to_say,
    paper_status,
    request_status,
    typed_code,
)
from pages._ui.public.layout import footer, page_head
from pages._ui.public.page import open_public, speaking
from qs.complaints.receipts import RequestStatus
from qs.i18n import gettext as _

page = open_public("follow")
code = typed_code()

with st.container(key="narrow"):
    found = found_by(code, page) if code else None
    if found is None:
        page_head(_("Where is my request?"), _("Type the code from your receipt, or scan it with the camera."))
        code_form()
    elif isinstance(found, RequestStatus):
        with reading() as session:
            request_status(session, found, page, code)
        wish = more_to_say(found, code)
        if wish is not None:
            with speaking(page) as session:
                fulfil(session, wish, code, page)
        own_data(code, page)
    else:
        paper_status(found)
    if found is not None:
        code_form(is_again=True)
footer()
