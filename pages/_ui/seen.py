"""Which state of an object somebody looked at before they pressed a button: kept in the address between two runs."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep

SEEN = "seen"


def seen_version(object_id: int, version: int) -> int:
    """The version that stood on the screen when the button was pressed; call it before the forms are drawn."""
    kept_object, _, kept_version = st.query_params.get(SEEN, "").partition(".")
    is_kept = kept_object == str(object_id) and kept_version.isascii() and kept_version.isdigit()
    return int(kept_version) if is_kept else version


def note_seen(object_id: int, version: int) -> None:
    """Remember what is on the screen now; call it after the forms, whose actions take the version seen before."""
    keep(SEEN, f"{object_id}.{version}")
