"""What the router offers: the screens a person may open, and a door at every other known address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.navigation.page import Page as Entry

from pages._ui.page import open_page
from pages._ui.registry import FRONT, GROUPS, Screen, existing_screens
from pages._ui.screens import nothing_open_screen
from qs.access.queries import OpenSession
from qs.i18n import gettext as _


@dataclass(frozen=True)
class Menu:
    """Pages by translated group; hidden ones answer direct links."""

    pages: dict[str, Sequence[Entry]]
    is_shown: bool


def menu_for(found: OpenSession | None) -> Menu:
    """Everything for somebody signed in; only doors, hidden, for everybody else."""
    screens = existing_screens()
    if not screens:
        return Menu({"": [st.Page(nothing_open_screen, title=_("QS Quality Supervision"))]}, is_shown=False)
    if found is None or found.must_change_password:
        return Menu({"": [door(screen) for screen in screens]}, is_shown=False)
    pages: dict[str, Sequence[Entry]] = {}
    for group in (*GROUPS, None):
        offered = [entry(screen) for screen in screens if screen.group == group and screen.is_open_to(found.actor)]
        if offered:
            pages[_(group) if group else ""] = offered
    closed = [door(screen) for screen in screens if not screen.is_open_to(found.actor)]
    pages[""] = [*pages.get("", []), *closed]
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


def opener(screen: Screen) -> Callable[[], None]:
    return partial(knock, screen)


def knock(screen: Screen) -> None:
    open_page(screen.name, needs=screen.needs)
