"""Hearings on screen: list, card with dates and applicants, and the forms from the notice to the report."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised
from pages._ui.due import due_line, limit_words, source_words
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.participation.consultations import is_editor
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
from qs.errors import NotFound
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.participation import actions, details, queries, rules
from qs.participation.details import HearingDetail
from qs.participation.terms import Capacity, HearingKind, HearingRecord, HearingStatus, NewHearing, Side, Verdict
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

Row = Any  # Any: one row of queries.hearings or of its applicants, whose columns are named there


def hearings_view(page: Page) -> None:
    with reading() as session:
        found = queries.hearings(session, actor=page.actor)
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        picked = hearing_list(page, found)
    with right:
        if picked is not None and str(picked["hearing_id"]) != st.query_params.get("hearing"):
            keep("hearing", str(picked["hearing_id"]))
            keep("do", None)
        chosen = kept_id("hearing") or first_of(found, "hearing_id")
        if is_editor(page) and st.query_params.get("do") == "hearing":
            draft_form(page)
        elif chosen is None:
            empty_state(
                _("Choose a hearing"),
                _("Its card holds the dates, the applicants, the record, and what was adopted."),
                icon="groups",
            )
        else:
            hearing_card(page, chosen)


def hearing_list(page: Page, found: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    if found.empty:
        begin = Action("new_hearing", _("Draft a hearing"), icon="add")
        if empty_state(
            _("No hearing yet"),
            _("Notice, registration, participants, record, answers: each step has its dates, which QS checks."),
            action=begin if is_editor(page) else None,
            icon="groups",
        ):
            keep("do", "hearing")
            st.rerun()
        return None
    shown = localised(found, "title")
    shown = shown.assign(
        kind_words=labels_of(found["kind"], HearingKind),
        state=[state_words(page, row) for row in found.itertuples()],
        held=[moment(one) for one in found["holds_at"]],
    )
    columns = {
        "title": st.column_config.TextColumn(_("Hearing"), width=205),
        "state": st.column_config.TextColumn(_("State"), width=175),
        "held": st.column_config.TextColumn(_("Held at"), width=140),
        "applicants": st.column_config.NumberColumn(_("Applicants"), format="localized"),
        "seats": st.column_config.NumberColumn(_("Seats"), format="localized"),
        "kind_words": _("Kind of hearing"),
    }
    return table(shown, columns, key="hearings", rows_per_page=12, is_selectable=True)


def state_words(page: Page, row: Row) -> str:
    status = HearingStatus(row.status)
    if status is HearingStatus.NOTICED:
        today = local_day(page.now, settings().zone)
        if rules.takes_registrations(status, row.registration_closes_on, today):
            return _("registration until {day}").format(day=day(row.registration_closes_on))
        return _("participants to be chosen")
    return label(status)


def hearing_card(page: Page, hearing_id: int) -> None:
    try:
        with reading() as session:
            detail = details.hearing_detail(session, hearing_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    one = detail.hearing
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(one.title, one.title_en))}", anchors=False)
        with st.container(horizontal=True, gap="small"):
            st.badge(state_words(page, one), color="gray" if one.status is HearingStatus.PUBLISHED else "blue")
            st.badge(label(one.kind), color="gray")
        show_text(pick(one.matter, one.matter_en))
        fact_list(hearing_facts(page, detail))
        file_list(page, "hearing", one.id, detail.files)
        if one.report:
            section(_("Report"))
            show_text(pick(one.report, one.report_en))
        if one.record:
            section(_("Hearing record"))
            show_text(pick(one.record, one.record_en))
        if is_editor(page):
            next_step(page, detail)
    applicants_part(page, detail)
    section(_("History"))
    history(detail.steps, HearingStatus)


def hearing_facts(page: Page, detail: HearingDetail) -> list[tuple[str, str]]:
    one = detail.hearing
    chosen = detail.applicants["is_chosen"].fillna(value=False)
    facts = [
        (_("Held at"), moment(one.holds_at)),
        (_("Place"), pick(one.place, one.place_en)),
        (_("Area"), pick(detail.area, detail.area_en)),
        (_("Registration"), _("open until {day}").format(day=day(one.registration_closes_on))),
        (_("Seats"), number(one.seats)),
        (_("How participants are chosen"), pick(one.selection_rule, one.selection_rule_en)),
        (
            _("Applicants"),
            _("{n}, {chosen} of them chosen").format(
                n=number(len(detail.applicants)), chosen=number(int(chosen.sum()))
            ),
        ),
    ]
    if one.status is HearingStatus.NOTICED:
        facts.append((_("List of participants"), _("to be published by {day}").format(day=day(detail.latest.list_on))))
    if one.presider:
        facts.append((_("Presider"), one.presider))
    if one.published_at is not None:
        facts.append((_("Report"), moment(one.published_at)))
    elif one.answer_due_id is not None:
        facts.append((_("Answers"), due_line(page, one.answer_due_id)))
    return facts


def next_step(page: Page, detail: HearingDetail) -> None:
    one = detail.hearing
    today = local_day(page.now, settings().zone)
    if one.status is HearingStatus.DRAFT:
        words = _("Notice is given at least {limit} before a hearing of this kind: by {day} ({source}).")
        note(
            words.format(
                limit=limit_words(detail.notice.limit),
                day=day(detail.latest.notice_on),
                source=source_words(detail.notice),
            )
        )
        if st.button(_("Publish the notice"), type="primary", icon=":material/publish:", key="publish_notice"):
            with saving(page, done=_("Notice published.")) as session:
                actions.publish_notice(session, one.id, version=one.version, actor=page.actor, now=page.now)
    elif one.status is HearingStatus.NOTICED and today > one.registration_closes_on:
        choose_form(page, detail)
    elif one.status is HearingStatus.LISTED and page.now >= one.holds_at:
        record_form(page, detail)
    elif one.status is HearingStatus.HELD:
        report_form(page, detail)


def choose_form(page: Page, detail: HearingDetail) -> None:
    one, key = detail.hearing, f"choose_{detail.hearing.id}"
    words = {row.registration_id: applicant_words(row) for row in detail.applicants.itertuples()}
    note(_("The sides must be roughly equal in number. The list is published without names."))
    with st.form(key, border=False):
        chosen = st.multiselect(
            _("Participants"), list(words), format_func=words.__getitem__, max_selections=one.seats, key=f"{key}_ids"
        )
        pressed = st.form_submit_button(_("Publish the list"), type="primary", key=f"{key}_save")
    if pressed:
        with saving(page, done=_("List published.")) as session:
            actions.choose_participants(
                session, one.id, frozenset(chosen), version=one.version, actor=page.actor, now=page.now
            )


def applicant_words(row: Row) -> str:
    return _("No. {n} · {side} · {capacity}").format(
        n=number(row.number), side=label(Side(row.side)), capacity=label(Capacity(row.capacity))
    )


def record_form(page: Page, detail: HearingDetail) -> None:
    one, key = detail.hearing, f"record_{detail.hearing.id}"
    chosen = detail.applicants[detail.applicants["is_chosen"].fillna(value=False)]
    words = {row.registration_id: applicant_words(row) for row in chosen.itertuples()}
    with st.form(key, border=False):
        presider = st.text_input(_("Presider"), max_chars=120, key=f"{key}_presider")
        is_independent = st.checkbox(_("The presider did not draft the matter"), key=f"{key}_independent")
        attended = st.multiselect(_("Present"), list(words), format_func=words.__getitem__, key=f"{key}_ids")
        text = st.text_area(_("Hearing record"), max_chars=4000, key=f"{key}_text")
        files = file_choice(_("Signed record, photos"), key)
        pressed = st.form_submit_button(_("Keep the record"), type="primary", key=f"{key}_save")
    if pressed:
        kept = HearingRecord(presider, is_independent, frozenset(attended), text or "")
        with saving(page, done=_("Record kept: answer everybody within fifteen days.")) as session:
            actions.record_hearing(
                session, one.id, kept, files=files, version=one.version, actor=page.actor, now=page.now
            )


def report_form(page: Page, detail: HearingDetail) -> None:
    one = detail.hearing
    bilingual_form(
        page,
        f"report_{one.id}",
        _("Report"),
        _("Publish the report"),
        lambda session, report, report_en: actions.publish_hearing(
            session,
            one.id,
            report=report,
            report_en=report_en,
            version=one.version,
            actor=page.actor,
            now=page.now,
        ),
        done=_("Report published."),
    )


def applicants_part(page: Page, detail: HearingDetail) -> None:
    found = detail.applicants
    waiting = int((found["verdict"] == "").sum())
    section(_("Applicants"), ngettext("{n} not answered", "{n} not answered", waiting).format(n=number(waiting)))
    may_answer = is_editor(page) and detail.hearing.status is HearingStatus.HELD
    for row in found.itertuples():
        verdict = label(Verdict(row.verdict)) if row.verdict else choice_words(row)
        with st.expander(_("{verdict} · {words}").format(verdict=plain(verdict), words=plain(applicant_words(row)))):
            show_text(row.main_points)
            if row.verdict:
                note(pick(row.gist, row.gist_en))
                show_text(pick(row.reason, row.reason_en))
            elif may_answer:
                answer_form(page, row)


def choice_words(row: Row) -> str:
    if pd.isna(row.is_chosen):
        return _("applied")
    return _("chosen") if row.is_chosen else _("not chosen")


def answer_form(page: Page, row: Row) -> None:
    verdict_form(
        page,
        f"registration_{row.registration_id}",
        lambda session, verdict, gist, reason: actions.answer_registration(
            session,
            row.registration_id,
            verdict,
            gist=gist,
            reason=reason,
            version=row.version,
            actor=page.actor,
            now=page.now,
        ),
    )


def draft_form(page: Page) -> None:
    zone = settings().zone
    today = local_day(page.now, zone)
    section(_("Draft a hearing"))
    with st.form("new_hearing"):
        kind = st.radio(
            _("Kind of hearing"), list(HearingKind), format_func=label, horizontal=True, key="new_hearing_kind"
        )
        title = st.text_input(_("Title"), max_chars=120, key="new_hearing_title")
        title_en = st.text_input(_("Title in English"), max_chars=200, key="new_hearing_title_en")
        matter = st.text_area(_("Matter of the hearing"), max_chars=4000, key="new_hearing_matter")
        place = st.text_input(_("Place"), max_chars=200, key="new_hearing_place")
        area_id = area_choice(page, "new_hearing")
        with st.container(horizontal=True):
            holds_on = st.date_input(_("Day of the hearing"), value=today + timedelta(days=35), key="new_hearing_day")
            begins = st.time_input(_("Begins at"), value=time(9, 30), key="new_hearing_time")
        closes_on = st.date_input(_("Registration until"), value=today + timedelta(days=20), key="new_hearing_closes")
        seats = st.number_input(_("Seats"), min_value=1, max_value=200, value=15, key="new_hearing_seats")
        rule = st.text_area(_("How participants are chosen"), max_chars=4000, height=68, key="new_hearing_rule")
        files = file_choice(_("Material for the hearing"), "new_hearing")
        pressed = st.form_submit_button(_("Keep the draft"), type="primary", key="new_hearing_save")
    if st.button(_("Cancel"), type="tertiary", key="new_hearing_cancel"):
        keep("do", None)
        st.rerun()
    if pressed:
        wanted = NewHearing(
            kind=HearingKind(kind),
            title=title,
            title_en=title_en,
            matter=matter or "",
            place=place,
            holds_at=moment_of(holds_on, begins),
            registration_closes_on=closes_on,
            seats=int(seats),
            selection_rule=rule or "",
            area_id=area_id,
        )
        with saving(page, done=_("Draft kept: look at it once more, then publish the notice.")) as session:
            made = actions.draft_hearing(session, wanted, files=files, actor=page.actor, now=page.now)
            keep("do", None)
            keep("hearing", str(made))


def moment_of(day_of_it: date, time_of_it: time) -> datetime:
    return datetime.combine(day_of_it, time_of_it, settings().zone)
