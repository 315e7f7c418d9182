"""The receipt of a request just registered, large enough to be read out: number, code, and when an answer is due."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.lists import due_words
from pages._ui.page import Page, go, reading
from pages._ui.widgets import note, plain
from qs.complaints.details import request_detail
from qs.complaints.terms import Filed, RequestState
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.sentences import label


def receipt(page: Page, filed: Filed) -> None:
    """Number and code as headings, the limit in words, and what becomes of the request now."""
    with reading() as session:
        detail = request_detail(session, filed.request_id, actor=page.actor)
    with st.container(border=True, gap="small"):
        number, code = st.columns(2, gap="medium")
        with number:
            note(_("Number"))
            st.markdown(f"# {plain(filed.number)}", anchors=False)
        with code:
            note(_("Receipt code"))
            st.markdown(f"# {plain(filed.receipt_code)}", anchors=False)
        if detail.state is RequestState.CLOSED and detail.outcome is not None:
            note(_("Closed: {outcome}").format(outcome=label(detail.outcome)))
        elif detail.due_at is not None:
            words = _("An answer is due {moment}").format(moment=due_words(detail.due_at, page.now))
            st.markdown(f"**{plain(words)}**", anchors=False)
        if detail.service:
            note(pick(detail.service, detail.service_en))
        if st.button(_("Open the request"), icon=":material/open_in_new:", key="open_filed"):
            st.session_state.pop("qs_receipt", None)
            go("complaints", request=str(filed.request_id))
