"""One score sheet opened: criteria with guidance, figures and evidence, to be filled in or to be read."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from pages._ui.choices import keep
from pages._ui.evaluations.orders import criterion_order, orders_on
from pages._ui.evaluations.overview import STATE_COLOURS
from pages._ui.facts import fact_list
from pages._ui.figures import counts_text, value_text
from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download
from pages._ui.widgets import head, note, plain, section, show_text
from qs.attachments.terms import KeptFile, Upload
from qs.evaluations import actions, details, rules
from qs.evaluations.details import CriterionDetail, SheetDetail
from qs.evaluations.figures import CriterionFigure
from qs.evaluations.terms import ANCHORS, Method, Scored, Subject
from qs.i18n import day, moment, number, percent, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

FILE_TYPES = ["png", "jpg", "jpeg", "pdf", "docx", "xlsx"]


def heading(shown: SheetDetail) -> tuple[str, str]:
    service = pick(shown.service, shown.service_en)
    title = _("{service}: {state}").format(service=service, state=label(shown.state))
    if shown.score is not None:
        title = _("{service}: {score} of 100").format(service=service, score=number(shown.score, 1))
    facts = [shown.cycle, label(shown.subject), pick(shown.provider, shown.provider_en)]
    if shown.is_editable:
        facts.append(_("due on {day}").format(day=day(shown.due_on)))
    return title, " · ".join(facts)


def top(shown: SheetDetail) -> None:
    """The way back, the heading and the state."""
    back_button()
    head(*heading(shown))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(label(shown.state), color=STATE_COLOURS.get(shown.state, "gray"))
        if shown.waits_for_consensus:
            words = _("assessors {n} points apart: consensus note needed").format(n=number(shown.spread_points))
            st.badge(words, icon=":material/call_split:", color="orange")
        if shown.missing_reason:
            show_text(shown.missing_reason)


def back_button() -> None:
    st.button(_("Back to all"), icon=":material/arrow_back:", type="tertiary", key="back", on_click=leave)


def leave() -> None:
    keep("sheet", None)


def sheet_form(page: Page, shown: SheetDetail) -> None:
    """All criteria to fill in, and for a third party its method; kept as a draft or submitted."""
    key = f"sheet_{shown.sheet_id}_{shown.version}"
    asked = [step.note for step in shown.steps if step.to_state.value == "change_requested"]
    if asked and shown.state.value == "change_requested":
        with st.container(border=True, gap="small"):
            section(_("What is to be changed"))
            show_text(asked[-1])
    with st.form(key):
        scores = {one.criterion_id: criterion_fields(page, shown, one, key) for one in shown.criteria}
        method = method_fields(page, shown, key) if shown.subject is Subject.THIRD_PARTY else None
        with st.container(horizontal=True, gap="small"):
            is_final = st.form_submit_button(_("Submit for review"), type="primary", key=f"{key}_submit")
            is_draft = st.form_submit_button(_("Save the draft"), key=f"{key}_save")
    if not (is_final or is_draft):
        return
    done = _("The sheet is submitted.") if is_final else _("The draft is saved.")
    with saving(page, done=done) as session:
        act = actions.submit_sheet if is_final else actions.save_scores
        act(
            session,
            shown.sheet_id,
            scores,
            method=method,
            version=shown.version,
            actor=page.actor,
            now=page.now,
        )


def criterion_fields(page: Page, shown: SheetDetail, one: CriterionDetail, key: str) -> Scored:
    with st.container(border=True, gap="small"):
        left, right = st.columns([1.2, 1], gap="medium")
        with left:
            criterion_words(one)
            if one.figure is not None:
                figure_line(one.figure, shown.cycle)
        with right:
            score = st.number_input(
                _("Score, 0 to 100"), 0, 100, one.score, step=1, key=f"{key}_score_{one.criterion_id}"
            )
            with st.popover(_("What the scores mean"), icon=":material/info:", type="tertiary"):
                for _edge, words in ANCHORS[one.kind]:
                    st.markdown(plain(_(words)))
            written = st.text_area(
                _("Evidence: what the score rests on"),
                one.note,
                max_chars=2000,
                height=80,
                key=f"{key}_note_{one.criterion_id}",
            )
        files = st.file_uploader(
            _("Files that prove it"), type=FILE_TYPES, accept_multiple_files=True, key=f"{key}_files_{one.criterion_id}"
        )
        kept_files(page, shown, one)
    return Scored(score, written, [Upload(file.name, file.getvalue()) for file in files])


def criterion_words(one: CriterionDetail) -> None:
    weight = _("weight {share}").format(share=percent(one.weight, 0))
    code = f" · {one.clause}" if one.clause else ""
    title = pick(one.name, one.name_en)
    st.markdown(f"**{plain(title)}**  \n:small[:gray[{plain(label(one.kind))} · {plain(weight)}{plain(code)}]]")
    show_text(pick(one.guidance, one.guidance_en))


def figure_line(figure: CriterionFigure, cycle: str) -> None:
    """The indicator's value in the quarter, with counts and target."""
    words = _("{indicator} in {cycle}: {value} ({counts})").format(
        indicator=pick(figure.indicator, figure.indicator_en),
        cycle=cycle,
        value="—" if figure.value is None else value_text(figure, figure.value, with_unit=True),
        counts=counts_text(figure, figure.n, figure.numerator, figure.denominator) if figure.n else _("no data"),
    )
    note(words)


