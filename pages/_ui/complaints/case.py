"""One request on the desk: what it is, its clocks, what is to be done, who is concerned, what happened and was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from pages._ui.complaints.aftermath import aftermath
from pages._ui.complaints.clocks import clock_part
from pages._ui.complaints.lists import due_words, urgency_mark
from pages._ui.complaints.steps import HANDLED_IN, next_steps
from pages._ui.facts import fact_list
from pages._ui.page import Page, go, reading
from pages._ui.personal import masked_contact
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section, show_error, show_text
from qs.actor import Permission
from qs.attachments.terms import KeptFile
from qs.complaints import details
from qs.complaints.details import RequestDetail
from qs.complaints.terms import (
    FOR_UNITS,
    ExclusionReason,
    PauseReason,
    RecusalGround,
    Refusal,
    RequestState,
    ReviewDecision,
    ReviewStage,
    Supervision,
)
from qs.errors import NotFound
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.sentences import label

SHOWN_STEPS = 5
CODED = (
    PauseReason,
    Refusal,
    Supervision,
    ExclusionReason,
    ReviewStage,
    ReviewDecision,
    RecusalGround,
)  # kinds of a coded reason that a step may carry


def request_card(page: Page, request_id: int) -> None:
    """The whole case in a card; an unknown one is said to be unknown."""
    try:
        with reading() as session:
            detail = details.request_detail(session, request_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    with st.container(border=True, gap="small"):
        heading(detail)
        words(detail)
        aftermath(page, detail)
        clock_part(page, detail)
        next_steps(page, detail)
        facts(page, detail)
        helpers(page, detail)
        contact_part(page, detail)
        if detail.files:
            section(_("Files of the requester"))
            files(page, detail, detail.files)
        history(page, detail)


def heading(detail: RequestDetail) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.badge(label(detail.kind), color="gray")
            st.badge(label(detail.state), color="blue" if detail.state is RequestState.CLOSED else "gray")
            for text, icon in marks(detail):
                st.badge(text, icon=f":material/{icon}:", color="orange")
            if mark := urgency_mark(detail.urgency):
                st.badge(mark[0], icon=":material/emergency:", color="orange")
            st.space("stretch")
            note(detail.number)
        title = detail.title or _("Confidential: {kind}").format(kind=label(detail.kind))
        st.markdown(f"## {plain(title)}", anchors=False)
        said = [moment(detail.registered_at), label(detail.channel)]
        if detail.place:
            said.append(detail.place)
        if detail.happened_on is not None:
            said.append(_("happened on {day}").format(day=day(detail.happened_on)))
        note(" · ".join(said))


def marks(detail: RequestDetail) -> list[tuple[str, str]]:
    """What makes this case one to look at, as badges."""
    found = []
    if detail.overdue_at is not None:
        found.append((_("Late"), "alarm"))
    if detail.returned_count:
        words = ngettext("Returned {n} time", "Returned {n} times", detail.returned_count)
        found.append((words.format(n=detail.returned_count), "reply_all"))
    if detail.rework_count:
        words = ngettext("Reworked {n} time", "Reworked {n} times", detail.rework_count)
        found.append((words.format(n=detail.rework_count), "replay"))
    if detail.repeats_id is not None:
        found.append((_("Repeat"), "repeat"))
    if detail.supervision is not None:
        found.append((label(detail.supervision), "supervisor_account"))
    if detail.is_confidential:
        found.append((_("Confidential"), "lock"))
    if detail.is_spam:
        found.append((_("Spam"), "report"))
    return found


def words(detail: RequestDetail) -> None:
    """The requester's own words, or the brief where these are withheld."""
    if detail.is_withheld:
        note(_("The requester's own words and identity are withheld from the unit. Handle what the brief says:"))
        show_text(detail.brief or _("No brief yet."))
        return
    show_text(detail.text)
    if detail.remedy:
        note(_("What the requester wants"))
        show_text(detail.remedy)
    if detail.brief:
        note(_("Brief to the unit"))
        show_text(detail.brief)


def facts(page: Page, detail: RequestDetail) -> None:
    lines = [
        (_("Service"), pick(detail.service, detail.service_en) or _("Not yet known")),
        (_("Handling unit"), unit_words(detail)),
        (_("Area"), pick(detail.area, detail.area_en)),
        (_("Limit"), limit_words(detail, page.now)),
        (_("Urgency"), label(detail.urgency)),
    ]
    if detail.state not in HANDLED_IN:  # else it stands with what can be done
        lines.insert(2, (_("Handler"), pick(detail.handler, detail.handler_en)))
    if detail.outcome is not None:
        lines.append((_("Outcome"), label(detail.outcome)))
    if detail.refusal is not None:
        lines.append((_("Reason"), label(detail.refusal)))
    fact_list(lines)
    with st.container(horizontal=True, gap="small"):
        if detail.rectification_id is not None and st.button(
            _("Open the rectification"), icon=":material/build_circle:", type="tertiary", key="open_rectification"
        ):
            go("rectifications", rectification=str(detail.rectification_id))
        if detail.repeats_id is not None and st.button(
            _("Open the one before"), icon=":material/repeat:", type="tertiary", key="open_repeated"
        ):
            go("complaints", request=str(detail.repeats_id))
        if detail.master_id is not None and st.button(
            _("Open the one it was merged into"), icon=":material/merge:", type="tertiary", key="open_master"
        ):
            go("complaints", request=str(detail.master_id))


