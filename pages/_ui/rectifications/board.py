"""Rectifications at a glance: the finding, the board by step, and the list."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep, localised, words_by_code
from pages._ui.figures import day_text
from pages._ui.page import Page
from pages._ui.tables import offer_download, table
from pages._ui.widgets import note, plain
from qs.i18n import age, ngettext, number, percent, pick
from qs.i18n import gettext as _
from qs.rectifications.queries import LoopFigures
from qs.rectifications.terms import Source, Stage
from qs.sentences import label
from qs.sheets import xlsx

COLUMNS = (Stage.OVERDUE, Stage.ORDERED, Stage.PLANNED, Stage.PROVED, Stage.CLOSED)
CARDS = 5
COLOURS = {Stage.OVERDUE: "orange", Stage.CLOSED: "blue"}
ICONS = {
    Stage.OVERDUE: "event_busy",
    Stage.ORDERED: "edit_note",
    Stage.PLANNED: "construction",
    Stage.PROVED: "fact_check",
    Stage.CLOSED: "task_alt",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def finding(loop: LoopFigures) -> tuple[str, str]:
    """The finding for the heading; the loop's figures with their counts below it."""
    if not loop.open_count and not loop.closed_count:
        return _("Nothing has to be put right"), ""
    if loop.overdue_count:
        text = ngettext("{n} rectification is overdue", "{n} rectifications are overdue", loop.overdue_count)
    else:
        text = ngettext(
            "{n} rectification is open, none overdue", "{n} rectifications are open, none overdue", loop.open_count
        )
    title = text.format(n=number(loop.overdue_count or loop.open_count))
    facts = [ngettext("{n} open", "{n} open", loop.open_count).format(n=number(loop.open_count))]
    if loop.closure_share is not None:
        text = _("loop closed {share} ({closed} of {due} closed or past their time)")
        share = percent(loop.closure_share, 0)
        facts.append(text.format(share=share, closed=number(loop.closed_count), due=number(loop.due_count)))
    if loop.median_days is not None:
        text = _("median {days} days from order to closing (n = {n})")
        facts.append(text.format(days=number(loop.median_days, 1), n=number(loop.closed_count)))
    return title, " · ".join(facts)


def filtered(orders: pd.DataFrame, page: Page) -> pd.DataFrame:
    """The orders that fit the filters, which stand in the address."""
    shown = orders
    sources = {source.value: label(source) for source in Source}
    source = choice(_("All sources"), sources, key="source")
    if source is not None:
        shown = shown[[one.value == source for one in shown["source"]]]
    for key, words in (("department", _("All departments")), ("area", _("All areas"))):
        code = choice(words, words_by_code(orders, code=f"{key}_code", name=key), key=key)
        if code is not None:
            shown = shown[shown[f"{key}_code"] == code]
    if (orders["responsible_id"] == page.actor.person_id).any():
        mine = choice(_("Everybody's"), {"mine": _("I answer for")}, key="whose")
        if mine is not None:
            shown = shown[shown["responsible_id"] == page.actor.person_id]
    return shown


def board(orders: pd.DataFrame, page: Page) -> None:
    """One column for each stage, the most pressing first; each card opens its order."""
    for stage, column in zip(COLUMNS, st.columns(len(COLUMNS), gap="small"), strict=True):
        there = orders[[one is stage for one in orders["stage"]]]
        order = "closed_at" if stage is Stage.CLOSED else "due_at"
        there = there.sort_values(order, ascending=stage is not Stage.CLOSED, kind="stable")
        with column, st.container(gap="small"):
            colour = COLOURS.get(stage, "gray")
            words = _("{stage} {n}").format(stage=label(stage), n=number(len(there)))
            st.badge(words, icon=f":material/{ICONS[stage]}:", color=colour)
            for row in there.head(CARDS).to_dict("records"):
                card(row, stage, page)
            if len(there) > CARDS:
                note(_("{n} more in the list").format(n=number(len(there) - CARDS)))
            if there.empty:
                note("—")


def card(row: dict[str, Any], stage: Stage, page: Page) -> None:  # Any: values of a row
    with st.container(border=True, gap="xsmall"):
        title, service = pick(row["title"], row["title_en"]), pick(row["service"], row["service_en"])
        st.markdown(f"**{plain(title)}**  \n:small[:gray[{plain(service)}]]")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f":small[:{COLOURS.get(stage, 'gray')}[{plain(card_time(row, stage, page))}]]", width="stretch")
            st.button(
                "",
                icon=":material/chevron_right:",
                type="tertiary",
                help=_("Open {number}").format(number=row["number"]),
                key=f"open_{row['rectification_id']}",
                on_click=keep,
                args=("rectification", str(row["rectification_id"])),
            )


def card_time(row: dict[str, Any], stage: Stage, page: Page) -> str:  # Any: values of a row
    """How long there is, or since when it waits; for a closed one, how long it took."""
    if stage is Stage.CLOSED:
        took = age(row["closed_at"] - row["ordered_at"])
        return _("{ago} ago · took {age}").format(ago=age(page.now - row["closed_at"]), age=took)
    if stage is Stage.PROVED:
        return _("proof waits {age}").format(age=age(page.now - row["proved_at"]))
    if stage is Stage.OVERDUE:
        return _("{age} late").format(age=age(page.now - row["due_at"]))
    due_at = min(row["plan_due_at"], row["due_at"]) if stage is Stage.ORDERED else row["due_at"]
    if due_at < page.now:
        return _("plan {age} late").format(age=age(page.now - due_at))
    words = _("plan within {age}") if stage is Stage.ORDERED else _("{age} left")
    return words.format(age=age(due_at - page.now))


def order_list(orders: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    """Every order that fits the filters, the newest first."""
    shown = localised(orders, "title", "service", "responsible")
    shown = shown.assign(
        stage=[label(stage) for stage in orders["stage"]],
        source=[label(source) for source in orders["source"]],
        due=[day_text(at) for at in orders["due_at"]],
        ordered=[day_text(at) for at in orders["ordered_at"]],
    )
    columns = {
        "number": _("Number"),
        "title": st.column_config.TextColumn(_("Matter"), width="medium"),
        "service": st.column_config.TextColumn(_("Service"), width="medium"),
        "source": _("Raised by"),
        "stage": _("Stands at"),
        "responsible": _("Answers for it"),
        "ordered": _("Ordered on"),
        "due": _("Due on"),
    }
    return table(
        shown,
        columns,
        key="orders",
        search=("number", "title", "service", "responsible"),
        sort=("due_at", "ordered_at", "stage"),
        rows_per_page=15,
        is_selectable=True,
    )


def export_button(page: Page, orders: pd.DataFrame) -> None:
    """The listed orders as a workbook, without anybody's free text."""
    kept = orders.drop(columns=["indicator_id", "responsible_id", "service_id", "version"])
    tables = {"rectifications": kept}
    offer_download(page, _("Export (XLSX)"), "rectifications.xlsx", lambda: xlsx(tables), XLSX, key="export_orders")
