"""Rating: five levels that look alike, reasons that fit the level, the same steps for every level, and the thanks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from pages._ui.due import perhaps
from pages._ui.figures import day_text
from pages._ui.page import reading
from pages._ui.public.layout import BigLink, Step, StepKind, big_links, card, page_head, steps, strong
from pages._ui.public.page import PublicPage, forget_said, said
from pages._ui.widgets import note, plain, show_error
from qs.errors import QualityError
from qs.i18n import day, pick
from qs.i18n import gettext as _
from qs.participation import public
from qs.participation.terms import Answer, Contact, Level, Ratable, Rated
from qs.sentences import label

FACES = {
    Level.VERY_SATISFIED: "sentiment_very_satisfied",
    Level.SATISFIED: "sentiment_satisfied",
    Level.BASICALLY_SATISFIED: "sentiment_neutral",
    Level.DISSATISFIED: "sentiment_dissatisfied",
    Level.VERY_DISSATISFIED: "sentiment_very_dissatisfied",
}
CODE_LENGTH = 40
COMMENT_LENGTH = 300


@dataclass(frozen=True)
class SaidRating:
    """What was just rated in this tab; with its code a contact may be added to it."""

    code: str
    answer: Answer
    rated: Rated


@dataclass(frozen=True)
class TypedCode:
    """The code typed in this tab."""

    code: str


def rating_code() -> str:
    """The code typed in this tab, else the one scanned from a receipt or a counter."""
    typed = said(TypedCode)
    scanned = st.query_params.get("code") or st.query_params.get("point") or ""
    return typed.code if typed is not None else scanned[:CODE_LENGTH]


def ratable_by(code: str, page: PublicPage) -> Ratable | None:
    """What a code lets somebody rate; says what to do when it is nothing."""
    try:
        with reading() as session:
            return public.ratable(session, code, actor=page.actor, now=page.now)
    except QualityError as error:
        forget_said()
        show_error(error)
        return None


def ask_for_code() -> str | None:
    """The code of a receipt or of a counter, typed by hand."""
    page_head(_("Rate a service you used"), _("Type the code on your receipt or at the counter, or scan it."))
    with st.form("rating_code", border=False), card("rating_code"):
        typed = st.text_input(_("Code for rating"), max_chars=CODE_LENGTH, key="rating_code_typed")
        pressed = st.form_submit_button(_("Go on"), type="primary", width="stretch", key="rating_code_sent")
    with card("where_code"):
        strong(_("Where is the code?"))
        note(
            _(
                "13 letters and digits on the slip you got when your matter was finished, or below the square code at "
                "the counter. The code of a request works too, once the request is closed."
            )
        )
    big_links([BigLink("ask", _("No code? Tell us what happened"), "edit_note")])
    return typed.strip() if pressed and typed.strip() else None


def question(ratable: Ratable) -> Answer | None:
    """The one question, and what may be added to the answer. The answer when it was sent."""
    place = " · ".join(
        part
        for part in (
            pick(ratable.provider, ratable.provider_en),
            pick(ratable.service, ratable.service_en),
            pick(ratable.counter, ratable.counter_en),
        )
        if part
    )
    finished = _("finished on {day}").format(day=day(ratable.finished_on)) if ratable.finished_on is not None else ""
    page_head(_("How satisfied are you with this service?"), finished, above=place)
    if ratable.before is not None:
        note(_("You rated it “{level}”. A new answer replaces it.").format(level=label(ratable.before)))
    with st.container(key="levels"):
        level: Level | None = st.radio(
            _("How satisfied are you with this service?"),
            list(Level),
            index=None,
            format_func=lambda one: f":material/{FACES[one]}: {label(one)}",
            label_visibility="collapsed",
            width="stretch",
            key="level",
        )
    reasons, comment = [], ""
    if level is not None:
        why = _("What was not good? (optional)") if level.is_negative else _("What was good? (optional)")
        offered = list(ratable.reasons[level])
        reasons = st.pills(
            why, offered, selection_mode="multi", format_func=label, key=f"reasons_{int(level.is_negative)}"
        )
        comment = st.text_area(
            _("Anything else? (optional)"),
            placeholder=_("Please leave out names and telephone numbers."),
            height=96,
            max_chars=COMMENT_LENGTH,
            key="rating_comment",
        )
    with st.container(key="cta_rate"):
        pressed = st.button(
            _("Send the rating") if level is not None else _("Please choose first"),
            type="primary",
            width="stretch",
            disabled=level is None,
            key="send_rating",
        )
    promise = plain(_("Anonymous: the staff cannot see who rated, and it never counts against you."))
    st.caption(f":material/lock: {promise}")
    return Answer(level, tuple(reasons), comment) if pressed and level is not None else None


def thanks(told: SaidRating) -> Contact | None:
    """What happens now and by when; for a negative rating a call-back, if wanted. The contact when one was left."""
    level = told.rated.level
    with st.container(key="ticket"):
        with st.container(key="okicon"):
            st.markdown(":blue[:material/check_circle:]", text_alignment="center")
        st.title(plain(_("Thank you, we have it")), anchor=False, text_alignment="center")
        chosen = " · ".join([label(level), *(label(reason) for reason in told.answer.reasons)])
        st.markdown(plain(_("Your rating: {chosen}").format(chosen=chosen)), text_alignment="center")
    st.header(plain(_("What happens next")), anchor=False)
    steps(coming(told.rated), key="thanks")
    contact = None
    if told.rated.is_verified and level.is_negative and told.answer.contact is None:
        contact = call_back_form()
    elif told.answer.contact is not None:
        note(_("We will call you. Your number is used for this only and erased 24 months after."))
    links = [BigLink("portal", _("Back to the front page"), "home")]
    big_links(links)
    if st.button(_("Rate something else"), icon=":material/add:", key="rate_again"):
        forget_said()
        st.query_params.clear()
        st.rerun()
    return contact


def coming(rated: Rated) -> list[Step]:
    """The days by which the rater hears more; for everybody where the rating can be seen again."""
    rows = [Step(StepKind.DONE, "check", _("Today"), _("Your rating is counted for this service"))]
    if rated.contact_due_at is not None:
        by = perhaps(day_text(rated.contact_due_at), is_provisional=rated.is_contact_provisional)
        when = _("by {day}").format(day=by)
        rows.append(Step(StepKind.NEXT, "call", when, _("The supervision office gets in touch with you")))
    if rated.answer_due_at is not None:
        by = perhaps(day_text(rated.answer_due_at), is_provisional=rated.is_answer_provisional)
        when = _("by {day}").format(day=by)
        rows.append(Step(StepKind.NEXT, "build", when, _("The unit in charge puts it right or explains")))
    rows.append(
        Step(
            StepKind.NEXT,
            "campaign",
            _("after the quarter"),
            _("The results are published, with the number of ratings"),
        )
    )
    return rows


def call_back_form() -> Contact | None:
    with card("call_back"), st.form("call_back", border=False):
        strong(_("Would you like us to call you back?"))
        note(_("Your number is used for this only and erased 24 months after. The unit concerned does not see it."))
        phone = st.text_input(_("Phone (optional)"), max_chars=40, autocomplete="tel", key="call_back_phone")
        pressed = st.form_submit_button(_("Please call me back"), width="stretch", key="ask_call_back")
    return Contact(phone=phone.strip()) if pressed and phone.strip() else None


def with_contact(told: SaidRating, contact: Contact) -> Answer:
    """The same answer, now with a way to reach the rater."""
    return replace(told.answer, contact=contact)
