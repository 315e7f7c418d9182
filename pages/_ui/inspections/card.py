"""One inspection opened: heading, facts, the step that is next for this person, and the timeline."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep
from pages._ui.due import due_line
from pages._ui.facts import fact_list
from pages._ui.inspections.checklist import checklist_entry, checklist_summary, finding_card
from pages._ui.inspections.hearing import defence_form, letter_card, result_line, ruling_form
from pages._ui.inspections.lists import window_words
from pages._ui.inspections.plan import before_visit, draw_card
from pages._ui.page import Page
from pages._ui.widgets import head, note, plain, section, show_text
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.inspections.details import InspectionDetail
from qs.inspections.terms import InspectionState as S
from qs.inspections.terms import InspectionType
from qs.sentences import label

COLOURS = {
    S.FINDINGS_SENT: "orange",
    S.DEFENDED: "orange",
    S.ON_SITE: "violet",
    S.CLOSED: "blue",
}


def heading(shown: InspectionDetail) -> tuple[str, str]:
    service = pick(shown.service, shown.service_en)
    title = _("{service}: {state}").format(service=service, state=label(shown.state))
    if shown.grade is not None:
        title = _("{service}: {grade}").format(service=service, grade=label(shown.grade))
    facts = [
        shown.number,
        label(shown.type),
        pick(shown.provider, shown.provider_en),
        window_words(shown.opens_on, shown.ends_on),
    ]
    return title, " · ".join(facts)


def opened(page: Page, shown: InspectionDetail) -> None:
    """The whole screen of one inspection."""
    back_button()
    head(*heading(shown))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(label(shown.state), color=COLOURS.get(shown.state, "gray"))
        if shown.published_at is not None:
            st.badge(_("Published"), icon=":material/public:", color="blue")
        if shown.findings:
            note(result_line(shown))
        if shown.state is S.FINDINGS_SENT and shown.due_id is not None:
            note(_("Defence: {words}").format(words=due_line(page, shown.due_id)))
    left, right = st.columns([1.7, 1], gap="medium")
    with left, st.container(gap="small"):
        next_step(page, shown)
    with right, st.container(gap="small"):
        reason_card(shown)
        draw_card(page, shown)
        timeline(shown)


def next_step(page: Page, shown: InspectionDetail) -> None:
    """What this person can do now, or else what there is to read."""
    if shown.state in (S.PLANNED, S.ANNOUNCED):
        before_visit(page, shown)
        what_comes(shown)
        return
    is_drawn = page.actor.person_id in {seat.person_id for seat in shown.inspectors}
    if shown.state is S.ON_SITE:
        if is_drawn and Permission.INSPECTIONS_RECORD in shown.rights:
            checklist_entry(page, shown)
        else:
            note(_("The inspectors are on site. Findings appear here when they are sent to the unit."))
            checklist_summary(shown)
        return
    if shown.state is S.FINDINGS_SENT and shown.findings and Permission.INSPECTIONS_DEFEND in shown.rights:
        defence_form(page, shown)
        return
    is_time = shown.state is S.DEFENDED or (
        shown.state is S.FINDINGS_SENT and (not shown.findings or shown.due_at is None or page.now >= shown.due_at)
    )
    if is_time and Permission.INSPECTIONS_CONCLUDE in shown.rights and not is_drawn:
        ruling_form(page, shown)
        return
    letter_card(page, shown)
    section(_("Findings"))
    if not shown.findings:
        note(_("No finding."))
    for place, item in enumerate(shown.findings, start=1):
        finding_card(page, item, place)
    checklist_summary(shown)


def what_comes(shown: InspectionDetail) -> None:
    """What will happen, for those who wait."""
    steps = [
        _("On site: the checklist is made from the clauses in force for this sector on that day."),
        _("Preliminary findings go to the unit, which has five working days for its defence."),
        _("Somebody who was not on site decides every finding and issues the opinion letter."),
        _("Every finding upheld becomes a rectification; the inspection is closed with the last of them."),
    ]
    if shown.type is InspectionType.UNANNOUNCED:
        steps.insert(0, _("Unannounced: the unit learns of it when the inspectors arrive."))
    with st.container(border=True, gap="small"):
        section(_("What comes next"))
        for place, words in enumerate(steps, start=1):
            st.markdown(f"{place}. {plain(words)}")


def reason_card(shown: InspectionDetail) -> None:
    with st.container(border=True, gap="small"):
        section(_("Why this inspection"))
        show_text(shown.reason)
        facts = [(_("Leader of the service"), pick(shown.leader, shown.leader_en))]
        if shown.begun_at is not None:
            facts.append((_("On site since"), moment(shown.begun_at)))
        fact_list(facts)


def timeline(shown: InspectionDetail) -> None:
    """Everything that happened, the newest first."""
    with st.container(border=True, gap="small"):
        section(_("What happened"))
        for step in reversed(shown.steps):
            who = pick(step.name, step.name_en) or _("the office's machine")
            st.markdown(f"**{plain(label(step.to_state))}**  \n:small[:gray[{plain(moment(step.at))} · {plain(who)}]]")
            if step.note:
                show_text(step.note)


def back_button() -> None:
    st.button(_("Back to all"), icon=":material/arrow_back:", type="tertiary", key="back", on_click=leave)


def leave() -> None:
    for key in ("inspection", "do"):
        keep(key, None)
