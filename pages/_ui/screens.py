"""The screens shown instead of a page: sign-in, a password that must be changed, a missing right, nothing there."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from pages._ui import identity
from pages._ui.brand import office, sign
from pages._ui.run import Page, go, redirect
from pages._ui.widgets import head, leave, note, plain, section, show_error, switch_language
from qs import db
from qs.access import queries
from qs.access.rules import PASSWORD_MIN_CHARACTERS, SignInRefused
from qs.actor import Role
from qs.errors import InvalidInput, QualityError
from qs.i18n import LANGUAGE_NAMES, Language, language
from qs.i18n import gettext as _
from qs.sentences import label
from qs.settings import settings
from qs.web.sign_in import change_password, safe_path, sign_in


class PasswordsDiffer(InvalidInput):
    """The new password was typed in two ways."""

    code = "passwords_differ"


def sign_in_screen(next_path: str) -> None:
    """Name and password; in a demo installation the invented people beside them."""
    wide = settings().demo
    _left, middle, _right = st.columns([1, 3, 1] if wide else [1, 1.3, 1])
    with middle, st.container(gap="medium"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.image(sign(), width=44)
            with st.container(gap=None, width="stretch"):
                st.markdown(f"## {plain(office())}", anchors=False)
                note(_("Quality supervision of public services"))
            other = Language.EN if language() is Language.ZH else Language.ZH
            if st.button(LANGUAGE_NAMES[other], type="tertiary", icon=":material/translate:", key="language"):
                switch_language(other, back=next_path)
        form, people = st.columns([1, 1.15], gap="large") if wide else (st.container(), None)
        with form:
            sign_in_form(next_path)
            first_steps()
        if people is not None:
            with people:
                invented_people(next_path)


def sign_in_form(next_path: str) -> None:
    with st.form("sign_in", enter_to_submit=True):
        section(_("Sign in"))
        username = st.text_input(_("Username"), key="typed_name", autocomplete="username", max_chars=64)
        password = st.text_input(
            _("Password"), key="typed_password", type="password", autocomplete="current-password", max_chars=200
        )
        pressed = st.form_submit_button(_("Sign in"), type="primary", width="stretch", key="sign_in_button")
    if pressed:
        try_to_sign_in(username, password, next_path)
    note(_("Forgotten your password? An administrator can give you a new one."))


def first_steps() -> None:
    """What to do when the installation has nobody yet who could let others in."""
    with db.database().reading() as session:
        if queries.has_administrator(session):
            return
    st.info(_("Nobody can sign in yet. The first administrator is created on the server with this command:"))
    st.code("python -m qs init", language=None)


def invented_people(next_path: str) -> None:
    section(_("Look around as"))
    note(_("This is a demonstration: these people and all figures are invented. One click signs you in."))
    with db.database().reading() as session:
        people = queries.invented_people(session)
    with st.container(gap="xsmall"):
        for person in people.drop_duplicates("role").itertuples():
            words = f"**{plain(person.name)}** · {label(Role(person.role))}"
            if st.button(words, key=f"demo_{person.username}", width="stretch", icon=":material/login:"):
                try_to_sign_in(person.username, settings().demo_password, next_path)


def try_to_sign_in(username: str, password: str, next_path: str) -> None:
    if not identity.browser_hash():
        st.error(_("Signing in needs a cookie. Allow cookies for this site and load the page again."))
        return
    try:
        path = sign_in(
            db.database(),
            username,
            password,
            address=identity.address(),
            browser_hash=identity.browser_hash(),
            next_path=safe_path(next_path),
            now=datetime.now(UTC),
        )
    except SignInRefused as error:
        show_error(error)
        return
    redirect(path)


def change_password_screen(page: Page) -> None:
    """The only screen until an initial password has been replaced."""
    head(_("Choose your own password"), _("The one you were given only opens this page."))
    change_password_form(page)
    if st.button(_("Sign out"), type="tertiary", key="leave"):
        leave(page)


def change_password_form(page: Page) -> None:
    """Change the password of who is signed in; other browsers of the same person are signed out by it."""
    with st.form("change_password", width=480):
        present = st.text_input(_("Present password"), type="password", autocomplete="current-password", max_chars=200)
        wanted = st.text_input(
            _("New password"),
            type="password",
            autocomplete="new-password",
            max_chars=200,
            help=_("At least {n} characters; a short sentence is fine.").format(n=PASSWORD_MIN_CHARACTERS),
        )
        again = st.text_input(_("New password again"), type="password", autocomplete="new-password", max_chars=200)
        pressed = st.form_submit_button(_("Change password"), type="primary", key="change_password_button")
    if not pressed:
        return
    try:
        if wanted != again:
            raise PasswordsDiffer
        kept = page.session.token_hash
        change_password(page.database, present, wanted, keep_token_hash=kept, actor=page.actor, now=page.now)
    except QualityError as error:
        show_error(error)
        return
    st.rerun()


def not_allowed_screen() -> None:
    head(_("This page is not open to your role"), _("Ask an administrator if you need it for your work."))
    if st.button(_("Back to today's work"), icon=":material/arrow_back:", key="back_home"):
        go("home")
