"""Every screen: its file and words; of those for the staff, the place in the menu and the right they need."""

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
    Screen("signals", N_("Signals"), "notifications_active", WATCH, Permission.SIGNALS_READ),
    Screen("coverage", N_("Coverage"), "grid_on", WATCH, Permission.COVERAGE_READ),
    Screen("hotline", N_("Hotline form"), "phone_in_talk", LISTEN, Permission.COMPLAINTS_REGISTER),
    Screen("complaints", N_("Complaints"), "support_agent", LISTEN, Permission.COMPLAINTS_READ),
    Screen("participation", N_("Participation"), "forum", LISTEN, Permission.PARTICIPATION_READ),
    Screen("topics", N_("Hot topics"), "local_fire_department", LISTEN, Permission.COMPLAINTS_READ),
    Screen("standards", N_("Standards"), "rule", JUDGE, Permission.STANDARDS_READ),
    Screen("inspections", N_("Inspections"), "fact_check", JUDGE, Permission.INSPECTIONS_READ),
    Screen("evaluations", N_("Evaluations"), "grading", JUDGE, Permission.EVALUATIONS_READ),
    Screen("rankings", N_("Rankings"), "leaderboard", JUDGE, Permission.RANKINGS_READ),
    Screen("rectifications", N_("Rectifications"), "build_circle", ACT, Permission.RECTIFICATIONS_READ),
    Screen("incentives", N_("Incentives"), "workspace_premium", ACT, Permission.INCENTIVES_READ),
    Screen("training", N_("Training"), "school", ACT, Permission.TRAINING_READ),
    Screen("programme", N_("Programme"), "event_note", ACT, Permission.PROGRAMME_READ),
    Screen("publication", N_("Publication"), "campaign", SHOW, Permission.PUBLICATION_READ),
    Screen("directory", N_("Directory"), "account_tree", RUN, Permission.DIRECTORY_READ),
    Screen("feeds", N_("Data feeds"), "database", RUN, Permission.FEEDS_READ),
    Screen("deadlines", N_("Calendar and deadlines"), "calendar_month", RUN, Permission.DEADLINES_READ),
    Screen("notices", N_("Delivery of notices"), "outgoing_mail", RUN, Permission.NOTICES_READ),
    Screen("personal_data", N_("Personal data"), "shield_person", RUN, Permission.PERSONAL_OVERSEE),
    Screen("people", N_("People and rights"), "group", RUN, Permission.PEOPLE_READ),
    Screen("audit", N_("Audit trail"), "history", RUN, Permission.AUDIT_READ),
    Screen("account", N_("My account"), "account_circle", None, None),
)
FRONT = "home"  # served at the root of the site


@dataclass(frozen=True)
class PublicScreen:
    """One page that needs no account. `name` is its address; `folder` is where in pages/ its file stands."""

    name: str
    title: str
    icon: str
    folder: str = "public"

    @property
    def file(self) -> Path:
        return PAGES / self.folder / f"{self.name}.py"

    @property
    def link(self) -> str:
        """The file as the router knows it, from the frame's own folder."""
        return "/".join(part for part in ("..", self.folder, f"{self.name}.py") if part)


PUBLIC_SCREENS = (
    PublicScreen("portal", N_("How good are our services?"), "home"),
    PublicScreen("service", N_("Service quality"), "apartment"),
    PublicScreen("rate", N_("Rate a service"), "rate_review"),
    PublicScreen("ask", N_("Make a request"), "edit_note"),
    PublicScreen("follow", N_("Follow my request"), "manage_search"),
    PublicScreen("take_part", N_("Take part"), "forum"),
    PublicScreen("figures", N_("Figures"), "monitoring"),
    PublicScreen("data", N_("Open data"), "dataset"),
    PublicScreen("kiosk", N_("Wall screen"), "tv", folder=""),
)
PUBLIC_FRONT = "portal"  # served at the root of a process that serves the public only


def existing_screens() -> tuple[Screen, ...]:
    """The staff screens of this process; none in one that serves the public."""
    if settings().face is Face.PUBLIC:
        return ()
    return tuple(screen for screen in SCREENS if screen.file.exists())


def public_screens() -> tuple[PublicScreen, ...]:
    """The pages without an account; none in a process that serves the staff only."""
    return () if settings().face is Face.STAFF else PUBLIC_SCREENS


def public_screen(name: str) -> PublicScreen:
    return next(screen for screen in PUBLIC_SCREENS if screen.name == name)


def screen_path(name: str) -> str:
    """The address of a screen on this site."""
    return "/" if name == FRONT else f"/{name}"
