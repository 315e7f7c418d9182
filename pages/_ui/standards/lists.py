"""The lists of indicators and clauses, the finding above them, and the files to take away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.figures import target_text
from pages._ui.page import Page
from pages._ui.tables import offer_download, table
from qs.i18n import day, ngettext, number, percent
from qs.i18n import gettext as _
from qs.sheets import xlsx
from qs.standards.rules import is_review_overdue

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def indicator_rows(editions: pd.DataFrame, coming: pd.DataFrame, today: date) -> pd.DataFrame:
    """One row per indicator: the edition in force, or the first to come when none is; with `is_overdue`, `next_on`."""
    fresh = coming[~coming["indicator_id"].isin(editions["indicator_id"])].drop_duplicates("indicator_id")
    shown = pd.concat([editions, fresh], ignore_index=True) if len(fresh) else editions
    next_days = coming.drop_duplicates("indicator_id").set_index("indicator_id")["effective_on"].to_dict()
    next_on = [day(next_days[one]) if one in next_days else "" for one in shown["indicator_id"]]
    overdue = [is_review_overdue(review_on, today) for review_on in shown["review_on"]]
    return shown.assign(next_on=pd.Series(next_on, dtype=str), is_overdue=pd.Series(overdue, dtype=bool))


def finding(indicators: pd.DataFrame, clauses: pd.DataFrame, today: date) -> tuple[str, str]:
    """The finding for the heading, and the facts behind it."""
    overdue, count = int(indicators["is_overdue"].sum()), len(indicators)
    title = ngettext("{n} indicator, reviewed in time", "{n} indicators, all reviewed in time", count)
    if overdue:
        title = ngettext("{n} indicator is due for review", "{n} indicators are due for review", overdue)
    facts = _("{indicators} indicators · {clauses} clauses · editions in force on {day}").format(
        indicators=number(count), clauses=number(len(clauses)), day=day(today)
    )
    return title.format(n=number(overdue or count)), facts


def indicator_list(indicators: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    shown = localised(indicators, "name", "sector")
    shown = shown.assign(
        sector=shown["sector"].where(shown["sector"] != "", _("Every sector")),
        aim=["—" if pd.isna(row.target) else target_text(row) for row in indicators.itertuples(index=False)],
        weight=[percent(weight, 0) for weight in indicators["weight"]],
        review=[
            _("{day}, overdue").format(day=day(row.review_on)) if row.is_overdue else day(row.review_on)
            for row in indicators.itertuples(index=False)
        ],
    )
    columns = {
        "name": st.column_config.TextColumn(_("Indicator"), width="medium"),
        "sector": _("Sector"),
        "aim": _("Target"),
        "weight": _("Weight"),
        "review": _("Review date"),
        "next_on": _("New edition from"),
    }
    if not (indicators["next_on"] != "").any():
        del columns["next_on"]
    search = ("code", "name", "name_en", "definition", "definition_en", "owner")
    return table(
        shown,
        columns,
        key="indicators",
        search=search,
        sort=("name", "sector", "code"),
        rows_per_page=15,
        is_selectable=True,
    )


def clause_list(clauses: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    shown = localised(clauses, "title", "source", "sector")
    shown = shown.assign(
        sector=shown["sector"].where(shown["sector"] != "", _("Every sector")),
        since=[day(one) for one in clauses["effective_on"]],
    )
    columns = {
        "code": _("Code"),
        "title": st.column_config.TextColumn(_("Clause"), width="medium"),
        "sector": _("Sector"),
        "since": _("In force since"),
    }
    search = ("code", "title", "title_en", "text", "text_en", "source")
    return table(
        shown,
        columns,
        key="clauses",
        search=search,
        sort=("title", "sector", "code"),
        rows_per_page=15,
        is_selectable=True,
    )


def export_buttons(page: Page, indicators: pd.DataFrame, clauses: pd.DataFrame) -> None:
    """Everything in force in one workbook, in both languages."""
    tables = {
        "indicators": indicators.drop(columns=["indicator_id", "sector_id", "edition_id", "clause_id", "next_on"]),
        "clauses": clauses.drop(columns=["clause_id", "sector_id", "edition_id"]),
    }
    offer_download(page, _("Export (XLSX)"), "standards.xlsx", lambda: xlsx(tables), XLSX, key="export_standards")
