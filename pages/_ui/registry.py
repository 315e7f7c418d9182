"""Every staff screen: its file, its words, its place in the menu and the right it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qs.actor import Actor, Permission
from qs.i18n import N_
from qs.settings import Face, settings

PAGES = Path(__file__).resolve().parent.parent

WATCH, LISTEN, JUDGE, ACT, SHOW, RUN = N_("Watch"), N_("Listen"), N_("Judge"), N_("Act"), N_("Show"), N_("Run")
GROUPS = (WATCH, LISTEN, JUDGE, ACT, SHOW, RUN)


@dataclass(frozen=True)
class Screen:
    """One staff page. `name` is the file in pages/ and the last part of the address."""

    name: str
    title: str  # in English, translated where it is shown
    icon: str  # a Material symbol
    group: str | None  # None: not in the menu
    needs: Permission | None  # None: everybody who is signed in

    @property
    def file(self) -> Path:
        return PAGES / f"{self.name}.py"

    def is_open_to(self, actor: Actor) -> bool:
        return self.needs is None or actor.has(self.needs)


SCREENS = (
    Screen("home", N_("Today"), "today", WATCH, Permission.HOME_SEE),
    Screen("live", N_("Live"), "monitoring", WATCH, Permission.LIVE_READ),
    Screen("standards", N_("Standards"), "rule", JUDGE, Permission.STANDARDS_READ),
    Screen("directory", N_("Directory"), "account_tree", RUN, Permission.DIRECTORY_READ),
    Screen("feeds", N_("Data feeds"), "database", RUN, Permission.FEEDS_READ),
    Screen("people", N_("People and rights"), "group", RUN, Permission.PEOPLE_READ),
    Screen("audit", N_("Audit trail"), "history", RUN, Permission.AUDIT_READ),
    Screen("account", N_("My account"), "account_circle", None, None),
)
FRONT = "home"  # served at the root of the site


def existing_screens() -> tuple[Screen, ...]:
    """The staff screens of this process; none in one that serves the public."""
    if settings().face is Face.PUBLIC:
        return ()
    return tuple(screen for screen in SCREENS if screen.file.exists())


def screen_path(name: str) -> str:
    """The address of a screen on this site."""
    return "/" if name == FRONT else f"/{name}"
