"""Forms of the directory: one for services, one for every other table; each saves in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, section
from qs.directory import actions, queries
from qs.directory.queries import ServiceDetail
from qs.directory.terms import CODE_LENGTH, NAME_LENGTH
from qs.i18n import gettext as _
from qs.i18n import pick

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
Row = Mapping[str, Any]  # Any: a row of a picker
Options = dict[int, str]


@dataclass(frozen=True)
class Pickers:
    """What a form offers: id -> name, for each kind of thing that is chosen."""

    sectors: Options
    areas: Options
    departments: Options
    providers: Options
    groups: Options
    people: Options


def pickers(page: Page) -> Pickers:
    with reading() as session:
        return Pickers(
            sectors=options(queries.sectors(session, actor=page.actor)),
            areas=options(queries.areas(session, actor=page.actor)),
            departments=options(queries.departments(session, actor=page.actor)),
            providers=options(queries.providers(session, actor=page.actor)),
            groups=options(queries.groups(session, actor=page.actor)),
            people=options(queries.people(session, actor=page.actor)),
        )


def options(frame: pd.DataFrame) -> Options:
    return {int(row.id): f"{pick(row.name, row.name_en)} · {row.code}" for row in frame.itertuples(index=False)}


def select(words: str, offered: Options, present: int | None, *, key: str, is_needed: bool = True) -> int | None:
    """A select box over ids; one that stands for somebody who has left is still shown."""
    ids = list(offered)
    if present is not None and present not in offered:
        ids.append(present)
    return st.selectbox(
        words,
        ids,
        index=ids.index(present) if present is not None else None,
        format_func=lambda one: offered.get(one, _("No longer active")),
        placeholder=_("Choose") if is_needed else _("Nobody yet"),
        key=key,
    )


def name_fields(row: Row | None, key: str) -> dict[str, Any]:  # Any: arguments of an action
    found = row or {"name": "", "name_en": ""}
    return {
        "name": st.text_input(_("Name"), found["name"], max_chars=NAME_LENGTH, key=f"{key}_name"),
        "name_en": st.text_input(_("Name in English"), found["name_en"], max_chars=NAME_LENGTH, key=f"{key}_name_en"),
    }


def code_field(key: str) -> str:
    return st.text_input(
        _("Code"),
        max_chars=CODE_LENGTH,
        key=f"{key}_code",
        help=_("A short code of its own. It never changes: feeds and files name the entry by it."),
    )


def buttons(save: str, key: str) -> bool:
    """Save and leave, at the foot of a form. Leaving closes the form."""
    with st.container(horizontal=True, gap="small"):
        pressed = st.form_submit_button(save, type="primary", key=f"{key}_save")
        if st.form_submit_button(_("Leave it as it was"), type="tertiary", key=f"{key}_leave"):
            keep("do", None)
            st.rerun()
    return pressed


def add_service_form(page: Page) -> None:
    offered, key = pickers(page), "new_service"
    with st.form(key):
        section(_("A new service"))
        code = code_field(key)
        values = name_fields(None, key)
        sector_id = select(_("Sector"), offered.sectors, None, key=f"{key}_sector")
        area_id = select(_("Area"), offered.areas, None, key=f"{key}_area")
        note(_("Sector and area are for good: figures are filed under them."))
        values |= service_fields(offered, None, key)
        pressed = buttons(_("Add the service"), key)
    if not pressed:
        return
    missing = [values["provider_id"], sector_id, area_id]
    if None in missing:
        st.error(_("Choose a sector, an area and a provider; nothing was saved."), icon=":material/error:")
        return
    with saving(page, done=_("The service was added.")) as session:
        service = actions.add_service(
            session, code=code, **values, sector_id=sector_id, area_id=area_id, actor=page.actor, now=page.now
        )
        keep("service", str(service.id))
        keep("do", None)


def change_service_form(page: Page, found: ServiceDetail) -> None:
    offered, key = pickers(page), f"service_{found.service_id}"
    with st.form(key):
        section(_("Change {name}").format(name=pick(found.name, found.name_en)))
        values = name_fields({"name": found.name, "name_en": found.name_en}, key)
        values |= service_fields(offered, found, key)
        pressed = buttons(_("Save the changes"), key)
    if pressed:
        with saving(page, done=_("The service was changed.")) as session:
            actions.change_service(session, found.service_id, **values, actor=page.actor, now=page.now)
            keep("do", None)


def service_fields(offered: Pickers, found: ServiceDetail | None, key: str) -> dict[str, Any]:  # Any: arguments
    provider_id = found.provider_id if found else None
    leader_id = found.leader_id if found else None
    group_id = found.group_id if found else None
    return {
        "provider_id": select(_("Provider"), offered.providers, provider_id, key=f"{key}_provider"),
        "leader_id": select(_("Leader"), offered.people, leader_id, key=f"{key}_leader", is_needed=False),
        "group_id": select(_("Supervision group"), offered.groups, group_id, key=f"{key}_group", is_needed=False),
        "starts_on": day_field(_("First day"), found.starts_on if found else "today", key=f"{key}_starts"),
        "ends_on": day_field(_("Last day"), found.ends_on if found else None, key=f"{key}_ends"),
    }


def day_field(words: str, value: date | str | None, *, key: str) -> Any:  # noqa: ANN401 - a day, or None when empty
    return st.date_input(words, value, min_value=EARLIEST, max_value=LATEST, format="YYYY-MM-DD", key=key)


def end_service_form(page: Page, found: ServiceDetail, today: date) -> None:
    key = f"end_{found.service_id}"
    with st.form(key):
        section(_("End {name}").format(name=pick(found.name, found.name_en)))
        note(_("Its figures stay. After the last day it is no longer watched or ranked, and a new one may follow it."))
        ends_on = day_field(_("Last day"), max(today, found.starts_on), key=f"{key}_on")
        pressed = buttons(_("End the service"), key)
    if pressed:
        with saving(page, done=_("The service was ended.")) as session:
            actions.end_service(session, found.service_id, ends_on=ends_on, actor=page.actor, now=page.now)
            keep("do", None)
