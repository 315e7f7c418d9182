"""Audit trail: who did what, when and why; searchable, exportable, and proved to be as it was written."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import open_page, reading
from pages._ui.tables import offer_download, rows
from pages._ui.trail import (
    EXPORT_LIMIT,
    ROWS_PER_PAGE,
    entry_card,
    explanation,
    exported,
    in_words,
    page_picker,
    search_bar,
    verdict_card,
    verify_now,
)
from pages._ui.widgets import Action, empty_state, head, note
from qs.actor import Permission
from qs.audit import queries
from qs.audit.terms import Wanted
from qs.i18n import age, ngettext, number
from qs.i18n import gettext as _
from qs.sheets import safe_csv, xlsx

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

page = open_page("audit", needs=Permission.AUDIT_READ)
with reading() as session:
    total = queries.entry_count(session, Wanted(), actor=page.actor)
    latest = queries.entries(session, Wanted(), actor=page.actor, limit=1).to_dict("records")
    verified = queries.entries(session, Wanted(action="audit.verified"), actor=page.actor, limit=1).to_dict("records")
    usernames = queries.usernames(session, actor=page.actor)
    actions = queries.actions_taken(session, actor=page.actor)

title = ngettext("{n} entry in the trail", "{n} entries in the trail", total).format(n=number(total))
since_latest = _("The latest is {age} old.").format(age=age(page.now - latest[0]["at"])) if latest else ""
pressed = head(title, since_latest, actions=[Action("verify", _("Verify now"), "verified", is_primary=True)])
if pressed == "verify":
    verify_now(page, total)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    with st.container(width="stretch"):
        verdict_card(verified[0] if verified else None)
    explanation()

wanted = search_bar(usernames, actions)
with reading() as session:
    count = queries.entry_count(session, wanted, actor=page.actor)
if not count:
    empty_state(_("No entry fits this search"), _("Widen the period or remove a word."), icon="search_off")
    st.stop()

listed, below = st.container(), st.container(horizontal=True, vertical_alignment="center", gap="small")
with below:
    page_number = page_picker(count)
    note(ngettext("{n} entry", "{n} entries", count).format(n=number(count)))
    if count <= EXPORT_LIMIT:
        offer_download(page, _("CSV"), "audit-trail.csv", lambda: safe_csv(exported(page, wanted)), CSV, key="csv")
        offer_download(page, _("Excel"), "audit-trail.xlsx", lambda: xlsx(exported(page, wanted)), XLSX, key="xlsx")
    else:
        note(_("Narrow the search to {n} entries or fewer to export them.").format(n=number(EXPORT_LIMIT)))
with reading() as session:
    offset = (page_number - 1) * ROWS_PER_PAGE
    found = queries.entries(session, wanted, actor=page.actor, limit=ROWS_PER_PAGE, offset=offset)

with listed:
    chosen = rows(
        in_words(found),
        {
            "seq": st.column_config.NumberColumn(_("No."), width=70),
            "when": st.column_config.TextColumn(_("When"), width=170),
            "username": st.column_config.TextColumn(_("Who"), width=110),
            "held": st.column_config.TextColumn(_("Roles"), width=130),
            "what": st.column_config.TextColumn(_("What was done"), width=220),
            "about": st.column_config.TextColumn(_("About"), width=130),
            "changes": st.column_config.TextColumn(_("From → to"), width=300),
            "reason": st.column_config.TextColumn(_("Reason"), width=180),
        },
        key=f"entries_{page_number}",
        is_selectable=True,
    )
if chosen is not None:
    entry_card(chosen)
else:
    note(_("Choose a row to see the whole entry."))
