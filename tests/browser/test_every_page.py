"""Every page opens with the invented city, in both languages: nothing broken, nothing untranslated, nothing cut."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from pages._ui.registry import FRONT, PUBLIC_SCREENS, existing_screens
from qs.i18n import Language, catalogue
from tests.browser.person import Person
from tests.browser.rounds import PEOPLE, USUAL_PERSON, VIEWS

PHONE = 390
ENOUGH_WORDS = re.compile(r"^[A-Z][a-z]+( [A-Za-z]+){2,}")  # a whole phrase: shorter texts are also names and codes


def untranslated(person: Person) -> list[str]:
    """Whole English phrases of the program on a Chinese screen."""
    text = person.text()
    phrases = (message for message in catalogue(Language.ZH) if ENOUGH_WORDS.match(message) and "{" not in message)
    return [phrase for phrase in phrases if phrase in text]


def check(person: Person) -> None:
    person.check_screen()
    if person.language is Language.ZH:
        assert untranslated(person) == []


@pytest.mark.parametrize("language", list(Language))
def test_every_staff_page_opens(chromium, site, language):
    screens_of: defaultdict[str, list[str]] = defaultdict(list)
    for screen in existing_screens():
        screens_of[PEOPLE.get(screen.name, USUAL_PERSON)].append(screen.name)
    for username, screens in screens_of.items():
        person = Person(chromium, site, language)
        person.sign_in(username)
        for name in screens:
            address = "" if name == FRONT else name
            for view in ("", *VIEWS.get(name, ())):
                person.open(f"{address}?{view}" if view else address)
                check(person)
        person.leave()


@pytest.mark.parametrize("language", list(Language))
def test_every_public_page_fits_a_phone(chromium, site, language):
    visitor = Person(chromium, site, language, width=PHONE, height=844)
    for screen in PUBLIC_SCREENS:
        visitor.open(screen.name)
        check(visitor)
        if screen.folder:
            width = visitor.page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE, f"{screen.name} is {width} pixels wide"


@pytest.mark.parametrize("language", list(Language))
def test_the_wall_shows_every_board_without_a_link(chromium, site, language):
    wall = Person(chromium, site, language, width=1920, height=1080)
    for board in ("1", "2", "3"):
        wall.open(f"kiosk?board={board}")
        check(wall)
        assert wall.page.locator('a[href]:not([href^="#"]):visible').count() == 0  # the skip link stays on the page
