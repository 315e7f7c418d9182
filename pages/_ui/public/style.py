"""The style sheets of the public pages and of the wall: the only place that hands raw markup to the browser."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
PUBLIC, PUBLIC_DARK, WALL = HERE / "public.css", HERE / "public_dark.css", HERE / "wall.css"


def is_dark() -> bool:
    """Whether the browser draws the dark theme."""
    return st.context.theme.type == "dark"


def dress_public_page() -> None:
    """Load the style sheet of the public pages; static files, nothing of a visitor or of the data in them."""
    st.html(PUBLIC)
    if is_dark():
        st.html(PUBLIC_DARK)


def dress_wall() -> None:
    """Load the style sheet of the wall screen, which is always light."""
    st.html(WALL)
