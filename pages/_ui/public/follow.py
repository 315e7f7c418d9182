"""Following a matter by its code: typing the code, the state of a request or of another paper, and saying more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.due import perhaps
from pages._ui.page import reading
from pages._ui.public.layout import (
    BigLink,
    Step,
    StepKind,
    big_links,
    card,
    day_and_weekday,
    page_head,
    steps,
    strong,
)
from pages._ui.public.page import PublicPage, forget_said, hand_out, keep_said, said
from pages._ui.public.requests import (
    Followed,
    coming_steps,
    done_steps,
    due_block,
    local,
    standing,
    why_that_day,
    working_clock,
)
from pages._ui.widgets import note, plain, show_error
from qs.attachments.terms import LARGEST_BYTES, Upload
from qs.complaints import intake
from qs.complaints.aftermath.reviews import ask_review
from qs.complaints.details import request_by_receipt
from qs.complaints.enclosures import file_by_receipt
from qs.complaints.protection.recusals import ask_recusal
from qs.complaints.receipts import RequestStatus
from qs.complaints.terms import TEXT_LENGTH
from qs.errors import NotFound, QualityError
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.participation.papers import status_by_receipt
from qs.participation.terms import PaperStatus
from qs.sentences import label

CODE_LENGTH = 40  # with signs between the groups; longer input is refused by the field
PHOTOS = 3


class WishKind(StrEnum):
    """What a requester can still do about a request."""

    ADD = "add"
    WITHDRAW = "withdraw"
    REVIEW = "review"
    RECUSAL = "recusal"


@dataclass(frozen=True)
class Wish:
    """What the requester wants now, in the requester's own words."""

    kind: WishKind
    text: str = ""
    files: tuple[Upload, ...] = ()


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


def request_status(session: Session, status: RequestStatus, page: PublicPage, code: str) -> None:
    """The dark block with the day, the timeline, the answer with its files, and why that day."""
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
    sent_files(session, status, page, code)
    if status.is_merged:
        words = _("{n} people brought this matter. It is handled once, and all of them are told.")
        note(words.format(n=status.people_count))
    reviews(status)
    st.header(plain(_("How far it has come")), anchor=False)
    steps([*done_steps(status), *coming_steps(status)], key="request")
    if status.closed_at is None and (words := why_that_day(session, status, page)):
        with card("why_day"):
            strong(_("Why that day?"))
            note(words)


def sent_files(session: Session, status: RequestStatus, page: PublicPage, code: str) -> None:
    """The files that came with the answer or a message, each to take away; only in this browser, with the code."""
    rows = [(step, file) for step in status.steps for file in step.files]
    if not rows:
        return
    with card("files"):
        strong(_("Files for you"))
        for step, file in rows:
            with st.container(gap="xxsmall"):
                pressed = st.button(plain(file.file_name), icon=":material/download:", key=f"sent_{file.file_id}")
                note(f"{label(step.kind)} · {moment(step.at)}")
            if pressed:
                found, content = file_by_receipt(session, code, file.file_id, actor=page.actor)
                hand_out(content, found.file_name, found.media_type.value)


def reviews(status: RequestStatus) -> None:
    """Every review that was asked for: pending with its day, or decided with its reasons."""
    for review in status.reviews:
        with card(f"review_{review.stage.value}"):
            strong(label(review.stage))
            if review.decision is None:
                shown = day_and_weekday(local(review.due_at)) if review.due_at else ""
                by = perhaps(shown, is_provisional=review.is_provisional)
                st.markdown(plain(_("Somebody who had no part in it looks at it again, by {day}.").format(day=by)))
            else:
                st.markdown(plain(label(review.decision)))
                st.markdown(plain(review.reasons))
            note(moment(review.decided_at or review.asked_at))
    if status.is_final:
        note(_("This decision is final here. The courts stay open to you as the law provides."))


