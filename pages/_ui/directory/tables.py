"""The smaller tables of the directory: a list, and beside it the form that adds or changes an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.directory.forms import Options, code_field, name_fields, options, select
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, section
from qs.actor import Permission
from qs.directory import actions, queries
from qs.directory.rules import LARGEST_POPULATION
from qs.directory.terms import Table
from qs.i18n import N_, pick
from qs.i18n import gettext as _

Row = Mapping[str, Any]  # Any: a row of a picker
FRAMES: dict[Table, Callable[..., pd.DataFrame]] = {
    Table.SECTOR: queries.sectors,
    Table.AREA: queries.areas,
    Table.DEPARTMENT: queries.departments,
    Table.PROVIDER: queries.providers,
    Table.GROUP: queries.groups,
}
ADD: dict[Table, Callable[..., object]] = {
    Table.SECTOR: actions.add_sector,
    Table.AREA: actions.add_area,
    Table.DEPARTMENT: actions.add_department,
    Table.PROVIDER: actions.add_provider,
    Table.GROUP: actions.add_group,
}
CHANGE: dict[Table, Callable[..., object]] = {
    Table.SECTOR: actions.change_sector,
    Table.AREA: actions.change_area,
    Table.DEPARTMENT: actions.change_department,
    Table.PROVIDER: actions.change_provider,
    Table.GROUP: actions.change_group,
}
ADD_WORDS = {
    Table.SECTOR: N_("Add a sector"),
    Table.AREA: N_("Add an area"),
    Table.DEPARTMENT: N_("Add a department"),
    Table.PROVIDER: N_("Add a provider"),
    Table.GROUP: N_("Add a supervision group"),
}


def table_view(page: Page, kind: Table) -> None:
    """One of the smaller tables; choosing a row turns the form beside it into the one that changes it."""
    is_editor = page.actor.has_everywhere(Permission.DIRECTORY_EDIT)
    frame = entries(page, kind)
    left, right = st.columns([2.3, 1], gap="medium")
    with left:
        picked = table(
            localised(frame, *(name for name in ("name", "department", "leader") if name in frame)),
            columns_of(kind),
            key=kind.value,
            search=("code", "name", "name_en"),
            is_selectable=is_editor,
        )
    with right:
        if not is_editor:
            note(_("Your role reads this table; it is changed by those who edit the whole directory."))
            return
        row = None if picked is None else frame[frame["id"] == picked["id"]].iloc[0].to_dict()
        entry_form(page, kind, row)


def entries(page: Page, kind: Table) -> pd.DataFrame:
    """The entries of a table, with how many services each holds, and the people of a group."""
    with reading() as session:
        frame = FRAMES[kind](session, actor=page.actor)
        counts = queries.services(session, actor=page.actor)[f"{kind}_id"].value_counts()
        members = queries.group_members(session, actor=page.actor)
    frame = frame.assign(services=frame["id"].map(counts).fillna(0).astype(int))
    if kind is not Table.GROUP:
        return frame
    seats = localised(members, "name").groupby("group_id")
    names, ids = seats["name"].agg(list).to_dict(), seats["person_id"].agg(list).to_dict()
    return frame.assign(
        members=[names.get(group_id, []) for group_id in frame["id"]],
        member_ids=[ids.get(group_id, []) for group_id in frame["id"]],
    )


def columns_of(kind: Table) -> dict[str, Any]:  # Any: column kinds
    columns: dict[str, Any] = {"code": _("Code"), "name": _("Name")}
    if kind is Table.AREA:
        columns["population"] = st.column_config.NumberColumn(_("Population"), format="localized")
    elif kind is Table.PROVIDER:
        columns["department"] = _("Department")
    elif kind is Table.GROUP:
        columns |= {"leader": _("Leader"), "members": st.column_config.ListColumn(_("Members"), width="large")}
    return columns | {"services": st.column_config.NumberColumn(_("Services"), width="small")}


def entry_form(page: Page, kind: Table, row: Row | None) -> None:
    key = f"{kind}_{row['id'] if row else 'new'}"
    with st.form(key):
        title = _("Change {name}").format(name=pick(row["name"], row["name_en"])) if row else _(ADD_WORDS[kind])
        section(title)
        code = None if row else code_field(key)
        values = name_fields(row, key) | own_fields(page, kind, row, key)
        save = _("Save the changes") if row else _("Add")
        pressed = st.form_submit_button(save, type="primary", key=f"{key}_save")
    if pressed and row is None:
        with saving(page, done=_("The entry was added.")) as session:
            ADD[kind](session, code=code, **values, actor=page.actor, now=page.now)
    elif pressed and row is not None:
        with saving(page, done=_("The entry was changed.")) as session:
            CHANGE[kind](session, int(row["id"]), **values, actor=page.actor, now=page.now)


def own_fields(page: Page, kind: Table, row: Row | None, key: str) -> dict[str, Any]:  # Any: arguments of an action
    """The fields that only this table has."""
    if kind is Table.AREA:
        return {"population": population_field(row, key)}
    if kind is Table.PROVIDER:
        with reading() as session:
            offered = options(queries.departments(session, actor=page.actor))
        return {"department_id": select(_("Department"), offered, present(row, "department_id"), key=f"{key}_charge")}
    if kind is Table.GROUP:
        with reading() as session:
            offered = options(queries.people(session, actor=page.actor))
        leader_id = select(_("Leader"), offered, present(row, "leader_id"), key=f"{key}_leader", is_needed=False)
        return {"leader_id": leader_id, "member_ids": members_field(offered, row, key)}
    return {}


def population_field(row: Row | None, key: str) -> int | None:
    return st.number_input(
        _("Population"),
        min_value=1,
        max_value=LARGEST_POPULATION,
        value=present(row, "population"),
        step=1,
        key=f"{key}_population",
        help=_("For figures per head. Leave it empty when it is not known."),
    )


def members_field(offered: Options, row: Row | None, key: str) -> list[int]:
    seated = [int(one) for one in row["member_ids"]] if row else []
    ids = [*offered, *(one for one in seated if one not in offered)]
    return st.multiselect(
        _("Members"),
        ids,
        default=seated,
        format_func=lambda one: offered.get(one, _("No longer active")),
        placeholder=_("Nobody yet"),
        key=f"{key}_members",
    )


def present(row: Row | None, name: str) -> int | None:
    return None if row is None or pd.isna(row[name]) else int(row[name])
