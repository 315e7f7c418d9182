"""What a person may do about one proposal now: sign, tell, answer, appeal, decide an appeal, conclude, revoke."""

from __future__ import annotations

import streamlit as st

from pages._ui.due import due_day
from pages._ui.page import Page, saving
from pages._ui.widgets import note, section
from qs.actor import Permission
from qs.attachments.terms import Upload
from qs.i18n import gettext as _
from qs.incentives import actions, appeals
from qs.incentives.details import ProposalDetail
from qs.incentives.rules import lighter_than
from qs.incentives.terms import APPROVALS, AppealOutcome, Kind, Stage, Vote
from qs.sentences import label

TEXT_LIMIT = 2000


def duty_form(page: Page, shown: ProposalDetail, duty: str) -> None:
    """The form for what this person has to do; nothing where there is nothing to do."""
    forms = {
        "incentive_to_decide": decide_form,
        "incentive_to_tell": tell_form,
        "incentive_to_conclude": conclude_form,
        "incentive_objection": answer_form,
        "incentive_may_appeal": appeal_form,
        "incentive_appeal_to_decide": appeal_decision_form,
    }
    if duty in forms:
        forms[duty](page, shown)
    if shown.stage is Stage.PROPOSED and shown.proposer.person_id == page.actor.person_id:
        note(_("You made this proposal, so others must sign it."))
    elif shown.stage is Stage.PROPOSED and page.actor.person_id in {one.person.person_id for one in shown.signatures}:
        note(_("You have signed. Another person must give the next signature."))
    if shown.stage is Stage.NOTICE and duty != "incentive_objection" and page.actor.has(Permission.INCENTIVES_EDIT):
        objection_form(page, shown)
    if shown.stage is Stage.FORWARDED and page.actor.has(Permission.INCENTIVES_DECIDE) and not shown.is_party:
        answer_of_authority_form(page, shown)


def decide_form(page: Page, shown: ProposalDetail) -> None:
    needed = APPROVALS[shown.proposed]
    section(_("Your decision"), _("one signature is needed") if needed == 1 else _("two signatures are needed"))
    with st.form(f"decide_{shown.proposal_id}", border=False):
        vote = st.segmented_control(
            _("Vote"), list(Vote), format_func=label, key="decide_vote", label_visibility="collapsed"
        )
        reason = st.text_area(_("Reason"), key="decide_reason", max_chars=TEXT_LIMIT, height=80)
        if st.form_submit_button(_("Sign"), type="primary", icon=":material/ink_pen:", key="decide_save"):
            if vote is None:
                note(_("Choose approve or decline first."))
                return
            with saving(page, done=_("Your signature is kept.")) as session:
                actions.decide(
                    session,
                    shown.proposal_id,
                    vote,
                    reason=reason,
                    version=shown.version,
                    actor=page.actor,
                    now=page.now,
                )


def tell_form(page: Page, shown: ProposalDetail) -> None:
    note(_("The leader and the department head see the decision, its grounds and the right to appeal from then on."))
    if st.button(_("Tell the service"), type="primary", icon=":material/forward_to_inbox:", key="tell"):
        with saving(page, done=_("The service is told; the time to appeal has begun.")) as session:
            actions.tell_leader(session, shown.proposal_id, version=shown.version, actor=page.actor, now=page.now)


def conclude_form(page: Page, shown: ProposalDetail) -> None:
    words = {
        True: _("Forward to the competent authority"),
        False: _("Publish") if shown.consequence.is_published else _("Close without publishing"),
    }
    if st.button(words[shown.consequence.is_forwarded], type="primary", icon=":material/task_alt:", key="conclude"):
        with saving(page, done=_("Concluded.")) as session:
            actions.conclude(session, shown.proposal_id, version=shown.version, actor=page.actor, now=page.now)


def objection_form(page: Page, shown: ProposalDetail) -> None:
    with (
        st.popover(_("Record an objection"), icon=":material/chat:"),
        st.form(f"objection_{shown.proposal_id}", border=False),
    ):
        text = st.text_area(_("What was objected?"), key="objection_text", max_chars=TEXT_LIMIT)
        note(_("Leave out who objected: names do not belong here."))
        if st.form_submit_button(_("Record"), key="objection_save"):
            with saving(page, done=_("The objection is kept.")) as session:
                appeals.record_objection(
                    session, shown.proposal_id, text=text, version=shown.version, actor=page.actor, now=page.now
                )


