"""The hotline's form: filled in while talking, with like requests beside it, answered on the spot or registered."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep
from pages._ui.complaints_forms import outcome_field, service_field
from pages._ui.complaints_lists import worded
from pages._ui.page import Page, go, reading, saving
from pages._ui.widgets import note, section, show_text
from qs.actor import Permission
from qs.complaints import actions, queries
from qs.complaints.intake import file_request
from qs.complaints.terms import (
    PLACE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Filed,
    NewContact,
    NewRequest,
    Outcome,
    RequestChannel,
    RequestKind,
)
from qs.directory.queries import areas
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.sentences import label

REGISTER = Permission.COMPLAINTS_REGISTER
CHANNELS = (RequestChannel.PHONE, RequestChannel.COUNTER, RequestChannel.LETTER, RequestChannel.APP)
SHOWN_LIKE = 6
RECEIPT = "qs_receipt"  # number and code of what was just registered, shown once


def intake(page: Page) -> None:
    """Everything on one screen, in the order of the talk; the tab key leads through it."""
    receipt()
    left, right = st.columns([1.5, 1], gap="medium")
    with left, st.container(border=True, gap="small"):
        service_id = service_field(page, None, key="intake_service", permission=REGISTER)
        with st.form("intake", border=False):
            wanted = fields(page, service_id)
            answer, outcome = on_the_spot()
            register = st.form_submit_button(
                _("Register the request"),
                type="primary",
                icon=":material/save:",
                shortcut="Ctrl+Enter",
                key="intake_save",
            )
    with right:
        like(page, service_id)
    if register:
        saved(page, wanted, answer, outcome)


def receipt() -> None:
    """Number and code of the request just registered, to be read out."""
    filed: Filed | None = st.session_state.pop(RECEIPT, None)
    if filed is None:
        return
    with st.container(border=True, gap="xsmall"):
        section(_("Registered: read this out"), _("the code is shown once"), icon="check_circle")
        show_text(_("Number {number}").format(number=filed.number))
        st.code(filed.receipt_code, language=None)
        if st.button(_("Open the request"), key="open_filed"):
            go("complaints", request=str(filed.request_id))


def fields(page: Page, service_id: int | None) -> NewRequest:
    kind = st.segmented_control(
        _("Type"), list(RequestKind), format_func=label, default=RequestKind.HELP, required=True, key="intake_kind"
    )
    title = st.text_input(
        _("Title"), key="intake_title", max_chars=TITLE_LENGTH, placeholder=_("The matter in one line")
    )
    text = st.text_area(_("What happened, and what is wanted"), key="intake_text", max_chars=TEXT_LENGTH, height=120)
    with reading() as session:
        frame = areas(session, actor=page.actor)
    names = {int(row[0]): pick(row[1], row[2]) for row in frame[["id", "name", "name_en"]].itertuples(index=False)}
    channel, where, place = st.columns([1, 1, 1.6], gap="small")
    with channel:
        came = st.selectbox(_("Channel"), CHANNELS, format_func=label, key="intake_channel")
    with where:
        area_id = st.selectbox(
            _("Area"),
            list(names),
            index=None,
            format_func=lambda one: names.get(one, ""),
            placeholder=_("of the service"),
            key="intake_area",
        )
    with place:
        spot = st.text_input(_("Place"), key="intake_place", max_chars=PLACE_LENGTH)
    name, phone = st.columns(2, gap="small")
    with name:
        who = st.text_input(_("Full name"), key="intake_name", max_chars=60)
    with phone:
        number_of = st.text_input(_("Phone"), key="intake_phone", max_chars=40)
    with st.container(horizontal=True, gap="medium"):
        wants_reply = st.checkbox(_("Wants a reply"), value=True, key="intake_reply")
        is_confidential = st.checkbox(_("Wants to stay unknown to the unit"), key="intake_confidential")
    note(_("Name and phone go into the vault, apart from the case. Leave them empty for an anonymous request."))
    return NewRequest(
        kind=kind or RequestKind.HELP,
        title=title,
        text=text,
        channel=came,
        service_id=service_id,
        area_id=area_id,
        place=spot,
        contact=NewContact(name=who, phone=number_of),
        wants_reply=wants_reply,
        is_confidential=is_confidential,
    )


def on_the_spot() -> tuple[str, Outcome]:
    """The answer given while talking; empty when a unit has to handle the matter."""
    with st.expander(_("Answered on the spot"), icon=":material/check:"):
        answer = st.text_area(_("Answer"), key="intake_answer", max_chars=TEXT_LENGTH, height=80)
        outcome = outcome_field(Outcome.EXPLAINED, key="intake_outcome")
    return answer, outcome


def saved(page: Page, wanted: NewRequest, answer: str, outcome: Outcome) -> None:
    """Register, and with an answer close in the same transaction."""
    with saving(page, done=_("Answered and closed.") if answer.strip() else _("Registered.")) as session:
        filed = file_request(session, wanted, actor=page.actor, now=page.now)
        if answer.strip():
            actions.answer_on_the_spot(
                session, filed.request_id, answer, outcome=outcome, version=1, actor=page.actor, now=page.now
            )
        st.session_state[RECEIPT] = filed


def like(page: Page, service_id: int | None) -> None:
    """The open requests about the same service, so that one matter is not registered twice."""
    section(_("Open requests about this service"))
    if service_id is None:
        note(_("Choose the service while the caller speaks: what is open about it appears here."))
        return
    with reading() as session:
        frame = worded(queries.similar_requests(session, service_id, actor=page.actor, now=page.now), page.now)
    if frame.empty:
        note(_("None: this is the first."))
        return
    note(ngettext("{n} is open", "{n} are open", len(frame)).format(n=number(len(frame))))
    for row in frame.head(SHOWN_LIKE).to_dict("records"):
        with st.container(border=True, gap=None):
            show_text(row["subject"])
            note(" · ".join([row["short_number"], row["state_words"], row["registered_words"]]))
            if st.button(_("Look"), type="tertiary", key=f"like_{row['request_id']}"):
                keep("view", None)
                go("complaints", request=str(row["request_id"]))
