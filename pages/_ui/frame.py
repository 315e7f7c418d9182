"""The one router: every run passes here, signed in or not, and always reaches `navigation.run()`."""

from __future__ import annotations

import streamlit as st

from pages._ui import identity
from pages._ui.brand import favicon, logo
from pages._ui.menu import menu_for
from qs.i18n import gettext as _

found = identity.signed_in()
st.set_page_config(
    page_title=_("QS Quality Supervision"),
    page_icon=favicon(),
    layout="wide",
    initial_sidebar_state=228 if found else "collapsed",
)
if found is not None:
    st.logo(logo(dark=st.context.theme.type == "dark"), size="large")
menu = menu_for(found)
chosen = st.navigation(menu.pages, position="sidebar" if menu.is_shown else "hidden", expanded=True)
if menu.is_shown and menu.is_for_the_public(chosen):
    chosen = st.navigation(menu.pages, position="hidden")  # somebody signed in sees a public page as everybody does
chosen.run()
