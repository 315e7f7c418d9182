"""Hearing the unit and concluding: the defence by finding, the decision on each, the letter, and the publication."""

from __future__ import annotations

import streamlit as st

from pages._ui.due import due_line
from pages._ui.inspections.checklist import FILE_TYPES, finding_words, photos
from pages._ui.page import Page, saving
from pages._ui.run import go
from pages._ui.tables import offer_download
from pages._ui.widgets import note, section, show_text
from qs.actor import Permission
from qs.attachments.terms import Upload
from qs.i18n import LANGUAGE_NAMES, Language, ngettext, number, percent, pick
from qs.i18n import gettext as _
from qs.inspections import actions
from qs.inspections.details import InspectionDetail
from qs.inspections.letters import letter_number, opinion_letter
from qs.inspections.terms import Defence, Judgement, Ruling, Verdict
from qs.inspections.terms import InspectionState as S
from qs.sentences import label

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def defence_form(page: Page, shown: InspectionDetail) -> None:
    """The leader answers finding by finding, or says none."""
    section(_("Your defence"))
    if shown.due_id is not None:
        note(due_line(page, shown.due_id))
    with st.form(f"defence_{shown.inspection_id}_{shown.version}"):
        defences = {}
        for place, item in enumerate(shown.findings, start=1):
            finding_words(page, item, place)
            words = st.text_area(
                _("What speaks against it; leave empty to accept the finding"),
                max_chars=2000,
                height=90,
                key=f"defence_{item.item_id}",
            )
            files = st.file_uploader(
                _("Proofs"), type=FILE_TYPES, accept_multiple_files=True, key=f"defence_files_{item.item_id}"
            )
            defences[item.item_id] = Defence(words, [Upload(one.name, one.getvalue()) for one in files])
        note(_("You answer once. What you leave empty counts as accepted."))
        pressed = st.form_submit_button(_("Hand in the defence"), type="primary", key="defence_save")
    if pressed:
        with saving(
            page, done=_("Your defence is handed in. The office answers every point in its letter.")
        ) as session:
            actions.answer_findings(
                session,
                shown.inspection_id,
                defences,
                version=shown.version,
                actor=page.actor,
                now=page.now,
            )


def ruling_form(page: Page, shown: InspectionDetail) -> None:
    """The supervisor decides every finding and issues the letter."""
    section(_("Decide and issue the letter"))
    if shown.is_defence_late:
        st.badge(_("The defence came after its time limit"), icon=":material/schedule:", color="orange")
    with st.form(f"rulings_{shown.inspection_id}_{shown.version}"):
        rulings = {}
        for place, item in enumerate(shown.findings, start=1):
            finding_words(page, item, place)
            if item.defence:
                note(_("Defence of the unit"))
                show_text(item.defence)
                photos(page, item, item.proofs)
            elif item.defence is not None:
                note(_("The unit accepts this finding."))
            else:
                note(_("The unit has said nothing to this finding."))
            verdict = st.segmented_control(
                _("Decision"), list(Verdict), default=Verdict.UPHELD, format_func=label, key=f"verdict_{item.item_id}"
            )
            answer = st.text_area(_("Answer to the defence"), max_chars=2000, height=80, key=f"answer_{item.item_id}")
            demand = st.text_area(
                _("What has to be put right, when upheld"), max_chars=2000, height=80, key=f"demand_{item.item_id}"
            )
            rulings[item.item_id] = Ruling(verdict or Verdict.UPHELD, answer, demand)
        left, right = st.columns(2)
        opinion = left.text_area(_("Opinion"), max_chars=4000, height=140, key="opinion")
        opinion_en = right.text_area(_("Opinion in English"), max_chars=4000, height=140, key="opinion_en")
        note(_("The letter orders a rectification for every finding upheld. It cannot be taken back."))
        pressed = st.form_submit_button(_("Issue the opinion letter"), type="primary", key="conclude")
    if pressed:
        with saving(page, done=_("The letter is issued and its rectifications are ordered.")) as session:
            actions.conclude_inspection(
                session,
                shown.inspection_id,
                rulings,
                opinion=opinion,
                opinion_en=opinion_en,
                version=shown.version,
                actor=page.actor,
                now=page.now,
            )


