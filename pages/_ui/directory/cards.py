"""One service on a card: who runs, leads and supervises it, since when; and the forms that change or end it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.directory.forms import change_service_form, end_service_form
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading
from pages._ui.tables import table
from pages._ui.widgets import note, plain, show_error
from qs.actor import Permission
from qs.directory import queries
from qs.directory.queries import ServiceDetail
from qs.errors import NotFound
from qs.i18n import day, ngettext, number, pick
from qs.i18n import gettext as _


def service_counts(services: pd.DataFrame) -> tuple[str, str]:
    """The finding for the heading, and the facts behind it."""
    running = services[services["is_open"]]
    orphans = int((running["leader"] == "").sum())
    count = len(running)
    title = ngettext("{n} service is open", "{n} services are open", count).format(n=number(count))
    if count and orphans:
        title = ngettext("{n} open service has no leader yet", "{n} open services have no leader yet", orphans).format(
            n=number(orphans)
        )
    facts = _("{open} open of {all} services · {providers} providers · {areas} areas · {sectors} sectors").format(
        open=number(count),
        all=number(len(services)),
        providers=number(services["provider_id"].nunique()),
        areas=number(services["area_id"].nunique()),
        sectors=number(services["sector_id"].nunique()),
    )
    return title, facts


def service_list(services: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    """The list of services, narrow enough to stand beside a card; returns the chosen one."""
    shown = localised(services, "name", "sector", "area", "provider", "leader")
    shown = shown.assign(state=shown["is_open"].map({True: _("Open"), False: _("Ended or not begun")}))
    columns = {
        "name": st.column_config.TextColumn(_("Service"), width="medium"),
        "provider": st.column_config.TextColumn(_("Provider"), width="medium"),
        "sector": _("Sector"),
        "area": _("Area"),
        "leader": _("Leader"),
        "state": _("State"),
    }
    if services["is_open"].all():
        del columns["state"]
    search = ("code", "name", "name_en", "provider", "leader")
    order = ("name", "provider", "sector", "area", "leader")
    picked = table(shown, columns, key="services", search=search, sort=order, rows_per_page=15, is_selectable=True)
    if services.empty:
        note(_("No service fits these filters. Take one of them back."))
    return picked


def service_card(page: Page, service_id: int, today: date) -> None:
    """The card, or in its place the form that was asked for."""
    try:
        with reading() as session:
            found = queries.service_detail(session, service_id, actor=page.actor, day=today)
    except NotFound as error:
        show_error(error)
        return
    doing = st.query_params.get("do")
    if doing == "change" and page.actor.has(Permission.DIRECTORY_EDIT):
        change_service_form(page, found)
    elif doing == "end" and page.actor.has(Permission.DIRECTORY_EDIT):
        end_service_form(page, found, today)
    else:
        show_service(page, found)


def show_service(page: Page, found: ServiceDetail) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(found.name, found.name_en))}", anchors=False)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            note(found.code)
            if found.is_open:
                st.badge(_("Open"), icon=":material/check_circle:", color="blue")
            else:
                st.badge(_("Ended or not begun"), icon=":material/block:", color="gray")
        fact_list(facts_of(found))
        if page.actor.has(Permission.DIRECTORY_EDIT):
            with st.container(horizontal=True, gap="small"):
                if st.button(_("Change"), icon=":material/edit:", key="change_service"):
                    keep("do", "change")
                    st.rerun()
                if found.ends_on is None and st.button(_("End"), icon=":material/event_busy:", key="end_service"):
                    keep("do", "end")
                    st.rerun()


def facts_of(found: ServiceDetail) -> list[tuple[str, str]]:
    facts = [
        (_("Provider"), pick(found.provider, found.provider_en)),
        (_("Department"), pick(found.department, found.department_en)),
        (_("Sector"), pick(found.sector, found.sector_en)),
        (_("Area"), pick(found.area, found.area_en)),
        (_("Leader"), pick(found.leader, found.leader_en)),
        (_("Supervision group"), pick(found.group, found.group_en)),
        (_("First day"), day(found.starts_on)),
    ]
    return facts if found.ends_on is None else [*facts, (_("Last day"), day(found.ends_on))]
