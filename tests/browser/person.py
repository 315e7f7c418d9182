"""What a person does before the screens, in the words of either language."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from qs.i18n import Language, gettext, ngettext, use_language

LOCALES = {Language.ZH: "zh-CN", Language.EN: "en-GB"}
DEMO_PASSWORD = "lanping-2026"
WAIT = 30_000  # milliseconds: a loaded machine is slow, and a wrong screen never comes
# Messages pass by in seconds; what was said is kept, however long the screen takes to come to rest.
LISTEN = """
window.said = [];
new MutationObserver(() => document.querySelectorAll('[data-testid="stToast"]').forEach(toast => {
    if (!window.said.includes(toast.innerText)) window.said.push(toast.innerText);
})).observe(document, {childList: true, subtree: true, characterData: true});
"""
# Words that must never be read on a screen: tracebacks and texts that nobody translated or filled in.
# “None of 9 areas differs” is a sentence.
BROKEN = re.compile(r"Traceback|Error:|\{[a-z_]+\}|nan%|NaN|None(?! (?:of|in) )|undefined")


class Person:
    """One person with one browser tab, who reads one language."""

    def __init__(
        self, chromium: Browser, site: str, language: Language, *, width: int = 1440, height: int = 900
    ) -> None:
        self.language = language
        self.site = site
        self.context = chromium.new_context(
            locale=LOCALES[language], timezone_id="Asia/Shanghai", viewport={"width": width, "height": height}
        )
        self.context.add_init_script(LISTEN)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(WAIT)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.hear(message.text))

    def hear(self, text: str) -> None:
        if "Content Security Policy" in text or "Uncaught" in text:
            self.complaints.append(text)

    def word(self, message: str, **facts: object) -> str:
        """A text of the program in the person's language."""
        use_language(self.language)
        return gettext(message).format(**facts)

    def count(self, singular: str, plural: str, n: int) -> str:
        """A text of the program with its number in it."""
        use_language(self.language)
        return ngettext(singular, plural, n).format(n=n)

    def sign_in(self, username: str, password: str = DEMO_PASSWORD) -> None:
        self.page.goto(f"{self.site}/")
        self.page.get_by_label(self.word("Username")).fill(username)
        self.page.get_by_label(self.word("Password"), exact=True).fill(password)
        self.page.get_by_role("button", name=self.word("Sign in"), exact=True).click()
        expect(self.page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=WAIT)
        self.wait()

    def open(self, address: str) -> None:
        self.page.goto(f"{self.site}/{address}")
        self.wait()

    def wait(self) -> None:
        """Until the screen has come to rest."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=WAIT)
        expect(self.page.get_by_test_id("stHeading").or_(self.page.locator("h1")).first).to_be_visible(timeout=WAIT)

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def is_told(self, message: str) -> None:
        """The screen said so since it was last asked."""
        told = "message => window.said.some(text => text.includes(message))"
        self.page.wait_for_function(told, arg=self.word(message), timeout=WAIT)
        self.page.evaluate("window.said = []")

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=WAIT)

    def leave(self) -> None:
        """Close the tab: a screen that stays open goes on asking the app, and takes the others' time."""
        self.context.close()

    def check_screen(self) -> None:
        """Nothing broken is on the screen, and the browser had nothing to complain about."""
        words = self.text()
        found = BROKEN.search(words)
        assert found is None, f"{self.page.url}: …{words[max(found.start() - 60, 0) : found.end() + 60]}…"
        assert self.complaints == []
