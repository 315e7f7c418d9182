"""A layout for a new kind of file: say which column is what, see the first events at once, save it as a feed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import words_by_code
from pages._ui.feeds.files import Upload, uploaded_table
from pages._ui.feeds.loading import counts_words, problem_frame, show_events, show_problems
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, plain, section, show_error
from qs.actor import Permission
from qs.directory import queries as directory
from qs.errors import QualityError
from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.observations.actions import add_feed
from qs.observations.feeds import read_mapping, used_columns
from qs.observations.imports import preview_import
from qs.periods import local_day
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.tabular import Table

Layout = dict[str, Any]  # Any: a mapping as it is stored
DATE_FORMATS = (
    "",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y-%m",
    "%Y%m",
    "%m_%Y",
)
NOT_IN_TEMPLATES = frozenset("{}|")
SAMPLE_CELLS = 3


def mapper_part(page: Page) -> None:
    """The file, the questions about it, and what they would make of it."""
    left, right = st.columns([1, 1.6], gap="large")
    with left, st.container(border=True, gap="small"):
        section(_("1. A file of the new kind"))
        upload = uploaded_table(_("The file"), key="layout_file")
        layout = asked_layout(page, upload.reading.table) if upload is not None else None
    with right:
        if upload is None:
            note(_("The columns of the file appear on the left, the first events here. Nothing is loaded by this."))
        elif layout is None:
            show_columns(upload.reading.table)
        else:
            show_layout(page, layout, upload)


def show_columns(found: Table) -> None:
    """The columns of the file with their first cells, until enough is known for events."""
    section(_("The columns of the file"), ngettext("{n} row", "{n} rows", len(found)).format(n=number(len(found))))
    rows = [(name, " · ".join(found.columns[name][:SAMPLE_CELLS])) for name in found.header]
    frame = pd.DataFrame(rows, columns=["name", "cells"])
    columns = {"name": _("Column"), "cells": st.column_config.TextColumn(_("First cells"), width="large")}
    table(frame, columns, key="columns")


def asked_layout(page: Page, found: Table) -> Layout | None:
    """The answers as a mapping; None while something needed is missing."""
    columns = [name for name in found.header if not NOT_IN_TEMPLATES & set(name)]
    section(_("2. What the columns mean"))
    time = picked(_("When it happened"), columns, key="time")
    formats = {text: text or _("2026-03-31, or date and time") for text in DATE_FORMATS}
    layout = st.selectbox(
        _("How dates are written"), DATE_FORMATS, format_func=formats.__getitem__, key="layout_format"
    )
    service = asked_service(page, columns)
    indicator = asked_indicator(page, columns)
    numerator, denominator = asked_counts(columns)
    named = (time, column_in(service), column_in(indicator))
    usual = list(dict.fromkeys(name for name in named if name))
    key = st.multiselect(
        _("Columns that tell one row from every other"),
        columns,
        default=usual,
        help=_("Together they make the id of an event. The same id loaded again changes nothing."),
        key=f"layout_key {usual}",  # a new proposal whenever the answers above change
        placeholder=_("Choose"),
    )
    skips = st.toggle(_("Empty cells mean that nothing was measured"), key="layout_empty")
    if not (time and service and indicator and numerator and key):
        return None
    measure = {
        "indicator": indicator,
        "numerator": numerator,
        "denominator": denominator,
        "empty": "skip" if skips else "refuse",
    }
    return {
        "code": "new",
        "name": "new",
        "header": list(columns),
        "key": ":".join(f"{{{name}}}" for name in key),
        "time": {"column": time} | ({"format": layout} if layout else {}),
        "service": service,
        "measure": [measure],
    }


def picked(words: str, columns: list[str], *, key: str, empty: str | None = None) -> str | None:
    """One column, or none."""
    column: str | None = st.selectbox(
        words, columns, index=None, placeholder=empty or _("Choose a column"), key=f"layout_{key}"
    )
    return column


def column_in(template: str | Layout | None) -> str | None:
    """The one column of a plain template, for the usual key."""
    text = template.get("code", "") if isinstance(template, dict) else template or ""
    return text[1:-1] if text.startswith("{") and text.endswith("}") else None


def asked_service(page: Page, columns: list[str]) -> Layout | None:
    """Which service a row speaks of: named in a column, or one for the whole file; new ones may be begun."""
    words = {"column": _("Codes in a column"), "fixed": _("One for all rows")}
    way = st.segmented_control(
        _("Service"), list(words), default="column", format_func=words.__getitem__, required=True, key="layout_service"
    )
    today = local_day(page.now, settings().zone)
    if way == "fixed":
        with reading() as session:
            services = directory.services(session, actor=page.actor, day=today)
        code = one_of(_("Which service"), words_by_code(services), key="service_code")
        return {"code": code} if code else None
    column = picked(_("Column with the service's code"), columns, key="service_column")
    if column is None:
        return None
    rule: Layout = {"code": f"{{{column}}}"}
    if page.actor.has(Permission.DIRECTORY_EDIT) and st.toggle(
        _("Begin services that the directory does not know"), key="layout_create"
    ):
        return new_services(page, rule, columns)
    return rule


def new_services(page: Page, rule: Layout, columns: list[str]) -> Layout | None:
    """Where new services belong: entries that the directory has already."""
    with reading() as session:
        sectors, areas = directory.sectors(session, actor=page.actor), directory.areas(session, actor=page.actor)
        providers = directory.providers(session, actor=page.actor)
        departments = directory.departments(session, actor=page.actor)
    name = picked(_("Column with the service's name"), columns, key="service_name")
    sector = one_of(_("Sector"), words_by_code(sectors), key="sector")
    area = one_of(_("Area"), words_by_code(areas), key="area")
    provider = one_of(_("Provider"), words_by_code(providers), key="provider")
    if not (name and sector and area and provider):
        return None
    department_id = providers.loc[providers["code"] == provider, "department_id"].iloc[0]
    department = departments.loc[departments["id"] == department_id, "code"].iloc[0]
    return {
        **rule,
        "name": f"{{{name}}}",
        "create": True,
        "sector": sector,
        "area": entry(areas, area),
        "department": entry(departments, department),
        "provider": entry(providers, provider),
    }


def entry(frame: pd.DataFrame, code: str) -> Layout:
    row = frame[frame["code"] == code].iloc[0]
    return {"code": code, "name": row["name"]}


def one_of(words: str, options: dict[str, str], *, key: str) -> str | None:
    code: str | None = st.selectbox(
        words,
        list(options),
        index=None,
        format_func=lambda one: options.get(one, one),
        placeholder=_("Choose"),
        key=f"layout_{key}",
    )
    return code


def asked_indicator(page: Page, columns: list[str]) -> str | None:
    words = {"fixed": _("One for all rows"), "column": _("Codes in a column")}
    way = st.segmented_control(
        _("Indicator"),
        list(words),
        default="fixed",
        format_func=words.__getitem__,
        required=True,
        key="layout_indicator",
    )
    if way == "column":
        column = picked(_("Column with the indicator's code"), columns, key="indicator_column")
        return f"{{{column}}}" if column else None
    with reading() as session:
        editions = editions_on(session, local_day(page.now, settings().zone), actor=page.actor)
    return one_of(_("Which indicator"), words_by_code(editions), key="indicator_code")


def asked_counts(columns: list[str]) -> tuple[Layout | None, Layout | int]:
    """What stands above and below the line."""
    above = picked(_("Numerator, or the single value"), columns, key="above")
    above_less = picked(_("less this column"), columns, key="above_less", empty=_("Nothing taken off"))
    below = picked(_("Denominator"), columns, key="below", empty=_("1: single values or counts"))
    below_less = (
        picked(_("less this column"), columns, key="below_less", empty=_("Nothing taken off")) if below else None
    )
    return amount(above, above_less) if above else None, amount(below, below_less) if below else 1


def amount(column: str, less: str | None) -> Layout:
    return {"column": column, "minus": less} if less else {"column": column}


def show_layout(page: Page, layout: Layout, upload: Upload) -> None:
    """The first events and faults under this layout, and the form that saves it."""
    try:
        with reading() as session, st.spinner(_("Checking every row")):
            mapping = read_mapping(layout)
            preview = preview_import(session, upload.reading, mapping, actor=page.actor, now=page.now)
    except QualityError as error:
        show_error(error)
        return
    if preview.is_sound:
        section(_("Every row fits"), counts_words(preview), icon="check")
    else:
        words = ngettext("{n} problem under this layout", "{n} problems under this layout", preview.problem_count)
        st.warning(plain(words.format(n=number(preview.problem_count))), icon=":material/rule:")
        show_problems(problem_frame(preview), key="layout_faults")
    show_events(preview)
    used = {column for _place, column in used_columns(mapping)}
    save_form(page, {**layout, "header": [name for name in mapping.header if name in used]})


def save_form(page: Page, layout: Layout) -> None:
    with st.form("save_layout"):
        section(_("3. Save it as a feed"))
        code = st.text_input(
            _("Code"), max_chars=64, placeholder="county-hotline", help=_("Used in commands and by systems.")
        )
        name = st.text_input(_("Name"), max_chars=200)
        name_en = st.text_input(_("Name in English"), max_chars=200)
        hours = st.number_input(_("Silent after (hours)"), min_value=0.0, value=None, placeholder=_("Never"))
        pressed = st.form_submit_button(_("Save the feed"), type="primary", icon=":material/save:")
    if pressed:
        with saving(page, done=_("The feed was saved. Files of this kind can be loaded now.")) as session:
            named = {
                **layout,
                "name": name.strip() or code,
                **({"name_en": name_en.strip()} if name_en.strip() else {}),
            }
            add_feed(
                session,
                code=code.strip(),
                name=name,
                name_en=name_en,
                mapping=named,
                silent_after_hours=hours or None,
                actor=page.actor,
                now=page.now,
            )
