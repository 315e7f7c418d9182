"""After the reply: verify it, call the requester back by the script, close, or send back for rework."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.forms import Form, outcome_field, take, words_of
from pages._ui.page import Page, reading
from pages._ui.personal import masked_contact
from pages._ui.widgets import note, show_text
from qs.actor import Permission
from qs.complaints.aftermath import merges
from qs.complaints.details import RequestDetail
from qs.complaints.handling import call_backs
from qs.complaints.handling.templates import templates_for
from qs.complaints.rules import is_rework_possible
from qs.complaints.terms import (
    MOST_CALLS,
    TEXT_LENGTH,
    CallBackAnswer,
    Outcome,
    RequestState,
    Satisfaction,
    TemplatePurpose,
)
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.sentences import label

YES_NO = (True, False)


def verify_form(page: Page, detail: RequestDetail, version: int) -> None:
    """The reply beside the matter: does it say what was done, and does it answer?"""
    note(_("The unit's reply"))
    show_text(detail.answer)
    if detail.outcome is not None:
        note(_("Outcome proposed: {outcome}").format(outcome=label(detail.outcome)))
    if detail.remedy:
        note(_("What the requester wanted: {remedy}").format(remedy=detail.remedy))
    with st.form("verify_form", border=False):
        reason = st.text_area(
            _("If it does not hold: what is still to be done"), key="verify_reason", max_chars=TEXT_LENGTH, height=80
        )
        with st.container(horizontal=True, gap="small"):
            holds = st.form_submit_button(_("The reply holds"), type="primary", key="verify_save")
            fails = is_rework_possible(detail.rework_count) and st.form_submit_button(
                _("Send back for rework"), key="verify_rework"
            )
    if holds:
        take(page, detail, version, call_backs.verify_reply, done=_("Verified: the requester is called back next."))
    elif fails:
        take(page, detail, version, call_backs.send_back_request, reason, done=_("Sent back to the unit."))


def call_form(page: Page, detail: RequestDetail, version: int) -> None:
    """The script of a call-back: three questions with the same steps for every answer, none preselected."""
    show_text(script(page, detail))
    if detail.vault_person_id is not None and page.actor.has(Permission.PERSONAL_REVEAL):
        masked_contact(page, detail.vault_person_id, subject=f"request:{detail.request_id}", reference=detail.number)
    with st.form("call_form", border=False):
        contacted = st.radio(
            _("1. Did the unit contact you?"), YES_NO, index=None, format_func=yes_no, horizontal=True, key="call_c"
        )
        solved = st.radio(
            _("2. Is the matter solved?"), YES_NO, index=None, format_func=yes_no, horizontal=True, key="call_s"
        )
        level = st.radio(
            _("3. How satisfied are you with the handling?"),
            list(Satisfaction),
            index=None,
            format_func=label,
            horizontal=True,
            key="call_level",
        )
        comment = st.text_area(_("What they added"), key="call_comment", max_chars=TEXT_LENGTH, height=70)
        with st.container(horizontal=True, gap="small"):
            reached = st.form_submit_button(_("Keep the answers"), type="primary", key="call_save")
            missed = st.form_submit_button(
                _("Not reached ({n} of {most})").format(n=detail.failed_call_count + 1, most=MOST_CALLS),
                key="call_missed",
            )
    if reached or missed:
        answer = (
            CallBackAnswer(True, contacted, solved, level, comment)
            if reached
            else CallBackAnswer(False, comment=comment)
        )
        is_merged = detail.state is RequestState.CLOSED
        act = merges.record_merged_call_back if is_merged else call_backs.record_call_back
        done = _("Kept as not reached.") if missed else _("Kept. Close the request, or send it back.")
        take(page, detail, version, act, answer, done=done)


def script(page: Page, detail: RequestDetail) -> str:
    """The office's own words for such a call, or those that come with the program."""
    with reading() as session:
        found = templates_for(session, TemplatePurpose.CALL_BACK, kind=detail.kind, actor=page.actor)
        own = found[0].id if found else None
    if own is not None:
        return words_of(page, own, detail.request_id)
    return _(
        "“Good day, this is the supervision office. You turned to us about a matter of {service}. "
        "May I ask three short questions?”"
    ).format(service=pick(detail.service, detail.service_en))


def yes_no(answer: bool) -> str:
    return _("Yes") if answer else _("No")


def close_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("close_form", border=False):
        outcome = outcome_field(detail.outcome or Outcome.RESOLVED, key="close_outcome")
        pressed = st.form_submit_button(_("Close"), type="primary", key="close_save")
    if pressed:
        done = _("Closed. The requester can rate it with the receipt code.")
        take(page, detail, version, call_backs.close_request, outcome=outcome, done=done)


def rework_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("rework_form", border=False):
        reason = st.text_area(_("What is still to be done"), key="rework_reason", max_chars=TEXT_LENGTH, height=90)
        note(_("Twice at most. The unit gets a limit of its own, and the requester is told."))
        pressed = st.form_submit_button(_("Send back for rework"), type="primary", key="rework_save")
    if pressed:
        take(page, detail, version, call_backs.send_back_request, reason, done=_("Sent back to the unit."))


FORMS: dict[str, Form] = {"verify": verify_form, "call": call_form, "close": close_form, "rework": rework_form}
