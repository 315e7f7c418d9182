"""The hotline's form: filled in while talking, in the order of the talk; what helps appears beside it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import streamlit as st

from pages._ui.complaints.beside import beside
from pages._ui.complaints.forms import files_field, limits_note, outcome_field, service_field
from pages._ui.page import Page, guarded_fragment, reading, saving
from qs.actor import Permission
from qs.complaints import actions
from qs.complaints.aftermath.merges import merge_request
from qs.complaints.handling.outlook import pack_names
from qs.complaints.intake import file_request
from qs.complaints.terms import (
    DEFAULT_PACK,
    PLACE_LENGTH,
    REMEDY_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Filed,
    NewContact,
    NewRequest,
    Outcome,
    RequestChannel,
    RequestKind,
    Urgency,
)
from qs.directory.queries import areas
from qs.i18n import LANGUAGE_NAMES, N_, Language, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

REGISTER = Permission.COMPLAINTS_REGISTER
CHANNELS = (RequestChannel.PHONE, RequestChannel.COUNTER, RequestChannel.LETTER, RequestChannel.APP)
RECEIPT = "qs_receipt"  # what was just registered, shown until the next call
TYPED = "intake_"  # the keys of the form begin with it
SIGNS = {  # a digit chooses the type without leaving the keyboard
    RequestKind.CONSULTATION: N_("1 Consultation"),
    RequestKind.HELP: N_("2 Help"),
    RequestKind.COMPLAINT: N_("3 Complaint"),
    RequestKind.REPORT: N_("4 Report of wrongdoing"),
    RequestKind.SUGGESTION: N_("5 Suggestion"),
    RequestKind.PRAISE: N_("6 Praise"),
}


@guarded_fragment(needs=REGISTER)
def intake(page: Page) -> None:
    """The form and what stands beside it; alone redrawn while the operator types, so that nothing is waited for."""
    left, right = st.columns([1.5, 1], gap="medium")
    with left, st.container(border=True, gap="small"):
        wanted = talk(page)
        contact = requester()
        answer, outcome = on_the_spot()
        registers, answers = save_buttons(is_answered=bool(answer.strip()))
    with right:
        master_id = beside(page, wanted, contact.phone)
    if registers or answers or master_id is not None:
        said = NewRequest(**(vars(wanted) | {"contact": contact}))
        save(page, said, answer if answers else "", outcome, master_id)


def talk(page: Page) -> NewRequest:
    """The matter in the order in which people tell it; what is rarely needed stands apart."""
    title = st.text_input(
        _("The matter in one line"),
        key=f"{TYPED}title",
        max_chars=TITLE_LENGTH,
        live=True,
        placeholder=_("Suggestions appear as you type"),
    )
    text = st.text_area(_("What happened"), key=f"{TYPED}text", max_chars=TEXT_LENGTH, height=84)
    with st.container(horizontal=True, gap="small"):
        kind = st.selectbox(
            _("Type"), list(SIGNS), index=1, format_func=lambda one: _(SIGNS[one]), key=f"{TYPED}kind", width=170
        )
        area_id = area_field(page)
        place = st.text_input(_("Place"), key=f"{TYPED}place", max_chars=PLACE_LENGTH)
    with st.container(horizontal=True, gap="small"):
        service_id = service_field(page, None, key=f"{TYPED}service", permission=REGISTER)
        st.session_state.setdefault(f"{TYPED}urgency", Urgency.GENERAL)
        urgency = st.selectbox(_("Urgency"), list(Urgency), format_func=label, key=f"{TYPED}urgency", width=220)
    rare = rarely(page)
    limits_note(page, rare["pack"], urgency, page.now)
    return NewRequest(
        kind=kind,
        title=title or "",
        text=text or "",
        channel=st.session_state.get(f"{TYPED}channel", RequestChannel.PHONE),
        service_id=service_id,
        area_id=area_id,
        place=place or "",
        urgency=urgency,
        is_confidential=bool(st.session_state.get(f"{TYPED}confidential", False)),
        wants_reply=bool(st.session_state.get(f"{TYPED}reply", True)),
        **rare,
    )


def area_field(page: Page) -> int | None:
    with reading() as session:
        frame = areas(session, actor=page.actor)
    names = {int(row[0]): pick(row[1], row[2]) for row in frame[["id", "name", "name_en"]].itertuples(index=False)}
    chosen: int | None = st.selectbox(
        _("Area"),
        list(names),
        index=None,
        format_func=lambda one: names.get(one, ""),
        placeholder=_("of the service"),
        key=f"{TYPED}area",
        width=170,
    )
    return chosen


def rarely(page: Page) -> dict[str, Any]:  # Any: fields of a new request
    """What few callers say or bring: the remedy, when it happened, a letter of an earlier day, files, other limits."""
    with reading() as session:
        names = pack_names(session, actor=page.actor)
    codes = sorted(names, key=lambda code: code != DEFAULT_PACK)
    with st.expander(_("What is wanted, when it happened, files, other limits")):
        remedy = st.text_input(_("What the requester wants"), key=f"{TYPED}remedy", max_chars=REMEDY_LENGTH)
        with st.container(horizontal=True, gap="small"):
            happened_on = st.date_input(_("Happened on"), value=None, key=f"{TYPED}happened")
            st.date_input(_("Came in on (a letter of an earlier day)"), value=None, key=f"{TYPED}came")
        files = files_field(_("Letters, photos and papers that the requester brought"), key=f"{TYPED}files")
        pack = st.selectbox(
            _("Pack of limits"), codes, format_func=lambda code: names.get(code, code), key=f"{TYPED}pack"
        )
    limits_of = "" if pack == DEFAULT_PACK else pack or ""
    return {"remedy": remedy or "", "happened_on": happened_on, "pack": limits_of, "files": files}


def requester() -> NewContact:
    """Who calls, and how they want to be treated."""
    with st.container(horizontal=True, gap="small"):
        name = st.text_input(_("Full name"), key=f"{TYPED}name", max_chars=60)
        phone = st.text_input(_("Phone"), key=f"{TYPED}phone", max_chars=40, placeholder=_("Empty: anonymous"))
        st.selectbox(_("Channel"), CHANNELS, format_func=label, key=f"{TYPED}channel", width=150)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.checkbox(_("Wants a reply"), value=True, key=f"{TYPED}reply")
        st.checkbox(_("Wants to stay unknown to the unit"), key=f"{TYPED}confidential")
        language = st.selectbox(
            _("Language of the requester"),
            list(Language),
            format_func=lambda one: LANGUAGE_NAMES[one],
            key=f"{TYPED}language",
            label_visibility="collapsed",
            width=130,
        )
    return NewContact(name=name or "", phone=phone or "", language=language)


def on_the_spot() -> tuple[str, Outcome]:
    """The answer given while talking; empty when a unit has to handle the matter."""
    answer = st.text_area(
        _("Answered on the spot: what was said"), key=f"{TYPED}answer", max_chars=TEXT_LENGTH, height=68
    )
    outcome = outcome_field(Outcome.EXPLAINED, key=f"{TYPED}outcome") if answer else Outcome.EXPLAINED
    return answer or "", outcome


def save_buttons(*, is_answered: bool) -> tuple[bool, bool]:
    """Register, or register and close with the answer that was given; each on a key."""
    with st.container(horizontal=True, gap="small"):
        registers = st.button(
            _("Register the request"),
            type="secondary" if is_answered else "primary",
            icon=":material/save:",
            shortcut="Ctrl+Enter",
            key="intake_save",
        )
        answers = is_answered and st.button(
            _("Register and close with the answer"),
            type="primary",
            icon=":material/check:",
            shortcut="Ctrl+Shift+Enter",
            key="intake_close",
        )
    return registers, answers


def save(page: Page, said: NewRequest, answer: str, outcome: Outcome, master_id: int | None) -> None:
    """Register, and in the same transaction close with the answer or merge into the request that came first."""
    done = (
        _("Merged into the open request.") if master_id else _("Answered and closed.") if answer else _("Registered.")
    )
    by: dict[str, Any] = {"actor": page.actor, "now": page.now}  # Any: circumstances
    with saving(page, done=done) as session:
        filed = file_request(session, said, registered_at=came_in(page), **by)
        if master_id is not None:
            merge_request(session, filed.request_id, master_id, version=1, **by)
        elif answer:
            actions.answer_on_the_spot(session, filed.request_id, answer, outcome=outcome, version=1, **by)
        st.session_state[RECEIPT] = filed


def came_in(page: Page) -> datetime | None:
    """The noon of the day a letter came in, when that is before today."""
    on = st.session_state.get(f"{TYPED}came")
    zone = settings().zone
    if on is None or on >= local_day(page.now, zone):
        return None
    return datetime.combine(on, time(12), tzinfo=zone).astimezone(page.now.tzinfo)


def registered() -> Filed | None:
    """What was registered a moment ago, until the next call begins."""
    found: Filed | None = st.session_state.get(RECEIPT)
    return found


def begin_anew() -> None:
    """Empty the form for the next call."""
    for key in [str(key) for key in st.session_state if str(key).startswith(TYPED)]:
        del st.session_state[key]
    st.session_state.pop(RECEIPT, None)
