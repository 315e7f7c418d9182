"""The parts every public page is made of: head and foot, big links, dates, timelines, codes to scan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

import segno
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._ui.brand import office
from pages._ui.registry import public_screen
from pages._ui.widgets import plain, switch_language
from qs.i18n import LANGUAGE_NAMES, Language, date_text, language, locale_code
from qs.i18n import gettext as _
from qs.settings import settings

NUMBER_AND_UNIT = re.compile(r"(?<=[0-9%]) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=[0-9])")
INK = "#0a3a66"  # of the codes: dark on white in every theme, or cameras do not read them


@dataclass(frozen=True)
class BigLink:
    """One thing to do, as large as a finger. `query` goes into the address."""

    screen: str
    label: str
    icon: str
    is_main: bool = False
    query: dict[str, str] | None = None


class StepKind(StrEnum):
    """Where a step of a timeline lies in time."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True)
class Step:
    """One line of a timeline: when, and what happened or will happen."""

    kind: StepKind
    icon: str  # a Material symbol
    when: str
    text: str
    note: str = ""  # words of the office that belong to the step


def masthead(name: str, *, back: str) -> None:
    """The name of the office, the ways through the site, the other language; on phones a bar at the foot as well."""
    other = Language.EN if language() is Language.ZH else Language.ZH
    ways = {
        "portal": _("Home"),
        "service": _("Service quality"),
        "rate": _("Rate it"),
        "ask": _("Ask us"),
        "follow": _("Follow up"),
        "take_part": _("Take part"),
        "figures": _("Figures"),
    }
    with st.container(key="band_mast", horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(key="brand", width="stretch"):
            st.markdown(brand())
        with st.container(key="nav", horizontal=True, width="content", gap="small", wrap=False):
            for screen, label in ways.items():
                st.page_link(public_screen(screen).link, label=label)
        with st.container(key="langsw", width="content"):
            if st.button(LANGUAGE_NAMES[other], type="tertiary", icon=":material/translate:", key="language"):
                switch_language(other, back=back)
    with st.container(key="tabs", horizontal=True):
        for screen in ("portal", "service", "rate", "ask", "follow"):
            with st.container(key=f"{'here' if screen == name else 'there'}_{screen}"):
                shown = public_screen(screen)
                label = _("Services") if screen == "service" else ways[screen]
                st.page_link(shown.link, label=label, icon=f":material/{shown.icon}:", width="stretch")


def footer(data_note: str = "") -> None:
    """Who publishes this, how old it is, and what the words mean."""
    with st.container(key="band_foot", gap="small"):
        lines = [
            _("{office} · hotline 12345, day and night").format(office=office()),
            *([data_note] if data_note else []),
            _("Satisfaction = (very satisfied + satisfied + basically satisfied) ÷ valid ratings."),
            _("Counts below 10 are not shown, to protect individuals."),
        ]
        st.markdown("  \n".join(plain(line) for line in lines))
        if settings().demo:
            st.markdown(plain(_("This is a demonstration: the city, its people and all figures are invented.")))
        with st.container(horizontal=True, gap="small"):
            for screen, label in (("take_part", _("Take part")), ("figures", _("Figures")), ("data", _("Open data"))):
                st.page_link(public_screen(screen).link, label=label)


def page_head(title: str, text: str = "", *, above: str = "") -> None:
    """The heading of a page: where one is, the finding or the question, and a sentence to it. Texts shown inert."""
    with st.container(key="page_head", gap="xsmall"):
        if above:
            st.caption(plain(above))
        st.title(plain(kept_together(title)), anchor=False)
        if text:
            st.markdown(plain(text))


def kept_together(text: str) -> str:
    """The text with numbers tied to the Chinese word that follows: a line never ends between 91 and 份."""
    return NUMBER_AND_UNIT.sub("\u00a0", text)


def strong(text: str) -> None:
    """A line in bold. Text shown inert."""
    st.markdown(f"**{plain(text)}**")


def received() -> None:
    """The mark of a receipt."""
    words = plain(_("Received"))
    st.markdown(f":blue[**:material/check_circle: {words}**]")


def brand() -> str:
    """The name of the site with its mark, as Markdown."""
    name = plain(_("Public Service Quality"))
    return f":material/verified: {name}"


def heading(title: str, text: str = "", *, key: str = "") -> None:
    """The heading of a part of a page, with a sentence below."""
    st.header(plain(title), anchor=False)
    if text:
        with st.container(key=f"lead_{key}"):
            st.markdown(plain(text))


def side_by_side() -> list[DeltaGenerator]:
    """Two equal halves; one below the other on a phone."""
    return st.columns(2, gap="large")


def card(key: str, *, gap: str = "small") -> DeltaGenerator:
    return st.container(key=f"card_{key}", gap=gap)  # type: ignore[arg-type]  # one of Streamlit's words for gaps


def big_links(links: Sequence[BigLink], *, key: str = "") -> None:
    for i, link in enumerate(links):
        with st.container(key=f"{'bigmain' if link.is_main else 'big'}_{key}{i}"):
            icon = f":material/{link.icon}:"
            target = public_screen(link.screen).link
            st.page_link(target, label=plain(link.label), icon=icon, width="stretch", query_params=link.query)


def steps(rows: Sequence[Step], *, key: str) -> None:
    """A timeline: done filled, now haloed, next hollow. Texts shown inert."""
    for i, row in enumerate(rows):
        rail = "last" if i == len(rows) - 1 else row.kind.value
        with st.container(key=f"step_{rail}_{key}{i}", horizontal=True, wrap=False):
            with st.container(key=f"dot_{row.kind}_{key}{i}", width=37):
                st.markdown(f":material/{row.icon}:")
            with st.container(key=f"text_of_{key}{i}", width="stretch"):
                when = f"**{plain(row.when)}**"
                st.markdown(f":blue[{when}]" if row.kind is StepKind.NOW else when)
                st.markdown(plain(row.text))
                if row.note:
                    st.markdown(f"“{plain(row.note)}”")


def date_tile(when: date, *, key: str) -> None:
    """Month and day of something to come, large."""
    month = date_text(when, "M月" if language() is Language.ZH else "MMM", locale_code())
    with st.container(key=f"date_{key}", width=76):
        st.markdown(f"{month}  \n**{when.day:02d}**")


def code_to_scan(path: str, *, width: int, alt: str) -> None:
    """The address of a page of this site as a code for cameras, drawn here."""
    picture = segno.make(site_address(path), error="m").svg_inline(scale=8, border=2, dark=INK, light="#ffffff")
    st.image(picture, width=width, alt=alt)


def site_address(path: str) -> str:
    """The whole address of a page: under the public address of this installation, else as the browser knows it."""
    chosen = settings()
    if "public_url" in chosen.model_fields_set:
        return f"{chosen.public_url.rstrip('/')}{path}"
    url = st.context.url
    parts = urlsplit(url if isinstance(url, str) else "")
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else path


def day_and_weekday(when: date) -> str:
    """A day near today, as people say it: 11月27日 周五, Fri 27 Nov."""
    return date_text(when, "M月d日 EEE" if language() is Language.ZH else "EEE d MMM", locale_code())
