"""Consultations on screen: list, card with documents and opinions, and the forms to draft, answer and summarise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised
from pages._ui.due import due_line
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.participation.steps import (
    area_choice,
    bilingual_form,
    file_choice,
    file_list,
    first_of,
    history,
    labels_of,
    verdict_form,
)
from pages._ui.tables import table
from pages._ui.widgets import Action, empty_state, note, plain, section, show_error, show_text
from qs.actor import Permission
from qs.errors import NotFound
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.participation import actions, details, queries, rules
from qs.participation.details import ConsultationDetail
from qs.participation.terms import ConsultationStatus, NewConsultation, Stage, Verdict
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

Row = Any  # Any: one row of queries.consultations or of its opinions, whose columns are named there


def is_editor(page: Page) -> bool:
    return page.actor.has_everywhere(Permission.PARTICIPATION_EDIT)


def consultations_view(page: Page) -> None:
    today = local_day(page.now, settings().zone)
    with reading() as session:
        found = queries.consultations(session, actor=page.actor)
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        picked = consultation_list(page, found, today)
    with right:
        if picked is not None and str(picked["consultation_id"]) != st.query_params.get("consultation"):
            keep("consultation", str(picked["consultation_id"]))
            keep("do", None)
        chosen = kept_id("consultation") or first_of(found, "consultation_id")
        if is_editor(page) and st.query_params.get("do") == "consultation":
            draft_form(page, today)
        elif chosen is None:
            empty_state(
                _("Choose a consultation"),
                _("Its card holds the documents, every opinion with its answer, and the summary."),
                icon="campaign",
            )
        else:
            consultation_card(page, chosen, today)


def consultation_list(page: Page, found: pd.DataFrame, today: date) -> dict[str, Any] | None:  # Any: values of a row
    if found.empty:
        begin = Action("new_consultation", _("Draft a consultation"), icon="add")
        if empty_state(
            _("No consultation yet"),
            _("Lay a draft before the public for at least 30 days, answer each opinion, and publish the summary."),
            action=begin if is_editor(page) else None,
            icon="campaign",
        ):
            keep("do", "consultation")
            st.rerun()
        return None
    shown = localised(found, "title")
    shown = shown.assign(
        stage_words=labels_of(found["stage"], Stage),
        state=[state_words(row, today) for row in found.itertuples()],
        period=[
            _("{first} to {last}").format(first=day(row.opens_on), last=day(row.closes_on))
            for row in found.itertuples()
        ],
        answered=[
            _("{numerator} / {denominator}").format(
                numerator=number(row.opinions - row.unanswered), denominator=number(row.opinions)
            )
            for row in found.itertuples()
        ],
    )
    columns = {
        "title": st.column_config.TextColumn(_("Matter"), width=220),
        "state": st.column_config.TextColumn(_("State"), width=125),
        "period": st.column_config.TextColumn(_("Open from and to"), width=185),
        "answered": _("Opinions answered"),
        "stage_words": _("Stage"),
    }
    return table(shown, columns, key="consultations", rows_per_page=12, is_selectable=True)


def state_words(row: Row, today: date) -> str:
    status = ConsultationStatus(row.status)
    if status is not ConsultationStatus.PUBLISHED:
        return label(status)
    if today < row.opens_on:
        return _("opens on {day}").format(day=day(row.opens_on))
    if today <= row.closes_on:
        left = (row.closes_on - today).days
        return ngettext("open, {n} day left", "open, {n} days left", left).format(n=number(left))
    return _("being answered")


def consultation_card(page: Page, consultation_id: int, today: date) -> None:
    try:
        with reading() as session:
            detail = details.consultation_detail(session, consultation_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    one = detail.consultation
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(one.title, one.title_en))}", anchors=False)
        with st.container(horizontal=True, gap="small"):
            st.badge(state_words(one, today), color="blue" if one.status is ConsultationStatus.PUBLISHED else "gray")
            st.badge(label(one.stage), color="gray")
        show_text(pick(one.explanation, one.explanation_en))
        fact_list(consultation_facts(page, detail))
        file_list(page, "consultation", one.id, detail.files)
        if one.summary:
            section(_("Summary of opinions"))
            show_text(pick(one.summary, one.summary_en))
        if is_editor(page):
            next_step(page, detail, today)
    opinions_part(page, detail)
    section(_("History"))
    history(detail.steps, ConsultationStatus)


def consultation_facts(page: Page, detail: ConsultationDetail) -> list[tuple[str, str]]:
    one = detail.consultation
    days = rules.consultation_days(one.opens_on, one.closes_on)
    period = _("{first} to {last}").format(first=day(one.opens_on), last=day(one.closes_on))
    facts = [
        (
            _("Open from and to"),
            ngettext("{period}, {n} day", "{period}, {n} days", days).format(period=period, n=number(days)),
        ),
        (_("Area"), pick(detail.area, detail.area_en)),
        (_("Opinions"), number(len(detail.opinions))),
    ]
    if one.short_reason:
        facts.append((_("Why shorter than 30 days"), pick(one.short_reason, one.short_reason_en)))
    if one.summarised_at is not None:
        facts.append((_("Summary of opinions"), moment(one.summarised_at)))
    elif one.summary_due_id is not None:
        facts.append((_("Summary of opinions"), due_line(page, one.summary_due_id)))
    return facts


def next_step(page: Page, detail: ConsultationDetail, today: date) -> None:
    one = detail.consultation
    if one.status is ConsultationStatus.DRAFT:
        note(_("Publishing lays this before everybody. Period and documents cannot be changed afterwards."))
        if st.button(_("Publish it"), type="primary", icon=":material/publish:", key="publish_consultation"):
            with saving(page, done=_("Published.")) as session:
                actions.publish_consultation(session, one.id, version=one.version, actor=page.actor, now=page.now)
    elif one.status is ConsultationStatus.PUBLISHED and today > one.closes_on:
        bilingual_form(
            page,
            f"summary_{one.id}",
            _("Summary of opinions"),
            _("Publish the summary"),
            lambda session, summary, summary_en: actions.summarise_consultation(
                session,
                one.id,
                summary=summary,
                summary_en=summary_en,
                version=one.version,
                actor=page.actor,
                now=page.now,
            ),
            done=_("Summary published."),
        )


def opinions_part(page: Page, detail: ConsultationDetail) -> None:
    opinions = detail.opinions
    waiting = int((opinions["verdict"] == "").sum())
    section(_("Opinions"), ngettext("{n} not answered", "{n} not answered", waiting).format(n=number(waiting)))
    may_answer = is_editor(page) and detail.consultation.status is ConsultationStatus.PUBLISHED
    for row in opinions.itertuples():
        verdict = label(Verdict(row.verdict)) if row.verdict else _("not answered yet")
        words = pick(row.gist, row.gist_en) or row.text
        with st.expander(_("{verdict} · {words}").format(verdict=plain(verdict), words=plain(words[:60]))):
            show_text(row.text)
            if row.verdict:
                note(moment(row.received_at))
                show_text(pick(row.reason, row.reason_en))
            elif may_answer:
                opinion_form(page, row)


def opinion_form(page: Page, row: Row) -> None:
    verdict_form(
        page,
        f"opinion_{row.opinion_id}",
        lambda session, verdict, gist, reason: actions.answer_opinion(
            session,
            row.opinion_id,
            verdict,
            gist=gist,
            reason=reason,
            version=row.version,
            actor=page.actor,
            now=page.now,
        ),
    )


def draft_form(page: Page, today: date) -> None:
    section(_("Draft a consultation"))
    with st.form("new_consultation"):
        title = st.text_input(_("Title"), max_chars=120, key="new_consultation_title")
        title_en = st.text_input(_("Title in English"), max_chars=200, key="new_consultation_title_en")
        explanation = st.text_area(
            _("What it is about and how to take part"), max_chars=4000, key="new_consultation_text"
        )
        stage = st.radio(_("Stage"), list(Stage), format_func=label, horizontal=True, key="new_consultation_stage")
        area_id = area_choice(page, "new_consultation")
        with st.container(horizontal=True):
            opens_on = st.date_input(_("First day"), value=today + timedelta(days=1), key="new_consultation_opens")
            last = today + timedelta(days=1 + rules.CONSULTATION_DAYS)
            closes_on = st.date_input(_("Last day"), value=last, key="new_consultation_closes")
        reason = st.text_area(
            _("Why shorter than 30 days"),
            help=_("Only when it is shorter: the reason is published with it."),
            height=68,
            key="new_consultation_reason",
        )
        files = file_choice(_("The draft and its explanation"), "new_consultation")
        pressed = st.form_submit_button(_("Keep the draft"), type="primary", key="new_consultation_save")
    if st.button(_("Cancel"), type="tertiary", key="new_consultation_cancel"):
        keep("do", None)
        st.rerun()
    if pressed:
        wanted = NewConsultation(
            title=title,
            title_en=title_en,
            explanation=explanation or "",
            stage=Stage(stage),
            opens_on=opens_on,
            closes_on=closes_on,
            short_reason=reason,
            area_id=area_id,
        )
        with saving(page, done=_("Draft kept: look at it once more, then publish it.")) as session:
            made = actions.draft_consultation(session, wanted, files=files, actor=page.actor, now=page.now)
            keep("do", None)
            keep("consultation", str(made))
