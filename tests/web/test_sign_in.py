"""The way in and out, from the form to the cookie and back to nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from qs.access.models import Person, SignInAttempt, WebSession
from qs.access.rules import SignInRefused, token_hash
from qs.actor import Role
from qs.audit.models import AuditEntry
from qs.settings import settings
from qs.web import passwords, sign_in
from qs.web.sign_in import safe_path
from tests.web.conftest import PASSWORD
from tests.world import enroll

REFUSED = "Username or password is wrong, or there were too many attempts"


@pytest.fixture
def known(server, newcomer, password_hash):
    """A username whose password is PASSWORD."""
    username = newcomer(Role.SUPERVISOR)
    with server.store.writing() as session:
        session.execute(sa.update(Person).where(Person.username == username).values(password_hash=password_hash))
    return username


@pytest.mark.server
def test_name_and_password_lead_to_an_unreadable_cookie_and_the_page(server, known):
    browser = server.browser()
    before = browser.fetch("/").headers["set-cookie"]
    reply = browser.sign_in(known, PASSWORD)
    assert (reply.status, reply.headers["location"]) == (303, "/")
    assert reply.headers["cache-control"] == "no-store"
    assert "HttpOnly" in before
    cookie = reply.headers["set-cookie"] + str(browser.cookies)
    assert "qs_session" in browser.cookies
    assert "HttpOnly" in cookie
    assert "qs_browser" not in browser.cookies, "the browser gets a new name when nobody is signed in again"
    with browser.tab("probe") as tab:
        assert f"PROTECTED {known}" in tab.run().text


@pytest.mark.server
def test_the_address_first_asked_for_is_opened_after_signing_in(server, known):
    browser = server.browser()
    browser.fetch("/probe?area=north")
    with browser.tab("probe", query="area=north") as tab:
        tab.run()
        tab.type("Username", known)
        tab.type("Password", PASSWORD)
        redirect = tab.press("Sign in").redirect
    assert browser.fetch(redirect).headers["location"] == "/probe?area=north"


@pytest.mark.server
@pytest.mark.parametrize(("username", "password"), [("nobody", PASSWORD), (None, "wrong"), (None, "é" * 99), ("", "")])
def test_every_refusal_says_the_same(server, known, username, password):
    reply = server.browser().sign_in(known if username is None else username, password)
    assert REFUSED in reply.text
    assert "Traceback" not in reply.text


@pytest.mark.server
def test_a_ticket_serves_once_and_only_the_browser_that_asked(server, known):
    browser = server.browser()
    browser.fetch("/")
    with browser.tab() as tab:
        tab.run()
        tab.type("Username", known)
        tab.type("Password", PASSWORD)
        redirect = tab.press("Sign in").redirect
    other = server.browser()
    other.fetch("/")
    assert "qs_session" not in other.fetch(redirect).headers.get("set-cookie", "")
    assert "qs_session" not in server.browser().fetch(redirect).headers.get("set-cookie", "")
    asking = dict(browser.cookies)
    browser.fetch(redirect)
    assert "qs_session" in browser.cookies
    again = server.browser(asking)
    again.fetch(redirect)
    assert "qs_session" not in again.cookies


@pytest.mark.server
def test_nothing_but_the_ticket_travels_in_an_address(server, known):
    browser = server.browser()
    browser.fetch("/")
    with browser.tab() as tab:
        tab.run()
        tab.type("Username", known)
        tab.type("Password", PASSWORD)
        redirect = tab.press("Sign in").redirect
    assert parse_qs(urlsplit(redirect).query).keys() == {"t", "next"}
    assert known not in redirect


@pytest.mark.server
def test_a_browser_without_cookies_is_told_so(server, known):
    with server.browser().tab() as tab:
        tab.run()
        tab.type("Username", known)
        tab.type("Password", PASSWORD)
        seen = tab.press("Sign in")
    assert "needs a cookie" in seen.text
    assert not seen.redirect


@pytest.mark.server
def test_a_name_is_locked_after_five_failures_even_for_the_right_password(server, known):
    for _ in range(settings().lockout_failures):
        assert server.browser().sign_in(known, "wrong").status == 401
    assert REFUSED in server.browser().sign_in(known, PASSWORD).text
    with server.store.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignInAttempt)) >= settings().lockout_failures


@pytest.mark.server
def test_the_language_is_kept_and_never_leads_elsewhere(server, signed_in):
    username, browser = signed_in()
    reply = browser.fetch("/session/language?to=zh_CN&back=//evil.example/x")
    assert reply.headers["location"] == "/"
    assert browser.cookies["qs_lang"] == "zh_CN"
    assert 'lang="zh-CN"' in browser.fetch("/").text
    assert "built-in-texts.zh.js" in browser.fetch("/").text
    with server.store.reading() as session:
        assert session.scalar(sa.select(Person.language).where(Person.username == username)) == "zh_CN"
    assert browser.fetch("/session/language?to=klingon&back=/live").headers["location"] == "/live"
    assert browser.cookies["qs_lang"] == "zh_CN"


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/live?area=north", "/live?area=north"),
        ("/", "/"),
        ("", "/"),
        ("live", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\n/evil.example", "/"),
        ("/session/sign-out", "/"),
    ],
)
def test_only_paths_of_this_site_are_followed(wanted, reached):
    assert safe_path(wanted) == reached


@pytest.fixture
def comparisons(monkeypatch):
    """Counts how often a password is compared with a hash."""
    counted = []

    class Counting:
        def hash(self, password):
            return f"hash of {password}"

        def check_pw(self, password, hashed):
            counted.append(hashed)
            return hashed == f"hash of {password}"

    passwords.dummy_hash.cache_clear()
    monkeypatch.setattr(passwords, "hasher", Counting)
    yield counted
    passwords.dummy_hash.cache_clear()


def try_to_sign_in(store, username, password, now):
    return sign_in.sign_in(store, username, password, address="1.2.3.4", browser_hash="b", next_path="/live", now=now)


@pytest.mark.parametrize("username", ["ann", "nobody"])
@pytest.mark.parametrize("password", ["wrong", "x" * 73])
def test_a_refusal_costs_one_comparison_whatever_the_name(store, now, comparisons, username, password):
    enroll(store, "ann", Role.SUPERVISOR, password="")
    with pytest.raises(SignInRefused):
        try_to_sign_in(store, username, password, now)
    assert len(comparisons) == 1


def test_a_locked_name_costs_nothing(store, now, comparisons):
    for _ in range(settings().lockout_failures):
        with pytest.raises(SignInRefused):
            try_to_sign_in(store, "ann", "wrong", now)
    comparisons.clear()
    with pytest.raises(SignInRefused):
        try_to_sign_in(store, "ann", "wrong", now)
    assert comparisons == []


def test_a_failed_try_is_traced_without_the_unknown_name(store, now, comparisons):
    with pytest.raises(SignInRefused):
        try_to_sign_in(store, "my-secret-password", "ann", now)
    with store.reading() as session:
        (entry,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "access.sign_in_failed"))
    assert entry.object == "person:0"
    assert "my-secret" not in str(entry.facts) + entry.username


def test_the_password_is_compared_outside_any_transaction(store, now, comparisons, monkeypatch):
    with store.writing() as session:
        session.execute(sa.select(1))
    open_transactions = []

    def comparing(password, stored):
        open_transactions.append(store.engine.pool.checkedout())
        return False

    monkeypatch.setattr(sign_in, "password_matches", comparing)
    with pytest.raises(SignInRefused):
        try_to_sign_in(store, "ann", "wrong", now)
    assert open_transactions == [0]


def test_changing_the_password_needs_the_present_one_and_ends_other_sessions(store, comparisons):
    now = datetime.now(UTC)
    enroll(store, "ann", Role.SUPERVISOR, now=now)
    with store.writing() as session:
        session.execute(sa.update(Person).values(password_hash="hash of the old sentence"))
    here, elsewhere = (claimed(store, now) for _ in range(2))
    with store.reading() as session:
        actor = sign_in.queries.actor_of_session(session, here, now=now)
    change = {"keep_token_hash": here, "actor": actor, "now": now}
    with pytest.raises(sign_in.PasswordWrong):
        sign_in.change_password(store, "another sentence", "the new sentence", **change)
    sign_in.change_password(store, "the old sentence", "the new sentence", **change)
    with store.reading() as session:
        assert sign_in.queries.actor_of_session(session, here, now=now)
        assert not sign_in.queries.actor_of_session(session, elsewhere, now=now)
        assert session.scalar(sa.select(Person.password_hash)) == "hash of the new sentence"


def claimed(store, now):
    path = try_to_sign_in(store, "ann", "the old sentence", now)
    ticket = parse_qs(urlsplit(path).query)["t"][0]
    with store.writing() as session:
        taken = sign_in.claim_ticket(session, ticket, browser_hash="b", actor=sign_in.VISITOR, now=now)
        assert session.get(WebSession, token_hash(taken.token))
    return token_hash(taken.token)
