"""Filters and views kept in the address by code, so that a link means the same in every language."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from qs.i18n import pick

PAGE_BUTTON = 48  # pixels of one number of a pager
PAGES_SHOWN = 7


def choice(label: str, options: Mapping[str, str], *, key: str, width: int = 170) -> str | None:
    """A filter: code -> words, or None for all. The code stands in the address as `key`."""
    asked = st.query_params.get(key)
    codes = list(options)
    chosen = st.selectbox(
        label,
        codes,
        index=codes.index(asked) if asked is not None and asked in options else None,
        format_func=lambda code: options.get(code, code),
        placeholder=label,
        label_visibility="collapsed",
        width=width,
        key=f"{key}_choice",
    )
    keep(key, chosen)
    return chosen


def one_of(label: str, options: Mapping[str, str], *, key: str, usual: str, width: int | None = None) -> str:
    """One of several ways to look, always one of them; the usual one leaves the address alone."""
    codes, wanted = list(options), asked(key)
    present = wanted if wanted in options else usual
    index, said = codes.index(present), (present, options[present])
    if f"{key}_choice" in st.session_state and st.session_state.get(f"{key}_said") != said:
        st.session_state[f"{key}_choice"], index = present, 0  # the browser keeps old words until it is told the choice
    st.session_state[f"{key}_said"] = said
    chosen: str = st.selectbox(
        label,
        codes,
        index=index,
        format_func=lambda code: options.get(code, code),
        label_visibility="collapsed",
        width=width or "stretch",
        key=f"{key}_choice",
    )
    keep(key, None if chosen == usual else chosen)
    return chosen


def asked(key: str) -> str | None:
    """What a filter is set to before it is drawn in this run: what was just chosen, else what the address says."""
    state_key = f"{key}_choice"
    chosen: str | None = st.session_state[state_key] if state_key in st.session_state else st.query_params.get(key)
    return chosen


def view(label: str, options: Mapping[str, str], *, key: str = "view") -> str:
    """One of several views of a page, the first unless the address says otherwise."""
    asked = st.query_params.get(key)
    codes = list(options)
    chosen = st.segmented_control(
        label,
        codes,
        default=asked if asked in options else codes[0],
        format_func=lambda code: options.get(code, code),
        label_visibility="collapsed",
        required=True,
        on_change=keep,
        args=("do", None),  # a form left open belongs to the view that was left
        key=f"{key}_choice",
    )
    keep(key, None if chosen == codes[0] else chosen)
    return chosen or codes[0]


def page_choice(pages: int, *, key: str) -> int:
    """One of several pages, beside words, kept in the address; a pager that is not told its width hides its numbers."""
    width = PAGE_BUTTON * (min(pages, PAGES_SHOWN) + 2)
    return st.pagination(pages, key=key, bind="query-params", width=width, max_visible_pages=PAGES_SHOWN)


def keep(key: str, value: str | None) -> None:
    """Write a value into the address, or take it out; untouched when it stands there already."""
    if value is None:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def kept_id(key: str) -> int | None:
    """The id that stands in the address, if it is one."""
    text = st.query_params.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def words_by_code(frame: pd.DataFrame, *, code: str = "code", name: str = "name") -> dict[str, str]:
    """Code -> name in the language of the run, for the options of a filter; each code once, by code."""
    distinct = frame[frame[code] != ""].drop_duplicates(code).sort_values(code)
    return {row[0]: pick(row[1], row[2]) for row in distinct[[code, name, f"{name}_en"]].itertuples(index=False)}


def localised(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with the named columns in the language of the run: English where it is wanted and there."""
    shown = {
        name: pd.Series(
            [pick(chinese, english) for chinese, english in zip(frame[name], frame[f"{name}_en"], strict=True)],
            index=frame.index,
            dtype=str,
        )
        for name in names
    }
    return frame.assign(**shown)
