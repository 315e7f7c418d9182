"""What can be done with a submitted sheet: review, consensus, approval, appeal and its decision; and the timeline."""

from __future__ import annotations

import streamlit as st

from pages._ui.due import due_line
from pages._ui.page import Page, saving
from pages._ui.widgets import note, plain, section, show_text
from qs.actor import Permission, Role
from qs.evaluations import actions, appeals
from qs.evaluations.details import AppealDetail, SheetDetail
from qs.evaluations.rules import CONSENSUS_POINTS, needs_consensus
from qs.evaluations.terms import AppealOutcome, Subject
from qs.evaluations.terms import SheetState as S
from qs.i18n import gettext as _
from qs.i18n import moment, number, pick
from qs.sentences import label


def steps_part(page: Page, shown: SheetDetail) -> None:
    """The step that is next for this person."""
    me = page.actor.person_id
    if not shown.is_cycle_closed:
        if shown.state is S.SUBMITTED and page.actor.has(Permission.EVALUATIONS_REVIEW):
            if me in shown.author_ids:
                note(_("You filled in this sheet; a colleague reviews it."))
            else:
                review_forms(page, shown)
        if needs_consensus(shown.spread_points) and page.actor.has(Permission.EVALUATIONS_REVIEW):
            consensus_form(page, shown)
        if shown.state is S.REVIEWED and page.actor.has(Permission.EVALUATIONS_APPROVE):
            if me in shown.author_ids or me == shown.reviewer_id:
                note(_("You filled in or reviewed this sheet; a colleague approves it."))
            else:
                approve_button(page, shown)
        if shown.state in (S.DRAFT, S.CHANGE_REQUESTED) and page.actor.has(Permission.EVALUATIONS_OPEN):
            missing_form(page, shown)
        may_appeal = Role.SERVICE_LEADER in page.actor.roles and shown.subject is not Subject.SELF
        if shown.state is S.APPROVED and may_appeal and shown.appeal_until is not None:
            appeal_form(page, shown)
    for appeal in shown.appeals:
        appeal_card(page, shown, appeal)


def review_forms(page: Page, shown: SheetDetail) -> None:
    by = {"version": shown.version, "actor": page.actor, "now": page.now}
    with st.form(f"review_{shown.sheet_id}_{shown.version}"):
        section(_("Review of the sheet"))
        note(_("Do the scores fit the evidence and the figures beside them?"))
        said = st.text_area(_("Remark, or what is to be changed"), max_chars=2000, key="review_note")
        with st.container(horizontal=True, gap="small"):
            is_fine = st.form_submit_button(_("Confirm the sheet"), type="primary", key="review_confirm")
            is_back = st.form_submit_button(_("Ask for changes"), key="review_back")
    if is_fine:
        with saving(page, done=_("The sheet is reviewed; a third person approves it.")) as session:
            actions.review_sheet(session, shown.sheet_id, note=said, **by)
    if is_back:
        with saving(page, done=_("The sheet went back with your words.")) as session:
            actions.request_change(session, shown.sheet_id, note=said, **by)


def consensus_form(page: Page, shown: SheetDetail) -> None:
    with st.form(f"consensus_{shown.cycle_id}_{shown.service_id}"):
        section(_("Consensus"))
        note(
            _(
                "Assessors of this service lie {n} points apart; more than {most} needs a note of what they agreed on."
            ).format(n=number(shown.spread_points), most=number(CONSENSUS_POINTS))
        )
        said = st.text_area(_("Consensus note"), shown.consensus, max_chars=4000, key="consensus_note")
        pressed = st.form_submit_button(_("Keep the note"), type="primary" if not shown.consensus else "secondary")
    if pressed:
        with saving(page, done=_("The consensus note is kept.")) as session:
            actions.note_consensus(session, shown.cycle_id, shown.service_id, note=said, actor=page.actor, now=page.now)


