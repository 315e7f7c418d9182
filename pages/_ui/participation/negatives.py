"""Negative ratings on screen: the queue with its clocks, and the card with the next step."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised, one_of
from pages._ui.due import due_line, how_counted
from pages._ui.facts import fact_list
from pages._ui.page import Page, go, reading, saving
from pages._ui.participation.exclusions import proposal_form
from pages._ui.participation.steps import first_of, history, labels_of, text_form
from pages._ui.personal import masked_contact
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section, show_error, show_text
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.participation import actions, details, queries, rules
from qs.participation.details import NegativeDetail
from qs.participation.terms import Level, NegativeClass, NegativeStatus
from qs.sentences import label

REVIEW, ANSWER = Permission.RATINGS_REVIEW, Permission.PARTICIPATION_ANSWER
S = NegativeStatus


def negatives_view(page: Page) -> None:
    """The queue at the left, the card of the chosen one at the right."""
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        state = one_of(
            _("Which ones"),
            {"open": _("Still open"), "over": _("Settled or excluded")},
            key="state",
            usual="open",
            width=200,
        )
        with reading() as session:
            found = queries.negatives(session, actor=page.actor, now=page.now, is_over=state == "over")
        picked = negative_list(page, found)
    with right:
        if picked is not None and str(picked["negative_id"]) != st.query_params.get("negative"):
            keep("negative", str(picked["negative_id"]))
        chosen = kept_id("negative") or first_of(found, "negative_id")
        if chosen is None:
            empty_state(
                _("Choose a negative rating"),
                _("Its card says what was rated, which clock runs, and what is to be done next."),
                icon="sentiment_dissatisfied",
            )
        else:
            negative_card(page, chosen)


def negative_list(page: Page, found: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    if found.empty:
        empty_state(
            _("No negative rating waits"),
            _("Each rating of the two lowest levels comes here: contact, sort, answer, call back, close."),
            icon="task_alt",
        )
        return None
    shown = localised(found, "service")
    shown = shown.assign(
        words=labels_of(found["level"], Level),
        state=labels_of(found["status"], NegativeStatus),
        clock=[
            (_("{due}, late") if row.is_late else "{due}").format(due=moment(row.due_at))
            if not pd.isna(row.due_at)
            else ""
            for row in found.itertuples()
        ],
        named=[_("with a name") if one else _("anonymous") for one in found["is_named"]],
        since=[moment(one) for one in found["opened_at"]],
    )
    columns = {
        "clock": st.column_config.TextColumn(_("Due"), width=140),
        "service": st.column_config.TextColumn(_("Service"), width=165),
        "words": st.column_config.TextColumn(_("Rated"), width=115),
        "state": st.column_config.TextColumn(_("State"), width=135),
        "named": _("Rater"),
        "since": _("Rated at"),
    }
    if (shown["clock"] == "").all():
        del columns["clock"]
    return table(
        shown,
        columns,
        key="negatives",
        search=("service", "service_en", "comment"),
        rows_per_page=12,
        is_selectable=True,
    )


def negative_card(page: Page, negative_id: int) -> None:
    try:
        with reading() as session:
            detail = details.negative_detail(session, negative_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    negative = detail.negative
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(detail.service, detail.service_en))}", anchors=False)
        with st.container(horizontal=True, gap="small"):
            st.badge(label(detail.level), color="orange", icon=":material/sentiment_dissatisfied:")
            st.badge(label(negative.status), color="gray")
            if negative.kind is not None:
                st.badge(label(negative.kind), color="gray")
            if negative.reopen_count:
                st.badge(_("Opened again"), color="orange", icon=":material/replay:")
        show_text(detail.comment or _("No comment was left."))
        fact_list(negative_facts(page, detail))
        if detail.vault_id is not None and page.actor.has(Permission.PERSONAL_REVEAL):
            masked_contact(page, detail.vault_id, subject=f"negative:{negative.id}")
        if negative.answer_due_id is not None and page.actor.has(Permission.DEADLINES_READ):
            how_counted(page, negative.answer_due_id)
        if negative.rectification_id is not None and st.button(
            _("Open the rectification"), icon=":material/build_circle:", key="open_rectification"
        ):
            go("rectifications", rectification=str(negative.rectification_id))
        next_step(page, detail)
    section(_("History"))
    history(detail.steps, NegativeStatus)


def negative_facts(page: Page, detail: NegativeDetail) -> list[tuple[str, str]]:
    negative = detail.negative
    facts = [
        (_("Reasons"), _(", ").join(label(reason) for reason in detail.reasons)),
        (_("Rated at"), moment(detail.rated_at)),
        (_("Rater"), _("with a name") if negative.is_named else _("anonymous")),
    ]
    if negative.contact_due_id is not None and negative.contacted_at is None and not negative.status.is_over:
        facts.append((_("Contact"), due_line(page, negative.contact_due_id)))
    if negative.answered_at is None and not negative.status.is_over:
        facts.append((_("Answer"), due_line(page, negative.answer_due_id)))
    if negative.answered_at is not None:
        facts.append((_("Answer"), negative.answer))
        facts.append((_("Answered at"), moment(negative.answered_at)))
    if negative.call_back_due_id is not None and negative.called_back_at is None and not negative.status.is_over:
        facts.append((_("Call-back"), due_line(page, negative.call_back_due_id)))
    if negative.is_satisfied is not None:
        facts.append((_("Call-back"), _("satisfied") if negative.is_satisfied else _("still not satisfied")))
    return facts


def next_step(page: Page, detail: NegativeDetail) -> None:
    """The form of the one step that comes next, for whoever may take it; the appeal beside it."""
    negative = detail.negative
    wanted = rules.next_steps(negative.status, is_named=negative.is_named)
    reviews, answers = page.actor.has(REVIEW), page.actor.has(ANSWER)
    by = {"version": negative.version, "actor": page.actor, "now": page.now}
    key = f"negative_{negative.id}_{negative.status}"
    if reviews and S.CONTACTED in wanted:
        text_form(
            page,
            key,
            _("What the rater told, or why nobody was reached"),
            _("Note the contact"),
            lambda session, text: actions.contact_rater(session, negative.id, note=text, **by),
            done=_("Contact noted."),
        )
    elif reviews and S.CLASSIFIED in wanted and negative.status in (S.RECEIVED, S.CONTACTED):
        classify_form(page, detail, key)
    elif answers and negative.status is S.CLASSIFIED:
        text_form(
            page,
            key,
            _("Answer to the rater"),
            _("Send the answer"),
            lambda session, text: actions.answer_negative(session, negative.id, answer=text, **by),
            done=_("Answered."),
            help_text=_("What was put right, or why it cannot be. The rater reads it with the receipt code."),
        )
    elif reviews and S.CALLED_BACK in wanted:
        call_back_form(page, detail, key)
    elif reviews and S.CLOSED in wanted:
        text_form(
            page,
            key,
            _("Closing note"),
            _("Close it"),
            lambda session, text: actions.close_negative(session, negative.id, note=text, **by),
            done=_("Closed."),
        )
    if (reviews or answers) and negative.status in rules.APPEALABLE:
        with st.popover(_("Propose to exclude it"), icon=":material/gavel:"):
            proposal_form(page, [negative.rating_id], key=f"propose_{negative.id}")


def classify_form(page: Page, detail: NegativeDetail, key: str) -> None:
    with st.form(key, border=False):
        kind = st.radio(
            _("What the verification found"), list(NegativeClass), index=None, format_func=label, key=f"{key}_kind"
        )
        text = st.text_area(_("Facts found"), key=f"{key}_text", max_chars=4000)
        pressed = st.form_submit_button(_("Sort it"), type="primary", key=f"{key}_save")
    if pressed and kind is None:
        st.error(_("Choose what the verification found."), icon=":material/error:")
    elif pressed:
        with saving(page, done=_("Sorted.")) as session:
            actions.classify_negative(
                session,
                detail.negative.id,
                NegativeClass(kind),
                note=text or "",
                version=detail.negative.version,
                actor=page.actor,
                now=page.now,
            )


def call_back_form(page: Page, detail: NegativeDetail, key: str) -> None:
    words = {True: _("Settled, satisfied"), False: _("Still not satisfied")}
    with st.form(key, border=False):
        answer = st.radio(
            _("What the rater says now"), [True, False], index=None, format_func=words.__getitem__, key=f"{key}_answer"
        )
        text = st.text_area(_("In the rater's words"), key=f"{key}_text", max_chars=4000)
        pressed = st.form_submit_button(_("Note the call-back"), type="primary", key=f"{key}_save")
    note(_("Still not satisfied: it opens again once; the second time a supervisor closes it with a reason."))
    if pressed and answer is None:
        st.error(_("Choose what the rater says now."), icon=":material/error:")
    elif pressed:
        with saving(page, done=_("Call-back noted.")) as session:
            actions.call_back(
                session,
                detail.negative.id,
                is_satisfied=bool(answer),
                note=text or "",
                version=detail.negative.version,
                actor=page.actor,
                now=page.now,
            )
