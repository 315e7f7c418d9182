"""What several screens may share: boards by data version and scope, chart specifications by language and theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.choices import words_by_code
from pages._ui.run import Page
from qs import chart_style
from qs.actor import Actor, Permission, Scope
from qs.directory import queries as directory
from qs.i18n import Language, language
from qs.monitoring import charts
from qs.monitoring.queries import Board, board
from qs.monitoring.terms import Filters
from qs.periods import local_day
from qs.rankings.disparities import Disparities, Wanted, disparities
from qs.rankings.queries import Working, frozen_periods, working_figures
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.versions import data_versions

BOARD_SECONDS = 120
BOARDS_KEPT = 64
REFRESHES_KEPT = 16
WORKING_MINUTES = 5  # how old the provisional ranking of a running quarter may be
SECONDS_BETWEEN_REDRAWS = 0.25  # one takes a third of that: with hundreds watching, redraws must not take it all
SILENCE_MINUTES = 1  # how far behind the clock a cached board may judge silence
Scopes = tuple[tuple[str, tuple[int, ...]], ...]


def live_board(session: Session, filters: Filters, page: Page) -> Board:
    """The board for a screen, computed once for all who see the same services and ask the same.

    New events may wait for the next refresh, so that a busy feed does not make every visitor compute a board; what
    people decide (the directory, the standards, new limits) shows at once.
    """
    minute = page.now.replace(second=0, microsecond=0)
    store = page.database.engine.url.render_as_string()
    refresh = int(page.now.timestamp() / settings().live_refresh_seconds)
    events, *decided = data_versions(session)
    return shared_board(
        session,
        page.actor,
        minute,
        filters,
        versions=(seen_first(events, refresh, store), *decided),
        scopes=scope_key(page.actor.scopes(Permission.LIVE_READ)),
        store=store,
        at=minute.isoformat(),
    )


@st.cache_resource(max_entries=REFRESHES_KEPT, show_spinner=False)
def seen_first(_version: int, refresh: int, store: str) -> int:
    """The version of the events that the first visitor met in this refresh; it is everybody's until the next one."""
    return _version


@st.cache_resource(ttl=timedelta(seconds=BOARD_SECONDS), max_entries=BOARDS_KEPT, show_spinner=False)
def shared_board(
    _session: Session,
    _actor: Actor,
    _minute: datetime,
    filters: Filters,
    *,
    versions: tuple[int, ...],
    scopes: Scopes,
    store: str,
    at: str,
) -> Board:
    """The arguments after `filters` are the key: what the data are, who may see what, where and when."""
    return board(_session, filters, actor=_actor, now=_minute + timedelta(minutes=SILENCE_MINUTES))


def working_ranking(session: Session, name: str, page: Page) -> Working:
    """A quarter that is not frozen, computed once for all who see the same services; some minutes old at most."""
    page.actor.check(Permission.RANKINGS_READ)
    return shared_working(
        session,
        page.actor,
        name,
        versions=data_versions(session)[1:],
        scopes=scope_key(page.actor.scopes(Permission.RANKINGS_READ)),
        store=page.database.engine.url.render_as_string(),
    )


@st.cache_resource(ttl=timedelta(minutes=WORKING_MINUTES), max_entries=16, show_spinner=False)
def shared_working(
    _session: Session, _actor: Actor, name: str, *, versions: tuple[int, ...], scopes: Scopes, store: str
) -> Working:
    """The arguments after the actor are the key: what is asked, what the names are, who may see what, and where."""
    return working_figures(_session, name, actor=_actor)


def shown_disparities(session: Session, pairs: pd.DataFrame, wanted: Wanted, page: Page) -> Disparities | None:
    """One comparison, computed once for all who see the same services; some minutes old at most."""
    frozen = frozen_periods(session, actor=page.actor)
    return shared_disparities(
        session,
        page.actor,
        page.now,
        pairs,
        wanted,
        frozen=tuple(zip(frozen["name"], frozen["revision"].tolist(), strict=True)),
        versions=data_versions(session)[1:],
        scopes=scope_key(page.actor.scopes(Permission.RANKINGS_READ)),
        store=page.database.engine.url.render_as_string(),
    )


@st.cache_resource(ttl=timedelta(minutes=WORKING_MINUTES), max_entries=64, show_spinner=False)
def shared_disparities(
    _session: Session,
    _actor: Actor,
    _now: datetime,
    _pairs: pd.DataFrame,
    wanted: Wanted,
    *,
    frozen: tuple[tuple[str, int], ...],
    versions: tuple[int, ...],
    scopes: Scopes,
    store: str,
) -> Disparities | None:
    """The arguments after the pairs are the key: what is asked and frozen, what names are, who sees what, where."""
    return disparities(_session, _pairs, wanted, actor=_actor, now=_now)


