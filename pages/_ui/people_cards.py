"""The parts of the people page: the list, one person with roles, and what an administrator may do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.run import go
from pages._ui.tables import table
from pages._ui.widgets import note, plain, section, show_text
from qs.access import actions, queries
from qs.access.queries import PersonDetail
from qs.actor import EVERYWHERE, Grant, Permission, Role, Scope, ScopeKind
from qs.directory import queries as directory
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, pick
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.web.passwords import hash_password

ISSUED = "qs_initial_password"  # kept over one rerun, shown once
PASSWORD_BYTES = 12


def people_table(people: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a frame
    """The list; returns the chosen row."""
    shown = people.assign(
        role_words=[_(", ").join(label(role) for role in roles) or "—" for roles in people["roles"]],
        state=[_("May sign in") if is_active else _("Deactivated") for is_active in people["is_active"]],
        seen=["—" if pd.isna(at) else moment(pd.Timestamp(at).to_pydatetime()) for at in people["last_seen_at"]],
    )
    columns = {
        "name": _("Full name"),
        "username": _("Username"),
        "role_words": _("Roles"),
        "state": _("State"),
        "seen": _("Last used"),
    }
    return table(shown, columns, key="people", search=["name", "username", "role_words"], is_selectable=True)


def initial_password() -> None:
    """The one sight of a password that was just made."""
    issued = st.session_state.pop(ISSUED, None)
    if issued is not None:
        st.warning(_("Hand this password over now. It is shown once, and must be changed at the first sign-in."))
        st.code(issued, language=None)


def add_form(page: Page) -> None:
    section(_("Add a person"))
    with st.form("add_person"):
        username = st.text_input(_("Username"), max_chars=32, help=_("Small letters, digits, dots and dashes."))
        name = st.text_input(_("Full name"), max_chars=100)
        name_en = st.text_input(_("Full name in English"), max_chars=100)
        email = st.text_input(_("E-mail"), type="email", max_chars=200)
        pressed = st.form_submit_button(_("Add the person"), type="primary")
    note(_("Roles are given afterwards; without one a person can only change the own password."))
    if st.button(_("Cancel"), key="cancel_adding", type="tertiary"):
        keep("do", None)
        st.rerun()
    if not pressed:
        return
    password, by = made_password(), {"actor": page.actor, "now": page.now}
    with saving(page, done=_("The person was added.")) as session:
        person_id = actions.add_person(
            session, username, name=name, name_en=name_en, email=email, password_hash=password.hash, **by
        )
        keep("do", None)
        keep("person", str(person_id))
        st.session_state[ISSUED] = password.clear


@dataclass(frozen=True)
class InitialPassword:
    """A random password: in clear for one sight, and as it is kept."""

    clear: str
    hash: str


def made_password() -> InitialPassword:
    clear = secrets.token_urlsafe(PASSWORD_BYTES)
    return InitialPassword(clear, hash_password(clear))


def person_card(page: Page, person_id: int) -> None:
    """One person: names, roles, and for administrators the ways to change them."""
    with reading() as session:
        person = queries.person_detail(session, person_id, actor=page.actor)
    section(pick(person.name, person.name_en), person.username)
    if not person.is_active:
        st.warning(_("Deactivated: this person cannot sign in."), icon=":material/block:")
    is_editor = page.actor.has(Permission.PEOPLE_EDIT)
    sessions_part(page, person)
    roles_part(page, person, is_editor=is_editor)
    if is_editor:
        names_part(page, person)
        access_part(page, person)
    if page.actor.has(Permission.AUDIT_READ):
        trail_part(person)


def sessions_part(page: Page, person: PersonDetail) -> None:
    """In how many browsers the person is signed in, and when one was last used."""
    with reading() as session:
        browsers = queries.open_sessions(session, actor=page.actor, now=page.now, person_id=person.person_id)
    if browsers.empty:
        note(_("Not signed in anywhere at present."))
        return
    count, last = len(browsers), pd.Timestamp(browsers["last_seen_at"].iloc[0]).to_pydatetime()
    words = ngettext(
        "Signed in in {n} browser, last used {when}.", "Signed in in {n} browsers, last used {when}.", count
    )
    note(words.format(n=count, when=moment(last)))


def trail_part(person: PersonDetail) -> None:
    """The way to the entries by and about this person."""
    with st.container(horizontal=True, gap="small"):
        if st.button(_("What this person did"), icon=":material/history:", key="trail_by"):
            go("audit", who=person.username)
        if st.button(_("What was done to this person"), icon=":material/history:", key="trail_about"):
            go("audit", about=f"person:{person.person_id}")


def roles_part(page: Page, person: PersonDetail, *, is_editor: bool) -> None:
    """The roles held, each with a way to take it back, and the form for one more."""
    objects = scope_objects(page)
    with st.container(border=True, gap="small"):
        note(_("Roles and how far they reach"))
        if not person.grants:
            show_text(_("No roles yet"))
        for number, grant in enumerate(person.grants):
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch"):
                    show_text(grant_words(grant, objects))
                if is_editor and st.button(_("Take back"), key=f"take_{number}", type="tertiary"):
                    kept = [other for other in person.grants if other != grant]
                    with saving(page, done=_("The roles were changed.")) as session:
                        actions.set_grants(session, person.person_id, kept, actor=page.actor, now=page.now)
        if is_editor:
            add_role(page, person, objects)


def scope_objects(page: Page) -> dict[ScopeKind, dict[int, str]]:
    """What a scope may name: id -> words, for each kind."""
    with reading() as session:
        frames = {
            ScopeKind.DEPARTMENT: directory.departments(session, actor=page.actor),
            ScopeKind.PROVIDER: directory.providers(session, actor=page.actor),
            ScopeKind.SERVICES: directory.services(
                session, actor=page.actor, day=local_day(page.now, settings().zone)
            ).rename(columns={"service_id": "id"}),
        }
    return {
        kind: {int(row.id): pick(row.name, row.name_en) for row in frame[["id", "name", "name_en"]].itertuples()}
        for kind, frame in frames.items()
    }


def grant_words(grant: Grant, objects: dict[ScopeKind, dict[int, str]]) -> str:
    if grant.scope == EVERYWHERE:
        reach = label(ScopeKind.ALL)
    else:
        known = objects[grant.scope.kind]
        reach = _(", ").join(known.get(scope_id, f"№ {scope_id}") for scope_id in sorted(grant.scope.ids))
    return _("{role}: {scope}").format(role=label(grant.role), scope=reach)


def add_role(page: Page, person: PersonDetail, objects: dict[ScopeKind, dict[int, str]]) -> None:
    with st.popover(_("Give a role"), icon=":material/add:"):
        role = st.selectbox(_("Role"), list(Role), format_func=label, key="new_role")
        kind = st.selectbox(_("Over"), list(ScopeKind), format_func=label, key="new_scope")
        chosen: list[int] = []
        if kind is not ScopeKind.ALL:
            names = objects[kind]
            chosen = st.multiselect(label(kind), list(names), format_func=names.__getitem__, key=f"new_{kind}")
        ready = kind is ScopeKind.ALL or bool(chosen)
        if st.button(_("Give this role"), type="primary", disabled=not ready, key="give_role"):
            wanted = [*person.grants, Grant(role, Scope(kind, frozenset(chosen)))]
            with saving(page, done=_("The roles were changed.")) as session:
                actions.set_grants(session, person.person_id, wanted, actor=page.actor, now=page.now)


def names_part(page: Page, person: PersonDetail) -> None:
    with st.form(f"names_{person.person_id}"):
        name = st.text_input(_("Full name"), person.name, max_chars=100)
        name_en = st.text_input(_("Full name in English"), person.name_en or "", max_chars=100)
        email = st.text_input(_("E-mail"), person.email or "", type="email", max_chars=200)
        pressed = st.form_submit_button(_("Save the changes"))
    if pressed:
        with saving(page, done=_("The changes were saved.")) as session:
            names = {"name": name, "name_en": name_en, "email": email}
            actions.change_person(session, person.person_id, **names, actor=page.actor, now=page.now)


def access_part(page: Page, person: PersonDetail) -> None:
    """Password, sessions and the end of access; each asks once."""
    who, by = person.person_id, {"actor": page.actor, "now": page.now}
    with st.container(horizontal=True, gap="small"):
        with st.popover(_("New password"), icon=":material/key:"):
            note(_("The old password stops working, and the person is signed out everywhere."))
            if st.button(_("Make a new password"), type="primary", key="reset"):
                password = made_password()
                with saving(page, done=_("The password was reset.")) as session:
                    actions.reset_password(session, who, password.hash, **by)
                    st.session_state[ISSUED] = password.clear
        confirmed(
            page,
            _("Sign out"),
            _("The person is signed out in every browser."),
            "logout",
            partial(actions.end_sessions, person_id=who, **by),
        )
        if person.is_active:
            confirmed(
                page,
                _("Deactivate"),
                _("Access ends at once. The person stays in the audit trail."),
                "block",
                partial(actions.deactivate_person, person_id=who, **by),
            )
        else:
            confirmed(
                page,
                _("Reactivate"),
                _("The person may sign in again, with the same roles."),
                "check",
                partial(actions.reactivate_person, person_id=who, **by),
            )


def confirmed(page: Page, words: str, consequence: str, icon: str, do: Callable[[Session], None]) -> None:
    """One consequential act: says what will happen, and asks once."""
    with st.popover(words, icon=f":material/{icon}:"):
        note(consequence)
        if st.button(plain(words), type="primary", key=f"do_{icon}"):
            with saving(page, done=_("Done.")) as session:
                do(session)
