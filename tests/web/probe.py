"""A screen for tests of the gateway: something to protect, to press, to refresh, to fetch, and to fail with."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import Page, guarded_fragment, open_page, saving
from pages._ui.tables import offer_download
from qs.access import actions
from qs.actor import Permission
from qs.i18n import Language

page = open_page("probe", needs=Permission.STANDARDS_EDIT)
st.session_state.setdefault("kept", "kept by nobody")
st.text(f"PROTECTED {page.actor.username} {st.session_state['kept']}")
if st.button("Keep"):
    st.session_state["kept"] = f"kept by {page.actor.username}"
if st.button("Fail"):
    raise RuntimeError("SECRET DETAIL")
if st.button("Save"):
    with saving(page, done="SAVED") as session:
        actions.choose_language(session, Language.EN, actor=page.actor, now=page.now)
offer_download(page, "Fetch", "名单.csv", lambda: b"a,b\n", "text/csv")


@guarded_fragment(needs=Permission.STANDARDS_EDIT, run_every=3600)
def board(page: Page) -> None:
    """Refreshes itself, in the tests when they say so."""
    st.text(f"TICK {page.actor.username}")


board()
