"""The wall screen: one board after another, each with one verdict, one figure and one picture, made for five metres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import streamlit as st

from pages._ui.figures import day_text
from pages._ui.public.cached import WallFigures, counts_spec, dots_spec, last_known
from pages._ui.public.figures import (
    HIDDEN,
    SIGNS,
    change_text,
    count_text,
    dots_frame,
    n_text,
    period_text,
    points_text,
    rate_name,
    share_text,
)
from pages._ui.public.layout import brand, code_to_scan, day_and_weekday, kept_together
from pages._ui.public.page import PublicPage, enter
from pages._ui.widgets import plain
from qs.i18n import age, clock, language, number, percent, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.publication import public_charts as charts
from qs.publication.terms import Change, PublicRate, PublishedFigures
from qs.sentences import label
from qs.settings import settings

USUAL_SECONDS, LEAST_SECONDS, MOST_SECONDS = 20, 5, 600
TICK_SECONDS = 2.0
STALE = timedelta(days=120)  # a quarter's figures are published every quarter; older ones are said to be old
CARDS_SHOWN = 3


@dataclass(frozen=True)
class Board:
    """One screen of the wall."""

    code: str
    title: Callable[[], str]
    draw: Callable[[PublishedFigures], None]


def wall() -> None:
    """The boards, in turn; `?board=` keeps one, `?seconds=` sets the pace. Redraws itself, nothing to click."""
    st.fragment(show_board, run_every=TICK_SECONDS)()


def show_board() -> None:
    page = enter("kiosk")
    found = last_known().read(page)
    seconds = asked_seconds()
    index, left_seconds = turn(page, seconds)
    board = BOARDS[index]
    with st.container(key="wall", gap=None):
        head(page)
        with st.container(key="wbody"):
            stale_notice(page, found)
            if found.figures.release is None:
                nothing_yet(found.figures)
            else:
                board.draw(found.figures)
        foot(page, found, index, left_seconds, runs=seconds == USUAL_SECONDS and asked_board() is None)


def asked_seconds() -> int:
    text = st.query_params.get("seconds", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else USUAL_SECONDS
    return min(max(asked, LEAST_SECONDS), MOST_SECONDS)


def asked_board() -> int | None:
    """The board that is to stay, counted from 1."""
    text = st.query_params.get("board", "")
    return int(text) - 1 if text in {str(i + 1) for i in range(len(BOARDS))} else None


def turn(page: PublicPage, seconds: int) -> tuple[int, int]:
    """Which board it is by the clock, and the seconds until the next one; all walls of the city turn together."""
    passed = int(page.now.timestamp())
    fixed = asked_board()
    index = (passed // seconds) % len(BOARDS) if fixed is None else fixed
    return index, seconds - passed % seconds


def head(page: PublicPage) -> None:
    today = local_day(page.now, settings().zone)
    with st.container(key="whead", horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(key="wbrand", width="stretch"):
            st.markdown(brand())
        with st.container(key="wclock", width="content"):
            st.markdown(f"{day_and_weekday(today)}　**{clock(page.now)}**")


def foot(page: PublicPage, found: WallFigures, index: int, left_seconds: int, *, runs: bool) -> None:
    """How old the figures are and of which quarter, which board this is, and what comes next."""
    coming = BOARDS[(index + 1) % len(BOARDS)]
    release = found.figures.release
    with st.container(key="wfoot", horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(key=f"wage_{'run' if runs else 'rest'}{index}", width="stretch"):
            words = (
                _("{period}, published on {day}, {age} ago").format(
                    period=period_text(release),
                    day=day_text(release.published_at),
                    age=age(page.now - release.published_at),
                )
                if release is not None
                else _("checked at {time}").format(time=clock(found.read_at))
            )
            st.markdown(f":material/schedule: {plain(words)}")
        with st.container(key="wdots", width="content"):
            st.markdown("　".join("●" if i == index else "○" for i in range(len(BOARDS))))
        with st.container(key="wnext", width="content"):
            if asked_board() is None:
                words = plain(_("Next: {board}").format(board=coming.title()))
                st.markdown(f"{words}　**{left_seconds} s**")


def stale_notice(page: PublicPage, found: WallFigures) -> None:
    """Say it large when the figures are old or the store does not answer."""
    release = found.figures.release
    words = ""
    if found.is_last_known:
        gap = age(page.now - found.read_at)
        words = _("The connection to the office is down. These figures were read {age} ago.").format(age=gap)
    elif release is not None and page.now - release.published_at > STALE:
        words = _("These figures are old: the next report is late.")
    if words:
        with st.container(key="wstale"):
            st.markdown(plain(words))


def nothing_yet(figures: PublishedFigures) -> None:
    left, right = st.columns([1.55, 1], gap="large")
    with left.container(key="wleft"):
        st.title(plain(pick(figures.verdict, figures.verdict_en)), anchor=False)
        with st.container(key="wsub"):
            st.markdown(plain(pick(figures.summary, figures.summary_en)))
    with right:
        scan_to_rate(figures)


def big_figure(rate: PublicRate | None, title: str) -> None:
    """The verdict, the figure and its n."""
    st.title(plain(kept_together(title)), anchor=False)
    if rate is None:
        return
    with st.container(key="wnum"):
        st.markdown(plain(share_text(rate)))
    with st.container(key="wsub"):
        lines = [n_text(rate)]
        if rate.lower is not None and rate.upper is not None:
            between = _("{low} to {high}").format(low=percent(rate.lower), high=percent(rate.upper))
            lines.append(_("95 % interval {between}").format(between=between))
        points = points_text(rate)
        if points is not None:
            lines.append(f"{points} {change_text(rate)}")
        st.markdown("  \n".join(plain(line) for line in lines))


def districts_board(figures: PublishedFigures) -> None:
    """Eight districts with their intervals."""
    left, right = st.columns([1, 2], gap="large")
    city = figures.city
    with left.container(key="wleft"):
        big_figure(city, pick(figures.verdict, figures.verdict_en))
        with st.container(key="wlegend", gap="small"):
            for change, sign in SIGNS.items():
                compared = (rate for rate in figures.districts if rate.change is change and rate.share is not None)
                names = [rate_name(rate) for rate in compared]
                if change is Change.UNKNOWN and not names:
                    continue
                told = ", ".join(names) if 0 < len(names) < 3 else number(len(names))
                st.markdown(f"{sign} {plain(label(change))}　{plain(told)}")
    with right.container(key="wcard"):
        st.markdown(plain(_("Satisfaction by district; pale bar: margin of error")))
        frame = dots_frame(figures.districts)
        if len(frame):
            spec = dots_spec(
                frame,
                language(),
                centre=city.share if city else None,
                centre_text=_("whole city {share}").format(share=share_text(city)) if city else "",
                dark=False,
                is_wall=True,
            )
            st.vega_lite_chart(spec, theme=None, width="content", key="wall_dots")


def requests_board(figures: PublishedFigures) -> None:
    """Requests on time, what became of them, and the three rates."""
    left, right = st.columns([1, 1.75], gap="large")
    on_time = next((rate for rate in figures.headline if rate.code == "on_time"), None)
    share = None if on_time is None else on_time.share
    title = (
        _("Requests handled in time")
        if share is None
        else _("{n} of 100 requests handled in time").format(n=number(round(share * 100)))
    )
    with left.container(key="wleft"):
        big_figure(on_time, title)
        with st.container(key="wlegend", gap="small"):
            for i, count in enumerate(figures.outcomes[:4]):
                with st.container(
                    key=f"wline_{i}",
                    horizontal=True,
                    horizontal_alignment="distribute",
                    vertical_alignment="center",
                    wrap=False,
                ):
                    st.markdown(plain(pick(count.name, count.name_en)), width="content")
                    told = HIDDEN if count.count is None else number(count.count)
                    st.markdown(f"**{told}**", width="content")
    with right:
        with st.container(key="wcard"):
            st.markdown(plain(_("How satisfied were those who rated?")))
            level_bars(figures)
        with st.container(key="wthree", horizontal=True, wrap=False):
            for rate in figures.three_rates:
                with st.container(key=f"wrate_{rate.code}", gap="xxsmall", width="stretch", height="stretch"):
                    st.markdown(plain(rate_name(rate)))
                    st.markdown(f"**{plain(share_text(rate))}**")
                    st.caption(plain(n_text(rate)))


def level_bars(figures: PublishedFigures) -> None:
    shown = [row for row in figures.levels if row.count is not None]
    fills = [fill for row, fill in zip(figures.levels, charts.LEVELS_LIGHT, strict=False) if row.count is not None]
    rows = [(pick(row.name, row.name_en), row.count, count_text(row)) for row in shown]
    frame = pd.DataFrame(rows, columns=list(charts.COUNT_COLUMNS))
    spec = counts_spec(frame, language(), fills=tuple(fills), dark=False, is_wall=True)
    st.vega_lite_chart(spec, theme=None, width="content", key="wall_levels")


def models_board(figures: PublishedFigures) -> None:
    """Role models, then what the public said and what was done as far as there is room; and the code to rate."""
    left, right = st.columns([1.55, 1], gap="large")
    models = figures.role_models[:CARDS_SHOWN]
    told = figures.stories[: CARDS_SHOWN - len(models)]
    with left.container(key="wleft"):
        if models:
            st.title(plain(_("Role models, after public notice")), anchor=False)
        for i, model in enumerate(models):
            words = pick(model.reason, model.reason_en)
            model_card(f"model{i}", "workspace_premium", pick(model.service, model.service_en), words)
        if told and models:
            st.header(plain(_("You said, we did")), anchor=False)
        elif told:
            st.title(plain(_("You said, we did")), anchor=False)
        for i, story in enumerate(told):
            model_card(f"story{i}", "forum", pick(story.said, story.said_en), pick(story.did, story.did_en))
    with right:
        scan_to_rate(figures)


def model_card(i: str, icon: str, name: str, words: str) -> None:
    with st.container(key=f"wmodel_{i}", horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(key=f"wsign_{i}", width=120):
            st.markdown(f":material/{icon}:")
        with st.container(key=f"wtext_{i}", gap="xxsmall", width="stretch"):
            st.markdown(f"**{plain(name)}**")
            st.markdown(plain(words))


def scan_to_rate(figures: PublishedFigures) -> None:
    with st.container(key="wqr"):
        st.title(plain(_("Just been served? Rate it")), anchor=False, text_alignment="center")
        code_to_scan("/rate", width=440, alt=_("Code to rate a service"))
        with st.container(key="wqs"):
            st.markdown(plain(_("Scan, three taps, no account")), text_alignment="center")
            if figures.city is not None:
                st.caption(plain(n_text(figures.city)), text_alignment="center")


BOARDS = (
    Board("districts", lambda: _("Quality in the districts"), districts_board),
    Board("requests", lambda: _("Requests"), requests_board),
    Board("models", lambda: _("Role models and rating"), models_board),
)
