"""Directory: which services there are, who runs, leads and supervises each, and since when."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id, view, words_by_code
from pages._ui.directory.cards import service_card, service_counts, service_list
from pages._ui.directory.exchange import export_part, import_part
from pages._ui.directory.forms import add_service_form
from pages._ui.directory.tables import table_view
from pages._ui.page import open_page, reading
from pages._ui.widgets import Action, empty_state, head, note
from qs.actor import Permission
from qs.directory import queries
from qs.directory.terms import Table
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

page = open_page("directory", needs=Permission.DIRECTORY_READ)
today = local_day(page.now, settings().zone)
is_editor = page.actor.has(Permission.DIRECTORY_EDIT)
with reading() as session:
    services = queries.services(session, actor=page.actor, day=today)

add = Action("add_service", _("Add a service"), icon="add")
pressed = head(*service_counts(services), actions=[add] if is_editor else [])
if pressed == "add_service":
    keep("do", "add")

views = {table_.value: label(table_) for table_ in (Table.SERVICE, *list(Table)[:-1])}
chosen_view = view(_("Part of the directory"), views | {"exchange": _("Import and export")})

if chosen_view == "exchange":
    left, right = st.columns([1, 1.6], gap="medium")
    with left:
        export_part(page)
    with right:
        if is_editor:
            import_part(page)
        else:
            note(_("Your role reads the directory. Changing it by a file takes the right to edit it."))
elif chosen_view != Table.SERVICE:
    table_view(page, Table(chosen_view))
elif services.empty and st.query_params.get("do") != "add":
    empty_state(
        _("No services yet"),
        _("Here stand the services that are supervised. Add the first one, or import the whole directory from a file."),
        icon="account_tree",
    )
else:
    filters = {
        "sector": _("Sector"),
        "area": _("Area"),
        "department": _("Department"),
        "provider": _("Provider"),
    }
    with st.container(horizontal=True, gap="small"):
        for part, words in filters.items():
            code = choice(words, words_by_code(services, code=f"{part}_code", name=part), key=part)
            if code is not None:
                services = services[services[f"{part}_code"] == code]
        state = choice(_("State"), {"open": _("Open"), "ended": _("Ended or not begun")}, key="state")
    if state is not None:
        services = services[services["is_open"] == (state == "open")]
    left, right = st.columns([2.3, 1], gap="medium")
    with left:
        picked = service_list(services)
    with right:
        if picked is not None and str(picked["service_id"]) != st.query_params.get("service"):
            keep("service", str(picked["service_id"]))
            keep("do", None)
        service_id = kept_id("service")
        if st.query_params.get("do") == "add" and is_editor:
            add_service_form(page)
        elif service_id is not None:
            service_card(page, service_id, today)
        else:
            empty_state(
                _("Choose a service in the table"),
                _("Its card says who runs, leads and supervises it, and since when."),
                icon="account_tree",
            )
