"""Following a matter by its code: typing the code, the state of a request or of another paper, and saying more."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.page import reading
from pages._ui.public_layout import BigLink, Step, StepKind, big_links, card, page_head, steps, strong
from pages._ui.public_page import PublicPage, forget_said, keep_said, said
from pages._ui.public_requests import (
    Followed,
    coming_steps,
    done_steps,
    due_block,
    standing,
    why_that_day,
    working_clock,
)
from pages._ui.widgets import note, plain, show_error
from qs.attachments.terms import LARGEST_BYTES, Upload
from qs.complaints.details import request_by_receipt
from qs.complaints.terms import TEXT_LENGTH, RequestStatus
from qs.errors import NotFound, QualityError
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.participation.papers import status_by_receipt
from qs.participation.terms import PaperStatus
from qs.sentences import label

CODE_LENGTH = 40  # with signs between the groups; longer input is refused by the field
PHOTOS = 3


@dataclass(frozen=True)
class Wish:
    """What the requester wants to add, or that the request is no longer wanted."""

    text: str = ""
    files: tuple[Upload, ...] = ()
    is_withdrawal: bool = False


def typed_code() -> str:
    """The code scanned from a receipt, else the one typed in this tab."""
    followed = said(Followed)
    return followed.code if followed is not None else st.query_params.get("code", "")[:CODE_LENGTH]


def code_form(*, is_again: bool = False) -> None:
    """Ask for a code. It goes to the server with the form and never into the address."""
    with st.form("code", border=False), card("code"):
        typed = st.text_input(
            _("Another code") if is_again else _("Code of the receipt"), max_chars=CODE_LENGTH, key="code_typed"
        )
        pressed = st.form_submit_button(
            _("Show where it is"), type="secondary" if is_again else "primary", key="look_up"
        )
    if not is_again:
        note(_("Lost the code? Call 12345 with the day on which you made the request."))
    if pressed and typed.strip():
        st.query_params.clear()
        keep_said(Followed(typed.strip()))
        st.rerun()


def found_by(code: str, page: PublicPage) -> RequestStatus | PaperStatus | None:
    """What a code opens: a request, else a rating, suggestion, opinion or registration. Says so when there is none."""
    with reading() as session:
        try:
            return request_by_receipt(session, code, actor=page.actor, now=page.now)
        except NotFound:
            found = paper_by(session, code, page)
    if found is None:
        forget_said()
    return found


def paper_by(session: Session, code: str, page: PublicPage) -> PaperStatus | None:
    try:
        return status_by_receipt(session, code, actor=page.actor, now=page.now)
    except QualityError as error:
        show_error(error)
        return None


def request_status(session: Session, status: RequestStatus, page: PublicPage) -> None:
    """The dark block with the day, the timeline, the answer, and why that day."""
    service = pick(status.service, status.service_en)
    above = _("Request {number}").format(number=status.number)
    page_head(service or label(status.kind), label(status.kind) if service else "", above=above)
    if status.closed_at is None:
        due_block(status, standing(status), working_clock(session, status, page))
    else:
        with card("closed"):
            st.markdown(f"**{plain(standing(status))}**")
            note(moment(status.closed_at))
    if status.answer:
        with card("answer"):
            strong(_("The answer"))
            st.markdown(plain(status.answer))
            if unit := pick(status.unit, status.unit_en):
                note(unit)
    st.header(plain(_("How far it has come")), anchor=False)
    steps([*done_steps(status), *coming_steps(status)], key="request")
    if status.closed_at is None and (words := why_that_day(session, status, page)):
        with card("why_day"):
            strong(_("Why that day?"))
            note(words)


def more_to_say(status: RequestStatus, code: str) -> Wish | None:
    """Add something, withdraw, or rate when it is closed. What was wished for, None until then."""
    if status.can_rate:
        big_links([BigLink("rate", _("Rate how it was handled"), "rate_review", is_main=True, query={"code": code})])
    if not status.can_add:
        return None
    with card("more"), st.form("more", border=False, clear_on_submit=True, enter_to_submit=False):
        text = st.text_area(_("Would you like to add something?"), max_chars=TEXT_LENGTH, height=100, key="more_text")
        photos = st.file_uploader(
            _("Photos (optional, at most {n})").format(n=PHOTOS),
            type=["jpg", "jpeg", "png"],
            accept_multiple_files=True,
            max_upload_size=LARGEST_BYTES >> 20,
            key="more_photos",
        )
        pressed = st.form_submit_button(_("Add it"), icon=":material/add_comment:", key="add_more")
    if status.can_withdraw:
        with st.popover(_("Withdraw the request"), type="tertiary"):
            st.markdown(plain(_("It ends here and nobody works on it any more. What was done stays on record.")))
            if st.button(_("Yes, withdraw it"), key="withdraw"):
                return Wish(is_withdrawal=True)
    if not pressed:
        return None
    if not text.strip():
        st.error(_("Write what you want to add."))
        return None
    return Wish(text, tuple(Upload(photo.name, photo.getvalue()) for photo in photos[:PHOTOS]))


def paper_status(found: PaperStatus) -> None:
    """Where a rating, a suggestion, an opinion or a registration stands."""
    page_head(pick(found.title, found.title_en), label(found.status), above=label(found.paper))
    rows = [Step(StepKind.DONE, "check", moment(step.at), label(type(found.status)(step.code))) for step in found.steps]
    if found.answered_at is None and found.due_at is not None:
        rows.append(
            Step(StepKind.NEXT, "call", _("by {day}").format(day=moment(found.due_at)), _("The office answers"))
        )
    steps(rows, key="paper")
    if found.answer:
        with card("answer"):
            if found.verdict is not None:
                st.markdown(f":blue-badge[{plain(label(found.verdict))}]")
            st.markdown(plain(found.answer))
