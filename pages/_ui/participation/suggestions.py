"""Suggestions on screen: the list with its clocks, the card, and the forms to assign, answer and report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep, kept_id, localised, words_by_code
from pages._ui.due import due_line
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.participation.steps import (
    file_choice,
    file_list,
    first_of,
    history,
    labels_of,
    options,
    picked_first,
    verdict_choice,
)
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section, show_error, show_text
from qs.actor import Permission
from qs.directory.queries import service_ids_by_code, services
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.i18n import moment, number, percent, pick
from qs.participation import actions, details, figures, queries
from qs.participation.details import SuggestionDetail
from qs.participation.terms import SuggestionStatus, Verdict
from qs.sentences import label

Row = Any  # Any: one row of queries.suggestions, whose columns are named there

ANSWER = Permission.PARTICIPATION_ANSWER
A_YEAR = timedelta(days=365)


def suggestions_view(page: Page) -> None:
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        state = choice(_("State"), options(SuggestionStatus), key="state", width=200)
        with reading() as session:
            found = queries.suggestions(session, actor=page.actor, now=page.now)
            answered = figures.suggestions_answered(session, page.now - A_YEAR, page.now, actor=page.actor)
        if answered.due:
            note(answered_words(answered))
        picked = suggestion_list(found if state is None else found[found["status"] == state])
    with right:
        if picked is not None and str(picked["suggestion_id"]) != st.query_params.get("suggestion"):
            keep("suggestion", str(picked["suggestion_id"]))
        chosen = kept_id("suggestion") or first_of(found, "suggestion_id")
        if chosen is None:
            empty_state(
                _("Choose a suggestion"),
                _("Its card shows the words of whoever made it, the answer, and what came of it."),
                icon="lightbulb",
            )
        else:
            suggestion_card(page, chosen)


def answered_words(answered: figures.AnsweredInTime) -> str:
    """How many were answered in time, with the interval: unanswered ones past their limit count against it."""
    return _("Answered in time over the last year: {share} ({k} of {n} that fell due; {lower} to {upper})").format(
        share=percent(answered.share),
        k=number(answered.in_time),
        n=number(answered.due),
        lower=percent(answered.lower),
        upper=percent(answered.upper),
    )


def suggestion_list(found: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    if found.empty:
        empty_state(
            _("No suggestion here"),
            _("Suggestions come from the public page; each is answered within ten working days, with the reason."),
            icon="lightbulb",
        )
        return None
    shown = localised(found, "title", "service")
    shown = shown.assign(
        state=labels_of(found["status"], SuggestionStatus),
        verdict_words=labels_of(found["verdict"], Verdict),
        clock=[clock_words(row) for row in found.itertuples()],
        service=shown["service"].where(shown["service"] != "", _("to be assigned")),
    )
    columns = {
        "title": st.column_config.TextColumn(_("Suggestion"), width=215),
        "service": st.column_config.TextColumn(_("Service"), width=150),
        "state": st.column_config.TextColumn(_("State"), width=140),
        "verdict_words": _("Adoption"),
        "clock": _("Answer"),
        "supporters": st.column_config.NumberColumn(_("Supporters"), format="localized"),
    }
    return table(
        shown,
        columns,
        key="suggestions",
        search=("title", "title_en", "service", "service_en"),
        sort=("supporters",),
        rows_per_page=14,
        is_selectable=True,
    )


def clock_words(row: Row) -> str:
    if not pd.isna(row.answered_at):
        return _("{moment}, late").format(moment=moment(row.answered_at)) if row.is_late else moment(row.answered_at)
    return (_("{due}, late") if row.is_late else _("by {due}")).format(due=moment(row.due_at))


def suggestion_card(page: Page, suggestion_id: int) -> None:
    try:
        with reading() as session:
            detail = details.suggestion_detail(session, suggestion_id, actor=page.actor)
            answerable = service_ids_by_code(session, actor=page.actor, permission=ANSWER)
    except NotFound as error:
        show_error(error)
        return
    one = detail.suggestion
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(one.title, one.title_en))}", anchors=False)
        with st.container(horizontal=True, gap="small"):
            st.badge(label(one.status), color="gray")
            if one.verdict is not None:
                st.badge(label(one.verdict), color="blue" if one.verdict is not Verdict.NOT_ADOPTED else "gray")
            st.badge(_("on the public list") if one.is_shown else _("not on the public list"), color="gray")
        show_text(one.text)
        fact_list(suggestion_facts(page, detail))
        file_list(page, "suggestion", one.id, detail.files)
        may_answer = one.service_id in answerable.values()
        if page.actor.has_everywhere(ANSWER) and one.status in (
            SuggestionStatus.RECEIVED,
            SuggestionStatus.ASSIGNED,
        ):
            if one.status is SuggestionStatus.RECEIVED:
                assign_form(page, detail)
            else:
                with st.popover(_("Assign to another service"), icon=":material/swap_horiz:"):
                    assign_form(page, detail)
        if may_answer and one.status is SuggestionStatus.ASSIGNED:
            answer_form(page, detail)
        if may_answer and one.status is SuggestionStatus.ANSWERED and one.verdict is not Verdict.NOT_ADOPTED:
            implement_form(page, detail)
    section(_("History"))
    history(detail.steps, SuggestionStatus)


def suggestion_facts(page: Page, detail: SuggestionDetail) -> list[tuple[str, str]]:
    one = detail.suggestion
    facts = [
        (_("Service"), pick(detail.service, detail.service_en) or _("to be assigned")),
        (_("Received at"), moment(one.received_at)),
        (_("Supporters"), number(detail.supporters)),
    ]
    if one.answered_at is None:
        facts.append((_("Answer"), due_line(page, one.due_id)))
    else:
        facts.append((_("Answer"), pick(one.answer, one.answer_en)))
        facts.append((_("Answered at"), moment(one.answered_at)))
    if one.implemented_at is not None:
        facts.append((_("What was done"), pick(one.proof, one.proof_en)))
    return facts


def assign_form(page: Page, detail: SuggestionDetail) -> None:
    one, key = detail.suggestion, f"assign_{detail.suggestion.id}"
    with reading() as session:
        found = services(session, actor=page.actor, permission=ANSWER)
    words = words_by_code(found[found["is_open"]])
    ids = dict(zip(found["code"], found["service_id"].tolist(), strict=True))
    present = next((code for code, service_id in ids.items() if service_id == one.service_id), None)
    with st.form(key, border=False):
        code = st.selectbox(
            _("Service that answers"),
            list(words),
            index=picked_first(words, present),
            format_func=words.__getitem__,
            key=f"{key}_service",
        )
        title = st.text_input(_("Title for the public list"), value=one.title, max_chars=120, key=f"{key}_title")
        title_en = st.text_input(_("Title in English"), value=one.title_en or "", max_chars=120, key=f"{key}_title_en")
        is_shown = st.checkbox(
            _("Fit for the public list: no names, no insults"), value=one.is_shown, key=f"{key}_shown"
        )
        pressed = st.form_submit_button(_("Assign it"), type="primary", key=f"{key}_save")
    if pressed:
        with saving(page, done=_("Assigned.")) as session:
            actions.assign_suggestion(
                session,
                one.id,
                None if code is None else ids[code],
                is_shown=is_shown,
                title=title,
                title_en=title_en,
                version=one.version,
                actor=page.actor,
                now=page.now,
            )


def answer_form(page: Page, detail: SuggestionDetail) -> None:
    one, key = detail.suggestion, f"answer_{detail.suggestion.id}"
    with st.form(key, border=False):
        verdict = verdict_choice(key)
        answer = st.text_area(_("Answer and reason"), key=f"{key}_text", max_chars=4000)
        answer_en = st.text_area(_("The same in English"), key=f"{key}_text_en", max_chars=4000, height=68)
        pressed = st.form_submit_button(_("Answer it"), type="primary", key=f"{key}_save")
    if pressed and verdict is None:
        st.error(_("Choose what becomes of it."), icon=":material/error:")
    elif pressed and verdict is not None:
        with saving(page, done=_("Answered.")) as session:
            actions.answer_suggestion(
                session,
                one.id,
                verdict,
                answer=answer or "",
                answer_en=answer_en,
                version=one.version,
                actor=page.actor,
                now=page.now,
            )


def implement_form(page: Page, detail: SuggestionDetail) -> None:
    one, key = detail.suggestion, f"implement_{detail.suggestion.id}"
    with st.form(key, border=False):
        proof = st.text_area(_("What was done"), key=f"{key}_text", max_chars=4000)
        proof_en = st.text_area(_("The same in English"), key=f"{key}_text_en", max_chars=4000, height=68)
        files = file_choice(_("Proof: photos or documents"), key)
        pressed = st.form_submit_button(_("Report as implemented"), type="primary", key=f"{key}_save")
    if pressed:
        with saving(page, done=_("Reported.")) as session:
            actions.implement_suggestion(
                session,
                one.id,
                proof=proof or "",
                proof_en=proof_en,
                files=files,
                version=one.version,
                actor=page.actor,
                now=page.now,
            )
