"""The directory as files: take it away for spreadsheets, bring it back after looking at what would change."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download, table
from pages._ui.widgets import note, section, show_error
from qs.directory.exchange import SEPARATOR, SHEETS, SourceTable, export_tables, read_source, sheets
from qs.directory.imports import Plan, PlannedRow, Step, apply_import, plan_import
from qs.directory.terms import FIELDS, Table
from qs.errors import QualityError
from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.sentences import label
from qs.sheets import safe_csv, xlsx
from qs.tabular import EncodingUnknown
from qs.tabular.terms import Encoding

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


def export_part(page: Page) -> None:
    section(_("Export"), _("What is exported can be imported again."))
    with reading() as session:
        tables = export_tables(session, actor=page.actor)
    with st.container(border=True, gap="small"):
        offer_download(
            page, _("The whole directory (XLSX)"), "directory.xlsx", lambda: xlsx(sheets(tables)), XLSX, key="all_xlsx"
        )
        for kind in Table:
            name = f"{SHEETS[kind]}.csv"
            count = len(tables[kind])
            words = _("{table} (CSV, {n} rows)").format(table=label(kind), n=number(count))
            offer_download(page, words, name, partial(safe_csv, tables[kind]), CSV, key=f"csv_{kind}")


def import_part(page: Page) -> None:
    section(_("Import"), _("Adds and changes entries, never removes any. First you see what would change."))
    with st.container(border=True, gap="small"):
        uploaded = st.file_uploader(_("An exported file, edited: XLSX or CSV"), type=["xlsx", "csv"], key="import_file")
        if uploaded is None:
            note(_("Codes tell entries apart: a known code is changed, a new one is added. Nothing is saved yet."))
            return
        sources = sources_of(uploaded.getvalue(), uploaded.name)
        if sources is None:
            return
        try:
            with reading() as session:
                plan = plan_import(session, sources, actor=page.actor)
        except QualityError as error:
            show_error(error)
            return
        show_plan(plan)
        if not plan.rows:
            return
        words = ngettext("Import {n} row", "Import {n} rows", len(plan.rows)).format(n=number(len(plan.rows)))
        pressed = st.button(words, type="primary", icon=":material/upload:", key="import_now")
    if pressed:
        with saving(page, done=_("The file was imported.")) as session:
            apply_import(session, sources, expected=plan, file_name=uploaded.name, actor=page.actor, now=page.now)


def sources_of(data: bytes, file_name: str) -> tuple[SourceTable, ...] | None:
    """The tables of the file; asks for what the file does not say, and shows why it cannot be read."""
    kind = None
    if not file_name.casefold().endswith(".xlsx"):
        guesses = [one for one in Table if SHEETS[one] in file_name.casefold()]
        kind = st.selectbox(
            _("Table in this file"),
            list(Table),
            index=list(Table).index(guesses[0]) if guesses else None,
            format_func=label,
            placeholder=_("Choose"),
            key="import_table",
        )
        if kind is None:
            return None
    try:
        return read_source(data, file_name=file_name, table=kind)
    except EncodingUnknown as error:
        return sources_in_encoding(data, file_name, kind, error)
    except QualityError as error:
        show_error(error)
        return None


def sources_in_encoding(
    data: bytes, file_name: str, kind: Table | None, error: EncodingUnknown
) -> tuple[SourceTable, ...] | None:
    """The tables of a file that is not UTF-8, once somebody has said in which encoding it reads right."""
    show_error(error)
    samples = {candidate.encoding: candidate.sample_rows for candidate in error.candidates}
    encoding: Encoding | None = st.radio(
        _("Encoding"),
        list(samples),
        index=None,
        format_func=label,
        captions=[" ".join(rows[:2])[:80] for rows in samples.values()],
        key="import_encoding",
    )
    if encoding is None:
        return None
    try:
        return read_source(data, file_name=file_name, table=kind, encoding=encoding)
    except QualityError as refused:
        show_error(refused)
        return None


def show_plan(plan: Plan) -> None:
    added = sum(1 for row in plan.rows if row.step is Step.ADD)
    facts = _("{added} to add, {changed} to change, {same} as they are").format(
        added=number(added), changed=number(len(plan.rows) - added), same=number(plan.unchanged_count)
    )
    section(_("What this file would do") if plan.rows else _("This file would change nothing"), facts)
    if plan.rows:
        frame = pd.DataFrame([planned(row) for row in plan.rows])
        columns = {"table": _("Table"), "row": _("Row"), "step": _("What"), "code": _("Code"), "changes": _("Changes")}
        table(frame, columns, key="plan", rows_per_page=10)


def planned(row: PlannedRow) -> dict[str, str | int]:
    changes = [
        _("{field}: {before} → {after}").format(
            field=_(FIELDS[change.column]), before=shown(change.before), after=shown(change.after)
        )
        for change in row.fields
        if row.step is Step.CHANGE or change.column == "name"
    ]
    words = {Step.ADD: _("Add"), Step.CHANGE: _("Change")}
    return {
        "table": label(row.table),
        "row": row.row,
        "step": words[row.step],
        "code": row.code,
        "changes": " · ".join(changes),
    }


def shown(value: object) -> str:
    if isinstance(value, tuple):
        return SEPARATOR.join(value) or "—"
    return "—" if value is None or value == "" else str(value)
