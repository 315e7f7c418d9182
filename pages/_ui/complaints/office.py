"""The forms of the office: answer, not accept, decide, classify, put words right, supervise, write, rectify."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.forms import Form, files_field, limits_note, outcome_field, prepared_words, take
from pages._ui.page import Page, reading
from pages._ui.widgets import note, show_text
from qs.complaints import actions
from qs.complaints.details import RequestDetail
from qs.complaints.handling import classification, extensions, pauses, supervision
from qs.complaints.handling.outlook import pack_names
from qs.complaints.handling.wording import where_to
from qs.complaints.terms import (
    PLACE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Outcome,
    Refusal,
    RequestKind,
    StepKind,
    Supervision,
    TemplatePurpose,
    Urgency,
)
from qs.i18n import gettext as _
from qs.sentences import label


def answer_form(page: Page, detail: RequestDetail, version: int) -> None:
    prepared_words(page, detail, TemplatePurpose.REPLY, into="answer_text")
    with st.form("answer_form", border=False):
        text = st.text_area(_("Answer"), key="answer_text", max_chars=TEXT_LENGTH, height=110)
        outcome = outcome_field(Outcome.EXPLAINED, key="answer_outcome")
        files = files_field(_("Files for the requester"), key="answer_files")
        pressed = st.form_submit_button(_("Answer and close"), type="primary", key="answer_save")
    if pressed:
        said = {"outcome": outcome, "files": files}
        take(page, detail, version, actions.answer_on_the_spot, text, done=_("Answered and closed."), **said)


def refuse_form(page: Page, detail: RequestDetail, version: int) -> None:
    """The coded reason first; the prepared sentence says where the requester can turn to."""

    def write() -> None:
        if (chosen := st.session_state["refuse_reason"]) is not None:
            st.session_state["refuse_text"] = where_to(chosen)

    reason = st.selectbox(
        _("Reason"),
        list(Refusal),
        index=None,
        format_func=label,
        placeholder=_("Choose"),
        on_change=write,
        key="refuse_reason",
    )
    prepared_words(page, detail, TemplatePurpose.REFUSAL, into="refuse_text")
    with st.form("refuse_form", border=False):
        text = st.text_area(
            _("What the requester is told, with the right channel"),
            key="refuse_text",
            max_chars=TEXT_LENGTH,
            height=110,
        )
        pressed = st.form_submit_button(_("Do not accept"), type="primary", key="refuse_save")
    if pressed and reason is None:
        st.error(_("Choose the reason first; the requester is told it."), icon=":material/error:")
    elif pressed:
        done = _("Not accepted; the requester is told why.")
        take(page, detail, version, actions.refuse_request, text, reason=reason, done=done)


def decide_form(page: Page, detail: RequestDetail, version: int) -> None:
    note(_("Reason given"))
    show_text(detail.extension_reason)
    decision(page, detail, version, extensions.decide_extension, key="decide")


def decide_pause_form(page: Page, detail: RequestDetail, version: int) -> None:
    asked = next((one for one in reversed(detail.steps) if one.kind is StepKind.PAUSE_ASKED), None)
    note(_("Reason given"))
    if detail.pause_reason is not None:
        show_text(label(detail.pause_reason))
    if asked is not None:
        show_text(asked.note)
    note(_("Approved, the clock stands from now on; the requester is told."))
    decision(page, detail, version, pauses.decide_pause, key="decide_pause")


def decision(page: Page, detail: RequestDetail, version: int, act: object, *, key: str) -> None:
    """A remark, approve or refuse."""
    with st.form(f"{key}_form", border=False):
        remark = st.text_input(_("Remark"), key=f"{key}_remark", max_chars=300)
        with st.container(horizontal=True, gap="small"):
            approve = st.form_submit_button(_("Approve"), type="primary", key=f"{key}_approve")
            refuse = st.form_submit_button(_("Refuse"), key=f"{key}_refuse")
    if approve or refuse:
        done = _("Approved; the requester is told.") if approve else _("Refused; the limit stays.")
        take(page, detail, version, act, remark, is_approved=approve, done=done)  # type: ignore[arg-type]  # an action


def classify_form(page: Page, detail: RequestDetail, version: int) -> None:
    """Type, urgency and pack, with the limits they would bring before anything is saved."""
    with reading() as session:
        names = pack_names(session, actor=page.actor)
    kinds, tiers, codes = list(RequestKind), list(Urgency), list(names)
    kind = st.selectbox(_("Type"), kinds, index=kinds.index(detail.kind), format_func=label, key="classify_kind")
    urgency = st.selectbox(
        _("Urgency"), tiers, index=tiers.index(detail.urgency), format_func=label, key="classify_urgency"
    )
    pack = st.selectbox(
        _("Pack of limits"),
        codes,
        index=codes.index(detail.pack) if detail.pack in names else None,
        format_func=lambda code: names.get(code, code),
        key="classify_pack",
    )
    limits_note(page, pack or detail.pack, urgency, detail.registered_at)
    note(_("Counted from the beginning; time for which the clock stood and an extension are added to it."))
    with st.form("classify_form", border=False):
        reason = st.text_input(_("Reason"), key="classify_reason", max_chars=300)
        brief = ""
        if kind is RequestKind.REPORT and not detail.brief:
            brief = st.text_area(_("Brief"), key="classify_brief", max_chars=TEXT_LENGTH, height=80)
        pressed = st.form_submit_button(_("Classify"), type="primary", key="classify_save")
    if pressed:
        chosen = {"kind": kind, "urgency": urgency, "pack": pack, "brief": brief}
        done = _("Classified; the limits are counted anew.")
        take(page, detail, version, classification.reclassify, reason, done=done, **chosen)


def edit_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("edit_form", border=False):
        title = st.text_input(_("Title"), value=detail.title, key="edit_title", max_chars=TITLE_LENGTH)
        place = st.text_input(_("Place"), value=detail.place, key="edit_place", max_chars=PLACE_LENGTH)
        brief = st.text_area(_("Brief"), value=detail.brief, key="edit_brief", max_chars=TEXT_LENGTH, height=90)
        note(_("What the requester wrote stays as it is; what you change here is kept in the history."))
        pressed = st.form_submit_button(_("Save"), type="primary", key="edit_save")
    if pressed:
        chosen = {"title": title, "place": place, "brief": brief}
        take(page, detail, version, classification.edit_request, done=_("Kept with the case."), **chosen)


def supervise_form(page: Page, detail: RequestDetail, version: int) -> None:
    present = detail.supervision.rank if detail.supervision else -1
    levels = [level for level in Supervision if level.rank > present]
    with st.form("supervise_form", border=False):
        level = st.selectbox(_("Level"), levels, format_func=label, key="supervise_level")
        demand = st.text_area(
            _("What is demanded of the unit, and by when"), key="supervise_demand", max_chars=TEXT_LENGTH, height=90
        )
        pressed = st.form_submit_button(_("Supervise it"), type="primary", key="supervise_save")
    if pressed:
        done = _("Under supervision; the unit is told.")
        take(page, detail, version, supervision.put_under_supervision, demand, level=level, done=done)


def write_form(page: Page, detail: RequestDetail, version: int) -> None:
    prepared_words(page, detail, TemplatePurpose.MESSAGE, into="write_text")
    with st.form("write_form", border=False):
        to_requester = st.radio(
            _("For whom"),
            [False, True],
            format_func=lambda told: _("The requester reads it") if told else _("Internal note"),
            horizontal=True,
            key="write_to",
        )
        text = st.text_area(_("Message"), key="write_text", max_chars=TEXT_LENGTH, height=90)
        files = files_field(_("Files for the same readers"), key="write_files")
        pressed = st.form_submit_button(_("Save"), type="primary", key="write_save")
    if pressed:
        told = {"is_told": bool(to_requester), "files": files}
        take(page, detail, version, actions.write_message, text, done=_("Kept with the case."), **told)


def rectify_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("rectify_form", border=False):
        title = st.text_input(_("What is to be put right"), value=detail.title, key="rectify_title", max_chars=200)
        demand = st.text_area(
            _("What is demanded, and how it will be checked"), key="rectify_demand", max_chars=2000, height=110
        )
        pressed = st.form_submit_button(_("Order a rectification"), type="primary", key="rectify_save")
    if pressed:
        done = _("Ordered; the leader of the service answers for it.")
        take(page, detail, version, actions.rectify_request, title=title, demand=demand, done=done)


FORMS: dict[str, Form] = {
    "answer": answer_form,
    "refuse": refuse_form,
    "decide": decide_form,
    "decide_pause": decide_pause_form,
    "classify": classify_form,
    "edit": edit_form,
    "supervise": supervise_form,
    "write": write_form,
    "rectify": rectify_form,
}