def more_to_say(status: RequestStatus, code: str) -> Wish | None:
    """Rate it, add something, ask for a review, withdraw. What was wished for, None until then."""
    if status.can_rate:
        big_links([BigLink("rate", _("Rate how it was handled"), "rate_review", is_main=True, query={"code": code})])
    wishes = (
        added(status) if status.can_add else None,
        review_wish(status) if status.can_ask_review else None,
        recusal_wish() if status.can_ask_recusal else None,
        withdrawal() if status.can_withdraw else None,
    )
    return next((wish for wish in wishes if wish is not None), None)


def added(status: RequestStatus) -> Wish | None:
    """More words and photos for an open request; its time limit stays."""
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
    if not is_said(text, pressed, _("Write what you want to add.")):
        return None
    return Wish(WishKind.ADD, text, tuple(Upload(photo.name, photo.getvalue()) for photo in photos[:PHOTOS]))


def review_wish(status: RequestStatus) -> Wish | None:
    """Not content with the result: somebody else looks at it again."""
    is_second = bool(status.reviews)
    with card("ask_review"), st.form("review", border=False, enter_to_submit=False):
        strong(_("Not content with the review?") if is_second else _("Not content with the result?"))
        if status.review_until is not None:
            until = day_and_weekday(local(status.review_until))
            words = _("Until {day} you can ask for it to be looked at again, by somebody who had no part in it.")
            note(words.format(day=until))
        text = st.text_area(_("What is not right?"), max_chars=TEXT_LENGTH, height=100, key="review_text")
        title = _("Ask for a second review") if is_second else _("Ask for a review")
        pressed = st.form_submit_button(title, icon=":material/gavel:", key="ask_review")
    return Wish(WishKind.REVIEW, text) if is_said(text, pressed, _("Write what is not right.")) else None


def recusal_wish() -> Wish | None:
    """Somebody should keep out of it."""
    with st.popover(_("Somebody should keep out of this"), type="tertiary"), st.form("recusal", border=False):
        note(_("Name who should not see or handle it, and why. The office decides and tells you."))
        text = st.text_input(_("Who, and why"), max_chars=300, key="recusal_text")
        pressed = st.form_submit_button(_("Ask for it"), key="ask_recusal")
    return Wish(WishKind.RECUSAL, text) if is_said(text, pressed, _("Write who, and why.")) else None


def withdrawal() -> Wish | None:
    with st.popover(_("Withdraw the request"), type="tertiary"):
        st.markdown(plain(_("It ends here and nobody works on it any more. What was done stays on record.")))
        return Wish(WishKind.WITHDRAW) if st.button(_("Yes, withdraw it"), key="withdraw") else None


def is_said(text: str, pressed: bool, missing: str) -> bool:
    """True when a form was handed in with words; says what is missing otherwise."""
    if pressed and not text.strip():
        st.error(missing)
    return pressed and bool(text.strip())


def fulfil(session: Session, wish: Wish, code: str, page: PublicPage) -> None:
    """Do what the requester wishes, as the public."""
    by = {"actor": page.actor, "now": page.now}
    if wish.kind is WishKind.WITHDRAW:
        intake.withdraw_request(session, code, **by)
    elif wish.kind is WishKind.REVIEW:
        ask_review(session, code, wish.text, **by)
    elif wish.kind is WishKind.RECUSAL:
        ask_recusal(session, code, wish.text, **by)
    else:
        intake.add_to_request(session, code, wish.text, wish.files, **by)


def paper_status(found: PaperStatus) -> None:
    """Where a rating, a suggestion, an opinion or a registration stands."""
    page_head(pick(found.title, found.title_en), label(found.status), above=label(found.paper))
    rows = [Step(StepKind.DONE, "check", moment(step.at), label(type(found.status)(step.code))) for step in found.steps]
    if found.answered_at is None and found.due_at is not None:
        by = perhaps(moment(found.due_at), is_provisional=found.is_provisional)
        rows.append(Step(StepKind.NEXT, "call", _("by {day}").format(day=by), _("The office answers")))
    steps(rows, key="paper")
    if found.answer:
        with card("answer"):
            if found.verdict is not None:
                st.markdown(f":blue-badge[{plain(label(found.verdict))}]")
            st.markdown(plain(found.answer))
