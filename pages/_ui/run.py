"""The present run of a page: who, when, the store, and how to send the browser elsewhere."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._ui.registry import screen_path
from qs import db
from qs.access.queries import OpenSession
from qs.actor import Actor
from qs.db import Database
from qs.web.gateway import redirection


@dataclass(frozen=True)
class Page:
    """One run of one page."""

    name: str
    actor: Actor
    now: datetime  # UTC; the one moment of this run
    database: Database
    session: OpenSession


_page: ContextVar[Page] = ContextVar("page")


def begin(name: str, found: OpenSession, now: datetime) -> Page:
    page = Page(name, found.person, now, db.database(), found)
    _page.set(page)
    return page


def current_page() -> Page:
    return _page.get()


def address_of(name: str) -> str:
    """The address of what is on screen, filters included."""
    query = urlencode(st.query_params.to_dict(), doseq=True)
    return f"{screen_path(name)}?{query}" if query else screen_path(name)


def send_to(path: str) -> None:
    """Send the browser to another address of this site; the run goes on, since a download leaves the page as it is."""
    context = get_script_run_ctx()
    if context is not None:
        context.enqueue(redirection(path))


def redirect(path: str) -> NoReturn:
    """Send the browser to another address of this site and end the run."""
    send_to(path)
    st.stop()


def go(name: str, **query: str) -> NoReturn:
    """Open another screen, with its filters when some are named."""
    st.switch_page(f"../{name}.py", query_params=query)
