"""The launcher: `streamlit run app.py` serves pages, sign-in, downloads and interfaces from one process."""

from __future__ import annotations

import asyncio
import asyncio.base_events
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import altair
import numpy
import pandas
import pyarrow
import sqlalchemy
import streamlit as st
import streamlit.dataframe_util
import streamlit.elements.arrow
import streamlit.elements.vega_charts
from starlette.middleware import Middleware

from pages._ui.incidents import show_incident
from qs import db, migrations
from qs.actor import SYSTEM
from qs.office import renew_office
from qs.web import api, assets, downloads, health, open311, open_data, options, papers, sign_in
from qs.web.gateway import Gateway, sweep

# Imported before the freeze below, so that no visitor waits for them.
WARM = (altair, numpy, pandas, pyarrow, sqlalchemy, streamlit.dataframe_util, streamlit.elements)


def send_at_once(connection: socket.socket) -> None:
    """Small answers must not wait 40 ms for the kernel to collect more; asyncio itself asks only some sockets."""
    if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.type == socket.SOCK_STREAM:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


asyncio.base_events._set_nodelay = send_at_once  # type: ignore[attr-defined]  # no public place to say so


def renew() -> None:
    """Bring the store to the newest revision, and the office to the calendars and packs that come with it."""
    migrations.upgrade(db.database())
    with db.database().writing() as session:
        renew_office(session, actor=SYSTEM, now=datetime.now(UTC))


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    options.check()
    await asyncio.to_thread(renew)
    sweeping = asyncio.create_task(sweep())
    gc.collect()
    gc.freeze()  # what exists now stays: the collector need not look at it again
    yield
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping


app = st.App(
    "pages/_ui/frame.py",
    routes=[
        *sign_in.routes,
        *assets.routes,
        *downloads.routes,
        *health.routes,
        *api.routes,
        *open311.routes,
        *papers.routes,
        *open_data.routes,
    ],
    middleware=[Middleware(Gateway)],
    lifespan=lifespan,
    on_script_error=show_incident,
)
