"""The frame: who sees which menu, what a stranger gets, and that no page opens by a side door."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages._ui.registry import FRONT, PAGES, PUBLIC_SCREENS, SCREENS, existing_screens, screen_path
from pages._ui.widgets import plain
from qs import db
from qs.access import actions
from qs.access.rules import token_hash
from qs.actor import SYSTEM, Grant, Role
from qs.i18n import Language
from tests.world import enroll, person, sign_in

NAMES = [screen.name for screen in existing_screens()]
GUARDED = [screen.name for screen in existing_screens() if screen.needs is not None]


def headings(screen):
    return [element.value for element in screen.markdown if element.value.startswith("#")]


def is_sign_in(screen):
    return [field.label for field in screen.text_input] == ["Username", "Password"]


def test_every_page_file_is_a_screen_of_the_register():
    files = {file for folder in (PAGES, PAGES / "public") for file in folder.glob("*.py")}
    assert files <= {screen.file for screen in (*SCREENS, *PUBLIC_SCREENS)}


def test_a_stranger_gets_the_sign_in(visit):
    assert is_sign_in(visit())


@pytest.mark.parametrize("name", NAMES)
def test_a_page_run_alone_shows_a_stranger_the_sign_in_only(store, monkeypatch, name):
    monkeypatch.setattr(db, "database", lambda: store)
    alone = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=30)
    alone.context = {"locale": "en"}
    alone.run()
    assert not alone.exception
    assert is_sign_in(alone)


@pytest.mark.parametrize("name", GUARDED)
def test_a_page_run_alone_refuses_somebody_without_the_right(store, monkeypatch, name):
    monkeypatch.setattr(db, "database", lambda: store)
    enroll(store, "ann")
    alone = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=30)
    alone.user = {"principal": f"session:{principal_of(store, 'ann')}"}
    alone.context = {"locale": "en"}
    alone.run()
    assert headings(alone) == ["# This page is not open to your role"]


def principal_of(store, username):
    return token_hash(sign_in(store, username))


@pytest.mark.parametrize("principal", ["", "session:", "session:forged", "browser:x", "stranger:x", None])
def test_any_other_principal_is_a_stranger(store, monkeypatch, principal):
    monkeypatch.setattr(db, "database", lambda: store)
    frame = AppTest.from_file(str(PAGES / "_ui" / "frame.py"), default_timeout=30)
    frame.user = {"principal": principal}
    frame.context = {"locale": "en"}
    frame.run()
    assert is_sign_in(frame)


def test_a_screen_the_role_may_not_open_is_not_in_the_menu(store, visit):
    enroll(store, "ann", Role.THIRD_PARTY)
    with pytest.raises(ValueError, match="audit"):
        visit("audit", "ann")


def test_an_initial_password_opens_nothing_else(store, visit):
    enroll(store, "ann", Role.SUPERVISOR, must_change_password=True)
    screen = visit("home", "ann")
    assert headings(screen) == ["# Choose your own password"]


def test_a_role_taken_away_closes_the_page_at_the_next_run(store, visit, now):
    ann = enroll(store, "ann", Role.AUDITOR)
    screen = visit("audit", "ann")
    assert not screen.exception
    with store.writing() as session:
        actions.set_grants(session, ann, [Grant(Role.THIRD_PARTY)], actor=SYSTEM, now=now)
    assert headings(screen.run()) == ["# This page is not open to your role"]


def test_the_frame_speaks_chinese_unless_told_otherwise(store, monkeypatch):
    monkeypatch.setattr(db, "database", lambda: store)
    frame = AppTest.from_file(str(PAGES / "_ui" / "frame.py"), default_timeout=30)
    frame.context = {"locale": "zh-CN"}
    frame.run()
    assert [field.label for field in frame.text_input] == ["用户名", "密码"]


def test_the_front_page_is_the_root():
    assert screen_path(FRONT) == "/"
    assert screen_path("audit") == "/audit"


@pytest.mark.parametrize(
    "text",
    [":red[x]", "**b**", "<b>n</b>", "![](http://a.b/x.png)", "[a](b)", ":material/home:", "$x$", "# h"],
)
def test_text_of_people_means_nothing_in_markdown(text):
    made_plain = plain(text)
    assert made_plain.replace("\\", "").replace("\u2060", "") == text
    assert "\\" in made_plain or "\u2060" in made_plain


def test_lines_of_people_cannot_begin_a_heading():
    assert "\n" not in plain("a\n# b")


def test_the_account_page_shows_the_roles_and_signs_out_everywhere(store, visit):
    enroll(store, "ann", Role.SUPERVISOR)
    sign_in(store, "ann")
    screen = visit("account", "ann")
    assert "Supervisor: The whole organisation" in [element.value for element in screen.text]
    assert len(screen.dataframe[0].value) == 2
    screen.button(key="sign_out_everywhere").click().run()
    assert is_sign_in(screen)


def test_the_persons_language_is_chosen_without_a_cookie(store, visit, now):
    ann = person(Role.SUPERVISOR, username="ann", person_id=enroll(store, "ann", Role.SUPERVISOR))
    with store.writing() as session:
        actions.choose_language(session, Language.ZH, actor=ann, now=now)
    assert "### 我的身份" in headings(visit("account", "ann"))
