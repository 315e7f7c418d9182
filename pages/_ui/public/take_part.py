"""Taking part: what is open, one consultation or hearing as the public reads it, suggestions, and the receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.due import perhaps
from pages._ui.figures import day_text
from pages._ui.page import reading
from pages._ui.public.layout import (
    card,
    code_to_scan,
    date_tile,
    day_and_weekday,
    heading,
    page_head,
    received,
    site_address,
    strong,
)
from pages._ui.public.page import PublicPage
from pages._ui.public.requests import spaced
from pages._ui.registry import public_screen
from pages._ui.widgets import note, plain, show_error, show_text
from qs.attachments.terms import KeptFile
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number, pick
from qs.participation import published
from qs.participation.published import Listed, PublicConsultation, PublicHearing, Treated
from qs.participation.terms import Capacity, Contact, Kept, Side, Verdict
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

EVENTS_IN_A_ROW, EVENTS_ON_PORTAL = 3, 6
SUGGESTIONS_SHOWN = 10
TITLE_LENGTH, TEXT_LENGTH = 120, 4000
VERDICT_COLOURS = {Verdict.ADOPTED: "blue", Verdict.PARTLY: "blue", Verdict.NOT_ADOPTED: "gray"}
Row = Any  # Any: one row of a frame of participation.queries


@dataclass(frozen=True)
class NewSuggestion:
    """A suggestion as it was typed."""

    title: str
    text: str
    service_id: int | None
    contact: Contact | None


@dataclass(frozen=True)
class NewRegistration:
    """An application to speak at a hearing, as it was typed."""

    side: Side
    capacity: Capacity
    main_points: str
    contact: Contact | None


@dataclass(frozen=True)
class NewOpinion:
    """An opinion on a consultation, as it was typed."""

    text: str
    contact: Contact | None


def event_cards(events: pd.DataFrame) -> None:
    """What is open, three in a row: the last day large, what it is, and how many took part so far."""
    shown = events.head(EVENTS_ON_PORTAL)
    for start in range(0, len(shown), EVENTS_IN_A_ROW):
        columns = st.columns(EVENTS_IN_A_ROW, gap="medium")
        for column, row in zip(columns, shown.iloc[start : start + EVENTS_IN_A_ROW].itertuples(), strict=False):
            with column:
                event_card(row)


def event_card(row: Row) -> None:
    key = f"{row.kind}{row.id}"
    is_hearing = row.kind == "hearing"
    shown_day = local_day(row.holds_at, settings().zone) if is_hearing else day_of(row.closes_on)
    with st.container(key=f"event_{key}", horizontal=True, wrap=False, height="stretch", gap="small"):
        date_tile(shown_day, key=key)
        with st.container(key=f"info_{key}", gap="xxsmall", width="stretch"):
            st.page_link(
                public_screen("take_part").link,
                label=f"**{plain(pick(row.title, row.title_en))}**",
                query_params={str(row.kind): str(row.id)},
            )
            st.caption(plain(event_note(row, is_hearing=is_hearing)))
            st.badge(_("Register now") if is_hearing else _("Open for opinions"), color="blue")


def event_note(row: Row, *, is_hearing: bool) -> str:
    closes = day_and_weekday(day_of(row.closes_on))
    count = int(row.count)
    if is_hearing:
        words = ngettext("{n} applicant so far", "{n} applicants so far", count).format(n=number(count))
        parts = [_("registration until {day}").format(day=closes), words]
    else:
        words = ngettext("{n} opinion so far", "{n} opinions so far", count).format(n=number(count))
        parts = [_("open until {day}").format(day=closes), words]
    place = pick(row.area, row.area_en)
    return " · ".join([place, *parts] if place else parts)


def day_of(value: object) -> date:
    """A day of a frame, which pandas may have made a moment."""
    return pd.Timestamp(value).date()  # type: ignore[arg-type]  # a date or a moment


def finished_list(finished: pd.DataFrame) -> None:
    """What was answered: each with its day, a link to the answers."""
    for row in finished.itertuples():
        with card(f"finished_{row.kind}{row.id}", gap="xsmall"):
            st.page_link(
                public_screen("take_part").link,
                label=f"**{plain(pick(row.title, row.title_en))}**",
                icon=":material/chevron_right:",
                icon_position="right",
                width="stretch",
                query_params={str(row.kind): str(row.id)},
            )
            words = ngettext("{n} voice, answered on {day}", "{n} voices, answered on {day}", int(row.count))
            note(words.format(n=number(int(row.count)), day=day_text(row.published_at)))


def consultation_by(consultation_id: int, page: PublicPage) -> PublicConsultation | None:
    """One consultation, shown; says so when there is none."""
    try:
        with reading() as session:
            found = published.consultation(session, consultation_id, actor=page.actor, now=page.now)
    except NotFound as error:
        show_error(error)
        return None
    consultation_sheet(found)
    return found


def hearing_by(hearing_id: int, page: PublicPage) -> PublicHearing | None:
    """One hearing, shown; says so when there is none."""
    try:
        with reading() as session:
            found = published.hearing(session, hearing_id, actor=page.actor, now=page.now)
    except NotFound as error:
        show_error(error)
        return None
    hearing_sheet(found)
    return found


def consultation_sheet(found: PublicConsultation) -> None:
    """What is asked, until when, the documents; afterwards the summary and what became of every opinion."""
    where = [label(found.stage), pick(found.area, found.area_en), pick(found.service, found.service_en)]
    page_head(pick(found.title, found.title_en), above=" › ".join(part for part in where if part))
    with card("dates", gap="xsmall"):
        colour = "blue" if found.is_open else "gray"
        state = plain(_("Open for opinions") if found.is_open else label(found.status))
        st.markdown(f":{colour}-badge[{state}]")
        opinions = ngettext("{n} opinion so far", "{n} opinions so far", found.opinion_count)
        span = _("{first} to {last}").format(
            first=day_and_weekday(found.opens_on), last=day_and_weekday(found.closes_on)
        )
        note(f"{span} · {opinions.format(n=number(found.opinion_count))}")
        if reason := pick(found.short_reason, found.short_reason_en):
            note(_("Shorter than 30 days because: {reason}").format(reason=reason))
    show_text(pick(found.explanation, found.explanation_en))
    documents("consultation", found.consultation_id, found.documents)
    if summary := pick(found.summary, found.summary_en):
        heading(_("The summary"))
        show_text(summary)
    answers(found.treated)


def hearing_sheet(found: PublicHearing) -> None:
    """When, where, about what, who may speak; afterwards the list, the record, the report and the answers."""
    above = [label(found.kind), pick(found.area, found.area_en)]
    page_head(pick(found.title, found.title_en), above=" › ".join(part for part in above if part))
    with card("dates", gap="xsmall"):
        colour = "blue" if found.is_open else "gray"
        state = plain(_("Register now") if found.is_open else label(found.status))
        st.markdown(f":{colour}-badge[{state}]")
        st.markdown(f"**{plain(moment(found.holds_at))}** · {plain(pick(found.place, found.place_en))}")
        applicants = ngettext("{n} applicant so far", "{n} applicants so far", found.applicant_count)
        until = _("registration until {day}").format(day=day_and_weekday(found.registration_closes_on))
        seats = ngettext("{n} seat", "{n} seats", found.seats).format(n=found.seats)
        note(f"{until} · {seats} · {applicants.format(n=number(found.applicant_count))}")
    show_text(pick(found.matter, found.matter_en))
    with card("rule", gap="xsmall"):
        strong(_("How speakers are chosen"))
        note(pick(found.selection_rule, found.selection_rule_en))
    documents("hearing", found.hearing_id, found.documents)
    participants(found.participants)
    if found.record:
        with st.expander(_("The record of the hearing")):
            show_text(pick(found.record, found.record_en))
    if report := pick(found.report, found.report_en):
        heading(_("The report"))
        show_text(report)
    answers(found.treated)


def documents(kind: str, owner_id: int, files: Sequence[KeptFile]) -> None:
    """Links to the published documents."""
    for file in files:
        address = site_address(f"/papers/{kind}/{owner_id}/{file.file_id}")
        st.link_button(plain(file.file_name), address, icon=":material/description:")


def participants(listed: Sequence[Listed]) -> None:
    """The published list: numbers, sides and capacities, no names."""
    if not listed:
        return
    heading(_("The participants"))
    for one in listed:
        words = [_("No. {n}").format(n=one.number), label(one.side), label(one.capacity)]
        if one.is_present is not None:
            words.append(_("was present") if one.is_present else _("was absent"))
        note(" · ".join(words))


def answers(treated: Sequence[Treated]) -> None:
    """What was said in short, what became of it, and why: adopted or not, each has its reason."""
    if not treated:
        return
    counts = {verdict: sum(one.verdict is verdict for one in treated) for verdict in Verdict}
    told = " · ".join(f"{label(verdict)} {number(count)}" for verdict, count in counts.items())
    heading(_("What became of what was said"), told, key="answers")
    for i, one in enumerate(treated):
        with card(f"answer_{i}", gap="xsmall"):
            with st.container(key=f"quote_{i}"):
                st.markdown(plain(pick(one.gist, one.gist_en)))
            colour = VERDICT_COLOURS[one.verdict]
            st.markdown(f":{colour}-badge[{plain(label(one.verdict))}] {plain(pick(one.reason, one.reason_en))}")


def contact_fields(key: str) -> Contact | None:
    """A way to reach who speaks, if wanted."""
    phone = st.text_input(_("Phone (optional)"), max_chars=40, autocomplete="tel", key=f"{key}_phone")
    name = st.text_input(_("Name (optional)"), max_chars=60, autocomplete="name", key=f"{key}_name")
    note(_("Never published; only those who answer you see it."))
    return Contact(name=name.strip(), phone=phone.strip()) if name.strip() or phone.strip() else None


def opinion_form() -> NewOpinion | None:
    heading(_("Your opinion"))
    with card("opinion"), st.form("opinion", border=False, enter_to_submit=False):
        text = st.text_area(_("What do you think of it?"), max_chars=TEXT_LENGTH, height=140, key="opinion_text")
        contact = contact_fields("opinion")
        pressed = st.form_submit_button(_("Send the opinion"), type="primary", width="stretch", key="send_opinion")
    return NewOpinion(text, contact) if pressed else None


def registration_form() -> NewRegistration | None:
    heading(_("Register to speak"))
    with card("registration"), st.form("registration", border=False, enter_to_submit=False):
        side = st.pills(_("Where do you stand?"), list(Side), format_func=label, key="side")
        capacity = st.pills(_("You come as"), list(Capacity), format_func=label, key="capacity")
        points = st.text_area(_("Your main points"), max_chars=TEXT_LENGTH, height=140, key="main_points")
        contact = contact_fields("registration")
        pressed = st.form_submit_button(
            _("Register for the hearing"), type="primary", width="stretch", key="send_registration"
        )
    if not pressed:
        return None
    if side is None or capacity is None:
        st.error(_("Choose where you stand and in which capacity you come. Nothing is lost."))
        return None
    return NewRegistration(side, capacity, points, contact)


def suggestion_form(services: Mapping[int, str], chosen: int | None) -> NewSuggestion | None:
    heading(_("Suggest something"), _("You get a code, and an answer with reasons."), key="suggest")
    with card("suggestion"), st.form("suggestion", border=False, enter_to_submit=False):
        title = st.text_input(_("In one sentence"), max_chars=TITLE_LENGTH, key="suggestion_title")
        text = st.text_area(_("Your suggestion"), max_chars=TEXT_LENGTH, height=120, key="suggestion_text")
        options = list(services)
        service_id = st.selectbox(
            _("Which service? (optional)"),
            options,
            index=options.index(chosen) if chosen in services else None,
            format_func=lambda one: services[one],
            placeholder=_("Type a name, a place or a district"),
            key="suggestion_service",
        )
        contact = contact_fields("suggestion")
        pressed = st.form_submit_button(
            _("Send the suggestion"), type="primary", width="stretch", key="send_suggestion"
        )
    return NewSuggestion(title, text, service_id, contact) if pressed else None


def suggestion_list(frame: pd.DataFrame) -> int | None:
    """The suggestions of others, most supported first. The id of the one that is to be supported."""
    supported = None
    for row in frame.head(SUGGESTIONS_SHOWN).itertuples():
        with card(f"suggested_{row.suggestion_id}", gap="xsmall"):
            st.markdown(f"**{plain(pick(row.title, row.title_en))}**")
            note(pick(row.service, row.service_en))
            if row.answer:
                verdict = Verdict(row.verdict)
                badge = f":{VERDICT_COLOURS[verdict]}-badge[{plain(label(verdict))}]"
                st.markdown(f"{badge} {plain(pick(row.answer, row.answer_en))}")
                if row.proof:
                    note(_("Done: {what}").format(what=pick(row.proof, row.proof_en)))
                note(supporters_text(row))
            else:
                with st.container(horizontal=True, vertical_alignment="center"):
                    if st.button(_("I support this"), icon=":material/thumb_up:", key=f"support_{row.suggestion_id}"):
                        supported = int(row.suggestion_id)
                    note(supporters_text(row))
    return supported


def supporters_text(row: Row) -> str:
    count = int(row.supporters)
    return ngettext("{n} supporter", "{n} supporters", count).format(n=number(count))


def kept_receipt(kept: Kept) -> None:
    """The code of what was sent in, shown this once."""
    with st.container(key="ticket", gap="small"):
        received()
        st.title(plain(_("Please keep this code")), anchor=False, text_alignment="center")
        with st.container(key="receipt_code"):
            st.markdown(plain(spaced(kept.receipt_code)))
        with st.container(horizontal_alignment="center"):
            code_to_scan(f"/follow?code={kept.receipt_code}", width=190, alt=_("Code to follow this matter"))
        if kept.due_at is not None:
            by = perhaps(day_text(kept.due_at), is_provisional=kept.is_provisional)
            st.caption(plain(_("You will have an answer by {day}.").format(day=by)))
        st.code(kept.receipt_code, language=None)