def scope_key(scopes: tuple[Scope, ...]) -> Scopes:
    return tuple(sorted((scope.kind.value, tuple(sorted(scope.ids))) for scope in scopes))


class Turns:
    """Lets one visitor at a time draw a whole screen anew, at a distance: the others' headings must stay quick."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.next_at = 0.0

    def take(self, now_seconds: float) -> bool:
        """True when it is this visitor's turn; the others come again with their next refresh."""
        with self.lock:
            if now_seconds < self.next_at:
                return False
            self.next_at = now_seconds + SECONDS_BETWEEN_REDRAWS
            return True


@st.cache_resource(show_spinner=False)
def turns() -> Turns:
    """The turns of this process, shared by all visitors."""
    return Turns()


@dataclass(frozen=True)
class Pickers:
    """What the filters of the Live screen offer, by filter: code -> name, and code -> id. Never changed."""

    words: dict[str, dict[str, str]]
    ids: dict[str, dict[str, int]]


def live_pickers(session: Session, page: Page) -> Pickers:
    """The filters' choices, read once for all until the directory changes."""
    page.actor.check(Permission.DIRECTORY_READ)
    store = page.database.engine.url.render_as_string()
    versions = data_versions(session)[1:]  # new events change no name
    everybodys = shared_pickers(session, page.actor, language(), versions=versions, store=store)
    today = local_day(page.now, settings().zone)
    scopes = scope_key(page.actor.scopes(Permission.LIVE_READ))
    own = scoped_pickers(session, page.actor, language(), today, versions=versions, scopes=scopes, store=store)
    return Pickers(words=everybodys.words | own.words, ids=everybodys.ids | own.ids)


@st.cache_resource(max_entries=16, show_spinner=False)
def shared_pickers(
    _session: Session, _actor: Actor, language: Language, *, versions: tuple[int, ...], store: str
) -> Pickers:
    """The arguments after the actor, who may read the directory, are the key; the words are in the run's language."""
    frames = {
        "sector": directory.sectors(_session, actor=_actor),
        "area": directory.areas(_session, actor=_actor),
        "provider": directory.providers(_session, actor=_actor),
    }
    return Pickers(
        words={key: words_by_code(frame) for key, frame in frames.items()},
        ids={key: dict(zip(frame["code"], frame["id"].tolist(), strict=True)) for key, frame in frames.items()},
    )


@st.cache_resource(max_entries=BOARDS_KEPT, show_spinner=False)
def scoped_pickers(
    _session: Session,
    _actor: Actor,
    language: Language,
    today: date,
    *,
    versions: tuple[int, ...],
    scopes: Scopes,
    store: str,
) -> Pickers:
    """The services a person watches, and the indicators in force: the key says how far the person sees."""
    services = directory.services(_session, actor=_actor, permission=Permission.LIVE_READ)
    services = services.rename(columns={"service_id": "id"})
    indicators = editions_on(_session, today, actor=_actor).rename(columns={"indicator_id": "id"})
    frames = {"service": services, "indicator": indicators}
    return Pickers(
        words={key: words_by_code(frame) for key, frame in frames.items()},
        ids={key: dict(zip(frame["code"], frame["id"].tolist(), strict=True)) for key, frame in frames.items()},
    )


@st.cache_data(max_entries=64, show_spinner=False)
def process_spec(
    language: Language, *, dark: bool, number_format: str, day_format: str
) -> dict[str, Any]:  # Any: Vega-Lite JSON
    """The process chart without its data: built and checked once, drawn with new rows from then on.

    `language` is part of the key: the words in the chart are those of the run.
    """
    empty = pd.DataFrame(columns=list(charts.COLUMNS))
    colours = chart_style.palette(dark=dark)
    chart = charts.process_chart(empty, colours=colours, number_format=number_format, day_format=day_format)
    spec: dict[str, Any] = chart.to_dict()  # Any: Vega-Lite JSON
    return without_data(spec)


def without_data(spec: dict[str, Any]) -> dict[str, Any]:  # Any: Vega-Lite JSON
    """The specification with every reference to rows taken out, in all its layers."""
    kept = {name: value for name, value in spec.items() if name not in ("data", "datasets")}
    if "layer" in kept:
        kept["layer"] = [without_data(layer) for layer in kept["layer"]]
    return kept
