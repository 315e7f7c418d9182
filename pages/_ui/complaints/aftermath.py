"""What stands beside the straight line of a request: its reviews, people and exclusions, and their forms."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._ui.complaints.forms import Form, outcome_field, prepared_words, take
from pages._ui.complaints.lists import due_words
from pages._ui.complaints.recusals import FORMS as RECUSAL_FORMS
from pages._ui.complaints.recusals import kept_out, recusal_is_asked
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, plain, section, show_text
from qs.actor import Actor, Permission
from qs.complaints.aftermath import exclusions, merges, reviews, spam
from qs.complaints.aftermath.duplicates import possible_duplicates
from qs.complaints.details import RequestDetail, Step
from qs.complaints.protection import own_words, reports
from qs.complaints.protection.recusals import CONCERNED
from qs.complaints.rules import is_withheld
from qs.complaints.terms import (
    TEXT_LENGTH,
    ExclusionReason,
    Outcome,
    RequestKind,
    RequestState,
    ReviewDecision,
    ReviewStage,
    StepKind,
    TemplatePurpose,
)
from qs.frames import named_rows
from qs.i18n import N_, moment, ngettext, number, percent
from qs.i18n import gettext as _
from qs.sentences import label

P = Permission
K = StepKind
Offer = tuple[str, str, str, bool, bool]  # code, label, icon, whether the state waits for it, whether it is rare


def last_of(steps: Sequence[Step], *kinds: StepKind) -> Step | None:
    return next((one for one in reversed(steps) if one.kind in kinds), None)


def is_asked(detail: RequestDetail, asked: StepKind, *answered: StepKind) -> bool:
    """True when somebody asked for something that has no answer yet."""
    last = last_of(detail.steps, asked, *answered)
    return last is not None and last.kind is asked


def offered(detail: RequestDetail, actor: Actor) -> list[Offer]:
    """What this person may do beside the line, what waits for a decision first."""
    found = deciding(detail, actor) if actor.has_everywhere(P.COMPLAINTS_APPROVE) else []
    review_is_asked = is_asked(detail, K.REVIEW_ASKED, K.REVIEW_DECIDED)
    exclusion_is_asked = is_asked(detail, K.EXCLUSION_ASKED, K.EXCLUDED, K.EXCLUSION_REFUSED)
    is_closed = detail.state is RequestState.CLOSED
    asked_reviews = sum(one.kind is K.REVIEW_ASKED for one in detail.steps)
    may_ask = not review_is_asked and asked_reviews < len(ReviewStage) and detail.outcome is not Outcome.WITHDRAWN
    if is_closed and may_ask and actor.has(P.COMPLAINTS_REGISTER):
        found.append(("register_review", _("Register a wish for a review"), "rate_review", False, True))
    if actor.has(P.COMPLAINTS_DISPATCH):
        if not is_closed and not is_withheld(detail.kind, is_confidential=detail.is_confidential):
            found.append(("merge", _("Merge into another request"), "merge", False, True))
        if detail.master_id is not None:
            found.append(("unmerge", _("Take out of the merge"), "call_split", False, True))
        words = _("Take the mark of spam off") if detail.is_spam else _("Mark as spam")
        found.append(("clear_spam" if detail.is_spam else "mark_spam", words, "report", False, True))
    asks = actor.has(P.COMPLAINTS_HANDLE) or actor.has(P.COMPLAINTS_APPROVE)
    if asks and detail.unit_id is not None and not exclusion_is_asked:
        words = _("Ask to let it count again") if detail.is_excluded else _("Ask for an exclusion")
        found.append(("exclude", words, "rule", False, True))
    if actor.person_id is not None and any(actor.has(right) for right in CONCERNED):
        found.append(("recuse_self", _("Keep out of it myself"), "person_off", False, True))
    return found


def deciding(detail: RequestDetail, actor: Actor) -> list[Offer]:
    """What waits for the office, and what only the office may do."""
    found: list[Offer] = []
    if is_asked(detail, K.REVIEW_ASKED, K.REVIEW_DECIDED) and detail.handler_id != actor.person_id:
        found.append(("decide_review", _("Decide on the review"), "gavel", True, False))
    if is_asked(detail, K.EXCLUSION_ASKED, K.EXCLUDED, K.EXCLUSION_REFUSED):
        found.append(("decide_exclusion", _("Decide on the exclusion"), "rule", False, False))
    if recusal_is_asked(detail):
        found.append(("decide_recusal", _("Answer the wish for a recusal"), "person_off", False, False))
    if detail.kind is RequestKind.REPORT:
        if detail.state in (RequestState.REGISTERED, RequestState.RETURNED):
            found.append(("take_report", _("Let the office handle it"), "shield_person", False, False))
        if detail.state is RequestState.IN_PROGRESS and detail.unit_id is None:
            found.append(("answer_report", _("Answer the report"), "edit", True, False))
    found.append(("recuse", _("Keep somebody out of it"), "person_off", False, True))
    if any(one.kind is K.RECUSED for one in detail.steps):
        found.append(("lift", _("Let somebody back to it"), "person_add", False, True))
    return found


def aftermath(page: Page, detail: RequestDetail) -> None:
    """The part of the card that tells of hidden data, reviews, others with the same matter, exclusions, recusals."""
    if detail.is_redacted and page.actor.has(P.PERSONAL_REVEAL):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            note(_("Personal data in these words are hidden."))
            if st.button(_("Show them"), icon=":material/visibility:", type="tertiary", key="reveal_words"):
                st.dialog(_("The requester's own words"))(reveal_words)(page, detail.request_id)
    if detail.is_withheld:
        return
    people_part(page, detail)
    reviews_part(page, detail)
    if detail.is_excluded:
        note(_("Left out of the assessment of its unit; it stays in every count."))
    if page.actor.has_everywhere(P.COMPLAINTS_READ):
        kept_out(page, detail)


def people_part(page: Page, detail: RequestDetail) -> None:
    """How many people brought the matter, and open requests that may be about the same."""
    with reading() as session:
        count = merges.people_count(session, detail.master_id or detail.request_id)
    if count > 1:
        words = ngettext("{n} person brought this matter.", "{n} people brought this matter.", count)
        note(words.format(n=number(count)))
        if detail.state is not RequestState.CLOSED:
            note(_("What the requester is told here, all of them read; each of them is called back."))


def reviews_part(page: Page, detail: RequestDetail) -> None:
    """The reviews with what was asked and decided; the pending one with its limit."""
    with reading() as session:
        found = reviews.reviews_of(session, detail.request_id, actor=page.actor)
        told = [
            (one.stage, one.asked_at, one.due_at, one.text, one.decision, one.reasons, one.decided_at) for one in found
        ]
    if not told:
        return
    section(_("Reviews"))
    for stage, asked_at, due_at, text, decision, reasons, decided_at in told:
        if decision is None:
            state = _("to be decided by {moment}").format(moment=due_words(due_at, page.now)) if due_at else ""
        else:
            state = _("{decision} on {moment}").format(decision=label(decision), moment=moment(decided_at))
        line = _("asked for on {moment}").format(moment=moment(asked_at))
        st.markdown(f"**{plain(label(stage))}**  \n:small[:gray[{plain(line)} · {plain(state)}]]", anchors=False)
        show_text(reasons or text)


def reveal_words(page: Page, request_id: int) -> None:
    """Asks for the reason, then shows the words until the dialog is closed; they are kept nowhere."""
    with st.form("reveal_words_form", border=False):
        note(_("Your name, the time and the reason stay with the case."))
        reason = st.text_input(_("Reason"), max_chars=own_words.REASON_LENGTH, key="reveal_words_reason")
        pressed = st.form_submit_button(_("Show it"), type="primary", key="reveal_words_show")
    if not pressed:
        return
    shown: own_words.OwnWords | None = None
    with saving(page, stays=True) as session:
        shown = own_words.reveal_text(session, request_id, reason, actor=page.actor, now=page.now)
    if shown is not None:
        for words in (shown.title, shown.text, shown.place, shown.remedy):
            if words:
                show_text(words)


def review_form(page: Page, detail: RequestDetail, version: int) -> None:
    with st.form("register_review_form", border=False):
        text = st.text_area(
            _("What is wrong with the result"), key="register_review_text", max_chars=TEXT_LENGTH, height=90
        )
        pressed = st.form_submit_button(_("Register a wish for a review"), type="primary", key="register_review_save")
    if pressed:
        take(page, detail, version, reviews.register_review, text, done=_("Registered; somebody else decides."))


def decide_review_form(page: Page, detail: RequestDetail, version: int) -> None:
    """What was asked, the decision, and its reasons, which the requester reads."""
    asked = last_of(detail.steps, K.REVIEW_ASKED)
    if asked is not None:
        show_text(asked.note)
    decision = st.radio(
        _("Decision of the review"),
        list(ReviewDecision),
        index=None,
        format_func=label,
        horizontal=True,
        key="review_decision",
    )
    outcome = None
    if decision is ReviewDecision.CHANGED:
        outcome = st.selectbox(
            _("Outcome that is right"), reviews.CHANGED_TO, index=None, format_func=label, key="review_outcome"
        )
    if decision is ReviewDecision.HANDLED_AGAIN:
        note(_("The request is opened again, with a limit of its own."))
    with st.form("decide_review_form", border=False):
        reasons = st.text_area(
            _("Reasons that the requester is told"), key="review_reasons", max_chars=TEXT_LENGTH, height=110
        )
        pressed = st.form_submit_button(_("Decide on the review"), type="primary", key="review_save")
    if pressed and decision is None:
        st.error(_("Choose the decision first."), icon=":material/error:")
    elif pressed:
        done = _("Decided; the requester is told the reasons and what is still open to them.")
        take(page, detail, version, reviews.decide_review, decision, reasons, outcome=outcome, done=done)


def merge_form(page: Page, detail: RequestDetail, version: int) -> None:
    """The open requests most like this one, best first; the first of all leads."""
    with reading() as session:
        frame = possible_duplicates(session, detail.request_id, actor=page.actor, now=page.now)
    earlier = frame[frame["registered_at"] <= detail.registered_at]
    if earlier.empty:
        note(_("No earlier open request says something like it. Open the later one and merge it into this one."))
        return
    lines = {
        int(row.request_id): _("{number} · {title} · {share} alike").format(
            number=row.number, title=row.title, share=percent(row.likeness)
        )
        for row in named_rows(earlier)
    }
    with st.form("merge_form", border=False):
        master_id = st.radio(
            _("The request that came first"), list(lines), format_func=lambda one: lines[one], key="merge_master"
        )
        note(_("This one is closed as a duplicate. Its requester follows the other one and is called back about it."))
        pressed = st.form_submit_button(_("Merge"), type="primary", key="merge_save")
    if pressed:
        done = _("Merged; the requester sees the other one.")
        take(page, detail, version, merges.merge_request, master_id, done=done)


def reason_form(act: object, *, key: str, button: str, done: str) -> Form:
    """A form that asks for a reason and no more. `button` and `done` are messages in English."""

    def form(page: Page, detail: RequestDetail, version: int) -> None:
        with st.form(f"{key}_form", border=False):
            reason = st.text_area(_("Reason"), key=f"{key}_reason", max_chars=TEXT_LENGTH, height=80)
            pressed = st.form_submit_button(_(button), type="primary", key=f"{key}_save")
        if pressed:
            take(page, detail, version, act, reason, done=_(done))  # type: ignore[arg-type]  # an action

    return form


def exclude_form(page: Page, detail: RequestDetail, version: int) -> None:
    """A coded reason and an explanation; of an excluded request why it should count again."""
    note(
        _("A second person of the office decides. The request stays in every count; rates are shown with and without.")
    )
    with st.form("exclude_form", border=False):
        reason = None
        if not detail.is_excluded:
            reason = st.selectbox(_("Reason"), list(ExclusionReason), format_func=label, key="exclude_reason")
        text = st.text_area(_("Explanation"), key="exclude_text", max_chars=TEXT_LENGTH, height=90)
        pressed = st.form_submit_button(_("Ask for it"), type="primary", key="exclude_save")
    if pressed and reason is None:
        take(page, detail, version, exclusions.ask_reversal, text, done=_("Asked; somebody else decides."))
    elif pressed and reason is not None:
        take(page, detail, version, exclusions.ask_exclusion, reason, text, done=_("Asked; somebody else decides."))


def decide_exclusion_form(page: Page, detail: RequestDetail, version: int) -> None:
    with reading() as session:
        wish = exclusions.wishes_of(session, detail.request_id)[-1]
    note(_("To let it count again") if wish.is_reversal else label(wish.reason))
    show_text(wish.text)
    with st.form("decide_exclusion_form", border=False):
        text = st.text_area(_("Reason"), key="decide_exclusion_text", max_chars=TEXT_LENGTH, height=80)
        with st.container(horizontal=True, gap="small"):
            grant = st.form_submit_button(_("Grant"), type="primary", key="decide_exclusion_grant")
            refuse = st.form_submit_button(_("Refuse"), key="decide_exclusion_refuse")
    if grant or refuse:
        done = _("Decided; every figure follows, and nothing was deleted.")
        take(page, detail, version, exclusions.decide_exclusion, text, is_granted=grant, done=done)


def take_report_form(page: Page, detail: RequestDetail, version: int) -> None:
    note(_("You handle the report yourself. No unit sees it, and nobody is judged by a call-back about it."))
    with st.form("take_report_form", border=False):
        text = st.text_area(_("Note"), key="take_report_text", max_chars=TEXT_LENGTH, height=70)
        pressed = st.form_submit_button(_("Let the office handle it"), type="primary", key="take_report_save")
    if pressed:
        take(page, detail, version, reports.take_report, text, done=_("Yours now; no unit sees it."))


def answer_report_form(page: Page, detail: RequestDetail, version: int) -> None:
    prepared_words(page, detail, TemplatePurpose.REPLY, into="answer_report_text")
    with st.form("answer_report_form", border=False):
        text = st.text_area(_("Answer"), key="answer_report_text", max_chars=TEXT_LENGTH, height=110)
        outcome = outcome_field(Outcome.RESOLVED, key="answer_report_outcome")
        pressed = st.form_submit_button(_("Answer the report"), type="primary", key="answer_report_save")
    if pressed:
        done = _("Answered; somebody else verifies it.")
        take(page, detail, version, reports.answer_report, text, outcome=outcome, done=done)


FORMS: dict[str, Form] = {
    "register_review": review_form,
    "decide_review": decide_review_form,
    "merge": merge_form,
    "unmerge": reason_form(
        merges.unmerge_request,
        key="unmerge",
        button=N_("Take out of the merge"),
        done=N_("It stands on its own again."),
    ),
    "exclude": exclude_form,
    "decide_exclusion": decide_exclusion_form,
    "mark_spam": reason_form(
        spam.mark_spam, key="mark_spam", button=N_("Mark as spam"), done=N_("Marked; it stays in every count.")
    ),
    "clear_spam": reason_form(
        spam.clear_spam, key="clear_spam", button=N_("Take the mark of spam off"), done=N_("Its answers count again.")
    ),
    **RECUSAL_FORMS,
    "take_report": take_report_form,
    "answer_report": answer_report_form,
}