def method_fields(page: Page, shown: SheetDetail, key: str) -> Method:
    """The method statement and the declaration of a third party."""
    kept, today = shown.method, local_day(page.now, settings().zone)
    with st.container(border=True, gap="small"):
        section(_("Method and interests"))
        population = st.text_input(
            _("Survey population"), kept.population if kept else "", max_chars=500, key=f"{key}_population"
        )
        sampling = st.text_input(_("Sampling"), kept.sampling if kept else "", max_chars=500, key=f"{key}_sampling")
        method = st.text_area(_("Method"), kept.method if kept else "", max_chars=2000, key=f"{key}_method")
        one, two, three = st.columns(3)
        asked = one.number_input(_("Asked"), 1, value=kept.sample_size if kept else 100, step=1, key=f"{key}_asked")
        answered = two.number_input(
            _("Responses"), 0, value=kept.response_count if kept else 0, step=1, key=f"{key}_answered"
        )
        margin = three.number_input(
            _("Margin, points"), 0.0, 50.0, kept.margin_points if kept else 5.0, step=0.1, key=f"{key}_margin"
        )
        began = one.date_input(
            _("First day of the survey"),
            kept.began_on if kept else today - timedelta(days=7),
            format="YYYY-MM-DD",
            key=f"{key}_began",
        )
        ended = two.date_input(
            _("Last day of the survey"), kept.ended_on if kept else today, format="YYYY-MM-DD", key=f"{key}_ended"
        )
        is_free = st.checkbox(
            _("I declare that neither I nor my organisation has an interest in this service."),
            kept.has_no_conflict if kept else False,
            key=f"{key}_free",
        )
    return Method(population, sampling, method, int(asked), int(answered), began, ended, float(margin), is_free)


def sheet_to_read(page: Page, shown: SheetDetail) -> None:
    """Every criterion with its score in words, evidence and files; the method of a third party."""
    if not shown.are_scores_open:
        note(_("The scores can be seen once the sheet is approved."))
    orders, may_order = orders_on(page, shown)
    for one in shown.criteria:
        with st.container(border=True, gap="small"):
            left, right = st.columns([1, 1.1], gap="medium")
            with left:
                criterion_words(one)
                if one.figure is not None:
                    figure_line(one.figure, shown.cycle)
            with right:
                if one.score is None:
                    note(_("Not scored yet.") if shown.are_scores_open else _("No score to be seen."))
                else:
                    st.markdown(
                        f"**{plain(number(one.score))}** :small[:gray[{plain(_(rules.anchor(one.kind, one.score)))}]]"
                    )
                    show_text(one.note)
                    kept_files(page, shown, one)
                    criterion_order(page, shown, one, orders.get(one.criterion_id), may=may_order)
    if shown.method is not None:
        method_card(shown.method)


def method_card(method: Method) -> None:
    share = method.response_count / method.sample_size
    with st.container(border=True, gap="small"):
        section(_("Method and interests"))
        fact_list(
            [
                (_("Survey population"), method.population),
                (_("Sampling"), method.sampling),
                (_("Method"), method.method),
                (
                    _("Answers"),
                    _("{answered} of {asked} ({share})").format(
                        answered=number(method.response_count), asked=number(method.sample_size), share=percent(share)
                    ),
                ),
                (
                    _("Days of the survey"),
                    _("{first} to {last}").format(first=day(method.began_on), last=day(method.ended_on)),
                ),
                (_("Margin, points"), _("± {n}").format(n=number(method.margin_points, 1))),
                (
                    _("Interests"),
                    _("declared to have none") if method.has_no_conflict else _("not declared yet"),
                ),
            ]
        )


def kept_files(page: Page, shown: SheetDetail, one: CriterionDetail) -> None:
    for file in one.files:
        note(_("{name} · {moment}").format(name=file.file_name, moment=moment(file.kept_at)))
        if not shown.is_editable:
            offer_download(
                page,
                plain(file.file_name),
                file.file_name,
                lambda file=file: file_bytes(page, shown, one, file),  # type: ignore[misc]  # bound now
                file.media_type.value,
                key=f"evidence_{file.file_id}",
            )


def file_bytes(page: Page, shown: SheetDetail, one: CriterionDetail, file: KeptFile) -> bytes:
    with reading() as session:
        return details.evidence(session, shown.sheet_id, one.score_id or 0, file.file_id, actor=page.actor)