def letter_card(page: Page, shown: InspectionDetail) -> None:
    """The letter: number, grade, opinion, and the document in both languages."""
    if shown.concluded_at is None:
        return
    with st.container(border=True, gap="small"):
        section(_("Opinion letter"), letter_number(shown))
        if shown.grade is not None and shown.score is not None:
            left, right = st.columns(2)
            left.metric(_("Grade"), label(shown.grade))
            counts = _("{conform} of {items} items conform").format(
                conform=number(shown.conform_count or 0), items=number(shown.item_count or 0)
            )
            right.metric(
                _("Score by weight"),
                percent(shown.score),
                delta=counts,
                delta_arrow="off",
                delta_color="off",
                help=_("Sum of weight times credit (conforms 1, minor 0.5, major 0) over the sum of weights."),
            )
        if shown.is_capped:
            note(_("A major finding on safety leaves no better grade."))
        show_text(pick(shown.opinion, shown.opinion_en))
        with st.container(horizontal=True, gap="small"):
            for wanted in Language:
                offer_download(
                    page,
                    _("Letter (DOCX), {language}").format(language=LANGUAGE_NAMES[wanted]),
                    f"{shown.number}.{wanted.value}.docx",
                    lambda wanted=wanted: opinion_letter(shown, wanted),  # type: ignore[misc]  # bound now
                    DOCX,
                    key=f"letter_{wanted.value}",
                )
    after_letter(page, shown)


def after_letter(page: Page, shown: InspectionDetail) -> None:
    """The rectifications still open, closing, and publishing."""
    may_conclude = Permission.INSPECTIONS_CONCLUDE in shown.rights
    by = {"version": shown.version, "actor": page.actor, "now": page.now}
    if shown.state is S.CONCLUDED:
        count = shown.open_rectification_count
        if count:
            words = ngettext("{n} rectification is still open", "{n} rectifications are still open", count)
            st.badge(words.format(n=number(count)), icon=":material/build_circle:", color="orange")
            if page.actor.has(Permission.RECTIFICATIONS_READ) and st.button(
                _("Open the rectifications"), icon=":material/arrow_forward:", key="to_rectifications"
            ):
                go("rectifications")
        elif may_conclude and st.button(_("Close the inspection"), type="primary", key="close"):
            with saving(page, done=_("The inspection is closed.")) as session:
                actions.close_inspection(session, shown.inspection_id, **by)
    if shown.published_at is not None:
        with st.container(border=True, gap="small"):
            section(_("Published summary"))
            show_text(pick(shown.summary, shown.summary_en))
    elif may_conclude:
        publish_form(page, shown)


def publish_form(page: Page, shown: InspectionDetail) -> None:
    with (
        st.expander(_("Publish the result"), icon=":material/campaign:"),
        st.form(f"publish_{shown.inspection_id}"),
    ):
        left, right = st.columns(2)
        summary = left.text_area(_("Summary"), max_chars=2000, key="summary")
        summary_en = right.text_area(_("Summary in English"), max_chars=2000, key="summary_en")
        note(_("Name no person. The summary stands in the public list of inspections."))
        pressed = st.form_submit_button(_("Publish"))
    if pressed:
        with saving(page, done=_("The result is published.")) as session:
            actions.publish_inspection(
                session,
                shown.inspection_id,
                summary=summary,
                summary_en=summary_en,
                version=shown.version,
                actor=page.actor,
                now=page.now,
            )


def result_line(shown: InspectionDetail) -> str:
    """How many findings there are, and how they were decided."""
    major = sum(item.judgement is Judgement.MAJOR for item in shown.findings)
    upheld = sum(item.verdict is Verdict.UPHELD for item in shown.findings)
    if shown.concluded_at is None:
        return _("{findings} findings, {major} of them major").format(
            findings=number(len(shown.findings)), major=number(major)
        )
    return _("{findings} findings, {upheld} upheld").format(findings=number(len(shown.findings)), upheld=number(upheld))
