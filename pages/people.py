"""People and rights: who may sign in, in which roles, over which part of the organisation."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, keep, kept_id
from pages._ui.page import open_page, reading
from pages._ui.people_cards import add_form, initial_password, people_table, person_card
from pages._ui.widgets import Action, head
from qs.access import queries
from qs.actor import Permission, Role
from qs.i18n import gettext as _
from qs.i18n import ngettext
from qs.sentences import label

page = open_page("people", needs=Permission.PEOPLE_READ)
with reading() as session:
    people = queries.people(session, actor=page.actor)

is_editor = page.actor.has(Permission.PEOPLE_EDIT)
active = int(people["is_active"].sum())
administrators = sum(Role.ADMINISTRATOR in roles for roles in people.loc[people["is_active"], "roles"])
facts = ngettext("{n} administrator", "{n} administrators", administrators).format(n=administrators)
title = ngettext("{n} person may sign in", "{n} people may sign in", active).format(n=active)
add = Action("add_person", _("Add a person"), icon="person_add")
if head(title, facts, actions=[add] if is_editor else []) == "add_person":
    keep("do", "add")
is_adding = is_editor and st.query_params.get("do") == "add"

initial_password()
left, right = st.columns([1.7, 1], gap="medium")
with left:
    with st.container(horizontal=True, gap="small"):
        role = choice(_("Role"), {role.value: label(role) for role in Role}, key="role")
        state = choice(_("State"), {"active": _("May sign in"), "ended": _("Deactivated")}, key="state")
    shown = people if role is None else people[[role in roles for roles in people["roles"]]]
    if state is not None:
        shown = shown[shown["is_active"] == (state == "active")]
    picked = people_table(shown)
    if picked is not None and not is_adding:
        keep("person", str(picked["person_id"]))
with right:
    person_id = kept_id("person")
    if is_adding:
        add_form(page)
    elif person_id is not None:
        person_card(page, person_id)
