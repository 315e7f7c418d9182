"""A first day with QS: sign in, look, drill down, load a file with errors, mend it, see the figures change."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from qs.i18n import Language
from tests.browser.conftest import ROOT, environment
from tests.browser.person import WAIT, Person

SERVICE, INDICATOR = "nanan-social-security-hall", "satisfaction"
HEADER = "record_id,happened_at,service,indicator,numerator,denominator"


def table(numerator: str, service: str = SERVICE) -> bytes:
    """A file of three figures from a moment ago, as the general layout has them."""
    moment = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [f"r{number},{moment},{service},{INDICATOR},{numerator},40000" for number in range(3)]
    return "\n".join([HEADER, *rows, ""]).encode()


@pytest.mark.parametrize("language", list(Language))
def test_a_first_day(chromium, site, language):
    person = Person(chromium, site, language)
    person.sign_in("cheng.yuan")
    person.check_screen()

    look_at_live(person)
    load_a_file_with_errors(person)
    load_the_mended_file(person)
    see_the_figures_change(person)
    sign_out(person)


def look_at_live(person: Person) -> None:
    """The title is the finding; the arrow beside a change opens its chart; the events stand behind it."""
    person.open("live")
    person.sees(person.word("What changed"))
    expect(person.page.get_by_test_id("stMetric")).to_have_count(8, timeout=WAIT)
    person.check_screen()
    changes = person.page.get_by_test_id("stButton").filter(has_text="chevron_right")
    changes.nth(1).get_by_role("button").click()
    expect(person.page).to_have_url(re.compile("series="), timeout=WAIT)
    expect(person.page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible(timeout=WAIT)
    person.sees(person.word("Events behind the point"))
    person.check_screen()


def choose_file(person: Person, content: bytes) -> None:
    upload = {"name": "satisfaction.csv", "mimeType": "text/csv", "buffer": content}
    person.page.locator("input[type=file]").set_input_files(upload)


def load_a_file_with_errors(person: Person) -> None:
    """A text where a number belongs, three times: each named by row and column, nothing loaded."""
    person.open("feeds?view=load&into=general")
    choose_file(person, table("many"))
    person.sees(person.count("{n} problem; nothing was loaded", "{n} problems; nothing was loaded", 3))
    person.check_screen()


def load_the_mended_file(person: Person) -> None:
    person.open("feeds?view=load&into=general")
    choose_file(person, table("20000"))
    person.sees(person.word("The file is sound"))
    load = person.page.get_by_role("button", name=person.count("Load {n} event", "Load {n} events", 3))
    load.click()
    expect(load).to_have_count(0, timeout=WAIT)
    person.check_screen()


def see_the_figures_change(person: Person) -> None:
    """Sixty thousand satisfied of a hundred and twenty thousand stand on the tile of the running week."""
    person.open(f"live?series={SERVICE}%7C{INDICATOR}")
    expect(person.page.get_by_test_id("stMetric").filter(has_text="120,").first).to_be_visible(timeout=WAIT)
    person.check_screen()


def sign_out(person: Person) -> None:
    person.page.get_by_test_id("stMenuButton").get_by_role("button").click()
    person.page.get_by_text(person.word("Sign out"), exact=True).click()
    expect(person.page.get_by_label(person.word("Password"), exact=True)).to_be_visible(timeout=WAIT)
    person.page.goto(f"{person.site}/live")
    expect(person.page.get_by_label(person.word("Password"), exact=True)).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("language", list(Language))
def test_every_screen_opens_whole_for_everybody_who_may(chromium, site, language):
    for username, screens in {
        "chen.jing": ["live?grain=month", "live?level=area"],
        "wei.min": ["", "audit", "people", "feeds"],
        "jin.xin": ["", "people", "directory"],
        "fang.min": ["", "live"],
        "gao.ming": ["", "live"],
        "ren.jia": ["", "standards"],
    }.items():
        person = Person(chromium, site, language)
        person.sign_in(username)
        for screen in screens:
            person.open(screen)
            person.check_screen()
        person.leave()


def test_the_live_screen_moves_by_itself_when_events_arrive(chromium, site, city):
    person = Person(chromium, site, Language.EN)
    person.sign_in("chen.jing")
    person.open("live")
    before = person.text()
    command = [sys.executable, "-m", "qs", "simulate", "--rate", "50", "--seconds", "3"]
    subprocess.run(command, cwd=ROOT, env=environment(city), check=True)
    person.page.wait_for_function("before => document.body.innerText !== before", arg=before, timeout=WAIT)
    person.sees(person.word("What changed"))
    person.check_screen()
