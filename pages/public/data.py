"""Open data and reports to take away: every published table, both languages, the feed, and how to check a file."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import reading
from pages._ui.public.cached import figures
from pages._ui.public.data import feed_card, how_to_check, release_card
from pages._ui.public.figures import age_text, nothing_published, period_text
from pages._ui.public.layout import footer, heading, page_head
from pages._ui.public.page import open_public
from qs.i18n import gettext as _

page = open_public("data")
with reading() as session:
    found = figures(session, page)

page_head(_("Open data and reports"), _("Free to use, without an account, with a dictionary and a hash for each file."))
if found.release is None:
    nothing_published(found)
else:
    newest, *earlier = found.releases
    release_card(newest, found.tables, is_newest=True)
    if earlier:
        heading(_("Earlier quarters and revisions"))
        for release in earlier:
            with st.expander(period_text(release)):
                release_card(release, found.tables, is_newest=False)
    feed_card()
    how_to_check(newest)
footer(age_text(found))
