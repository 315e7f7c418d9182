"""Data feeds: where figures come from, how fresh they are, files to load, layouts to save, keys for systems."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, kept_id, view
from pages._ui.feeds.history import history_part
from pages._ui.feeds.keys import keys_part
from pages._ui.feeds.lists import feed_card, feed_counts, feed_table, feeds_begin
from pages._ui.feeds.loading import loading_part
from pages._ui.feeds.mapper import mapper_part
from pages._ui.page import open_page, reading
from pages._ui.widgets import head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.observations import queries

page = open_page("feeds", needs=Permission.FEEDS_READ)
with reading() as session:
    feeds = queries.feeds(session, actor=page.actor, now=page.now)

head(*feed_counts(feeds))
views = {"feeds": _("Feeds")}
if page.actor.has(Permission.EVENTS_ADD):
    views["load"] = _("Load a file")
views["history"] = _("Loaded files")
if page.actor.has(Permission.FEEDS_EDIT):
    views["layout"] = _("New file layout")
if page.actor.has(Permission.KEYS_EDIT):
    views["keys"] = _("API keys")
chosen = view(_("Part of the page"), views)

if chosen == "load":
    loading_part(page, feeds)
elif chosen == "layout":
    mapper_part(page)
elif chosen == "history":
    history_part(page, feeds)
elif chosen == "keys":
    keys_part(page, feeds)
elif feeds.empty:
    feeds_begin(page)
else:
    left, right = st.columns([1.9, 1], gap="large")
    with left:
        picked = feed_table(feeds, page.now)
    with right:
        if picked is not None:
            keep("feed", str(picked["feed_id"]))
        feed_card(page, feeds, kept_id("feed"))
