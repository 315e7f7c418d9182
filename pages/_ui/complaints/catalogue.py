"""The dispatch catalogue on screen: its lines, the form of one, and the whole of it as a file, out and in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised
from pages._ui.complaints.forms import service_names
from pages._ui.figures import NOTHING
from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download, table
from pages._ui.widgets import empty_state, note, section, show_error
from qs.actor import Permission
from qs.complaints.catalogue import files
from qs.complaints.catalogue.entries import (
    Line,
    NewLine,
    add_line,
    catalogue,
    catalogue_line,
    change_line,
    retire_line,
)
from qs.complaints.handling.outlook import pack_names
from qs.complaints.terms import DEFAULT_PACK, REMEDY_LENGTH, TITLE_LENGTH, RequestKind, Urgency
from qs.directory.queries import areas, sectors
from qs.errors import NotFound, QualityError
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.sentences import label
from qs.sheets import safe_csv, xlsx
from qs.tabular import EncodingUnknown
from qs.tabular.terms import Encoding

P = Permission
Choice = TypeVar("Choice")
NEW = "new"
XLSX, CSV, TOML = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "application/toml"


def catalogue_view(page: Page) -> None:
    """The list at the left, the line or the files at the right; changed by those whose word holds everywhere."""
    may_edit = page.actor.has_everywhere(P.COMPLAINTS_APPROVE)
    with reading() as session:
        frame = catalogue(session, actor=page.actor, with_retired=may_edit)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        if frame.empty:
            empty_state(
                _("The dispatch catalogue is empty"),
                _("It says which service handles which matter. Add a line, or read a file in at the right."),
                icon="account_tree",
            )
        else:
            listed(frame)
    with right:
        chosen = st.query_params.get("line")
        if may_edit and chosen == NEW:
            line_form(page, None)
        elif (entry_id := kept_id("line")) is not None:
            one_line(page, entry_id, may_edit=may_edit)
        elif may_edit and st.button(_("Add a line"), icon=":material/add:", key="line_new"):
            keep("line", NEW)
            st.rerun()
        as_a_file(page, may_edit=may_edit)


def listed(frame: pd.DataFrame) -> None:
    columns = {
        "matter": st.column_config.TextColumn(_("Matter"), width=186),
        "handled_by": st.column_config.TextColumn(_("Handled by"), width=140),
        "words": st.column_config.TextColumn(_("Words"), width=150),
        "kind_words": st.column_config.TextColumn(_("Type"), width=62),
        "state": st.column_config.TextColumn(_("State"), width=62),
    }
    search = ("matter", "handled_by", "words", "kind_words", "sector")
    picked = table(worded(frame), columns, key="catalogue", search=search, rows_per_page=14, is_selectable=True)
    if picked is not None and str(picked["entry_id"]) != st.query_params.get("line"):
        keep("line", str(picked["entry_id"]))


def worded(frame: pd.DataFrame) -> pd.DataFrame:
    """The lines with their words for people."""
    shown = localised(frame, "matter", "sector", "area", "service", "co_service")
    rows: list[Any] = list(shown.itertuples(index=False))  # Any: rows of the frame
    handled = [row.service or nearest_words(row.sector, row.area) for row in rows]
    kinds = [_("Every type") if row.kind is None else label(row.kind) for row in rows]
    states = [_("out of use") if row.is_retired else _("in use") for row in rows]
    texts = {"handled_by": handled, "kind_words": kinds, "state": states}
    return shown.assign(**{name: pd.Series(values, index=frame.index, dtype=str) for name, values in texts.items()})


def nearest_words(sector: str, area: str) -> str:
    if not sector:
        return NOTHING
    return _("{sector}, {area}").format(sector=sector, area=area or _("service of the area"))


def one_line(page: Page, entry_id: int, *, may_edit: bool) -> None:
    try:
        with reading() as session:
            line = catalogue_line(session, entry_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    if may_edit:
        line_form(page, line)
        return
    with st.container(border=True, gap="small"):
        section(pick(line.says.matter, line.says.matter_en))
        note(_("Known by: {words}").format(words=_(", ").join(line.words)))
        note(label(line.says.urgency))


def line_form(page: Page, line: Line | None) -> None:
    """Everything a line says; the version that was shown goes with it."""
    said = line.says if line else NewLine("", "")
    with reading() as session:
        area_names, sector_names = areas(session, actor=page.actor), sectors(session, actor=page.actor)
        packs = pack_names(session, actor=page.actor)
    services_by_id = service_names(page, P.COMPLAINTS_DISPATCH)
    key = f"line_{line.entry_id}_{line.version}" if line else "line_new_form"
    with st.container(border=True, gap="small"), st.form(key, border=False):
        section(_("Line of the catalogue") if line else _("A new line"))
        wanted = NewLine(
            matter=st.text_input(_("Matter"), value=said.matter, max_chars=TITLE_LENGTH, key=f"{key}_matter"),
            matter_en=st.text_input(
                _("Matter in English"), value=said.matter_en, max_chars=TITLE_LENGTH, key=f"{key}_matter_en"
            ),
            words=st.text_area(
                _("Words"),
                value=said.words,
                max_chars=REMEDY_LENGTH,
                height=80,
                help=_("Separated by blanks. The more of them stand in a text, the surer the suggestion."),
                key=f"{key}_words",
            ),
            kind=pick_one(_("Type"), {one: label(one) for one in RequestKind}, said.kind, key=f"{key}_kind"),
            sector_id=pick_one(_("Sector"), by_id(sector_names), said.sector_id, key=f"{key}_sector"),
            area_id=pick_one(_("Area"), by_id(area_names), said.area_id, key=f"{key}_area"),
            service_id=pick_one(
                _("Service (empty: the one of the sector in the area)"),
                services_by_id,
                said.service_id,
                key=f"{key}_service",
            ),
            co_service_id=pick_one(
                _("Co-handling service"), services_by_id, said.co_service_id, key=f"{key}_co_service"
            ),
            urgency=pick_one(_("Urgency"), {one: label(one) for one in Urgency}, said.urgency, key=f"{key}_urgency")
            or Urgency.GENERAL,
            pack=pick_one(_("Pack of limits"), packs, said.pack, key=f"{key}_pack") or DEFAULT_PACK,
        )
        with st.container(horizontal=True, gap="small"):
            save = st.form_submit_button(_("Save the line"), type="primary", key=f"{key}_save")
            retire = line is not None and st.form_submit_button(
                _("Take into use again") if line.is_retired else _("Take out of use"), key=f"{key}_retire"
            )
            cancel = st.form_submit_button(_("Cancel"), type="tertiary", key=f"{key}_cancel")
    if save:
        with saving(page, done=_("The line is kept.")) as session:
            if line is None:
                keep("line", str(add_line(session, wanted, actor=page.actor, now=page.now)))
            else:
                change_line(session, line.entry_id, wanted, version=line.version, actor=page.actor, now=page.now)
    elif retire and line is not None:
        by = {"version": line.version, "actor": page.actor, "now": page.now}
        with saving(page, done=_("The line is kept.")) as session:
            retire_line(session, line.entry_id, is_retired=not line.is_retired, **by)
    elif cancel:
        keep("line", None)
        st.rerun()


def by_id(frame: pd.DataFrame) -> dict[int, str]:
    return {int(row[0]): pick(row[1], row[2]) for row in frame[["id", "name", "name_en"]].itertuples(index=False)}


def pick_one(words: str, options: Mapping[Choice, str], chosen: Choice | None, *, key: str) -> Choice | None:
    """One of some options, or none of them."""
    codes = list(options)
    return st.selectbox(
        words,
        codes,
        index=codes.index(chosen) if chosen in options else None,
        format_func=lambda one: options.get(one, ""),
        placeholder=_("Any"),
        key=key,
    )


def as_a_file(page: Page, *, may_edit: bool) -> None:
    """The catalogue as a file, and a file as the catalogue after a look at what would change."""
    section(_("As a file"), _("What is taken away can be read in again."))
    with reading() as session:
        frame = files.catalogue_rows(session, actor=page.actor)
    with st.container(horizontal=True, gap="small"):
        for name, make, mime in (
            ("XLSX", partial(xlsx, frame), XLSX),
            ("CSV", partial(safe_csv, frame), CSV),
            ("TOML", partial(files.catalogue_toml, frame), TOML),
        ):
            offer_download(page, name, f"catalogue.{name.lower()}", make, mime, key=f"catalogue_{name}")
    if may_edit:
        import_part(page)


def import_part(page: Page) -> None:
    uploaded = st.file_uploader(
        _("Read a catalogue in: XLSX, CSV or TOML"), type=["xlsx", "csv", "toml"], key="catalogue_file"
    )
    if uploaded is None:
        note(
            _("Adds and changes lines, never removes any. A line is known by its matter and area. First you see what.")
        )
        return
    plan = planned(page, uploaded.getvalue(), uploaded.name)
    if plan is None:
        return
    added = sum(one.step is files.Step.ADD for one in plan.rows)
    note(
        _("{added} to add, {changed} to change, {same} as they are").format(
            added=number(added), changed=number(len(plan.rows) - added), same=number(plan.unchanged_count)
        )
    )
    if not plan.rows:
        return
    rows = [(one.row, label(one.step), one.says.matter, ", ".join(one.changed)) for one in plan.rows]
    shown = pd.DataFrame(rows, columns=["row", "step", "matter", "changes"])
    headings = {"row": _("Row"), "step": _("What"), "matter": _("Matter"), "changes": _("Changes")}
    table(shown, headings, key="catalogue_plan", rows_per_page=8)
    words = ngettext("Read {n} line in", "Read {n} lines in", len(plan.rows)).format(n=number(len(plan.rows)))
    if st.button(words, type="primary", icon=":material/upload:", key="catalogue_load"):
        with saving(page, done=_("The catalogue was read in.")) as session:
            files.load_catalogue(session, plan, actor=page.actor, now=page.now)


def planned(page: Page, data: bytes, file_name: str) -> files.Plan | None:
    """What the file would do; None, with the reasons shown, when it cannot be read in."""
    encoding: Encoding | None = st.session_state.get("catalogue_encoding")
    try:
        written = files.read_lines(data, file_name=file_name, encoding=encoding)
        with reading() as session:
            return files.plan_catalogue(session, written, actor=page.actor)
    except EncodingUnknown as error:
        show_error(error)
        st.radio(
            _("Encoding"),
            [candidate.encoding for candidate in error.candidates],
            index=None,
            format_func=label,
            key="catalogue_encoding",
        )
    except QualityError as error:
        show_error(error)
    return None