def unit_words(detail: RequestDetail) -> str:
    unit = pick(detail.unit, detail.unit_en)
    if not detail.unit_id:
        return ""
    return _("{unit}, ruled as lead").format(unit=unit) if detail.lead_unit_id else unit


def limit_words(detail: RequestDetail, now: datetime) -> str:
    if detail.due_at is None:
        return ""
    text = due_words(detail.due_at, now)
    if detail.is_extended:
        text = _("{moment}, extended").format(moment=text)
    if detail.is_provisional:
        text = _("{moment}, provisional: the calendar of that year is not published yet").format(moment=text)
    return text


def helpers(page: Page, detail: RequestDetail) -> None:
    """The units that help, what each was asked, and what it reported."""
    if not detail.co_units:
        return
    section(_("Co-handling units"))
    for one in detail.co_units:
        if one.reported_at is None:
            due = due_words(one.due_at, page.now) if one.due_at else ""
            state = _("to report by {moment}").format(moment=due) if due else _("to report")
        elif one.is_stage_report:
            state = _("stage report of {moment}").format(moment=moment(one.reported_at))
        else:
            state = _("reported on {moment}").format(moment=moment(one.reported_at))
        who = plain(pick(one.unit, one.unit_en))
        st.markdown(f"**{who}**  \n:small[:gray[{plain(state)}]]", anchors=False)
        show_text(one.report or one.task)


def contact_part(page: Page, detail: RequestDetail) -> None:
    """The masked contact for those who may call; units never see who it is."""
    if detail.vault_person_id is None and not detail.is_withheld:
        note(_("Anonymous: nobody can be called back."))
    elif detail.vault_person_id is None or not page.actor.has(Permission.PERSONAL_REVEAL):
        note(_("Who it is stands in the vault; the office calls back."))
    elif st.query_params.get("do") != "call":  # the call has it beside its script
        section(_("Requester"))
        masked_contact(page, detail.vault_person_id, subject=f"request:{detail.request_id}", reference=detail.number)


def history(page: Page, detail: RequestDetail) -> None:
    """The steps, newest first, each with who and what was said; the older ones on demand."""
    section(_("What happened"))
    steps = list(reversed(detail.steps))
    for one in steps[:SHOWN_STEPS]:
        step_line(page, detail, one)
    if len(steps) > SHOWN_STEPS:
        rest = len(steps) - SHOWN_STEPS
        with st.expander(ngettext("{n} earlier step", "{n} earlier steps", rest).format(n=number(rest))):
            for one in steps[SHOWN_STEPS:]:
                step_line(page, detail, one)
    for call in detail.calls:
        if call.is_reached and call.satisfaction is not None:
            said = [
                _("contacted") if call.was_contacted else _("not contacted"),
                _("solved") if call.is_solved else _("not solved"),
                label(call.satisfaction),
            ]
            note(_("Call-back on {moment}: {answers}").format(moment=moment(call.at), answers=_(", ").join(said)))


def step_line(page: Page, detail: RequestDetail, one: details.Step) -> None:
    who = pick(one.person, one.person_en)
    head = f"**{plain(label(one.kind))}**"
    seen = "" if one.is_told and one.kind not in FOR_UNITS else " :material/visibility_off:"
    line = " · ".join(part for part in (moment(one.at), who, coded(one.code)) if part)
    st.markdown(f"{head}{seen}  \n:small[:gray[{plain(line)}]]", anchors=False)
    if one.note:
        show_text(one.note)
    files(page, detail, one.files)


def coded(code: str) -> str:
    """A coded reason in words; empty for a code that is none."""
    found = next((kind(code) for kind in CODED if code in list(kind)), None)
    return "" if found is None else label(found)


def files(page: Page, detail: RequestDetail, shown: Sequence[KeptFile]) -> None:
    """Pictures as pictures, other files to take away: what came with the request, or belongs to a step."""
    for file in shown:
        if file.media_type.is_image:
            with reading() as session:
                content = details.request_file(session, detail.request_id, file.file_id, actor=page.actor)
            st.image(content, caption=plain(file.file_name), width=320)
            continue

        def content_of(file_id: int = file.file_id) -> bytes:
            with reading() as session:
                return details.request_file(session, detail.request_id, file_id, actor=page.actor)

        offer_download(
            page, plain(file.file_name), file.file_name, content_of, file.media_type.value, key=f"file_{file.file_id}"
        )
