"""Nobody gets another person's screen: not with a session id, a cookie, a header, a link or an old right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from qs.access import actions
from qs.access.models import Person, WebSession
from qs.access.rules import token_hash
from qs.actor import SYSTEM, Grant, Role
from tests.world import sign_in

pytestmark = pytest.mark.server


def person_id(server, username):
    with server.store.reading() as session:
        return session.scalar(sa.select(Person.id).where(Person.username == username))


def kept_state(tab):
    """Press the probe's button, so that the session holds something worth stealing."""
    seen = tab.run()
    tab.press("Keep")
    return seen.session_id


def test_a_signed_in_person_sees_the_page(signed_in):
    username, browser = signed_in()
    with browser.tab("probe") as tab:
        assert f"PROTECTED {username}" in tab.run().text


def test_a_stolen_session_id_without_a_cookie_opens_an_empty_session(server, signed_in):
    _, victim = signed_in()
    with victim.tab("probe") as tab:
        stolen = kept_state(tab)
        with server.browser().tab("probe", session_id=stolen) as thief:
            seen = thief.run()
            assert seen.session_id != stolen
            assert "PROTECTED" not in seen.text
        assert "kept by person" in tab.run().text, "the victim was disturbed"


def test_a_stolen_session_id_with_another_login_opens_ones_own_session(signed_in):
    _, victim = signed_in()
    thief_name, thief = signed_in()
    with victim.tab("probe") as tab:
        stolen = kept_state(tab)
        with thief.tab("probe", session_id=stolen) as taking:
            seen = taking.run()
            assert seen.session_id != stolen
            assert f"PROTECTED {thief_name} kept by nobody" in seen.text


def test_ones_own_session_is_resumed(signed_in):
    username, browser = signed_in()
    with browser.tab("probe") as tab:
        own = kept_state(tab)
    with browser.tab("probe", session_id=own) as again:
        seen = again.run()
        assert seen.session_id == own
        assert f"kept by {username}" in seen.text


def test_a_stranger_cannot_take_over_another_stranger(server):
    first, second = server.browser(), server.browser()
    first.fetch("/")
    second.fetch("/")
    with first.tab() as tab:
        own = tab.run().session_id
    with second.tab(session_id=own) as other:
        assert other.run().session_id != own
    with server.browser().tab(session_id=own) as bare:
        assert bare.run().session_id != own
    with first.tab(session_id=own) as again:
        assert again.run().session_id == own


@pytest.mark.parametrize("cookie", ["x" * 43, "x", "", "a" * 5000, "eyJhbGciOiJub25lIn0.e30.", "é" * 10, '"', "=;="])
def test_a_forged_or_malformed_cookie_is_nobody(server, cookie):
    browser = server.browser()
    with browser.tab("probe", headers={"Cookie": f"qs_session={cookie}"}) as tab:
        seen = tab.run()
    assert "PROTECTED" not in seen.text
    assert "Sign in" in seen.text


def test_two_session_cookies_at_once_are_nobody(server, signed_in):
    _, browser = signed_in()
    token = browser.cookies["qs_session"]
    with server.browser().tab("probe", headers={"Cookie": f"qs_session={token}; qs_session={token}"}) as tab:
        assert "PROTECTED" not in tab.run().text


def test_a_forged_identity_header_is_dropped(server, signed_in):
    _, browser = signed_in()
    principal = f"session:{token_hash(browser.cookies['qs_session'])}"
    with server.browser().tab("probe", headers={"X-Qs-Principal": principal}) as tab:
        assert "PROTECTED" not in tab.run().text


def test_a_direct_link_shows_a_stranger_the_sign_in(server):
    with server.browser().tab("probe") as tab:
        seen = tab.run()
    assert "PROTECTED" not in seen.text
    assert "Sign in" in seen.text


def test_a_page_of_another_role_is_explained_not_shown(signed_in):
    _, browser = signed_in(Role.INSPECTOR)
    with browser.tab("probe") as tab:
        seen = tab.run()
    assert "PROTECTED" not in seen.text
    assert "not open to your role" in seen.text


def test_the_menu_offers_only_what_the_person_may_open(signed_in):
    _, browser = signed_in(Role.INSPECTOR)
    with browser.tab() as tab:
        navigation = next(m.navigation for m in tab.run().messages if m.WhichOneof("type") == "navigation")
    offered = {page.url_pathname for page in navigation.app_pages if not page.is_hidden}
    assert "probe" not in offered
    assert "audit" not in offered


def test_a_fragment_stops_when_the_role_is_taken_away(server, signed_in):
    username, browser = signed_in()
    with browser.tab("probe") as tab:
        tab.run()
        (fragment,) = tab.fragments
        assert f"TICK {username}" in tab.run(fragment=fragment).text
        with server.store.writing() as session:
            inspector = [Grant(Role.INSPECTOR)]
            actions.set_grants(session, person_id(server, username), inspector, actor=SYSTEM, now=datetime.now(UTC))
        seen = tab.run(fragment=fragment)
        while "not open" not in seen.text:
            assert "TICK" not in seen.text
            seen = tab.read()


def test_an_action_is_refused_when_the_role_was_taken_away(server, signed_in):
    username, browser = signed_in()
    with browser.tab("probe") as tab:
        tab.run()
        with server.store.writing() as session:
            who = person_id(server, username)
            actions.set_grants(session, who, [Grant(Role.AUDITOR)], actor=SYSTEM, now=datetime.now(UTC))
        seen = tab.press("Save")
    assert "not open to your role" in seen.text
    assert "SAVED" not in seen.text


def test_signing_out_ends_the_cookie_and_closes_every_tab(server, signed_in):
    _, browser = signed_in()
    token = browser.cookies["qs_session"]
    with browser.tab("probe") as tab, server.browser({"qs_session": token}).tab("probe") as other:
        tab.run()
        other.run()
        with server.store.writing() as session:
            session.execute(
                sa.update(WebSession)
                .where(WebSession.token_hash == token_hash(token))
                .values(ended_at=datetime.now(UTC))
            )
        seen = tab.run()
        assert "PROTECTED" not in seen.text
        assert browser.fetch("/session/sign-out").status == 303
        assert "qs_session" not in browser.cookies
        with pytest.raises(Exception, match="4401"):
            other.read(wait_seconds=10)
    with server.browser({"qs_session": token}).tab("probe") as replay:
        assert "PROTECTED" not in replay.run().text


def test_revoked_sessions_lose_their_sockets_without_a_click(server, signed_in):
    username, browser = signed_in()
    with browser.tab("probe") as tab:
        tab.run()
        with server.store.writing() as session:
            actions.deactivate_person(session, person_id(server, username), actor=SYSTEM, now=datetime.now(UTC))
        with pytest.raises(Exception, match="4401"):
            tab.read(wait_seconds=15)


def test_a_link_elsewhere_cannot_sign_anybody_out(signed_in):
    username, browser = signed_in()
    browser.fetch("/session/sign-out")
    assert "qs_session" in browser.cookies
    with browser.tab("probe") as tab:
        assert f"PROTECTED {username}" in tab.run().text


def test_an_initial_password_opens_only_the_page_to_change_it(server, newcomer):
    username = newcomer(Role.SUPERVISOR, must_change_password=True)
    browser = server.browser({"qs_session": sign_in(server.store, username)})
    with browser.tab("probe") as tab:
        seen = tab.run()
    assert "Choose your own password" in seen.text
    assert "PROTECTED" not in seen.text
