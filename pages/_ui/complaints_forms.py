"""The form of each step of a request."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, show_text
from qs.actor import Permission
from qs.complaints import actions, call_backs, extensions
from qs.complaints.details import RequestDetail
from qs.complaints.terms import (
    MOST_CALLS,
    REPLY_OUTCOMES,
    TEXT_LENGTH,
    CallBackAnswer,
    Outcome,
    Refusal,
    Satisfaction,
)
from qs.directory.queries import services
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

YES_NO = (True, False)


def shut() -> None:
    """Take the open form out of the address."""
    keep("do", None)
    keep("v", None)


def take(
    page: Page,
    detail: RequestDetail,
    version: int,
    step: Callable[..., object],
    *said: str | CallBackAnswer,
    done: str,
    **chosen: str | int | bool | StrEnum | None,
) -> None:
    """Take a step of the request as it was shown, with what was said and chosen; then the form is shut."""
    with saving(page, done=done) as session:
        step(session, detail.request_id, *said, version=version, actor=page.actor, now=page.now, **chosen)
        shut()


def service_field(page: Page, chosen_id: int | None, *, key: str, permission: Permission) -> int | None:
    """The service that is to handle a request, chosen by typing a part of its name or of its unit."""
    with reading() as session:
        frame = services(session, actor=page.actor, permission=permission, day=local_day(page.now, settings().zone))
    frame = frame[frame["is_open"]]
    words = {
        int(row[0]): _("{service} · {unit}").format(service=pick(row[1], row[2]), unit=pick(row[3], row[4]))
        for row in frame[["service_id", "name", "name_en", "provider", "provider_en"]].itertuples(index=False)
    }
    ids = list(words)
    picked: int | None = st.selectbox(
        _("Service"),
        ids,
        index=ids.index(chosen_id) if chosen_id in words else None,
        format_func=lambda one: words.get(one, ""),
        placeholder=_("Type a part of the name"),
        key=key,
    )
    return picked


def dispatch_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("dispatch_form", border=False):
        service_id = service_field(
            page, detail.service_id, key="dispatch_service", permission=Permission.COMPLAINTS_DISPATCH
        )
        note(_("The unit signs for it or returns it within 24 hours. The limit for handling does not move."))
        brief = st.text_area(_("Brief"), value=detail.brief, key="dispatch_brief", max_chars=TEXT_LENGTH, height=90)
        pressed = st.form_submit_button(_("Dispatch"), type="primary", key="dispatch_save")
    if pressed:
        take(page, detail, version, actions.dispatch_request, service_id=service_id, brief=brief, done=_("Dispatched."))


def rule_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("rule_form", border=False):
        service_id = service_field(
            page, detail.service_id, key="rule_service", permission=Permission.COMPLAINTS_DISPATCH
        )
        reason = st.text_area(_("Reason"), key="rule_reason", max_chars=TEXT_LENGTH, height=90)
        note(_("The unit you choose leads and cannot return the request again."))
        pressed = st.form_submit_button(_("Rule and dispatch"), type="primary", key="rule_save")
    if pressed:
        take(
            page, detail, version, actions.rule_request, reason, service_id=service_id, done=_("Ruled and dispatched.")
        )


def answer_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("answer_form", border=False):
        text = st.text_area(_("Answer"), key="answer_text", max_chars=TEXT_LENGTH, height=110)
        outcome = outcome_field(Outcome.EXPLAINED, key="answer_outcome")
        pressed = st.form_submit_button(_("Answer and close"), type="primary", key="answer_save")
    if pressed:
        take(page, detail, version, actions.answer_on_the_spot, text, outcome=outcome, done=_("Answered and closed."))


def outcome_field(usual: Outcome, *, key: str) -> Outcome:
    chosen: Outcome = st.selectbox(
        _("Outcome"), REPLY_OUTCOMES, index=REPLY_OUTCOMES.index(usual), format_func=label, key=key
    )
    return chosen


def refuse_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("refuse_form", border=False):
        reason = st.selectbox(_("Reason"), list(Refusal), format_func=label, key="refuse_reason")
        text = st.text_area(
            _("What the requester is told, with the right channel"),
            key="refuse_text",
            max_chars=TEXT_LENGTH,
            height=110,
        )
        pressed = st.form_submit_button(_("Do not accept"), type="primary", key="refuse_save")
    if pressed:
        take(
            page,
            detail,
            version,
            actions.refuse_request,
            text,
            reason=reason,
            done=_("Not accepted; the requester is told why."),
        )


def return_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("return_form", border=False):
        reason = st.text_area(
            _("Why another unit should handle it"), key="return_reason", max_chars=TEXT_LENGTH, height=90
        )
        pressed = st.form_submit_button(_("Return"), type="primary", key="return_save")
    if pressed:
        take(page, detail, version, actions.return_request, reason, done=_("Returned to the desk."))


def extend_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("extend_form", border=False):
        reason = st.text_area(
            _("Why it takes longer, and what is done by when"), key="extend_reason", max_chars=TEXT_LENGTH, height=90
        )
        note(_("Possible once, five working days more, when somebody else approves. The requester is told."))
        pressed = st.form_submit_button(_("Ask for more time"), type="primary", key="extend_save")
    if pressed:
        take(
            page,
            detail,
            version,
            extensions.ask_extension,
            reason,
            done=_("Asked for; the limit stays until it is approved."),
        )


def decide_form(page: Page, detail: RequestDetail, version: int) -> None:
    note(_("Reason given"))
    show_text(detail.extension_reason)
    with st.form("decide_form", border=False):
        remark = st.text_input(_("Remark"), key="decide_remark", max_chars=300)
        with st.container(horizontal=True, gap="small"):
            approve = st.form_submit_button(_("Approve"), type="primary", key="decide_approve")
            refuse = st.form_submit_button(_("Refuse"), key="decide_refuse")
    if approve or refuse:
        done = _("Approved; the requester is told the new date.") if approve else _("Refused; the limit stays.")
        take(page, detail, version, extensions.decide_extension, remark, is_approved=approve, done=done)


def reply_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("reply_form", border=False):
        text = st.text_area(
            _("What was done, in words for the requester"), key="reply_text", max_chars=TEXT_LENGTH, height=130
        )
        outcome = outcome_field(Outcome.RESOLVED, key="reply_outcome")
        pressed = st.form_submit_button(_("Reply"), type="primary", key="reply_save")
    if pressed:
        take(
            page,
            detail,
            version,
            actions.reply_request,
            text,
            outcome=outcome,
            done=_("Replied; the requester is called back next."),
        )


def call_form(page: Page, detail: RequestDetail, version: int) -> None:
    """The script of a call-back: three questions with the same steps for every answer, none preselected."""
    show_text(
        _(
            "“Good day, this is the supervision office. You turned to us about a matter of {service}. "
            "May I ask three short questions?”"
        ).format(service=pick(detail.service, detail.service_en))
    )
    with st.form("call_form", border=False):
        contacted = st.radio(
            _("1. Did the unit contact you?"),
            YES_NO,
            index=None,
            format_func=yes_no,
            horizontal=True,
            key="call_c",
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
        done = _("Kept. Close the request, or send it back.") if reached else _("Kept as not reached.")
        take(page, detail, version, call_backs.record_call_back, answer, done=done)


def yes_no(answer: bool) -> str:
    return _("Yes") if answer else _("No")


def close_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("close_form", border=False):
        outcome = outcome_field(detail.outcome or Outcome.RESOLVED, key="close_outcome")
        pressed = st.form_submit_button(_("Close"), type="primary", key="close_save")
    if pressed:
        take(
            page,
            detail,
            version,
            call_backs.close_request,
            outcome=outcome,
            done=_("Closed. The requester can rate it with the receipt code."),
        )


def rework_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("rework_form", border=False):
        reason = st.text_area(_("What is still to be done"), key="rework_reason", max_chars=TEXT_LENGTH, height=90)
        note(_("Twice at most. The unit gets a limit of five working days, and the requester is told."))
        pressed = st.form_submit_button(_("Send back for rework"), type="primary", key="rework_save")
    if pressed:
        take(page, detail, version, call_backs.send_back_request, reason, done=_("Sent back to the unit."))


def write_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("write_form", border=False):
        to_requester = st.radio(
            _("For whom"),
            [False, True],
            format_func=lambda told: _("The requester reads it") if told else _("Internal note"),
            horizontal=True,
            key="write_to",
        )
        text = st.text_area(_("Message"), key="write_text", max_chars=TEXT_LENGTH, height=90)
        pressed = st.form_submit_button(_("Save"), type="primary", key="write_save")
    if pressed:
        take(
            page,
            detail,
            version,
            actions.write_message,
            text,
            is_told=bool(to_requester),
            done=_("Kept with the case."),
        )


def rectify_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("rectify_form", border=False):
        title = st.text_input(_("What is to be put right"), value=detail.title, key="rectify_title", max_chars=200)
        demand = st.text_area(
            _("What is demanded, and how it will be checked"), key="rectify_demand", max_chars=2000, height=110
        )
        pressed = st.form_submit_button(_("Order a rectification"), type="primary", key="rectify_save")
    if pressed:
        take(
            page,
            detail,
            version,
            actions.rectify_request,
            title=title,
            demand=demand,
            done=_("Ordered; the leader of the service answers for it."),
        )


FORMS: dict[str, Callable[[Page, RequestDetail, int], None]] = {
    "dispatch": dispatch_form,
    "rule": rule_form,
    "answer": answer_form,
    "refuse": refuse_form,
    "return": return_form,
    "extend": extend_form,
    "decide": decide_form,
    "reply": reply_form,
    "call": call_form,
    "close": close_form,
    "rework": rework_form,
    "write": write_form,
    "rectify": rectify_form,
}
