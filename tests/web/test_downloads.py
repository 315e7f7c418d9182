"""A file made for one person reaches that browser once, and nobody else."""

from __future__ import annotations

import pytest

from qs.web import downloads
from qs.web.downloads import LIFE_SECONDS, keep_for_download, take


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    downloads.waiting.clear()
    yield
    downloads.waiting.clear()


@pytest.fixture
def clock(monkeypatch):
    """A clock to be turned by hand."""
    now = [0.0]
    monkeypatch.setattr(downloads.time, "monotonic", lambda: now[0])
    return now


def kept(content=b"a,b\n", principal="session:me"):
    path = keep_for_download(content, file_name="名单.csv", media_type="text/csv", principal=principal)
    return path.removeprefix("/download/")


def test_a_file_is_taken_once_by_its_owner():
    ticket = kept()
    assert take(ticket, "session:somebody-else") is None
    assert take(ticket, "") is None
    assert take(ticket, "session:me").content == b"a,b\n"
    assert take(ticket, "session:me") is None


def test_a_visitor_takes_a_file_with_the_cookie_of_the_browser():
    ticket = kept(principal="browser:mine")
    assert take(ticket, "browser:another") is None
    assert take(ticket, "browser:mine").content == b"a,b\n"


def test_a_file_waits_a_minute(clock):
    ticket = kept()
    clock[0] = LIFE_SECONDS + 1
    assert take(ticket, "session:me") is None


def test_files_nobody_fetches_give_way(clock, monkeypatch):
    monkeypatch.setattr(downloads, "KEPT_BYTES", 10)
    first, second = kept(b"x" * 8), kept(b"y" * 8)
    assert take(first, "session:me") is None
    assert take(second, "session:me").content == b"y" * 8


@pytest.mark.server
def test_the_button_leads_to_a_file_for_this_browser_only(server, signed_in):
    _, browser = signed_in()
    _, other = signed_in()
    with browser.tab("probe") as tab:
        tab.run()
        seen = tab.press("Fetch")
    assert "PROTECTED" in seen.text
    path = seen.redirect
    assert server.browser().fetch(path).status == 404
    assert other.fetch(path).status == 404
    reply = browser.fetch(path)
    assert (reply.status, reply.body) == (200, b"a,b\n")
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%90%8D%E5%8D%95.csv"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert browser.fetch(path).status == 404
