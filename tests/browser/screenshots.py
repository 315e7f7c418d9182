"""Pictures of every screen in both languages: `python -m tests.browser.screenshots FOLDER`.

The city is built anew, or taken from the folder named in QS_TEST_CITY.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from pages._ui.registry import FRONT, PUBLIC_SCREENS, existing_screens
from qs.actor import PUBLIC, SYSTEM
from qs.complaints.intake import file_request
from qs.complaints.terms import NewRequest, RequestKind
from qs.db import open_database
from qs.i18n import Language
from qs.participation import queries as participation
from qs.settings import Settings
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, environment, serving
from tests.browser.person import Person
from tests.browser.rounds import PEOPLE, USUAL_PERSON

WIDE = ("portal", "figures")  # public pages that are also shown as a desk sees them
PHONE, DESK = 390, 1280
BOARDS = ("1", "2", "3")  # of the wall, in its order
SETTLING = 2500  # milliseconds: charts are drawn after the run is over


def take(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as driver:
        if built := os.environ.get("QS_TEST_CITY"):
            shutil.copytree(built, data, dirs_exist_ok=True)
        else:
            subprocess.run([sys.executable, "-m", "qs", "demo"], cwd=ROOT, env=environment(Path(data)), check=True)
        queries = public_queries(Path(data))
        browser = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        with serving(Path(data)) as site:
            for language in Language:
                take_staff(browser, site, language, folder)
                take_public(browser, site, language, folder, queries)
                take_wall(browser, site, language, folder)
        browser.close()


def public_queries(data: Path) -> dict[str, str]:
    """What public pages need in their address to show something: a service, a rating point, a request just filed."""
    store, now = open_database(Settings(data_dir=data)), datetime.now(UTC)
    with store.writing() as session:
        points = participation.points(session, actor=SYSTEM)
        wanted = NewRequest(
            RequestKind.COMPLAINT, "社区医院挂号等候太久", "早上八点到十一点才看上，只开了一个窗口。", wants_reply=False
        )
        receipt_code = file_request(session, wanted, actor=PUBLIC, now=now).receipt_code
    store.engine.dispose()
    open_points = points[points["is_open"]]
    return {
        "service": f"?service={open_points['service_id'].iloc[0]}",
        "rate": f"?point={open_points['code'].iloc[0]}",
        "follow": f"?code={receipt_code}",
    }


def take_staff(browser: Browser, site: str, language: Language, folder: Path) -> None:
    """The sign-in and every screen of the staff, at 1440 pixels."""
    stranger = Person(browser, site, language)
    stranger.page.goto(f"{site}/")
    stranger.page.get_by_label(stranger.word("Username")).wait_for()
    stranger.page.wait_for_timeout(SETTLING)
    stranger.page.screenshot(path=picture(folder, "sign_in", language))
    people: dict[str, Person] = {}
    for screen in existing_screens():
        username = PEOPLE.get(screen.name, USUAL_PERSON)
        if username not in people:
            people[username] = Person(browser, site, language)
            people[username].sign_in(username)
        person = people[username]
        person.open("" if screen.name == FRONT else screen.name)
        person.page.wait_for_timeout(SETTLING)
        person.check_screen()
        person.page.screenshot(path=picture(folder, screen.name, language))


def take_public(browser: Browser, site: str, language: Language, folder: Path, queries: dict[str, str]) -> None:
    """Every public page whole, as a phone shows it; some also as a desk does."""
    for screen in PUBLIC_SCREENS:
        if not screen.folder:
            continue
        for width in (PHONE, DESK) if screen.name in WIDE else (PHONE,):
            visitor = Person(browser, site, language, width=width, height=900)
            visitor.open(f"{screen.name}{queries.get(screen.name, '')}")
            visitor.page.wait_for_timeout(SETTLING)
            height = visitor.page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
            visitor.page.set_viewport_size({"width": width, "height": max(int(height), 900)})
            visitor.page.wait_for_timeout(SETTLING)
            visitor.check_screen()
            visitor.page.screenshot(path=picture(folder, f"{screen.name}_{width}", language))
            visitor.leave()


def take_wall(browser: Browser, site: str, language: Language, folder: Path) -> None:
    """Every board of the wall at 1920 x 1080."""
    wall = Person(browser, site, language, width=1920, height=1080)
    for board in BOARDS:
        wall.open(f"kiosk?board={board}")
        wall.page.wait_for_timeout(SETTLING)
        wall.check_screen()
        wall.page.screenshot(path=picture(folder, f"kiosk_{board}", language))
    wall.leave()


def picture(folder: Path, name: str, language: Language) -> Path:
    return folder / f"{name}_{language.value.split('_')[0]}.png"


if __name__ == "__main__":
    take(Path(sys.argv[1]))
