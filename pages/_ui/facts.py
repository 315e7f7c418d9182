"""What is known of one thing, line by line: a small label, and the text beside it."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages._ui.widgets import note, show_text


def fact_list(facts: Iterable[tuple[str, str]]) -> None:
    """Label and text in two columns; a dash where there is nothing. Texts are shown inert."""
    with st.container(gap="xxsmall"):
        for words, text in facts:
            left, right = st.columns([1, 2.4], gap="small")
            with left:
                note(words)
            with right:
                show_text(text or "—")