def approve_button(page: Page, shown: SheetDetail) -> None:
    with st.container(border=True, gap="small"):
        section(_("Approval"))
        note(_("After approval the service sees the result and may appeal within 15 working days."))
        if st.button(
            _("Approve the result"),
            type="primary",
            icon=":material/check:",
            disabled=shown.waits_for_consensus,
            key="approve",
        ):
            with saving(page, done=_("The result is approved; the service can see it.")) as session:
                actions.approve_sheet(session, shown.sheet_id, version=shown.version, actor=page.actor, now=page.now)


def missing_form(page: Page, shown: SheetDetail) -> None:
    with (
        st.expander(_("This sheet will not come"), icon=":material/event_busy:"),
        st.form(f"missing_{shown.sheet_id}"),
    ):
        note(_("It counts as missing, never as zero."))
        reason = st.text_input(_("Reason"), max_chars=500, key="missing_reason")
        pressed = st.form_submit_button(_("Mark as not reported"))
    if pressed:
        with saving(page, done=_("The sheet is marked as not reported.")) as session:
            actions.mark_not_reported(
                session, shown.sheet_id, reason=reason, version=shown.version, actor=page.actor, now=page.now
            )


def appeal_form(page: Page, shown: SheetDetail) -> None:
    if shown.appeals or shown.appeal_until is None:
        return
    if page.now > shown.appeal_until:
        note(_("The time for an appeal ended at {moment}.").format(moment=moment(shown.appeal_until)))
        return
    with st.form(f"appeal_{shown.sheet_id}"):
        section(_("Appeal against this result"))
        note(due_line(page, shown.appeal_due_id))
        grounds = st.text_area(_("Grounds"), max_chars=4000, key="appeal_grounds")
        note(_("Somebody who had no hand in this sheet decides within ten working days."))
        pressed = st.form_submit_button(_("File the appeal"), type="primary", key="appeal_save")
    if pressed:
        with saving(page, done=_("Your appeal is filed.")) as session:
            appeals.file_appeal(
                session, shown.sheet_id, grounds=grounds, version=shown.version, actor=page.actor, now=page.now
            )


def appeal_card(page: Page, shown: SheetDetail, appeal: AppealDetail) -> None:
    with st.container(border=True, gap="small"):
        section(
            _("Appeal"),
            _("{name} · {moment}").format(name=pick(appeal.filer, appeal.filer_en), moment=moment(appeal.filed_at)),
        )
        show_text(appeal.grounds)
        if appeal.outcome is not None:
            st.badge(label(appeal.outcome), color="blue" if appeal.outcome is AppealOutcome.UPHELD else "gray")
            show_text(appeal.answer)
            return
        note(due_line(page, appeal.due_id))
        is_involved = page.actor.person_id in {shown.reviewer_id, shown.approver_id, *shown.author_ids}
        if shown.is_cycle_closed or not page.actor.has(Permission.EVALUATIONS_APPROVE):
            return
        if is_involved:
            note(_("You had a hand in this sheet; somebody else decides."))
            return
        with st.form(f"decide_{appeal.appeal_id}", border=False):
            outcome = st.segmented_control(
                _("Decision"), list(AppealOutcome), format_func=label, key=f"outcome_{appeal.appeal_id}"
            )
            answer = st.text_area(_("Answer"), max_chars=4000, key=f"appeal_answer_{appeal.appeal_id}")
            pressed = st.form_submit_button(_("Decide the appeal"), type="primary", key="appeal_decide")
        if pressed and outcome is None:
            note(_("Choose upheld or rejected first."))
        elif pressed and outcome is not None:
            with saving(page, done=_("The appeal is decided.")) as session:
                appeals.decide_appeal(session, appeal.appeal_id, outcome, answer=answer, actor=page.actor, now=page.now)


def timeline(shown: SheetDetail) -> None:
    """Everything that happened, the newest first."""
    with st.container(border=True, gap="small"):
        section(_("What happened"))
        for step in reversed(shown.steps):
            who = pick(step.name, step.name_en) or _("the office's machine")
            st.markdown(f"**{plain(label(step.to_state))}**  \n:small[:gray[{plain(moment(step.at))} · {plain(who)}]]")
            if step.note:
                show_text(step.note)
