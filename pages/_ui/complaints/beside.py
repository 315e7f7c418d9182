"""What stands beside the hotline's form while it is filled in: who may handle it, what is open already, who calls."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.dispatch import name_of, why_words
from pages._ui.complaints.lists import Row, row_left, subject
from pages._ui.page import Page, go, reading
from pages._ui.widgets import note, plain, section, show_text
from qs.complaints.aftermath.duplicates import similar_open
from qs.complaints.catalogue.suggestions import Suggestion, suggest
from qs.complaints.handling.templates import templates_for
from qs.complaints.lists import requests_of_phone
from qs.complaints.terms import NewRequest, RequestKind, RequestState, TemplatePurpose
from qs.frames import named_rows
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.vault.queries import masked, people_of

SHOWN, SHOWN_CASES, PHONE_LENGTH = 3, 4, 7


def beside(page: Page, wanted: NewRequest, phone: str) -> int | None:
    """Suggestions, like requests, the caller's earlier ones, prepared answers. Returns the request to merge into."""
    known_caller(page, phone)
    text = f"{wanted.title} {wanted.text}".strip()
    if not text:
        section(_("While the caller speaks"))
        note(_("Type the matter: who may handle it and what is open about it appear here."))
        return None
    suggested(page, wanted, text)
    master_id = like(page, wanted, text)
    prepared(page, wanted)
    return master_id


def suggested(page: Page, wanted: NewRequest, text: str) -> None:
    """The likely services, each taken with one button."""
    section(_("Who may handle it"))
    with reading() as session:
        found = suggest(session, text, wanted.area_id, wanted.kind, most=SHOWN, actor=page.actor, now=page.now)
    if wanted.kind is RequestKind.REPORT:
        note(_("Of a report of wrongdoing this is the service it is about; the office decides who looks into it."))
    if not found:
        note(_("Nothing in the catalogue or in the past points to a service yet."))
    for one in found:
        suggestion(page, wanted, one)


def suggestion(page: Page, wanted: NewRequest, one: Suggestion) -> None:
    is_taken = one.service_id == wanted.service_id
    with st.container(border=True, gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(name_of(page, one.service_id))}**", anchors=False)
            st.space("stretch")
            if is_taken:
                note(_("taken"))
            else:
                st.button(_("Take it"), type="tertiary", on_click=take, args=(one,), key=f"take_{one.service_id}")
        note(why_words(one.why))


def take(one: Suggestion) -> None:
    """Fill service, urgency and pack in from a suggestion."""
    st.session_state["intake_service"] = one.service_id
    if one.entry is not None:
        st.session_state["intake_urgency"] = one.entry.says.urgency
        st.session_state["intake_pack"] = one.entry.says.pack


def like(page: Page, wanted: NewRequest, text: str) -> int | None:
    """The open requests most like what is typed, so that one matter is not handled twice."""
    with reading() as session:
        frame = similar_open(
            session,
            text,
            area_id=wanted.area_id,
            service_id=wanted.service_id,
            most=SHOWN_CASES,
            actor=page.actor,
            now=page.now,
        )
    if frame.empty:
        return None
    section(_("Open already"), ngettext("{n} like it", "{n} like it", len(frame)).format(n=number(len(frame))))
    merges = [case(row, page) for row in named_rows(frame)]
    return next((one for one in merges if one is not None), None)


def case(row: Row, page: Page) -> int | None:
    with st.container(border=True, gap=None):
        show_text(subject(row))
        note(" · ".join([row.number, label(row.state), row_left(row, page.now)]))
        can_merge = row.kind is not RequestKind.REPORT and not row.is_confidential
        pressed = can_merge and st.button(
            _("The same matter: register and merge"),
            type="tertiary",
            icon=":material/merge:",
            key=f"merge_{row.request_id}",
        )
    return int(row.request_id) if pressed else None


def known_caller(page: Page, phone: str) -> None:
    """The earlier requests of this phone number, when there are any."""
    if sum(sign.isdigit() for sign in phone) < PHONE_LENGTH:
        return
    this_year = local_day(page.now, settings().zone).year
    with reading() as session:
        ids = people_of(session, phone=phone, email="", years=(this_year, this_year - 1), actor=page.actor)
        frame = requests_of_phone(session, ids, actor=page.actor, now=page.now)
        names = masked(session, ids, actor=page.actor)
    if frame.empty:
        note(_("This number has not called before."))
        return
    who = next((one.name for one in names.values() if one.name), "")
    section(_("Known caller"), who)
    rows = named_rows(frame)
    words = ngettext("{n} earlier request", "{n} earlier requests", len(rows)).format(n=number(len(rows)))
    note(words)
    for row in rows[:SHOWN_CASES]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(gap=None, width="stretch"):
                show_text(subject(row))
                note(" · ".join([moment(row.registered_at.to_pydatetime()), label(row.state)]))
            if row.state is not RequestState.CLOSED and st.button(
                _("Open"), type="tertiary", key=f"known_{row.request_id}"
            ):
                go("complaints", request=str(row.request_id))


def prepared(page: Page, wanted: NewRequest) -> None:
    """Prepared answers for this type, to be written into the answer with one button."""
    with reading() as session:
        found = templates_for(session, TemplatePurpose.REPLY, kind=wanted.kind, actor=page.actor)
        ready = [(one.id, one.title, one.text) for one in found if "{" not in one.text][:SHOWN]
    if not ready:
        return
    section(_("Prepared answers"))
    for template_id, title, text in ready:
        st.button(title, type="tertiary", on_click=answer, args=(text,), key=f"ready_{template_id}")


def answer(text: str) -> None:
    st.session_state["intake_answer"] = text
