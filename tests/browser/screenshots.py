"""Pictures of every screen in both languages: `python -m tests.browser.screenshots FOLDER`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from qs.i18n import Language
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, environment, serving
from tests.browser.person import Person

SCREENS = {  # picture -> who looks, and at which address
    "home": ("chen.jing", ""),
    "live": ("chen.jing", "live"),
    "standards": ("chen.jing", "standards"),
    "directory": ("cheng.yuan", "directory"),
    "feeds": ("cheng.yuan", "feeds"),
    "people": ("jin.xin", "people"),
    "audit": ("wei.min", "audit"),
}
SETTLING = 2500  # milliseconds: charts are drawn after the run is over


def take(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as driver:
        subprocess.run([sys.executable, "-m", "qs", "demo"], cwd=ROOT, env=environment(Path(data)), check=True)
        browser = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        with serving(Path(data)) as site:
            for language in Language:
                take_language(browser, site, language, folder)
        browser.close()


def take_language(browser: Browser, site: str, language: Language, folder: Path) -> None:
    suffix = language.value.split("_")[0]
    stranger = Person(browser, site, language)
    stranger.page.goto(f"{site}/")
    stranger.page.get_by_label(stranger.word("Username")).wait_for()
    stranger.page.wait_for_timeout(SETTLING)
    stranger.page.screenshot(path=folder / f"sign_in_{suffix}.png")
    people: dict[str, Person] = {}
    for name, (username, address) in SCREENS.items():
        if username not in people:
            people[username] = Person(browser, site, language)
            people[username].sign_in(username)
        person = people[username]
        person.open(address)
        person.page.wait_for_timeout(SETTLING)
        person.check_screen()
        person.page.screenshot(path=folder / f"{name}_{suffix}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
