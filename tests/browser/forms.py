"""How the browser tests work a screen: by the keys of its parts, which are the same in every language."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.person import WAIT, Person


def keyed(person: Person, key: str) -> Locator:
    """A part of the screen by its key, the same in every language."""
    return person.page.locator(f".st-key-{key}").first


def press(person: Person, key: str) -> None:
    keyed(person, key).get_by_role("button").first.click()
    person.wait()


def fill(person: Person, key: str, text: str) -> None:
    box = keyed(person, key).locator("textarea, input").first
    box.fill(text)
    box.blur()


def tick(person: Person, key: str, words: str) -> None:
    """One of several answers, by what is written on it."""
    keyed(person, key).get_by_text(words, exact=True).first.click()


def device_has_proved(person: Person) -> None:
    """A public form is ready to be sent: the device has done its small sum, with nobody's help."""
    proof = person.page.locator("[class*=st-key-proof_]").frame_locator("iframe").get_by_role("status")
    expect(proof).to_have_text(person.word("Ready to send. No account and no puzzle is needed."), timeout=WAIT)


def done(person: Person, message: str) -> None:
    """The screen says that it is done."""
    person.is_told(message)
    person.wait()
    person.check_screen()
