"""Publication: reports on their way to the public, what has to be disclosed and is late, and the open data."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import kept_id, view
from pages._ui.page import open_page, reading
from pages._ui.publication.calendar import calendar_buttons, calendar_list, item_form
from pages._ui.publication.lists import data_list, finding, release_list
from pages._ui.publication.release import prepare_panel, release_card
from pages._ui.widgets import empty_state, head
from qs.actor import PUBLIC, Permission
from qs.i18n import gettext as _
from qs.publication import queries

page = open_page("publication", needs=Permission.PUBLICATION_READ)
may_prepare = page.actor.has_everywhere(Permission.PUBLICATION_PREPARE)
with reading() as session:
    releases = queries.releases(session, actor=page.actor)
    items = queries.disclosure_items(session, actor=page.actor, now=page.now)
    periods = queries.periods_to_report(session, actor=page.actor)
    published = queries.published_figures(session, actor=PUBLIC)

head(*finding(releases, items, periods))
part = view(
    _("Part of publication"),
    {"releases": _("Reports"), "calendar": _("Disclosure calendar"), "data": _("Open data")},
)
if part == "calendar":
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        calendar_buttons(page, is_editor=may_prepare)
        picked = calendar_list(items)
    with right:
        item_form(page, picked, is_editor=may_prepare)
elif part == "data":
    data_list(published)
else:
    left, right = st.columns([1, 1.5], gap="medium")
    with left:
        if may_prepare:
            prepare_panel(page, periods, releases)
        release_list(releases)
    with right:
        chosen = kept_id("release")
        if chosen is not None:
            release_card(page, chosen)
        else:
            empty_state(
                _("Choose a report in the table"),
                _("Here stand its figures and texts as the public will read them, and its way to publication."),
                icon="campaign",
            )
