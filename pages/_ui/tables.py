"""Lists: search, sorting and paging kept in the address, one row to choose, and files to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, page_choice
from pages._ui.run import Page, send_to
from pages._ui.widgets import note
from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.web.downloads import keep_for_download
from qs.web.gateway import SESSION

ROWS_PER_PAGE = 20
ROW_HEIGHT = 36
HEADER_HEIGHT = 35
ASCENDING, DESCENDING = "up", "down"

Column = str | Any  # Any: a heading, or one of st.column_config's own types


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    key: str,
    search: Sequence[str] = (),
    sort: Sequence[str] = (),
    rows_per_page: int = ROWS_PER_PAGE,
    is_selectable: bool = False,
) -> dict[str, Any] | None:
    """Show the named columns of a frame, under the given headings, with what was asked for above it.

    `search` and `sort` name columns. Search text, order and page stand in the address as `<key>_q`, `<key>_sort`
    and `<key>_page`. Returns the chosen row of a selectable table as a dict of all its values, or None.
    """
    shown = frame
    if search or sort:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            if search:
                shown = searched(shown, search, key)
            if sort:
                shown = sorted_frame(shown, sort, columns, key)
    pages = max(ceil(len(shown) / rows_per_page), 1)
    state_key = f"{key}_page"
    if st.session_state.get(state_key, 1) > pages:
        st.session_state[state_key] = pages
    page = 1
    place = st.container()
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            page = page_choice(pages, key=state_key)
            note(ngettext("{n} row", "{n} rows", len(shown)).format(n=number(len(shown))))
    part = shown.iloc[(page - 1) * rows_per_page : page * rows_per_page]
    with place:
        return rows(part, columns, key=f"{key}_{page}", is_selectable=is_selectable)


def rows(part: pd.DataFrame, columns: Mapping[str, Column], *, key: str, is_selectable: bool) -> dict[str, Any] | None:
    """The rows themselves; cells are inert, whatever text they hold."""
    shown = part[list(columns)]
    look: dict[str, Any] = {
        "hide_index": True,
        "row_height": ROW_HEIGHT,
        "height": HEADER_HEIGHT + ROW_HEIGHT * max(len(shown), 1),
        "column_config": dict(columns),
        "key": key,
        "placeholder": "—",
    }
    if not is_selectable:
        st.dataframe(shown, **look)
        return None
    event = st.dataframe(shown, on_select="rerun", selection_mode="single-row", **look)
    chosen = [row for row in event.selection.rows if row < len(part)]
    return {str(name): value for name, value in part.iloc[chosen[0]].items()} if chosen else None


def searched(frame: pd.DataFrame, search: Sequence[str], key: str) -> pd.DataFrame:
    """The rows in which every word typed stands in one of the columns; the case of letters does not matter."""
    typed = st.text_input(
        _("Search"),
        key=f"{key}_q",
        bind="query-params",
        placeholder=_("Search"),
        icon=":material/search:",
        label_visibility="collapsed",
        max_chars=100,
        width=280,
    )
    words = (typed or "").casefold().split()
    if not words or frame.empty:
        return frame
    text = frame[list(search)].fillna("").astype(str).agg(" ".join, axis=1).str.casefold()
    fits = pd.Series(True, index=frame.index)
    for word in words:
        fits &= text.str.contains(word, regex=False)
    return frame[fits]


def sorted_frame(frame: pd.DataFrame, sort: Sequence[str], columns: Mapping[str, Column], key: str) -> pd.DataFrame:
    """The frame in the chosen order; as it came when none is chosen."""
    orders = [f"{name}-{direction}" for name in sort for direction in (ASCENDING, DESCENDING)]

    def words(order: str) -> str:
        name, direction = order.rsplit("-", 1)
        heading = heading_of(columns.get(name, name), name)
        upwards = _("{column}, ascending") if direction == ASCENDING else _("{column}, descending")
        return upwards.format(column=heading)

    order = choice(_("Order"), {order: words(order) for order in orders}, key=f"{key}_sort", width=240)
    if order is None:
        return frame
    name, direction = order.rsplit("-", 1)
    return frame.sort_values(name, ascending=direction == ASCENDING, kind="stable")


def heading_of(column: Column, name: str) -> str:
    if isinstance(column, str):
        return column
    return str((column or {}).get("label") or name)


def offer_download(
    page: Page, label: str, file_name: str, make: Callable[[], bytes], mime: str, *, key: str = ""
) -> None:
    """A button that makes a file and hands it to this browser alone, once, under an address good for a minute."""
    if st.button(label, icon=":material/download:", key=key or f"download_{file_name}"):
        principal = f"{SESSION}{page.session.token_hash}"
        send_to(keep_for_download(make(), file_name=file_name, media_type=mime, principal=principal))
