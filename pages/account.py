"""My account: who I am here, my password, my language, how I am told, and where I am signed in."""

from __future__ import annotations

import streamlit as st

from pages._ui.account_notices import notices_part
from pages._ui.page import open_page, reading, saving
from pages._ui.run import address_of
from pages._ui.screens import change_password_form
from pages._ui.tables import table
from pages._ui.widgets import head, note, section, show_text, switch_language
from qs.access import actions, queries
from qs.i18n import LANGUAGE_NAMES, Language, language, moment, ngettext
from qs.i18n import gettext as _
from qs.sentences import label

page = open_page("account")
with reading() as session:
    browsers = queries.open_sessions(session, actor=page.actor, now=page.now)

count = len(browsers)
signed_in = ngettext("Signed in in {n} browser", "Signed in in {n} browsers", count).format(n=count)
head(page.actor.name, signed_in)

left, right = st.columns([1, 1.2], gap="large")
with left:
    section(_("Who I am here"))
    with st.container(border=True, gap="small"):
        note(_("Username"))
        show_text(page.actor.username)
        note(_("Roles and how far they reach"))
        for grant in page.actor.grants:
            words = _("{role}: {scope}").format(role=label(grant.role), scope=label(grant.scope.kind))
            show_text(words)
    section(_("Language"))
    chosen = st.segmented_control(
        _("Language"),
        list(Language),
        default=language(),
        format_func=LANGUAGE_NAMES.__getitem__,
        label_visibility="collapsed",
        required=True,
        key="account_language",
    )
    if chosen is not None and chosen is not language():
        switch_language(Language(chosen), back=address_of("account"))

with right:
    section(_("Change password"), _("All other browsers are signed out by it."))
    change_password_form(page)

notices_part(page)

section(_("Where I am signed in"), _("Sessions end by themselves when nobody uses them."))
here = browsers["token_hash"] == page.session.token_hash
table(
    browsers.assign(
        browser=here.map({True: _("This browser"), False: _("Another browser")}),
        since=browsers["created_at"].map(moment),
        used=browsers["last_seen_at"].map(moment),
        until=browsers["expires_at"].map(moment),
    ),
    {"browser": _("Browser"), "since": _("Signed in since"), "used": _("Last used"), "until": _("Ends at the latest")},
    key="browsers",
)
if st.button(_("Sign out everywhere"), icon=":material/logout:", key="sign_out_everywhere"):
    with saving(page) as session:
        actions.end_sessions(session, page.actor.person_id, actor=page.actor, now=page.now)