def answer_form(page: Page, shown: ProposalDetail) -> None:
    waiting = next((one for one in shown.objections if one.is_upheld is None), None)
    if waiting is None:
        return
    section(_("Answer the objection"))
    with st.form(f"answer_{waiting.objection_id}", border=False):
        is_upheld = st.radio(
            _("Outcome"),
            [False, True],
            index=None,
            format_func=lambda one: _("Upheld: the reward is withdrawn") if one else _("Not upheld"),
            key="answer_upheld",
            label_visibility="collapsed",
        )
        answer = st.text_area(_("Answer"), key="answer_text", max_chars=TEXT_LIMIT, height=80)
        if st.form_submit_button(_("Answer"), type="primary", key="answer_save") and is_upheld is not None:
            with saving(page, done=_("The objection is answered.")) as session:
                appeals.answer_objection(
                    session,
                    shown.proposal_id,
                    waiting.objection_id,
                    is_upheld=is_upheld,
                    answer=answer,
                    version=shown.version,
                    actor=page.actor,
                    now=page.now,
                )


def appeal_form(page: Page, shown: ProposalDetail) -> None:
    section(_("Your right to appeal"), _("until {day}").format(day=due_day(shown.appeal_due)))
    note(_("Somebody who took no part decides. An appeal never makes the outcome heavier."))
    with st.form(f"appeal_{shown.proposal_id}", border=False):
        grounds = st.text_area(_("Grounds"), key="appeal_grounds", max_chars=TEXT_LIMIT)
        files = st.file_uploader(_("Proof"), accept_multiple_files=True, key="appeal_files")
        if st.form_submit_button(_("Appeal"), icon=":material/balance:", key="appeal_save"):
            with saving(page, done=_("Your appeal is kept. You will see the decision here.")) as session:
                appeals.appeal(
                    session,
                    shown.proposal_id,
                    grounds=grounds,
                    uploads=[Upload(file.name, file.getvalue()) for file in files],
                    version=shown.version,
                    actor=page.actor,
                    now=page.now,
                )


def appeal_decision_form(page: Page, shown: ProposalDetail) -> None:
    lighter = lighter_than(shown.consequence)
    outcomes = [one for one in AppealOutcome if one is not AppealOutcome.LIGHTER or lighter]
    section(_("Decide the appeal"), _("you took no part in the decision"))
    with st.form(f"appeal_decision_{shown.proposal_id}", border=False):
        outcome = st.radio(
            _("Outcome"), outcomes, index=None, format_func=label, key="appeal_outcome", label_visibility="collapsed"
        )
        chosen = None
        if lighter:
            chosen = st.selectbox(
                _("Lighter outcome, if partly upheld"), lighter, index=None, format_func=label, key="appeal_lighter"
            )
        reason = st.text_area(_("Reason"), key="appeal_reason", max_chars=TEXT_LIMIT, height=80)
        if st.form_submit_button(_("Decide"), type="primary", key="appeal_decision_save") and outcome is not None:
            with saving(page, done=_("The appeal is decided.")) as session:
                appeals.decide_appeal(
                    session,
                    shown.proposal_id,
                    outcome,
                    reason=reason,
                    lighter=chosen if outcome is AppealOutcome.LIGHTER else None,
                    version=shown.version,
                    actor=page.actor,
                    now=page.now,
                )


def answer_of_authority_form(page: Page, shown: ProposalDetail) -> None:
    with (
        st.popover(_("Answer of the competent authority"), icon=":material/outbox:"),
        st.form(f"authority_{shown.proposal_id}", border=False),
    ):
        is_granted = st.radio(
            _("Answer"),
            [True, False],
            index=None,
            format_func=lambda one: _("Granted") if one else _("Refused"),
            key="authority_granted",
        )
        approval = st.text_input(_("Number of the approval"), key="authority_number", max_chars=80)
        if st.form_submit_button(_("Keep the answer"), key="authority_save") and is_granted is not None:
            with saving(page, done=_("The answer is kept.")) as session:
                actions.record_answer(
                    session,
                    shown.proposal_id,
                    is_granted=is_granted,
                    approval_number=approval,
                    version=shown.version,
                    actor=page.actor,
                    now=page.now,
                )


def revoke_form(page: Page, shown: ProposalDetail) -> None:
    is_revocable = shown.stage in (Stage.PUBLISHED, Stage.GRANTED) and shown.consequence.kind is Kind.REWARD
    if not is_revocable or shown.is_party or not page.actor.has(Permission.INCENTIVES_DECIDE):
        return
    with st.popover(_("Revoke"), icon=":material/remove_moderator:"), st.form("revoke", border=False):
        note(_("For fraud, a hidden serious error or a later grave offence. The public list no longer shows it."))
        reason = st.text_area(_("Reason"), key="revoke_reason", max_chars=TEXT_LIMIT)
        if st.form_submit_button(_("Revoke the reward"), key="revoke_save"):
            with saving(page, done=_("The reward is revoked.")) as session:
                actions.revoke(
                    session, shown.proposal_id, reason=reason, version=shown.version, actor=page.actor, now=page.now
                )
