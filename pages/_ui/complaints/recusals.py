"""Who keeps out of a request, a requester's wish for it with its limit, and the forms about both."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._ui.choices import keep
from pages._ui.complaints.forms import Form, shut, take
from pages._ui.complaints.lists import due_words
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, show_text
from qs.complaints.details import RequestDetail
from qs.complaints.protection import recusals
from qs.complaints.terms import TEXT_LENGTH, RecusalGround, RequestState, StepKind
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.sentences import label

OWN_GROUNDS = (RecusalGround.CONCERNED, RecusalGround.RELATIVE, RecusalGround.INTEREST)


def recusal_is_asked(detail: RequestDetail) -> bool:
    """True when the requester asked that somebody keeps out and has no answer yet."""
    about = (
        one for one in detail.steps if one.kind is StepKind.RECUSAL_ASKED or recusals.answers_wish(one.kind, one.code)
    )
    last = max(about, key=lambda one: one.step_id, default=None)
    return last is not None and last.kind is StepKind.RECUSAL_ASKED


def kept_out(page: Page, detail: RequestDetail) -> None:
    """Who keeps out, and by when a wish for it is to be answered."""
    with reading() as session:
        out = recusals.recusals_of(session, detail.request_id, actor=page.actor)
        wish = recusals.pending_wish(session, detail.request_id, actor=page.actor)
    for one in out:
        words = _("{person} keeps out: {ground}")
        note(words.format(person=pick(one.person, one.person_en), ground=label(one.ground)))
    if wish is not None and detail.state is not RequestState.CLOSED:
        note(wish_words(wish, page))


def wish_words(wish: recusals.Wish, page: Page) -> str:
    """Since when the requester waits for an answer, and by when there has to be one."""
    asked = moment(wish.asked_at)
    if wish.due_at is None:
        return _("A recusal was asked for on {moment}").format(moment=asked)
    return _("A recusal was asked for on {moment}; to be answered by {due}").format(
        moment=asked, due=due_words(wish.due_at, page.now)
    )


def person_field(page: Page, *, key: str, only: Sequence[int] | None = None) -> int | None:
    """Somebody who may sign in, found by typing a part of the name."""
    with reading() as session:
        found = recusals.people_to_name(session, actor=page.actor)
    names = {
        one.person_id: f"{pick(one.name, one.name_en)} · {one.username}"
        for one in found
        if only is None or one.person_id in only
    }
    picked: int | None = st.selectbox(
        _("Person"),
        list(names),
        index=None,
        format_func=lambda one: names[one],
        placeholder=_("Type a part of the name"),
        key=key,
    )
    return picked


def recuse_self_form(page: Page, detail: RequestDetail, version: int) -> None:
    note(_("From then on you neither see this request nor do anything about it; somebody else takes it over."))
    with st.form("recuse_self_form", border=False):
        ground = st.selectbox(_("Ground"), OWN_GROUNDS, format_func=label, key="recuse_self_ground")
        text = st.text_input(_("Reason"), key="recuse_self_text", max_chars=300)
        pressed = st.form_submit_button(_("Keep out of it myself"), type="primary", key="recuse_self_save")
    if pressed:
        with saving(page, done=_("You keep out of it; it no longer stands in your lists.")) as session:
            recusals.declare_recusal(
                session, detail.request_id, ground, text, version=version, actor=page.actor, now=page.now
            )
            shut()
            keep("request", None)


def recuse_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("recuse_form", border=False):
        person_id = person_field(page, key="recuse_person")
        ground = st.selectbox(_("Ground"), OWN_GROUNDS, format_func=label, key="recuse_ground")
        text = st.text_input(_("Reason"), key="recuse_text", max_chars=300)
        pressed = st.form_submit_button(_("Keep somebody out of it"), type="primary", key="recuse_save")
    if pressed and person_id is None:
        st.error(_("Choose the person first."), icon=":material/error:")
    elif pressed:
        done = _("This person neither sees the request nor does anything about it from now on.")
        take(page, detail, version, recusals.recuse_person, person_id, ground, text, done=done)


def lift_form(page: Page, detail: RequestDetail, version: int) -> None:
    with reading() as session:
        out = recusals.recused_people(session, detail.request_id)
    with st.form("lift_form", border=False):
        person_id = person_field(page, key="lift_person", only=sorted(out))
        reason = st.text_input(_("Reason"), key="lift_reason", max_chars=300)
        pressed = st.form_submit_button(_("Let somebody back to it"), type="primary", key="lift_save")
    if pressed and person_id is None:
        st.error(_("Choose the person first."), icon=":material/error:")
    elif pressed:
        take(page, detail, version, recusals.lift_recusal, person_id, reason, done=_("Kept with the case."))


def decide_recusal_form(page: Page, detail: RequestDetail, version: int) -> None:
    with reading() as session:
        wish = recusals.pending_wish(session, detail.request_id, actor=page.actor)
    if wish is not None:
        show_text(wish.text)
        note(wish_words(wish, page))
    person_id = person_field(page, key="decide_recusal_person")
    note(_("Leave it empty to refuse. The requester is told the reasons."))
    with st.form("decide_recusal_form", border=False):
        reasons = st.text_area(_("Reasons"), key="decide_recusal_reasons", max_chars=TEXT_LENGTH, height=80)
        words = _("Refuse") if person_id is None else _("Keep somebody out of it")
        pressed = st.form_submit_button(words, type="primary", key="decide_recusal_save")
    if pressed:
        done = _("Answered; the requester is told.")
        take(page, detail, version, recusals.decide_recusal, reasons, person_id=person_id, done=done)


FORMS: dict[str, Form] = {
    "recuse_self": recuse_self_form,
    "recuse": recuse_form,
    "lift": lift_form,
    "decide_recusal": decide_recusal_form,
}
