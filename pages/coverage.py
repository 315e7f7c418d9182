"""Coverage: services by instruments, blind spots first."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id, words_by_code
from pages._ui.coverage_map import BLIND, coverage_map, finding, instrument_shares, service_card
from pages._ui.page import open_page, reading
from pages._ui.tables import offer_download
from pages._ui.widgets import empty_state, head, note
from qs.actor import Permission
from qs.coverage import coverage, exported
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.monitoring.terms import Instrument
from qs.sentences import label
from qs.sheets import safe_csv

ROWS = 18

page = open_page("coverage", needs=Permission.COVERAGE_READ)
with reading() as session:
    found = coverage(session, actor=page.actor, now=page.now)

head(*finding(found))
shown = found.services
if shown.empty:
    empty_state(
        _("No service to look at"),
        _("Here each running service stands with what was last heard of it. Services are entered in the Directory."),
        icon="grid_on",
    )
    st.stop()
instrument_shares(found)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    sector = choice(_("Sector"), words_by_code(shown, code="sector_code", name="sector"), key="sector")
    area = choice(_("District"), words_by_code(shown, code="area_code", name="area"), key="area")
    instrument = choice(
        _("Not seen by"), {member.value: label(member) for member in Instrument}, key="instrument", width=220
    )
    st.space("stretch")
    offer_download(page, _("Export (CSV)"), "coverage.csv", lambda: safe_csv(exported(found)), "text/csv")
shown = shown[(shown["sector_code"] == sector) | (sector is None)]
shown = shown[(shown["area_code"] == area) | (area is None)]
if instrument is not None:
    blind = found.cells[found.cells["sight"].isin(BLIND)]
    shown = shown[shown["service_id"].isin(blind[blind["instrument"] == instrument]["service_id"])]

left, right = st.columns([2.1, 1], gap="medium")
with left:
    if shown.empty:
        note(_("Nothing fits these filters. Take one of them back."))
    else:
        pages = -(-len(shown) // ROWS)
        number = st.pagination(pages, key="coverage_page", bind="query-params") if pages > 1 else 1
        coverage_map(found, shown.iloc[(number - 1) * ROWS : number * ROWS])
with right:
    names = {int(row.service_id): pick(row.name, row.name_en) for row in shown.itertuples()}
    asked = kept_id("service")
    chosen = st.selectbox(
        _("Service"),
        list(names),
        index=list(names).index(asked) if asked in names else (0 if names else None),
        format_func=names.__getitem__,
        placeholder=_("Choose a service"),
    )
    if chosen is not None:
        keep("service", str(chosen))
        service_card(page, found, chosen)
