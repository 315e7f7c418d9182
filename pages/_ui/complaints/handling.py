"""The forms of the unit that handles a request: return, reply, more time, a pause, another handler, helping units."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.forms import Form, files_field, outcome_field, prepared_words, service_field, take
from pages._ui.page import Page, reading
from pages._ui.widgets import note, show_error
from qs.actor import Permission
from qs.complaints import actions
from qs.complaints.details import RequestDetail
from qs.complaints.handling import classification, co_units, extensions, pauses, supervision
from qs.complaints.handling.classification import Handler
from qs.complaints.terms import TEXT_LENGTH, Outcome, PauseReason, TemplatePurpose
from qs.directory.queries import service_ids_by_code
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.sentences import label


def return_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("return_form", border=False):
        reason = st.text_area(
            _("Why another unit should handle it"), key="return_reason", max_chars=TEXT_LENGTH, height=90
        )
        note(_("Within 24 hours of dispatch; the desk sends it on or rules who leads."))
        pressed = st.form_submit_button(_("Return"), type="primary", key="return_save")
    if pressed:
        take(page, detail, version, actions.return_request, reason, done=_("Returned to the desk."))


def reply_form(page: Page, detail: RequestDetail, version: int) -> None:
    prepared_words(page, detail, TemplatePurpose.REPLY, into="reply_text")
    waiting = [one for one in detail.co_units if one.reported_at is None]
    with st.form("reply_form", border=False):
        text = st.text_area(
            _("What was done, in words for the requester"), key="reply_text", max_chars=TEXT_LENGTH, height=150
        )
        outcome = outcome_field(Outcome.RESOLVED, key="reply_outcome")
        files = files_field(_("Files for the requester"), key="reply_files")
        without = ""
        if waiting:
            names = _(", ").join(pick(one.unit, one.unit_en) for one in waiting)
            note(_("Still to report: {units}").format(units=names))
            without = st.text_input(
                _("Why the answer does not wait for them"), key="reply_without", max_chars=TEXT_LENGTH
            )
        pressed = st.form_submit_button(_("Reply"), type="primary", key="reply_save")
    if pressed:
        done = _("Replied; the office verifies it, then the requester is called back.")
        chosen = {"outcome": outcome, "without_co_units": without}
        take(page, detail, version, actions.reply_request, text, files=files, done=done, **chosen)


def extend_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("extend_form", border=False):
        reason = st.text_area(
            _("Why it takes longer, and what is done by when"), key="extend_reason", max_chars=TEXT_LENGTH, height=90
        )
        note(_("Possible once, before the limit, when somebody else approves. The requester is told."))
        pressed = st.form_submit_button(_("Ask for more time"), type="primary", key="extend_save")
    if pressed:
        done = _("Asked for; the limit stays until it is approved.")
        take(page, detail, version, extensions.ask_extension, reason, done=done)


def pause_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("pause_form", border=False):
        reason = st.selectbox(
            _("Why the clock should stand"), list(PauseReason), index=None, format_func=label, key="pause_reason"
        )
        text = st.text_area(_("Explain it"), key="pause_text", max_chars=TEXT_LENGTH, height=90)
        note(_("The clock stands once somebody else approves; the working time it stood is added to the limit."))
        pressed = st.form_submit_button(_("Ask for a pause"), type="primary", key="pause_save")
    if pressed and reason is None:
        st.error(_("Choose why the clock should stand."), icon=":material/error:")
    elif pressed:
        done = _("Asked for; the clock runs until it is approved.")
        take(page, detail, version, pauses.ask_pause, text, reason=reason, done=done)


def co_unit_form(page: Page, detail: RequestDetail, version: int) -> None:
    """Ask another service to help; the lead answers the requester."""
    can_dispatch = page.actor.has(Permission.COMPLAINTS_DISPATCH)
    permission = Permission.COMPLAINTS_DISPATCH if can_dispatch else Permission.DIRECTORY_READ
    with st.form("co_unit_form", border=False):
        service_id = service_field(page, None, key="co_unit_service", permission=permission)
        task = st.text_area(_("What it is to do"), key="co_unit_task", max_chars=TEXT_LENGTH, height=90)
        note(_("It reports inside the limit of this request; the first receiver stays the lead."))
        pressed = st.form_submit_button(_("Ask for help"), type="primary", key="co_unit_save")
    if pressed and service_id is None:
        st.error(_("Choose the service that is to help."), icon=":material/error:")
    elif pressed:
        done = _("Asked; its report appears here.")
        take(page, detail, version, co_units.ask_co_unit, service_id=service_id, task=task, done=done)


def report_form(page: Page, detail: RequestDetail, version: int) -> None:
    """Report to the lead as a co-handling unit, finished or with reasons."""
    with reading() as session:
        own = set(service_ids_by_code(session, actor=page.actor, permission=Permission.COMPLAINTS_HANDLE).values())
    asked = {one.service_id: one for one in detail.co_units if one.service_id in own and one.reported_at is None}
    if not asked:
        note(_("Nothing is asked of your services here any more."))
        return
    with st.form("report_form", border=False):
        service_id = st.selectbox(
            _("Service"),
            list(asked),
            format_func=lambda one: pick(asked[one].service, asked[one].service_en),
            key="report_service",
        )
        note(_("Asked: {task}").format(task=asked[service_id].task))
        text = st.text_area(_("Report"), key="report_text", max_chars=TEXT_LENGTH, height=110)
        is_finished = st.checkbox(_("Finished"), value=True, key="report_finished")
        note(_("Not finished: say how far it is and why it takes longer."))
        pressed = st.form_submit_button(_("Report to the lead"), type="primary", key="report_save")
    if pressed:
        chosen = {"service_id": service_id, "text": text, "is_finished": is_finished}
        take(page, detail, version, co_units.report_co_unit, done=_("Reported to the lead."), **chosen)


def statement_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("statement_form", border=False):
        text = st.text_area(
            _("What was done and when it will be finished"), key="statement_text", max_chars=TEXT_LENGTH, height=110
        )
        pressed = st.form_submit_button(_("Account to the office"), type="primary", key="statement_save")
    if pressed:
        take(page, detail, version, supervision.answer_supervision, text, done=_("Kept with the case."))


def reassign_form(page: Page, detail: RequestDetail, version: int) -> None:
    """Who handles it now, and whom of the unit to give it to."""
    try:
        with reading() as session:
            people = classification.possible_handlers(session, detail.request_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    note(handler_words(detail))
    others = {one.person_id: one for one in people if not one.is_present}
    if not others:
        note(_("Nobody else handles requests of this service. The administrator gives people that right."))
        return
    with st.form("reassign_form", border=False):
        person_id = st.selectbox(
            _("New handler"),
            list(others),
            index=None,
            format_func=lambda one: handler_choice(others[one]),
            placeholder=_("Choose somebody of the unit"),
            key="reassign_person",
        )
        reason = st.text_input(_("Reason"), key="reassign_reason", max_chars=300)
        note(_("The limit stays as it is; the history keeps who had it."))
        pressed = st.form_submit_button(_("Hand it over"), type="primary", key="reassign_save")
    if pressed and person_id is None:
        st.error(_("Choose who is to handle it."), icon=":material/error:")
    elif pressed:
        done = _("Handed over.")
        take(page, detail, version, classification.reassign_request, reason, person_id=person_id, done=done)


def handler_words(detail: RequestDetail) -> str:
    who = pick(detail.handler, detail.handler_en)
    return _("Handled by {name}").format(name=who) if who else _("Nobody handles it now")


def handler_choice(one: Handler) -> str:
    words = ngettext("{name} · {n} open request", "{name} · {n} open requests", one.open_count)
    return words.format(name=pick(one.name, one.name_en), n=number(one.open_count))


FORMS: dict[str, Form] = {
    "return": return_form,
    "reply": reply_form,
    "extend": extend_form,
    "pause": pause_form,
    "reassign": reassign_form,
    "co_unit": co_unit_form,
    "report": report_form,
    "statement": statement_form,
}
