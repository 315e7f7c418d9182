"""What the router offers: the screens a person may open, a door at every other known address, and the public pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.navigation.page import Page as Entry

from pages._ui.page import open_page
from pages._ui.registry import (
    FRONT,
    GROUPS,
    PUBLIC_FRONT,
    PublicScreen,
    Screen,
    existing_screens,
    public_screen,
    public_screens,
)
from qs.access.queries import OpenSession
from qs.i18n import gettext as _


@dataclass(frozen=True)
class Menu:
    """Pages by translated group; hidden ones answer direct links."""

    pages: dict[str, Sequence[Entry]]
    is_shown: bool

    def is_for_the_public(self, entry: Entry) -> bool:
        return entry.url_path in {screen.name for screen in public_screens()}


def menu_for(found: OpenSession | None) -> Menu:
    """Everything for somebody signed in; doors, hidden, for everybody else; the public pages for all, never shown."""
    screens, public = existing_screens(), [public_entry(screen) for screen in public_screens()]
    if not screens:
        return Menu({"": [public_front(), *public]}, is_shown=False)
    if found is None or found.must_change_password:
        return Menu({"": [*(door(screen) for screen in screens), *public]}, is_shown=False)
    pages: dict[str, Sequence[Entry]] = {}
    for group in (*GROUPS, None):
        offered = [entry(screen) for screen in screens if screen.group == group and screen.is_open_to(found.actor)]
        if offered:
            pages[_(group) if group else ""] = offered
    closed = [door(screen) for screen in screens if not screen.is_open_to(found.actor)]
    pages[""] = [*pages.get("", []), *closed, *public]
    return Menu(pages, is_shown=True)


def entry(screen: Screen) -> Entry:
    """The page file itself; out of sight when it belongs to no group of the menu."""
    return st.Page(
        screen.file,
        title=_(screen.title),
        icon=f":material/{screen.icon}:",
        default=screen.name == FRONT,
        visibility="visible" if screen.group else "hidden",
    )


def door(screen: Screen) -> Entry:
    """What stands at the address of a screen that is not open: the same checks, and never the page file."""
    return st.Page(
        opener(screen),
        title=_(screen.title),
        url_path=screen.name,
        default=screen.name == FRONT,
        visibility="hidden",
    )


def public_entry(screen: PublicScreen) -> Entry:
    """A page that asks nobody who they are; it opens by its address only, never from the menu of the staff."""
    return st.Page(screen.file, title=_(screen.title), url_path=screen.name, visibility="hidden")


def public_front() -> Entry:
    """The portal once more, at the root of a process that serves the public only."""
    return st.Page(
        public_screen(PUBLIC_FRONT).file,
        title=_("QS Quality Supervision"),
        url_path="front",
        default=True,
        visibility="hidden",
    )


def opener(screen: Screen) -> Callable[[], None]:
    return partial(knock, screen)


def knock(screen: Screen) -> None:
    open_page(screen.name, needs=screen.needs)
