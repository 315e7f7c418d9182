"""What all visitors share: published figures, the list of services, chart specifications; read again after a while."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pages._ui.page import reading
from pages._ui.public.page import PublicPage
from qs.actor import Actor, Permission
from qs.directory import queries as directory
from qs.i18n import Language
from qs.participation import public as participation
from qs.publication import public_charts as charts
from qs.publication.queries import published_figures
from qs.publication.terms import PublishedFigures

LOG = logging.getLogger("qs.wall")
FIGURES_SECONDS = 60  # a new release may wait so long; nobody waits for a figure
SERVICES_SECONDS = 300
SPECS_KEPT = 64
Spec = dict[str, Any]  # Any: Vega-Lite JSON


def store_of(page: PublicPage) -> str:
    return page.database.engine.url.render_as_string()


def figures(session: Session, page: PublicPage) -> PublishedFigures:
    """The figures of the newest release, read once for all visitors."""
    return shared_figures(session, page.actor, store=store_of(page))


@st.cache_resource(ttl=timedelta(seconds=FIGURES_SECONDS), max_entries=8, show_spinner=False)
def shared_figures(_session: Session, _actor: Actor, *, store: str) -> PublishedFigures:
    return published_figures(_session, actor=_actor)


def whats_on(session: Session, page: PublicPage) -> pd.DataFrame:
    """The consultations and hearings one can take part in now: participation.public.OPEN_COLUMNS."""
    return shared_events(session, page.actor, page.now.replace(second=0, microsecond=0), store=store_of(page))


@st.cache_resource(ttl=timedelta(seconds=FIGURES_SECONDS), max_entries=8, show_spinner=False)
def shared_events(_session: Session, _actor: Actor, _minute: datetime, *, store: str) -> pd.DataFrame:
    return participation.open_now(_session, actor=_actor, now=_minute)


def open_services(session: Session, page: PublicPage, day: date) -> pd.DataFrame:
    """One row per service that runs on the day: the columns of directory.queries.services. Never changed."""
    return shared_services(session, page.actor, day, store=store_of(page))


@st.cache_resource(ttl=timedelta(seconds=SERVICES_SECONDS), max_entries=8, show_spinner=False)
def shared_services(_session: Session, _actor: Actor, day: date, *, store: str) -> pd.DataFrame:
    found = directory.services(_session, actor=_actor, permission=Permission.PUBLIC_READ, day=day)
    return found[found["is_open"]].reset_index(drop=True)


@st.cache_data(max_entries=SPECS_KEPT, show_spinner=False)
def dots_spec(
    frame: pd.DataFrame, language: Language, *, centre: float | None, centre_text: str, dark: bool, is_wall: bool
) -> Spec:
    """Shares with their intervals; the frame and the language are the key."""
    chart = charts.dots_chart(
        frame,
        centre=centre,
        centre_text=centre_text,
        colours=charts.paper(dark=dark),
        size=charts.WALL if is_wall else charts.PAPER,
    )
    spec: Spec = chart.to_dict()
    return spec


@st.cache_data(max_entries=SPECS_KEPT, show_spinner=False)
def counts_spec(
    frame: pd.DataFrame, language: Language, *, fills: tuple[str, ...], dark: bool, is_wall: bool = False
) -> Spec:
    size = charts.WALL_BARS if is_wall else charts.PAPER
    spec: Spec = charts.counts_chart(frame, fills=fills, colours=charts.paper(dark=dark), size=size).to_dict()
    return spec


@dataclass(frozen=True)
class WallFigures:
    """What the wall shows, and when it was read."""

    figures: PublishedFigures
    read_at: datetime
    is_last_known: bool  # the store does not answer: these are the last ones it gave


class LastKnown:
    """The figures this process read last, for a wall that must not go dark when the store is away."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.kept: dict[str, WallFigures] = {}

    def read(self, page: PublicPage) -> WallFigures:
        """Fresh figures, or the last ones when the store fails. Raises what the store said when there are none."""
        store = store_of(page)
        try:
            with reading() as session:
                found = WallFigures(figures(session, page), page.now, is_last_known=False)
        except SQLAlchemyError as error:
            with self.lock:
                last = self.kept.get(store)
            if last is None:
                raise
            LOG.warning("the wall shows figures of %s: %s", last.read_at.isoformat(), type(error).__name__)
            return WallFigures(last.figures, last.read_at, is_last_known=True)
        with self.lock:
            self.kept[store] = found
        return found


@st.cache_resource(show_spinner=False)
def last_known() -> LastKnown:
    """The memory of this process, shared by all walls."""
    return LastKnown()
