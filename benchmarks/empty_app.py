"""The product's launcher with an empty page instead of its own: what the server itself costs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from app import lifespan
from pages._ui.incidents import show_incident
from qs.web import health
from qs.web.gateway import Gateway

app = st.App(
    str(Path(__file__).parent / "empty_page.py"),
    routes=[*health.routes],
    middleware=[Middleware(Gateway)],
    lifespan=lifespan,
    on_script_error=show_incident,
)
